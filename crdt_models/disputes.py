"""Disputes: business situations that a person must settle, never a coin.

Rules of this file:
1. A dispute is a property of facts: it is computed, never stored, and it is gone when its situation
   is.
2. Its id is the hash of (kind, subject), so every terminal names it alike. Subjects are fixed per
   kind.
3. A `Resolution` closes it while it weighs every fact involved; new evidence reopens it. Two
   resolutions that do not replace each other are one more dispute, closed by a resolution that
   replaces both.
4. Nothing here decides: figures are what the views say they are, disputed or not.
"""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Literal, NamedTuple

import msgspec

from crdt_models.canonical_cbor import encode
from crdt_models.documents.accounts.situations import situations_of
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.catalog.view import CatalogView
from crdt_models.documents.command import Command, Context, Decision, InvalidField, Read
from crdt_models.documents.floor.situations import situations_of_floor
from crdt_models.documents.floor.view import FloorView
from crdt_models.documents.orders.facts import PaymentRefunded
from crdt_models.documents.orders.findings import findings_of
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.register import Register, Write
from crdt_models.documents.resolution import Resolution
from crdt_models.documents.view import View
from crdt_models.fact import Fact
from crdt_models.ids import (
    ChangeId,
    DeviceId,
    DocumentId,
    Epoch,
    FactId,
    OrderId,
    TableId,
    fact_id,
)

Kind = Literal[
    "overpaid",
    "paid_and_cancelled",
    "paid_with_residual",
    "late_change_to_closed_bill",
    "closing_does_not_add_up",
    "two_closings",
    "charges_set_apart",
    "over_cancelled",
    "cancelled_after_send",
    "double_move",
    "over_split",
    "line_billed_twice",
    "line_on_merged_order",
    "moved_to_cancelled_order",
    "over_refunded",
    "payment_outcome_unknown",
    "credit_limit_exceeded",
    "account_overpaid",
    "command_used_twice",
    "two_prices_of_a_line",
    "external_id_given_twice",
    "needs_upgrade",
    "two_tabs_at_once",
    "reservation_clash",
    "equal_numbers",
    "lineage_forked",
    "author_forked",
    "two_resolutions",
]
Severity = Literal["urgent", "attention", "notice"]
Actor = Literal["manager", "cashier", "kitchen", "waiter", "technician"]


class KindOf(NamedTuple):
    """What is fixed for a kind: how urgent, who acts, and the codes a resolution may choose."""

    severity: Severity
    actor: Actor
    choices: tuple[str, ...]


KINDS: dict[Kind, KindOf] = {
    "overpaid": KindOf("urgent", "cashier", ("refunded", "tip", "credit", "recorded_twice")),
    "paid_and_cancelled": KindOf("urgent", "manager", ("refunded", "restored", "kept")),
    "paid_with_residual": KindOf("urgent", "cashier", ("charged", "reopened", "waived")),
    "late_change_to_closed_bill": KindOf("attention", "manager", ("reopened", "refunded", "kept")),
    "closing_does_not_add_up": KindOf("urgent", "manager", ("reopened", "kept")),
    "two_closings": KindOf("attention", "manager", ("reopened", "kept")),
    "charges_set_apart": KindOf("attention", "manager", ("kept", "corrected")),
    "over_cancelled": KindOf("notice", "manager", ("seen",)),
    "cancelled_after_send": KindOf("attention", "kitchen", ("not_made", "made_and_lost", "served")),
    "double_move": KindOf("attention", "waiter", ("moved_again", "kept")),
    "over_split": KindOf("attention", "waiter", ("corrected", "kept")),
    "line_billed_twice": KindOf("urgent", "manager", ("reopened", "refunded", "kept")),
    "line_on_merged_order": KindOf("attention", "waiter", ("merged", "restored", "moved_again")),
    "moved_to_cancelled_order": KindOf("urgent", "waiter", ("restored", "moved_again", "kept")),
    "over_refunded": KindOf("urgent", "manager", ("recorded_twice", "loss", "recovered")),
    "payment_outcome_unknown": KindOf("urgent", "cashier", ("received", "not_received")),
    "credit_limit_exceeded": KindOf("attention", "manager", ("kept", "collected")),
    "account_overpaid": KindOf("attention", "cashier", ("refunded", "credit", "recorded_twice")),
    "command_used_twice": KindOf("attention", "manager", ("both_meant", "corrected")),
    "two_prices_of_a_line": KindOf("attention", "cashier", ("kept", "corrected")),
    "external_id_given_twice": KindOf("attention", "manager", ("both_meant", "corrected")),
    "needs_upgrade": KindOf("urgent", "technician", ()),
    "two_tabs_at_once": KindOf("attention", "waiter", ("merged", "both_kept")),
    "reservation_clash": KindOf("attention", "manager", ("rebooked", "kept")),
    "equal_numbers": KindOf("notice", "manager", ("seen",)),
    "lineage_forked": KindOf("urgent", "technician", ("restored_backup", "clone_removed")),
    "author_forked": KindOf("urgent", "technician", ("clone_removed", "device_revoked")),
    "two_resolutions": KindOf("attention", "manager", ()),
}


