"""The JSON of a pedido, a mesa and a dispute, as front ends know them: names in Portuguese.

Rules of this file:
1. `total`, `preco_unitario`, `quantidade` … are exact decimals for reading; the field that ends in
   `_centavos` or `_milesimos` is the figure to calculate with. Encode with `JSON`, which writes
   decimals as JSON numbers with their places (12.30), never as floats.
2. `ORDER_NAMES`, `ITEM_NAMES`, `PAYMENT_NAMES` and `TABLE_NAMES` are the one table of names: every
   answer has exactly these, plus one truth value per flag that somebody set.
3. What only the terminal knows (syncStatus, sincronizado_em, …) is added there.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from crdt_models.disputes import Dispute, open_disputes
from crdt_models.documents.orders.facts import Modifier, PaymentRefunded
from crdt_models.documents.orders.lines import ShownLine
from crdt_models.documents.orders.payments import Payment
from crdt_models.documents.orders.view import DEFAULT_FLAGS, OrderView
from crdt_models.documents.tables import DiningTable, TablesView
from crdt_models.documents.view import Once
from crdt_models.hybrid_logical_clock import iso
from crdt_models.ids import OrderId

JSON: Final = msgspec.json.Encoder(decimal_format="number")
"""Encodes what this file returns."""

JsonObject = dict[str, Any]

STATUS: Final = {
    "open": "aberto",
    "bill_asked": "conta_pedida",
    "closed": "fechado",
    "settled": "pago",
    "cancelled": "cancelado",
}
STAGE: Final = {
    "new": "novo",
    "sent": "enviado",
    "preparing": "preparando",
    "ready": "pronto",
    "delivered": "entregue",
}
PAYMENT_STATUS: Final = {
    "confirmed": "confirmado",
    "pending": "pendente",
    "denied": "negado",
    "unknown": "desconhecido",
    "duplicate": "duplicado",
}

ORDER_NAMES: Final = {
    "id": "opaque, 32 hexadecimal digits",
    "numero": "A-017, or A-017/2 for the second order of that number",
    "numeros_alternativos": "other numbers it was given",
    "tipo": "mesa, comanda, balcao, viagem or entrega",
    "status": "aberto, conta_pedida, fechado, pago or cancelado",
    "status_conta": "the same: the account axis",
    "status_producao": "novo, enviado, preparando, pronto or entregue: the item furthest behind",
    "status_fiscal": "nenhum",
    "mesa_id": "dining table or null",
    "comanda": "label of the tab or null",
    "comanda_id": "id of the tab: the order's id when it has a label",
    "garcom": "waiter",
    "cliente": "customer",
    "pessoas": "people at the table",
    "observacao": "note",
    "id_externo": "source:id of an order taken elsewhere",
    "itens": "items, see ITEM_NAMES; of a closed bill as billed",
    "itens_residuais": "items that came after the closing, in no total",
    "pagamentos": "payments, see PAYMENT_NAMES",
    "estornos": "refunds: id, pagamento_id, forma, valor, valor_centavos, motivo, criado_em",
    "total": "decimal",
    "total_centavos": "exact",
    "pago": "decimal: received − refunded",
    "pago_centavos": "exact",
    "saldo": "decimal: still owed; negative: overpaid",
    "saldo_centavos": "exact",
    "residual_centavos": "of itens_residuais",
    "flags": "every flag that was ever set, by name; also as fields of the pedido itself",
    "conflitos": "open disputes, see dispute_json",
    "precisa_atualizar": "true: holds a fact this version must understand and does not",
    "version": "opaque; the ETag, for If-Match",
    "versao": "number of facts; grows with every change",
    "originNodeId": "device that opened it, 64 hexadecimal digits",
    "data_operacao": "business day of the opening, days since 1970-01-01",
    "criado_em": "ISO time of the opening",
    "createdAt": "the same",
    "atualizado_em": "ISO time of the newest fact",
    "updatedAt": "the same",
    "fechado_em": "ISO time of the closing or null",
}
ITEM_NAMES: Final = {
    "id": "opaque",
    "produto_id": "the catalog's id",
    "nome": "name as sold",
    "categoria": "category as sold",
    "quantidade": "decimal with three places: what is left, or was billed",
    "quantidade_milesimos": "exact",
    "quantidade_cancelada": "decimal with three places",
    "preco_unitario": "decimal, modifiers included",
    "preco_unitario_centavos": "exact",
    "total": "decimal",
    "total_centavos": "exact",
    "status": "novo, enviado, preparando, pronto, entregue or cancelado",
    "modificadores": "nome, quantidade, preco_unitario, preco_unitario_centavos",
    "observacao": "note",
    "etapa": "course",
    "estacao": "where it is made",
    "cancelado": "true: nothing of it is left",
    "cancelado_apos_envio": "true: cancelled although the kitchen had it",
    "id_externo": "its id in the system it came from",
}
PAYMENT_NAMES: Final = {
    "id": "opaque",
    "forma": "dinheiro, credito, debito, pix, vale or outro",
    "valor": "decimal: what counts",
    "valor_centavos": "exact",
    "troco_centavos": "change handed back",
    "status": "confirmado, pendente, negado, desconhecido or duplicado",
    "adquirente": "acquirer, transacao, autorizacao, bandeira; or null",
    "criado_em": "ISO time",
}
TABLE_NAMES: Final = {
    "id": "opaque, 32 hexadecimal digits",
    "numero": "label",
    "nome": "the same",
    "area_id": "or null",
    "area": "name of the area or null",
    "lugares": "seats",
    "posicao": "x, y on the plan",
    "garcom": "waiter or null",
    "status": "inativa, ocupada, limpeza, reservada or livre",
    "reserva": "nome, ate_ms; or null",
    "limpeza": "truth value",
    "ativa": "truth value",
    "pedidos": "ids of the open orders at it",
}


def order_json(order: OrderView, version: str, *, rank: int = 1) -> JsonObject:
    """The pedido. version: of its document. rank: its place among orders of one number."""
    opening, closing, refunds = order.opening, order.closed, order.all(PaymentRefunded)
    created = None if opening is None else iso(opening.stamp.hlc)
    updated = iso(order.updated)
    flags = {name: register.value(False) for name, register in order.flags.items()}  # noqa: FBT003
    shown = {**dict.fromkeys(DEFAULT_FLAGS, False), **flags}
    pedido: JsonObject = {
        "id": order.order.hex(),
        "numero": shown_number(order, rank),
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
        "id_externo": order.text("external_id"),
        "itens": [_item(each) for each in order.shown_lines if not each.is_residual],
        "itens_residuais": [_item(each) for each in order.shown_lines if each.is_residual],
        "pagamentos": [_payment(each) for each in order.payments],
        "estornos": [_refund(each) for each in refunds],
        "total": decimal(order.total),
        "total_centavos": order.total,
        "pago": decimal(order.paid),
        "pago_centavos": order.paid,
        "saldo": decimal(order.balance),
        "saldo_centavos": order.balance,
        "residual_centavos": order.residual,
        "flags": shown,
        "conflitos": [dispute_json(each) for each in open_disputes(order)],
        "precisa_atualizar": order.needs_upgrade,
        "version": version,
        "versao": order.fact_count,
        "originNodeId": None if opening is None else opening.entry.device.hex(),
        "data_operacao": None if opening is None else opening.entry.business_day,
        "criado_em": created,
        "createdAt": created,
        "atualizado_em": updated,
        "updatedAt": updated,
        "fechado_em": None if closing is None else iso(closing.stamp.hlc),
    }
    return {**shown, **pedido}


def table_json(table: DiningTable, view: TablesView, orders: Sequence[OrderId]) -> JsonObject:
    """The mesa. orders: the open orders that stand at it."""
    area = None if table.area is None else view.areas.get(table.area)
    reservation = table.reservation
    x, y = table.position
    return {
        "id": table.id.hex(),
        "numero": table.label,
        "nome": table.label,
        "area_id": None if table.area is None else table.area.hex(),
        "area": None if area is None else area.name,
        "lugares": table.seats,
        "posicao": {"x": x, "y": y},
        "garcom": table.waiter,
        "status": _table_status(table, orders),
        "reserva": None
        if reservation is None
        else {"nome": reservation.name, "ate_ms": reservation.until_ms},
        "limpeza": table.is_cleaning,
        "ativa": table.is_active,
        "pedidos": [order.hex() for order in orders],
    }


def dispute_json(dispute: Dispute) -> JsonObject:
    """A dispute for front ends: codes stay English, texts are the screen's."""
    return {
        "id": dispute.id,
        "tipo": dispute.kind,
        "assunto": dispute.subject,
        "documento": dispute.document,
        "gravidade": dispute.severity,
        "quem": dispute.actor,
        "opcoes": list(dispute.choices),
        "fatos": list(dispute.facts),
        "aberto": dispute.is_open,
    }


