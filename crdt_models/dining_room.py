"""The dining room at a moment: what furniture, floor and orders say together of each table.

Rules of this file:
1. The moment is an argument. A table is reserved by a sign on it that has not run out, or by a
   reservation that is awaited around now.
2. Tables that stand together act as one: while somebody sits at one of them all are occupied, and
   what one of them is kept for, all are. Each is cleaned by itself.
3. A table waits for cleaning while it was asked for, or while a bill was closed at it on this
   business day that no cleaning names. Each business day begins clean.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

from crdt_models.documents.floor.reservations import Reservation
from crdt_models.documents.floor.view import FloorView
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.tables.view import DiningTable, Hold, TablesView
from crdt_models.ids import FactId, OrderId, TableId

TableState = Literal["inactive", "occupied", "cleaning", "reserved", "free"]
MINUTE_MS = 60_000


class Tab(NamedTuple):
    """An open order at a table. people: 0 when nobody said."""

    order: OrderId
    people: int


class Group(NamedTuple):
    """Tables that stand together, as far as they are in use. tabs: open orders at any of them."""

    tables: tuple[TableId, ...]
    tabs: tuple[Tab, ...]
    seats: int


class SeenTable(NamedTuple):
    """What a screen shows of a table. group: None while it is by itself. awaited: the reservation
    that it is kept for now. needs_cleaning: also while it is occupied."""

    state: TableState
    tabs: tuple[Tab, ...]
    group: Group | None
    waiter: str | None
    hold: Hold | None
    awaited: Reservation | None
    needs_cleaning: bool


class DiningRoom:
    """See the head of this file."""

    def __init__(
        self,
        furniture: TablesView,
        floor: FloorView,
        booked: FloorView,
        *,
        now_ms: int,
        tabs: Callable[[TableId], Sequence[Tab]],
        left: Callable[[TableId], Iterable[Sequence[FactId]]],
    ) -> None:
        """floor: of the business day. booked: of the service day of now, see `service_day`. left:
        `left_by` of the orders that were closed at a table on the business day."""
        self.furniture = furniture
        self.floor = floor
        self._booked = booked
        self.now_ms = now_ms
        self._tabs = tabs
        self._left = left

    def seen(self, table: DiningTable) -> SeenTable:
        """A table now."""
        together = [each for each in self.floor.together(table.id) if self._is_used(each)]
        tabs = tuple(tab for each in together for tab in self._tabs(each))
        needs_cleaning = table.is_cleaning or self._is_left(table.id)
        hold, awaited = self._hold(table), self._awaited(together)
        return SeenTable(
            state=_state(table, bool(tabs), needs_cleaning, bool(hold or awaited)),
            tabs=tuple(self._tabs(table.id)),
            group=self._group(together, tabs) if len(together) > 1 else None,
            waiter=self._waiter(table),
            hold=hold,
            awaited=awaited,
            needs_cleaning=needs_cleaning,
        )

    def _is_used(self, table: TableId) -> bool:
        found = self.furniture.tables.get(table)
        return found is not None and found.is_active

    def _group(self, together: Sequence[TableId], tabs: tuple[Tab, ...]) -> Group:
        seats = sum(self.furniture.tables[each].seats for each in together)
        return Group(tuple(together), tabs, seats)

    def _waiter(self, table: DiningTable) -> str | None:
        """Today's of the table, else today's of its area, else the usual one."""
        places = (table.id, table.area)
        for where in [each for each in places if each is not None]:
            register = self.floor.waiters.get(where)
            if register is not None and register.value(None) is not None:
                return register.value(None)
        return table.waiter

    def _is_left(self, table: TableId) -> bool:
        cleaned = self.floor.cleaned.get(table, frozenset())
        return any(cleaned.isdisjoint(closings) for closings in self._left(table))

    def _hold(self, table: DiningTable) -> Hold | None:
        hold = table.hold
        if hold is None or (hold.until_ms is not None and hold.until_ms <= self.now_ms):
            return None
        return hold

    def _awaited(self, together: Iterable[TableId]) -> Reservation | None:
        """The one whose window begins first."""
        minute, kept = self.now_ms // MINUTE_MS, set(together)
        found = [
            each
            for each in self._booked.reservations.values()
            if each.is_awaited(minute) and not kept.isdisjoint(each.place.tables)
        ]
        return min(found, key=lambda each: (each.place.from_minute, each.id), default=None)


def left_by(order: OrderView) -> tuple[FactId, ...]:
    """The closings by any of which a cleaning names that this order has left its table; none while
    it did not. One bill closed at two terminals was left once."""
    if order.account not in ("closed", "settled"):
        return ()
    return tuple(sorted(fact for each in order.closings.standing for fact in each.ids))


def _state(
    table: DiningTable, is_occupied: bool, needs_cleaning: bool, is_reserved: bool
) -> TableState:
    if not table.is_active:
        return "inactive"
    if is_occupied:
        return "occupied"
    if needs_cleaning:
        return "cleaning"
    return "reserved" if is_reserved else "free"
