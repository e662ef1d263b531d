"""An order begins, has a number, is cancelled as a whole and restored."""

from typing import ClassVar

from crdt_models.documents.fields import (
    ExternalId,
    FactRefs,
    Label,
    Letters,
    Name,
    Note,
    OrderNumber,
    OrderRefs,
    People,
    Reason,
    ServiceType,
    SomeFactRefs,
    TableRef,
    TableRefs,
)
from crdt_models.fact import Fact


class OrderOpened(Fact, frozen=True, tag="order_opened"):
    """The order's document begins; its id is the document's. The values begin the registers.

    table: dining table. tab: label of the comanda. people: at the table. external_id: `source:id`
    of an order taken elsewhere. tabs_seen: open orders that the opener saw at that table, at one
    that stood together with it, or on that comanda card. tables_seen: those that the opener saw
    stand together with the table: two who opened at tables that either of them knew as one, and did
    not know of each other, are told as at one table.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"tabs_seen", "tables_seen"})

    service_type: ServiceType
    table: TableRef | None = None
    tab: Label | None = None
    waiter: Name | None = None
    customer: Name | None = None
    note: Note | None = None
    people: People | None = None
    external_id: ExternalId | None = None
    tabs_seen: OrderRefs = ()
    tables_seen: TableRefs = ()


class OrderNumbered(Fact, frozen=True, tag="order_numbered"):
    """The number people call it by: `A-017`. One command told at two terminals gives two numbers
    and is one order; the number with the least stamp is shown, the others are aliases."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"number", "letters"})

    number: OrderNumber
    letters: Letters


class OrderCancelled(Fact, frozen=True, tag="order_cancelled"):
    """Nothing of the order is owed any more. moves_seen: the moves that had brought lines here, as
    far as the canceller knew."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"moves_seen"})

    reason: Reason = ""
    moves_seen: FactRefs = ()


class OrderRestored(Fact, frozen=True, tag="order_restored"):
    """The named cancellations, and mergings into another order, no longer stand."""

    cancellations: SomeFactRefs
    reason: Reason = ""
