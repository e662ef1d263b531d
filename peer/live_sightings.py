"""Which events a change makes: a function of its facts and of nothing else.

Disputes are not among them: they are states, and `peer.live_events` compares them before and after.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from crdt_models.change import Change
from crdt_models.disputes import Dispute
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.cash.facts import ShiftClosed, ShiftOpened, ShiftWrittenOff
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.catalog.facts import ProductAdded, ProductChanged
from crdt_models.documents.catalog.view import CatalogView
from crdt_models.documents.day.facts import DayClosed
from crdt_models.documents.floor.facts import (
    TableCleaned,
    TablesJoined,
    TablesSeparated,
    WaiterAssigned,
)
from crdt_models.documents.floor.reservation_facts import (
    ReservationBooked,
    ReservationChanged,
    ReservationMarked,
    ReservationMoved,
)
from crdt_models.documents.floor.view import FloorView
from crdt_models.documents.orders.facts import (
    BillClosed,
    BillReopened,
    DiscountGiven,
    DiscountWithdrawn,
    FieldSet,
    LineCancelled,
    LinesDelivered,
    LinesMoved,
    LineSplit,
    LinesPreparing,
    LinesReady,
    LinesSent,
    OrderCancelled,
    OrderMergedInto,
    OrderOpened,
    OrderRestored,
    PaidOnAccount,
    PaymentConfirmed,
    PaymentReceived,
    SuppliesTaken,
)
from crdt_models.documents.orders.line_discounts import spoken_carried, spoken_discounts
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.resolution import Resolution
from crdt_models.documents.stock.facts import (
    StockCounted,
    StockLost,
    StockReceived,
    StockTransferred,
)
from crdt_models.documents.stock.view import StockView
from crdt_models.documents.tables.facts import TableAdded, TableFieldSet, TablePlaced, TableReserved
from crdt_models.documents.tables.view import TablesView
from crdt_models.documents.view import View
from crdt_models.fact import Fact, fact_of
from crdt_models.ids import (
    ACCOUNT_KIND,
    CATALOG,
    DAY_KIND,
    FLOOR_KIND,
    ORDER_KIND,
    SETTINGS,
    SHIFT_KIND,
    TABLES,
    CreatedId,
    DocumentId,
    LineId,
    OrderId,
    ProductId,
    TableId,
    floor_document,
    kind_of,
    order_document,
    stock_document,
)
from peer.node.node import Node

EventType = Literal[
    "order:created",
    "order:updated",
    "order:cancelled",
    "payment:completed",
    "table:status:changed",
    "table:assigned",
    "catalog:updated",
    "settings:updated",
    "cashier:opened",
    "cashier:closed",
    "day:closed",
    "account:updated",
    "inventory:updated",
    "dispute:opened",
    "dispute:resolved",
    "peer:online",
    "peer:offline",
    "peer:lagging",
]
_MOVES_TABLES = (
    OrderOpened, OrderCancelled, OrderRestored, OrderMergedInto, BillClosed, BillReopened,
)  # fmt: skip


class Sighting(msgspec.Struct, frozen=True):
    """Something to tell about a change. table: which one, for events of dining tables. products:
    those that changed, for an event of the catalog or the stock."""

    type: EventType
    document: DocumentId
    table: TableId | None = None
    products: tuple[ProductId, ...] = ()
    dispute: Dispute | None = None


def sightings_of(node: Node, change: Change) -> list[Sighting]:
    """What a stored change shows, by its facts alone (disputes are states, and not among it)."""
    found: dict[tuple[EventType, DocumentId, TableId | None], Sighting] = {}
    told = _by_document(change)
    for document, facts in told.items():
        if kind_of(document) == ORDER_KIND:
            shown = _of_order(node, document, facts)
        elif document == TABLES:
            shown = _of_tables(facts)
        elif document == CATALOG:
            shown = _of_catalog(node, facts)
        elif document == SETTINGS:
            shown = iter((Sighting("settings:updated", SETTINGS),))
        elif kind_of(document) == SHIFT_KIND:
            shown = _of_shift(node.view(document), document, facts)
        elif kind_of(document) == DAY_KIND:
            shown = _of_day(document, facts)
        elif kind_of(document) == ACCOUNT_KIND:
            shown = _of_account(node.view(document), document)
        elif kind_of(document) == FLOOR_KIND:
            shown = _of_floor(node, node.view(document), facts)
        else:
            shown = iter(())
        for each in shown:
            found.setdefault((each.type, each.document, each.table), each)
    moved = _moved(node, told)
    if moved:
        day = stock_document(change.business_day)
        found["inventory:updated", day, None] = Sighting("inventory:updated", day, products=moved)
    known = _furniture(node).tables
    return [each for each in found.values() if each.table is None or each.table in known]


def _by_document(change: Change) -> dict[DocumentId, list[Fact]]:
    found: dict[DocumentId, list[Fact]] = {}
    for document, body in change.facts:
        found.setdefault(document, []).append(fact_of(body))
    return found


def _of_order(node: Node, document: DocumentId, facts: list[Fact]) -> Iterator[Sighting]:
    view = node.view(document)
    if not isinstance(view, OrderView) or view.opening is None:
        return  # nothing can be shown of an order whose opening has not come
    yield Sighting(_order_type(facts), document)
    if any(_is_payment(fact) for fact in facts):
        yield Sighting("payment:completed", document)
    if any(isinstance(fact, _MOVES_TABLES) or _is_move(fact) for fact in facts):
        floor = node.view(floor_document(node.business_day))
        assert isinstance(floor, FloorView), "the kind of a document decides its view"
        for table in {each for at in _tables_of(view) for each in floor.together(at)}:
            yield Sighting("table:status:changed", TABLES, table)
    for order in sorted(_concerned(view, facts)):
        yield from _of_order(node, order_document(order), [])


def _concerned(view: OrderView, facts: list[Fact]) -> set[OrderId]:
    """The other orders that show something else: what is said of a line stands in its home, and a
    line may be, or have been, elsewhere."""
    found: set[OrderId] = set()
    for fact in facts if view.beside else ():
        if isinstance(fact, OrderOpened | BillClosed | BillReopened):
            found.update(view.beside)
        for line in (*_lines_of(fact), *_discounted(view, fact)):
            place = view.places.get(line)
            if place is not None:
                found.update(place.orders, (move.value for move in place.moves.writes))
    return found - {view.order}


def _discounted(view: OrderView, fact: Fact) -> set[LineId]:
    """The lines of this document of which a discount is given or taken back."""
    if isinstance(fact, DiscountGiven):
        given = {each.id for each in view.all(DiscountGiven) if each.fact == fact}
    elif isinstance(fact, DiscountWithdrawn):
        given = set(view.same_all(fact.discounts))
    else:
        return set()
    spoken = [(each.id, meant) for each, meant in spoken_discounts(view)]
    spoken += [(each.id, meant) for each, meant in spoken_carried(view)]
    return {line for each, meant in spoken if each in given for line in meant}


def _lines_of(fact: Fact) -> tuple[LineId, ...]:
    """The lines of this document that a fact speaks of."""
    if isinstance(fact, LineCancelled | LineSplit):
        return (fact.line,)
    if isinstance(fact, LinesMoved | LinesSent | LinesPreparing | LinesReady | LinesDelivered):
        return fact.lines
    return ()


def affected_by(node: Node, change: Change) -> tuple[DocumentId, ...]:
    """The documents of a change, and the orders beside them."""
    found = dict.fromkeys(change.documents)
    for document in change.documents:
        view = node.view(document) if kind_of(document) == ORDER_KIND else None
        if isinstance(view, OrderView):
            found |= dict.fromkeys(order_document(order) for order in view.beside)
    return tuple(found)


def _order_type(facts: list[Fact]) -> EventType:
    if any(isinstance(fact, OrderOpened) for fact in facts):
        return "order:created"
    if any(isinstance(fact, OrderCancelled) for fact in facts):
        return "order:cancelled"
    return "order:updated"


def _is_payment(fact: Fact) -> bool:
    received = isinstance(fact, PaymentReceived) and not fact.is_pending
    return received or isinstance(fact, PaymentConfirmed | PaidOnAccount)


def _is_move(fact: Fact) -> bool:
    return isinstance(fact, FieldSet) and fact.field in ("table", "people")


def _tables_of(view: OrderView) -> set[TableId]:
    """Every table the order ever stood at: a move changes the one it left as well."""
    values = {write.value for write in view.fields["table"].writes}
    return {TableId(CreatedId(bytes.fromhex(v))) for v in values if isinstance(v, str)}


def _of_tables(facts: list[Fact]) -> Iterator[Sighting]:
    for fact in facts:
        if isinstance(fact, TableFieldSet) and fact.field == "waiter":
            yield Sighting("table:assigned", TABLES, fact.table)
        elif isinstance(fact, TableAdded | TableFieldSet | TablePlaced | TableReserved):
            yield Sighting("table:status:changed", TABLES, fact.table)


def _of_catalog(node: Node, facts: list[Fact]) -> Iterator[Sighting]:
    """One event however many products changed: a file of them would drown everything else."""
    view = node.view(CATALOG)
    written = [each.product for each in facts if isinstance(each, ProductAdded | ProductChanged)]
    if isinstance(view, CatalogView) and written:
        known = tuple(each for each in dict.fromkeys(written) if each in view.products)
        yield Sighting("catalog:updated", CATALOG, products=known)


def _of_shift(shift: View, document: DocumentId, facts: list[Fact]) -> Iterator[Sighting]:
    """Not at each payment: what falls into a drawer nobody may follow."""
    if not isinstance(shift, ShiftView) or shift.opening is None:
        return
    if any(isinstance(fact, ShiftOpened) for fact in facts):
        yield Sighting("cashier:opened", document)
    if shift.end is not None and any(isinstance(f, ShiftClosed | ShiftWrittenOff) for f in facts):
        yield Sighting("cashier:closed", document)


def _of_day(document: DocumentId, facts: list[Fact]) -> Iterator[Sighting]:
    if any(isinstance(fact, DayClosed) for fact in facts):
        yield Sighting("day:closed", document)


def _of_account(account: View, document: DocumentId) -> Iterator[Sighting]:
    if isinstance(account, AccountView) and account.opening is not None:
        yield Sighting("account:updated", document)


def _moved(node: Node, told: Mapping[DocumentId, list[Fact]]) -> tuple[ProductId, ...]:
    """The products of which something else may be on hand: one event, however many."""
    found: dict[ProductId, None] = {}
    for document, facts in told.items():
        view = node.view(document)
        if isinstance(view, StockView):
            moving = (each for each in facts if isinstance(each, _OF_STOCK))
            found |= dict.fromkeys(item.product for each in moving for item in each.items)
        elif isinstance(view, OrderView) and any(isinstance(f, _MOVES_STOCK) for f in facts):
            for order in (view, *view.orders.values()):
                if isinstance(order, OrderView):
                    products = (bytes.fromhex(each.product) for each in order.supplies)
                    found |= dict.fromkeys(ProductId(CreatedId(each)) for each in products)
    return tuple(found)


_OF_STOCK = (StockReceived, StockLost, StockTransferred, StockCounted)
_MOVES_STOCK = (
    SuppliesTaken, LineCancelled, OrderCancelled, OrderRestored, BillClosed, BillReopened,
    Resolution,
)  # fmt: skip
_RESERVATION = (ReservationBooked, ReservationMoved, ReservationChanged, ReservationMarked)


def _of_floor(node: Node, floor: View, facts: list[Fact]) -> Iterator[Sighting]:
    if not isinstance(floor, FloorView):
        return
    for fact in facts:
        if isinstance(fact, WaiterAssigned):
            for table in _served(node, fact):
                yield Sighting("table:assigned", TABLES, table)
        else:
            for table in _touched(floor, fact):
                yield Sighting("table:status:changed", TABLES, table)


def _served(node: Node, assigned: WaiterAssigned) -> list[TableId]:
    if assigned.table is not None:
        return [assigned.table]
    tables = _furniture(node).tables.values()
    return [each.id for each in tables if each.area == assigned.area]


def _furniture(node: Node) -> TablesView:
    view = node.view(TABLES)
    assert isinstance(view, TablesView), "the kind of a document decides its view"
    return view


def _touched(floor: FloorView, fact: Fact) -> set[TableId]:
    """The tables that a fact of the floor may show otherwise, with those that they stand with."""
    found: set[TableId] = set()
    if isinstance(fact, TableCleaned):
        found = {fact.table}
    elif isinstance(fact, TablesJoined):
        found = set(fact.tables)
    elif isinstance(fact, TablesSeparated):
        undone = floor.same_all(fact.joins)
        joins = [each for each in floor.all(TablesJoined) if each.id in undone]
        found = {fact.table, *(table for each in joins for table in each.fact.tables)}
    elif isinstance(fact, _RESERVATION):
        reservation = floor.reservations.get(fact.reservation)
        places = () if reservation is None else reservation.places.writes
        found = {table for write in places for table in write.value.tables}
    return {each for table in found for each in floor.together(table)}
