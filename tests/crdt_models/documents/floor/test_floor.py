"""Waiters, joined tables and cleaning, at terminals that do not always hear each other."""

import pytest

from crdt_models.disputes import two_tabs
from crdt_models.documents.command import InvalidField
from crdt_models.documents.floor.commands import (
    AssignWaiter,
    CleanTable,
    JoinTables,
    SeparateTables,
)
from crdt_models.documents.orders.commands import EditOrder, OpenOrder
from crdt_models.documents.tables.commands import (
    AddArea,
    AddTable,
    ChangeTable,
    UnknownArea,
    UnknownTable,
)
from crdt_models.ids import TABLES, CreatedId, FactId, OrderId, TableId
from tests.crdt_models.documents.shop import DAY, Till

NOWHERE = TableId(CreatedId(b"n" * 16))
CLOSINGS = tuple(FactId("A" * 21 + f"{number}.0") for number in range(3))


@pytest.fixture
def other(till: Till, tables: list[TableId]) -> Till:
    """A second terminal that knows the tables."""
    other = Till("B")
    other.sync(till)
    return other


@pytest.fixture
def area(till: Till) -> CreatedId:
    return till.give(AddArea(name="Salão"))["area"]


@pytest.fixture
def tables(till: Till, area: CreatedId) -> list[TableId]:
    added = [AddTable(label=str(number), area=area) for number in range(1, 5)]
    return [TableId(till.give(each)["table"]) for each in added]


def test_a_waiter_serves_a_table_or_an_area_and_the_register_remembers(
    till: Till, tables: list[TableId], area: CreatedId
) -> None:
    till.give(AssignWaiter(table=tables[0], waiter="Ana"))
    till.give(AssignWaiter(table=tables[0], waiter="Bia"))
    till.give(AssignWaiter(area=area, waiter="Caio"))
    register = till.floor.waiters[tables[0]]
    assert [write.value for write in register.writes] == ["Ana", "Bia"]
    assert register.value(None) == "Bia"
    assert till.floor.waiters[area].value(None) == "Caio"
    before = len(till.changes)
    till.give(AssignWaiter(table=tables[0], waiter="Bia"))
    assert len(till.changes) == before


def test_two_tabs_at_tables_that_one_opener_saw_stand_together(
    till: Till, other: Till, tables: list[TableId]
) -> None:
    one, two, three, _ = tables
    till.give(JoinTables(tables=(one, two)))
    till.give(JoinTables(tables=(two, three)))
    mine = till.give(OpenOrder(service_type="mesa", table=one))["order"]
    theirs = other.give(OpenOrder(service_type="mesa", table=three))["order"]
    other.sync(till)
    assert till.order(OrderId(mine)).opening.fact.tables_seen == tuple(sorted((two, three)))  # type: ignore[union-attr]
    (found,) = two_tabs(till.orders, till.read(TABLES))
    lesser = min(mine, theirs)
    table = one if lesser == mine else three
    greater = max(mine, theirs)
    assert found.subject == f"{table.hex()}:{lesser.hex()}:{greater.hex()}"
    assert two_tabs(other.orders, other.read(TABLES)) == (found,)
    other.tabs[one] = (OrderId(mine),)
    seen = other.give(OpenOrder(service_type="mesa", table=two))["order"]
    opening = other.order(OrderId(seen)).opening
    assert opening is not None
    assert opening.fact.tabs_seen == (mine,)
    assert len(two_tabs(other.orders, other.read(TABLES))) == 2  # it did not know of theirs
    till.give(EditOrder(order=OrderId(mine), fields={"table": None}))
    assert two_tabs(till.orders, till.read(TABLES)) == ()


def test_two_who_assign_at_once_both_stand_in_the_history(
    till: Till, other: Till, tables: list[TableId]
) -> None:
    till.give(AssignWaiter(table=tables[0], waiter="Ana"))
    other.give(AssignWaiter(table=tables[0], waiter="Bia"))
    till.sync(other)
    register = till.floor.waiters[tables[0]]
    assert len(register.heads) == 2
    assert register.value(None) == other.floor.waiters[tables[0]].value(None)
    till.give(AssignWaiter(table=tables[0], waiter=register.value(None)))  # settles it
    assert len(till.floor.waiters[tables[0]].heads) == 1


