"""Shifts and the other half of the shop: other terminals, restored disks, lost machines."""

import pytest

from crdt_models.documents.cash.commands import WriteOffShift
from crdt_models.documents.cash.errors import ShiftIsEnded
from crdt_models.documents.cash.facts import CashWithdrawn, ShiftClosed, ShiftFigures, ShiftOpened
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.orders.bill_commands import TakePayment
from crdt_models.fact import Entry
from crdt_models.ids import CreatedId, shift_document
from tests.crdt_models.documents.cash.drawers import (
    PIZZA,
    closed,
    counted,
    kinds,
    opened,
    order_of,
    sold,
)
from tests.crdt_models.documents.shop import Till


def test_the_same_command_at_two_terminals_opens_two_shifts(till: Till) -> None:
    other = Till("B")
    mine, theirs = opened(till, key="k"), opened(other, key="k")
    assert mine != theirs
    till.sync(other)
    assert {each.owner for each in till.shifts} == {till.device, other.device}
    assert [each.figures.float_centavos for each in till.shifts] == [10_000, 10_000]


def test_what_another_terminal_writes_has_no_effect_and_is_shown(till: Till) -> None:
    other = Till("B", clock_ms=0)
    shift = opened(till)
    till.sync(other)
    stolen = CashWithdrawn(movement=CreatedId(b"m" * 16), centavos=9_999)
    earlier = ShiftOpened(drawer="9", float_centavos=0)
    other.write([(shift_document(shift), each) for each in (stolen, earlier)])
    till.sync(other)
    view = till.shift(shift)
    assert (view.figures.withdrawn, view.owner, view.drawer) == (0, till.device, "1")
    assert [type(each.fact) for each in view.foreign] == [CashWithdrawn, ShiftOpened]
    assert view.heads == (view.opening.id if view.opening else "",)


def test_a_copy_of_the_opening_that_another_signs_takes_nothing_away(till: Till) -> None:
    """Under the same command, with the same words, and earlier by its clock."""
    other = Till("B", clock_ms=0)
    shift = opened(till, key="k")
    (change,) = till.changes.values()
    fact = till.shift(shift).told(ShiftOpened)[0].fact
    other.write([(shift_document(shift), fact)], change.command_id)
    till.sync(other)
    assert till.shift(shift).owner == till.device
    assert till.shift(shift).is_open


def test_a_restored_disk_goes_on_and_its_half_is_late(till: Till) -> None:
    shift = opened(till)
    twin = till.restored()
    sold(till)
    before = closed(till, shift, 14_400).figures
    twin.clock_ms += 60_000
    sold(twin, 500)
    till.sync(twin)
    view = till.shift(shift)
    assert (view.figures, view.recounted) == (before, before)
    assert [each.fact.centavos for each in view.late] == [500]
    assert kinds(view) == {"late_adjustment"}
    sold(twin, 600)  # it has heard of the closing: this falls nowhere
    assert twin.shift(shift).late == view.late


def test_two_halves_close_one_shift(till: Till) -> None:
    shift = opened(till)
    twin = till.restored()
    twin.clock_ms += 60_000
    closed(till, shift, 10_000)
    sold(twin, 500)
    closed(twin, shift, 10_500)
    till.sync(twin)
    view = till.shift(shift)
    assert view.figures.expected == {"dinheiro": 10_000}
    assert len(view.closings) == 2
    assert kinds(view) == {"two_shift_closings", "late_adjustment"}


def test_nothing_is_late_while_something_that_was_counted_has_not_come(till: Till) -> None:
    other = Till("B")
    shift = opened(till)
    sold(till)
    sold(till)
    closed(till, shift, 18_800)
    told = list(till.changes.values())
    withheld = next(each for each in told if len(each.documents) == 2)
    other.receive(each for each in told if each is not withheld)
    view = other.shift(shift)
    assert view.figures.payments == {"dinheiro": 8_800}
    assert view.cut is not None and not view.cut.is_complete
    assert (view.late, view.recounted, kinds(view)) == ((), None, set())
    other.receive([withheld])
    assert other.shift(shift).recounted == view.figures


def test_a_lost_terminals_shift_is_written_off(till: Till) -> None:
    manager = Till("B")
    shift = opened(till)
    sold(till)
    till.sync(manager)
    sold(till, 700)  # nobody has heard of this one
    manager.give(WriteOffShift(shift=shift, reason="terminal perdido"))
    with pytest.raises(ShiftIsEnded):
        manager.give(WriteOffShift(shift=shift, reason="de novo"))
    assert manager.shift(shift).state == "written_off"
    assert manager.shift(shift).figures.payments == {"dinheiro": PIZZA}
    manager.sync(till)
    view = manager.shift(shift)
    assert view.figures.payments == {"dinheiro": PIZZA}
    assert [each.fact.centavos for each in view.late] == [700]
    assert kinds(view) == {"late_adjustment"}


def test_written_off_and_closed_after_all(till: Till) -> None:
    manager = Till("B")
    shift = opened(till)
    till.sync(manager)
    manager.give(WriteOffShift(shift=shift, reason="terminal perdido"))
    sold(till, 700)
    closed(till, shift, 10_700)
    manager.sync(till)
    view = manager.shift(shift)
    assert (view.state, view.late) == ("closed", ())
    assert view.figures.payments == {"dinheiro": 700}
    assert kinds(view) == {"written_off_and_closed"}


def test_one_payment_executed_at_two_terminals_is_in_both_drawers(till: Till) -> None:
    """The order counts it once. One drawer will miss it when it is counted."""
    other, order = Till("B"), order_of(till)
    till.sync(other)
    shifts = [opened(each, 0) for each in (till, other)]
    pay = TakePayment(order=order, centavos=PIZZA, method="dinheiro")
    till.give(pay, "k")
    other.give(pay, "k")
    till.sync(other)
    assert till.order(order).paid == PIZZA
    assert [till.shift(each).figures.payments for each in shifts] == [{"dinheiro": PIZZA}] * 2


def test_a_closing_with_other_figures_than_its_facts_is_told(till: Till) -> None:
    shift = opened(till)
    counted(till, shift, 10_000)
    view = till.shift(shift)
    forged = ShiftClosed(
        count=view.counts[0].id,
        declared={"dinheiro": 10_000},
        figures=ShiftFigures(expected={"dinheiro": 10_000}),
        after=view.heads,
    )
    till.write([(shift_document(shift), forged)])
    assert kinds(till.shift(shift)) == {"shift_does_not_add_up"}


def test_an_entry_of_another_site_owns_nothing(till: Till) -> None:
    shift = opened(till)
    entry = till.shift(shift).told(ShiftOpened)[0]
    fields = {name: getattr(entry, name) for name in Entry.__struct_fields__}
    moved = Entry(**{**fields, "site": b"x" * 16})
    view = ShiftView(shift_document(shift))
    view.apply(moved)
    assert (view.opening, view.state, view.heads) == (None, "unknown", ())
