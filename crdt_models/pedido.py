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
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec

from crdt_models import dispute_texts
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
_EPOCH = date(1970, 1, 1)

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
    "id": "opaco, 32 dígitos hexadecimais",
    "numero": "A-017, ou A-017/2 no segundo pedido do mesmo número; nulo enquanto não chegou",
    "numeros_alternativos": "outros números que recebeu",
    "tipo": "mesa, comanda, balcao, viagem ou entrega",
    "status": "aberto, conta_pedida, fechado, pago ou cancelado",
    "status_conta": "o mesmo: o eixo da conta",
    "status_producao": "novo, enviado, preparando, pronto ou entregue: o item mais atrasado",
    "status_fiscal": "nenhum",
    "mesa_id": "mesa, ou nulo",
    "comanda": "nome da comanda, ou nulo",
    "comanda_id": "id da comanda: o do pedido, quando ela tem nome",
    "garcom": "garçom",
    "cliente": "cliente",
    "pessoas": "pessoas à mesa",
    "observacao": "observação",
    "id_externo": "origem:id de um pedido feito em outro sistema",
    "itens": "itens; os de uma conta fechada, como cobrados",
    "itens_residuais": "itens que vieram depois do fechamento; fora de todo total",
    "pagamentos": "pagamentos",
    "estornos": "estornos",
    "total": "decimal",
    "total_centavos": "exato",
    "pago": "decimal: recebido menos estornado",
    "pago_centavos": "exato",
    "saldo": "decimal: o que falta; negativo: pago a mais",
    "saldo_centavos": "exato",
    "residual_centavos": "soma de itens_residuais",
    "flags": "cada marca já usada, por nome; também são campos do próprio pedido",
    "conflitos": "o que uma pessoa precisa decidir neste pedido",
    "precisa_atualizar": "true: há algo que esta versão precisa entender e não entende",
    "version": "opaca; é a ETag, para If-Match",
    "versao": "quantidade de fatos; cresce a cada alteração",
    "originNodeId": "terminal que o abriu, 64 dígitos hexadecimais",
    "data_operacao": "dia de operação da abertura, AAAA-MM-DD",
    "dia_operacao": "o mesmo em dias desde 1970-01-01",
    "criado_em": "hora da abertura, ISO 8601",
    "createdAt": "o mesmo",
    "atualizado_em": "hora do fato mais novo, ISO 8601",
    "updatedAt": "o mesmo",
    "fechado_em": "hora do fechamento, ou nulo",
}
ITEM_NAMES: Final = {
    "id": "opaco",
    "produto_id": "id no cardápio",
    "nome": "nome na venda",
    "categoria": "categoria na venda",
    "quantidade": "decimal com três casas: o que resta, ou o que foi cobrado",
    "quantidade_milesimos": "exato",
    "quantidade_cancelada": "decimal com três casas",
    "preco_unitario": "decimal, sem os adicionais: como foi lançado",
    "preco_unitario_centavos": "exato",
    "preco_unitario_com_modificadores": "decimal, com os adicionais",
    "preco_unitario_com_modificadores_centavos": "exato",
    "total": "decimal, com os adicionais",
    "total_centavos": "exato",
    "status": "novo, enviado, preparando, pronto, entregue ou cancelado",
    "modificadores": "adicionais e descontos por unidade",
    "observacao": "observação",
    "etapa": "etapa da refeição",
    "estacao": "onde é feito",
    "cancelado": "true: nada dele resta",
    "cancelado_apos_envio": "true: cancelado quando a cozinha já o tinha",
    "id_externo": "id no sistema de onde veio",
}
PAYMENT_NAMES: Final = {
    "id": "opaco",
    "forma": "dinheiro, credito, debito, pix, vale ou outro",
    "valor": "decimal: o que conta",
    "valor_centavos": "exato",
    "troco": "decimal: troco devolvido",
    "troco_centavos": "exato",
    "valor_recebido": "decimal: o que foi entregue, valor mais troco",
    "valor_recebido_centavos": "exato",
    "status": "confirmado, pendente, negado, desconhecido ou duplicado",
    "adquirente": "quem moveu o dinheiro, ou nulo",
    "criado_em": "hora, ISO 8601",
}
TABLE_NAMES: Final = {
    "id": "opaco, 32 dígitos hexadecimais",
    "numero": "nome da mesa",
    "nome": "o mesmo",
    "area_id": "área, ou nulo",
    "area": "nome da área, ou nulo",
    "lugares": "lugares",
    "posicao": "x, y na planta",
    "garcom": "garçom, ou nulo",
    "status": "inativa, ocupada, limpeza, reservada ou livre",
    "reserva": "nome, ate_ms; ou nulo",
    "limpeza": "precisa de limpeza",
    "ativa": "em uso",
    "pedidos": "ids dos pedidos abertos nela",
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
        "data_operacao": None if opening is None else iso_day(opening.entry.business_day),
        "dia_operacao": None if opening is None else opening.entry.business_day,
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
    """A dispute for front ends: codes stay English, their texts stand beside them."""
    return {
        "id": dispute.id,
        "tipo": dispute.kind,
        "titulo": dispute_texts.title(dispute.kind),
        "assunto": dispute.subject,
        "documento": dispute.document,
        "gravidade": dispute.severity,
        "gravidade_texto": dispute_texts.SEVERITIES[dispute.severity],
        "quem": dispute.actor,
        "quem_texto": dispute_texts.ACTORS[dispute.actor],
        "opcoes": list(dispute.choices),
        "opcoes_textos": dispute_texts.labels(dispute.choices),
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


def iso_day(day: int) -> str:
    """`2026-11-22` of days since 1970-01-01; the number itself where no calendar reaches."""
    try:
        return (_EPOCH + timedelta(days=day)).isoformat()
    except OverflowError:
        return str(day)


def _number(letters: str, number: int) -> str:
    return f"{letters}-{number:03d}"


def _item(shown: ShownLine) -> JsonObject:
    line, fact = shown.line, None if shown.line is None else shown.line.fact
    is_cancelled = shown.thousandths == 0
    plain = shown.unit if fact is None else fact.unit_centavos
    return {
        "id": shown.id.hex(),
        "produto_id": None if fact is None else fact.product,
        "nome": shown.name,
        "categoria": None if fact is None else fact.category,
        "quantidade": quantity(shown.thousandths),
        "quantidade_milesimos": shown.thousandths,
        "quantidade_cancelada": quantity(0 if line is None else line.cancelled),
        "preco_unitario": decimal(plain),
        "preco_unitario_centavos": plain,
        "preco_unitario_com_modificadores": decimal(shown.unit),
        "preco_unitario_com_modificadores_centavos": shown.unit,
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
