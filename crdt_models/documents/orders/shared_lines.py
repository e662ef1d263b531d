"""An order's lines, wherever they were added: the part of its view that others build on.

Rules of this file:
1. A view by itself knows one document. `joined` to the orders beside it, it tells what people see:
   `lines` are then what is on the order, and everything that is made of lines follows them.
2. `own_…`, `moves`, `arrivals`, `opening` and the closings are told by the own document alone: this
   is what orders ask of one another, so joining never goes in circles.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Self

from crdt_models.documents.orders.bill import Closings, closings_of
from crdt_models.documents.orders.facts import BillClosed, LinesArrived, LinesMoved, OrderOpened
from crdt_models.documents.orders.line_discounts import LineDiscounts, line_discounts_of
from crdt_models.documents.orders.lines import Line, lines_of
from crdt_models.documents.orders.whereabouts import (
    Here,
    Moves,
    Place,
    arrivals_of,
    lines_on,
    moves_of,
    orders_beside,
    places_of,
)
from crdt_models.documents.register import Register
from crdt_models.documents.view import Derived, Once, View
from crdt_models.ids import FactId, LineId, OrderId, order_of


class SharedLines(View):
    """An order as a holder of lines."""

    _is_joined = False
    _beside: "Mapping[OrderId, SharedLines]" = MappingProxyType({})

    @Derived
    def order(self) -> OrderId:
        """The order's id, from its document's."""
        return order_of(self.document)

    @Derived
    def opening(self) -> Once[OrderOpened] | None:
        """The first opening, None while it has not arrived."""
        openings = self.all(OrderOpened)
        return openings[0] if openings else None

    @Derived
    def closings(self) -> Closings:
        """Every closing of the bill."""
        return closings_of(self)

    @Derived
    def closed(self) -> Once[BillClosed] | None:
        """The closing that answers for the bill, None while the bill is open."""
        standing = self.closings.standing
        return standing[-1] if standing else None

    @Derived
    def billed(self) -> frozenset[LineId]:
        """What the closing lists; nothing while the bill is open."""
        return frozenset(() if self.closed is None else [it.line for it in self.closed.fact.lines])

    # --- its own lines, wherever they are

    @Derived
    def own_lines(self) -> tuple[Line, ...]:
        """Every line that was added here, cancelled ones included, and the parts split off."""
        return lines_of(self)

    @Derived
    def own_by_id(self) -> dict[LineId, Line]:
        """The same by the id that commands use."""
        return {line.id: line for line in self.own_lines}

    @Derived
    def line_discounts(self) -> LineDiscounts:
        """What is taken off them, wherever they are."""
        return line_discounts_of(self, self.own_lines)

    @Derived
    def moves(self) -> Moves:
        """Every move of them, by line."""
        return moves_of(self)

    @Derived
    def arrivals(self) -> Mapping[OrderId, frozenset[LineId]]:
        """By home, the lines of other orders that were moved here at some time."""
        return arrivals_of(self)

    # --- joined with the orders beside it

    @property
    def is_shared(self) -> bool:
        """Whether a line of it ever moved, or one of another order came here."""
        return LinesMoved in self._slots or LinesArrived in self._slots

    def joined(self, read: "Callable[[OrderId], SharedLines]") -> Self:
        """The order with those beside it, none of which changes. read: their views, alone."""
        if not self.is_shared:
            return self
        joined = self.copy()
        joined._forget()
        joined._is_joined, joined._beside = True, orders_beside(self, read)
        return joined

    @property
    def beside(self) -> tuple[OrderId, ...]:
        """The orders it was joined with."""
        return tuple(self._beside)

    @property
    def orders(self) -> "Mapping[OrderId, SharedLines]":
        """They and itself."""
        return {**self._beside, self.order: self}

    def home_of(self, line: Line) -> "SharedLines":
        """The order in whose document a line of this one stands."""
        return self._beside.get(line.home, self)

    @property
    def has_line_discounts(self) -> bool:
        """Whether a line that is on this order may have a discount."""
        return any(
            each.line_discounts.standing or each.line_discounts.carried for each in self.homes
        )

    @property
    def homes(self) -> "tuple[SharedLines, ...]":
        """The orders in whose documents its lines may stand: itself first."""
        return (self, *self._homes())

    @Derived
    def here(self) -> tuple[Here, ...]:
        """Every line that is on this order, cancelled ones included, and how it came here."""
        if not self._is_joined:
            return tuple([Here(line, None) for line in self.own_lines])
        return tuple(lines_on(self, self.orders))

    @Derived
    def lines(self) -> tuple[Line, ...]:
        """The same lines: its own by stamp, then what came from other orders."""
        return tuple([line for line, _ in self.here]) if self._is_joined else self.own_lines

    @Derived
    def lines_by_id(self) -> dict[LineId, Line]:
        """The same by the id that commands use. Should two have one, the first answers to it."""
        return {line.id: line for line in reversed(self.lines)}

    @Derived
    def places(self) -> Mapping[LineId, Place]:
        """Where those of its own lines are that are not simply here."""
        return places_of(self, self.orders) if self._is_joined else {}

    def moves_known(self, line: Line) -> Register[OrderId]:
        """Every move of a line on this order, also those that do not count: what the next one must
        replace."""
        return Register(self.home_of(line).moves.get(line.id, ()))

    # --- what else the homes of its lines say

    def same_all(self, facts: Iterable[FactId]) -> frozenset[FactId]:
        """Also of facts in the documents beside it."""
        found = super().same_all(facts)
        for order in self._beside.values():
            found = order.same_all(found)
        return found

    @property
    def fact_count(self) -> int:
        """Grows with every fact of it, and of the homes of what came here."""
        return super().fact_count + sum(home.fact_count for home in self._homes())

    @property
    def updated(self) -> int:
        """The greatest hybrid logical clock among those."""
        return max([super().updated, *(home.updated for home in self._homes())])

    @property
    def needs_upgrade(self) -> bool:
        """Also when a fact that must be understood is in the home of what came here."""
        return super().needs_upgrade or any(home.needs_upgrade for home in self._homes())

    def _homes(self) -> "list[SharedLines]":
        if not self._beside:
            return []
        return [self._beside[home] for home in self.arrivals]
