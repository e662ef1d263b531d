"""How far the kitchen and the dining room are with the lines, what may be made, and where.

What two terminals that do not hear each other can do at once, and what the merged facts say:

* both report: the furthest report counts; a recall takes back the reports that it names and no
  other, so a report that its author had not heard of stands;
* one fires a course, the other adds a line to it: the line is fired with the course, and made with
  the rest of it;
* one fires a course again while the other takes the first firing back: fired;
* both send a line to different stations: a register, as every field: of two writes that know
  nothing of each other the later stamp is shown, the same everywhere, and the next write replaces
  both;
* one says something of a line, the other splits a part off it: it is said of the part too, for
  `splits_seen`, the splits of it that an author knew, does not name that one.

No money moves here, so a version that knows none of these may go on closing bills.
"""

from typing import Annotated, ClassVar

from msgspec import Meta

from crdt_models.documents.fields import Code, FactRefs, LineRef, LineRefs
from crdt_models.fact import Fact

MAX_COURSE = 20
Course = Annotated[int, Meta(ge=1, le=MAX_COURSE)]


class LinesSent(Fact, frozen=True, tag="lines_sent"):
    """Lines went to the kitchen. cancellations_seen: cancellations of them that the sender knew."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"cancellations_seen", "splits_seen"})

    lines: LineRefs
    cancellations_seen: FactRefs = ()
    splits_seen: FactRefs = ()


class LinesPreparing(Fact, frozen=True, tag="lines_preparing"):
    """The kitchen began."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"splits_seen"})

    lines: LineRefs
    splits_seen: FactRefs = ()


class LinesReady(Fact, frozen=True, tag="lines_ready"):
    """To be fetched."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"splits_seen"})

    lines: LineRefs
    splits_seen: FactRefs = ()


class LinesDelivered(Fact, frozen=True, tag="lines_delivered"):
    """At the customer."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"splits_seen"})

    lines: LineRefs
    splits_seen: FactRefs = ()


class CourseFired(Fact, frozen=True, tag="course_fired"):
    """A course is to be made now, with all that is added to it later. Until then its lines wait."""

    course: Course


class LinesFired(Fact, frozen=True, tag="lines_fired"):
    """These lines are to be made now, whatever their course waits for."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"splits_seen"})

    lines: LineRefs
    splits_seen: FactRefs = ()


class FiringRecalled(Fact, frozen=True, tag="firing_recalled"):
    """The named firings of a course no longer count. What was begun meanwhile is not unmade."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"firings"})

    course: Course
    firings: FactRefs


class LineRecalled(Fact, frozen=True, tag="line_recalled"):
    """For this line the named reports (preparing, ready, delivered, lines fired) no longer count:
    somebody had touched the wrong one. A send is not taken back: the kitchen has the ticket."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"reports", "splits_seen"})

    line: LineRef
    reports: FactRefs
    splits_seen: FactRefs = ()


class LineRouted(Fact, frozen=True, tag="line_routed"):
    """The line is made at another station than its product says. A register of the line, which
    begins with the station that the line was added with."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces", "splits_seen"})

    line: LineRef
    station: Code
    replaces: FactRefs = ()
    splits_seen: FactRefs = ()
