"""What people ask of the figures of a bill: discounts, service, couvert, fee, tips, its split.

Rules of this file:
1. Only an open bill changes. What a terminal that was cut off still took shows on the closed one as
   late.
2. A value that is already there, and that nobody contradicts, is not written again.
3. Who may do it comes with the staff; `authorised_by` is kept from the first day.
"""

import msgspec

from crdt_models.documents.cash.drawer import Moved, fallen
from crdt_models.documents.command import Context, Decision, InvalidField, Read
from crdt_models.documents.fields import MAX_MENTIONS, PaymentMethod
from crdt_models.documents.orders.charges import TermSet
from crdt_models.documents.orders.commands import OrderCommand
from crdt_models.documents.orders.commands.lines import known_line
from crdt_models.documents.orders.commands.order_command import Placed, at_home
from crdt_models.documents.orders.errors import (
    MoreThanTheLine,
    PaidPartStays,
    UnknownDiscount,
    UnknownLine,
    UnknownShare,
    UnknownTip,
)
from crdt_models.documents.orders.facts import (
    BillSplit,
    CouvertSet,
    DeliveryFeeSet,
    DiscountGiven,
    DiscountKind,
    DiscountWithdrawn,
    MinimumSet,
    ServiceSet,
    Share,
    ShareOfLine,
    TipReceived,
    TipReturned,
)
from crdt_models.documents.orders.line_discounts import discounts_about, having
from crdt_models.documents.orders.lines import Line
from crdt_models.documents.orders.merging import Told, replaced
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.orders.whereabouts import moves_at
from crdt_models.documents.terminals import check_all_understand
from crdt_models.fact import Fact
from crdt_models.ids import (
    TERMINALS,
    DocumentId,
    FactId,
    LineId,
    OperatorId,
    ShareId,
    order_document,
)


class ChargeCommand(OrderCommand, frozen=True, kw_only=True):
    """Base of what moves the total of an open bill, when all terminals understand it."""

    def reads(self) -> tuple[DocumentId, ...]:
        return (self.document, TERMINALS)

    def charged_view(self, read: Read, kind: type[Fact]) -> OrderView:
        """Raises OrderIsCancelled, BillIsClosed, NotEveryoneUpdated."""
        check_all_understand(read, kind)
        return self.open_view(read)


class GiveDiscount(ChargeCommand, frozen=True, kw_only=True, tag="give_discount"):
    """Ask less for a line, or for the order; see `DiscountGiven`. It replaces the discount of its
    kind there. Raises OrderIsCancelled, BillIsClosed, UnknownLine, InvalidField,
    NotEveryoneUpdated."""

    kind: DiscountKind
    reason: str
    amount: int = 0
    line: LineId | None = None
    authorised_by: OperatorId | None = None

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.charged_view(read, DiscountGiven)
        line = None if self.line is None else known_line(view, self.line)
        if not self.reason:
            raise InvalidField(reason="a discount needs a reason")
        standing = view.terms.discounts.get((self.kind, self.line), ())
        moves = () if line is not None else tuple(sorted(each.move.id for each in moves_at(view)))
        try:
            given = DiscountGiven(
                kind=self.kind,
                amount=self.amount,
                line=self.line,
                reason=self.reason,
                authorised_by=self.authorised_by,
                replaces=replaced(standing),
                splits_seen=() if line is None else line.parts[:MAX_MENTIONS],
                moves_seen=moves[-MAX_MENTIONS:],
            )
        except ValueError as error:
            raise InvalidField(reason=str(error)) from error
        others = [] if line is None else _keeping(view, line, self.kind)
        if _is_there(standing, given.says) and not others:
            return self.decision()
        placed = (self.document, given) if line is None else at_home(line, given)
        return Decision((placed, *others))


def _keeping(view: OrderView, line: Line, kind: DiscountKind) -> list[Placed]:
    """An amount off a line and its parts is of all of them: what the others have of it stays with
    them when one gets another."""
    home = view.home_of(line)
    if kind != "value":
        return []
    facts: list[Placed] = []
    for given, lines in having(home.own_lines, home.line_discounts.standing, kind):
        if line not in lines:
            continue
        for other in lines:
            part = home.line_discounts.amounts.get(other.origin)
            if other.id != line.id and part:
                kept = msgspec.structs.replace(
                    given.fact,
                    line=other.id,
                    amount=part,
                    replaces=replaced(home.line_discounts.standing[kind, other.id]),
                    splits_seen=other.parts[:MAX_MENTIONS],
                )
                facts.append(at_home(other, kept))
    return facts


