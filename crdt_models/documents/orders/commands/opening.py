"""An order as a whole: begun, cancelled, restored."""

from crdt_models.documents.command import Command, Context, Decision, Read
from crdt_models.documents.fields import MAX_MENTIONS, ServiceType
from crdt_models.documents.floor.commands import floor_view
from crdt_models.documents.orders.commands.house_charges import seat_charges, service_begins
from crdt_models.documents.orders.commands.lines import MAX_LINES, lines_added
from crdt_models.documents.orders.commands.new_lines import AnyLine, told_in_full
from crdt_models.documents.orders.commands.order_command import OrderCommand
from crdt_models.documents.orders.commands.supplies import supplies_taken
from crdt_models.documents.orders.errors import (
    OrderIsNotCancelled,
    OrderTooLarge,
    PaidOrder,
)
from crdt_models.documents.orders.facts import (
    Delivery,
    DeliverySet,
    OrderCancelled,
    OrderNumbered,
    OrderOpened,
    OrderRestored,
)
from crdt_models.documents.tables.card_checks import orders_on, usable_card
from crdt_models.fact import Fact
from crdt_models.ids import OrderId, TableId, floor_document, order_document


class OpenOrder(Command, frozen=True, kw_only=True, tag="open_order"):
    """Begin an order, with its first lines if there are any. Creates `order`, `line.<n>`.

    service_basis_points: the shop's habit for this type of service, written into the order; None:
    as the settings say, 0: none.
    Raises OrderTooLarge, UnknownCard, CardIsBlocked and, for lines of the catalog, what
    `told_in_full` raises.
    """

    service_type: ServiceType
    table: TableId | None = None
    tab: str | None = None
    waiter: str | None = None
    customer: str | None = None
    note: str | None = None
    people: int | None = None
    external_id: str | None = None
    lines: tuple[AnyLine, ...] = ()
    service_basis_points: int | None = None
    delivery: Delivery | None = None

    def plan(self, read: Read, context: Context) -> Decision:
        order = OrderId(context.new_id(0))
        card = usable_card(read, self.tab)
        if len(self.lines) > MAX_LINES:
            raise OrderTooLarge(limit=MAX_LINES)
        together = self._together(read, context)
        opened = OrderOpened(
            service_type=self.service_type,
            table=self.table,
            tab=self.tab,
            waiter=self.waiter,
            customer=self.customer,
            note=self.note,
            people=self.people,
            external_id=self.external_id,
            tabs_seen=self._tabs_seen(context, together, orders_on(read, context, card)),
            tables_seen=tuple(each for each in together if each != self.table)[:MAX_MENTIONS],
        )
        numbered = OrderNumbered(number=context.next_order_number(), letters=context.letters)
        told = told_in_full(self.lines, self.service_type, read, context)
        lines, ids = lines_added(told, context, first=1)
        document = order_document(order)
        facts: list[Fact] = [
            opened,
            numbered,
            *lines,
            *service_begins(read, self.service_basis_points, self.service_type),
            *([] if self.delivery is None else [DeliverySet(delivery=self.delivery)]),
            *seat_charges(read, self.service_type),
            *supplies_taken(lines, read),
        ]
        return Decision(tuple((document, fact) for fact in facts), {"order": order, **ids})

    def _together(self, read: Read, context: Context) -> tuple[TableId, ...]:
        """The table, with those that stand together with it today."""
        if self.table is None:
            return ()
        return floor_view(read, floor_document(context.business_day)).together(self.table)

    def _tabs_seen(
        self, context: Context, together: tuple[TableId, ...], on_card: tuple[OrderId, ...]
    ) -> tuple[OrderId, ...]:
        """Open orders at these tables, and those on the card."""
        at_tables = (order for table in together for order in context.open_tabs(table))
        return tuple(dict.fromkeys((*at_tables, *on_card)))[-MAX_MENTIONS:]


class CancelOrder(OrderCommand, frozen=True, kw_only=True, tag="cancel_order"):
    """Cancel all of it. Raises PaidOrder, BillIsClosed, OrderIsCancelled, OrderIsMerged."""

    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.uncancelled_view(read)
        if view.paid:
            raise PaidOrder(order=self.order.hex(), paid=view.paid)
        self.check_open(view)
        seen = {came.moved_by for came in view.here if came.line.left}
        moves = tuple(sorted(move for move in seen if move is not None))[:MAX_MENTIONS]
        return self.decision(OrderCancelled(reason=self.reason, moves_seen=moves))


class RestoreOrder(OrderCommand, frozen=True, kw_only=True, tag="restore_order"):
    """Take back a cancellation, as when it was paid elsewhere meanwhile, or a merging into another
    order; what was moved stays where it is. Raises OrderIsNotCancelled."""

    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.view(read)
        standing = [each.id for each in view.cancellations] + [each.id for each in view.mergings]
        if not standing:
            raise OrderIsNotCancelled(order=self.order.hex())
        return self.decision(
            OrderRestored(cancellations=tuple(sorted(standing)), reason=self.reason)
        )