def shown_number(order: OrderView, rank: int = 1) -> str | None:
    """`A-017`, or `A-017/2` for the second order of that number; None before it has arrived."""
    if not order.numbers:
        return None
    fact = order.numbers[0].fact
    return _number(fact.letters, fact.number) + (f"/{rank}" if rank > 1 else "")


def decimal(centavos: int) -> Decimal:
    """Exact, with two places."""
    return Decimal(centavos).scaleb(-2)


def quantity(thousandths: int) -> Decimal:
    """Exact, with three places."""
    return Decimal(thousandths).scaleb(-3)


def _number(letters: str, number: int) -> str:
    return f"{letters}-{number:03d}"


def _item(shown: ShownLine) -> JsonObject:
    line, fact = shown.line, None if shown.line is None else shown.line.fact
    is_cancelled = shown.thousandths == 0
    return {
        "id": shown.id.hex(),
        "produto_id": None if fact is None else fact.product,
        "nome": shown.name,
        "categoria": None if fact is None else fact.category,
        "quantidade": quantity(shown.thousandths),
        "quantidade_milesimos": shown.thousandths,
        "quantidade_cancelada": quantity(0 if line is None else line.cancelled),
        "preco_unitario": decimal(shown.unit),
        "preco_unitario_centavos": shown.unit,
        "total": decimal(shown.amount),
        "total_centavos": shown.amount,
        "status": "cancelado" if is_cancelled else STAGE["new" if line is None else line.stage],
        "modificadores": [] if fact is None else [_modifier(each) for each in fact.modifiers],
        "observacao": "" if fact is None else fact.note,
        "etapa": 0 if fact is None else fact.course,
        "estacao": "" if fact is None else fact.station,
        "cancelado": is_cancelled,
        "cancelado_apos_envio": line is not None and line.is_cancelled_after_send,
        "id_externo": None if fact is None else fact.external_id,
    }


