"""The one table of sentences. A new part of the shop adds its own table here."""

from crdt_models.fact import Entry, Unknown
from crdt_models.telling import (
    of_cards,
    of_cash,
    of_days,
    of_money,
    of_orders,
    of_staff,
    of_stock,
    of_the_shop,
)
from crdt_models.telling.names import Names
from crdt_models.telling.of_orders import Sentences

SENTENCES: Sentences = {
    **of_orders.SENTENCES,
    **of_money.SENTENCES,
    **of_cash.SENTENCES,
    **of_days.SENTENCES,
    **of_stock.SENTENCES,
    **of_staff.SENTENCES,
    **of_the_shop.SENTENCES,
    **of_cards.SENTENCES,
}


def sentence(entry: Entry, names: Names) -> str:
    """What somebody did, in a line without a full stop."""
    if isinstance(entry.fact, Unknown):
        return f"Algo que este terminal ainda não entende ({entry.fact.named})"
    told = SENTENCES.get(type(entry.fact))
    return entry.fact.tag() if told is None else told(entry.fact, names)
