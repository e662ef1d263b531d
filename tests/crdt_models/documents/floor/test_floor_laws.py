"""The laws a floor keeps whatever was written, by whom, in whichever order it arrives."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.change import Change
from crdt_models.disputes import disputes_of
from crdt_models.documents.floor.facts import (
    TableCleaned,
    TablesJoined,
    TablesSeparated,
    WaiterAssigned,
)
from crdt_models.documents.floor.reservation_facts import (
    ReservationBooked,
    ReservationChanged,
    ReservationContact,
    ReservationMarked,
    ReservationMoved,
)
from crdt_models.documents.floor.reservations import clashes
from crdt_models.documents.floor.view import FloorView
from crdt_models.fact import Entry, Fact
from crdt_models.ids import CreatedId, ReservationId, TableId, floor_document
from crdt_models.pedido import JSON, reservation_json
from crdt_models.read_models import rows_of
from tests.crdt_models.documents.histories import changes
from tests.crdt_models.documents.laws import applied, check_commutes, entries_of

FEW = settings(max_examples=150, deadline=None)
DOCUMENT = floor_document(0)

tables = st.sampled_from([TableId(CreatedId(bytes([i]) * 16)) for i in range(4)])
reservations = st.sampled_from([ReservationId(CreatedId(bytes([i]) * 16)) for i in range(3)])
some_tables = st.lists(tables, max_size=3).map(tuple)
some = st.lists(st.integers(0, 15).map(lambda n: f"ref:{n}"), max_size=3).map(tuple)
begins = st.integers(0, 5)
lasts = st.integers(1, 3)


def _window(begin: int, length: int) -> dict[str, int]:
    return {"from_minute": begin, "until_minute": begin + length}


def _booked(reservation: ReservationId, at: dict[str, int], where: Any) -> Fact:
    return ReservationBooked(reservation=reservation, name="n", people=2, tables=where, **at)


def _moved(reservation: ReservationId, at: dict[str, int], where: Any, replaces: Any) -> Fact:
    return ReservationMoved(reservation=reservation, tables=where, replaces=replaces, **at)


windows = st.builds(_window, begins, lasts)
facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(WaiterAssigned, table=tables, waiter=st.sampled_from([None, "a"]), replaces=some),
    st.builds(TablesJoined, tables=st.lists(tables, min_size=2, max_size=3).map(tuple)),
    st.builds(TablesSeparated, table=tables, joins=some),
    st.builds(TableCleaned, table=tables, left=some),
    st.builds(_booked, reservations, windows, some_tables),
    st.builds(_moved, reservations, windows, some_tables, some),
    st.builds(
        ReservationChanged,
        reservation=reservations,
        name=st.just("m"),
        people=st.just(3),
        replaces=some,
    ),
    st.builds(ReservationContact, reservation=reservations, phone=st.just("1"), replaces=some),
    st.builds(
        ReservationMarked,
        reservation=reservations,
        state=st.sampled_from(["booked", "arrived", "seated", "no_show", "cancelled"]),
        replaces=some,
    ),
)


def view_of(entries: list[Entry]) -> FloorView:
    return applied(FloorView(DOCUMENT), entries)


def seen(view: FloorView) -> Any:
    """Everything that anybody is shown of a floor."""
    return (
        {where: (each.heads, each.writes) for where, each in view.waiters.items()},
        view.groups,
        view.cleaned,
        [JSON.encode(reservation_json(each, 0)) for each in view.reservations.values()],
        disputes_of(view),
        rows_of(DOCUMENT, view),
    )


@FEW
@given(changes(of=facts), st.randoms(use_true_random=False))
def test_apply_commutes_and_tolerates_repetition(written: list[Change], dice: Any) -> None:
    check_commutes(written, dice, lambda: FloorView(DOCUMENT), seen)


@FEW
@given(changes(of=facts))
def test_groups_never_overlap_and_no_join_is_lost(written: list[Change]) -> None:
    view = view_of(entries_of(written))
    for table, group in view.groups.items():
        assert table in group
        assert len(group) > 1
        assert all(view.together(each) == group for each in group)
    for join in view.joins:
        assert len({view.together(table) for table in join.fact.tables}) <= 1


@FEW
@given(changes(of=facts, max_size=20))
def test_every_two_that_cannot_both_be_kept_are_told_once(written: list[Change]) -> None:
    """Against every pair, looked at one by one."""
    found = list(view_of(entries_of(written)).reservations.values())
    told = [(clash.one.id, clash.other.id) for clash in clashes(found)]
    expected = {
        (one.id, other.id)
        for one in found
        for other in found
        if one.id < other.id and one.is_live and other.overlaps(one.place)
    }
    assert len(told) == len(set(told))
    assert set(told) == expected
