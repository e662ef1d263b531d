"""A cash shift: opened, sold in, counted blind, closed; and what two cut-off terminals can do."""

import pytest

from crdt_models.canonical_cbor import encode
from crdt_models.disputes import SettleDispute, open_disputes
from crdt_models.documents.accounts.charging import PayOnAccount
from crdt_models.documents.accounts.commands import OpenAccount, ReceiveOnAccount, RefundReceipt
from crdt_models.documents.cash.commands import (
    CloseShift,
    DeclareCount,
    OpenDrawer,
    OpenShift,
    RepeatCount,
    SupplyCash,
    WithdrawCash,
    WriteOffShift,
)
from crdt_models.documents.cash.errors import (
    CountIsOld,
    CountIsThere,
    CountMissing,
    ShiftIsEnded,
    ShiftIsOpen,
    ShiftOfAnotherTerminal,
    UnknownShift,
)
from crdt_models.documents.cash.facts import CashWithdrawn, ShiftClosed, ShiftFigures, ShiftOpened
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.command import Command, InvalidField, NeedsUpgrade
from crdt_models.documents.orders.bill_commands import RefundPayment, SettlePayment, TakePayment
from crdt_models.documents.orders.charge_commands import ReceiveTip, ReturnTips
from crdt_models.documents.orders.commands import NewLine, OpenOrder
from crdt_models.errors import DomainError
from crdt_models.fact import Entry, Fact, body_of
from crdt_models.ids import (
    AccountId,
    CreatedId,
    OperatorId,
    OrderId,
    PaymentId,
    ShiftId,
    shift_document,
)
from tests.crdt_models.documents.shop import Till

PIZZA = 4_400


class Newer(Fact, frozen=True, tag="test_newer_in_a_shift"):
    """What no shift of this version understands."""

    after: tuple[str, ...] = ()


class NewerStill(Newer, frozen=True, tag="test_newer_still_in_a_shift"):
    MUST_UNDERSTAND = True


ANA, BIA = OperatorId(b"a" * 16), OperatorId(b"b" * 16)


def opened(
    till: Till, float_centavos: int = 10_000, *, key: str = "", drawer: str = "1"
) -> ShiftId:
    command = OpenShift(float_centavos=float_centavos, drawer=drawer)
    return ShiftId(till.give(command, key)["shift"])


def order_of(till: Till, centavos: int = PIZZA) -> OrderId:
    line = NewLine(product="p", name="Pizza", unit_centavos=centavos)
    return OrderId(till.give(OpenOrder(service_type="balcao", lines=(line,)))["order"])


def sold(till: Till, centavos: int = PIZZA, *, key: str = "") -> PaymentId:
    """In cash, all of it."""
    command = TakePayment(order=order_of(till, centavos), centavos=centavos, method="dinheiro")
    return PaymentId(till.give(command, key)["payment"])


def counted(till: Till, shift: ShiftId, cash: int) -> None:
    till.give(DeclareCount(shift=shift, amounts={"dinheiro": cash}))


def closed(till: Till, shift: ShiftId, cash: int) -> ShiftView:
    counted(till, shift, cash)
    till.give(CloseShift(shift=shift))
    return till.shift(shift)


def kinds(view: ShiftView) -> set[str]:
    return {each.kind for each in open_disputes(view)}


def test_a_shift_adds_up_what_fell_into_its_drawer(till: Till) -> None:
    shift = opened(till)
    sold(till)
    till.give(SupplyCash(shift=shift, centavos=2_000, reason="troco"))
    till.give(WithdrawCash(shift=shift, centavos=3_000, reason="cofre"))
    till.give(OpenDrawer(shift=shift, reason="trocar nota"))
    view = till.shift(shift)
    assert view.figures == ShiftFigures(
        float_centavos=10_000,
        payments={"dinheiro": PIZZA},
        withdrawn=3_000,
        supplied=2_000,
        unpaid_openings=1,
        expected={"dinheiro": 13_400},
    )
    assert (view.state, view.drawer, view.owner) == ("open", "1", till.device)


def test_change_and_tips_fall_into_the_drawer_as_they_were_handed_over(till: Till) -> None:
    shift, order = opened(till, 0), order_of(till)
    pay = TakePayment(
        order=order, centavos=PIZZA, method="dinheiro", tendered=5_000, tip_centavos=100
    )
    till.give(pay)
    till.give(ReceiveTip(order=order, centavos=50, method="pix"))
    figures = till.shift(shift).figures
    assert (figures.change, figures.tips) == (500, {"dinheiro": 100, "pix": 50})
    assert figures.expected == {"dinheiro": PIZZA + 100, "pix": 50}
    till.give(ReturnTips(order=order, tips=tuple(e.received.id for e in till.order(order).tips)))
    assert till.shift(shift).figures.expected == {"dinheiro": PIZZA, "pix": 0}


