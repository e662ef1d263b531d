"""What the kitchen and the dining room report.

Rule of this file: the kitchen goes on whatever the bill says: a counter sale is paid first and made
afterwards.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from crdt_models.documents.command import Context, Decision, Read
from crdt_models.documents.orders.commands.lines import lines_chosen
from crdt_models.documents.orders.commands.order_command import OrderCommand
from crdt_models.documents.orders.errors import NoLines
from crdt_models.documents.orders.facts import LinesDelivered, LinesPreparing, LinesReady, LinesSent
from crdt_models.documents.orders.lines import STAGES, Line
from crdt_models.ids import LineId

LINES_OF_A_FACT = 256  # named by one report; it may name twice as many cancellations of them
_ADVANCES = {"preparing": LinesPreparing, "ready": LinesReady, "delivered": LinesDelivered}


class SendLines(OrderCommand, frozen=True, kw_only=True, tag="send_lines"):
    """Send to the kitchen; no lines = all that were not sent. Raises UnknownLine, NoLines."""

    lines: tuple[LineId, ...] = ()

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.uncancelled_view(read)
        chosen = lines_chosen(view, self.lines) if self.lines else view.lines
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
        chosen = lines_chosen(view, self.lines) if self.lines else view.lines
        stage = STAGES.index(self.to)
        lines = [each for each in chosen if each.left and STAGES.index(each.stage) < stage]
        if not lines:
            raise NoLines
        advance = _ADVANCES[self.to]
        parts = batched(lines)
        return self.decision(*(advance(lines=tuple(line.id for line in part)) for part in parts))


def batched(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """In parts that one fact can name: an order that grew apart may hold more lines than that."""
    for start in range(0, len(lines), LINES_OF_A_FACT):
        yield lines[start : start + LINES_OF_A_FACT]


def _sent(lines: Sequence[Line]) -> LinesSent:
    seen = tuple(sorted(each.id for line in lines for each in line.cancellations))
    return LinesSent(lines=tuple(line.id for line in lines), cancellations_seen=seen)
