"""What a person must decide about one document. Situations, never events: gone when it is over.

Rules of this file:
1. A dispute is known by its kind and subject; its facts are the evidence. One situation has one
   dispute, also when two findings lead to it.
2. A resolution settles it while it weighs every fact involved. Two resolutions of which neither
   replaces the other settle nothing: they are one more dispute.
3. The kinds are those of the design's merge rules. Three more are the product's: a closing whose
   figures do not add up, more refunded than received, and a late change that is a late line
   (`paid_with_residual`) told apart from a late cancellation (`late_change_to_closed_bill`).
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from simulations.reference.lines import times, unit_price
from simulations.reference.once import Meaning
from simulations.reference.payments import ReferencePayment
from simulations.reference.shares import paid_twice
from simulations.reference.stored import Fact, Fields

if TYPE_CHECKING:  # an order is made of situations too
    from simulations.reference.order import ReferenceOrder

Key: TypeAlias = tuple[str, str, str]  # kind, subject, document


class ReferenceDispute(Struct, frozen=True, kw_only=True):
    """document: where its resolutions stand. facts: ids that stand for their facts."""

    kind: str
    subject: str
    document: str
    facts: frozenset[str]
    is_open: bool

    @property
    def key(self) -> Key:
        return self.kind, self.subject, self.document


class Situation(Struct, frozen=True):
    """What may need a person: kind, subject, evidence."""

    kind: str
    subject: str
    facts: frozenset[str]


def situation(kind: str, subject: str, facts: Iterable[str]) -> Situation:
    return Situation(kind, subject, frozenset(facts))


def judged(home: Meaning, situations: Iterable[Situation]) -> Iterator[ReferenceDispute]:
    """The disputes of these situations. home: the document of their resolutions."""
    evidence: dict[tuple[str, str], set[str]] = {}
    for each in situations:
        evidence.setdefault((each.kind, each.subject), set()).update(home.same(each.facts))
    for (kind, subject), facts in evidence.items():
        told = [
            each
            for each in home.of("resolution")
            if (each["kind"], each["subject"]) == (kind, subject)
        ]
        standing = home.standing(told)
        is_settled = len(standing) == 1 and facts <= home.same(standing[0]["weighs"])
        yield ReferenceDispute(
            kind=kind,
            subject=subject,
            document=home.document,
            facts=frozenset(facts),
            is_open=not is_settled,
        )
        if len(standing) > 1:
            yield ReferenceDispute(
                kind="two_resolutions",
                subject=f"{kind}:{subject}",
                document=home.document,
                facts=frozenset(each.id for each in standing),
                is_open=True,
            )


def of_any_document(meaning: Meaning) -> Iterator[Situation]:
    """What every kind of document can have."""
    for meanings in meaning.used_twice:
        command, place = meanings[0].first.command
        facts = [each.id for each in meanings]
        yield situation("command_used_twice", f"{command.hex()}:{place}", facts)
    unreadable = [fact.id for fact in meaning.not_understood if fact.must_understand]
    if unreadable:
        yield situation("needs_upgrade", meaning.document, unreadable)


def of_order(order: "ReferenceOrder") -> Iterator[Situation]:
    """What an order can have beside that."""
    yield from _of_money(order)
    yield from _of_shares(order)
    yield from of_payments(order.payments)
    yield from _of_bill(order)
    yield from _of_lines(order)


def _of_money(order: "ReferenceOrder") -> Iterator[Situation]:
    money = [each.received.id for each in order.payments if each.counts]
    money += [each.id for each in order.refunds]
    cancellations = [each.id for each in order.cancellations]
    if cancellations and order.paid > 0:
        yield situation("paid_and_cancelled", order.id, [*money, *cancellations])
    elif order.balance < 0:
        yield situation("overpaid", order.id, money)
    if order.refunded > order.received:
        yield situation("over_refunded", order.id, money)


def of_payments(payments: list[ReferencePayment]) -> Iterator[Situation]:
    """What each payment of an order, or of an account, can have."""
    for payment in payments:
        if payment.is_doubtful:
            facts = [payment.received.id, *payment.reports]
            yield situation("payment_outcome_unknown", payment.id.hex(), facts)
        namesakes = [each.received.id for each in payments if each.id == payment.id]
        if len(namesakes) > 1:
            yield situation("command_used_twice", payment.id.hex(), namesakes)


def _of_shares(order: "ReferenceOrder") -> Iterator[Situation]:
    for share, payments in paid_twice(order.meaning, order.shares, order.payments):
        yield situation("part_paid_twice", f"{order.id}:{share.hex()}", payments)


def _of_bill(order: "ReferenceOrder") -> Iterator[Situation]:
    closing = order.closing
    of_lines = order.line_discounts.contradictions(order.own_lines)
    for name, told in (*order.terms.contradictions(), *of_lines):
        yield situation("charges_set_apart", f"{order.id}:{name}", told)
    if closing is None:
        return
    if order.late_lines:
        added = [line.added.id for line in order.late_lines]
        yield situation("paid_with_residual", order.id, [closing.id, *added])
    if order.late_changes or order.late_terms:
        late = [*order.late_changes, *order.late_terms]
        yield situation("late_change_to_closed_bill", order.id, [closing.id, *late])
    if order.total != sum(amount for _, _, _, _, amount, *_ in closing["lines"]):
        yield situation("closing_does_not_add_up", order.id, [closing.id])
    if len(order.closings) > 1:
        yield situation("two_closings", order.id, [each.id for each in order.closings])


def _of_lines(order: "ReferenceOrder") -> Iterator[Situation]:
    for line in order.own_lines:
        if line.excess:
            facts = [line.added.id, *(each.id for each in line.cancellations)]
            yield situation("over_cancelled", line.id.hex(), facts)
        if line.not_knowing:
            yield situation("cancelled_after_send", line.id.hex(), line.not_knowing)
        if line.whole is None and len(set(map(_price, line.added.tellings))) > 1:
            yield situation("two_prices_of_a_line", line.id.hex(), [line.origin])
        added = (each for each in order.own_lines if each.whole is None)
        namesakes = [each.added.id for each in added if each.given == line.given]
        if len(namesakes) > 1:
            yield situation("command_used_twice", line.given.hex(), namesakes)


def _price(telling: tuple[Fact, Fields]) -> int:
    _, fields = telling
    return times(fields["thousandths"], unit_price(fields["unit_centavos"], fields["modifiers"]))
