"""Reservations, at terminals that do not always hear each other."""

from typing import Any

import pytest

from crdt_models.disputes import disputes_of, open_disputes
from crdt_models.documents.command import InvalidField
from crdt_models.documents.floor.errors import (
    ReservationIsOver,
    TableIsBooked,
    UnknownReservation,
    WindowLeavesDay,
)
from crdt_models.documents.floor.reservation_commands import (
    BookTable,
    ChangeReservation,
    MarkReservation,
)
from crdt_models.documents.floor.reservation_facts import DAY_BEGINS_MINUTES, State, service_day
from crdt_models.documents.floor.reservations import RESERVED_AHEAD_MINUTES, Guests, Place
from crdt_models.documents.tables.commands import AddTable, UnknownTable
from crdt_models.ids import CreatedId, OrderId, ReservationId, TableId, floor_document
from tests.crdt_models.documents.shop import DAY, Till, settling

BEGINS = DAY * 24 * 60 + DAY_BEGINS_MINUTES
EVENING = BEGINS + 16 * 60  # 20:00 in Brasília
NOBODY = ReservationId(CreatedId(b"n" * 16))
NOWHERE = TableId(CreatedId(b"n" * 16))


@pytest.fixture
def table(till: Till) -> TableId:
    return TableId(till.give(AddTable(label="1"))["table"])


@pytest.fixture
def another(till: Till) -> TableId:
    return TableId(till.give(AddTable(label="2"))["table"])


@pytest.fixture
def other(till: Till, table: TableId, another: TableId) -> Till:
    """A second terminal that knows the tables."""
    other = Till("B")
    other.sync(till)
    return other


def booked(till: Till, *tables: TableId, **more: Any) -> ReservationId:
    given = {"name": "Silva", "people": 4, "from_minute": EVENING, "until_minute": EVENING + 90}
    return ReservationId(till.give(BookTable(tables=tables, **{**given, **more}))["reservation"])


def mark(till: Till, reservation: ReservationId, state: State, **more: Any) -> None:
    till.give(MarkReservation(day=DAY, reservation=reservation, state=state, **more))


def test_a_reservation_is_booked_with_who_when_and_where(till: Till, table: TableId) -> None:
    reservation = booked(till, table, phone="11 98888-7777", note="aniversário")
    found = till.floor.reservations[reservation]
    assert found.who == Guests("Silva", 4, "aniversário")
    assert found.place == Place(EVENING, EVENING + 90, (table,))
    assert (found.phone, found.state, found.order) == ("11 98888-7777", "booked", None)


def test_a_table_is_shown_as_reserved_around_the_window(till: Till, table: TableId) -> None:
    reservation = booked(till, table)
    found = till.floor.reservations[reservation]
    ahead = EVENING - RESERVED_AHEAD_MINUTES
    moments = (ahead - 1, ahead, EVENING, EVENING + 89, EVENING + 90)
    assert [found.is_awaited(moment) for moment in moments] == [False, True, True, True, False]


def test_a_clash_that_is_known_is_refused(till: Till, table: TableId, another: TableId) -> None:
    booked(till, table)
    for begin in (EVENING - 89, EVENING, EVENING + 89):
        with pytest.raises(TableIsBooked):
            booked(till, another, table, from_minute=begin, until_minute=begin + 90)
    booked(till, another)
    booked(till, table, from_minute=EVENING - 90, until_minute=EVENING)
    booked(till, table, from_minute=EVENING + 90, until_minute=EVENING + 91)
    booked(till)  # nobody chose a table yet
    assert disputes_of(till.floor) == ()


def test_two_who_book_at_once_both_stand_until_a_person_decides(
    till: Till, other: Till, table: TableId
) -> None:
    one = booked(till, table)
    two = booked(other, table, from_minute=EVENING + 60, until_minute=EVENING + 120)
    till.sync(other)
    (dispute,) = open_disputes(till.floor)
    assert (dispute.kind, dispute.document) == ("reservation_clash", floor_document(DAY))
    assert dispute.subject == ":".join(sorted([one.hex(), two.hex()]))
    assert open_disputes(other.floor) == (dispute,)
    assert till.floor.reservations.keys() == {one, two}
    till.give(settling(dispute, "kept"))
    assert open_disputes(till.floor) == ()
    later = Place(EVENING + 30, EVENING + 100, (table,))
    other.give(ChangeReservation(day=DAY, reservation=one, place=Place(EVENING, EVENING + 9, ())))
    other.give(ChangeReservation(day=DAY, reservation=two, place=later))
    assert disputes_of(other.floor) == ()  # one waits for another table now


@pytest.mark.parametrize("state", ["cancelled", "no_show"])
def test_a_clash_is_over_when_one_does_not_come(
    till: Till, other: Till, table: TableId, state: State
) -> None:
    one = booked(till, table)
    booked(other, table)
    till.sync(other)
    assert len(open_disputes(till.floor)) == 1
    mark(till, one, state)
    assert disputes_of(till.floor) == ()


