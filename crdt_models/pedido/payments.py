"""The JSON of payments and refunds."""

from collections.abc import Mapping
from typing import Any

from crdt_models.documents.orders.facts import PaymentRefunded
from crdt_models.documents.orders.payments import Payment
from crdt_models.documents.view import Once
from crdt_models.hybrid_logical_clock import iso
from crdt_models.pedido.figures import JsonObject, decimal
from crdt_models.pedido.names import PAYMENT_STATUS


def payment_json(payment: Payment, tip: int) -> JsonObject:
    """A payment of a pedido. tip: centavos that came with it."""
    fact = payment.received.fact
    handed_over = fact.centavos + tip + fact.change_centavos
    acquirer = fact.acquirer
    return {
        "id": payment.id.hex(),
        "forma": fact.method,
        "valor": decimal(fact.centavos),
        "valor_centavos": fact.centavos,
        "troco": decimal(fact.change_centavos),
        "troco_centavos": fact.change_centavos,
        "gorjeta": decimal(tip),
        "gorjeta_centavos": tip,
        "valor_recebido": decimal(handed_over),
        "valor_recebido_centavos": handed_over,
        "parte_id": None if fact.share is None else fact.share.hex(),
        "status": PAYMENT_STATUS[payment.state],
        "adquirente": None
        if acquirer is None
        else {
            "nome": acquirer.name,
            "transacao": acquirer.transaction,
            "autorizacao": acquirer.authorization,
            "bandeira": acquirer.brand,
        },
        "observacao": fact.note,
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
