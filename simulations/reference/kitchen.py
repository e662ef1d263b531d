"""The kitchen's part of a line: how far it is, whether it may be made, and where.

Rules of this file:
1. The furthest report counts. A recall of a line takes back, for that line, the reports that it
   names and no others. A send is never taken back.
2. A line without a course may be made. One with a course may be made when somebody fired that
   course or that very line and nobody took it back, or when somebody has begun it anyway.
3. The station is a register. The line's addition is its first write.
4. What is said of a line is said of a part that was split off it too, unless the author names the
   split as one that was known.
"""

from typing import Any

from msgspec import Struct

from simulations.reference.once import Meaning, Register, Told

STAGES = ("new", "sent", "preparing", "ready", "delivered")
_REPORTS = {"lines_preparing": 2, "lines_ready": 3, "lines_delivered": 4}


class Called(Struct, frozen=True):
    """How facts may call a line: by its own id, or by that of a whole that it was split off, when
    their author knew none of the splits between. Ids with the splits that must not be known."""

    names: tuple[tuple[bytes, frozenset[str]], ...]

    def by(self, meaning: Meaning, fact: Told) -> bool:
        """Whether a fact is about the line."""
        lines = fact["lines"] if "lines" in fact.fields else [fact["line"]]
        return any(
            name in lines and not splits & meaning.same(fact["splits_seen"])
            for name, splits in self.names
        )


def sends_of(meaning: Meaning, line: Called) -> list[Told]:
    """The sends that cover a line."""
    return [each for each in meaning.of("lines_sent") if line.by(meaning, each)]


def reached(meaning: Meaning, line: Called) -> int:
    """The stage of a line, as an index in STAGES."""
    stages = [0]
    if sends_of(meaning, line):
        stages.append(1)
    for tag, stage in _REPORTS.items():
        if _counting(meaning, tag, line):
            stages.append(stage)
    return max(stages)


def may_be_made(meaning: Meaning, line: Called, course: int) -> bool:
    """False while it waits for its course."""
    if course == 0 or reached(meaning, line) >= 2:
        return True
    recalled: set[str] = set()
    for each in meaning.of("firing_recalled"):
        recalled |= meaning.same(each["firings"])
    for firing in meaning.of("course_fired"):
        if firing["course"] == course and firing.id not in recalled:
            return True
    return bool(_counting(meaning, "lines_fired", line))


def station(meaning: Meaning, line: Called, added: Told) -> Any:
    """Where it is made."""
    routed = [each for each in meaning.of("line_routed") if line.by(meaning, each)]
    return Register(meaning.writes([added, *routed], "station")).value("")


def _counting(meaning: Meaning, tag: str, line: Called) -> list[Told]:
    """Facts that are about this line, and that no recall of this line names."""
    recalled: set[str] = set()
    for each in meaning.of("line_recalled"):
        if line.by(meaning, each):
            recalled |= meaning.same(each["reports"])
    return [each for each in meaning.of(tag) if line.by(meaning, each) and each.id not in recalled]