def test_of_three_at_one_table_every_two_are_told(till: Till, other: Till, table: TableId) -> None:
    third = Till("C")
    third.sync(till)
    for number, each in enumerate((till, other, third)):
        booked(each, table, from_minute=EVENING + number, until_minute=EVENING + 90)
    till.sync(other)
    till.sync(third)
    assert len(open_disputes(till.floor)) == 3


def test_when_and_where_is_never_half_of_two(
    till: Till, other: Till, table: TableId, another: TableId
) -> None:
    reservation = booked(till, table)
    till.sync(other)
    places = (
        Place(EVENING + 30, EVENING + 60, (table,)),
        Place(EVENING - 60, EVENING - 30, (another,)),
    )
    for each, place in zip((till, other), places, strict=True):
        each.give(ChangeReservation(day=DAY, reservation=reservation, place=place))
    till.sync(other)
    assert till.floor.reservations[reservation].place in places
    assert other.floor.reservations[reservation].place == (
        till.floor.reservations[reservation].place
    )


def test_who_comes_and_the_phone_are_changed_apart_and_not_written_twice(
    till: Till, table: TableId
) -> None:
    reservation = booked(till, table, phone="1")
    change = ChangeReservation(
        day=DAY, reservation=reservation, guests=Guests("Souza", 6, ""), phone=""
    )
    till.give(change)
    found = till.floor.reservations[reservation]
    assert (found.who.name, found.who.people, found.phone) == ("Souza", 6, None)
    before = len(till.changes)
    till.give(change)
    till.give(ChangeReservation(day=DAY, reservation=reservation, place=found.place))
    assert len(till.changes) == before


def test_the_way_of_a_reservation(till: Till, table: TableId) -> None:
    reservation, order = booked(till, table), OrderId(CreatedId(b"o" * 16))
    mark(till, reservation, "arrived")
    before = len(till.changes)
    mark(till, reservation, "arrived")
    assert len(till.changes) == before
    mark(till, reservation, "seated", order=order)
    found = till.floor.reservations[reservation]
    assert (found.state, found.order, found.is_live) == ("seated", order, True)
    for state in ("arrived", "no_show", "cancelled", "booked"):
        with pytest.raises(ReservationIsOver):
            mark(till, reservation, state)


def test_a_no_show_who_comes_after_all_finds_the_table_or_is_told(
    till: Till, table: TableId
) -> None:
    one = booked(till, table)
    mark(till, one, "no_show", reason="21:00")
    mark(till, one, "booked")
    assert till.floor.reservations[one].state == "booked"
    mark(till, one, "no_show")
    booked(till, table)
    with pytest.raises(TableIsBooked):
        mark(till, one, "booked")


@pytest.mark.parametrize("swapped", [False, True])
def test_what_somebody_saw_beats_what_somebody_guessed(
    till: Till, other: Till, table: TableId, *, swapped: bool
) -> None:
    reservation = booked(till, table)
    till.sync(other)
    first, second = (other, till) if swapped else (till, other)
    mark(first, reservation, "seated")
    mark(second, reservation, "no_show")  # the later clock
    till.sync(other)
    assert till.floor.reservations[reservation].state == "seated"
    assert other.floor.reservations[reservation].state == "seated"


def test_one_booking_told_at_two_terminals_is_one(till: Till, other: Till, table: TableId) -> None:
    book = BookTable(
        name="Silva", people=2, from_minute=EVENING, until_minute=EVENING + 1, tables=(table,)
    )
    ids = [each.give(book, key="one request") for each in (till, other)]
    till.sync(other)
    assert ids[0] == ids[1]
    assert list(till.floor.reservations) == [ids[0]["reservation"]]
    assert disputes_of(till.floor) == ()


def test_a_window_stays_in_its_service_day(till: Till, table: TableId) -> None:
    assert [service_day(BEGINS - 1), service_day(BEGINS)] == [DAY - 1, DAY]
    booked(till, table, from_minute=BEGINS, until_minute=BEGINS + 24 * 60)
    with pytest.raises(WindowLeavesDay):
        booked(till, from_minute=BEGINS - 1, until_minute=BEGINS + 1)
    reservation = booked(till)
    tomorrow = Place(EVENING + 24 * 60, EVENING + 25 * 60, ())
    with pytest.raises(WindowLeavesDay):
        till.give(ChangeReservation(day=DAY, reservation=reservation, place=tomorrow))


def test_what_cannot_be_is_refused(till: Till, table: TableId) -> None:
    for wrong in (
        {"until_minute": EVENING},
        {"name": ""},
        {"people": 0},
        {"phone": "9" * 41},
        {"note": "x" * 501},
    ):
        with pytest.raises(InvalidField):
            booked(till, **wrong)
    with pytest.raises(UnknownTable):
        booked(till, NOWHERE)
    with pytest.raises(UnknownReservation):
        mark(till, NOBODY, "arrived")
    with pytest.raises(UnknownReservation):
        till.give(ChangeReservation(day=DAY, reservation=NOBODY, phone="1"))
    assert till.floor.reservations == {}
