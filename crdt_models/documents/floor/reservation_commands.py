"""What people ask of reservations.

Rules of this file:
1. A terminal refuses what clashes with a reservation that it knows. What it could not know stands
   beside it, and a person decides: see `disputes`.
2. `day` says in which floor a reservation stands: its service day, for ever.
3. A mark that is there already is not written again.
"""

from crdt_models.documents.command import Command, Context, Decision, InvalidField, Read
from crdt_models.documents.floor.commands import floor_view
from crdt_models.documents.floor.errors import (
    ReservationIsOver,
    TableIsBooked,
    UnknownReservation,
    WindowLeavesDay,
)
from crdt_models.documents.floor.reservation_facts import (
    ReservationBooked,
    ReservationChanged,
    ReservationContact,
    ReservationMarked,
    ReservationMoved,
    State,
    service_day,
)
from crdt_models.documents.floor.reservations import Guests, Place, Reservation
from crdt_models.documents.floor.view import FloorView
from crdt_models.documents.tables.commands import UnknownTable, tables_view
from crdt_models.fact import Fact
from crdt_models.ids import TABLES, DocumentId, OrderId, ReservationId, TableId, floor_document

# What a mark may follow. A no-show who comes after all is first marked `booked` again.
_FOLLOWS: dict[State, tuple[State, ...]] = {
    "booked": ("arrived", "no_show", "cancelled"),
    "arrived": ("booked",),
    "seated": ("booked", "arrived"),
    "no_show": ("booked",),
    "cancelled": ("booked", "arrived"),
}


class BookTable(Command, frozen=True, kw_only=True, tag="book_table"):
    """Somebody is expected. Creates `reservation`. Minutes since 1970-01-01 UTC.

    Raises UnknownTable, TableIsBooked, WindowLeavesDay, InvalidField.
    """

    name: str
    people: int
    from_minute: int
    until_minute: int
    tables: tuple[TableId, ...] = ()
    phone: str | None = None
    note: str = ""

    def reads(self) -> tuple[DocumentId, ...]:
        return (TABLES, floor_document(service_day(self.from_minute)))

    def plan(self, read: Read, context: Context) -> Decision:
        place = Place(self.from_minute, self.until_minute, tuple(sorted(set(self.tables))))
        document = floor_document(service_day(self.from_minute))
        _check_place(read, floor_view(read, document), service_day(self.from_minute), place)
        reservation = ReservationId(context.new_id(0))
        facts: list[Fact] = [
            ReservationBooked(
                reservation=reservation,
                name=self.name,
                people=self.people,
                from_minute=place.from_minute,
                until_minute=place.until_minute,
                tables=place.tables,
                note=self.note,
            )
        ]
        if self.phone is not None:
            facts.append(ReservationContact(reservation=reservation, phone=self.phone))
        return Decision(tuple((document, fact) for fact in facts), {"reservation": reservation})


class _ReservationCommand(Command, frozen=True, kw_only=True):
    """Base of the commands on one reservation."""

    day: int
    reservation: ReservationId

    def reads(self) -> tuple[DocumentId, ...]:
        return (TABLES, self.document)

    @property
    def document(self) -> DocumentId:
        """The floor that it stands in."""
        return floor_document(self.day)

    def found(self, read: Read) -> Reservation:
        """Raises UnknownReservation."""
        reservation = floor_view(read, self.document).reservations.get(self.reservation)
        if reservation is None:
            raise UnknownReservation(reservation=self.reservation.hex())
        return reservation


class ChangeReservation(_ReservationCommand, frozen=True, kw_only=True, tag="change_reservation"):
    """Another window or other tables (`place`), other people (`guests`), another phone; what is not
    given stays. phone: "" takes it away.

    Raises UnknownReservation, UnknownTable, TableIsBooked, WindowLeavesDay, InvalidField.
    """

    place: Place | None = None
    guests: Guests | None = None
    phone: str | None = None

    def plan(self, read: Read, context: Context) -> Decision:
        found = self.found(read)
        facts = [*self._moved(read, found), *self._changed(found), *self._contact(found)]
        return Decision(tuple((self.document, fact) for fact in facts))

    def _moved(self, read: Read, found: Reservation) -> list[Fact]:
        if self.place is None:
            return []
        place = self.place._replace(tables=tuple(sorted(set(self.place.tables))))
        if place == found.place and len(found.places.heads) == 1:
            return []
        others = floor_view(read, self.document)
        _check_place(read, others, self.day, place, found if found.is_live else None)
        return [
            ReservationMoved(
                reservation=self.reservation,
                from_minute=place.from_minute,
                until_minute=place.until_minute,
                tables=place.tables,
                replaces=found.places.replaced_next,
            )
        ]

    def _changed(self, found: Reservation) -> list[Fact]:
        who = self.guests
        if who is None or (who == found.who and len(found.guests.heads) == 1):
            return []
        heads = found.guests.replaced_next
        return [
            ReservationChanged(
                reservation=self.reservation,
                name=who.name,
                people=who.people,
                note=who.note,
                replaces=heads,
            )
        ]

    def _contact(self, found: Reservation) -> list[Fact]:
        if self.phone is None or ((self.phone or None) == found.phone and not _is_torn(found)):
            return []
        heads = found.phones.replaced_next
        phone = self.phone or None
        return [ReservationContact(reservation=self.reservation, phone=phone, replaces=heads)]


class MarkReservation(_ReservationCommand, frozen=True, kw_only=True, tag="mark_reservation"):
    """What became of it. order: what they were seated with.

    Raises UnknownReservation, ReservationIsOver, TableIsBooked (a mark is taken back, and the table
    is somebody else's by now).
    """

    state: State
    order: OrderId | None = None
    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        found = self.found(read)
        if found.state == self.state and (self.order in (None, found.order)):
            return Decision(())
        if found.state != self.state and found.state not in _FOLLOWS[self.state]:
            raise ReservationIsOver(state=found.state)
        if not found.is_live:
            _check_free(floor_view(read, self.document), found.place, found)
        marked = ReservationMarked(
            reservation=self.reservation,
            state=self.state,
            order=self.order,
            reason=self.reason,
            replaces=found.marks.replaced_next,
        )
        return Decision(((self.document, marked),))


def _is_torn(found: Reservation) -> bool:
    return len(found.phones.heads) > 1


def _check_place(
    read: Read, floor: FloorView, day: int, place: Place, mine: Reservation | None = None
) -> None:
    """mine: a reservation whose tables are kept for it and that moves there."""
    if place.until_minute <= place.from_minute:
        raise InvalidField(reason="a reservation ends after it begins")
    if {service_day(place.from_minute), service_day(place.until_minute - 1)} != {day}:
        raise WindowLeavesDay
    for table in place.tables:
        if table not in tables_view(read).tables:
            raise UnknownTable(table=table.hex())
    _check_free(floor, place, mine)


def _check_free(floor: FloorView, place: Place, mine: Reservation | None) -> None:
    for other in floor.reservations.values():
        if (mine is None or other.id != mine.id) and other.overlaps(place):
            raise TableIsBooked(name=other.who.name)
