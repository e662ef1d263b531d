"""What happens on the floor of a day: waiters, joined tables, cleaning.

Rules of this file:
1. A day begins with nobody assigned, every table by itself and clean.
2. Two terminals that cannot hear each other may do any of this to one table: each fact says below
   what the merged view makes of both.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from crdt_models.documents.fields import AnyId, FactRefs, Name, TableRef
from crdt_models.fact import Fact

MAX_JOINED = 64  # tables that one fact joins


class WaiterAssigned(Fact, frozen=True, tag="waiter_assigned"):
    """Somebody serves a table, or every table of an area that has nobody of its own. waiter: None
    takes the assignment back. Exactly one of table and area is given.

    A register: of two concurrent assignments the later stamp serves, and both stand in the history.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})

    table: TableRef | None = None
    area: AnyId | None = None
    waiter: Name | None = None
    replaces: FactRefs = ()

    def __post_init__(self) -> None:
        if (self.table is None) == (self.area is None):
            raise ValueError("a waiter serves a table or an area")


class TablesJoined(Fact, frozen=True, tag="tables_joined"):
    """Tables were pushed together and act as one.

    Joins only add: whatever is connected by joins that stand is one group. So two terminals that
    join 1 with 2 and 2 with 3 make one group of three, as the room looks; neither join is lost.
    """

    tables: Annotated[tuple[TableRef, ...], Meta(min_length=2, max_length=MAX_JOINED)]


class TablesSeparated(Fact, frozen=True, tag="tables_separated"):
    """The group of a table was taken apart. joins: the joins that made it, as far as was known.

    Exactly these no longer stand: a join that somebody made meanwhile elsewhere still does.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"joins"})

    table: TableRef
    joins: FactRefs = ()


class TableCleaned(Fact, frozen=True, tag="table_cleaned"):
    """A table was cleaned. left: the closings of the bills after which it was.

    A table waits for cleaning while a bill was closed at it that no cleaning names. So whoever is
    cleaned for at one terminal, and closed meanwhile at another, leaves it to be cleaned again.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"left"})

    table: TableRef
    left: FactRefs = ()