class WithdrawDiscounts(ChargeCommand, frozen=True, kw_only=True, tag="withdraw_discounts"):
    """Take discounts back, also off the parts of a line that are elsewhere. Raises
    OrderIsCancelled, BillIsClosed, UnknownDiscount, NotEveryoneUpdated."""

    discounts: tuple[FactId, ...]
    reason: str = ""
    authorised_by: OperatorId | None = None

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.charged_view(read, DiscountWithdrawn)
        named = sorted(view.same_all(self.discounts))
        about = discounts_about(view)
        known = {each.id for each in about if not isinstance(each.fact, DiscountWithdrawn)}
        for each in named:
            if each not in known:
                raise UnknownDiscount(discount=each)
        homes: dict[DocumentId, list[FactId]] = {}
        for (_, line), told in view.terms.discounts.items():
            home = self.document if line is None else self._home(view, line)
            ids = (each.id for each in told)
            homes.setdefault(home, []).extend(each for each in ids if each in named)
        for carried in view.terms.carried:
            if any(each.id in named for each in carried.told):
                ids = (each.id for each in carried.told)  # all of it: who told it twice meant one
                homes.setdefault(carried.home, []).extend(ids)
        return Decision(
            tuple(
                (document, self._withdrawn(tuple(sorted(set(found)))))
                for document, found in sorted(homes.items())
                if found
            )
        )

    def _home(self, view: OrderView, line: LineId) -> DocumentId:
        return order_document(view.lines_by_id[line].home)

    def _withdrawn(self, discounts: tuple[FactId, ...]) -> DiscountWithdrawn:
        return DiscountWithdrawn(
            discounts=discounts, reason=self.reason, authorised_by=self.authorised_by
        )


class SetTerm(ChargeCommand, frozen=True, kw_only=True):
    """Base of what sets one charge of an order. Raises OrderIsCancelled, BillIsClosed,
    NotEveryoneUpdated."""

    reason: str = ""
    authorised_by: OperatorId | None = None

    def _set(self, standing: Told, fact: TermSet) -> Decision:
        if _is_there(standing, fact.says):
            return self.decision()
        told = msgspec.structs.replace(
            fact,
            reason=self.reason,
            authorised_by=self.authorised_by,
            replaces=replaced(standing),
        )
        return self.decision(told)


class SetService(SetTerm, frozen=True, kw_only=True, tag="set_service"):
    """The service charge, in basis points; 0 removes it."""

    basis_points: int

    def plan(self, read: Read, context: Context) -> Decision:
        standing = self.charged_view(read, ServiceSet).terms.service
        return self._set(standing, ServiceSet(basis_points=self.basis_points))


class SetCouvert(SetTerm, frozen=True, kw_only=True, tag="set_couvert"):
    """Couvert of one person; people: who pay it, 0 those at the table."""

    unit_centavos: int
    people: int = 0

    def plan(self, read: Read, context: Context) -> Decision:
        standing = self.charged_view(read, CouvertSet).terms.couvert
        fact = CouvertSet(unit_centavos=self.unit_centavos, people=self.people)
        return self._set(standing, fact)


class SetMinimum(SetTerm, frozen=True, kw_only=True, tag="set_minimum"):
    """The least consumption, of the order or of each person."""

    centavos: int
    is_per_person: bool = False

    def plan(self, read: Read, context: Context) -> Decision:
        standing = self.charged_view(read, MinimumSet).terms.minimum
        fact = MinimumSet(centavos=self.centavos, is_per_person=self.is_per_person)
        return self._set(standing, fact)


class SetDeliveryFee(SetTerm, frozen=True, kw_only=True, tag="set_delivery_fee"):
    """What bringing it costs."""

    centavos: int

    def plan(self, read: Read, context: Context) -> Decision:
        standing = self.charged_view(read, DeliveryFeeSet).terms.delivery_fee
        return self._set(standing, DeliveryFeeSet(centavos=self.centavos))


