"""Moving lines to another order, and joining two orders.

Rules of this file:
1. Lines move between open bills only, as far as is known here. A terminal that was cut off may have
   closed, cancelled or joined either order meanwhile: then the line is shown where it is, and a
   person is told.
2. A part of a line is split off first, in its home, and moves as a line of its own.
3. Payments never move: an order that holds any is not joined with another. Discounts of a line go
   with it. Those of an order, and its charges, stay when some lines leave it: who moves them is
   told what becomes of both totals. Joined with another it takes them along, see `merging`.
   Whoever gave or withdrew one meanwhile, unheard, is told (`discounted_while_moved`).
"""

from collections.abc import Sequence

import msgspec

from crdt_models.documents.command import Context, Decision, Read
from crdt_models.documents.fields import MAX_MENTIONS
from crdt_models.documents.orders.commands.kitchen import batched
from crdt_models.documents.orders.commands.lines import check_room, known_line, take
from crdt_models.documents.orders.commands.order_command import (
    OrderCommand,
    Placed,
    at_home,
    order_view,
)
from crdt_models.documents.orders.errors import (
    ChargesStay,
    NoLines,
    PaidOrderStays,
    SameOrder,
    UnknownDestination,
)
from crdt_models.documents.orders.facts import (
    LinesArrived,
    LinesMoved,
    LineSplit,
    OrderMergedInto,
)
from crdt_models.documents.orders.lines import Line
from crdt_models.documents.orders.merging import asks_charges, charges_taken, discounts_taken
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.terminals import check_all_understand
from crdt_models.ids import (
    TERMINALS,
    CreatedId,
    DocumentId,
    FactId,
    LineId,
    OrderId,
    order_document,
)


class LineMove(msgspec.Struct, frozen=True):
    """How much of a line to move; None is all that is left of it."""

    line: LineId
    thousandths: int | None = None


class Moving(OrderCommand, frozen=True, kw_only=True):
    """Base of what moves lines of `order` to another one."""

    to: OrderId

    def reads(self) -> tuple[DocumentId, ...]:
        return (self.document, order_document(self.to), TERMINALS)

    def both(self, read: Read) -> tuple[OrderView, OrderView]:
        """Raises SameOrder, NotEveryoneUpdated, UnknownOrder, UnknownDestination, and of either
        order OrderIsCancelled, BillIsClosed, OrderIsMerged."""
        if self.to == self.order:
            raise SameOrder(order=self.order.hex())
        for kind in (LinesMoved, LinesArrived, LineSplit):
            check_all_understand(read, kind)
        view = self.open_view(read)
        if order_view(read, self.to).opening is None:
            raise UnknownDestination(order=self.to.hex())
        return view, OrderCommand(order=self.to).open_view(read)

    def moved(
        self, seen: tuple[FactId, ...], view: OrderView, lines: Sequence[Line]
    ) -> list[Placed]:
        """The facts that move whole lines. seen: see `discounts_seen`."""
        facts: list[Placed] = []
        for some in batched(lines):
            ids = tuple(line.id for line in some)
            known = {move for line in some for move in view.moves_known(line).replaced_next}
            facts += self._moved(some[0].home, ids, tuple(sorted(known))[:MAX_MENTIONS], seen)
        return facts

    def split_off(
        self, seen: tuple[FactId, ...], line: Line, part: LineId, thousandths: int
    ) -> list[Placed]:
        """The facts that move a part of a line."""
        split = LineSplit(line=line.id, part=part, thousandths=thousandths)
        return [at_home(line, split), *self._moved(line.home, (part,), (), seen)]

    def _moved(
        self,
        home: OrderId,
        lines: tuple[LineId, ...],
        replaces: tuple[FactId, ...],
        seen: tuple[FactId, ...],
    ) -> list[Placed]:
        moved = LinesMoved(
            lines=lines, to=self.to, replaces=replaces, left=self.order, discounts_seen=seen
        )
        facts: list[Placed] = [(order_document(home), moved)]
        if home != self.to:  # who comes home needs no telling
            facts.append((order_document(self.to), LinesArrived(lines=lines, home=home)))
        return facts


def discounts_seen(*orders: OrderView) -> tuple[FactId, ...]:
    """Those of the orders as a whole, which a mover knows."""
    seen = {each for order in orders for each in order.terms.of_order}
    return tuple(sorted(seen))[:MAX_MENTIONS]


class MoveLines(Moving, frozen=True, kw_only=True, tag="move_lines"):
    """Put lines, or parts of them, on the order `to`. Creates `part.<n>` for the n-th
    part.

    Raises SameOrder, NotEveryoneUpdated, UnknownOrder, UnknownDestination, OrderIsCancelled,
    BillIsClosed, OrderIsMerged, NoLines, UnknownLine, MoreThanIsLeft, OrderTooLarge.
    """

    moves: tuple[LineMove, ...]

    def plan(self, read: Read, context: Context) -> Decision:
        view, target = self.both(read)
        if not self.moves:
            raise NoLines
        check_room(target, len(self.moves))
        whole: dict[LineId, Line] = {}
        facts: list[Placed] = []
        ids: dict[str, CreatedId] = {}
        left = {line.id: line.left for line in view.lines}
        seen = discounts_seen(view, target)
        for index, move in enumerate(self.moves):
            line = known_line(view, move.line)
            asked = take(left, line.id, move.thousandths)
            if asked == line.left:
                whole[line.id] = line
            else:
                ids[f"part.{len(ids)}"] = part = context.new_id(index)
                facts += self.split_off(seen, line, LineId(part), asked)
        return Decision((*facts, *self.moved(seen, view, list(whole.values()))), ids)


class MergeOrders(Moving, frozen=True, kw_only=True, tag="merge_orders"):
    """Put everything on `order` on the order `to`; it is done with then, and frees its table.

    Raises what MoveLines raises of either order, PaidOrderStays, OrderTooLarge; ChargesStay when
    it has charges and not a line: nothing would say there where they came from.
    """

    def plan(self, read: Read, context: Context) -> Decision:
        view, target = self.both(read)
        if view.paid or any(each.state in ("pending", "unknown") for each in view.payments):
            raise PaidOrderStays(order=self.order.hex())
        lines = [line for line in view.lines if line.left]
        if asks_charges(view) and not lines:
            raise ChargesStay(order=self.order.hex())
        check_room(target, len(lines))
        beside = (*discounts_taken(view, self.to, lines), *charges_taken(view, target))
        for kind in {type(fact) for _, fact in beside}:
            check_all_understand(read, kind)
        merged = self.placed([OrderMergedInto(into=self.to, charges=asks_charges(view))])
        moved = self.moved(discounts_seen(view, target), view, lines)
        return Decision((*merged, *moved, *beside))
