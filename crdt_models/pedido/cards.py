"""The JSON of a comanda: a registered card, or a label that an open order has."""

from collections.abc import Sequence
from typing import NamedTuple

from crdt_models.documents.tables.cards import Cards
from crdt_models.hybrid_logical_clock import iso
from crdt_models.ids import OrderId
from crdt_models.pedido.figures import JsonObject, decimal
from crdt_models.pedido.names import BLOCK_REASON, CARD_STATUS


class OnCard(NamedTuple):
    """An open order on it. Money in centavos."""

    order: OrderId
    total: int
    balance: int


def card_json(label: str, card: int | None, cards: Cards, orders: Sequence[OnCard]) -> JsonObject:
    """The comanda. card: None for a mere label."""
    total, balance = sum(each.total for each in orders), sum(each.balance for each in orders)
    block = _block_json(card, cards)
    state = "blocked" if block else "occupied" if orders else "free"
    return {
        "numero": label if card is None else str(card),
        "registrada": card is not None,
        "codigo": None if card is None else cards.code(card),
        "status": CARD_STATUS[state],
        "bloqueio": block,
        "pedidos": [each.order.hex() for each in orders],
        "total": decimal(total),
        "total_centavos": total,
        "saldo": decimal(balance),
        "saldo_centavos": balance,
    }


def _block_json(card: int | None, cards: Cards) -> JsonObject | None:
    standing = () if card is None else cards.standing_blocks(card)
    if not standing:
        return None
    last = standing[-1]
    assert last.value.reason is not None, "a block that stands has a reason"
    return {
        "motivo": BLOCK_REASON[last.value.reason],
        "observacao": last.value.note,
        "desde": iso(last.stamp.hlc),
    }
