"""The bill: open it is computed, closed it is read from the closing that stands.

Rules of this file:
1. A closing stands until a reopening names it. Of several standing closings the one with the
   greatest stamp answers, and a person is asked.
2. What a standing closing did not count (`late`) never moves its figures; it is shown beside them.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from crdt_models.documents.orders.charges import TERMS
from crdt_models.documents.orders.facts import (
    BillAsked,
    BillClosed,
    BillReopened,
    ClosedLine,
    ClosedPayment,
    LineAdded,
    LineCancelled,
    PaidOnAccount,
    PaymentReceived,
    PaymentRefunded,
)
from crdt_models.documents.orders.lines import Line
from crdt_models.documents.orders.payments import Payment
from crdt_models.documents.view import Once, View
from crdt_models.fact import Fact
from crdt_models.ids import FactId, LineId

COUNTED: tuple[type[Fact], ...] = (
    LineAdded, LineCancelled, PaymentReceived, PaidOnAccount, PaymentRefunded, BillAsked, *TERMS,
)  # fmt: skip


class Closings(NamedTuple):
    """standing: closings that no reopening names, by stamp. reopened: the others."""

    standing: tuple[Once[BillClosed], ...]
    reopened: tuple[Once[BillClosed], ...]


class Late(NamedTuple):
    """What the standing closing did not count. lines: added later. cancellations: of billed lines.
    terms: discounts, charges and what takes them away."""

    lines: tuple[Line, ...]
    cancellations: tuple[FactId, ...]
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


def counted_now(view: View) -> tuple[FactId, ...]:
    """Every fact that a closing made now is made of."""
    return tuple(sorted(each.id for kind in COUNTED for each in view.all(kind)))


def late_of(view: View, closing: Once[BillClosed], lines: tuple[Line, ...]) -> Late:
    """What happened to a closed bill without its closing knowing."""
    counted = view.same_all(closing.fact.counted)
    late_lines = tuple(each for each in lines if each.added.id not in counted and each.left)
    cancellations = tuple(
        each.id
        for line in lines
        if line.added.id in counted
        for each in line.cancellations
        if each.id not in counted
    )
    terms = tuple(each.id for kind in TERMS for each in view.all(kind) if each.id not in counted)
    return Late(late_lines, cancellations, terms)


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
