"""The JSON of payments and refunds."""

from collections.abc import Mapping
from typing import Any

from crdt_models.documents.orders.facts import PaymentRefunded
from crdt_models.documents.orders.payments import Payment
from crdt_models.documents.view import Once
from crdt_models.hybrid_logical_clock import iso
from crdt_models.pedido.figures import JsonObject, decimal
from crdt_models.pedido.names import PAYMENT_STATUS


def payment_json(payment: Payment) -> JsonObject:
    """A payment of a pedido."""
    fact = payment.received.fact
    acquirer = fact.acquirer
    return {
        "id": payment.id.hex(),
        "forma": fact.method,
        "valor": decimal(fact.centavos),
        "valor_centavos": fact.centavos,
        "troco": decimal(fact.change_centavos),
        "troco_centavos": fact.change_centavos,
        "valor_recebido": decimal(fact.centavos + fact.change_centavos),
        "valor_recebido_centavos": fact.centavos + fact.change_centavos,
        "status": PAYMENT_STATUS[payment.state],
        "adquirente": None
        if acquirer is None
        else {
            "nome": acquirer.name,
            "transacao": acquirer.transaction,
            "autorizacao": acquirer.authorization,
            "bandeira": acquirer.brand,
        },
        "cliente_id": None if payment.account is None else payment.account.hex(),
        "criado_em": iso(payment.received.stamp.hlc),
    }


def refund_json(refund: Once[PaymentRefunded]) -> Mapping[str, Any]:
    """A refund of a pedido."""
    fact = refund.fact
    return {
        "id": fact.refund.hex(),
        "pagamento_id": None if fact.payment is None else fact.payment.hex(),
        "forma": fact.method,
        "valor": decimal(fact.centavos),
        "valor_centavos": fact.centavos,
        "motivo": fact.reason,
        "criado_em": iso(refund.stamp.hlc),
    }
