"""What the lines of an order take from the stock, as its facts make it.

Rules of this file:
1. A line takes what the change that added it says, wherever the line is now; parts that were split
   off it take with it. So a move changes no stock, and no line takes twice.
2. What was cancelled before the kitchen had it returns. What the kitchen had, by the cancellation's
   own word or because a send did not know of it, is lost, until the kitchen settles that it was not
   made.
3. A cancelled order returns what was never sent. Lines of a bill that was closed are out.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, cast

from crdt_models.documents.orders.facts import SuppliesTaken, Supply
from crdt_models.documents.orders.lines import Line
from crdt_models.documents.resolution import resolutions_of
from crdt_models.documents.view import View
from crdt_models.fact import Entry
from crdt_models.ids import FactId, LineId
from crdt_models.money import divide_half_up

NOT_MADE = "not_made"  # the choice by which the kitchen says so


class SupplyTaken(NamedTuple):
    """What one line takes of one product (in hexadecimal), in thousandths. entry: the fact that
    says so. sold: for what is left of the line. lost: for what was cancelled too late."""

    entry: Entry
    line: LineId
    product: str
    sold: int
    lost: int


class _Kept(NamedTuple):
    """Of a line, in thousandths: what is left of it, and what is lost."""

    sold: int
    lost: int


def supplies_of(
    order: View, lines: Iterable[Line], counts: Callable[[LineId], bool]
) -> tuple[SupplyTaken, ...]:
    """lines: added to this order, wherever they are. counts: whether one is on a bill that does."""
    said: dict[tuple[bytes, LineId], tuple[Entry, tuple[Supply, ...]]] = {}
    for entry in order.told(SuppliesTaken):
        for takes in cast(SuppliesTaken, entry.fact).takes:
            said.setdefault((entry.stamp.change, takes.line), (entry, takes.supplies))
    if not said:
        return ()
    kept: dict[FactId, _Kept] = {}
    wholes: list[Line] = []
    for line in lines:
        sold, lost = _kept(order, line, counts=counts(line.id))
        before = kept.get(line.added.id, _Kept(0, 0))
        kept[line.added.id] = _Kept(before.sold + sold, before.lost + lost)
        if line.parent is None:
            wholes.append(line)
    return tuple(
        taken
        for line in wholes
        if (found := said.get((line.added.stamp.change, line.fact.line))) is not None
        for taken in _taken(line, *found, kept[line.added.id])
    )


def _taken(
    line: Line, entry: Entry, supplies: tuple[Supply, ...], kept: _Kept
) -> Iterator[SupplyTaken]:
    """Rounded once for all that is out and once for what of it is lost, so that nothing is lost in
    rounding."""
    for each in supplies:
        out = divide_half_up(each.thousandths * (kept.sold + kept.lost), line.quantity)
        lost = divide_half_up(each.thousandths * kept.lost, line.quantity)
        yield SupplyTaken(entry, line.id, each.product.hex(), out - lost, lost)


def _kept(order: View, line: Line, *, counts: bool) -> _Kept:
    late = _too_late(order, line) if line.cancellations else 0
    if counts:
        return _Kept(line.left, late)
    return _Kept(0, line.left + late if line.sends else late)


def _too_late(order: View, line: Line) -> int:
    """Thousandths of a line that were cancelled when the kitchen had it, or may have."""
    not_made = _not_made(order, line)
    too_late = sum(
        each.fact.thousandths
        for each in line.cancellations
        if each.fact.sends_seen or (each.id in line.unseen_sends and each.id not in not_made)
    )
    return min(line.cancelled, too_late)


def _not_made(order: View, line: Line) -> frozenset[FactId]:
    """What the kitchen weighed when it settled that nothing was made."""
    current = resolutions_of(order, "cancelled_after_send", line.id.hex()).current
    if current is None or current.value.choice != NOT_MADE:
        return frozenset()
    return order.same_all(current.value.weighs)
