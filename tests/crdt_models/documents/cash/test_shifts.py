"""A cash shift: what falls into its drawer, and into whose."""

from crdt_models.documents.accounts.charging import PayOnAccount
from crdt_models.documents.accounts.commands import OpenAccount, ReceiveOnAccount, RefundReceipt
from crdt_models.documents.cash.commands import OpenDrawer, SupplyCash, WithdrawCash
from crdt_models.documents.cash.facts import ShiftFigures
from crdt_models.documents.orders.bill_commands import RefundPayment, SettlePayment, TakePayment
from crdt_models.documents.orders.charge_commands import ReceiveTip, ReturnTips
from crdt_models.ids import AccountId, OperatorId, PaymentId, shift_document
from tests.crdt_models.documents.cash.drawers import PIZZA, closed, kinds, opened, order_of, sold
from tests.crdt_models.documents.shop import Till

ANA, BIA = OperatorId(b"a" * 16), OperatorId(b"b" * 16)


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
