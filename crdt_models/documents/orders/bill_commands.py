"""What people ask of the bill: receive, refund, ask, close, reopen.

Rules of this file:
1. A payment counts for exactly what it says, at most what is owed. Change is what was handed over
   beyond it, and only cash has change: so a retried payment means the same at every terminal.
2. A bill is closed when nothing is owed, and only by a program that understands all of its facts.
3. Refunds go through on a closed bill: its figures stand and the refund is shown beside them.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from crdt_models.canonical_cbor import encode
from crdt_models.documents.accounts.errors import NotOnAccount
from crdt_models.documents.accounts.facts import ChargeReversed
from crdt_models.documents.cash.drawer import Moved, fallen
from crdt_models.documents.command import (
    MAX_DECISION_BYTES,
    Context,
    Decision,
    NeedsUpgrade,
    Read,
)
from crdt_models.documents.fields import (
    CASH,
    MAX_MENTIONS,
    MAX_TOTAL_CENTAVOS,
    ON_ACCOUNT,
    AnyMethod,
    PaymentMethod,
)
from crdt_models.documents.orders.bill import counted_now, settled_by
from crdt_models.documents.orders.charges import (
    closing_charges,
    closing_lines,
)
from crdt_models.documents.orders.commands import OrderCommand
from crdt_models.documents.orders.commands.house_charges import service_begins
from crdt_models.documents.orders.commands.lines import service_of
from crdt_models.documents.orders.errors import (
    BillIsOpen,
    BillTooLarge,
    NoChangeFromThis,
    PartAlreadyPaid,
    PaymentAboveBalance,
    RefundAbovePaid,
    UnknownPayment,
    UnknownShare,
    UnpaidBill,
)
from crdt_models.documents.orders.facts import (
    Acquirer,
    BillAsked,
    BillClosed,
    BillReopened,
    PaymentConfirmed,
    PaymentDenied,
    PaymentReceived,
    PaymentRefunded,
    PaymentUnknown,
    TipReceived,
)
from crdt_models.documents.orders.payments import Payment
from crdt_models.documents.orders.view import OrderView
from crdt_models.errors import InvalidAmount
from crdt_models.fact import Fact, body_of
from crdt_models.ids import (
    AccountId,
    CreatedId,
    DocumentId,
    FactId,
    PaymentId,
    ShareId,
    account_document,
)

_DOCUMENT_BYTES = 64  # beside a fact: an order's document id and the heads around both


class TakePayment(OrderCommand, frozen=True, kw_only=True, tag="take_payment"):
    """Receive `centavos` towards the bill. Creates `payment`.

    tendered: cash handed over, None for exactly `centavos` and the tip. is_pending: the acquirer
    has not answered. share: whose part it is. tip_centavos: for the staff, beside the bill.
    Raises OrderIsCancelled, PaymentAboveBalance, NoChangeFromThis, UnknownShare, PartAlreadyPaid.
    """

    centavos: int
    method: PaymentMethod
    tendered: int | None = None
    acquirer: Acquirer | None = None
    is_pending: bool = False
    note: str = ""
    share: ShareId | None = None
    tip_centavos: int = 0

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.uncancelled_view(read)
        check_owed(view, self.centavos, self.share)
        payment = PaymentId(context.new_id(0))
        received = PaymentReceived(
            payment=payment,
            centavos=self.centavos,
            method=self.method,
            change_centavos=change_of(
                self.centavos + self.tip_centavos, self.tendered, self.method
            ),
            acquirer=self.acquirer,
            is_pending=self.is_pending,
            note=self.note,
            share=self.share,
            payments_seen=received_for(view, self.share),
        )
        decision = self.decision(received, *self._tip(payment), ids={"payment": payment})
        return decision.beside(fallen(read, context, self._moved(received), order=self.order))

    def _tip(self, payment: PaymentId) -> list[TipReceived]:
        if not self.tip_centavos:
            return []
        return [TipReceived(centavos=self.tip_centavos, method=self.method, payment=payment)]

    def _moved(self, received: PaymentReceived) -> list[Moved]:
        if self.is_pending:
            return []
        tips = [Moved("tip", received.payment, self.method, self.tip_centavos)]
        return [arrived(received), *(tips if self.tip_centavos else ())]


def arrived(received: PaymentReceived) -> Moved:
    """A payment as it falls into a drawer."""
    return Moved(
        "payment", received.payment, received.method, received.centavos, received.change_centavos
    )


def check_owed(view: OrderView, centavos: int, share: ShareId | None) -> None:
    """Raises UnknownShare, PartAlreadyPaid, PaymentAboveBalance."""
    if share is not None:
        _check_share(view, share)
    if centavos > view.balance:
        raise PaymentAboveBalance(asked=centavos, balance=max(0, view.balance))


def _check_share(view: OrderView, share: ShareId) -> None:
    for each in view.shares:
        if each.share is None or each.share.share != share:
            continue
        if each.paid > 0 and each.left <= 0:
            raise PartAlreadyPaid(share=share.hex(), paid=each.paid)
        return
    raise UnknownShare(share=share.hex())


def received_for(view: OrderView, share: ShareId | None) -> tuple[FactId, ...]:
    """The payments of a part that count, none of nobody's: what the next one is to name."""
    if share is None:
        return ()
    named = (each for each in view.payments if each.received.fact.share == share)
    return tuple(sorted(each.received.id for each in named if each.counts))[:MAX_MENTIONS]


