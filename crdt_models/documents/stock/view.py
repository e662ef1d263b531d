"""The stock of one business day, as its facts make it: what came, went and was counted.

A day by itself knows no balance: that is the ledger's, over all days and all orders.
"""

import hashlib
from collections.abc import Iterable, Iterator

from crdt_models.documents.stock.facts import (
    Item,
    StockCounted,
    StockLost,
    StockReceived,
    StockTransferred,
)
from crdt_models.documents.stock.movements import (
    Count,
    Movement,
    MovementKind,
    author_of,
    read_seen,
)
from crdt_models.documents.view import Derived, View
from crdt_models.fact import Entry


class StockView(View):
    """One day of the stock."""

    UNDERSTANDS = frozenset({StockReceived, StockLost, StockTransferred, StockCounted})

    @Derived
    def movements(self) -> tuple[Movement, ...]:
        """Every movement of the day but sales, by stamp of its kind."""
        return tuple(_movements(self))

    @Derived
    def counts(self) -> tuple[Count, ...]:
        """Every count of the day, one for each product that it names."""
        return tuple(_counts(self))


def _counts(view: View) -> Iterator[Count]:
    for each in view.all(StockCounted):
        seen = read_seen(each.fact.seen)
        held = {item.product: item.thousandths for item in each.fact.items}  # the last word counts
        for product, thousandths in held.items():
            yield Count(
                id=each.id,
                ids=each.ids,
                product=product.hex(),
                place=each.fact.place,
                thousandths=thousandths,
                stamp=each.stamp,
                author=author_of(each.entry.device),
                day=each.entry.business_day,
                told=_told(each.entry, 0),
                is_opening=each.fact.is_opening,
                replaces=tuple(sorted(view.same_all(each.fact.replaces))),
                seen=seen,
            )


def _movements(view: View) -> Iterator[Movement]:
    for came in view.all(StockReceived):
        fact = came.fact
        yield from _moved(came.entry, "purchase", fact.items, (fact.place, 1, fact.supplier))
    for lost in view.all(StockLost):
        reason = lost.fact.reason
        yield from _moved(lost.entry, "loss", lost.fact.items, (lost.fact.place, -1, reason))
    for went in view.all(StockTransferred):
        origin, target, site = went.fact.origin, went.fact.target, went.fact.site
        if origin is not None:
            to = site if target is None else target
            yield from _moved(went.entry, "transfer", went.fact.items, (origin, -1, to))
        if target is not None:
            since = site if origin is None else origin
            yield from _moved(went.entry, "transfer", went.fact.items, (target, 1, since))


def _moved(
    entry: Entry, kind: MovementKind, items: Iterable[Item], how: tuple[str, int, str]
) -> Iterator[Movement]:
    """how: the place, the sign, the reason."""
    place, sign, reason = how
    for index, item in enumerate(items):
        yield Movement(
            id=entry.id,
            kind=kind,
            product=item.product.hex(),
            place=place,
            thousandths=sign * item.thousandths,
            stamp=entry.stamp,
            author=author_of(entry.device),
            day=entry.business_day,
            told=_told(entry, index),
            reason=reason,
        )


def _told(entry: Entry, item: int) -> bytes:
    """The same for every telling, in whichever day's document: 16 bytes."""
    command, index = entry.command_key
    told = command + index.to_bytes(4) + item.to_bytes(4) + entry.intent()
    return hashlib.sha256(told).digest()[:16]
