"""The JSON of an order."""

from crdt_models.disputes import open_disputes
from crdt_models.documents.orders.facts import PaymentRefunded
from crdt_models.documents.orders.registers import DEFAULT_FLAGS
from crdt_models.documents.orders.view import OrderView
from crdt_models.hybrid_logical_clock import iso
from crdt_models.pedido.charges import charges_json, tips_with_payments
from crdt_models.pedido.delivery import delivery_json
from crdt_models.pedido.disputes import dispute_json
from crdt_models.pedido.figures import JsonObject, decimal, iso_day
from crdt_models.pedido.items import item_json
from crdt_models.pedido.names import STAGE, STATUS
from crdt_models.pedido.payments import payment_json, refund_json


def order_json(order: OrderView, version: str, *, rank: int = 1) -> JsonObject:
    """The pedido. version: of its document. rank: its place among orders of one number."""
    opening, closing, refunds = order.opening, order.closed, order.all(PaymentRefunded)
    created = None if opening is None else iso(opening.stamp.hlc)
    updated = iso(order.updated)
    flags = {name: register.value(False) for name, register in order.flags.items()}  # noqa: FBT003
    tips, number = tips_with_payments(order), shown_number(order, rank)
    shown = {**dict.fromkeys(DEFAULT_FLAGS, False), **flags}
    pedido: JsonObject = {
        "id": order.order.hex(),
        "numero": number,
        "numeros_alternativos": [_number(*alias) for alias in order.aliases],
        "tipo": order.text("service_type"),
        "status": STATUS[order.account],
        "status_conta": STATUS[order.account],
        "status_producao": STAGE[order.production],
        "status_fiscal": "nenhum",
        "mesa_id": None if order.table is None else order.table.hex(),
        "comanda": order.text("tab"),
        "comanda_id": order.order.hex() if order.text("tab") else None,
        "garcom": order.text("waiter"),
        "cliente": order.text("customer"),
        "pessoas": order.people,
        "observacao": order.text("note"),
        "entrega": delivery_json(order.delivery),
        "id_externo": order.text("external_id"),
        "itens": [item_json(it, order.order) for it in order.shown_lines if not it.is_residual],
        "itens_residuais": [
            item_json(it, order.order) for it in order.shown_lines if it.is_residual
        ],
        "pagamentos": [payment_json(each, tips.get(each.id, 0)) for each in order.payments],
        "estornos": [refund_json(each) for each in refunds],
        **charges_json(order),
        "total": decimal(order.total),
        "total_centavos": order.total,
        "pago": decimal(order.paid),
        "pago_centavos": order.paid,
        "saldo": decimal(order.balance),
        "saldo_centavos": order.balance,
        "residual_centavos": order.residual,
        "flags": shown,
        "conflitos": [dispute_json(each, number) for each in open_disputes(order)],
        "precisa_atualizar": order.needs_upgrade,
        "version": version,
        "versao": order.fact_count,
        "originNodeId": None if opening is None else opening.entry.device.hex(),
        "data_operacao": None if opening is None else iso_day(opening.entry.business_day),
        "dia_operacao": None if opening is None else opening.entry.business_day,
        "criado_em": created,
        "createdAt": created,
        "atualizado_em": updated,
        "updatedAt": updated,
        "juntado_a": order.mergings[-1].fact.into.hex() if order.mergings else None,
        "fechado_em": None if closing is None else iso(closing.stamp.hlc),
    }
    return {**shown, **pedido}


def shown_number(order: OrderView, rank: int = 1) -> str | None:
    """`A-017`, or `A-017/2` for the second order of that number; None before it has arrived."""
    if not order.numbers:
        return None
    fact = order.numbers[0].fact
    return _number(fact.letters, fact.number) + (f"/{rank}" if rank > 1 else "")


def _number(letters: str, number: int) -> str:
    return f"{letters}-{number:03d}"
