"""The JSON of a line of an order."""

from crdt_models.documents.orders.facts import Modifier
from crdt_models.documents.orders.lines import ShownLine
from crdt_models.hybrid_logical_clock import iso
from crdt_models.ids import OrderId
from crdt_models.pedido.figures import JsonObject, decimal, quantity
from crdt_models.pedido.names import STAGE


def item_json(shown: ShownLine, order: OrderId) -> JsonObject:
    """An item of the pedido `order`."""
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
        "desconto": decimal(shown.discount),
        "desconto_centavos": shown.discount,
        "status": "cancelado" if is_cancelled else STAGE["new" if line is None else line.stage],
        "modificadores": [] if fact is None else [_modifier(each) for each in fact.modifiers],
        "observacao": "" if fact is None else fact.note,
        "etapa": 0 if fact is None else fact.course,
        "estacao": "" if line is None else line.station,
        "disparado": line is None or line.is_fired,
        "enviado_em": None if line is None or line.sent_hlc is None else iso(line.sent_hlc),
        "pedido_origem_id": None if line is None or line.home == order else line.home.hex(),
        "cancelado": is_cancelled,
        "cancelado_apos_envio": line is not None and line.is_cancelled_after_send,
        "id_externo": None if fact is None else fact.external_id,
    }


def _modifier(modifier: Modifier) -> JsonObject:
    return {
        "nome": modifier.name,
        "produto_id": modifier.product or None,
        "quantidade": quantity(modifier.thousandths),
        "preco_unitario": decimal(modifier.unit_centavos),
        "preco_unitario_centavos": modifier.unit_centavos,
    }
