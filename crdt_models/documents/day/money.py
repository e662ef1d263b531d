"""The money of a day: what orders and accounts tell of it, and what drawers do.

Rules of this file:
1. Money is known by the command that told of it, its document, kind and method: the drawer is told
   in the same change. A pending payment is told by what confirmed it first.
2. What the orders tell and no drawer does is without a shift; what drawers tell beyond the orders
   (one payment in two drawers, one acquirer transaction recorded twice) is beyond. So for every
   method: drawers + without a shift − beyond = orders and accounts.
3. Every telling of a fact counts for where it stands: whoever saw one of them saw the fact.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from crdt_models.canonical_cbor import encode
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.cash.facts import MoneyKind, ShiftMoney
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.catalog.left import GREATEST_HLC
from crdt_models.documents.day.facts import DayFigures, DayMoney, ShiftOfDay
from crdt_models.documents.fields import AnyMethod
from crdt_models.documents.orders.facts import PaymentConfirmed, PaymentRefunded, TipReturned
from crdt_models.documents.orders.payments import Payment
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.stock.movements import Author, author_of
from crdt_models.documents.view import Once, View
from crdt_models.fact import Entry
from crdt_models.ids import (
    AccountId,
    CommandId,
    DocumentId,
    OrderId,
    ShiftId,
    account_document,
    order_document,
)

KINDS: tuple[MoneyKind, ...] = ("payment", "refund", "tip", "tip_return")


class Key(NamedTuple):
    """One deed with money. document: of the order or the account."""

    kind: MoneyKind
    document: DocumentId
    method: AnyMethod
    command: CommandId


class Told(NamedTuple):
    """Centavos that somebody told of. day: under which business day. by: who told it, and at which
    clock. shift: of the drawer that tells it, None: an order or an account does."""

    key: Key
    centavos: int
    day: int
    by: tuple[tuple[Author, int], ...]
    shift: ShiftId | None = None

    def is_within(self, seen: Mapping[Author, int]) -> bool:
        """Whether somebody knew it who knew each author up to a clock."""
        return any(clock <= seen.get(author, -1) for author, clock in self.by)


class Line(NamedTuple):
    """One deed as the sheet names it. centavos: what is told of here. shifts: into which it
    fell."""

    key: Key
    centavos: int
    shifts: tuple[ShiftId, ...]


class Known(NamedTuple):
    """What a terminal knows of a day. told: by orders and accounts, and by drawers. open_shifts:
    that were opened on this day or before, of all terminals."""

    told: tuple[Told, ...] = ()
    open_shifts: tuple[ShiftView, ...] = ()


# --- what documents tell


def told_by(view: OrderView | AccountView) -> list[Told]:
    """The money of an order or an account that counts."""
    found = [
        _told(view, "payment", _counted(view, each), each.received.fact)
        for each in view.payments
        if each.counts
    ]
    found += [_told(view, "refund", each, each.fact) for each in view.all(PaymentRefunded)]
    return [*found, *_tips(view)] if isinstance(view, OrderView) else found


def fallen_into(shift: ShiftView) -> list[Told]:
    """The money that a drawer was told of, late or not."""
    return [
        Told(
            Key(each.fact.kind, _document(each.fact), each.fact.method, each.entry.command_id),
            each.fact.centavos,
            each.entry.business_day,
            _by(shift.own, each),
            shift.shift,
        )
        for each in shift.mine(ShiftMoney)
    ]


def _document(fact: ShiftMoney) -> DocumentId:
    if fact.order is not None:
        return order_document(OrderId(fact.order))
    return DocumentId("") if fact.account is None else account_document(AccountId(fact.account))


def _tips(order: OrderView) -> Iterator[Told]:
    """What came for the staff, and what of it was handed back: once, however often that is told."""
    counting: dict[bytes, Payment] = {}
    for each in order.payments:
        if each.counts:
            counting.setdefault(each.id, each)
    came = {}
    for tip in order.tips:
        fact = tip.received.fact
        if fact.payment is None or fact.payment in counting:
            paid = None if fact.payment is None else counting[fact.payment]
            is_late = paid is not None and paid.received.fact.is_pending
            once: Once[Any] = tip.received
            if paid is not None and is_late:
                once = _counted(order, paid)
            came[tip.received.id] = fact
            yield _told(order, "tip", once, fact)
    for returned in order.all(TipReturned):
        for named in sorted(order.same_all(returned.fact.tips)):
            if named in came:
                yield _told(order, "tip_return", returned, came.pop(named))


def _counted(view: View, payment: Payment) -> Once[Any]:
    """The fact by which a payment counts."""
    if not payment.received.fact.is_pending:
        return payment.received
    confirmed = (each for each in view.all(PaymentConfirmed) if each.fact.payment == payment.id)
    return next(confirmed)  # by stamp; it counts, so that there is one


def _told(view: View, kind: MoneyKind, once: Once[Any], money: Any) -> Told:
    """once: what told of it. money: the fact that says how much, and by which method."""
    entry = once.entry
    key = Key(kind, view.document, money.method, entry.command_id)
    return Told(key, money.centavos, entry.business_day, _by(view, once))


def _by(view: View, once: Once[Any]) -> tuple[tuple[Author, int], ...]:
    tellings: Iterable[Entry] = (once.entry,)
    if len(once.ids) > 1:
        tellings = (each for each in view.told(type(once.fact)) if each.id in once.ids)
    return tuple(
        sorted((author_of(each.device), min(each.stamp.hlc, GREATEST_HLC)) for each in tellings)
    )


# --- what it adds up to


class Sheet(NamedTuple):
    """figures of some money; lines: of what no drawer was told, and of what drawers were told
    beyond the orders."""

    figures: DayFigures
    no_shift: tuple[Line, ...]
    beyond: tuple[Line, ...]


def sheet_of(told: Iterable[Told]) -> Sheet:
    """Everything put beside each other, see rule 2."""
    told = tuple(told)
    ordered: dict[Key, int] = {}
    fallen: dict[Key, dict[ShiftId, int]] = {}
    for each in told:
        if each.shift is None:
            ordered[each.key] = ordered.get(each.key, 0) + each.centavos
        else:
            into = fallen.setdefault(each.key, {})
            into[each.shift] = into.get(each.shift, 0) + each.centavos
    no_shift: list[Line] = []
    beyond: list[Line] = []
    for key in sorted({*ordered, *fallen}):
        into = fallen.get(key, {})
        left = ordered.get(key, 0) - sum(into.values())
        if left:
            (no_shift if left > 0 else beyond).append(Line(key, abs(left), tuple(sorted(into))))
    by_shift: dict[ShiftId, list[tuple[Key, int]]] = {}
    for key, into in fallen.items():
        for shift, centavos in into.items():
            by_shift.setdefault(shift, []).append((key, centavos))
    figures = DayFigures(
        total=_money(ordered.items()),
        shifts=tuple(ShiftOfDay(each, _money(by_shift[each])) for each in sorted(by_shift)),
        no_shift=_money((each.key, each.centavos) for each in no_shift),
        beyond=_money((each.key, each.centavos) for each in beyond),
        counted=digest_of(told),
    )
    return Sheet(figures, tuple(no_shift), tuple(beyond))


def digest_of(told: Iterable[Told]) -> bytes:
    """SHA-256 of `malha-day-v1` and every deed as canonical CBOR: [kind, document, method, command,
    centavos, shift or null], sorted by those bytes."""
    deeds = sorted(encode([*each.key, each.centavos, each.shift]) for each in told)
    return hashlib.sha256(b"malha-day-v1" + b"".join(deeds)).digest()


def lines_of(told: Iterable[Told]) -> tuple[Line, ...]:
    """The same money, deed by deed: what the order says of it, else what the drawers do."""
    ordered: dict[Key, int] = {}
    fallen: dict[Key, int] = {}
    shifts: dict[Key, set[ShiftId]] = {}
    for each in told:
        into = ordered if each.shift is None else fallen
        into[each.key] = into.get(each.key, 0) + each.centavos
        shifts.setdefault(each.key, set()).update(() if each.shift is None else (each.shift,))
    return tuple(
        Line(key, ordered.get(key) or fallen.get(key, 0), tuple(sorted(shifts[key])))
        for key in sorted(shifts)
    )


def adds_up(figures: DayFigures) -> bool:
    """Whether for every kind and method: shifts + without a shift − beyond = total."""
    parts = [each.money for each in figures.shifts] + [figures.no_shift]
    return all(
        _sum(parts, kind, method) - _sum([figures.beyond], kind, method)
        == _sum([figures.total], kind, method)
        for kind in KINDS
        for method in _methods([*parts, figures.beyond, figures.total], kind)
    )


def of_kind(money: DayMoney, kind: MoneyKind) -> Mapping[AnyMethod, int]:
    """The figures of one kind."""
    return {
        "payment": money.payments,
        "refund": money.refunds,
        "tip": money.tips,
        "tip_return": money.tip_returns,
    }[kind]


def _methods(parts: Iterable[DayMoney], kind: MoneyKind) -> set[AnyMethod]:
    return {method for part in parts for method in of_kind(part, kind)}


def _sum(parts: Iterable[DayMoney], kind: MoneyKind, method: AnyMethod) -> int:
    return sum(of_kind(part, kind).get(method, 0) for part in parts)


def _money(told: Iterable[tuple[Key, int]]) -> DayMoney:
    found: dict[MoneyKind, dict[AnyMethod, int]] = {kind: {} for kind in KINDS}
    for key, centavos in told:
        by_method = found[key.kind]
        by_method[key.method] = by_method.get(key.method, 0) + centavos
    return DayMoney(
        payments=found["payment"],
        refunds=found["refund"],
        tips=found["tip"],
        tip_returns=found["tip_return"],
    )
