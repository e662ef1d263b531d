"""A business day is closed: what was counted, what came late, who was missing."""

import pytest

from crdt_models.documents.cash.commands import WriteOffShift
from crdt_models.documents.day.errors import DayHasNotCome, DayHasOpenShifts, DayIsFinal
from crdt_models.documents.day.facts import DayMoney
from crdt_models.documents.day.money import adds_up, sheet_of
from crdt_models.documents.orders.bill_commands import (
    RefundPayment,
    SettlePayment,
    TakePayment,
)
from crdt_models.documents.orders.charge_commands import ReceiveTip, ReturnTips
from crdt_models.ids import PaymentId
from tests.crdt_models.documents.cash.drawers import PIZZA, closed, opened, order_of, sold
from tests.crdt_models.documents.day.closing_time import (
    addenda,
    close_day,
    kinds,
    only_close,
    recounted,
)
from tests.crdt_models.documents.shop import DAY, Till


def test_shifts_and_what_no_drawer_took_come_to_the_days_payments() -> None:
    till = Till()
    sold(till)
    shift = opened(till)
    sold(till, 2_000)
    closed(till, shift, 12_000)
    close_day(till)
    figures = only_close(till).figures
    assert figures.total == DayMoney(payments={"dinheiro": PIZZA + 2_000})
    assert [each.money for each in figures.shifts] == [DayMoney(payments={"dinheiro": 2_000})]
    assert figures.no_shift == DayMoney(payments={"dinheiro": PIZZA})
    assert figures.beyond == DayMoney()
    assert till.business_day(DAY).state == "final"
    assert kinds(till) == set()


def test_open_shifts_are_named_and_closed_first() -> None:
    till = Till()
    shift = opened(till)
    with pytest.raises(DayHasOpenShifts) as refused:
        close_day(till)
    assert shift.hex() in str(refused.value)
    till.give(WriteOffShift(shift=shift, reason="perdido"))
    close_day(till)
    assert till.business_day(DAY).state == "final"


def test_a_day_is_closed_for_good_once_and_no_day_before_it_comes() -> None:
    till = Till()
    close_day(till)
    with pytest.raises(DayIsFinal):
        close_day(till)
    with pytest.raises(DayHasNotCome):
        close_day(till, day=DAY + 1)


def test_what_comes_after_the_close_is_an_addendum_and_moves_no_figure() -> None:
    till = Till()
    sold(till)
    close_day(till)
    before = only_close(till)
    sold(till, 700)
    assert only_close(till).figures == before.figures
    assert [each.centavos for each in addenda(till, before)] == [700]
    assert recounted(till, before)


def test_a_missing_terminal_keeps_the_day_provisional_until_it_is_closed_with_it() -> None:
    here, away = Till("A"), Till("B")
    shift = opened(away)
    here.sync(away)
    sold(away, 900)
    sold(here)
    close_day(here, away)
    close = only_close(here)
    assert (close.missing, close.open_shifts) == ((away.device,), (shift,))
    assert here.business_day(DAY).state == "provisional"
    assert kinds(here) == {"terminal_missing_at_day_close"}
    closed(away, shift, 10_900)
    here.sync(away)
    assert [each.centavos for each in addenda(here, close)] == [900]
    assert only_close(here) == close, "nothing is folded into a closed figure"
    close_day(here)
    assert here.business_day(DAY).state == "final"
    assert only_close(here).figures.total.payments == {"dinheiro": PIZZA + 900}
    assert addenda(here, only_close(here)) == ()
    assert kinds(here) == set()


def test_two_that_counted_the_same_are_one_close_and_vouch_for_each_other() -> None:
    one, other = Till("A"), Till("B")
    sold(one)
    one.sync(other)
    close_day(one, other)
    close_day(other, one)
    one.sync(other)
    for till in (one, other):
        assert len(till.business_day(DAY).standing) == 2
        assert only_close(till).missing == ()
        assert till.business_day(DAY).state == "final"
        assert kinds(till) == set()


