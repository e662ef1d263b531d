"""The disputes that one document's facts make."""

from collections.abc import Iterator

from crdt_models.disputes.dispute import Dispute, Group, dispute_of
from crdt_models.disputes.kinds import Kind
from crdt_models.documents.accounts.situations import situations_of
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.cash.situations import situations_of_shift
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.catalog.view import CatalogView
from crdt_models.documents.day.situations import situations_of_day
from crdt_models.documents.day.view import DayView
from crdt_models.documents.floor.situations import situations_of_floor
from crdt_models.documents.floor.view import FloorView
from crdt_models.documents.orders.facts import PaymentRefunded
from crdt_models.documents.orders.findings import findings_of
from crdt_models.documents.orders.line_discounts import carried_apart, set_apart
from crdt_models.documents.orders.split import paid_twice
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.staff.situations import situations_of_staff
from crdt_models.documents.staff.view import StaffView
from crdt_models.documents.view import View
from crdt_models.ids import FactId


def disputes_of(view: View) -> tuple[Dispute, ...]:
    """Every dispute that one document's facts make, settled ones included, sorted by id."""
    found = list(_of_any(view))
    if isinstance(view, OrderView):
        found += [*_of_money(view), *_of_shares(view), *_of_bill(view), *_of_payments(view)]
        found += [dispute_of(view, *each) for each in findings_of(view)]
    elif isinstance(view, CatalogView):
        found += _of_catalog(view)
    elif isinstance(view, AccountView):
        found += [dispute_of(view, *each) for each in situations_of(view)]
        found += _of_payments(view)
    elif isinstance(view, ShiftView):
        found += [dispute_of(view, *each) for each in situations_of_shift(view)]
    elif isinstance(view, DayView):
        found += [dispute_of(view, *each) for each in situations_of_day(view)]
    elif isinstance(view, FloorView):
        found += [dispute_of(view, *each) for each in situations_of_floor(view)]
    elif isinstance(view, StaffView):
        found += [dispute_of(view, *each) for each in situations_of_staff(view)]
    evidence: dict[tuple[Kind, str], list[FactId]] = {}
    for first, *_ in found:  # two payments under one id, say, are one dispute about both
        evidence.setdefault((first.kind, first.subject), []).extend(first.facts)
    united = (dispute_of(view, *about, facts) for about, facts in evidence.items())
    by_id = {dispute.id: dispute for group in united for dispute in group}
    return tuple(by_id[each] for each in sorted(by_id))


def open_disputes(view: View) -> tuple[Dispute, ...]:
    """Those that still wait for a person."""
    return tuple(each for each in disputes_of(view) if each.is_open)


def _of_any(view: View) -> Iterator[Group]:
    entries = {entry.id: entry for entry in view.entries} if view.reused_commands else {}
    for group in view.reused_commands:
        command, index = entries[group[0]].command_key
        yield dispute_of(view, "command_used_twice", f"{command.hex()}:{index}", group)
    facts = [entry.id for entry in view.not_understood if entry.body[1]]
    if facts:
        yield dispute_of(view, "needs_upgrade", view.document, facts)


def _of_money(order: OrderView) -> Iterator[Group]:
    payments = [each.received.id for each in order.payments if each.counts]
    refunds = [each.id for each in order.all(PaymentRefunded)]
    subject = order.order.hex()
    if order.is_cancelled and order.paid:
        cancellations = [each.id for each in order.cancellations]
        yield dispute_of(
            order, "paid_and_cancelled", subject, [*payments, *refunds, *cancellations]
        )
    elif order.balance < 0:
        yield dispute_of(order, "overpaid", subject, [*payments, *refunds])
    if order.refunded > order.received:
        yield dispute_of(order, "over_refunded", subject, [*payments, *refunds])


def _of_shares(order: OrderView) -> Iterator[Group]:
    for share, payments in paid_twice(order, order.shares, order.payments):
        yield dispute_of(order, "part_paid_twice", f"{order.order.hex()}:{share.hex()}", payments)


def _of_bill(order: OrderView) -> Iterator[Group]:
    closing, late, subject = order.closed, order.late, order.order.hex()
    of_lines = set_apart(order.own_lines, order.line_discounts.standing)
    of_lines += carried_apart(order.line_discounts)
    for name, heads in (*order.terms.set_apart, *of_lines):
        yield dispute_of(order, "charges_set_apart", f"{subject}:{name}", heads)
    if closing is None:
        return
    if late.lines:
        added = [line.added.id for line in late.lines]
        yield dispute_of(order, "paid_with_residual", subject, [closing.id, *added])
    if late.changes or late.terms:
        facts = [closing.id, *late.changes, *late.terms]
        yield dispute_of(order, "late_change_to_closed_bill", subject, facts)
    if closing.fact.total != sum(line.amount_centavos for line in closing.fact.lines):
        yield dispute_of(order, "closing_does_not_add_up", subject, [closing.id])
    if len(order.closings.standing) > 1:
        standing = [each.id for each in order.closings.standing]
        yield dispute_of(order, "two_closings", subject, standing)


def _of_catalog(catalog: CatalogView) -> Iterator[Group]:
    for external, products in catalog.by_external_id.items():
        if len(products) > 1:
            registers = [each.register("external_id").current for each in products]
            facts = [write.id for write in registers if write is not None]
            yield dispute_of(catalog, "external_id_given_twice", external, facts)


def _of_payments(order: OrderView | AccountView) -> Iterator[Group]:
    by_id: dict[str, list[FactId]] = {}
    for payment in order.payments:
        by_id.setdefault(payment.id.hex(), []).append(payment.received.id)
        if payment.state == "unknown" or payment.is_contradicted:
            facts = [payment.received.id, *payment.outcomes]
            yield dispute_of(order, "payment_outcome_unknown", payment.id.hex(), facts)
    for given, received in by_id.items():
        if len(received) > 1:
            yield dispute_of(order, "command_used_twice", given, received)
