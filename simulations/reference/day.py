"""A business day: its money, in which drawers it fell, and how the day was closed.

Rules of this file:
1. The money of a day is what was told under that business day: payments that count, refunds, tips
   that came and tips that went back. A payment that was pending is told by what confirmed it first,
   and so is a tip that came with it. A tip goes back once, however often that is told.
2. Drawers are told by the command that tells the order or the account. What these tell beyond the
   drawers is without a shift; what drawers tell beyond these is beyond. So drawers + without a
   shift − beyond = what orders and accounts tell, of each kind by each method.
3. A closing stands as the write of a register does. Those with equal figures are one close: whoever
   is missing from all of them is missing from it, and what any telling of them had seen was seen.
   (That a command told twice counts by all of its tellings here is the product's choice.)
4. A close counts what it had seen; everything else of the day, and whatever comes, is an addendum.
5. A person looks at: closes that differ; else at one from which a terminal is missing, or a shift
   that was open; and at figures that break rule 2.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from simulations.reference.account import ReferenceAccount
from simulations.reference.cash import ReferenceShift
from simulations.reference.day_schema import MONEY_KINDS, whole_figures
from simulations.reference.disputes import Situation, situation
from simulations.reference.once import Meaning, Told
from simulations.reference.order import ReferenceOrder
from simulations.reference.payments import ReferencePayment
from simulations.reference.stored import LARGEST_CLOCK

_MOST = 256
_AUTHOR = 6  # bytes of a device id
_NAMES = dict(zip(("payment", "refund", "tip", "tip_return"), MONEY_KINDS, strict=True))
_SUM_PARTS = ("total", "no_shift", "beyond")
What: TypeAlias = tuple[str, str, str, bytes]  # kind, document, method, command


class Deed(NamedTuple):
    """by: who told it, and when. shift: whose drawer tells it, empty: an order or an account."""

    what: What
    centavos: int
    day: int
    by: frozenset[tuple[bytes, int]]
    shift: str = ""


class Close(NamedTuple):
    """One result of a day. seen: by author, up to which clock."""

    closings: list[Told]
    figures: dict[str, Any]
    missing: set[bytes]
    open_shifts: set[bytes]
    seen: dict[bytes, int]

    def counted(self, deed: Deed) -> bool:
        return any(clock <= self.seen.get(author, -1) for author, clock in deed.by)


def deeds_of(
    orders: Iterable[ReferenceOrder],
    accounts: Iterable[ReferenceAccount],
    shifts: Iterable[ReferenceShift],
) -> list[Deed]:
    """All money that anybody told of."""
    found: list[Deed] = []
    for order in orders:
        found += _of_payments(order.meaning, order.payments)
        found += _of_tips(order)
    for account in accounts:
        found += _of_payments(account.meaning, account.payments)
    for shift in shifts:
        for told in shift.of("shift_money"):
            what = told["kind"], _about(told), told["method"], told.first.command[0]
            found.append(_deed(what, told["centavos"], told, shift.id))
    return found


def _about(told: Told) -> str:
    if told["order"] is not None:
        return f"order:{told['order'].hex()}"
    return "" if told["account"] is None else f"account:{told['account'].hex()}"


def _of_payments(meaning: Meaning, payments: Iterable[ReferencePayment]) -> Iterator[Deed]:
    for each in payments:
        if each.counts:
            told = _what_counted(meaning, each)
            what = "payment", meaning.document, each.method, told.first.command[0]
            yield _deed(what, each.centavos, told)
    for told in meaning.of("payment_refunded"):
        what = "refund", meaning.document, told["method"], told.first.command[0]
        yield _deed(what, told["centavos"], told)


def _of_tips(order: ReferenceOrder) -> Iterator[Deed]:
    paid = {each.id: each for each in reversed(order.payments) if each.counts}
    came: dict[str, Told] = {}
    for tip in order.tips:
        told = tip.received
        payment = told["payment"]
        if payment is not None and payment not in paid:
            continue
        came[told.id] = told
        by = told
        if payment is not None and paid[payment].received.fields.get("is_pending"):
            by = _what_counted(order.meaning, paid[payment])
        what = "tip", order.meaning.document, told["method"], by.first.command[0]
        yield _deed(what, told["centavos"], by)
    for returned in order.meaning.of("tip_returned"):
        for each in sorted(order.meaning.same(returned["tips"])):
            tip_told = came.pop(each, None)
            if tip_told is not None:
                method, command = tip_told["method"], returned.first.command[0]
                what = "tip_return", order.meaning.document, method, command
                yield _deed(what, tip_told["centavos"], returned)


def _what_counted(meaning: Meaning, payment: ReferencePayment) -> Told:
    if not payment.received.fields.get("is_pending"):
        return payment.received
    confirmed = [e for e in meaning.of("payment_confirmed") if e["payment"] == payment.id]
    return min(confirmed, key=lambda each: each.stamp)


def _deed(what: What, centavos: int, told: Told, shift: str = "") -> Deed:
    by = {(f.device[:_AUTHOR], min(f.stamp.clock, LARGEST_CLOCK)) for f, _ in told.tellings}
    return Deed(what, centavos, told.first.day, frozenset(by), shift)


def sheet(deeds: Iterable[Deed]) -> dict[str, Any]:
    """Figures as a closing carries them, but for what names the deeds."""
    ordered: Counter[What] = Counter()
    fallen: dict[str, Counter[What]] = {}
    for each in deeds:
        into = fallen.setdefault(each.shift, Counter()) if each.shift else ordered
        into[each.what] += each.centavos
    in_drawers: Counter[What] = Counter()
    for into in fallen.values():
        in_drawers.update(into)
    return {
        "total": _money(ordered),
        "shifts": {shift: _money(into) for shift, into in fallen.items()},
        "no_shift": _money(ordered - in_drawers),
        "beyond": _money(in_drawers - ordered),
    }


def _money(much: Counter[What]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {name: {} for name in MONEY_KINDS}
    for (kind, _, method, _), centavos in much.items():
        by_method = found[_NAMES[kind]]
        by_method[method] = by_method.get(method, 0) + centavos
    return found


# --- how it was closed


def closes_of(meaning: Meaning) -> list[Close]:
    """What stands, equal figures together, by stamp."""
    alike: list[tuple[dict[str, Any], list[Told]]] = []
    for told in meaning.standing(meaning.of("day_closed")):
        figures = whole_figures(told["figures"])
        same = [group for known, group in alike if known == figures]
        if same:
            same[0].append(told)
        else:
            alike.append((figures, [told]))
    return [_close(figures, group) for figures, group in alike]


def _close(figures: dict[str, Any], closings: list[Told]) -> Close:
    said = [fields for each in closings for _, fields in each.tellings]
    seen: dict[bytes, int] = {}
    for piece in (each for fields in said for each in fields["seen"]):
        author, clock = piece[:_AUTHOR], int.from_bytes(piece[_AUTHOR:], "big")
        seen[author] = max(seen.get(author, 0), min(clock, LARGEST_CLOCK))
    return Close(
        closings=closings,
        figures=figures,
        missing=set.intersection(*(set(fields["missing"]) for fields in said)),
        open_shifts=set.intersection(*(set(fields["open_shifts"]) for fields in said)),
        seen=seen,
    )


def state_of(closes: list[Close]) -> str:
    if len(closes) != 1:
        return "divergente" if closes else "aberto"
    return "provisorio" if closes[0].missing or closes[0].open_shifts else "final"


def of_day(meaning: Meaning) -> Iterator[Situation]:
    """What a person must decide about it, beside what any document can have."""
    closes = closes_of(meaning)
    subject = meaning.document.removeprefix("day:")
    ids = [told.id for close in closes for told in close.closings][:_MOST]
    if state_of(closes) == "divergente":
        yield situation("two_day_closings", subject, ids)
    if state_of(closes) == "provisorio":
        yield situation("terminal_missing_at_day_close", subject, ids)
    wrong = [close.closings[0].id for close in closes if not _adds_up(close.figures)]
    if wrong:
        yield situation("day_does_not_add_up", subject, wrong[:_MOST])


def _adds_up(figures: dict[str, Any]) -> bool:
    left: Counter[tuple[str, str]] = Counter()
    parts = [(each["money"], 1) for each in figures["shifts"]]
    parts += [(figures[name], sign) for name, sign in zip(_SUM_PARTS, (-1, 1, -1), strict=True)]
    for money, sign in parts:
        for kind, by_method in money.items():
            for method, centavos in by_method.items():
                left[kind, method] += sign * centavos
    return not any(left.values())
