"""Lines: what was added, what of it was cancelled, how far the kitchen is, and what it costs.

Rules of this file:
1. Quantity left = what the line began with − split off − cancelled, never below zero; what was
   cancelled or split off beyond it is a dispute. A part that was split off is a line too.
2. Which lines there are, and what they are called, is read in `parts`.
3. What was said to the kitchen and by it is read in `kitchen`.
4. A cancellation and a send are concurrent when neither author names the other's fact.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

import msgspec

from crdt_models.documents.orders.facts import (
    ClosedLine,
    LineAdded,
    LineCancelled,
    LinesSent,
    Modifier,
)
from crdt_models.documents.orders.kitchen import Reported, reported, station_register
from crdt_models.documents.orders.parts import Began, lines_begun
from crdt_models.documents.view import Once, View
from crdt_models.ids import FactId, LineId, OrderId, order_of
from crdt_models.money import line_amount

Production = Literal["new", "sent", "preparing", "ready", "delivered"]

STAGES: tuple[Production, ...] = ("new", "sent", "preparing", "ready", "delivered")


class Line(msgspec.Struct, frozen=True):
    """One line as all its facts make it.

    id: what commands call it. home: the order whose document holds it, wherever it is now. added:
    what was ordered. origin: the fact that made it a line, an addition or a split. parent: the line
    that it was split off. parts: the splits that take from it. quantity: thousandths it began with.
    left: thousandths still ordered. cancelled: thousandths cancelled, at most what there was.
    excess: cancelled beyond that. short: what its splits ask for beyond what there was. unit:
    centavos with modifiers. stage: how far the kitchen is. is_fired: whether it may be made.
    station: where. sends: fact ids, by stamp. sent_hlc: clock of the first send, None before.
    """

    id: LineId
    home: OrderId
    added: Once[LineAdded]
    origin: FactId
    parent: LineId | None
    parts: tuple[FactId, ...]
    quantity: int
    left: int
    cancelled: int
    excess: int
    short: int
    unit: int
    stage: Production
    is_fired: bool
    station: str
    sent_hlc: int | None
    sends: tuple[FactId, ...]
    cancellations: tuple[Once[LineCancelled], ...]
    unseen_sends: tuple[FactId, ...]

    @property
    def fact(self) -> LineAdded:
        """What was added."""
        return self.added.fact

    @property
    def amount(self) -> int:
        """Centavos of what is left."""
        return line_amount(self.left, self.unit)

    @property
    def is_cancelled_after_send(self) -> bool:
        """Whether a cancellation says itself that the kitchen already had the line."""
        return any(each.fact.sends_seen for each in self.cancellations)


class ShownLine(msgspec.Struct, frozen=True):
    """A line as people see it: of a closed bill as billed, else as it is. line: its facts, None
    when a closing lists what has not arrived. amount: before discounts. discount: what they take
    off. is_residual: came after the closing, part of no total."""

    id: LineId
    name: str
    thousandths: int
    unit: int
    amount: int
    discount: int
    line: Line | None
    is_residual: bool


def as_it_is(line: Line, *, discount: int = 0, is_residual: bool = False) -> ShownLine:
    """A line that no closing answers for."""
    return ShownLine(
        id=line.id,
        name=line.fact.name,
        thousandths=line.left,
        unit=line.unit,
        amount=line.amount,
        discount=discount,
        line=line,
        is_residual=is_residual,
    )


def as_billed(closed: ClosedLine, line: Line | None, *, discount: int) -> ShownLine:
    """A line of a closed bill."""
    return ShownLine(
        id=closed.line,
        name=closed.name,
        thousandths=closed.thousandths,
        unit=closed.unit_centavos,
        amount=closed.amount_centavos + discount,
        discount=discount,
        line=line,
        is_residual=False,
    )


def lines_of(view: View) -> tuple[Line, ...]:
    """Every line of an order's document, cancelled ones too: additions by stamp, then parts."""
    home = order_of(view.document)
    cancellations = _by_line(view.all(LineCancelled))
    said = reported(view)
    return tuple(
        [
            _line(view, home, began, said, cancellations.get(began.id, ()))
            for began in lines_begun(view)
        ]
    )


def unit_price(unit_centavos: int, modifiers: Iterable[Modifier]) -> int:
    """Centavos of one unit with its modifiers, never below zero."""
    extra = sum(line_amount(each.thousandths, each.unit_centavos) for each in modifiers)
    return max(0, unit_centavos + extra)


def _line(
    view: View,
    home: OrderId,
    began: Began,
    said: Reported,
    cancellations: tuple[Once[LineCancelled], ...],
) -> Line:
    line, added, origin, parent, quantity, parts = began
    sends = said.sends.get(line, ())
    asked = sum(each.fact.thousandths for each in parts)
    rest = max(0, quantity - asked)
    cancelled = sum(each.fact.thousandths for each in cancellations)
    return Line(
        id=line,
        home=home,
        added=added,
        origin=origin,
        parent=parent,
        parts=tuple(each.id for each in parts),
        quantity=quantity,
        left=max(0, rest - cancelled),
        cancelled=min(rest, cancelled),
        excess=max(0, cancelled - rest),
        short=max(0, asked - quantity),
        unit=unit_price(added.fact.unit_centavos, added.fact.modifiers),
        stage=STAGES[said.stages.get(line, 0)],
        is_fired=said.is_fired(line, added.fact.course),
        station=_station(line, added, said),
        sent_hlc=sends[0].stamp.hlc if sends else None,
        sends=tuple(send.id for send in sends),
        cancellations=cancellations,
        unseen_sends=_unseen(view, sends, cancellations),
    )


def _unseen(
    view: View,
    sends: tuple[Once[LinesSent], ...],
    cancellations: tuple[Once[LineCancelled], ...],
) -> tuple[FactId, ...]:
    """Sends and cancellations that know nothing of each other: the kitchen may have made it."""
    if not sends or not cancellations:
        return ()
    # Counted, not compared pair by pair: thousands of each would stop a terminal for minutes.
    pairs: set[tuple[FactId, FactId]] = set()
    ours = {send.id for send in sends}
    for cancellation in cancellations:
        known = view.same_all(cancellation.fact.sends_seen) & ours
        pairs.update((cancellation.id, send) for send in known)
    ours = {cancellation.id for cancellation in cancellations}
    for send in sends:
        seen = view.same_all(send.fact.cancellations_seen) & ours
        pairs.update((cancelled, send.id) for cancelled in seen)
    knowing = Counter(cancelled for cancelled, _ in pairs)
    known_by = Counter(send for _, send in pairs)
    unseen = [each.id for each in cancellations if knowing[each.id] < len(sends)]
    unseen += [each.id for each in sends if known_by[each.id] < len(cancellations)]
    return tuple(sorted(unseen))


def _by_line(
    facts: tuple[Once[LineCancelled], ...],
) -> dict[LineId, tuple[Once[LineCancelled], ...]]:
    found: dict[LineId, list[Once[LineCancelled]]] = {}
    for each in facts:
        found.setdefault(each.fact.line, []).append(each)
    return {line: tuple(cancellations) for line, cancellations in found.items()}


def _station(line: LineId, added: Once[LineAdded], said: Reported) -> str:
    if line not in said.routes:  # nearly every line, all its life
        return added.fact.station
    return station_register(line, added, said).value("")