def change_of(centavos: int, tendered: int | None, method: PaymentMethod) -> int:
    """What is handed back of cash. Raises NoChangeFromThis."""
    if tendered is None or tendered == centavos:
        return 0
    if method != CASH or tendered < centavos:
        raise NoChangeFromThis(tendered=tendered, asked=centavos, method=method)
    return tendered - centavos


PaymentOutcome = Literal["confirmed", "denied", "unknown"]


class SettlePayment(OrderCommand, frozen=True, kw_only=True, tag="settle_payment"):
    """What the acquirer answered about a pending payment. Raises UnknownPayment."""

    payment: PaymentId
    outcome: PaymentOutcome
    acquirer: Acquirer | None = None
    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.view(read)
        found = view.payments_under(self.payment)
        if not is_news(found, self.payment, self.outcome):
            return self.decision()
        told = outcome_of(self.payment, self.outcome, acquirer=self.acquirer, reason=self.reason)
        moved = confirmed_now(found, self.outcome)
        if moved:
            tips = [each.received.fact for each in view.tips if each.state == "uncounted"]
            moved += [
                Moved("tip", self.payment, tip.method, tip.centavos)
                for tip in tips
                if tip.payment == self.payment
            ]
        return self.decision(told).beside(fallen(read, context, moved, order=self.order))


def confirmed_now(found: Iterable[Payment], outcome: PaymentOutcome) -> list[Moved]:
    """What a report makes money that did not count before. found: under the payment's id."""
    if outcome != "confirmed":
        return []
    waiting = [
        each.received.fact for each in found if each.state in ("pending", "denied", "unknown")
    ]
    return [arrived(each) for each in waiting if isinstance(each, PaymentReceived)]


def is_news(found: Iterable[Payment], payment: PaymentId, outcome: PaymentOutcome) -> bool:
    """Whether what the acquirer said changes anything. found: under the id. Raises
    UnknownPayment."""
    pending = [each for each in found if each.received.fact.is_pending]
    if not pending:
        raise UnknownPayment(payment=payment.hex())
    return any(each.state != outcome for each in pending)


def outcome_of(
    payment: PaymentId, outcome: PaymentOutcome, *, acquirer: Acquirer | None, reason: str
) -> Fact:
    """What the acquirer said, as a fact."""
    if outcome == "confirmed":
        return PaymentConfirmed(payment=payment, acquirer=acquirer)
    if outcome == "denied":
        return PaymentDenied(payment=payment, reason=reason)
    return PaymentUnknown(payment=payment, reason=reason)


def refundable(found: Iterable[Payment], payment: PaymentId, paid: int) -> int:
    """Centavos of a payment that can be handed back. found: under the id. paid: all that is
    there. Raises UnknownPayment."""
    counting = [each for each in found if each.counts]
    if not counting:
        raise UnknownPayment(payment=payment.hex())
    return max(0, min(paid, sum(each.centavos for each in counting) - counting[0].refunded))


