"""A business day as its closings make it.

Rules of this file:
1. A closing stands while no other one names it as replaced. Those that stand with equal figures are
   one close: who was missing at every one of them is missing, and whatever one had seen was seen.
2. It is final when one close stands and nobody is missing from it. Until then it is provisional,
   and may be closed again; what a closing counted never changes.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from crdt_models.documents.day.facts import DayClosed, DayFigures
from crdt_models.documents.register import Register, Write
from crdt_models.documents.stock.movements import Author, read_seen
from crdt_models.documents.view import Derived, Once, View
from crdt_models.fact import Entry
from crdt_models.ids import DeviceId, FactId, ShiftId, day_of

DayState = Literal["open", "provisional", "disputed", "final"]


class Close(NamedTuple):
    """One result of the day. closings: that say so, by stamp. missing: not heard of by any of them.
    open_shifts: as far as known to each. seen: by author the greatest clock that one of them
    knew."""

    closings: tuple[Once[DayClosed], ...]
    figures: DayFigures
    missing: tuple[DeviceId, ...]
    open_shifts: tuple[ShiftId, ...]
    seen: Mapping[Author, int]

    @property
    def is_final(self) -> bool:
        """Whether everybody's changes of the day were in."""
        return not self.missing and not self.open_shifts

    @property
    def first(self) -> Once[DayClosed]:
        """The closing with the least stamp."""
        return self.closings[0]

    @property
    def ids(self) -> tuple[FactId, ...]:
        """Of the closings."""
        return tuple(each.id for each in self.closings)


class DayView(View):
    """One business day."""

    UNDERSTANDS = frozenset({DayClosed})

    @Derived
    def day(self) -> int:
        """Days since 1970-01-01, from the document's id."""
        return day_of(self.document)

    @Derived
    def closings(self) -> tuple[Once[DayClosed], ...]:
        """Every closing, by stamp, replaced ones too."""
        return self.all(DayClosed)

    @Derived
    def standing(self) -> tuple[Once[DayClosed], ...]:
        """Those that no other closing names, as of a register."""
        writes = (
            Write(each.id, each.stamp, None, self.same_all(each.fact.replaces))
            for each in self.closings
        )
        heads = Register(writes).heads
        return tuple(each for each in self.closings if each.id in heads)

    @Derived
    def closes(self) -> tuple[Close, ...]:
        """What stands, equal figures together, by stamp: more than one is a dispute."""
        alike: list[list[Once[DayClosed]]] = []
        for each in self.standing:
            same = (group for group in alike if group[0].fact.figures == each.fact.figures)
            found = next(same, None)
            if found is None:
                alike.append([each])
            else:
                found.append(each)
        return tuple(self._close(group) for group in alike)

    def _close(self, closings: list[Once[DayClosed]]) -> Close:
        facts = [
            entry.fact
            for each in closings
            for entry in self._told(each)
            if isinstance(entry.fact, DayClosed)
        ]
        missing = set.intersection(*(set(fact.missing) for fact in facts))
        shifts = set.intersection(*(set(fact.open_shifts) for fact in facts))
        return Close(
            closings=tuple(closings),
            figures=closings[0].fact.figures,
            missing=tuple(sorted(missing)),
            open_shifts=tuple(ShiftId(each) for each in sorted(shifts)),
            seen=read_seen(piece for fact in facts for piece in fact.seen),
        )

    def _told(self, closing: Once[DayClosed]) -> list[Entry]:
        return [entry for entry in self.told(DayClosed) if entry.id in closing.ids]

    @property
    def state(self) -> DayState:
        """Where it stands."""
        if not self.closes:
            return "open"
        if len(self.closes) > 1:
            return "disputed"
        return "final" if self.closes[0].is_final else "provisional"
