"""What can happen to the dining room's furniture: areas and tables.

Rules of this file:
1. Everything that can be changed is a register; adding a table writes the first value of each.
2. What lasts an evening (who serves, which tables stand together, who is expected) is no furniture:
   see `floor`.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from crdt_models.documents.fields import AnyId, FactRefs, Label, Name, TableRef, is_id_text
from crdt_models.fact import Fact

Seats = Annotated[int, Meta(ge=0, le=1000)]
Coordinate = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]
Milliseconds = Annotated[int, Meta(ge=0, le=2**48 - 1)]
TableField = Literal["label", "number", "area", "seats", "waiter", "cleaning", "active"]
TableValue = str | int | bool | None


class AreaAdded(Fact, frozen=True, tag="area_added"):
    """A part of the dining room begins to exist."""

    area: AnyId
    name: Name


class AreaRenamed(Fact, frozen=True, tag="area_renamed"):
    """The register of an area's name was written."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})

    area: AnyId
    name: Name
    replaces: FactRefs = ()


class TableAdded(Fact, frozen=True, tag="table_added"):
    """A dining table begins to exist. number: beside a name that is another; None: the label is all
    that it is called. x, y: on the plan, in units of the front end's choice."""

    table: TableRef
    label: Label
    number: Label | None = None
    area: AnyId | None = None
    seats: Seats = 0
    x: Coordinate = 0
    y: Coordinate = 0


class TableFieldSet(Fact, frozen=True, tag="table_field_set"):
    """A register was written. label text; number text or None; area its id as 32 hexadecimal digits
    or None; seats an integer; waiter text or None; cleaning, active truth values."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})

    table: TableRef
    field: TableField
    value: Name | Seats | bool | None
    replaces: FactRefs = ()

    def __post_init__(self) -> None:
        is_id = self.field != "area" or self.value is None or is_id_text(str(self.value))
        if type(self.value) not in TABLE_FIELDS[self.field] or not is_id:
            raise ValueError(f"{self.field} cannot hold this value")


TABLE_FIELDS: dict[str, tuple[type, ...]] = {
    "label": (str,),
    "number": (str, type(None)),
    "area": (str, type(None)),
    "seats": (int,),
    "waiter": (str, type(None)),
    "cleaning": (bool,),
    "active": (bool,),
}


class TablePlaced(Fact, frozen=True, tag="table_placed"):
    """The register of a table's place on the plan was written, both coordinates at once."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})

    table: TableRef
    x: Coordinate
    y: Coordinate
    replaces: FactRefs = ()


class TableReserved(Fact, frozen=True, tag="table_reserved"):
    """The sign on a table was written: somebody holds it from now on. name: for whom; None takes
    the sign away. until_ms: milliseconds since 1970, None when open-ended."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})

    table: TableRef
    name: Name | None = None
    until_ms: Milliseconds | None = None
    replaces: FactRefs = ()
