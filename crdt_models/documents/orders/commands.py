"""What people ask of an order and its lines. The bill and its payments stand in `bill_commands`.

Rules of this file:
1. Lines are added to and cancelled from open bills only; a closed bill must be reopened first.
2. The kitchen goes on whatever the bill says: a counter sale is paid first and made afterwards.
3. Fields and flags can always be set; a value that is already there is not written again.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from crdt_models.documents.command import Command, Context, Decision, InvalidField, Read
from crdt_models.documents.fields import MAX_MENTIONS, ServiceType
from crdt_models.documents.orders.errors import (
    BillIsClosed,
    MoreThanIsLeft,
    NoLines,
    OrderIsCancelled,
    OrderIsNotCancelled,
    OrderTooLarge,
    PaidOrder,
    UnknownLine,
    UnknownOrder,
)
from crdt_models.documents.orders.facts import (
    FieldName,
    FieldSet,
    FlagSet,
    LineAdded,
    LineCancelled,
    LinesDelivered,
    LinesPreparing,
    LinesReady,
    LinesSent,
    Modifier,
    OrderCancelled,
    OrderNumbered,
    OrderOpened,
    OrderRestored,
)
from crdt_models.documents.orders.lines import STAGES, Line
from crdt_models.documents.orders.view import OrderView, Value
from crdt_models.fact import Fact
from crdt_models.ids import CreatedId, DocumentId, LineId, OrderId, TableId, order_document

# Lines that one terminal adds to an order. With names of 120 letters a closing of so many is 54 KiB
# of the 64 that a change holds; what several added apart is closed without names.
MAX_LINES = 300
LINES_OF_A_FACT = 256  # named by one report; it may name twice as many cancellations of them

_ADVANCES = {"preparing": LinesPreparing, "ready": LinesReady, "delivered": LinesDelivered}


class NewLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line to be added; the fields are those of `LineAdded`."""

    product: str
    name: str
    unit_centavos: int
    thousandths: int = 1000
    modifiers: tuple[Modifier, ...] = ()
    note: str = ""
    course: int = 0
    station: str = ""
    category: str = ""
    external_id: str | None = None


class LineCancellation(msgspec.Struct, frozen=True):
    """How much of a line to cancel; None is all that is left."""

    line: LineId
    thousandths: int | None = None


class OrderCommand(Command, frozen=True, kw_only=True):
    """Base of the commands on one order that exists."""

    order: OrderId

    def reads(self) -> tuple[DocumentId, ...]:
        return (self.document,)

    @property
    def document(self) -> DocumentId:
        """The order's document."""
        return order_document(self.order)

    def view(self, read: Read) -> OrderView:
        """The order. Raises UnknownOrder while its opening is not known."""
        view = order_view(read, self.order)
        if view.opening is None:
            raise UnknownOrder(order=self.order.hex())
        return view

    def open_view(self, read: Read) -> OrderView:
        """The order whose lines may change. Raises UnknownOrder, OrderIsCancelled, BillIsClosed."""
        view = self.uncancelled_view(read)
        if view.closed is not None:
            raise BillIsClosed(order=self.order.hex())
        return view

    def uncancelled_view(self, read: Read) -> OrderView:
        """The order unless it was cancelled. Raises UnknownOrder, OrderIsCancelled."""
        view = self.view(read)
        if view.is_cancelled:
            raise OrderIsCancelled(order=self.order.hex())
        return view

    def decision(self, *facts: Fact, ids: dict[str, CreatedId] | None = None) -> Decision:
        """Facts of this order's document."""
        return Decision(tuple((self.document, fact) for fact in facts), ids or {})


