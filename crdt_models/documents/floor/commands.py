"""What people ask of the floor: who serves, which tables stand together, what was cleaned.

Rules of this file:
1. Everything is written into the floor of the command's business day.
2. What is so already is not written again.
"""

from crdt_models.documents.command import Command, Context, Decision, InvalidField, Read
from crdt_models.documents.fields import MAX_MENTIONS
from crdt_models.documents.floor.facts import (
    TableCleaned,
    TablesJoined,
    TablesSeparated,
    WaiterAssigned,
)
from crdt_models.documents.floor.view import NOBODY, FloorView
from crdt_models.documents.tables.commands import (
    UnknownArea,
    UnknownTable,
    field_set,
    tables_view,
)
from crdt_models.fact import Fact
from crdt_models.ids import TABLES, CreatedId, DocumentId, TableId, floor_document


class _FloorCommand(Command, frozen=True, kw_only=True):
    """Base of the commands on today's floor."""

    def reads(self) -> tuple[DocumentId, ...]:
        return (TABLES,)


class AssignWaiter(_FloorCommand, frozen=True, kw_only=True, tag="assign_waiter"):
    """Somebody (None: nobody) serves a table, or an area, today.

    Raises UnknownTable, UnknownArea, InvalidField.
    """

    waiter: str | None
    table: TableId | None = None
    area: CreatedId | None = None

    def plan(self, read: Read, context: Context) -> Decision:
        where = self._where(read)
        document = floor_document(context.business_day)
        register = floor_view(read, document).waiters.get(where, NOBODY)
        if len(register.heads) < 2 and register.value(None) == self.waiter:
            return Decision(())
        try:
            assigned = WaiterAssigned(
                table=self.table,
                area=self.area,
                waiter=self.waiter,
                replaces=register.replaced_next,
            )
        except ValueError as error:
            raise InvalidField(reason=str(error)) from error
        return Decision(((document, assigned),))

    def _where(self, read: Read) -> CreatedId:
        room = tables_view(read)
        if self.table is not None and self.table not in room.tables:
            raise UnknownTable(table=self.table.hex())
        if self.area is not None and self.area not in room.areas:
            raise UnknownArea(area=self.area.hex())
        where = self.area if self.table is None else self.table
        if where is None or (self.table is not None and self.area is not None):
            raise InvalidField(reason="a waiter serves a table or an area")
        return where


class JoinTables(_FloorCommand, frozen=True, kw_only=True, tag="join_tables"):
    """They stand together from now on, with whatever each stood together with before.

    Raises UnknownTable, InvalidField.
    """

    tables: tuple[TableId, ...]

    def plan(self, read: Read, context: Context) -> Decision:
        tables = tuple(sorted(set(self.tables)))
        if len(tables) < 2:
            raise InvalidField(reason="at least two tables are joined")
        for table in tables:
            if table not in tables_view(read).tables:
                raise UnknownTable(table=table.hex())
        document = floor_document(context.business_day)
        together = floor_view(read, document).together(tables[0])
        if set(tables) <= set(together):
            return Decision(())
        return Decision(((document, TablesJoined(tables=tables)),))


class SeparateTables(_FloorCommand, frozen=True, kw_only=True, tag="separate_tables"):
    """The whole group of a table is taken apart; nothing to do when it is by itself. Raises
    UnknownTable."""

    table: TableId

    def plan(self, read: Read, context: Context) -> Decision:
        if self.table not in tables_view(read).tables:
            raise UnknownTable(table=self.table.hex())
        document = floor_document(context.business_day)
        floor = floor_view(read, document)
        group = set(floor.together(self.table))
        joins = [each.id for each in floor.joins if not group.isdisjoint(each.fact.tables)]
        if not joins:
            return Decision(())
        known = tuple(sorted(joins)[:MAX_MENTIONS])
        return Decision(((document, TablesSeparated(table=self.table, joins=known)),))


class CleanTable(_FloorCommand, frozen=True, kw_only=True, tag="clean_table"):
    """A table is clean: after every bill known to have been closed at it today, and whatever it was
    to be cleaned for besides. Raises UnknownTable."""

    table: TableId

    def plan(self, read: Read, context: Context) -> Decision:
        table = tables_view(read).tables.get(self.table)
        if table is None:
            raise UnknownTable(table=self.table.hex())
        document = floor_document(context.business_day)
        cleaned = floor_view(read, document).cleaned.get(self.table, frozenset())
        left = sorted(set(context.left_at(self.table)) - cleaned)[:MAX_MENTIONS]
        facts: list[tuple[DocumentId, Fact]] = []
        if left:
            facts.append((document, TableCleaned(table=self.table, left=tuple(left))))
        register = table.fields["cleaning"]
        if table.is_cleaning or len(register.heads) > 1:
            clean = field_set(self.table, "cleaning", False, register.replaced_next)  # noqa: FBT003 - a value
            facts.append((TABLES, clean))
        return Decision(tuple(facts))


def floor_view(read: Read, document: DocumentId) -> FloorView:
    """One day on the floor, empty when nothing happened yet."""
    view = read(document)
    assert isinstance(view, FloorView), "the kind of a document decides its view"
    return view
