"""A reservation as all facts about it make it, and which two cannot both be kept.

Rules of this file:
1. A fact about a reservation that nobody booked has no effect.
2. Two reservations clash while both are expected or there, and their windows overlap at a table.
3. "Now" is an argument: whether a table is shown as reserved is for the reader's clock.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from crdt_models.documents.floor.reservation_facts import (
    ReservationBooked,
    ReservationChanged,
    ReservationContact,
    ReservationMarked,
    ReservationMoved,
    State,
)
from crdt_models.documents.register import Register, Write
from crdt_models.documents.view import View
from crdt_models.fact import Stamp
from crdt_models.ids import OrderId, ReservationId, TableId

RESERVED_AHEAD_MINUTES = 60  # before its window a table is already kept free
_COMPARED = 64  # reservations at one table that each is held against: more at once is an attack
_CERTAINTY: tuple[State, ...] = ("booked", "no_show", "cancelled", "arrived", "seated")


class Place(NamedTuple):
    """When and where: minutes since 1970-01-01 UTC, the end not included."""

    from_minute: int
    until_minute: int
    tables: tuple[TableId, ...]


class Guests(NamedTuple):
    """Who comes."""

    name: str
    people: int
    note: str


class Reservation(msgspec.Struct, frozen=True):
    """One reservation. phones: personal."""

    id: ReservationId
    places: Register[Place]
    guests: Register[Guests]
    phones: Register[str | None]
    marks: Register[ReservationMarked]
    booked: Stamp

    @property
    def place(self) -> Place:
        """When and where it is now."""
        assert self.places.current is not None, "booking it wrote the first"
        return self.places.current.value

    @property
    def who(self) -> Guests:
        """Who comes, as was said last."""
        assert self.guests.current is not None, "booking it wrote the first"
        return self.guests.current.value

    @property
    def phone(self) -> str | None:
        """How to reach them. Personal."""
        return self.phones.value(None)

    @property
    def mark(self) -> ReservationMarked | None:
        """What became of it, None while nothing did: of concurrent marks the most certain one."""
        heads = set(self.marks.heads)
        standing = [each for each in self.marks.writes if each.id in heads]
        found = max(standing, key=_certainty, default=None)
        return None if found is None else found.value

    @property
    def overruled(self) -> tuple[ReservationMarked, ...]:
        """Other marks that stand and say something else, the most certain first: told by somebody
        who did not know of the one that is shown."""
        heads = set(self.marks.heads)
        standing = [each for each in self.marks.writes if each.id in heads]
        others = (each.value for each in sorted(standing, key=_certainty, reverse=True))
        return tuple(each for each in others if each.state != self.state)

    @property
    def state(self) -> State:
        """booked, arrived, seated, no_show or cancelled."""
        return "booked" if self.mark is None else self.mark.state

    @property
    def order(self) -> OrderId | None:
        """What they were seated with."""
        return None if self.mark is None else self.mark.order

    @property
    def is_live(self) -> bool:
        """Whether its tables are kept for it."""
        return self.state in ("booked", "arrived", "seated")

    def is_awaited(self, minute: int) -> bool:
        """Whether its tables are shown as reserved at this minute."""
        begin = self.place.from_minute - RESERVED_AHEAD_MINUTES
        return self.state in ("booked", "arrived") and begin <= minute < self.place.until_minute

    def overlaps(self, place: Place) -> bool:
        """Whether its tables are kept for it in a part of this window, at one of these tables."""
        mine = self.place
        return (
            self.is_live
            and mine.from_minute < place.until_minute
            and place.from_minute < mine.until_minute
            and not set(mine.tables).isdisjoint(place.tables)
        )


def _certainty(write: Write[ReservationMarked]) -> tuple[int, Stamp]:
    return _CERTAINTY.index(write.value.state), write.stamp


class _Draft:
    """The writes of one reservation while they are collected."""

    def __init__(self, booked: Stamp) -> None:
        self.booked = booked
        self.places: list[Write[Place]] = []
        self.guests: list[Write[Guests]] = []
        self.phones: list[Write[str | None]] = []
        self.marks: list[Write[ReservationMarked]] = []

    def finished(self, reservation: ReservationId) -> Reservation:
        return Reservation(
            id=reservation,
            places=Register(self.places),
            guests=Register(self.guests),
            phones=Register(self.phones),
            marks=Register(self.marks),
            booked=self.booked,
        )


def reservations_of(view: View) -> dict[ReservationId, Reservation]:
    """By id, in the order in which they were booked."""
    drafts: dict[ReservationId, _Draft] = {}
    for each in view.all(ReservationBooked):
        booked = each.fact
        draft = drafts.setdefault(booked.reservation, _Draft(each.stamp))
        place = Place(booked.from_minute, booked.until_minute, booked.tables)
        guests = Guests(booked.name, booked.people, booked.note)
        draft.places.append(Write(each.id, each.stamp, place))
        draft.guests.append(Write(each.id, each.stamp, guests))
    for moved in view.all(ReservationMoved):
        to = Place(moved.fact.from_minute, moved.fact.until_minute, moved.fact.tables)
        _collect(view, drafts, moved, "places", to)
    for changed in view.all(ReservationChanged):
        who = Guests(changed.fact.name, changed.fact.people, changed.fact.note)
        _collect(view, drafts, changed, "guests", who)
    for contact in view.all(ReservationContact):
        _collect(view, drafts, contact, "phones", contact.fact.phone)
    for marked in view.all(ReservationMarked):
        _collect(view, drafts, marked, "marks", marked.fact)
    return {reservation: draft.finished(reservation) for reservation, draft in drafts.items()}


def _collect(
    view: View, drafts: dict[ReservationId, _Draft], once: Any, register: str, value: Any
) -> None:
    draft = drafts.get(once.fact.reservation)
    if draft is not None:
        replaces = view.same_all(once.fact.replaces)
        getattr(draft, register).append(Write(once.id, once.stamp, value, replaces))


class Clash(NamedTuple):
    """Two reservations of one table at one time; their ids ascend."""

    one: Reservation
    other: Reservation


def clashes(reservations: Iterable[Reservation]) -> Iterator[Clash]:
    """Every two that cannot both be kept, each pair once."""
    at_table: dict[TableId, list[Reservation]] = {}
    for each in reservations:
        if each.is_live:
            for table in set(each.place.tables):
                at_table.setdefault(table, []).append(each)
    told: set[tuple[ReservationId, ReservationId]] = set()
    for table in sorted(at_table):
        for one, other in _overlapping(at_table[table]):
            first, second = sorted((one, other), key=lambda each: each.id)
            if (first.id, second.id) not in told:
                told.add((first.id, second.id))
                yield Clash(first, second)


def _overlapping(
    reservations: list[Reservation],
) -> Iterator[tuple[Reservation, Reservation]]:
    """At one table: in the order in which they begin, each with those that are not over by then."""
    there: list[Reservation] = []
    for each in sorted(reservations, key=lambda it: (it.place, it.id)):
        begin = each.place.from_minute
        there = [before for before in there if before.place.until_minute > begin][-_COMPARED:]
        yield from ((before, each) for before in there)
        there.append(each)