class Dispute(msgspec.Struct, frozen=True):
    """One dispute. id: 32 hexadecimal digits. document: where its resolution stands. facts: the
    evidence, sorted. resolutions: fact ids that stand; one that weighs all facts closes it."""

    id: str
    kind: Kind
    subject: str
    document: DocumentId
    facts: tuple[FactId, ...]
    resolutions: tuple[FactId, ...]
    is_open: bool

    @property
    def severity(self) -> Severity:
        """How urgent: `urgent` is money or identity, `attention` is today, `notice` can wait."""
        return KINDS[self.kind].severity

    @property
    def actor(self) -> Actor:
        """Who must act."""
        return KINDS[self.kind].actor

    @property
    def choices(self) -> tuple[str, ...]:
        """Codes that a resolution may choose; none: it ends only with its situation."""
        return KINDS[self.kind].choices


def dispute_id(kind: Kind, subject: str) -> str:
    """32 hexadecimal digits, the same at every terminal."""
    return hashlib.sha256(b"malha-dispute-v1" + encode([kind, subject])).hexdigest()[:32]


def resolutions_of(view: View, kind: str, subject: str) -> Register[Resolution]:
    """The register of resolutions of one dispute in its document's view."""
    return Register(
        Write(each.id, each.stamp, each.fact, view.same_all(each.fact.replaces))
        for each in view.resolutions.get((kind, subject), ())
    )


def disputes_of(view: View) -> tuple[Dispute, ...]:
    """Every dispute that one document's facts make, settled ones included, sorted by id."""
    found = list(_of_any(view))
    if isinstance(view, OrderView):
        found += [*_of_money(view), *_of_bill(view), *_of_payments(view)]
        found += [_dispute(view, *each) for each in findings_of(view)]
    elif isinstance(view, CatalogView):
        found += _of_catalog(view)
    elif isinstance(view, AccountView):
        found += [_dispute(view, *each) for each in situations_of(view)]
        found += _of_payments(view)
    elif isinstance(view, FloorView):
        found += [_dispute(view, *each) for each in situations_of_floor(view)]
    evidence: dict[tuple[Kind, str], list[FactId]] = {}
    for first, *_ in found:  # two payments under one id, say, are one dispute about both
        evidence.setdefault((first.kind, first.subject), []).extend(first.facts)
    united = (_dispute(view, *about, facts) for about, facts in evidence.items())
    by_id = {dispute.id: dispute for group in united for dispute in group}
    return tuple(by_id[each] for each in sorted(by_id))


def open_disputes(view: View) -> tuple[Dispute, ...]:
    """Those that still wait for a person."""
    return tuple(each for each in disputes_of(view) if each.is_open)


_Group = tuple[Dispute, ...]


def _dispute(view: View, kind: Kind, subject: str, facts: Iterable[FactId]) -> _Group:
    """The dispute, and `two_resolutions` when several stand. `view` holds the resolutions."""
    involved = view.same_all(facts)
    standing = resolutions_of(view, kind, subject)
    is_settled = (
        len(standing.heads) == 1
        and standing.current is not None
        and involved <= view.same_all(standing.current.value.weighs)
    )
    first = Dispute(
        id=dispute_id(kind, subject),
        kind=kind,
        subject=subject,
        document=view.document,
        facts=tuple(sorted(involved)),
        resolutions=standing.heads,
        is_open=not is_settled,
    )
    if len(standing.heads) < 2:
        return (first,)
    rivals = Dispute(
        id=dispute_id("two_resolutions", f"{kind}:{subject}"),
        kind="two_resolutions",
        subject=f"{kind}:{subject}",
        document=view.document,
        facts=standing.heads,
        resolutions=(),
        is_open=True,
    )
    return first, rivals


