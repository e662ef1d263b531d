"""Payments, refunds and closing, in the hands of one or two terminals."""

import pytest

from crdt_models.documents.command import InvalidField, NeedsUpgrade
from crdt_models.documents.fields import MAX_UNIT_CENTAVOS
from crdt_models.documents.orders.bill_commands import (
    AskBill,
    CloseBill,
    RefundPayment,
    ReopenBill,
    SettlePayment,
    TakePayment,
)
from crdt_models.documents.orders.commands import (
    MAX_LINES,
    AddLines,
    CancelLines,
    CancelOrder,
    EditOrder,
    LineCancellation,
    NewLine,
    OpenOrder,
    SendLines,
)
from crdt_models.documents.orders.errors import (
    BillIsClosed,
    BillIsOpen,
    NoChangeFromThis,
    PaidOrder,
    PaymentAboveBalance,
    RefundAbovePaid,
    UnknownPayment,
    UnpaidBill,
)
from crdt_models.documents.orders.facts import Acquirer
from crdt_models.fact import Fact
from crdt_models.ids import CreatedId, OrderId, PaymentId, order_document
from tests.crdt_models.documents.shop import Till

PIZZA = NewLine(product="p1", name="Pizza", unit_centavos=1_250)
NOWHERE = CreatedId(bytes(16))


def pay(till: Till, order: OrderId, centavos: int, **more: object) -> PaymentId:
    command = TakePayment(order=order, centavos=centavos, method="dinheiro", **more)  # type: ignore[arg-type]
    return PaymentId(till.give(command)["payment"])


def settle(till: Till, order: OrderId) -> None:
    pay(till, order, till.order(order).balance)
    till.give(CloseBill(order=order))


