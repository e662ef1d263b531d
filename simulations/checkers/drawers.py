"""A drawer holds what hands put into it, and its shift expects just that.

Rules of this file:
1. What one change says of an order's money and of a shift's is the same money: judged in the bytes
   that anybody holds. A change without a shift's part was taken without a shift.
2. The physical drawer: what people were told that they put in and took out at a terminal, between
   the answers that a shift there is open and that it is closed. The shift must expect just that.
3. A deed of which nobody knows whether, or where, it happened makes its drawers doubtful, and so do
   a terminal that exists twice and a disk that lost something: those are judged by rule 1 alone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from simulations.checkers.authors import all_changes, honest
from simulations.checkers.evidence import Evidence
from simulations.checkers.excuses import WorldExcuses
from simulations.reference.cash import ReferenceShift
from simulations.reference.shop import ReferenceShop
from simulations.reference.stored import Change, Fact
from simulations.workload.cash_scenes import SHIFTS, moved
from simulations.workload.ledger import DOWN, Attempt, Deed
from simulations.workload.promises import Excused

_TOLD_LATER = frozenset({"payment_confirmed", "tip_returned"})  # of money that another change told
_MOVING = ("pay", "receive", "refund", "tip", "cash_in", "cash_out")


def drawers(evidence: Evidence) -> Iterator[str]:
    """A shift expects what was put into its drawer, and takes no money that no order tells of."""
    written = list(honest(evidence, all_changes(evidence.copies)))
    yield from one_money(written)
    shop = ReferenceShop({change.id: change for change in written})
    for deed in evidence.ledger.deeds:
        if deed.act == "open_shift" and deed.answer is not None and deed.told is not None:
            yield from _of_drawer(evidence, shop, deed)
        if deed.act == "close_shift" and deed.told is not None:
            yield from _of_closing(shop, deed)


def _of_closing(shop: ReferenceShop, closed: Deed) -> Iterator[str]:
    """What somebody was told of a closed shift stands, unless it was closed elsewhere too."""
    shift = shop.shifts.get(closed.told["id"])
    if shift is None or len(shift.closings) != 1 or closed.told["status"] != "fechado":
        return
    expected, told = shift.figures["expected"], closed.told["esperado_centavos"]
    if expected != told:
        yield f"caixa {shift.id} was closed with {told}, and now shows {expected}"


def one_money(changes: Iterable[Change]) -> Iterator[str]:
    """Rule 1."""
    for change in changes:
        in_shift = Counter(_of_shift(each) for each in change.facts if each.tag == "shift_money")
        if not in_shift or _TOLD_LATER & {each.tag for each in change.facts}:
            continue
        told = Counter(each for fact in change.facts for each in _of_order(fact))
        if told != in_shift:
            yield f"change {change.id.hex()[:12]} tells of {dict(told)}, its shift {dict(in_shift)}"


def _of_shift(fact: Fact) -> tuple[str, str, int]:
    fields = fact.fields
    return fields["kind"], fields["method"], fields["centavos"]


def _of_order(fact: Fact) -> Iterator[tuple[str, str, int]]:
    fields = fact.fields
    if fact.tag == "payment_received" and not fields.get("is_pending", False):
        yield "payment", fields["method"], fields["centavos"]
    elif fact.tag == "paid_on_account":
        yield "payment", "fiado", fields["centavos"]
    elif fact.tag == "payment_refunded":
        yield "refund", fields.get("method", "dinheiro"), fields["centavos"]
    elif fact.tag == "tip_received":
        yield "tip", fields["method"], fields["centavos"]


def _of_drawer(evidence: Evidence, shop: ReferenceShop, opened: Deed) -> Iterator[str]:
    """The shift that this deed opened, if it is beyond doubt what its drawer holds."""
    shift = shop.shifts.get(opened.told["id"])
    answer = opened.answer
    assert answer is not None, "somebody was told of it"
    if shift is None or shift.opening is None or answer.replayed:
        return
    if not _is_one_terminal(shop, shift, answer.letters):
        return
    if not shift.closings and shift.write_offs:
        return  # by what a manager knew, who was elsewhere
    within = _within(evidence, shop, opened, shift)
    if within is None:
        return
    physical = opened.body["fundo_troco_centavos"] + sum(within)
    expected = shift.figures["expected"]["dinheiro"]
    if physical != expected:
        yield f"caixa {shift.id} at {answer.letters} expects {expected}, and there are {physical}"


def _is_one_terminal(shop: ReferenceShop, shift: ReferenceShift, letters: str) -> bool:
    devices = [each.device for each in shop.terminals.values() if each.letters == letters]
    assert shift.owner is not None, "it was opened"
    chain = shop.chains.get(shift.owner.hex())
    whole = chain is not None and not chain.author_forks and not chain.lineage_forks
    return whole and devices == [shift.owner.hex()]


def _within(
    evidence: Evidence, shop: ReferenceShop, opened: Deed, shift: ReferenceShift
) -> list[int] | None:
    """The notes that came and went while the shift was open; None when that is in doubt."""
    answer, excuses = opened.answer, WorldExcuses(evidence)
    assert answer is not None, "somebody was told of it"
    since, until = _closed(evidence.ledger.deeds, shift)
    found: list[int] = []
    for deed in evidence.ledger.deeds:
        here = [each for each in deed.attempts if each.letters == answer.letters]
        touching = [e for e in here if e.until >= opened.attempts[0].at and e.at <= until]
        if deed.act not in _MOVING or not touching or deed.outcome == "refused":
            continue
        if not _is_certain(deed, touching, answer.until, since):
            return None
        if deed.answer not in touching:
            if any(each.outcome == "acknowledged" and not each.replayed for each in touching):
                return None  # done elsewhere, and here too: the day's sheet names it
            continue  # done elsewhere; this terminal only said so again
        if any(excuses.of(deed, each) is not Excused.NOT for each in touching):
            return None
        notes = _notes(deed, shop)
        if notes is None:
            return None
        found.append(notes)
    return found


def _closed(deeds: Iterable[Deed], shift: ReferenceShift) -> tuple[float, float]:
    """Since when the shift may have been closed, and by when it certainly was."""
    path = f"{SHIFTS}/{shift.id}/"
    ends = [
        each
        for deed in deeds
        if deed.act == "close_shift" and deed.path.startswith(path)
        for each in deed.attempts
        if each.outcome != "refused"
    ]
    first = min((each.at for each in ends), default=float("inf"))
    return first, min((e.until for e in ends if e.outcome == "acknowledged"), default=float("inf"))


def _is_certain(deed: Deed, touching: list[Attempt], since: float, until: float) -> bool:
    """Answered at the first call, between the opening and the end: nobody doubts what it did."""
    if any(each.status == DOWN or each.outcome == "unknown" for each in deed.attempts):
        return False
    first = deed.answer
    assert first is not None, "no call was refused, and none is in doubt"
    if first not in touching:
        return True
    return not first.replayed and since <= first.at and first.until <= until


def _notes(deed: Deed, shop: ReferenceShop) -> int | None:
    """Centavos of notes that it put into the drawer; None when nobody can say."""
    if deed.act == "tip":
        cash = deed.body.get("forma", "dinheiro") == "dinheiro"
        return int(deed.body["valor_centavos"]) if cash else 0
    if deed.act != "refund":
        return moved(deed)
    order = shop.orders.get(deed.order)
    refunds = [] if order is None else order.refunds
    found = [each for each in refunds if each.fields.get("reason") == deed.body["motivo"]]
    if len(found) != 1:
        return None
    return -int(found[0]["centavos"]) if found[0]["method"] == "dinheiro" else 0