class RefundPayment(OrderCommand, frozen=True, kw_only=True, tag="refund_payment"):
    """Hand money back, of one payment or of the order. Creates `refund`. What was sold on trust is
    taken from what the account owes, whatever `method` says, and only when its payment is named.

    Raises RefundAbovePaid, UnknownPayment, NotOnAccount.
    """

    centavos: int
    payment: PaymentId | None = None
    method: AnyMethod = CASH
    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.view(read)
        available = self._available(view)
        if self.centavos > available:
            raise RefundAbovePaid(asked=self.centavos, paid=available)
        account = self._account(view)
        refund = context.new_id(0)
        refunded = PaymentRefunded(
            refund=refund,
            centavos=self.centavos,
            payment=self.payment,
            method=self.method if account is None else ON_ACCOUNT,
            reason=self.reason,
        )
        reversal = () if account is None else (self._reversal(account, refund),)
        moved = [Moved("refund", refund, refunded.method, self.centavos)]
        return Decision(
            (
                (self.document, refunded),
                *reversal,
                *fallen(read, context, moved, order=self.order),
            ),
            {"refund": refund},
        )

    def _available(self, view: OrderView) -> int:
        if self.payment is None:
            return max(0, view.paid - view.on_account)
        return refundable(view.payments_under(self.payment), self.payment, view.paid)

    def _named(self, view: OrderView) -> list[Payment]:
        if self.payment is None:
            return []
        return [p for p in view.payments_under(self.payment) if p.state == "confirmed"]

    def _account(self, view: OrderView) -> AccountId | None:
        """Whose charge it takes back. Raises NotOnAccount."""
        account = next((p.account for p in self._named(view) if p.account is not None), None)
        if account is None and self.method == ON_ACCOUNT:
            raise NotOnAccount(payment="?" if self.payment is None else self.payment.hex())
        return account

    def _reversal(self, account: AccountId, refund: CreatedId) -> tuple[DocumentId, Fact]:
        assert self.payment is not None, "what is on account was named"
        reversal = ChargeReversed(
            refund=refund,
            order=self.order,
            payment=self.payment,
            centavos=self.centavos,
            reason=self.reason,
        )
        return account_document(account), reversal


class AskBill(OrderCommand, frozen=True, kw_only=True, tag="ask_bill"):
    """The customer asked for the bill. service_basis_points: the shop's habit (None: as the
    settings say), written into the order unless somebody set its service charge. Raises
    OrderIsCancelled, BillIsClosed."""

    service_basis_points: int | None = None

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.open_view(read)
        rate = self.service_basis_points
        begins = [] if view.terms.service else service_begins(read, rate, service_of(view))
        asked = [] if view.account == "bill_asked" else [BillAsked()]
        return self.decision(*asked, *begins)


class CloseBill(OrderCommand, frozen=True, kw_only=True, tag="close_bill"):
    """Fix the bill's figures. Raises OrderIsCancelled, BillIsClosed, NeedsUpgrade, UnpaidBill,
    BillTooLarge."""

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.open_view(read)
        if view.needs_upgrade:
            raise NeedsUpgrade(document=self.document)
        if view.balance > 0:
            raise UnpaidBill(balance=view.balance)
        if view.total > MAX_TOTAL_CENTAVOS:
            raise InvalidAmount(given=view.total, reason="larger than any bill")
        closed = BillClosed(
            lines=closing_lines(view.figures),
            total=view.total,
            payments=settled_by(view.payments),
            paid=view.paid,
            counted=counted_now(view),
            charges=closing_charges(view.figures),
            discounts=view.figures.discounts,
            tips=view.tipped,
        )
        return self.decision(_fitting(closed))


def _fitting(closed: BillClosed) -> BillClosed:
    """What was sold must be closed: a bill that is too long for one change goes without the names,
    which the lines have too. Raises BillTooLarge beyond some 1,100 lines."""
    if _fits(closed):
        return closed
    bare = tuple(msgspec.structs.replace(line, name="") for line in closed.lines)
    closed = msgspec.structs.replace(closed, lines=bare)
    if not _fits(closed):
        raise BillTooLarge(lines=len(closed.lines))
    return closed


def _fits(closed: BillClosed) -> bool:
    return len(encode(body_of(closed))) <= MAX_DECISION_BYTES - _DOCUMENT_BYTES


class ReopenBill(OrderCommand, frozen=True, kw_only=True, tag="reopen_bill"):
    """Undo every closing that stands. Raises OrderIsCancelled, BillIsOpen."""

    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        standing = self.uncancelled_view(read).closings.standing
        if not standing:
            raise BillIsOpen(order=self.order.hex())
        return self.decision(
            *(BillReopened(closing=each.id, reason=self.reason) for each in standing)
        )
