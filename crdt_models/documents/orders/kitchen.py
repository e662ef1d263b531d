"""What was said of each line to the kitchen and by it.

Rules of this file:
1. A line is as far as the furthest report that no recall names. A send is never taken back.
2. A line with a course waits until a firing covers it, or until somebody has begun it all the same.
   A line without a course never waits.
3. Where a line is made is a register; its addition is the first write.
4. What is said of a line is said of the parts that its author did not know of: see `parts`.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from crdt_models.documents.orders.facts import (
    CourseFired,
    FiringRecalled,
    LineAdded,
    LineRecalled,
    LineRouted,
    LinesDelivered,
    LinesFired,
    LinesPreparing,
    LinesReady,
    LinesSent,
)
from crdt_models.documents.orders.parts import Parts, parts_of, spoken_of
from crdt_models.documents.register import Register, Write
from crdt_models.documents.view import Once, View
from crdt_models.ids import FactId, LineId

_BEGUN = 2  # from this stage on somebody makes it, or has made it
_Report = LinesPreparing | LinesReady | LinesDelivered
REPORTS: tuple[tuple[type[_Report], int], ...] = (
    (LinesPreparing, 2),
    (LinesReady, 3),
    (LinesDelivered, 4),
)
_Recalls = Mapping[LineId, set[FactId]]


class Reported(NamedTuple):
    """All that was said, by line. stages: index of the furthest stage; absent: new. sends: by
    stamp. courses: fired. lines: fired by themselves. routes: writes beyond the addition's."""

    stages: Mapping[LineId, int]
    sends: Mapping[LineId, tuple[Once[LinesSent], ...]]
    courses: frozenset[int]
    lines: frozenset[LineId]
    routes: Mapping[LineId, list[Write[str]]]

    def is_fired(self, line: LineId, course: int) -> bool:
        """Whether it may be made."""
        if not course or self.stages.get(line, 0) >= _BEGUN:
            return True
        return course in self.courses or line in self.lines


def reported(view: View) -> Reported:
    """What was said of the lines of an order."""
    parts = parts_of(view)
    recalls = _recalls(view, parts)
    stages: dict[LineId, int] = {}
    sends: dict[LineId, list[Once[LinesSent]]] = {}
    for send in view.all(LinesSent):
        for line in set(spoken_of(view, parts, send.fact.lines, send.fact.splits_seen)):
            sends.setdefault(line, []).append(send)
            stages[line] = 1
    for kind, stage in REPORTS:
        for report in view.all(kind):
            for line in _standing(view, parts, report, recalls):
                stages[line] = stage  # the kinds of report ascend
    return Reported(
        stages=stages,
        sends={line: tuple(covering) for line, covering in sends.items()},
        courses=frozenset(each.fact.course for each in standing_firings(view)),
        lines=frozenset(
            line
            for firing in view.all(LinesFired)
            for line in _standing(view, parts, firing, recalls)
        ),
        routes=_routes(view, parts),
    )


def standing_firings(view: View) -> tuple[Once[CourseFired], ...]:
    """Firings of courses that nobody took back."""
    recalled = view.same_all(
        firing for each in view.all(FiringRecalled) for firing in each.fact.firings
    )
    return tuple(each for each in view.all(CourseFired) if each.id not in recalled)


def reports_of(view: View, line: LineId, stage: int) -> tuple[FactId, ...]:
    """The reports that say that a line is at this stage, 2 to 4, and that no recall names."""
    kind = next(kind for kind, reported_stage in REPORTS if reported_stage == stage)
    return _naming(view, kind, line)


def firings_of(view: View, line: LineId) -> tuple[FactId, ...]:
    """The firings that name a line, and that no recall names."""
    return _naming(view, LinesFired, line)


def _naming(view: View, kind: type[_Report] | type[LinesFired], line: LineId) -> tuple[FactId, ...]:
    parts = parts_of(view)
    recalls = _recalls(view, parts)
    facts: tuple[Once[Any], ...] = view.all(kind)
    return tuple(each.id for each in facts if line in _standing(view, parts, each, recalls))


def station_register(line: LineId, added: Once[LineAdded], said: Reported) -> Register[str]:
    """Where a line is made."""
    first = Write(added.id, added.stamp, added.fact.station)
    return Register([first, *said.routes.get(line, ())])


def _routes(view: View, parts: Parts) -> dict[LineId, list[Write[str]]]:
    found: dict[LineId, list[Write[str]]] = {}
    for each in view.all(LineRouted):
        replaces = view.same_all(each.fact.replaces)
        write = Write(each.id, each.stamp, each.fact.station, replaces)
        for line in spoken_of(view, parts, (each.fact.line,), each.fact.splits_seen):
            found.setdefault(line, []).append(write)
    return found


def _recalls(view: View, parts: Parts) -> _Recalls:
    """Reports that no longer count, by the line for which they do not."""
    found: dict[LineId, set[FactId]] = {}
    for each in view.all(LineRecalled):
        reports = view.same_all(each.fact.reports)
        for line in spoken_of(view, parts, (each.fact.line,), each.fact.splits_seen):
            found.setdefault(line, set()).update(reports)
    return found


def _standing(
    view: View, parts: Parts, report: Once[_Report] | Once[LinesFired], recalls: _Recalls
) -> tuple[LineId, ...]:
    """The lines for which a report counts."""
    lines = spoken_of(view, parts, report.fact.lines, report.fact.splits_seen)
    if not recalls:
        return lines
    return tuple(line for line in lines if report.id not in recalls.get(line, ()))