def _modifier(modifier: Modifier) -> JsonObject:
    return {
        "nome": modifier.name,
        "quantidade": quantity(modifier.thousandths),
        "preco_unitario": decimal(modifier.unit_centavos),
        "preco_unitario_centavos": modifier.unit_centavos,
    }


def _payment(payment: Payment) -> JsonObject:
    fact = payment.received.fact
    acquirer = fact.acquirer
    return {
        "id": payment.id.hex(),
        "forma": fact.method,
        "valor": decimal(fact.centavos),
        "valor_centavos": fact.centavos,
        "troco_centavos": fact.change_centavos,
        "status": PAYMENT_STATUS[payment.state],
        "adquirente": None
        if acquirer is None
        else {
            "nome": acquirer.name,
            "transacao": acquirer.transaction,
            "autorizacao": acquirer.authorization,
            "bandeira": acquirer.brand,
        },
        "criado_em": iso(payment.received.stamp.hlc),
    }


def _refund(refund: Once[PaymentRefunded]) -> Mapping[str, Any]:
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


def _table_status(table: DiningTable, orders: Sequence[OrderId]) -> str:
    if not table.is_active:
        return "inativa"
    if orders:
        return "ocupada"
    if table.is_cleaning:
        return "limpeza"
    return "livre" if table.reservation is None else "reservada"