class NewShare(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is to pay, see `Share`. share: one that the bill has already, so that what was
    paid for it stays with it; None: a new one."""

    share: ShareId | None = None
    name: str = ""
    lines: tuple[ShareOfLine, ...] = ()
    centavos: int = 0
    people: int = 0


class SplitBill(OrderCommand, frozen=True, kw_only=True, tag="split_bill"):
    """Say who pays what; without shares nobody in particular does. Creates `share.<n>` for each
    that is new. A part for which something was paid stays, under its id: whose money it was would
    be forgotten otherwise. Raises OrderIsCancelled, BillIsClosed, UnknownShare, UnknownLine,
    MoreThanTheLine, PaidPartStays, InvalidField."""

    shares: tuple[NewShare, ...]

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.open_view(read)
        if self._is_there(view):
            return self.decision()
        _check_taken(view, self.shares)
        known = {each.share.share for each in view.shares if each.share is not None}
        self._check_paid(view)
        ids, shares = {}, []
        for index, each in enumerate(self.shares):
            name = each.share
            if name is None:
                ids[f"share.{index}"] = name = ShareId(context.new_id(index))
            elif name not in known:
                raise UnknownShare(share=name.hex())
            shares.append(Share(name, each.name, each.lines, each.centavos, each.people))
        if len({each.share for each in shares}) < len(shares):
            raise InvalidField(reason="a share is named twice")
        split = BillSplit(shares=tuple(shares), replaces=view.split.replaced_next)
        return self.decision(split, ids=dict(ids))

    def _is_there(self, view: OrderView) -> bool:
        """Whether the bill is split so already, and nobody said otherwise at the same time."""
        told = view.split.current
        shares = () if told is None else told.value.fact.shares
        return (
            len(view.split.heads) <= 1
            and len(shares) == len(self.shares)
            and all(
                one.share in (None, other.share)
                and (one.name, one.lines, one.centavos, one.people)
                == (other.name, other.lines, other.centavos, other.people)
                for one, other in zip(self.shares, shares, strict=True)
            )
        )

    def _check_paid(self, view: OrderView) -> None:
        """Raises PaidPartStays."""
        kept = {each.share for each in self.shares}
        for each in view.shares:
            if each.share is not None and each.paid and each.share.share not in kept:
                raise PaidPartStays(share=each.share.share.hex(), paid=each.paid)


def _check_taken(view: OrderView, shares: tuple[NewShare, ...]) -> None:
    taken: dict[LineId, int] = {}
    for part in (part for share in shares for part in share.lines):
        taken[part.line] = taken.get(part.line, 0) + part.thousandths
    left = {line.line: line.thousandths for line in view.bill}
    for line, much in taken.items():
        if line not in left:
            raise UnknownLine(line=line.hex())
        if much > left[line]:
            raise MoreThanTheLine(asked=much, left=left[line])


class ReceiveTip(OrderCommand, frozen=True, kw_only=True, tag="receive_tip"):
    """Money for the staff, by itself: also on a closed bill, or a cancelled one. One that comes
    with a payment is told with that. Raises UnknownOrder."""

    centavos: int
    method: PaymentMethod
    note: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        self.view(read)
        told = TipReceived(centavos=self.centavos, method=self.method, note=self.note)
        moved = [Moved("tip", context.new_id(0), self.method, self.centavos)]
        return self.decision(told).beside(fallen(read, context, moved, order=self.order))


class ReturnTips(OrderCommand, frozen=True, kw_only=True, tag="return_tips"):
    """Hand tips back, or say that they were never given. Raises UnknownTip."""

    tips: tuple[FactId, ...]
    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.view(read)
        named = view.same_all(self.tips)
        known = {each.received.id: each for each in view.tips}
        for each in sorted(named):
            if each not in known:
                raise UnknownTip(tip=each)
        left = tuple(sorted(each for each in named if known[each].state != "returned"))
        if not left:
            return self.decision()
        given = [known[each] for each in left if known[each].state == "counted"]
        moved = [
            Moved("tip_return", context.new_id(index), tip.received.fact.method, tip.centavos)
            for index, tip in enumerate(given)
        ]
        told = TipReturned(tips=left, reason=self.reason)
        return self.decision(told).beside(fallen(read, context, moved, order=self.order))


def _is_there(standing: Told, says: tuple[int, ...]) -> bool:
    return bool(standing) and all(each.fact.says == says for each in standing)
