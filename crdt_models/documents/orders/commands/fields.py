"""Several changes of an order at once: registers, marks, lines.

Rule of this file: fields and flags can always be set; a value that is already there is not written
again.
"""

from typing import cast

import msgspec

from crdt_models.documents.command import Context, Decision, InvalidField, Read
from crdt_models.documents.fields import ServiceType
from crdt_models.documents.orders.commands.kitchen import lines_routed
from crdt_models.documents.orders.commands.lines import (
    LineCancellation,
    check_room,
    lines_added,
    lines_cancelled,
    lines_chosen,
    service_of,
)
from crdt_models.documents.orders.commands.new_lines import AnyLine, told_in_full
from crdt_models.documents.orders.commands.order_command import OrderCommand
from crdt_models.documents.orders.commands.supplies import supplies_taken
from crdt_models.documents.orders.delivery import delivery_set
from crdt_models.documents.orders.facts import Delivery, FieldName, FieldSet, FlagSet
from crdt_models.documents.orders.registers import Value
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.tables.card_checks import check_free_card
from crdt_models.ids import LineId


class NewStation(msgspec.Struct, frozen=True):
    """Where a line is to be made."""

    line: LineId
    station: str


class EditOrder(OrderCommand, frozen=True, kw_only=True, tag="edit_order"):
    """Several changes at once, all or nothing: what a PUT or PATCH of an order becomes.

    fields: registers, see `FieldSet`. flags: marks by name. add, cancel: lines; creates `line.<n>`.
    route: lines that are made elsewhere. delivery: where it goes, whole; None leaves it as it is.
    Raises InvalidField, of another comanda UnknownCard, CardIsBlocked and CardIsInUse, and for add,
    cancel and route what AddLines, CancelLines and RouteLines raise.
    """

    fields: dict[FieldName, Value] = msgspec.field(default_factory=dict)
    flags: dict[str, bool] = msgspec.field(default_factory=dict)
    add: tuple[AnyLine, ...] = ()
    cancel: tuple[LineCancellation, ...] = ()
    route: tuple[NewStation, ...] = ()
    reason: str = ""
    delivery: Delivery | None = None

    def plan(self, read: Read, context: Context) -> Decision:
        view = self._view(read)
        label = self.fields.get("tab")
        if label is not None and label != view.text("tab"):
            check_free_card(read, context, str(label), self.order)
        if self.add:
            check_room(view, len(self.add))
        service = cast(ServiceType, self.fields.get("service_type") or service_of(view))
        lines, ids = lines_added(told_in_full(self.add, service, read, context), context)
        cancelled = lines_cancelled(view, self.cancel, self.reason)
        marked = [
            *_fields_set(view, self.fields),
            *_flags_set(view, self.flags),
            *([] if self.delivery is None else delivery_set(view, self.delivery)),
        ]
        routed = [
            fact
            for each in self.route
            for fact in lines_routed(view, lines_chosen(view, (each.line,)), each.station)
        ]
        taken = self.placed(supplies_taken(lines, read))
        facts = (*self.placed(lines), *cancelled, *routed, *self.placed(marked), *taken)
        return Decision(facts, ids)

    def _view(self, read: Read) -> OrderView:
        if self.add or self.cancel:
            return self.open_view(read)
        return self.uncancelled_view(read) if self.route else self.view(read)


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
