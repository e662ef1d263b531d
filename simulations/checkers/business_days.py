"""On which business day terminals write: the one that most clocks say, and never 1970's.

Rules of this file:
1. A clock decides nothing else. What the days of stored changes are while clocks are wrong is not
   judged, but for days on which no program of ours ran.
2. The day in the end is judged where it is beyond doubt: every terminal hears every other one, and
   no clock is within an hour of the day's end.
"""

from collections import Counter
from collections.abc import Iterator

from simulations.checkers.authors import all_changes, forgot, honest
from simulations.checkers.evidence import Evidence

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ENDS_AT_MS = 7 * HOUR_MS  # UTC: four in the morning in São Paulo
PROGRAMS_SINCE = 20_000  # days since 1970; a clock that says less is known to be wrong


def business_days(evidence: Evidence) -> Iterator[str]:
    """A wrong clock moves nobody else, and only while it is wrong."""
    yield from _impossible(evidence)
    yield from _in_the_end(evidence)


def _impossible(evidence: Evidence) -> Iterator[str]:
    if forgot(evidence):
        return
    changes = all_changes(evidence.copies)
    for change in honest(evidence, changes):
        before = [changes[each].facts[0].day for each in change.previous if each in changes]
        day = change.facts[0].day
        if day < PROGRAMS_SINCE <= max(before, default=0):
            yield f"change {change.sequence} of {change.device.hex()[:8]} is of day {day}"


def _in_the_end(evidence: Evidence) -> Iterator[str]:
    world = evidence.world
    standing = world.standing()
    if world.hostile is not None or evidence.unrest or not evidence.converged:
        return
    if len({each.node.device for each in standing}) < len(standing):  # a clone: two of one voice
        return
    clocks = [each.clock.now_ms() - ENDS_AT_MS for each in standing]
    if any((ms - HOUR_MS) // DAY_MS != (ms + HOUR_MS) // DAY_MS for ms in clocks):
        return
    said, voices = Counter(ms // DAY_MS for ms in clocks).most_common(1)[0]
    if 2 * voices <= len(standing) or said < PROGRAMS_SINCE:
        return
    for each in standing:
        if each.node.business_day != said:
            yield f"{each.host} is on day {each.node.business_day}, most clocks on {said}"
