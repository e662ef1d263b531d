"""What a person must decide about the lines of an order; `disputes` makes disputes of it.

Rules of this file:
1. What concerns a line is found in its home, wherever the line is; what concerns an order that
   somebody thought was done with, in that order.
2. Nothing here decides: every line is on an order meanwhile, and counts there.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Literal, NamedTuple, cast

from crdt_models.documents.orders.facts import DiscountGiven, DiscountWithdrawn, LineAdded
from crdt_models.documents.orders.lines import Line, unit_price
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.orders.whereabouts import MovedFrom, moves_at
from crdt_models.ids import FactId
from crdt_models.money import line_amount

FindingKind = Literal[
    "over_cancelled",
    "cancelled_after_send",
    "two_prices_of_a_line",
    "command_used_twice",
    "double_move",
    "merged_twice",
    "over_split",
    "line_billed_twice",
    "line_on_merged_order",
    "moved_to_cancelled_order",
    "discounted_while_moved",
]


class Finding(NamedTuple):
    """kind, subject: of the dispute. facts: its evidence."""

    kind: FindingKind
    subject: str
    facts: tuple[FactId, ...]


def findings_of(order: OrderView) -> Iterator[Finding]:
    """Everything found in an order that was joined with those beside it."""
    for line in order.own_lines:
        yield from _of_line(line)
    yield from _of_names(order)
    yield from _of_prices(order)
    yield from _of_places(order)
    yield from _of_mergings(order)
    if order.is_owed:
        yield from _of_discounts(order)
    if order.closed is not None:
        return
    if order.is_cancelled:
        yield from _of_cancelled(order)
    elif order.mergings:
        yield from _of_merged(order)


def _of_line(line: Line) -> Iterator[Finding]:
    """More was cancelled or split off than there was; the kitchen may have what was cancelled."""
    if line.excess:
        cancellations = (each.id for each in line.cancellations)
        yield Finding("over_cancelled", line.id.hex(), (line.added.id, *cancellations))
    if line.unseen_sends:
        yield Finding("cancelled_after_send", line.id.hex(), line.unseen_sends)
    if line.short:
        yield Finding("over_split", line.id.hex(), (line.origin, *line.parts))


def _of_names(order: OrderView) -> Iterator[Finding]:
    """Several additions give one id."""
    added = order.all(LineAdded)
    times = Counter(each.fact.line for each in added)
    for given in (line for line, count in times.items() if count > 1):
        facts = tuple(each.id for each in added if each.fact.line == given)
        yield Finding("command_used_twice", given.hex(), facts)


def _of_prices(order: OrderView) -> Iterator[Finding]:
    """Lines of the catalog that one command sold at two terminals, at two prices."""
    sold = (line for line in order.own_lines if line.parent is None)
    told = {line.id: line.added.ids for line in sold if len(line.added.ids) > 1}
    entries = {entry.id: entry for entry in order.told(LineAdded)} if told else {}
    for line, ids in told.items():
        facts = [cast(LineAdded, entries[each].fact) for each in ids]
        prices = {
            line_amount(fact.thousandths, unit_price(fact.unit_centavos, fact.modifiers))
            for fact in facts
        }
        if len(prices) > 1:
            yield Finding("two_prices_of_a_line", line.hex(), ids)


def _of_places(order: OrderView) -> Iterator[Finding]:
    """Cut-off terminals moved one line to different orders, or closed two bills with it."""
    for moved, place in order.places.items():
        if place.is_moved_twice and order.own_by_id[moved].left:
            yield Finding("double_move", moved.hex(), place.moves.heads)
        if len(place.billed) > 1:
            closings = [order.orders[each].closed for each in place.billed]
            facts = tuple(closing.id for closing in closings if closing is not None)
            yield Finding("line_billed_twice", moved.hex(), facts)


def _of_mergings(order: OrderView) -> Iterator[Finding]:
    """Cut-off terminals joined it with different orders, and both ask for its charges."""
    brought = [each for each in order.mergings if each.fact.charges]
    if len({each.fact.into for each in brought}) > 1:
        yield Finding("merged_twice", order.order.hex(), tuple(each.id for each in brought))


def _of_cancelled(order: OrderView) -> Iterator[Finding]:
    """Lines were moved here without the canceller knowing: they are here, and nobody pays them."""
    seen = order.same_all(move for each in order.cancellations for move in each.fact.moves_seen)
    unseen = {came.moved_by for came in order.here if came.line.left} - seen - {None}
    if unseen:
        cancelled = (each.id for each in order.cancellations)
        facts = (*cancelled, *(each for each in unseen if each is not None))
        yield Finding("moved_to_cancelled_order", order.order.hex(), facts)


def _of_merged(order: OrderView) -> Iterator[Finding]:
    """Lines were added or moved here without whoever merged it knowing: the order is open again."""
    left = [came.moved_by or came.line.origin for came in order.here if came.line.left]
    if left:
        facts = (*(each.id for each in order.mergings), *left)
        yield Finding("line_on_merged_order", order.order.hex(), facts)


def _of_discounts(order: OrderView) -> Iterator[Finding]:
    """Somebody gave a discount to the order while lines left it or came, and neither knew of the
    other: people are asked for more, or less, than either of them saw."""
    given = order.terms.of_order
    moves = moves_at(order) if given else []
    found: dict[FactId, None] = dict.fromkeys(_withdrawn_unheard(order))
    for each in order.all(DiscountGiven):
        if each.id not in given:
            continue
        known = order.same_all(each.fact.moves_seen)
        unheard = [
            moved.move.id
            for moved in moves
            if moved.move.id not in known
            and each.id not in order.same_all(moved.move.fact.discounts_seen)
            and _matters(order, moved, each.fact)
        ]
        if unheard:
            found |= dict.fromkeys([each.id, *unheard])
    if found:
        yield Finding("discounted_while_moved", order.order.hex(), tuple(found))


def _withdrawn_unheard(order: OrderView) -> Iterator[FactId]:
    """Who withdrew a discount of the order while another joined it with a third: its lines took
    that discount along."""
    withdrawn = [
        (each, order.same_all(each.fact.discounts)) for each in order.all(DiscountWithdrawn)
    ]
    took = [(each, named) for each, named in withdrawn if each.fact.into is not None]
    for each, named in withdrawn:
        if each.fact.into is None:
            for other, along in took:
                if named & along:
                    yield from (each.id, other.id)


def _matters(order: OrderView, moved: MovedFrom, given: DiscountGiven) -> bool:
    """Whether a move changed what the discount comes to: an amount is what it is while there is
    something to take it off."""
    home, fact = moved.home, moved.move.fact
    came = fact.to == order.order
    if given.kind == "value" and (came or order.figures.consumption):
        return False
    here = {line.origin for line in order.lines}
    return any(
        line.left and line.id in fact.lines and (line.origin in here) == came
        for line in home.own_lines
    )