class OpenOrder(Command, frozen=True, kw_only=True, tag="open_order"):
    """Begin an order, with its first lines if there are any. Creates `order`, `line.<n>`.

    Raises OrderTooLarge.
    """

    service_type: ServiceType
    table: TableId | None = None
    tab: str | None = None
    waiter: str | None = None
    customer: str | None = None
    note: str | None = None
    people: int | None = None
    external_id: str | None = None
    lines: tuple[NewLine, ...] = ()

    def plan(self, read: Read, context: Context) -> Decision:
        order = OrderId(context.new_id(0))
        if len(self.lines) > MAX_LINES:
            raise OrderTooLarge(limit=MAX_LINES)
        opened = OrderOpened(
            service_type=self.service_type,
            table=self.table,
            tab=self.tab,
            waiter=self.waiter,
            customer=self.customer,
            note=self.note,
            people=self.people,
            external_id=self.external_id,
            tabs_seen=() if self.table is None else context.open_tabs(self.table)[-MAX_MENTIONS:],
        )
        numbered = OrderNumbered(number=context.next_order_number(), letters=context.letters)
        lines, ids = _added(self.lines, context, first=1)
        document = order_document(order)
        facts: list[Fact] = [opened, numbered, *lines]
        return Decision(tuple((document, fact) for fact in facts), {"order": order, **ids})


class AddLines(OrderCommand, frozen=True, kw_only=True, tag="add_lines"):
    """Order more. Creates `line.<n>`. Raises OrderIsCancelled, BillIsClosed, OrderTooLarge,
    NoLines."""

    lines: tuple[NewLine, ...]

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.open_view(read)
        if not self.lines:
            raise NoLines
        _check_size(view, self.lines)
        facts, ids = _added(self.lines, context)
        return self.decision(*facts, ids=ids)


class CancelLines(OrderCommand, frozen=True, kw_only=True, tag="cancel_lines"):
    """Order less. Raises OrderIsCancelled, BillIsClosed, UnknownLine, MoreThanIsLeft, NoLines."""

    cancel: tuple[LineCancellation, ...]
    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.open_view(read)
        if not self.cancel:
            raise NoLines
        return self.decision(*_cancelled(view, self.cancel, self.reason))


class SendLines(OrderCommand, frozen=True, kw_only=True, tag="send_lines"):
    """Send to the kitchen; no lines = all that were not sent. Raises UnknownLine, NoLines."""

    lines: tuple[LineId, ...] = ()

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.uncancelled_view(read)
        chosen = _chosen(view, self.lines) if self.lines else view.lines
        lines = [line for line in chosen if line.left and not line.sends]
        if not lines:
            raise NoLines
        return self.decision(*map(_sent, batched(lines)))


class AdvanceLines(OrderCommand, frozen=True, kw_only=True, tag="advance_lines"):
    """Report from the kitchen or the dining room; no lines = all that are further behind.

    Raises UnknownLine, NoLines.
    """

    to: Literal["preparing", "ready", "delivered"]
    lines: tuple[LineId, ...] = ()

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.uncancelled_view(read)
        chosen = _chosen(view, self.lines) if self.lines else view.lines
        stage = STAGES.index(self.to)
        lines = [each for each in chosen if each.left and STAGES.index(each.stage) < stage]
        if not lines:
            raise NoLines
        advance = _ADVANCES[self.to]
        parts = batched(lines)
        return self.decision(*(advance(lines=tuple(line.id for line in part)) for part in parts))


class EditOrder(OrderCommand, frozen=True, kw_only=True, tag="edit_order"):
    """Several changes at once, all or nothing: what a PUT or PATCH of an order becomes.

    fields: registers, see `FieldSet`. flags: marks by name. add, cancel: lines; creates `line.<n>`.
    Raises InvalidField, and for add and cancel what AddLines and CancelLines raise.
    """

    fields: dict[FieldName, Value] = msgspec.field(default_factory=dict)
    flags: dict[str, bool] = msgspec.field(default_factory=dict)
    add: tuple[NewLine, ...] = ()
    cancel: tuple[LineCancellation, ...] = ()
    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        changes_lines = bool(self.add or self.cancel)
        view = self.open_view(read) if changes_lines else self.view(read)
        _check_size(view, self.add)
        lines, ids = _added(self.add, context)
        facts = [
            *lines,
            *_cancelled(view, self.cancel, self.reason),
            *_fields_set(view, self.fields),
            *_flags_set(view, self.flags),
        ]
        return self.decision(*facts, ids=ids)


