"""The floor of a day as all its facts make it.

Rules of this file:
1. Tables are only named here: which there are, and what they are called, says `tables`.
2. A group is whatever joins that stand connect. A table that no join names is by itself.
3. What spans documents (is somebody seated there, did somebody leave) is asked in `dining_room`.
"""

from collections.abc import Iterable

from crdt_models.documents.floor.facts import (
    TableCleaned,
    TablesJoined,
    TablesSeparated,
    WaiterAssigned,
)
from crdt_models.documents.floor.reservation_facts import (
    ReservationBooked,
    ReservationChanged,
    ReservationContact,
    ReservationMarked,
    ReservationMoved,
)
from crdt_models.documents.floor.reservations import Reservation, reservations_of
from crdt_models.documents.register import Register, Write
from crdt_models.documents.view import Derived, Once, View
from crdt_models.ids import CreatedId, FactId, ReservationId, TableId

Waiters = Register[str | None]
NOBODY: Waiters = Register(())


class FloorView(View):
    """One day on the floor."""

    UNDERSTANDS = frozenset({
        WaiterAssigned, TablesJoined, TablesSeparated, TableCleaned, ReservationBooked,
        ReservationMoved, ReservationChanged, ReservationContact, ReservationMarked,
    })  # fmt: skip

    @Derived
    def waiters(self) -> dict[CreatedId, Waiters]:
        """Who serves, by table or area; the writes of each register are its history."""
        writes: dict[CreatedId, list[Write[str | None]]] = {}
        for each in self.all(WaiterAssigned):
            where = each.fact.area if each.fact.table is None else each.fact.table
            assert where is not None, "the fact has one of them"
            replaces = self.same_all(each.fact.replaces)
            write = Write(each.id, each.stamp, each.fact.waiter, replaces)
            writes.setdefault(where, []).append(write)
        return {where: Register(found) for where, found in writes.items()}

    @Derived
    def joins(self) -> tuple[Once[TablesJoined], ...]:
        """The joins that stand."""
        undone = self.same_all(
            join for separated in self.all(TablesSeparated) for join in separated.fact.joins
        )
        return tuple(each for each in self.all(TablesJoined) if each.id not in undone)

    @Derived
    def groups(self) -> dict[TableId, tuple[TableId, ...]]:
        """Each joined table with all that stand together with it, sorted, itself included."""
        return _connected(each.fact.tables for each in self.joins)

    def together(self, table: TableId) -> tuple[TableId, ...]:
        """The tables that act as one with this one, itself included."""
        return self.groups.get(table, (table,))

    @Derived
    def cleaned(self) -> dict[TableId, frozenset[FactId]]:
        """The closings after which each table was cleaned, as they were named."""
        found: dict[TableId, set[FactId]] = {}
        for each in self.all(TableCleaned):
            found.setdefault(each.fact.table, set()).update(each.fact.left)
        return {table: frozenset(left) for table, left in found.items()}

    @Derived
    def reservations(self) -> dict[ReservationId, Reservation]:
        """By id, in the order in which they were booked."""
        return reservations_of(self)


def _connected(
    joined: Iterable[Iterable[TableId]],
) -> dict[TableId, tuple[TableId, ...]]:
    """The components of a graph whose edges are sets of tables."""
    beside: dict[TableId, set[TableId]] = {}
    for tables in joined:
        first, *others = dict.fromkeys(tables)
        beside.setdefault(first, set()).update(others)
        for other in others:
            beside.setdefault(other, set()).add(first)
    found: dict[TableId, tuple[TableId, ...]] = {}
    for start in beside:
        if start in found:
            continue
        group, waiting = {start}, [start]
        while waiting:
            fresh = beside[waiting.pop()] - group
            group |= fresh
            waiting += fresh
        if len(group) > 1:
            found |= dict.fromkeys(group, tuple(sorted(group)))
    return found