def test_two_that_counted_as_much_of_other_money_are_a_dispute_until_closed_again() -> None:
    one, other = Till("A"), Till("B")
    for till in (one, other):
        sold(till)
    close_day(one, other)
    close_day(other, one)
    one.sync(other)
    totals = [each.figures.total for each in one.business_day(DAY).closes]
    assert totals == [DayMoney(payments={"dinheiro": PIZZA})] * 2
    assert kinds(one) == {"two_day_closings"}
    for close in one.business_day(DAY).closes:
        assert [each.centavos for each in addenda(one, close)] == [PIZZA]
    close_day(other)
    one.sync(other)
    assert one.business_day(DAY).state == "final"
    assert only_close(one).figures.total.payments == {"dinheiro": 2 * PIZZA}


def test_one_payment_in_two_drawers_is_named_with_both() -> None:
    one, other = Till("A"), Till("B")
    shifts = [opened(one), opened(other)]
    order = order_of(one)
    one.sync(other)
    paid = TakePayment(order=order, centavos=PIZZA, method="dinheiro")
    for till in (one, other):
        till.give(paid, "the same")
    one.sync(other)
    sheet = sheet_of(one.day_money(DAY).told)
    (double,) = sheet.beyond
    assert (double.centavos, set(double.shifts)) == (PIZZA, set(shifts))
    assert sheet.figures.total.payments == {"dinheiro": PIZZA}
    assert sheet.figures.beyond.payments == {"dinheiro": PIZZA}
    assert adds_up(sheet.figures)


def test_money_counts_on_the_day_and_in_the_drawer_where_it_was_confirmed() -> None:
    till = Till()
    order = order_of(till)
    pending = TakePayment(order=order, centavos=PIZZA, method="credito", is_pending=True)
    payment = PaymentId(till.give(pending)["payment"])
    assert sheet_of(till.day_money(DAY).told).figures.total == DayMoney()
    close_day(till)
    shift = opened(till)
    till.give(SettlePayment(order=order, payment=payment, outcome="confirmed"))
    figures = sheet_of(till.day_money(DAY).told).figures
    assert figures.total == figures.shifts[0].money == DayMoney(payments={"credito": PIZZA})
    assert figures.shifts[0].shift == shift
    assert [each.centavos for each in addenda(till, only_close(till))] == [PIZZA]


def test_refunds_and_tips_add_up_each_by_itself() -> None:
    till = Till()
    order = order_of(till)
    tip = TakePayment(order=order, centavos=PIZZA, method="pix", tip_centavos=300)
    payment = PaymentId(till.give(tip)["payment"])
    shift = opened(till)
    till.give(ReceiveTip(order=order, centavos=200, method="dinheiro"))
    till.give(ReturnTips(order=order, tips=tuple(e.received.id for e in till.order(order).tips)))
    till.give(RefundPayment(order=order, payment=payment, centavos=400, method="dinheiro"))
    figures = sheet_of(till.day_money(DAY).told).figures
    assert figures.total == DayMoney(
        payments={"pix": PIZZA},
        refunds={"dinheiro": 400},
        tips={"pix": 300, "dinheiro": 200},
        tip_returns={"pix": 300, "dinheiro": 200},
    )
    (of_shift,) = figures.shifts
    assert of_shift.shift == shift
    assert of_shift.money == DayMoney(
        refunds={"dinheiro": 400},
        tips={"dinheiro": 200},
        tip_returns={"pix": 300, "dinheiro": 200},
    )
    assert figures.no_shift == DayMoney(payments={"pix": PIZZA}, tips={"pix": 300})
    assert adds_up(figures)


def test_each_day_has_its_part_of_a_shift_that_goes_on_past_the_cut_off() -> None:
    till = Till()
    opened(till)
    sold(till)
    till.day = DAY + 1
    sold(till, 700)
    for day, much in ((DAY, PIZZA), (DAY + 1, 700)):
        (of_shift,) = sheet_of(till.day_money(day).told).figures.shifts
        assert of_shift.money == DayMoney(payments={"dinheiro": much})
