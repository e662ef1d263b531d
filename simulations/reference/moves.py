"""Where lines are: on which order each of them is.

Rules of this file:
1. A line is at home until it was moved. Its place is a register in the home's document; a part that
   was split off is where the whole is until it is moved itself.
2. A move counts when the order that it leads to is open to see: its opening has come, and it says
   itself that the line arrived from that home. (The product's choice: until then a line is where it
   was, so that nobody loses it from sight.) A move back home needs no more.
3. While a bill stands closed that lists the line, it is there, whatever moves say, and on no other
   order. A closed bill that lists the whole and did not count the split has the part in it. Only
   lines that several closed bills list are on several orders: `line_billed_twice`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from simulations.reference.disputes import Situation, situation
from simulations.reference.lines import ReferenceLine
from simulations.reference.once import Register, Told

if TYPE_CHECKING:  # an order is told where its lines are
    from simulations.reference.order import ReferenceOrder

Orders = Mapping[str, "ReferenceOrder"]


class ReferencePlace(Struct, frozen=True, kw_only=True):
    """moves: those that count and that no other replaces. current: the one that decides. wanted:
    where the line would be if no bill were closed. touched: orders it may have been on. billed:
    those of which the closed bill has it."""

    moves: tuple[Told, ...]
    current: Told | None
    wanted: str
    touched: frozenset[str]
    billed: frozenset[str]

    @property
    def orders(self) -> frozenset[str]:
        return self.billed or frozenset({self.wanted})


def places_of(home: "ReferenceOrder", orders: Orders) -> dict[bytes, ReferencePlace]:
    """Of every line that was added to an order, by line."""
    places: dict[bytes, ReferencePlace] = {}
    for line in home.own_lines:  # wholes come before their parts
        above = None if line.whole is None else places[line.whole.id]
        counting = {
            each.id: each
            for each in home.meaning.of("lines_moved")
            if line.id in each["lines"] and _is_known(line, home.id, each["to"].hex(), orders)
        }
        register = Register(home.meaning.writes(counting.values(), "to"))
        standing = [counting[each] for each in sorted(register.standing)]
        wanted = register.value(home.id if above is None else above.wanted)
        touched = {home.id, *(each["to"].hex() for each in counting.values())}
        touched |= set() if above is None else above.touched
        is_elsewhere = counting or above is not None
        places[line.id] = ReferencePlace(
            moves=tuple(standing),
            current=max(standing, key=lambda each: each.stamp, default=None),
            wanted=wanted,
            touched=frozenset(touched),
            billed=frozenset(
                each for each in touched if is_elsewhere and is_billed(line, orders[each])
            ),
        )
    return places


def _is_known(line: ReferenceLine, home: str, to: str, orders: Orders) -> bool:
    if to == home:
        return True
    order = orders.get(to)
    return (
        order is not None
        and order.opening is not None
        and any(
            line.id in each["lines"] and each["home"].hex() == home
            for each in order.meaning.of("lines_arrived")
        )
    )


def is_billed(line: ReferenceLine, order: "ReferenceOrder") -> bool:
    """Whether a closed bill has the line, by itself or within the whole."""
    return line.id in order.listed or is_within(line, order)


def is_within(line: ReferenceLine, order: "ReferenceOrder") -> bool:
    """Whether a closed bill has the line in what it was split off."""
    counted = set() if order.closing is None else order.meaning.same(order.closing["counted"])
    each = line
    while each.whole is not None and each.origin not in counted:
        each = each.whole
        if each.id in order.listed:
            return True
    return False


def put_lines_in_place(orders: Orders) -> None:
    """Give every order what is on it: its own lines first, then those of other homes by id."""
    for order in orders.values():
        order.places = places_of(order, orders)
        order.lines = []
        order.origins = []
    for home in sorted(orders):
        for line in orders[home].own_lines:
            for at in orders[home].places[line.id].orders:
                if at == home:
                    continue
                orders[at].lines.append(line)
                orders[at].origins.append(orders[home].places[line.id])
    for order in orders.values():
        own = [line for line in order.own_lines if order.id in order.places[line.id].orders]
        order.lines[:0] = own
        order.origins[:0] = [order.places[line.id] for line in own]


def homes_of(order: "ReferenceOrder") -> set[str]:
    """Where lines came from at some time, by what the order itself was told."""
    homes = {each["home"].hex() for each in order.meaning.of("lines_arrived")}
    return homes - {order.id}


def of_moves(order: "ReferenceOrder", orders: Orders) -> Iterator[Situation]:
    """What people who were cut off from one another did to lines."""
    for line in order.own_lines:
        place = order.places[line.id]
        if line.short:
            facts = [line.origin, *(each.id for each in line.parts)]
            yield situation("over_split", line.id.hex(), facts)
        if line.left and len({each["to"] for each in place.moves}) > 1:
            yield situation("double_move", line.id.hex(), [each.id for each in place.moves])
        if len(place.billed) > 1:
            closings = (orders[each].closing for each in place.billed)
            facts = [each.id for each in closings if each is not None]
            yield situation("line_billed_twice", line.id.hex(), facts)
    asked = [each for each in order.mergings if each["charges"]]
    if len({each["into"] for each in asked}) > 1:
        yield situation("merged_twice", order.id, [each.id for each in asked])
    if order.is_owed:
        yield from _of_discounts(order)
    if order.closing is None:
        yield from _of_done_with(order)


def _of_discounts(order: "ReferenceOrder") -> Iterator[Situation]:
    """A discount of the whole order, and lines that left it or came to it meanwhile: neither author
    knew of the other, and the discount comes to something else by it. (An amount does only when
    nothing is left to take it off.)"""
    found = _withdrawn_meanwhile(order)
    here = {line.origin for line in order.lines}
    discounts = [each for told in order.terms.discounts.values() for each in told]
    for home in (order, *order.homes):
        for move in home.meaning.of("lines_moved"):
            left, to = (None if each is None else each.hex() for each in (move["left"], move["to"]))
            if left == to or order.id not in (left, to):
                continue
            lines = [line for line in home.own_lines if line.left and line.id in move["lines"]]
            if all((line.origin in here) != (to == order.id) for line in lines):
                continue
            for discount in discounts:
                if discount["kind"] == "value" and (to == order.id or order.consumption):
                    continue
                knew = move.id in order.meaning.same(discount["moves_seen"])
                if not knew and discount.id not in order.meaning.same(move["discounts_seen"]):
                    found |= {discount.id, move.id}
    if found:
        yield situation("discounted_while_moved", order.id, found)


def _withdrawn_meanwhile(order: "ReferenceOrder") -> set[str]:
    """Withdrawals of a discount that the lines took along when the order was joined with another,
    and the joining that did so."""
    found: set[str] = set()
    withdrawals = order.meaning.of("discount_withdrawn")
    for plain in (each for each in withdrawals if each["into"] is None):
        named = order.meaning.same(plain["discounts"])
        for along in (each for each in withdrawals if each["into"] is not None):
            if named & order.meaning.same(along["discounts"]):
                found |= {plain.id, along.id}
    return found


def _of_done_with(order: "ReferenceOrder") -> Iterator[Situation]:
    """Lines on an order that somebody cancelled or joined with another."""
    left = [
        (line, place.current)
        for line, place in zip(order.lines, order.origins, strict=True)
        if line.left
    ]
    if order.cancellations:
        seen = order.meaning.same(
            each for cancelled in order.cancellations for each in cancelled["moves_seen"]
        )
        moved = {move.id for _, move in left if move is not None} - seen
        if moved:
            facts = [*(each.id for each in order.cancellations), *moved]
            yield situation("moved_to_cancelled_order", order.id, facts)
    elif order.mergings and left:
        came = [line.origin if move is None else move.id for line, move in left]
        yield situation(
            "line_on_merged_order", order.id, [*(each.id for each in order.mergings), *came]
        )


def was_counted(line: ReferenceLine, order: "ReferenceOrder", counted: set[str]) -> bool:
    """Whether a closing knew the line. It counts every split of its lines, so of a part it must
    also list the part."""
    return line.origin in counted and (line.whole is None or line.id in order.listed)


def late_changes(order: "ReferenceOrder", counted: Iterable[str]) -> list[str]:
    """Facts that changed lines of a closed bill without its closing knowing: cancellations, splits
    and moves to elsewhere."""
    known = set(counted)
    found: list[str] = []
    for line, place in zip(order.lines, order.origins, strict=True):
        if was_counted(line, order, known):
            changes = [*line.cancellations, *line.parts]
            found += [each.id for each in changes if each.id not in known]
        if place.wanted != order.id and place.current is not None:
            found.append(place.current.id)
    return found