class CancelOrder(OrderCommand, frozen=True, kw_only=True, tag="cancel_order"):
    """Cancel all of it. Raises PaidOrder, BillIsClosed, OrderIsCancelled."""

    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.uncancelled_view(read)
        if view.paid:
            raise PaidOrder(order=self.order.hex(), paid=view.paid)
        if view.closed is not None:
            raise BillIsClosed(order=self.order.hex())
        return self.decision(OrderCancelled(reason=self.reason))


class RestoreOrder(OrderCommand, frozen=True, kw_only=True, tag="restore_order"):
    """Take back a cancellation, as when it was paid elsewhere meanwhile. Raises
    OrderIsNotCancelled."""

    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.view(read)
        if not view.is_cancelled:
            raise OrderIsNotCancelled(order=self.order.hex())
        standing = tuple(sorted(each.id for each in view.cancellations))
        return self.decision(OrderRestored(cancellations=standing, reason=self.reason))


def order_view(read: Read, order: OrderId) -> OrderView:
    """The view of an order, empty when nothing of it is known."""
    view = read(order_document(order))
    assert isinstance(view, OrderView), "the kind of a document decides its view"
    return view


def _check_size(view: OrderView, lines: tuple[NewLine, ...]) -> None:
    if lines and len(view.lines) + len(lines) > MAX_LINES:
        raise OrderTooLarge(limit=MAX_LINES)


def _added(
    lines: tuple[NewLine, ...], context: Context, first: int = 0
) -> tuple[list[LineAdded], dict[str, CreatedId]]:
    facts, ids = [], {}
    for index, line in enumerate(lines):
        ids[f"line.{index}"] = created = context.new_id(first + index)
        facts.append(
            LineAdded(
                line=LineId(created),
                product=line.product,
                name=line.name,
                thousandths=line.thousandths,
                unit_centavos=line.unit_centavos,
                modifiers=line.modifiers,
                note=line.note,
                course=line.course,
                station=line.station,
                category=line.category,
                external_id=line.external_id,
            )
        )
    return facts, ids


def _cancelled(
    view: OrderView, cancel: tuple[LineCancellation, ...], reason: str
) -> list[LineCancelled]:
    facts = []
    left = {line.id: line.left for line in view.lines}
    for each in cancel:
        line = _line(view, each.line)
        asked = left[line.id] if each.thousandths is None else each.thousandths
        if asked > left[line.id] or asked <= 0:
            raise MoreThanIsLeft(asked=asked, left=left[line.id])
        left[line.id] -= asked
        facts.append(
            LineCancelled(line=line.id, thousandths=asked, reason=reason, sends_seen=line.sends)
        )
    return facts


def _fields_set(view: OrderView, fields: dict[FieldName, Value]) -> list[FieldSet]:
    facts = []
    for field, value in fields.items():
        register = view.fields.get(field)
        if register is None:
            raise InvalidField(reason=f"an order has no field {field}")
        if len(register.heads) == 1 and register.value(None) == value:
            continue
        try:
            facts.append(FieldSet(field=field, value=value, replaces=register.replaced_next))
        except ValueError as error:
            raise InvalidField(reason=str(error)) from error
    return facts


def _flags_set(view: OrderView, flags: dict[str, bool]) -> list[FlagSet]:
    facts = []
    for name, value in flags.items():
        register = view.flags.get(name)
        heads = () if register is None else register.replaced_next
        if len(heads) <= 1 and view.flag(name) == value:
            continue
        facts.append(FlagSet(name=name, value=value, replaces=heads))
    return facts


def batched(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """In parts that one fact can name: an order that grew apart may hold more lines than that."""
    for start in range(0, len(lines), LINES_OF_A_FACT):
        yield lines[start : start + LINES_OF_A_FACT]


def _sent(lines: Sequence[Line]) -> LinesSent:
    seen = tuple(sorted(each.id for line in lines for each in line.cancellations))
    return LinesSent(lines=tuple(line.id for line in lines), cancellations_seen=seen)


def _chosen(view: OrderView, lines: tuple[LineId, ...]) -> list[Line]:
    return [_line(view, line) for line in dict.fromkeys(lines)]


def _line(view: OrderView, line: LineId) -> Line:
    found = view.lines_by_id.get(line)
    if found is None:
        raise UnknownLine(line=line.hex())
    return found
