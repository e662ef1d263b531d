"""The dining room at a moment, and the terminals.

Rules of this file:
1. Everything of a table is a register: adding it writes the first values. A fact about a table that
   nobody added has no effect.
2. A table is occupied while an open order stands at it: 0 to n tabs; or at a table in use that it
   stands together with.
3. It is to be cleaned when somebody asked for it, or when a bill was closed at it on the business
   day and no cleaning of that day names any of the bill's closings that stand.
4. It is reserved by a sign on it that has not run out, or by a reservation that is near; so is each
   table that it stands together with, by the reservation.
5. What one word says of a table's state is the product's choice: inactive, occupied, cleaning,
   reserved, free, the first that holds.
6. A device goes by the letters of its latest certificate among those with which it opened epochs.
   Openings whose certificate does not speak of the device that wrote them are passed over; whether
   a certificate is the site's is not asked here.
"""

from typing import Any

import cbor2
from msgspec import Struct

from simulations.reference.floor import ReferenceFloor, ReferenceReservation
from simulations.reference.once import Meaning, Register, Told

FIELDS = ("label", "number", "area", "seats", "waiter", "cleaning", "active")
_UNWRITTEN = {"cleaning": False, "active": True}


class ReferenceTable(Struct, frozen=True, kw_only=True):
    """A dining table. fields: by the names of FIELDS. sign: (for whom, until ms)."""

    id: str
    fields: dict[str, Any]
    area_name: str | None
    place: tuple[int, int]
    sign: tuple[str, int | None] | None

    @property
    def name(self) -> str:
        return str(self.fields["label"])


class Seated(Struct, frozen=True, kw_only=True):
    """An order: where it stands and whether it is open, or where it was closed, after which
    closings, on which business day."""

    id: str
    table: str | None
    people: int
    is_open: bool
    closings: frozenset[str] = frozenset()
    closed_day: int | None = None


class ReferenceRoom(Struct, frozen=True, kw_only=True):
    """The dining room at a moment. floor: of the business day. booked: of the service day."""

    tables: dict[str, ReferenceTable]
    floor: ReferenceFloor
    booked: ReferenceFloor
    orders: list[Seated]
    day: int
    now_ms: int

    def tabs(self, *tables: str) -> list[Seated]:
        """Open orders at any of these tables."""
        return [each for each in self.orders if each.is_open and each.table in tables]

    def group(self, table: str) -> list[str]:
        """The tables in use that stand together with this one, sorted, itself included."""
        return sorted(
            each
            for each in self.floor.together(table)
            if each in self.tables and self.tables[each].fields["active"]
        )

    def waiter(self, table: str) -> Any:
        """Today's of the table, of its area, or the usual one."""
        fields = self.tables[table].fields
        for place in (table, fields["area"]):
            if self.floor.waiters.get(place) is not None:
                return self.floor.waiters[place]
        return fields["waiter"]

    def is_dirty(self, table: str) -> bool:
        cleaned = self.floor.cleaned.get(table, set())
        left = [
            each
            for each in self.orders
            if each.table == table and each.closings and each.closed_day == self.day
        ]
        return bool(self.tables[table].fields["cleaning"]) or any(
            not each.closings & cleaned for each in left
        )

    def sign(self, table: str) -> tuple[str, int | None] | None:
        sign = self.tables[table].sign
        return None if sign is None or not _lasts(sign[1], self.now_ms) else sign

    def awaited(self, table: str) -> ReferenceReservation | None:
        """The first that begins."""
        group = set(self.group(table))
        near = [
            each
            for each in self.booked.reservations.values()
            if each.is_awaited(self.now_ms) and each.tables & group
        ]
        return min(near, key=lambda it: (it.place["from_minute"], it.id), default=None)

    def state(self, table: str) -> str:
        if not self.tables[table].fields["active"]:
            return "inactive"
        if self.tabs(*self.group(table)):
            return "occupied"
        if self.is_dirty(table):
            return "cleaning"
        return "reserved" if self.awaited(table) or self.sign(table) else "free"


def _lasts(until_ms: int | None, now_ms: int) -> bool:
    return until_ms is None or until_ms > now_ms


class ReferenceTerminal(Struct, frozen=True, kw_only=True):
    """A device. openings: how often it began an epoch."""

    device: str
    letters: str
    openings: int


def tables_of(meaning: Meaning) -> dict[str, ReferenceTable]:
    """By id."""
    areas = _areas_of(meaning)
    ids = [each["table"] for each in meaning.of("table_added")]
    return {each.hex(): _table(meaning, each, areas) for each in ids}


def _areas_of(meaning: Meaning) -> dict[str, str]:
    """Names by id."""
    found = {}
    for area in {each["area"] for each in meaning.of("area_added")}:
        began = _about(meaning, "area_added", "area", area)
        renamed = _about(meaning, "area_renamed", "area", area)
        found[area.hex()] = _current(meaning, [*began, *renamed], "name", "")
    return found


def _table(meaning: Meaning, table: bytes, areas: dict[str, str]) -> ReferenceTable:
    began = _about(meaning, "table_added", "table", table)
    placed = [*began, *_about(meaning, "table_placed", "table", table)]
    fields = {name: _field(meaning, table, began, name) for name in FIELDS}
    reserved = _current(meaning, _about(meaning, "table_reserved", "table", table), None, None)
    is_reserved = reserved is not None and reserved["name"] is not None
    return ReferenceTable(
        id=table.hex(),
        fields=fields,
        area_name=areas.get(fields["area"]),
        place=(_current(meaning, placed, "x", 0), _current(meaning, placed, "y", 0)),
        sign=(reserved["name"], reserved["until_ms"]) if is_reserved else None,
    )


def _field(meaning: Meaning, table: bytes, began: list[Told], name: str) -> Any:
    """A register of a table; its adding begins those that it speaks of."""
    written = [
        each for each in _about(meaning, "table_field_set", "table", table) if each["field"] == name
    ]
    first = began if name in ("label", "number", "area", "seats") else []
    writes = [*meaning.writes(first, name), *meaning.writes(written, "value")]
    return Register(writes).value(_UNWRITTEN.get(name))


def _about(meaning: Meaning, tag: str, role: str, thing: bytes) -> list[Told]:
    return [each for each in meaning.of(tag) if each[role] == thing]


def _current(meaning: Meaning, facts: list[Told], field: str | None, unwritten: Any) -> Any:
    return Register(meaning.writes(facts, field)).value(unwritten)


def terminals_of(meaning: Meaning) -> dict[str, ReferenceTerminal]:
    """By device."""
    openings: dict[bytes, list[tuple[int, str]]] = {}
    for opened in meaning.of("author_opened"):
        for telling, fields in opened.tellings:  # another device may tell it too
            device, since, letters = _leaf(fields["chain"])
            if device == telling.device:
                openings.setdefault(device, []).append((since, letters))
    return {
        device.hex(): ReferenceTerminal(
            device=device.hex(), letters=max(found)[1], openings=len(found)
        )
        for device, found in openings.items()
    }


def _leaf(chain: bytes) -> tuple[bytes | None, int, str]:
    """(device, seconds since 1970 from which on, letters) of the last certificate of `[root,
    [certificate] …]`."""
    try:
        _version, _site, _role, device, _key, _tls, letters, _name, since, *_ = cbor2.loads(chain)[
            -1
        ]
    except (cbor2.CBORDecodeError, ValueError, TypeError, LookupError):
        return None, 0, ""
    return device, since, letters
