import pytest

from crdt_models.documents.command import InvalidField
from crdt_models.documents.tables.commands import (
    AddArea,
    AddTable,
    ChangeTable,
    ReleaseTable,
    RenameArea,
    ReserveTable,
    UnknownArea,
    UnknownTable,
)
from crdt_models.documents.tables.view import Hold
from crdt_models.ids import CreatedId, TableId
from tests.crdt_models.documents.shop import NOW_MS, Till

NOWHERE = CreatedId(b"n" * 16)


@pytest.fixture
def table(till: Till) -> TableId:
    area = till.give(AddArea(name="Salão"))["area"]
    added = AddTable(label="12", area=area, seats=4, x=10, y=-20)
    return TableId(till.give(added)["table"])


def test_a_table_stands_in_its_area_with_its_first_values(till: Till, table: TableId) -> None:
    found = till.dining_room.tables[table]
    assert (found.label, found.seats, found.position) == ("12", 4, (10, -20))
    assert found.area is not None
    assert till.dining_room.areas[found.area].name == "Salão"
    assert (found.waiter, found.is_cleaning, found.is_active) == (None, False, True)
    assert found.hold is None


def test_fields_and_place_change_and_are_not_written_twice(till: Till, table: TableId) -> None:
    change = ChangeTable(
        table=table,
        fields={"waiter": "Ana", "cleaning": True, "seats": 6, "label": "13", "area": None},
        position=(5, 5),
    )
    till.give(change)
    found = till.dining_room.tables[table]
    assert (found.waiter, found.is_cleaning, found.seats, found.label) == ("Ana", True, 6, "13")
    assert (found.area, found.position) == (None, (5, 5))
    before = len(till.changes)
    till.give(change)
    assert len(till.changes) == before
    till.give(ChangeTable(table=table, fields={"active": False, "cleaning": False}))
    assert not till.dining_room.tables[table].is_active
    assert not till.dining_room.tables[table].is_cleaning


def test_reserve_and_release(till: Till, table: TableId) -> None:
    till.give(ReserveTable(table=table, name="Silva", until_ms=NOW_MS))
    assert till.dining_room.tables[table].hold == Hold("Silva", NOW_MS)
    till.give(ReleaseTable(table=table))
    assert till.dining_room.tables[table].hold is None
    before = len(till.changes)
    till.give(ReleaseTable(table=table))
    assert len(till.changes) == before


def test_a_place_is_one_value_never_half_of_two(till: Till, table: TableId) -> None:
    other = Till("B")
    other.sync(till)
    till.give(ChangeTable(table=table, position=(1, 2)))
    other.give(ChangeTable(table=table, position=(3, 4)))
    till.sync(other)
    assert till.dining_room.tables[table].position in {(1, 2), (3, 4)}
    assert till.dining_room.tables[table].position == other.dining_room.tables[table].position


def test_an_area_is_renamed(till: Till, table: TableId) -> None:
    area = till.dining_room.tables[table].area
    assert area is not None
    till.give(RenameArea(area=area, name="Varanda"))
    assert till.dining_room.areas[area].name == "Varanda"


def test_what_does_not_exist_is_refused(till: Till, table: TableId) -> None:
    nobody = TableId(NOWHERE)
    for command in (
        ChangeTable(table=nobody, fields={"seats": 1}),
        ReserveTable(table=nobody, name="x"),
        ReleaseTable(table=nobody),
    ):
        with pytest.raises(UnknownTable):
            till.give(command)
    for command in (
        AddTable(label="1", area=NOWHERE),
        RenameArea(area=NOWHERE, name="x"),
        ChangeTable(table=table, fields={"area": NOWHERE.hex()}),
    ):
        with pytest.raises(UnknownArea):
            till.give(command)


@pytest.mark.parametrize(
    "fields",
    [
        {"seats": "4"},
        {"seats": True},
        {"seats": -1},
        {"cleaning": 1},
        {"label": None},
        {"label": "x" * 121},
        {"active": None},
        {"colour": "red"},
    ],
)
def test_a_value_that_no_terminal_could_read_is_refused(
    till: Till, table: TableId, fields: dict[str, object]
) -> None:
    with pytest.raises(InvalidField):
        till.give(ChangeTable(table=table, fields=fields))  # type: ignore[arg-type]


def test_writes_about_a_table_that_has_not_arrived_wait_for_it(till: Till, table: TableId) -> None:
    till.give(ChangeTable(table=table, fields={"waiter": "Ana"}))
    till.give(ReserveTable(table=table, name="Silva"))
    written = list(till.changes.values())
    other = Till("B")
    other.receive(reversed(written[1:]))
    assert other.dining_room.tables[table].waiter == "Ana"
    other.receive(written[:1])
    late = Till("C")
    late.receive(change for change in written if change is not written[1])
    assert table not in late.dining_room.tables
    late.receive(written)
    assert late.dining_room.tables[table].waiter == "Ana"
