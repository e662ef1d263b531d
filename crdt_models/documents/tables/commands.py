"""What people ask of the furniture: areas, tables, a sign on a table.

Rules of this file:
1. A write names every head of the register that it replaces.
2. What is so already is not written again; a sign always is, it may renew another's.
"""

import msgspec

from crdt_models.documents.command import Command, Context, Decision, InvalidField, Read
from crdt_models.documents.tables.facts import (
    AreaAdded,
    AreaRenamed,
    TableAdded,
    TableField,
    TableFieldSet,
    TablePlaced,
    TableReserved,
    TableValue,
)
from crdt_models.documents.tables.view import DiningTable, TablesView
from crdt_models.errors import DomainError
from crdt_models.fact import Fact
from crdt_models.ids import TABLES, CreatedId, DocumentId, FactId, TableId


class UnknownTable(DomainError):
    """No such dining table."""

    code = "unknown_table"
    sentence = "There is no dining table {table}."
    cure = "Load the tables again."


class UnknownArea(DomainError):
    """No such area."""

    code = "unknown_area"
    sentence = "There is no area {area}."
    cure = "Load the areas again."


class _TablesCommand(Command, frozen=True, kw_only=True):
    """Base of the commands on the dining room."""

    def reads(self) -> tuple[DocumentId, ...]:
        return (TABLES,)


class AddArea(_TablesCommand, frozen=True, kw_only=True, tag="add_area"):
    """Creates `area`."""

    name: str

    def plan(self, read: Read, context: Context) -> Decision:
        area = context.new_id(0)
        return Decision(((TABLES, AreaAdded(area=area, name=self.name)),), {"area": area})


class RenameArea(_TablesCommand, frozen=True, kw_only=True, tag="rename_area"):
    """Raises UnknownArea."""

    area: CreatedId
    name: str

    def plan(self, read: Read, context: Context) -> Decision:
        area = tables_view(read).areas.get(self.area)
        if area is None:
            raise UnknownArea(area=self.area.hex())
        renamed = AreaRenamed(area=self.area, name=self.name, replaces=area.names.replaced_next)
        return Decision(((TABLES, renamed),))


class AddTable(_TablesCommand, frozen=True, kw_only=True, tag="add_table"):
    """Creates `table`. Raises UnknownArea."""

    label: str
    number: str | None = None
    area: CreatedId | None = None
    seats: int = 0
    x: int = 0
    y: int = 0

    def plan(self, read: Read, context: Context) -> Decision:
        if self.area is not None and self.area not in tables_view(read).areas:
            raise UnknownArea(area=self.area.hex())
        table = TableId(context.new_id(0))
        added = TableAdded(
            table=table,
            label=self.label,
            number=self.number,
            area=self.area,
            seats=self.seats,
            x=self.x,
            y=self.y,
        )
        return Decision(((TABLES, added),), {"table": table})


class ChangeTable(_TablesCommand, frozen=True, kw_only=True, tag="change_table"):
    """Set fields (label, number, area, seats, waiter, cleaning, active) and the place on the plan
    (x, y).

    Raises UnknownTable, UnknownArea, InvalidField. What is so already is not written again.
    """

    table: TableId
    fields: dict[TableField, TableValue] = msgspec.field(default_factory=dict)
    position: tuple[int, int] | None = None

    def plan(self, read: Read, context: Context) -> Decision:
        table = _table(read, self.table)
        area = self.fields.get("area")
        if area is not None and area not in {each.hex() for each in tables_view(read).areas}:
            raise UnknownArea(area=area)
        facts: list[Fact] = [*self._fields_set(table)]
        if self.position is not None and self.position != table.position:
            x, y = self.position
            facts.append(
                TablePlaced(table=self.table, x=x, y=y, replaces=table.places.replaced_next)
            )
        return Decision(tuple((TABLES, fact) for fact in facts))

    def _fields_set(self, table: DiningTable) -> list[TableFieldSet]:
        facts = []
        for field, value in self.fields.items():
            register = table.fields.get(field)
            if register is None:
                raise InvalidField(reason=f"a table has no field {field}")
            if len(register.heads) == 1 and register.value(None) == value:
                continue
            facts.append(field_set(self.table, field, value, register.replaced_next))
        return facts


class ReserveTable(_TablesCommand, frozen=True, kw_only=True, tag="reserve_table"):
    """Put a sign on it for somebody, until a time (milliseconds since 1970) or open-ended. Raises
    UnknownTable."""

    table: TableId
    name: str
    until_ms: int | None = None

    def plan(self, read: Read, context: Context) -> Decision:
        heads = _table(read, self.table).holds.replaced_next
        reserved = TableReserved(
            table=self.table, name=self.name, until_ms=self.until_ms, replaces=heads
        )
        return Decision(((TABLES, reserved),))


class ReleaseTable(_TablesCommand, frozen=True, kw_only=True, tag="release_table"):
    """Take the sign away; nothing to do when there is none. Raises UnknownTable."""

    table: TableId

    def plan(self, read: Read, context: Context) -> Decision:
        table = _table(read, self.table)
        if table.hold is None:
            return Decision(())
        released = TableReserved(table=self.table, replaces=table.holds.replaced_next)
        return Decision(((TABLES, released),))


def tables_view(read: Read) -> TablesView:
    """The dining room."""
    view = read(TABLES)
    assert isinstance(view, TablesView), "the kind of a document decides its view"
    return view


def _table(read: Read, table: TableId) -> DiningTable:
    found = tables_view(read).tables.get(table)
    if found is None:
        raise UnknownTable(table=table.hex())
    return found


def field_set(
    table: TableId, field: TableField, value: TableValue, replaces: tuple[FactId, ...]
) -> TableFieldSet:
    """A write of a table's register. Raises InvalidField."""
    try:
        return TableFieldSet(table=table, field=field, value=value, replaces=replaces)
    except ValueError as error:
        raise InvalidField(reason=str(error)) from error
