"""What terminals say is on hand is what people did; and what is in the fridge, where it must be.

Rules of this file:
1. On hand is the count that holds, and every deed behind it, with the goods that the deed itself
   names: by the recipe that a manager was told of, not by what a change says of supplies. Which
   count holds, what is behind it and what came back of a line are the reference model's rules.
2. Where the order of hands and the order of those rules agree, it is also what is in the physical
   fridge: from what was there in the beginning and all that hands did. They do not agree where a
   clock was wrong, where somebody acted while another counted, where goods came back that were
   taken before a count, and where nobody knows whether something happened.
3. A product is on the list of the oversold exactly when more of it went out than there was, over
   all places, also those that were only counted: looked at where everything happened on one
   business day.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from crdt_models.ids import CATALOG, KEY_BYTES, command_id_of_key
from simulations.checkers.authors import all_changes, honest
from simulations.checkers.evidence import Copy, Evidence
from simulations.checkers.excuses import WorldExcuses
from simulations.reference.lines import ReferenceLine
from simulations.reference.order import ReferenceOrder
from simulations.reference.shop import ReferenceShop
from simulations.reference.stock import Counting, ReferenceStock, gone_of, movement
from simulations.reference.stored import Change, Fact, is_stock
from simulations.workload.fridge import OPENING, Fridge, Hand, Spot, read_at
from simulations.workload.ledger import Deed
from simulations.workload.promises import Excused


class Done(NamedTuple):
    """A hand of which a fact tells. out: what it moved in the end · is_whole: nothing of it came
    back."""

    hand: Hand
    fact: Fact
    out: int
    is_whole: bool


def fridge(evidence: Evidence) -> Iterator[str]:
    """On hand everywhere is what people put there and took, and nobody misses an oversold list."""
    physical, written = Fridge(evidence.ledger.deeds), all_changes(evidence.copies)
    if not physical.recipes or any(_is_of_goods(each) for each in _others(evidence, written)):
        return
    books = _Books(evidence, physical, written)
    yield from books.lost
    for at in sorted({hand.at for hand in physical.hands}):
        yield from books.of_spot(at)
    for product in sorted({hand.at[0] for hand in physical.hands}):
        yield from books.oversold(product)


def _others(evidence: Evidence, written: dict[bytes, Change]) -> Iterator[Fact]:
    """What a hostile member wrote, which may change recipes and count what it likes."""
    ours = {each.id for each in honest(evidence, written)}
    return (fact for each in written.values() if each.id not in ours for fact in each.facts)


def _is_of_goods(fact: Fact) -> bool:
    return fact.document == CATALOG or is_stock(fact.document) or fact.tag == "supplies_taken"


class _Books:
    """What is known of one run."""

    def __init__(self, evidence: Evidence, physical: Fridge, written: dict[bytes, Change]) -> None:
        self._evidence, self._physical = evidence, physical
        self._shop = ReferenceShop(written)
        self._changes = _by_key(written)
        self._lines = _by_mark(self._shop)
        self._deeds = {self._key(each): each for each in physical.deeds}
        self.lost: list[str] = []
        self._done: dict[Spot, list[Done]] = {}
        self._doubtful: set[Spot] = set()
        excuses = WorldExcuses(evidence)
        for hand in physical.hands:
            told = self._told(hand)
            self._done.setdefault(hand.at, []).extend(told)
            if not told and self._is_missed(hand, excuses):
                self.lost.append(f"{hand.deed.act} under key {hand.deed.key} moves nothing")
            if bool(told) != (hand.deed.answer is not None) or len(told) > 1:
                self._doubtful.add(hand.at)

    def _key(self, deed: Deed) -> bytes:
        return command_id_of_key(self._evidence.world.site, deed.key, b"")[:KEY_BYTES]

    def _told(self, hand: Hand) -> list[Done]:
        if hand.line:
            return [_sold(hand, *each, self._shop) for each in self._lines.get(hand.line, ())]
        facts = [fact for change in self._of(hand.deed) for fact in change.facts]
        first = min(
            (fact for fact in facts if fact.tag.startswith("stock_")),
            key=lambda fact: fact.stamp,
            default=None,
        )
        return [] if first is None else [Done(hand, first, hand.much, is_whole=True)]

    def _of(self, deed: Deed) -> list[Change]:
        return self._changes.get(self._key(deed), [])

    def _is_missed(self, hand: Hand, excuses: WorldExcuses) -> bool:
        """Whether somebody was told of it, and nothing excuses that it is gone. What becomes of
        lines is among the promises."""
        answer = hand.deed.answer
        if hand.line or answer is None:
            return False
        return excuses.of(hand.deed, answer) is Excused.NOT

    def of_spot(self, at: Spot) -> Iterator[str]:
        """Rules 1 and 2."""
        stock = self._shop.stock.get(at, ReferenceStock(None, [], []))
        count, done = stock.counted, self._done[at]
        behind = [each for each in done if _is_behind(count, each)]
        told = (count.much if count else 0) + sum(each.out for each in behind)
        there = self._in_fridge(at, count, done)
        for copy in self._evidence.copies:
            shown = _on_hand(copy, at)
            if shown != told:
                yield f"{copy.host} has {shown} of {at} on hand, people left {told}"
            if there is not None and shown != there:
                yield f"{copy.host} has {shown} of {at} on hand, and {there} are in the fridge"

    def _in_fridge(self, at: Spot, count: Counting | None, done: list[Done]) -> int | None:
        """None: see rule 2."""
        looked = self._looked(count)
        if looked is None or at in self._doubtful:
            return None
        for each in done:
            is_behind = _is_behind(count, each)
            by_hand = each.hand.since > looked if is_behind else each.hand.until < looked
            if not by_hand or not (is_behind or each.is_whole):
                return None
        return self._physical.opened_with(at) + sum(each.out for each in done)

    def _looked(self, count: Counting | None) -> float | None:
        """When the counter looked into the fridge; None: nobody knows."""
        if count is None:
            return None
        deed = self._deeds.get(count.told.first.command[0][:KEY_BYTES])
        if deed is None or deed.path == OPENING:
            return None if deed is None else deed.attempts[0].at
        return read_at(deed)

    def oversold(self, product: str) -> Iterator[str]:
        """Rule 3."""
        counts = [stock.counted for at, stock in self._shop.stock.items() if at[0] == product]
        done = (each for at, found in self._done.items() if at[0] == product for each in found)
        days = {each.fact.day for each in done}
        days |= {count.told.first.day for count in counts if count is not None}
        if len(days) != 1:
            return
        subject = f"{product}:{days.pop()}"
        for copy in self._evidence.copies:
            total = copy.shop.stock.get(product, {"milesimos": 0})["milesimos"]
            listed = [
                each
                for each in copy.shop.disputes
                if (each["tipo"], each["assunto"]) == ("oversold", subject)
            ]
            if total < 0 and not listed:
                yield f"{copy.host} has {total} of {product} on hand, and nobody is asked"
            if total >= 0 and any(each["aberto"] for each in listed):
                yield f"{copy.host} asks about {product}, of which {total} are on hand"


def _by_key(written: Mapping[bytes, Change]) -> dict[bytes, list[Change]]:
    found: dict[bytes, list[Change]] = {}
    for change in written.values():
        if change.facts:
            found.setdefault(change.facts[0].command[0][:KEY_BYTES], []).append(change)
    return found


def _by_mark(shop: ReferenceShop) -> dict[str, list[tuple[ReferenceOrder, ReferenceLine]]]:
    found: dict[str, list[tuple[ReferenceOrder, ReferenceLine]]] = {}
    for order in shop.orders.values():
        for line in order.own_lines:
            if line.whole is None and line.added["external_id"]:
                found.setdefault(line.added["external_id"], []).append((order, line))
    return found


def _sold(hand: Hand, order: ReferenceOrder, line: ReferenceLine, shop: ReferenceShop) -> Done:
    parts = [each for each in order.own_lines if each.added.id == line.added.id]
    gone = sum(gone_of(order, each, shop.orders) for each in parts)
    taken = (2 * -hand.much * gone + line.quantity) // (2 * line.quantity)  # half up
    return Done(hand, line.added.first, -taken, is_whole=gone == line.quantity)


def _is_behind(count: Counting | None, done: Done) -> bool:
    return count is None or count.is_before(movement(done.hand.at, done.out, done.fact))


def _on_hand(copy: Copy, at: Spot) -> int:
    product, place = at
    places = copy.shop.stock.get(product, {"locais": ()})["locais"]
    return sum(each["milesimos"] for each in places if each["local"] == place)
