"""Courses, firing, recalls and stations: commands, and what two cut-off terminals do at once."""

import pytest

from crdt_models.documents.command import InvalidField
from crdt_models.documents.orders.commands import (
    AddLines,
    AdvanceLines,
    CancelOrder,
    FireLines,
    HoldLines,
    NewLine,
    OpenOrder,
    RecallLines,
    RouteLines,
    SendLines,
)
from crdt_models.documents.orders.errors import NoLines, OrderIsCancelled, UnknownLine
from crdt_models.documents.orders.lines import Line
from crdt_models.ids import CreatedId, LineId, OrderId
from tests.crdt_models.documents.shop import NOW_MS, Till

DISHES = ("Pão", "Sopa", "Peixe", "Pudim")  # courses 0, 1, 2, 2
COURSES = (0, 1, 2, 2)


def dish(name: str, course: int) -> NewLine:
    return NewLine(product=name, name=name, unit_centavos=100, course=course, station="fogão")


@pytest.fixture
def tills() -> tuple[Till, Till]:
    return Till("A"), Till("B", clock_ms=NOW_MS - 3_600_000)


@pytest.fixture
def order(tills: tuple[Till, Till]) -> OrderId:
    """Dinner, sent to the kitchen; both tills know of it and do not hear each other any more."""
    a, b = tills
    lines = tuple(map(dish, DISHES, COURSES))
    order = OrderId(a.give(OpenOrder(service_type="mesa", lines=lines))["order"])
    a.give(SendLines(order=order))
    a.sync(b)
    return order


def named(till: Till, order: OrderId, name: str) -> Line:
    return next(line for line in till.order(order).lines if line.fact.name == name)


def stages(till: Till, order: OrderId) -> dict[str, str]:
    return {line.fact.name: line.stage for line in till.order(order).lines}


def waiting(till: Till, order: OrderId) -> list[str]:
    return [line.fact.name for line in till.order(order).lines if not line.is_fired]


def test_a_line_of_a_course_waits_until_it_is_fired(
    tills: tuple[Till, Till], order: OrderId
) -> None:
    a, _ = tills
    assert waiting(a, order) == ["Sopa", "Peixe", "Pudim"]
    a.give(FireLines(order=order))
    assert waiting(a, order) == ["Peixe", "Pudim"]
    a.give(FireLines(order=order, lines=(named(a, order, "Pudim").id,)))
    assert waiting(a, order) == ["Peixe"]
    a.give(FireLines(order=order, course=2))
    assert waiting(a, order) == []
    with pytest.raises(NoLines):
        a.give(FireLines(order=order))


def test_a_report_on_everything_leaves_out_what_waits(
    tills: tuple[Till, Till], order: OrderId
) -> None:
    a, _ = tills
    a.give(AdvanceLines(order=order, to="ready"))
    assert stages(a, order) == {"Pão": "ready", "Sopa": "sent", "Peixe": "sent", "Pudim": "sent"}
    with pytest.raises(NoLines):
        a.give(AdvanceLines(order=order, to="ready"))
    a.give(AdvanceLines(order=order, to="preparing", lines=(named(a, order, "Peixe").id,)))
    assert stages(a, order)["Peixe"] == "preparing"
    assert waiting(a, order) == ["Sopa", "Pudim"]


def test_firing_sends_what_the_kitchen_has_not(tills: tuple[Till, Till], order: OrderId) -> None:
    a, _ = tills
    a.give(AddLines(order=order, lines=(dish("Queijo", 3), dish("Café", 4))))
    a.give(FireLines(order=order, course=3))
    assert stages(a, order)["Queijo"] == "sent"
    assert stages(a, order)["Café"] == "new"


def test_a_course_fired_here_and_a_dish_added_to_it_there(
    tills: tuple[Till, Till], order: OrderId
) -> None:
    a, b = tills
    a.give(FireLines(order=order, course=2))
    b.give(AddLines(order=order, lines=(dish("Salada", 2),)))
    assert "Salada" in waiting(b, order)
    a.sync(b)
    assert waiting(a, order) == waiting(b, order) == ["Sopa"]


def test_a_firing_is_taken_back_unless_another_stands(
    tills: tuple[Till, Till], order: OrderId
) -> None:
    a, b = tills
    for till in tills:
        till.give(FireLines(order=order, course=1))
    a.give(HoldLines(order=order, course=1))
    assert "Sopa" in waiting(a, order)
    a.sync(b)
    assert "Sopa" not in waiting(a, order)
    a.give(HoldLines(order=order, course=1))
    a.sync(b)
    assert "Sopa" in waiting(b, order)
    with pytest.raises(NoLines):
        a.give(HoldLines(order=order, course=1))
    with pytest.raises(NoLines):
        a.give(HoldLines(order=order))


