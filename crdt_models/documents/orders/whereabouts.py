"""Where lines are. An order as people see it is made of its own document and of those beside it.

Rules of this file:
1. A line is on one order: at home until it was moved, then where the current move says. A bill that
   is closed keeps what it lists until it is reopened, whatever moves say; only lines that several
   closed bills list are on several orders, and a person is asked.
2. A move counts once the order it leads to is known here and names the line as arrived: until then
   the line stays where it was, so it is never out of sight.
3. A part that was split off is where the whole is until it is moved itself; a closed bill that
   lists the whole and does not know the split has the part in it.
4. Orders are beside each other when a line moved between them, or from a third one to both. That is
   mutual, and told by the documents themselves: no index is kept.
5. Pure: documents are handed over; their views are joined here and never changed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from crdt_models.documents.orders.facts import LinesArrived, LinesMoved
from crdt_models.documents.orders.lines import Line
from crdt_models.documents.register import Register, Write
from crdt_models.documents.view import Once, View
from crdt_models.ids import FactId, LineId, OrderId, order_of

if TYPE_CHECKING:  # the view is made of this file
    from crdt_models.documents.orders.shared_lines import SharedLines

Moves = Mapping[LineId, tuple[Write[OrderId], ...]]
Orders = Mapping[OrderId, "SharedLines"]


class Place(NamedTuple):
    """Where a line is that was ever moved, or split off one that was.

    moves: that count. asked: where it would be if no bill were closed. billed: orders of which the
    closed bill lists it.
    """

    moves: Register[OrderId]
    asked: OrderId
    billed: tuple[OrderId, ...]

    @property
    def orders(self) -> tuple[OrderId, ...]:
        """The order it is on: several only when several closed bills list it."""
        return self.billed or (self.asked,)

    @property
    def is_moved_twice(self) -> bool:
        """Whether moves that did not know of each other lead to different orders."""
        heads = set(self.moves.heads)
        return len({move.value for move in self.moves.writes if move.id in heads}) > 1


class Here(NamedTuple):
    """A line that is on an order. place: None when it never left its home."""

    line: Line
    place: Place | None

    @property
    def moved_by(self) -> FactId | None:
        """The move that brought it, None when it never left its home."""
        move = None if self.place is None else self.place.moves.current
        return None if move is None else move.id


def moves_of(view: View) -> Moves:
    """Every move of a home's lines, also those that do not count."""
    found: dict[LineId, list[Write[OrderId]]] = {}
    for moved in view.all(LinesMoved):
        write = Write(moved.id, moved.stamp, moved.fact.to, view.same_all(moved.fact.replaces))
        for line in moved.fact.lines:
            found.setdefault(line, []).append(write)
    return {line: tuple(writes) for line, writes in found.items()}


class MovedFrom(NamedTuple):
    """A move, and the home of its lines."""

    home: "SharedLines"
    move: Once[LinesMoved]


def moves_at(order: "SharedLines") -> list[MovedFrom]:
    """Every move from an order or to it, of its own lines and of those that ever came to it."""
    orders = order.orders
    homes = (order.order, *sorted(order.arrivals))
    return [
        MovedFrom(orders[home], move)
        for home in homes
        if home in orders
        for move in orders[home].all(LinesMoved)
        if move.fact.left != move.fact.to and order.order in (move.fact.left, move.fact.to)
    ]


def arrivals_of(view: View) -> Mapping[OrderId, frozenset[LineId]]:
    """By home, the lines that were moved to an order at some time. Its own are at home."""
    found: dict[OrderId, set[LineId]] = {}
    for arrived in view.all(LinesArrived):
        found.setdefault(arrived.fact.home, set()).update(arrived.fact.lines)
    found.pop(order_of(view.document), None)
    return {home: frozenset(lines) for home, lines in found.items()}


def orders_beside(order: "SharedLines", read: Callable[[OrderId], "SharedLines"]) -> Orders:
    """The orders beside one: homes of what arrived, and wherever its lines or theirs were moved.

    read: a document's view by itself, empty when nothing of it is known.
    """
    found = {home: read(home) for home in order.arrivals}
    for each in (order, *found.values()):
        for target in _targets(each):
            if target not in found and target != order.order:
                found[target] = read(target)
    return found


def _targets(home: "SharedLines") -> Iterable[OrderId]:
    return dict.fromkeys(write.value for moves in home.moves.values() for write in moves)


def places_of(home: "SharedLines", known: Orders) -> Mapping[LineId, Place]:
    """Where the lines of `home` are that are not simply at home."""
    found: dict[LineId, Place] = {}
    groups: dict[LineId, frozenset[OrderId]] = {}
    for line in home.own_lines:
        whole = None if line.parent is None else found.get(line.parent)
        moves = [
            move
            for move in home.moves.get(line.id, ())
            if move.value == home.order or _knows(known.get(move.value), home.order, line.id)
        ]
        if not moves and whole is None:
            continue
        group = {home.order, *(move.value for move in moves)}
        if line.parent is not None:
            group |= groups.get(line.parent, frozenset())
        groups[line.id] = frozenset(group)
        register = Register(moves)
        found[line.id] = Place(
            register,
            register.value(home.order if whole is None else whole.asked),
            tuple(each for each in sorted(group) if is_billed(line, home, known[each])),
        )
    return found


def _knows(target: "SharedLines | None", home: OrderId, line: LineId) -> bool:
    """Whether an order is known and says itself that the line came to it."""
    return (
        target is not None
        and target.opening is not None
        and line in target.arrivals.get(home, frozenset())
    )


def is_billed(line: Line, home: "SharedLines", order: "SharedLines") -> bool:
    """Whether the closed bill of `order` has the line, by itself or in what it was split off."""
    return line.id in order.billed or is_in_whole(line, home, order)


def is_in_whole(line: Line, home: "SharedLines", order: "SharedLines") -> bool:
    """Whether a closed bill lists what the line was split off, and does not know the split."""
    if line.parent is None or order.closed is None:
        return False
    counted = home.same_all(order.closed.fact.counted)
    each = line
    while each.parent is not None and each.origin not in counted:
        each = home.own_by_id[each.parent]
        if each.id in order.billed:
            return True
    return False


def lines_on(order: "SharedLines", known: Orders) -> Iterator[Here]:
    """What is on an order: its own lines first, then what came from others. known: the orders
    beside it, and itself."""
    for home in (order, *(known[each] for each in sorted(order.arrivals))):
        places = places_of(home, known)
        for line in home.own_lines:
            place = places.get(line.id)
            is_here = home is order if place is None else order.order in place.orders
            if is_here:
                yield Here(line, place)
