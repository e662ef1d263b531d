"""Closing a business day.

Rules of this file:
1. It may be closed while terminals are missing: then it is provisional and names them, with the
   open shifts that they have as far as known. Drawers of terminals that are here are closed first.
2. What is counted is what lies within `seen`, by the same rule by which everybody later tells what
   was counted from what came late: not what happened to have arrived.
3. Who is missing is what the terminal sees of its links at this moment, so it comes with the
   command; it is named in the fact and is no part of what was meant.
"""

from crdt_models.documents.command import Command, Context, Decision, NeedsUpgrade, Read
from crdt_models.documents.day.errors import DayHasNotCome, DayHasOpenShifts, DayIsFinal
from crdt_models.documents.day.facts import DayClosed
from crdt_models.documents.day.money import sheet_of
from crdt_models.documents.day.view import DayView
from crdt_models.documents.fields import MAX_MENTIONS
from crdt_models.documents.stock.movements import read_seen
from crdt_models.ids import DeviceId, DocumentId, ShiftId, day_document


class CloseDay(Command, frozen=True, kw_only=True, tag="close_day"):
    """Fix the figures of a day. missing: members of whom this terminal cannot say that everything
    has come. Raises DayHasNotCome, DayIsFinal, DayHasOpenShifts, NeedsUpgrade."""

    day: int
    missing: tuple[DeviceId, ...] = ()
    note: str = ""

    def reads(self) -> tuple[DocumentId, ...]:
        return (day_document(self.day),)

    def plan(self, read: Read, context: Context) -> Decision:
        name = day_document(self.day)
        if self.day > context.business_day:
            raise DayHasNotCome(day=name.partition(":")[2])
        view = read(name)
        assert isinstance(view, DayView), "the kind of a document decides its view"
        if view.needs_upgrade:
            raise NeedsUpgrade(document=name)
        if view.state == "final":
            raise DayIsFinal(day=name.partition(":")[2])
        known = context.day_money(self.day)
        here = [each for each in known.open_shifts if each.owner not in self.missing]
        if here:
            named = ", ".join(sorted(each.shift.hex() for each in here))
            raise DayHasOpenShifts(day=name.partition(":")[2], shifts=named)
        seen = context.seen()
        within = read_seen(seen)
        closed = DayClosed(
            figures=sheet_of(each for each in known.told if each.is_within(within)).figures,
            note=self.note,
            seen=seen,
            missing=tuple(sorted(set(self.missing))),
            open_shifts=tuple(sorted(ShiftId(each.shift) for each in known.open_shifts)),
            replaces=tuple(sorted(each.id for each in view.standing))[:MAX_MENTIONS],
        )
        return Decision(((name, closed),))