def test_lines_fired_by_themselves_are_held_by_themselves(
    tills: tuple[Till, Till], order: OrderId
) -> None:
    a, _ = tills
    fish, pudding = (named(a, order, name).id for name in ("Peixe", "Pudim"))
    a.give(FireLines(order=order, lines=(fish, pudding)))
    a.give(HoldLines(order=order, lines=(pudding,)))
    assert waiting(a, order) == ["Sopa", "Pudim"]


def test_what_was_begun_is_not_held(tills: tuple[Till, Till], order: OrderId) -> None:
    a, b = tills
    a.give(FireLines(order=order, course=1))
    a.sync(b)
    b.give(AdvanceLines(order=order, to="preparing"))
    a.give(HoldLines(order=order, course=1))
    a.sync(b)
    assert "Sopa" not in waiting(a, order)


def test_a_wrong_touch_is_taken_back_for_one_line_only(
    tills: tuple[Till, Till], order: OrderId
) -> None:
    a, _ = tills
    bread, fish = (named(a, order, name).id for name in ("Pão", "Peixe"))
    a.give(AdvanceLines(order=order, to="preparing", lines=(bread, fish)))
    a.give(AdvanceLines(order=order, to="ready", lines=(bread, fish)))
    a.give(RecallLines(order=order, lines=(bread,)))
    assert (stages(a, order)["Pão"], stages(a, order)["Peixe"]) == ("preparing", "ready")
    a.give(RecallLines(order=order, lines=(bread,)))
    assert stages(a, order)["Pão"] == "sent"
    with pytest.raises(NoLines):
        a.give(RecallLines(order=order, lines=(bread,)))
    assert named(a, order, "Pão").sends


def test_a_recall_leaves_the_report_it_had_not_heard_of(
    tills: tuple[Till, Till], order: OrderId
) -> None:
    a, b = tills
    bread = named(a, order, "Pão").id
    for till in tills:
        till.give(AdvanceLines(order=order, to="ready", lines=(bread,)))
    a.give(RecallLines(order=order, lines=(bread,)))
    assert stages(a, order)["Pão"] == "sent"
    a.sync(b)
    assert stages(a, order)["Pão"] == stages(b, order)["Pão"] == "ready"


def test_one_recall_told_at_two_terminals_takes_back_what_either_knew(
    tills: tuple[Till, Till], order: OrderId
) -> None:
    a, b = tills
    bread = named(a, order, "Pão").id
    for till in tills:
        till.give(AdvanceLines(order=order, to="ready", lines=(bread,)))
    for till in tills:
        till.give(RecallLines(order=order, lines=(bread,)), key="one tap")
    a.sync(b)
    assert stages(a, order)["Pão"] == "sent"
    assert a.order(order).reused_commands == ()


def test_a_line_is_made_where_it_was_last_sent_to(tills: tuple[Till, Till], order: OrderId) -> None:
    a, b = tills
    bread = named(a, order, "Pão").id
    assert named(a, order, "Pão").station == "fogão"
    a.give(RouteLines(order=order, lines=(bread,), station="forno"))
    b.give(RouteLines(order=order, lines=(bread,), station="bar"))
    a.sync(b)
    assert named(a, order, "Pão").station == "forno", "A's clock is an hour ahead"
    b.give(RouteLines(order=order, lines=(bread,), station="chapa"))
    a.sync(b)
    assert named(a, order, "Pão").station == named(b, order, "Pão").station == "chapa"
    before = a.order(order).fact_count
    a.give(RouteLines(order=order, lines=(bread,), station="chapa"))
    assert a.order(order).fact_count == before


def test_a_station_reports_on_its_own_lines(tills: tuple[Till, Till], order: OrderId) -> None:
    a, _ = tills
    bread, fish = (named(a, order, name).id for name in ("Pão", "Peixe"))
    a.give(RouteLines(order=order, lines=(fish,), station="forno"))
    a.give(AdvanceLines(order=order, to="ready", station="fogão"))
    assert [name for name, stage in stages(a, order).items() if stage == "ready"] == ["Pão"]
    with pytest.raises(NoLines):
        a.give(AdvanceLines(order=order, to="ready", lines=(bread,), station="forno"))


def test_what_is_refused(tills: tuple[Till, Till], order: OrderId) -> None:
    a, _ = tills
    nowhere = (LineId(CreatedId(bytes(16))),)
    for command in (
        RecallLines(order=order, lines=nowhere),
        FireLines(order=order, lines=nowhere),
        HoldLines(order=order, lines=nowhere),
        RouteLines(order=order, lines=nowhere, station="x"),
    ):
        with pytest.raises(UnknownLine):
            a.give(command)
    with pytest.raises(NoLines):
        a.give(RouteLines(order=order, lines=(), station="x"))
    with pytest.raises(NoLines):
        a.give(FireLines(order=order, course=21))
    bread = (named(a, order, "Pão").id,)
    with pytest.raises(InvalidField):
        a.give(RouteLines(order=order, lines=bread, station="x" * 65))
    a.give(CancelOrder(order=order))
    with pytest.raises(OrderIsCancelled):
        a.give(FireLines(order=order))