def test_a_refund_falls_into_the_shift_that_hands_out_the_cash(till: Till) -> None:
    other = Till("B")
    first, order = opened(till, 0), order_of(till)
    pay = TakePayment(order=order, centavos=PIZZA, method="dinheiro")
    payment = PaymentId(till.give(pay)["payment"])
    view = closed(till, first, PIZZA)
    till.sync(other)
    second = opened(other, 10_000)
    other.give(RefundPayment(order=order, centavos=1_000, payment=payment))
    till.sync(other)
    assert till.shift(second).figures.expected == {"dinheiro": 9_000}
    assert till.shift(first).figures == view.figures
    assert kinds(till.shift(first)) == set()


def test_a_pending_payment_falls_where_it_is_confirmed(till: Till) -> None:
    other = Till("B")
    first, order = opened(till, 0), order_of(till)
    pay = TakePayment(order=order, centavos=PIZZA, method="credito", is_pending=True)
    payment = PaymentId(till.give(pay)["payment"])
    assert till.shift(first).figures.payments == {}
    till.sync(other)
    second = opened(other, 0)
    confirm = SettlePayment(order=order, payment=payment, outcome="confirmed")
    other.give(confirm)
    other.give(confirm)  # a second time it is no news
    assert other.shift(second).figures.payments == {"credito": PIZZA}


def test_what_is_denied_falls_nowhere(till: Till) -> None:
    shift, order = opened(till, 0), order_of(till)
    pay = TakePayment(order=order, centavos=PIZZA, method="pix", is_pending=True, tip_centavos=10)
    payment = PaymentId(till.give(pay)["payment"])
    till.give(SettlePayment(order=order, payment=payment, outcome="denied"))
    assert till.shift(shift).figures == ShiftFigures(expected={"dinheiro": 0})
    till.give(SettlePayment(order=order, payment=payment, outcome="confirmed"))
    assert till.shift(shift).figures.expected == {"dinheiro": 0, "pix": PIZZA + 10}


def test_accounts_fall_into_drawers_and_trust_falls_into_none(till: Till) -> None:
    shift = opened(till, 0)
    account = AccountId(till.give(OpenAccount(name="Zé"))["account"])
    till.give(PayOnAccount(order=order_of(till), account=account, centavos=PIZZA))
    view = till.shift(shift)
    assert view.figures.payments == {"fiado": PIZZA}
    assert view.figures.expected == {"dinheiro": 0}
    paid = till.give(ReceiveOnAccount(account=account, centavos=4_000, method="dinheiro"))
    refund = RefundReceipt(account=account, payment=PaymentId(paid["payment"]), centavos=1_000)
    till.give(refund)
    assert till.shift(shift).figures.expected == {"dinheiro": 3_000}


def test_without_a_shift_the_shop_keeps_selling(till: Till) -> None:
    sold(till)
    assert till.shifts == []


def test_the_order_and_the_shift_are_told_by_one_change(till: Till) -> None:
    shift = opened(till)
    sold(till)
    last = list(till.changes.values())[-1]
    assert [each for each, _ in last.facts][-1] == shift_document(shift)
    assert len(last.documents) == 2


def test_money_falls_into_the_operators_own_shift_first(till: Till) -> None:
    till.operator = ANA
    anas = opened(till, 0)
    till.operator = None
    nobodys = opened(till, 0, drawer="2")
    sold(till, 100)
    till.operator = BIA
    sold(till, 200)
    till.operator = ANA
    sold(till, 400)
    assert till.shift(nobodys).figures.payments == {"dinheiro": 300}
    assert till.shift(anas).figures.payments == {"dinheiro": 400}


# --- counting and closing


def test_a_shift_is_closed_on_a_count_and_tells_the_difference(till: Till) -> None:
    shift = opened(till)
    sold(till)
    with pytest.raises(CountMissing):
        till.give(CloseShift(shift=shift))
    view = closed(till, shift, 14_300)
    closing = view.closings[0].fact
    assert (view.state, view.differences) == ("closed", {"dinheiro": -100})
    assert (closing.declared, closing.count) == ({"dinheiro": 14_300}, view.counts[0].id)
    assert closing.tips == (list(till.changes.values())[-2].id,)
    assert kinds(view) == {"cash_difference"}
    (dispute,) = open_disputes(view)
    till.give(
        SettleDispute(
            document=view.document,
            kind="cash_difference",
            subject=dispute.subject,
            choice="loss",
            weighs=dispute.facts,
        )
    )
    assert kinds(till.shift(shift)) == set()


