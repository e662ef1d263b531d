"""Ordering more and less.

Rules of this file:
1. Lines are added to and cancelled from open bills only; a closed bill must be reopened first.
2. What is said of a line is written into its home's document, wherever the line is now.
"""

from typing import cast

import msgspec

from crdt_models.documents.command import Context, Decision, Read
from crdt_models.documents.fields import ServiceType
from crdt_models.documents.orders.commands.new_lines import AnyLine, NewLine, told_in_full
from crdt_models.documents.orders.commands.order_command import OrderCommand, Placed, at_home
from crdt_models.documents.orders.commands.supplies import supplies_taken
from crdt_models.documents.orders.errors import MoreThanIsLeft, NoLines, OrderTooLarge, UnknownLine
from crdt_models.documents.orders.facts import LineAdded, LineCancelled
from crdt_models.documents.orders.lines import Line
from crdt_models.documents.orders.view import OrderView
from crdt_models.ids import CreatedId, LineId

# Lines that one terminal adds to an order. With names of 120 letters a closing of so many is 54 KiB
# of the 64 that a change holds; what several added apart is closed without names.
MAX_LINES = 300


class LineCancellation(msgspec.Struct, frozen=True):
    """How much of a line to cancel; None is all that is left."""

    line: LineId
    thousandths: int | None = None


class AddLines(OrderCommand, frozen=True, kw_only=True, tag="add_lines"):
    """Order more. Creates `line.<n>`. Raises OrderIsCancelled, BillIsClosed, OrderTooLarge, NoLines
    and, for lines of the catalog, what `told_in_full` raises."""

    lines: tuple[AnyLine, ...]

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.open_view(read)
        if not self.lines:
            raise NoLines
        check_room(view, len(self.lines))
        told = told_in_full(self.lines, service_of(view), read, context)
        facts, ids = lines_added(told, context)
        return self.decision(*facts, *supplies_taken(facts, read), ids=ids)


class CancelLines(OrderCommand, frozen=True, kw_only=True, tag="cancel_lines"):
    """Order less. Raises OrderIsCancelled, BillIsClosed, UnknownLine, MoreThanIsLeft, NoLines."""

    cancel: tuple[LineCancellation, ...]
    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.open_view(read)
        if not self.cancel:
            raise NoLines
        return Decision(lines_cancelled(view, self.cancel, self.reason))


def service_of(view: OrderView) -> ServiceType:
    """How the order is served, by what this terminal knows."""
    return cast(ServiceType, view.text("service_type") or "balcao")


def check_room(view: OrderView, more: int) -> None:
    """Raises OrderTooLarge."""
    if len(view.lines) + more > MAX_LINES:
        raise OrderTooLarge(limit=MAX_LINES)


def lines_added(
    lines: tuple[NewLine, ...], context: Context, first: int = 0
) -> tuple[list[LineAdded], dict[str, CreatedId]]:
    """The facts of new lines and the ids they create. first: index of the first id."""
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
                copied=line.copied,
            )
        )
    return facts, ids


def lines_cancelled(
    view: OrderView, cancel: tuple[LineCancellation, ...], reason: str
) -> tuple[Placed, ...]:
    """Raises UnknownLine, MoreThanIsLeft."""
    facts = []
    left = {line.id: line.left for line in view.lines}
    for each in cancel:
        line = known_line(view, each.line)
        asked = take(left, line.id, each.thousandths)
        cancelled = LineCancelled(
            line=line.id, thousandths=asked, reason=reason, sends_seen=line.sends
        )
        facts.append(at_home(line, cancelled))
    return tuple(facts)


def take(left: dict[LineId, int], line: LineId, thousandths: int | None) -> int:
    """How much of what is left of a line is meant, all for None; it is left no more. Raises
    MoreThanIsLeft."""
    asked = left[line] if thousandths is None else thousandths
    if asked > left[line] or asked <= 0:
        raise MoreThanIsLeft(asked=asked, left=left[line])
    left[line] -= asked
    return asked


def lines_chosen(view: OrderView, lines: tuple[LineId, ...]) -> list[Line]:
    """The lines a command names, each once. Raises UnknownLine."""
    return [known_line(view, line) for line in dict.fromkeys(lines)]


def known_line(view: OrderView, line: LineId) -> Line:
    """Raises UnknownLine."""
    found = view.lines_by_id.get(line)
    if found is None:
        raise UnknownLine(line=line.hex())
    return found
