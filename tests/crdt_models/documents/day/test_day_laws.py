"""Laws of business days, whatever is written by whomever."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from crdt_models.change import Change
from crdt_models.disputes import disputes_of
from crdt_models.documents.day.facts import DayClosed, DayFigures, DayMoney, ShiftOfDay
from crdt_models.documents.day.money import Told, adds_up, fallen_into, lines_of, sheet_of, told_by
from crdt_models.documents.day.view import DayView
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.view import OrderView
from crdt_models.ids import CreatedId, DeviceId, ShiftId, day_document
from crdt_models.read_models.days import day_money_rows, told_of
from crdt_models.read_models.rows import TABLES
from tests.crdt_models.documents.cash import test_shift_laws as of_shifts
from tests.crdt_models.documents.histories import (
    amounts,
    bills,
    changes,
    lines,
    money,
    some,
)
from tests.crdt_models.documents.laws import applied, check_commutes, entries_of

DAY = 16_766
DOCUMENT = day_document(DAY)

sums = st.builds(
    DayMoney,
    payments=st.dictionaries(st.sampled_from(("dinheiro", "fiado")), amounts, max_size=1),
    refunds=st.dictionaries(st.just("pix"), amounts, max_size=1),
)
figures = st.builds(
    DayFigures,
    total=sums,
    shifts=st.lists(st.builds(ShiftOfDay, shift=lines, money=sums), max_size=1).map(tuple),
    no_shift=st.just(DayMoney()),
) | st.just(DayFigures())
devices = st.sampled_from([DeviceId(bytes([each]) * 32) for each in range(2)])
closings = st.builds(
    DayClosed,
    figures=figures,
    seen=st.lists(st.integers(0, 2).map(lambda each: bytes([each]) * 14), max_size=2).map(tuple),
    missing=st.lists(devices, max_size=2).map(tuple),
    open_shifts=st.lists(lines, max_size=1).map(tuple),
    replaces=some,
)
days = changes(of=closings, max_size=6, document=DOCUMENT)
orders = changes(of=st.one_of(money, bills))


def empty() -> DayView:
    view = empty_view(DOCUMENT)
    assert isinstance(view, DayView)
    return view


def order_of(written: list[Change]) -> OrderView:
    view = empty_view(written[0].facts[0][0])
    assert isinstance(view, OrderView)
    return applied(view, entries_of(written))


def seen(view: DayView) -> Any:
    return view.closes, view.standing, view.state, disputes_of(view)


@settings(max_examples=200, deadline=None)
@given(days, st.randoms(use_true_random=False))
def test_apply_commutes_and_tolerates_repetition(written: list[Change], dice: Random) -> None:
    check_commutes(written, dice, empty, seen)


@settings(max_examples=200, deadline=None)
@given(days)
def test_a_closed_day_is_never_open_again_and_its_figures_are_somebodys(
    written: list[Change],
) -> None:
    view = applied(empty(), entries_of(written))
    told = [each.fact.figures for each in view.closings]
    assert (view.state == "open") == (not told)
    for close in view.closes:
        assert close.figures in told
        assert close.is_final == (not close.missing and not close.open_shifts)


@settings(max_examples=100, deadline=None)
@given(days, st.integers(0, 2**32))
def test_what_a_closing_counted_never_changes(written: list[Change], cut: int) -> None:
    first = applied(empty(), entries_of(written[: cut % (len(written) + 1)]))
    whole = applied(empty(), entries_of(written))
    after = {fact: each.fact.figures for each in whole.closings for fact in each.ids}
    for closing in first.closings:
        assert after[closing.id] == closing.fact.figures


def told_of_a_day(order: list[Change], shift: list[Change], dice: Random) -> list[Told]:
    """Money of an order and of a drawer that was told some of it, and some that no order knows."""
    told = told_by(order_of(order))
    shown = fallen_into(applied(of_shifts.empty(), entries_of(shift)))
    heard = [each._replace(shift=of_shifts.SHIFT) for each in told if dice.random() < 0.5]
    twice = [each._replace(shift=_other()) for each in heard if dice.random() < 0.5]
    return [*told, *shown, *heard, *twice]


def _other() -> ShiftId:
    return ShiftId(CreatedId(b"another drawer 1"))


@settings(max_examples=200, deadline=None)
@given(orders, of_shifts.shifts(), st.randoms(use_true_random=False))
def test_drawers_and_what_no_drawer_took_come_to_the_payments(
    order: list[Change], shift: list[Change], dice: Random
) -> None:
    """Of all money, and of any part of it; in whatever order it is told."""
    told = told_of_a_day(order, shift, dice)
    part = [each for each in told if dice.random() < 0.7]
    shuffled = dice.sample(part, len(part))
    assert adds_up(sheet_of(told).figures) and adds_up(sheet_of(part).figures)
    assert sheet_of(shuffled) == sheet_of(part)
    assert lines_of(shuffled) == lines_of(part)


@settings(max_examples=200, deadline=None)
@given(orders)
def test_an_orders_money_is_what_the_order_says(written: list[Change]) -> None:
    """Received, tips and refunds; and the rows give back what they were made of."""
    view = order_of(written)
    total = sheet_of(told_by(view)).figures.total
    assert sum(total.payments.values()) == view.received
    assert sum(total.refunds.values()) == view.refunded
    tips = sum(each.centavos for each in view.tips if each.state == "counted")
    assert sum(total.tips.values()) - sum(total.tip_returns.values()) == tips
    (table,) = [each for each in TABLES if each.name == "day_money"]
    names = [name for name, _ in table.columns]
    rows = [dict(zip(names, row, strict=True)) for row in day_money_rows(view.document, view)]
    assert [told_of(row) for row in rows] == told_by(view)


@pytest.mark.parametrize(
    "is_so",
    [
        lambda view: len(view.closes) > 1,
        lambda view: view.state == "final" and len(view.closings) > 1,
        lambda view: any(len(each.closings) > 1 for each in view.closes),
        lambda view: view.state == "provisional",
    ],
)
def test_the_laws_are_asked_of_days_that_are_closed(is_so: Callable[[DayView], bool]) -> None:
    """A claim that no history reaches would hold of anything."""
    few = settings(max_examples=500, database=None, phases=(Phase.generate,))
    find(days, lambda written: is_so(applied(empty(), entries_of(written))), settings=few)
