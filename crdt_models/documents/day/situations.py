"""What a person must decide about a business day; `disputes` makes disputes of it.

Rules of this file:
1. Its subject is the date. Figures are never touched by a decision; a closing that replaces what
   stands ends what it was about.
2. What came after a closing is no dispute: it is listed as the day's addenda.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from crdt_models.documents.day.money import adds_up
from crdt_models.documents.day.view import DayView
from crdt_models.ids import FactId

MOST_NAMED = 256  # facts of the evidence: a resolution weighs at most 512


class DaySituation(NamedTuple):
    """What may need a person. facts: the evidence."""

    kind: Literal["terminal_missing_at_day_close", "two_day_closings", "day_does_not_add_up"]
    subject: str
    facts: tuple[FactId, ...]


def situations_of_day(day: DayView) -> Iterator[DaySituation]:
    """Every situation of one day that was closed."""
    subject = day.document.partition(":")[2]
    facts = tuple(fact for close in day.closes for fact in close.ids)[:MOST_NAMED]
    if len(day.closes) > 1:
        yield DaySituation("two_day_closings", subject, facts)
    elif day.state == "provisional":
        yield DaySituation("terminal_missing_at_day_close", subject, facts)
    wrong = [each.first.id for each in day.closes if not adds_up(each.figures)][:MOST_NAMED]
    if wrong:
        yield DaySituation("day_does_not_add_up", subject, tuple(wrong))
