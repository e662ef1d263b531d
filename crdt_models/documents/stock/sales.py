"""The movements of one document: a day's, or an order's sales."""

from collections.abc import Iterator

from crdt_models.documents.orders.supplies import SupplyTaken
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.stock.facts import MAIN
from crdt_models.documents.stock.movements import Movement, MovementKind, author_of
from crdt_models.documents.stock.view import StockView
from crdt_models.documents.view import View


def movements_in(view: View) -> tuple[Movement, ...]:
    """Everything that a document moves; sales of an order, what it lost in the kitchen too."""
    if isinstance(view, StockView):
        return view.movements
    if isinstance(view, OrderView):
        return tuple(each for taken in view.supplies for each in _movements(taken))
    return ()


def _movements(taken: SupplyTaken) -> Iterator[Movement]:
    kinds: tuple[tuple[MovementKind, int], ...] = (("sale", taken.sold), ("loss", taken.lost))
    for kind, thousandths in kinds:
        if thousandths:
            yield Movement(
                id=taken.entry.id,
                kind=kind,
                product=taken.product,
                place=MAIN,
                thousandths=-thousandths,
                stamp=taken.entry.stamp,
                author=author_of(taken.entry.device),
                day=taken.entry.business_day,
                told=taken.entry.stamp.change + taken.line,
            )
