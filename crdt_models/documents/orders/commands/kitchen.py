"""What the kitchen and the dining room report.

Rule of this file: the kitchen goes on whatever the bill says: a counter sale is paid first and made
afterwards.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, TypedDict

from crdt_models.documents.command import Context, Decision, Read
from crdt_models.documents.fields import MAX_MENTIONS
from crdt_models.documents.orders.commands.lines import lines_chosen
from crdt_models.documents.orders.commands.order_command import (
    OrderCommand,
    Placed,
    at_home,
    by_home,
)
from crdt_models.documents.orders.errors import NoLines
from crdt_models.documents.orders.facts import (
    CourseFired,
    FiringRecalled,
    LineRecalled,
    LineRouted,
    LinesDelivered,
    LinesFired,
    LinesPreparing,
    LinesReady,
    LinesSent,
)
from crdt_models.documents.orders.kitchen import (
    firings_of,
    reported,
    reports_of,
    standing_firings,
    station_register,
)
from crdt_models.documents.orders.lines import STAGES, Line
from crdt_models.documents.orders.view import OrderView
from crdt_models.ids import FactId, LineId

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
        return Decision(sent(lines))


class AdvanceLines(OrderCommand, frozen=True, kw_only=True, tag="advance_lines"):
    """Report from the kitchen or the dining room. lines: also when they wait for their course, for
    whoever makes a thing knows best; none = all that are further behind and do not wait. station:
    of these only what is made there. Raises UnknownLine, NoLines.
    """

    to: Literal["preparing", "ready", "delivered"]
    lines: tuple[LineId, ...] = ()
    station: str | None = None

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.uncancelled_view(read)
        chosen = lines_chosen(view, self.lines) or [each for each in view.lines if each.is_fired]
        stage = STAGES.index(self.to)
        lines = [
            each
            for each in chosen
            if each.left
            and STAGES.index(each.stage) < stage
            and self.station in (None, each.station)
        ]
        if not lines:
            raise NoLines
        advance = _ADVANCES[self.to]
        return Decision(tuple(at_home(some[0], advance(**_named(some))) for some in batched(lines)))


class RecallLines(OrderCommand, frozen=True, kw_only=True, tag="recall_lines"):
    """Take back the last report on these lines: somebody had touched the wrong one. What was only
    sent stays sent. Raises UnknownLine, NoLines."""

    lines: tuple[LineId, ...]

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.uncancelled_view(read)
        facts = []
        for line in lines_chosen(view, self.lines):
            stage = STAGES.index(line.stage)
            if stage > STAGES.index("sent"):
                facts.append(_recalled(line, reports_of(view.home_of(line), line.id, stage)))
        if not facts:
            raise NoLines
        return Decision(tuple(facts))


class FireLines(OrderCommand, frozen=True, kw_only=True, tag="fire_lines"):
    """Let lines be made that wait for their course, and send those the kitchen has not.

    lines: only these; else a whole course, the first that waits unless named. Raises UnknownLine,
    NoLines.
    """

    course: int | None = None
    lines: tuple[LineId, ...] = ()

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.uncancelled_view(read)
        chosen = lines_chosen(view, self.lines) or view.lines
        waiting = [each for each in chosen if each.left and not each.is_fired]
        if not waiting:
            raise NoLines
        firing: tuple[Placed, ...] = ()
        by_themselves = waiting
        if not self.lines:
            course = min(each.fact.course for each in waiting)
            course = course if self.course is None else self.course
            waiting = [each for each in waiting if each.fact.course == course]
            firing = self.placed([CourseFired(course=course)])
            # Lines of other homes do not hear of the courses of this order.
            by_themselves = [each for each in waiting if each.home != self.order]
        if not waiting:
            raise NoLines
        fired = (at_home(some[0], LinesFired(**_named(some))) for some in batched(by_themselves))
        unsent = [line for line in waiting if not line.sends]
        return Decision((*firing, *fired, *sent(unsent)))


class HoldLines(OrderCommand, frozen=True, kw_only=True, tag="hold_lines"):
    """Take back a firing: of a course, or of lines that were fired by themselves. What somebody has
    begun goes on. Raises UnknownLine, NoLines."""

    course: int | None = None
    lines: tuple[LineId, ...] = ()

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.uncancelled_view(read)
        chosen = lines_chosen(view, self.lines)
        if self.course is not None:
            came = (line for line in view.lines if line.home != self.order)
            chosen += [line for line in came if line.fact.course == self.course]
        facts = [
            _recalled(line, firings)
            for line in {line.id: line for line in chosen}.values()
            if (firings := firings_of(view.home_of(line), line.id))
        ]
        if self.course is not None:
            standing = [
                each.id for each in standing_firings(view) if each.fact.course == self.course
            ]
            if standing:
                named = tuple(standing[-MAX_MENTIONS:])
                facts += self.placed([FiringRecalled(course=self.course, firings=named)])
        if not facts:
            raise NoLines
        return Decision(tuple(facts))


class RouteLines(OrderCommand, frozen=True, kw_only=True, tag="route_lines"):
    """Have lines made at another station. Raises UnknownLine, NoLines."""

    lines: tuple[LineId, ...]
    station: str

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.uncancelled_view(read)
        if not self.lines:
            raise NoLines
        return Decision(tuple(lines_routed(view, lines_chosen(view, self.lines), self.station)))


def lines_routed(view: OrderView, lines: Iterable[Line], station: str) -> Iterator[Placed]:
    """The facts that have lines of an order made at a station, unless they are."""
    for home, some in by_home(lines).items():
        said = reported(view.orders[home])
        for line in some:
            register = station_register(line.id, line.added, said)
            if len(register.heads) > 1 or register.value("") != station:
                routed = LineRouted(
                    line=line.id,
                    station=station,
                    replaces=register.replaced_next,
                    splits_seen=_splits([line]),
                )
                yield at_home(line, routed)


def batched(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """In parts of one home that one fact can name: an order that grew apart may hold more lines
    than that."""
    for same in by_home(lines).values():
        for start in range(0, len(same), LINES_OF_A_FACT):
            yield same[start : start + LINES_OF_A_FACT]


def sent(lines: Sequence[Line]) -> tuple[Placed, ...]:
    """The facts that send lines, each in its home."""
    return tuple(at_home(some[0], _sent(some)) for some in batched(lines))


def _sent(lines: Sequence[Line]) -> LinesSent:
    seen = tuple(sorted(each.id for line in lines for each in line.cancellations))
    return LinesSent(cancellations_seen=seen, **_named(lines))


def _recalled(line: Line, reports: tuple[FactId, ...]) -> Placed:
    seen = _splits([line])
    recalled = LineRecalled(line=line.id, reports=reports[-MAX_MENTIONS:], splits_seen=seen)
    return at_home(line, recalled)


class _Named(TypedDict):
    lines: tuple[LineId, ...]
    splits_seen: tuple[FactId, ...]


def _named(lines: Sequence[Line]) -> _Named:
    """What facts about lines have in common."""
    return {"lines": tuple(line.id for line in lines), "splits_seen": _splits(lines)}


def _splits(lines: Sequence[Line]) -> tuple[FactId, ...]:
    return tuple(sorted(split for line in lines for split in line.parts))[:MAX_MENTIONS]
