"""One day on the floor: who serves, which tables stand together, what was cleaned, who is expected.

Rules of this file:
1. Who serves a table, or an area, is a register. A day begins with nobody.
2. A join stands until a separation names it. Tables that joins connect, directly or through others,
   are one group (the product's choice: of two joins that overlap neither is dropped).
3. A cleaning names the closings that it came after.
4. Of a reservation, when and where is one register, who comes another, the phone a third. What
   became of it is the most certain of the marks that stand: seated, arrived, cancelled, no_show,
   booked; among equals the last (the product's choice).
5. A service day begins at 07:00 UTC, and times are minutes since 1970-01-01 UTC. A table is kept
   for a reservation from an hour before its window until its end (the product's choice).
6. Two reservations clash while both are expected or there, share a table, and overlap.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from msgspec import Struct

from simulations.reference.disputes import Situation, situation
from simulations.reference.once import Meaning, Register, Told
from simulations.reference.stored import EPOCH

MINUTE_MS = 60_000
_AHEAD = 60
_DAY_MINUTES, _BEGINS = 24 * 60, 7 * 60
_CERTAINTY = ("booked", "no_show", "cancelled", "arrived", "seated")


class ReferenceReservation(Struct, frozen=True, kw_only=True):
    """place: the fact that says when and where. day: days since 1970-01-01."""

    id: str
    day: int
    place: Told
    who: Told
    phone: str | None
    state: str
    reason: str
    order: str | None
    unheard: list[tuple[str, str]]  # other marks that stand: state, reason; the most certain first

    @property
    def tables(self) -> set[str]:
        return {table.hex() for table in self.place["tables"]}

    @property
    def is_live(self) -> bool:
        return self.state in ("booked", "arrived", "seated")

    def is_awaited(self, now_ms: int) -> bool:
        minute = now_ms // MINUTE_MS
        is_near = self.place["from_minute"] - _AHEAD <= minute < self.place["until_minute"]
        return is_near and self.state in ("booked", "arrived")


class ReferenceFloor(Struct, frozen=True, kw_only=True):
    """waiters: by table or area, hexadecimal. groups: each joined table's, itself included."""

    waiters: dict[str, str | None]
    groups: dict[str, frozenset[str]]
    cleaned: dict[str, set[str]]
    reservations: dict[str, ReferenceReservation]

    def together(self, table: str) -> frozenset[str]:
        return self.groups.get(table, frozenset({table}))


def service_day(now_ms: int) -> int:
    """Days since 1970-01-01."""
    return (now_ms // MINUTE_MS - _BEGINS) // _DAY_MINUTES


def floor_name(day: int) -> str:
    """Of the document. Days that no calendar reaches are its last."""
    last = (date.max - EPOCH).days
    return f"floor:{EPOCH + timedelta(days=min(day, last))}"


def floor_of(meaning: Meaning) -> ReferenceFloor:
    """What the facts of one floor mean."""
    places = {(each["table"] or each["area"]) for each in meaning.of("waiter_assigned")}
    cleaned: dict[str, set[str]] = {}
    for each in meaning.of("table_cleaned"):
        cleaned.setdefault(each["table"].hex(), set()).update(each["left"])
    booked = {each["reservation"] for each in meaning.of("reservation_booked")}
    return ReferenceFloor(
        waiters={place.hex(): _waiter(meaning, place) for place in places},
        groups=_groups(meaning),
        cleaned=cleaned,
        reservations={each.hex(): _reservation(meaning, each) for each in booked},
    )


def clashes(floor: ReferenceFloor) -> Iterator[Situation]:
    """Subject: both reservations, the lesser id first."""
    live = sorted((each for each in floor.reservations.values() if each.is_live), key=_id)
    for one, other in combinations(live, 2):
        begins = max(one.place["from_minute"], other.place["from_minute"])
        ends = min(one.place["until_minute"], other.place["until_minute"])
        if begins < ends and one.tables & other.tables:
            facts = [one.place.id, other.place.id]
            yield situation("reservation_clash", f"{one.id}:{other.id}", facts)


def _id(reservation: ReferenceReservation) -> str:
    return reservation.id


def _waiter(meaning: Meaning, place: bytes) -> Any:
    told = [
        each for each in meaning.of("waiter_assigned") if place in (each["table"], each["area"])
    ]
    last = _last(meaning, told)
    return None if last is None else last["waiter"]


def _groups(meaning: Meaning) -> dict[str, frozenset[str]]:
    undone = meaning.same(join for each in meaning.of("tables_separated") for join in each["joins"])
    groups: list[set[str]] = []
    for join in meaning.of("tables_joined"):
        if join.id not in undone:
            tables = {table.hex() for table in join["tables"]}
            for group in [group for group in groups if group & tables]:
                groups.remove(group)
                tables |= group
            groups.append(tables)
    return {table: frozenset(group) for group in groups if len(group) > 1 for table in group}


def _reservation(meaning: Meaning, reservation: bytes) -> ReferenceReservation:
    def about(*tags: str) -> list[Told]:
        return [
            each for tag in tags for each in meaning.of(tag) if each["reservation"] == reservation
        ]

    place = _last(meaning, about("reservation_booked", "reservation_moved"))
    who = _last(meaning, about("reservation_booked", "reservation_changed"))
    contact = _last(meaning, about("reservation_contact"))
    marks = about("reservation_marked")
    standing = _register(meaning, marks).standing
    mark = max((each for each in marks if each.id in standing), key=_certainty, default=None)
    assert place is not None, "somebody booked it"
    assert who is not None, "somebody booked it"
    day = date.fromisoformat(meaning.document.removeprefix("floor:"))
    order = None if mark is None else mark["order"]
    return ReferenceReservation(
        id=reservation.hex(),
        day=(day - EPOCH).days,
        place=place,
        who=who,
        phone=None if contact is None else contact["phone"],
        state="booked" if mark is None else mark["state"],
        reason="" if mark is None else mark["reason"],
        order=None if order is None else order.hex(),
        unheard=[
            (each["state"], each["reason"])
            for each in sorted(marks, key=_certainty, reverse=True)
            if mark is not None and each.id in standing and each["state"] != mark["state"]
        ],
    )


def _certainty(mark: Told) -> tuple[int, Any]:
    return _CERTAINTY.index(mark["state"]), mark.stamp


def _last(meaning: Meaning, facts: list[Told]) -> Told | None:
    """The current write of the register that these facts write."""
    return _register(meaning, facts).value(None)


def _register(meaning: Meaning, facts: list[Told]) -> Register[Told | None]:
    return Register(meaning.writes(facts))
