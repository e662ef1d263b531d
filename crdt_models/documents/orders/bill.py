"""The bill: open it is computed, closed it is read from the closing that stands.

Rules of this file:
1. A closing stands until a reopening names it. Of several standing closings the one with the
   greatest stamp answers, and a person is asked.
2. What a standing closing did not count (`late`) never moves its figures; it is shown beside them.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from crdt_models.documents.orders.charges import TERMS
from crdt_models.documents.orders.facts import (
    BillAsked,
    BillClosed,
    BillReopened,
    ClosedLine,
    ClosedPayment,
    DiscountCarried,
    DiscountGiven,
    DiscountWithdrawn,
    LineAdded,
    LineCancelled,
    LineSplit,
    PaidOnAccount,
    PaymentReceived,
    PaymentRefunded,
)
from crdt_models.documents.orders.line_discounts import discounts_about
from crdt_models.documents.orders.lines import Line
from crdt_models.documents.orders.payments import Payment
from crdt_models.documents.orders.whereabouts import is_in_whole
from crdt_models.documents.view import Once, View
from crdt_models.fact import Fact
from crdt_models.ids import FactId, LineId

if TYPE_CHECKING:  # the view is made of this file
    from crdt_models.documents.orders.shared_lines import SharedLines

_SET: tuple[type[Fact], ...] = tuple(
    kind for kind in TERMS if kind not in (DiscountGiven, DiscountCarried, DiscountWithdrawn)
)
COUNTED: tuple[type[Fact], ...] = (
    LineAdded, LineCancelled, LineSplit, PaymentReceived, PaidOnAccount, PaymentRefunded, BillAsked,
    *_SET,
)  # fmt: skip


class Closings(NamedTuple):
    """standing: closings that no reopening names, by stamp. reopened: the others."""

    standing: tuple[Once[BillClosed], ...]
    reopened: tuple[Once[BillClosed], ...]


class Late(NamedTuple):
    """What the standing closing did not count. lines: added, or moved here, later. changes: of
    billed lines: cancellations, splits, and moves to another order. terms: discounts, charges and
    what takes them away."""

    lines: tuple[Line, ...]
    changes: tuple[FactId, ...]
    terms: tuple[FactId, ...] = ()

    @property
    def centavos(self) -> int:
        """What the late lines would add: the residual."""
        return sum(line.amount for line in self.lines)


def closings_of(view: View) -> Closings:
    """Every closing of an order, by stamp."""
    named = view.same_all(each.fact.closing for each in view.all(BillReopened))
    closings = view.all(BillClosed)
    return Closings(
        tuple(each for each in closings if each.id not in named),
        tuple(each for each in closings if each.id in named),
    )


def counted_now(order: "SharedLines") -> tuple[FactId, ...]:
    """Every fact that a closing made now is made of."""
    own = {each.id for kind in COUNTED for each in order.all(kind)}
    here = {line.origin for line in order.lines}
    elsewhere = {line.origin for line in order.own_lines} - here
    arrived = (line for line in order.lines if line.home != order.order)
    came = {fact for line in arrived for fact in (line.origin, *_changes(line))}
    split_off = {part for line in order.lines for part in line.parts}  # wherever the parts are
    discounts = {each.id for each in discounts_about(order)}
    return tuple(sorted((own - elsewhere) | came | split_off | discounts))


def _changes(line: Line) -> tuple[FactId, ...]:
    """What made the line less."""
    return (*(each.id for each in line.cancellations), *line.parts)


def late_of(order: "SharedLines", closing: Once[BillClosed]) -> Late:
    """What happened to a closed bill without its closing knowing."""
    counted = order.same_all(closing.fact.counted)
    lines: list[Line] = []
    changes: dict[FactId, None] = {}
    for came in order.here:
        line = came.line
        # A bill counts the splits of its lines, also of parts that were elsewhere.
        was_here = line.parent is None or line.id in order.billed
        if was_here and line.origin in counted:
            changes |= {each: None for each in _changes(line) if each not in counted}
        elif line.left and not is_in_whole(line, order.home_of(line), order):
            lines.append(line)
        if came.moved_by is not None and came.place is not None and came.place.asked != order.order:
            changes[came.moved_by] = None
    told = [each for kind in _SET for each in order.all(kind)]
    about = (*discounts_about(order), *told)
    terms = tuple(each.id for each in about if each.id not in counted)
    return Late(tuple(lines), tuple(changes), terms)


def is_asked(view: View, closings: Closings) -> bool:
    """Whether the bill was asked for since the last reopening."""
    asked = {each.id for each in view.all(BillAsked)}
    if not asked:
        return False
    for closing in closings.reopened:
        asked -= view.same_all(closing.fact.counted)
    return bool(asked)


def named(lines: tuple[ClosedLine, ...], known: Mapping[LineId, Line]) -> tuple[ClosedLine, ...]:
    """The lines of a closing; one that had no room for names takes them from the lines."""
    return tuple(
        msgspec.structs.replace(line, name=known[line.line].fact.name)
        if not line.name and line.line in known
        else line
        for line in lines
    )


def settled_by(payments: tuple[Payment, ...]) -> tuple[ClosedPayment, ...]:
    """The payments as a bill made now lists them: those that count."""
    return tuple(
        ClosedPayment(payment.id, payment.received.fact.method, payment.centavos)
        for payment in payments
        if payment.state == "confirmed"
    )