def _of_any(view: View) -> Iterator[_Group]:
    entries = {entry.id: entry for entry in view.entries} if view.reused_commands else {}
    for group in view.reused_commands:
        command, index = entries[group[0]].command_key
        yield _dispute(view, "command_used_twice", f"{command.hex()}:{index}", group)
    facts = [entry.id for entry in view.not_understood if entry.body[1]]
    if facts:
        yield _dispute(view, "needs_upgrade", view.document, facts)


def _of_money(order: OrderView) -> Iterator[_Group]:
    payments = [each.received.id for each in order.payments if each.state == "confirmed"]
    refunds = [each.id for each in order.all(PaymentRefunded)]
    subject = order.order.hex()
    if order.is_cancelled and order.paid:
        cancellations = [each.id for each in order.cancellations]
        yield _dispute(order, "paid_and_cancelled", subject, [*payments, *refunds, *cancellations])
    elif order.balance < 0:
        yield _dispute(order, "overpaid", subject, [*payments, *refunds])
    if order.refunded > order.received:
        yield _dispute(order, "over_refunded", subject, [*payments, *refunds])


def _of_bill(order: OrderView) -> Iterator[_Group]:
    closing, late, subject = order.closed, order.late, order.order.hex()
    for name, heads in order.terms.set_apart:
        yield _dispute(order, "charges_set_apart", f"{subject}:{name}", heads)
    if closing is None:
        return
    if late.lines:
        added = [line.added.id for line in late.lines]
        yield _dispute(order, "paid_with_residual", subject, [closing.id, *added])
    if late.changes or late.terms:
        facts = [closing.id, *late.changes, *late.terms]
        yield _dispute(order, "late_change_to_closed_bill", subject, facts)
    if closing.fact.total != sum(line.amount_centavos for line in closing.fact.lines):
        yield _dispute(order, "closing_does_not_add_up", subject, [closing.id])
    if len(order.closings.standing) > 1:
        standing = [each.id for each in order.closings.standing]
        yield _dispute(order, "two_closings", subject, standing)


def _of_catalog(catalog: CatalogView) -> Iterator[_Group]:
    for external, products in catalog.by_external_id.items():
        if len(products) > 1:
            registers = [each.register("external_id").current for each in products]
            facts = [write.id for write in registers if write is not None]
            yield _dispute(catalog, "external_id_given_twice", external, facts)


def _of_payments(order: OrderView | AccountView) -> Iterator[_Group]:
    by_id: dict[str, list[FactId]] = {}
    for payment in order.payments:
        by_id.setdefault(payment.id.hex(), []).append(payment.received.id)
        if payment.state == "unknown" or payment.is_contradicted:
            facts = [payment.received.id, *payment.outcomes]
            yield _dispute(order, "payment_outcome_unknown", payment.id.hex(), facts)
    for given, received in by_id.items():
        if len(received) > 1:
            yield _dispute(order, "command_used_twice", given, received)


def two_tabs(orders: Iterable[OrderView], tables: View) -> tuple[Dispute, ...]:
    """Open orders at one table whose openings did not know of each other. `tables` holds
    resolutions.

    Subject: the table and both orders. An order that was moved to the table later is no opening
    there.
    """
    at_table: dict[TableId, list[tuple[OrderId, FactId, frozenset[OrderId]]]] = {}
    for order in orders:
        opening = order.opening
        if opening is None or not order.is_open or order.table is None:
            continue
        if opening.fact.table == order.table:
            seen = frozenset(opening.fact.tabs_seen)
            at_table.setdefault(order.table, []).append((order.order, opening.id, seen))
    found: list[Dispute] = []
    for table, tabs in at_table.items():
        for (one, opened, saw), (other, opened_too, saw_too) in combinations(sorted(tabs), 2):
            if one not in saw_too and other not in saw:
                subject = f"{table.hex()}:{one.hex()}:{other.hex()}"
                found += _dispute(tables, "two_tabs_at_once", subject, [opened, opened_too])
    return tuple(found)


class NumberedOrder(NamedTuple):
    """An order as people call it. opened: stamp of the opening, packed clock. numbered: fact id."""

    order: OrderId
    business_day: int
    letters: str
    number: int
    opened: int
    numbered: FactId