def test_the_largest_order_can_be_closed(till: Till) -> None:
    many = tuple(
        NewLine(product="p", name="n" * 120, unit_centavos=10**7, thousandths=10**6)
        for _ in range(MAX_LINES // 3)
    )
    order = OrderId(till.give(OpenOrder(service_type="mesa"))["order"])
    for _ in range(3):
        till.give(AddLines(order=order, lines=many))
    while till.order(order).balance:
        pay(till, order, min(till.order(order).balance, MAX_UNIT_CENTAVOS * 100))
    till.give(CloseBill(order=order))
    assert till.order(order).account == "settled"


def test_payment_up_to_the_balance_and_change_from_cash(till: Till, order: OrderId) -> None:
    with pytest.raises(PaymentAboveBalance):
        pay(till, order, 3_301)
    with pytest.raises(InvalidField):
        pay(till, order, 0)
    with pytest.raises(NoChangeFromThis):
        pay(till, order, 1_000, tendered=999)
    with pytest.raises(NoChangeFromThis):
        till.give(TakePayment(order=order, centavos=1_000, method="pix", tendered=2_000))
    pay(till, order, 1_300)
    pay(till, order, 2_000, tendered=5_000)
    view = till.order(order)
    assert [each.received.fact.change_centavos for each in view.payments] == [0, 3_000]
    assert (view.paid, view.balance, view.is_paid) == (3_300, 0, True)
    with pytest.raises(PaymentAboveBalance):
        pay(till, order, 1)


def test_a_pending_payment_counts_when_it_is_confirmed(till: Till, order: OrderId) -> None:
    payment = pay(till, order, 3_300, is_pending=True)
    assert till.order(order).paid == 0
    till.give(SettlePayment(order=order, payment=payment, outcome="unknown"))
    assert till.order(order).payments[0].state == "unknown"
    till.give(SettlePayment(order=order, payment=payment, outcome="denied"))
    assert till.order(order).payments[0].state == "denied"
    till.give(SettlePayment(order=order, payment=payment, outcome="confirmed"))
    assert till.order(order).paid == 3_300
    before = len(till.changes)
    till.give(SettlePayment(order=order, payment=payment, outcome="confirmed"))
    assert len(till.changes) == before


def test_only_a_pending_payment_is_settled(till: Till, order: OrderId) -> None:
    payment = pay(till, order, 100)
    for unknown in (payment, PaymentId(NOWHERE)):
        with pytest.raises(UnknownPayment):
            till.give(SettlePayment(order=order, payment=unknown, outcome="denied"))


def test_one_acquirer_transaction_counts_once(till: Till, order: OrderId) -> None:
    card = Acquirer(name="stone", transaction="nsu-1")
    other = Till("B")
    other.sync(till)
    for each in (till, other):
        each.give(TakePayment(order=order, centavos=3_300, method="credito", acquirer=card))
    till.sync(other)
    assert till.order(order).paid == 3_300
    states = [each.state for each in till.order(order).payments]
    assert sorted(states) == ["confirmed", "duplicate"]


def test_refund_at_most_what_was_paid(till: Till, order: OrderId) -> None:
    with pytest.raises(RefundAbovePaid):
        till.give(RefundPayment(order=order, centavos=1))
    payment = pay(till, order, 1_000)
    pay(till, order, 500)
    till.give(RefundPayment(order=order, payment=payment, centavos=400, reason="erro"))
    with pytest.raises(RefundAbovePaid):
        till.give(RefundPayment(order=order, payment=payment, centavos=601))
    with pytest.raises(UnknownPayment):
        till.give(RefundPayment(order=order, payment=PaymentId(NOWHERE), centavos=1))
    till.give(RefundPayment(order=order, centavos=1_100))
    assert till.order(order).paid == 0
    assert till.order(order).balance == 3_300


def test_close_needs_the_money_and_carries_the_result(till: Till, order: OrderId) -> None:
    with pytest.raises(UnpaidBill):
        till.give(CloseBill(order=order))
    till.give(AskBill(order=order))
    assert till.order(order).account == "bill_asked"
    settle(till, order)
    view = till.order(order)
    assert view.account == "settled"
    assert not view.is_open
    assert view.closed is not None
    closing = view.closed.fact
    assert (closing.total, closing.paid, len(closing.lines)) == (3_300, 3_300, 2)
    assert [each.centavos for each in closing.payments] == [3_300]


def test_a_closed_bill_takes_no_lines_until_it_is_reopened(till: Till, order: OrderId) -> None:
    line = till.order(order).lines[0].id
    settle(till, order)
    refused = [
        AddLines(order=order, lines=(PIZZA,)),
        CancelLines(order=order, cancel=(LineCancellation(line),)),
        EditOrder(order=order, add=(PIZZA,)),
        CloseBill(order=order),
        AskBill(order=order),
    ]
    for command in refused:
        with pytest.raises(BillIsClosed):
            till.give(command)
    till.give(SendLines(order=order))  # a counter sale is paid first and made afterwards
    till.give(EditOrder(order=order, flags={"expedicao": True}, fields={"note": "ok"}))
    till.give(ReopenBill(order=order, reason="faltou um item"))
    assert till.order(order).account == "open"
    with pytest.raises(BillIsOpen):
        till.give(ReopenBill(order=order))
    till.give(AddLines(order=order, lines=(PIZZA,)))
    assert till.order(order).balance == 1_250


def test_reopening_also_forgets_that_the_bill_was_asked_for(till: Till, order: OrderId) -> None:
    till.give(AskBill(order=order))
    settle(till, order)
    till.give(ReopenBill(order=order))
    assert till.order(order).account == "open"
    till.give(AskBill(order=order))
    assert till.order(order).account == "bill_asked"


def test_a_refund_of_a_closed_bill_leaves_its_figures(till: Till, order: OrderId) -> None:
    settle(till, order)
    till.give(RefundPayment(order=order, centavos=300))
    view = till.order(order)
    assert (view.account, view.total, view.revenue, view.balance) == ("closed", 3_300, 3_300, 300)
    pay(till, order, 300)
    assert till.order(order).account == "settled"


def test_a_paid_order_is_not_cancelled_before_the_refund(till: Till, order: OrderId) -> None:
    pay(till, order, 100)
    with pytest.raises(PaidOrder):
        till.give(CancelOrder(order=order))
    till.give(RefundPayment(order=order, centavos=100))
    till.give(CancelOrder(order=order, reason="desistiu"))
    view = till.order(order)
    assert (view.account, view.balance, view.revenue, view.total) == ("cancelled", 0, 0, 3_300)


def test_a_closed_bill_without_money_is_reopened_before_it_is_cancelled(till: Till) -> None:
    order = OrderId(till.give(OpenOrder(service_type="balcao"))["order"])
    till.give(CloseBill(order=order))
    with pytest.raises(BillIsClosed):
        till.give(CancelOrder(order=order))


class FromTheFuture(Fact, frozen=True, tag="test_from_the_future"):
    MUST_UNDERSTAND = True


def test_closing_waits_for_a_program_that_understands(till: Till, order: OrderId) -> None:
    till.write([(order_document(order), FromTheFuture())])
    pay(till, order, 3_300)
    till.give(AddLines(order=order, lines=(NewLine(product="p", name="n", unit_centavos=0),)))
    with pytest.raises(NeedsUpgrade):
        till.give(CloseBill(order=order))
