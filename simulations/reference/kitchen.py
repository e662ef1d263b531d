"""The kitchen's part of a line: how far it is, whether it may be made, and where.

Rules of this file:
1. The furthest report counts. A recall of a line takes back, for that line, the reports that it
   names and no others. A send is never taken back.
2. A line without a course may be made. One with a course may be made when somebody fired that
   course or that very line and nobody took it back, or when somebody has begun it anyway.
3. The station is a register. The line's addition is its first write.
"""

from typing import Any

from simulations.reference.once import Meaning, Register, Told, Write

STAGES = ("new", "sent", "preparing", "ready", "delivered")
_REPORTS = {"lines_preparing": 2, "lines_ready": 3, "lines_delivered": 4}


def reached(meaning: Meaning, line: bytes) -> int:
    """The stage of a line, as an index in STAGES."""
    stages = [0]
    if any(line in send["lines"] for send in meaning.of("lines_sent")):
        stages.append(1)
    for tag, stage in _REPORTS.items():
        if _counting(meaning, tag, line):
            stages.append(stage)
    return max(stages)


def may_be_made(meaning: Meaning, line: bytes, course: int) -> bool:
    """False while it waits for its course."""
    if course == 0 or reached(meaning, line) >= 2:
        return True
    recalled = _united(meaning, "firing_recalled", "firings")
    for firing in meaning.of("course_fired"):
        if firing["course"] == course and firing.id not in recalled:
            return True
    return bool(_counting(meaning, "lines_fired", line))


def station(meaning: Meaning, line: bytes, added: Told) -> Any:
    """Where it is made."""
    writes = [Write(added.id, added.stamp, added["station"], set[str]())]
    writes += [
        Write(each.id, each.stamp, each["station"], meaning.same(each["replaces"]))
        for each in meaning.of("line_routed")
        if each["line"] == line
    ]
    return Register(writes).value("")


def _counting(meaning: Meaning, tag: str, line: bytes) -> list[Told]:
    """Facts that name this line, and that no recall of this line names."""
    recalled = _united(meaning, "line_recalled", "reports", line)
    return [each for each in meaning.of(tag) if line in each["lines"] and each.id not in recalled]


def _united(meaning: Meaning, tag: str, field: str, line: bytes | None = None) -> set[str]:
    """All that facts of one kind name, of one line or of any."""
    found: set[str] = set()
    for each in meaning.of(tag):
        if line is None or each["line"] == line:
            found |= meaning.same(each[field])
    return found
