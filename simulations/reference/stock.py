"""The stock: what of each product is where.

Rules of this file:
1. What is on hand is the last count of a product at a place, and what moved after it: goods that
   came, less what was lost, sent away or sold. Without a count it begins with nothing.
2. A movement is before a count, and then changes nothing, when the counter had seen it or its clock
   is lower. Lower but unseen: a person must confirm the count. The counter says of each terminal up
   to which clock it was seen; a terminal is known by the first six bytes of its device. Clocks
   beyond 2^63 − 1 are equal to that.
3. The count that holds is a register's, over all days. What one command told alike on two days, at
   two terminals, is one (the least stamp stands for it; what the counters knew is united).
4. A sale takes what its own change says of the line, once, from the main place, wherever the line
   is moved. Of the line counts what is left of it and its parts; of what was cancelled, what the
   kitchen had: by the cancellation's own word, or because some send did not know of it and the
   kitchen has not settled that nothing was made. A line whose orders were all cancelled, and not
   closed, gives back what was never sent.
5. A product is oversold on a day that ends, over all places, with less than nothing, and not before
   the last of its counts. The evidence is what first went out without being there, with all goods
   of the day there from its beginning.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from simulations.reference.disputes import Situation, situation
from simulations.reference.lines import ReferenceLine
from simulations.reference.once import Meaning, Register, Told, Write
from simulations.reference.order import ReferenceOrder
from simulations.reference.stored import EPOCH, LARGEST_CLOCK, Fact, Fields, Stamp

MAIN = ""
_AUTHOR = 6  # bytes of a device id
Place = tuple[str, str]  # product, place


class Moved(NamedTuple):
    """much: thousandths, below zero when it went. fact: the evidence."""

    at: Place
    much: int
    fact: str
    stamp: Stamp
    author: bytes
    day: int

    @property
    def clock(self) -> int:
        return min(self.stamp.clock, LARGEST_CLOCK)


class Counting(NamedTuple):
    """One product in one count. seen: by author, up to which clock."""

    at: Place
    much: int
    told: Told
    seen: dict[bytes, int]

    def knew(self, moved: Moved) -> bool:
        return moved.clock <= self.seen.get(moved.author, -1)

    def is_before(self, moved: Moved) -> bool:
        """Whether the count is: so that the movement changes it."""
        mine = min(self.told.stamp.clock, LARGEST_CLOCK)
        return moved.clock >= mine and not self.knew(moved)


class ReferenceStock(NamedTuple):
    """One product at one place. counted: the count that holds. after: movements that change it.
    doubtful: of those before the count the ones that the counter had not seen."""

    counted: Counting | None
    after: list[Moved]
    doubtful: list[Moved]

    @property
    def on_hand(self) -> int:
        begun = 0 if self.counted is None else self.counted.much
        return begun + sum(each.much for each in self.after)


def stock_name(day: int) -> str:
    """Of the document."""
    last = (date.max - EPOCH).days
    return f"stock:{EPOCH + timedelta(days=min(day, last))}"


def stock_of(
    days: Iterable[Meaning], orders: Mapping[str, ReferenceOrder]
) -> dict[Place, ReferenceStock]:
    """Of every product that anything was ever said of."""
    told = [each for day in days for each in day.all_told() if each.tag != "resolution"]
    once = list(_once(told))
    moved = [each for tellings in once for each in _moved(tellings[0])]
    moved += [each for order in orders.values() for each in _sold(order, orders)]
    counts = [each for tellings in once for each in _counted(tellings)]
    same = {
        fact.id: tellings[0].id
        for tellings in once
        for each in tellings
        for fact, _ in each.tellings
    }
    places = {each.at for each in moved} | {each.at for each in counts}
    return {
        place: _stock(
            [each for each in moved if each.at == place],
            [each for each in counts if each.at == place],
            same,
        )
        for place in places
    }


def _once(told: Iterable[Told]) -> Iterator[list[Told]]:
    """What is one fact, on whichever day it was told: the least stamp first."""
    found: dict[str, list[Told]] = {}
    for each in sorted(told, key=lambda told: told.stamp):
        meant = {k: v for k, v in each.fields.items() if k not in ("replaces", "seen")}
        found.setdefault(repr((each.first.command, each.tag, meant)), []).append(each)
    yield from found.values()


def _moved(told: Told) -> Iterator[Moved]:
    for item in told["items"] if told.tag != "stock_counted" else ():
        if told.tag == "stock_received":
            ways = [(told["place"], 1)]
        elif told.tag == "stock_lost":
            ways = [(told["place"], -1)]
        else:
            ways = [(told["origin"], -1), (told["target"], 1)]
        for place, sign in ways:
            if place is not None:
                at = item["product"].hex(), place
                yield movement(at, sign * item["thousandths"], told.first)


def movement(at: Place, much: int, fact: Fact) -> Moved:
    """By what a fact says."""
    return Moved(at, much, fact.id, fact.stamp, fact.device[:_AUTHOR], fact.day)


def _counted(tellings: list[Told]) -> Iterator[Counting]:
    told = tellings[0]
    if told.tag != "stock_counted":
        return
    seen: dict[bytes, int] = {}
    for each in tellings:
        for cut in each["seen"]:
            clock = min(int.from_bytes(cut[_AUTHOR:]), LARGEST_CLOCK)
            seen[cut[:_AUTHOR]] = max(clock, seen.get(cut[:_AUTHOR], 0))
    knew = [name for each in tellings for name in each["replaces"]]
    told = Told(
        tag=told.tag,
        fields={**told.fields, "replaces": knew},
        first=told.first,
        tellings=told.tellings,
    )
    for product, much in {item["product"]: item["thousandths"] for item in told["items"]}.items():
        yield Counting((product.hex(), told["place"]), much, told, seen)


def _stock(moved: list[Moved], counts: list[Counting], same: dict[str, str]) -> ReferenceStock:
    writes: list[Write[Counting | None]] = [
        Write(each.told.id, each.told.stamp, each, {same.get(n, n) for n in each.told["replaces"]})
        for each in counts
    ]
    count = Register(writes).value(None)
    if count is None:
        return ReferenceStock(None, moved, [])
    before = [each for each in moved if not count.is_before(each)]
    return ReferenceStock(
        count,
        [each for each in moved if count.is_before(each)],
        [each for each in before if not count.knew(each)],
    )


# --- sales


def _sold(order: ReferenceOrder, orders: Mapping[str, ReferenceOrder]) -> Iterator[Moved]:
    for line in order.own_lines:
        found = _taken(order, line) if line.whole is None else None
        if found is None:
            continue
        fact, supplies = found
        of_line = [each for each in order.own_lines if each.added.id == line.added.id]
        out = sum(gone_of(order, each, orders) for each in of_line)
        for product, much in supplies:
            asked = much * out
            taken = (2 * asked + line.quantity) // (2 * line.quantity)  # half up
            if taken:
                yield movement((product.hex(), MAIN), -taken, fact)


def _taken(
    order: ReferenceOrder, line: ReferenceLine
) -> tuple[Fact, list[tuple[bytes, int]]] | None:
    """What the change that added the line says of it."""
    change = line.added.stamp.change
    tellings: list[tuple[Fact, Fields]] = [
        telling for each in order.meaning.of("supplies_taken") for telling in each.tellings
    ]
    for fact, fields in sorted(tellings, key=lambda telling: telling[0].stamp):
        for name, supplies, *_ in fields["takes"]:
            if fact.stamp.change == change and name == line.given:
                return fact, [(product, much) for product, much, *_ in supplies]
    return None


def gone_of(
    order: ReferenceOrder, line: ReferenceLine, orders: Mapping[str, ReferenceOrder]
) -> int:
    """Thousandths of a line for which goods are gone."""
    spoilt = _spoilt(order, line)
    place = order.places[line.id]
    if any(orders[each].is_owed for each in place.orders if each in orders):
        return line.left + spoilt
    return line.left + spoilt if line.was_sent else spoilt


def _spoilt(order: ReferenceOrder, line: ReferenceLine) -> int:
    """What was cancelled when the kitchen had it."""
    much = 0
    for each in line.cancellations:
        is_doubtful = each.id in line.not_knowing and each.id not in _not_made(order, line)
        if each["sends_seen"] or is_doubtful:
            much += each["thousandths"]
    return min(much, line.cancelled)


def _not_made(order: ReferenceOrder, line: ReferenceLine) -> set[str]:
    """What the kitchen weighed when it said that nothing was made."""
    about = ("cancelled_after_send", line.id.hex())
    told = [
        each for each in order.meaning.of("resolution") if (each["kind"], each["subject"]) == about
    ]
    current = Register(order.meaning.writes(told)).value(None)
    if current is None or current["choice"] != "not_made":
        return set()
    return order.meaning.same(current["weighs"])


# --- what a person must decide


def stock_situations(stock: Mapping[Place, ReferenceStock]) -> dict[str, list[Situation]]:
    """By the document in which they are settled."""
    found: dict[str, list[Situation]] = {}
    for document, each in _situations(stock):
        found.setdefault(document, []).append(each)
    return found


def _situations(stock: Mapping[Place, ReferenceStock]) -> Iterator[tuple[str, Situation]]:
    for (product, _), each in stock.items():
        if each.counted is not None and each.doubtful:
            day = each.counted.told.first.day
            facts = [each.counted.told.id, *(moved.fact for moved in each.doubtful)]
            yield stock_name(day), situation("count_to_confirm", f"{product}:{day}", facts)
    for product in {product for product, _ in stock}:
        yield from _oversold(product, [each for at, each in stock.items() if at[0] == product])


def _oversold(product: str, stock: list[ReferenceStock]) -> Iterator[tuple[str, Situation]]:
    balance = sum(each.counted.much for each in stock if each.counted is not None)
    counted = max(
        (each.counted.told.first.day for each in stock if each.counted is not None), default=0
    )
    moved = sorted((m for each in stock for m in each.after), key=lambda m: m.stamp)
    for day in sorted({each.day for each in moved}):
        of_day = [each for each in moved if each.day == day]
        there = balance + sum(each.much for each in of_day if each.much > 0)
        balance += sum(each.much for each in of_day)
        if balance >= 0 or day < counted or sum(each.much for each in of_day) == 0:
            continue
        for each in of_day:
            there += min(each.much, 0)
            if each.much < 0 and there < 0:
                found = situation("oversold", f"{product}:{day}", [each.fact])
                yield stock_name(day), found
                break
