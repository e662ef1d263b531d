"""The dining room: areas and dining tables.

Rules of this file:
1. A fact about a table that nobody added has no effect.
2. Whether a table is occupied is not stored here: it follows from the open orders (`dining_room`).
3. A table is switched off (`active` false), never deleted: old orders still name it.
"""

import msgspec

from crdt_models.documents.register import Register, Write
from crdt_models.documents.tables.card_facts import (
    CardBlocked,
    CardCoded,
    CardsRegistered,
    CardsWithdrawn,
)
from crdt_models.documents.tables.cards import Cards, cards_of
from crdt_models.documents.tables.facts import (
    TABLE_FIELDS,
    AreaAdded,
    AreaRenamed,
    TableAdded,
    TableFieldSet,
    TablePlaced,
    TableReserved,
    TableValue,
)
from crdt_models.documents.view import Derived, View
from crdt_models.fact import Stamp
from crdt_models.ids import CreatedId, FactId, TableId


class Hold(msgspec.Struct, frozen=True):
    """A sign on a table: for whom, and until when (milliseconds since 1970; None: open-ended)."""

    name: str
    until_ms: int | None


class Area(msgspec.Struct, frozen=True):
    """A part of the dining room."""

    id: CreatedId
    names: Register[str]

    @property
    def name(self) -> str:
        """The current name."""
        return self.names.value("")


class DiningTable(msgspec.Struct, frozen=True):
    """A dining table. fields: the registers by name; places: (x, y)."""

    id: TableId
    fields: dict[str, Register[TableValue]]
    places: Register[tuple[int, int]]
    holds: Register[Hold | None]
    added: Stamp

    @property
    def label(self) -> str:
        """What people call it."""
        return str(self.fields["label"].value(""))

    @property
    def number(self) -> str:
        """What is painted on it: the label where nobody said another."""
        value = self.fields["number"].value(None)
        return value if isinstance(value, str) else self.label

    @property
    def area(self) -> CreatedId | None:
        """The area it stands in."""
        value = self.fields["area"].value(None)
        return CreatedId(bytes.fromhex(value)) if isinstance(value, str) else None

    @property
    def seats(self) -> int:
        """How many people it seats; 0 when nobody said."""
        return int(self.fields["seats"].value(0) or 0)

    @property
    def waiter(self) -> str | None:
        """Who serves it."""
        value = self.fields["waiter"].value(None)
        return value if isinstance(value, str) else None

    @property
    def is_cleaning(self) -> bool:
        """Whether it waits to be cleaned."""
        return self.fields["cleaning"].value(False) is True  # noqa: FBT003 - the default

    @property
    def is_active(self) -> bool:
        """Whether it is in use at all."""
        return self.fields["active"].value(True) is True  # noqa: FBT003 - the default

    @property
    def position(self) -> tuple[int, int]:
        """(x, y) on the plan."""
        return self.places.value((0, 0))

    @property
    def hold(self) -> Hold | None:
        """The sign on it; whether its time has passed is for the reader's clock."""
        return self.holds.value(None)


class TablesView(View):
    """The areas, dining tables and comanda cards of the site."""

    UNDERSTANDS = frozenset({
        AreaAdded, AreaRenamed, TableAdded, TableFieldSet, TablePlaced, TableReserved,
        CardsRegistered, CardsWithdrawn, CardCoded, CardBlocked,
    })  # fmt: skip

    @Derived
    def cards(self) -> Cards:
        """The comanda cards."""
        return cards_of(self)

    @Derived
    def areas(self) -> dict[CreatedId, Area]:
        """The areas by id, in the order in which they were added."""
        writes: dict[CreatedId, list[Write[str]]] = {}
        for area in self.all(AreaAdded):
            write = Write(area.id, area.stamp, area.fact.name)
            writes.setdefault(area.fact.area, []).append(write)
        for renamed in self.all(AreaRenamed):
            if renamed.fact.area in writes:
                replaces = self.same_all(renamed.fact.replaces)
                write = Write(renamed.id, renamed.stamp, renamed.fact.name, replaces)
                writes[renamed.fact.area].append(write)
        return {area: Area(area, Register(found)) for area, found in writes.items()}

    @Derived
    def tables(self) -> dict[TableId, DiningTable]:
        """The dining tables by id, in the order in which they were added."""
        drafts: dict[TableId, _Draft] = {}
        for added in self.all(TableAdded):
            draft = drafts.setdefault(added.fact.table, _Draft(added.stamp))
            draft.begin(added.id, added.stamp, added.fact)
        for set_ in self.all(TableFieldSet):
            if set_.fact.table in drafts:
                write = Write[TableValue](
                    set_.id, set_.stamp, set_.fact.value, self.same_all(set_.fact.replaces)
                )
                drafts[set_.fact.table].fields[set_.fact.field].append(write)
        for placed in self.all(TablePlaced):
            if placed.fact.table in drafts:
                place = (placed.fact.x, placed.fact.y)
                replaces = self.same_all(placed.fact.replaces)
                drafts[placed.fact.table].places.append(
                    Write(placed.id, placed.stamp, place, replaces)
                )
        for reserved in self.all(TableReserved):
            if reserved.fact.table in drafts:
                replaces = self.same_all(reserved.fact.replaces)
                value = _hold(reserved.fact)
                drafts[reserved.fact.table].holds.append(
                    Write(reserved.id, reserved.stamp, value, replaces)
                )
        return {table: draft.finished(table) for table, draft in drafts.items()}


class _Draft:
    """The writes of one table while they are collected."""

    def __init__(self, added: Stamp) -> None:
        self.added = added
        self.fields: dict[str, list[Write[TableValue]]] = {field: [] for field in TABLE_FIELDS}
        self.places: list[Write[tuple[int, int]]] = []
        self.holds: list[Write[Hold | None]] = []

    def begin(self, fact_id: FactId, stamp: Stamp, fact: TableAdded) -> None:
        area = None if fact.area is None else fact.area.hex()
        began: tuple[tuple[str, TableValue], ...] = (
            ("label", fact.label), ("number", fact.number), ("area", area), ("seats", fact.seats)
        )  # fmt: skip
        for field, value in began:
            self.fields[field].append(Write[TableValue](fact_id, stamp, value))
        self.places.append(Write(fact_id, stamp, (fact.x, fact.y)))

    def finished(self, table: TableId) -> DiningTable:
        return DiningTable(
            id=table,
            fields={field: Register(writes) for field, writes in self.fields.items()},
            places=Register(self.places),
            holds=Register(self.holds),
            added=self.added,
        )


def _hold(fact: TableReserved) -> Hold | None:
    return None if fact.name is None else Hold(fact.name, fact.until_ms)