def equal_numbers(orders: Iterable[NumberedOrder], terminals: View) -> tuple[Dispute, ...]:
    """Different orders under one number of one business day, as after a restored backup."""
    found: list[Dispute] = []
    for (day, letters, number), same in _by_number(orders).items():
        if len(same) > 1:
            subject = f"{day}:{letters}-{number}"
            facts = [each.numbered for each in same]
            found += _dispute(terminals, "equal_numbers", subject, facts)
    return tuple(found)


def number_ranks(orders: Iterable[NumberedOrder]) -> dict[OrderId, int]:
    """1 for the order that shows `A-017`, 2 for the one that shows `A-017/2`, …: by opening, then
    id."""
    ranks: dict[OrderId, int] = {}
    for same in _by_number(orders).values():
        same.sort(key=lambda each: (each.opened, each.order))
        ranks |= {each.order: rank for rank, each in enumerate(same, start=1)}
    return ranks


def _by_number(
    orders: Iterable[NumberedOrder],
) -> dict[tuple[int, str, int], list[NumberedOrder]]:
    found: dict[tuple[int, str, int], list[NumberedOrder]] = {}
    for each in orders:
        found.setdefault((each.business_day, each.letters, each.number), []).append(each)
    return found


class Opening(NamedTuple):
    """The first change of an epoch: what its header says."""

    device: DeviceId
    epoch: Epoch
    previous: tuple[ChangeId, ...]
    change: ChangeId


def lineage_forked(openings: Iterable[Opening], terminals: View) -> tuple[Dispute, ...]:
    """Two epochs of one device that name one previous change, or two that name none.

    A clone or a restored backup writes so; both keep selling. Subject: device and shared change.
    """
    children: dict[tuple[DeviceId, bytes], dict[Epoch, ChangeId]] = {}
    for opening in openings:
        for previous in opening.previous or (b"",):
            heirs = children.setdefault((opening.device, bytes(previous)), {})
            heirs[opening.epoch] = min(opening.change, heirs.get(opening.epoch, opening.change))
    found: list[Dispute] = []
    for (device, previous), heirs in sorted(children.items()):
        if len(heirs) > 1:
            subject = f"{device[:16].hex()}:{previous[:16].hex()}"
            facts = [fact_id(change, 0) for change in heirs.values()]
            found += _dispute(terminals, "lineage_forked", subject, facts)
    return tuple(found)


class Place(NamedTuple):
    """Where a change stands in its author's chain."""

    device: DeviceId
    epoch: Epoch
    sequence: int
    change: ChangeId


def author_forked(places: Iterable[Place], terminals: View) -> tuple[Dispute, ...]:
    """Two changes of one author under one sequence: one memory runs twice, or the device lies."""
    at: dict[tuple[DeviceId, Epoch, int], set[ChangeId]] = {}
    for place in places:
        at.setdefault((place.device, place.epoch, place.sequence), set()).add(place.change)
    found: list[Dispute] = []
    for (device, epoch, sequence), changes in sorted(at.items()):
        if len(changes) > 1:
            subject = f"{device[:16].hex()}:{epoch.hex()}:{sequence}"
            facts = [fact_id(change, 0) for change in changes]
            found += _dispute(terminals, "author_forked", subject, facts)
    return tuple(found)


class SettleDispute(Command, frozen=True, kw_only=True, tag="settle_dispute"):
    """A person's decision on a dispute, over the facts that the person was shown (`weighs`).

    Raises InvalidField for a kind or choice that does not exist.
    """

    document: DocumentId
    kind: Kind
    subject: str
    choice: str
    weighs: tuple[FactId, ...]
    note: str = ""

    def reads(self) -> tuple[DocumentId, ...]:
        return (self.document,)

    def plan(self, read: Read, context: Context) -> Decision:
        kind = KINDS.get(self.kind)
        if kind is None or self.choice not in kind.choices:
            raise InvalidField(reason=f"{self.choice} does not settle {self.kind}")
        view = read(self.document)
        resolution: Fact = Resolution(
            kind=self.kind,
            subject=self.subject,
            choice=self.choice,
            weighs=tuple(sorted(set(self.weighs))),
            note=self.note,
            replaces=resolutions_of(view, self.kind, self.subject).replaced_next,
        )
        return Decision(((self.document, resolution),))
