"""What a person must decide about a cash shift; `disputes` makes disputes of it.

Rules of this file:
1. Its subject is the shift. Figures are never touched by a decision: they are what was counted.
2. Any difference is one, in whatever method, beyond what the closing tolerates. It is the
   closing's, so a recount afterwards is late.
3. What comes beyond the cut of an end asks again each time.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from crdt_models.documents.cash.view import ShiftView
from crdt_models.ids import FactId

MOST_NAMED = 256  # facts of the evidence: a resolution weighs at most 512


class ShiftSituation(NamedTuple):
    """What may need a person. facts: the evidence."""

    kind: Literal[
        "cash_difference",
        "late_adjustment",
        "two_shift_closings",
        "written_off_and_closed",
        "shift_does_not_add_up",
    ]
    subject: str
    facts: tuple[FactId, ...]


def situations_of_shift(shift: ShiftView) -> Iterator[ShiftSituation]:
    """Every situation of one shift that has ended."""
    subject, end, closings = shift.shift.hex(), shift.end, shift.closings
    if end is None:
        return
    if shift.is_off:
        yield ShiftSituation("cash_difference", subject, (end.id, closings[0].fact.count))
    if shift.late:
        late = tuple(each.id for each in shift.late[-MOST_NAMED:])
        yield ShiftSituation("late_adjustment", subject, (end.id, *late))
    if len(closings) > 1:
        facts = tuple(each.id for each in closings[:MOST_NAMED])
        yield ShiftSituation("two_shift_closings", subject, facts)
    if closings and shift.write_offs:
        written_off = tuple(each.id for each in shift.write_offs[:MOST_NAMED])
        closed = tuple(each.id for each in closings[:MOST_NAMED])
        yield ShiftSituation("written_off_and_closed", subject, (*written_off, *closed))
    if shift.recounted is not None and shift.recounted != shift.figures:
        yield ShiftSituation("shift_does_not_add_up", subject, (end.id,))