def test_a_recount_stays_beside_the_count(till: Till) -> None:
    shift = opened(till)
    counted(till, shift, 9_000)
    with pytest.raises(CountIsThere):
        counted(till, shift, 10_000)
    till.give(RepeatCount(shift=shift, amounts={"dinheiro": 10_000}))
    till.give(CloseShift(shift=shift))
    view = till.shift(shift)
    assert [each.fact.amounts["dinheiro"] for each in view.counts] == [9_000, 10_000]
    assert (view.differences, kinds(view)) == ({"dinheiro": 0}, set())


def test_a_method_that_nobody_counted_has_no_difference(till: Till) -> None:
    shift, order = opened(till, 0), order_of(till)
    till.give(TakePayment(order=order, centavos=PIZZA, method="pix"))
    assert closed(till, shift, 0).differences == {"dinheiro": 0}


def test_a_payment_between_count_and_closing_is_counted_again(till: Till) -> None:
    shift = opened(till)
    counted(till, shift, 10_000)
    sold(till)
    with pytest.raises(CountIsOld):
        till.give(CloseShift(shift=shift))
    till.give(RepeatCount(shift=shift, amounts={"dinheiro": 14_400}))
    till.give(CloseShift(shift=shift))
    assert kinds(till.shift(shift)) == set()
    sold(till)  # after the closing it falls nowhere
    assert till.shift(shift).late == ()


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (DeclareCount(shift=ShiftId(CreatedId(bytes(16))), amounts={}), UnknownShift),
        (WriteOffShift(shift=ShiftId(CreatedId(bytes(16))), reason="x"), UnknownShift),
    ],
)
def test_what_nobody_opened_is_not_known(
    till: Till, command: Command, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        till.give(command)


def test_what_is_refused_of_a_shift(till: Till) -> None:
    shift, other = opened(till), Till("B")
    till.sync(other)
    with pytest.raises(ShiftIsOpen):
        opened(till)
    with pytest.raises(ShiftOfAnotherTerminal):
        other.give(WithdrawCash(shift=shift, centavos=1))
    with pytest.raises(CountMissing):
        till.give(DeclareCount(shift=shift, amounts={"pix": 1}))
    with pytest.raises(CountMissing):
        till.give(RepeatCount(shift=shift, amounts={"dinheiro": 1}))
    with pytest.raises(InvalidField):
        till.give(OpenDrawer(shift=shift, reason=""))
    counted(till, shift, 10_000)
    with pytest.raises(CountMissing):
        till.give(RepeatCount(shift=shift, amounts={}))
    till.give(CloseShift(shift=shift))
    for again in (CloseShift(shift=shift), SupplyCash(shift=shift, centavos=1)):
        with pytest.raises(ShiftIsEnded):
            till.give(again)
    opened(till)  # the drawer is free again


def test_more_may_be_taken_out_than_there_is(till: Till) -> None:
    """A refusal would tell what should be there."""
    shift = opened(till, 100)
    till.give(WithdrawCash(shift=shift, centavos=500))
    assert till.shift(shift).figures.expected == {"dinheiro": -400}


def test_a_fact_of_a_newer_version_stands_in_the_chain(till: Till) -> None:
    shift = opened(till)
    counted(till, shift, 10_000)
    _newer(till, shift, Newer)
    till.give(CloseShift(shift=shift))
    view = till.shift(shift)
    assert view.cut is not None and view.cut.is_complete
    till = Till()
    shift = opened(till)
    counted(till, shift, 10_000)
    _newer(till, shift, NewerStill)
    with pytest.raises(NeedsUpgrade):
        till.give(CloseShift(shift=shift))


def _newer(till: Till, shift: ShiftId, kind: type[Newer]) -> None:
    till.write([(shift_document(shift), kind(after=till.shift(shift).heads))])


# --- what two halves of a shop can do


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


def test_figures_at_their_bounds_fit_a_change(till: Till) -> None:
    closing = ShiftClosed(
        count=till.shift(opened(till)).heads[0],
        declared={},
        figures=ShiftFigures(),
        tips=(till.tips * 8),
    )
    assert len(encode(body_of(closing))) < 1_000


def test_an_entry_of_another_site_owns_nothing(till: Till) -> None:
    shift = opened(till)
    entry = till.shift(shift).told(ShiftOpened)[0]
    fields = {name: getattr(entry, name) for name in Entry.__struct_fields__}
    moved = Entry(**{**fields, "site": b"x" * 16})
    view = ShiftView(shift_document(shift))
    view.apply(moved)
    assert (view.opening, view.state, view.heads) == (None, "unknown", ())