def test_whoever_serves_a_table_and_an_area_at_once_is_refused(
    till: Till, tables: list[TableId], area: CreatedId
) -> None:
    for wrong in (
        AssignWaiter(waiter="Ana"),
        AssignWaiter(waiter="Ana", table=tables[0], area=area),
        AssignWaiter(waiter="", table=tables[0]),
    ):
        with pytest.raises(InvalidField):
            till.give(wrong)
    with pytest.raises(UnknownArea):
        till.give(AssignWaiter(waiter="Ana", area=NOWHERE))
    with pytest.raises(UnknownTable):
        till.give(AssignWaiter(waiter="Ana", table=NOWHERE))


def test_joined_tables_are_one_group_until_somebody_separates_them(
    till: Till, tables: list[TableId]
) -> None:
    one, two, three, four = tables
    till.give(JoinTables(tables=(one, two)))
    till.give(JoinTables(tables=(two, three)))
    assert set(till.floor.together(one)) == {one, two, three}
    assert till.floor.together(four) == (four,)
    before = len(till.changes)
    till.give(JoinTables(tables=(three, one)))  # they are together already
    assert len(till.changes) == before
    till.give(SeparateTables(table=two))
    assert till.floor.groups == {}
    before = len(till.changes)
    till.give(SeparateTables(table=two))
    assert len(till.changes) == before
    till.give(JoinTables(tables=(one, four)))
    assert set(till.floor.together(four)) == {one, four}


def test_joins_that_overlap_unheard_make_one_group(
    till: Till, other: Till, tables: list[TableId]
) -> None:
    one, two, three, _ = tables
    till.give(JoinTables(tables=(one, two)))
    other.give(JoinTables(tables=(two, three)))
    till.sync(other)
    assert till.floor.groups == other.floor.groups
    assert set(till.floor.together(one)) == {one, two, three}


def test_a_separation_undoes_what_it_knew_and_nothing_else(
    till: Till, other: Till, tables: list[TableId]
) -> None:
    one, two, three, _ = tables
    till.give(JoinTables(tables=(one, two)))
    till.sync(other)
    till.give(SeparateTables(table=one))
    other.give(JoinTables(tables=(two, three)))
    till.sync(other)
    assert till.floor.together(one) == (one,)
    assert set(till.floor.together(two)) == {two, three}


def test_a_join_needs_two_tables_that_there_are(till: Till, tables: list[TableId]) -> None:
    with pytest.raises(InvalidField):
        till.give(JoinTables(tables=(tables[0], tables[0])))
    with pytest.raises(UnknownTable):
        till.give(JoinTables(tables=(tables[0], NOWHERE)))
    with pytest.raises(UnknownTable):
        till.give(SeparateTables(table=NOWHERE))
    with pytest.raises(UnknownTable):
        till.give(CleanTable(table=NOWHERE))


def test_cleaning_names_the_bills_after_which_it_was(till: Till, tables: list[TableId]) -> None:
    till.left[tables[0]] = CLOSINGS[:2]
    till.give(CleanTable(table=tables[0]))
    assert till.floor.cleaned[tables[0]] == set(CLOSINGS[:2])
    before = len(till.changes)
    till.give(CleanTable(table=tables[0]))
    assert len(till.changes) == before
    till.left[tables[0]] = CLOSINGS
    till.give(CleanTable(table=tables[0]))
    assert till.floor.cleaned[tables[0]] == set(CLOSINGS)


def test_two_who_clean_at_once_cleaned_after_what_either_knew(
    till: Till, other: Till, tables: list[TableId]
) -> None:
    till.left[tables[0]], other.left[tables[0]] = CLOSINGS[:1], CLOSINGS[1:2]
    clean = CleanTable(table=tables[0])
    till.give(clean, key="one tap, told at two terminals")
    other.give(clean, key="one tap, told at two terminals")
    till.sync(other)
    assert till.floor.cleaned[tables[0]] == set(CLOSINGS[:2])


def test_cleaning_ends_what_somebody_asked_for(till: Till, tables: list[TableId]) -> None:
    till.give(ChangeTable(table=tables[0], fields={"cleaning": True}))
    till.give(CleanTable(table=tables[0]))
    assert not till.dining_room.tables[tables[0]].is_cleaning


def test_each_day_begins_anew(till: Till, tables: list[TableId]) -> None:
    till.give(JoinTables(tables=(tables[0], tables[1])))
    till.give(AssignWaiter(table=tables[0], waiter="Ana"))
    till.day = DAY + 1
    assert (till.floor.groups, till.floor.waiters) == ({}, {})
