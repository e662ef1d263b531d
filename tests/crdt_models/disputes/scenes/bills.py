"""What is paid, closed, refunded and sold on trust at several tills."""

from crdt_models.documents.accounts.charging import PayOnAccount
from crdt_models.documents.accounts.commands import EditAccount, OpenAccount, ReceiveOnAccount
from crdt_models.documents.orders.bill_commands import (
    CloseBill,
    RefundPayment,
    SettlePayment,
    TakePayment,
)
from crdt_models.documents.orders.charge_commands import (
    GiveDiscount,
    NewShare,
    SetService,
    SplitBill,
)
from crdt_models.documents.orders.commands import (
    AddLines,
    CancelLines,
    CancelOrder,
    LineCancellation,
)
from crdt_models.documents.orders.facts import BillClosed, ClosedLine
from crdt_models.ids import AccountId, PaymentId, ShareId, order_document
from tests.crdt_models.disputes.play import Play, scene


@scene("overpaid")
def _paid_at_several_tills(play: Play) -> None:
    for till in play.dice.sample(play.tills, play.dice.randint(2, 3)):
        play.pay(till)


@scene("paid_and_cancelled")
def _paid_while_it_was_cancelled(play: Play) -> None:
    one, other = play.two()
    play.pay(one)
    other.give(CancelOrder(order=play.first))


@scene("paid_with_residual")
def _added_while_it_was_closed(play: Play) -> None:
    one, other = play.two()
    play.close(one)
    other.give(AddLines(order=play.first, lines=(play.line("Café"),)))


@scene("late_change_to_closed_bill")
def _cancelled_while_it_was_closed(play: Play) -> None:
    one, other = play.two()
    play.close(one)
    other.give(CancelLines(order=play.first, cancel=(LineCancellation(play.pie),)))


@scene("closing_does_not_add_up")
def _a_forged_closing(play: Play) -> None:
    one, other = play.two()
    line = ClosedLine(play.pie, "Torta", 1_000, 500, 500)
    forged = BillClosed(lines=(line,), total=play.dice.randint(0, 499), payments=(), paid=0)
    one.write([(order_document(play.first), forged)])
    play.pay(other)


@scene("two_closings")
def _closed_at_two_tills(play: Play) -> None:
    play.pay(play.tills[0])
    play.meet()
    for till in play.two():
        till.give(CloseBill(order=play.first))


@scene("charges_set_apart")
def _two_rates_of_service(play: Play) -> None:
    for till, rate in zip(play.two(), play.dice.sample(range(1_500), 2), strict=True):
        till.give(SetService(order=play.first, basis_points=rate))


@scene("discounted_while_moved")
def _a_tenth_off_while_the_beer_left(play: Play) -> None:
    one, other = play.two()
    rate = play.dice.randint(1, 10_000)
    one.give(GiveDiscount(order=play.first, kind="percent", amount=rate, reason="fiel"))
    play.move(other, play.second)


@scene("part_paid_twice")
def _one_part_of_the_bill_paid_at_two_tills(play: Play) -> None:
    shares = (NewShare(name="Ana", people=1), NewShare(name="Bia", people=1))
    ids = play.tills[0].give(SplitBill(order=play.first, shares=shares))
    play.meet()
    for till in play.two():
        due = next(each for each in till.order(play.first).shares if each.share is not None)
        till.give(
            TakePayment(
                order=play.first, centavos=due.owed, method="pix", share=ShareId(ids["share.0"])
            )
        )


@scene("line_billed_twice")
def _on_two_closed_bills(play: Play) -> None:
    one, other = play.two()
    play.close(one)
    play.move(other, play.second)
    play.close(other, play.second)


@scene("over_refunded")
def _refunded_at_two_tills(play: Play) -> None:
    play.pay(play.tills[0])
    play.meet()
    paid = play.tills[0].order(play.first).paid
    for till in play.two():
        centavos = play.dice.randint(paid // 2 + 1, paid)
        till.give(RefundPayment(order=play.first, centavos=centavos))


def _pending(play: Play) -> PaymentId:
    centavos = play.tills[0].order(play.first).balance
    pending = TakePayment(order=play.first, centavos=centavos, method="pix", is_pending=True)
    payment = PaymentId(play.tills[0].give(pending)["payment"])
    play.meet()
    return payment


@scene("payment_outcome_unknown")
def _two_outcomes_of_one_payment(play: Play) -> None:
    payment = _pending(play)
    for till, outcome in zip(play.two(), ("confirmed", "denied"), strict=True):
        till.give(SettlePayment(order=play.first, payment=payment, outcome=outcome))  # type: ignore[arg-type]


def _account(play: Play, limit: int | None) -> AccountId:
    made = play.tills[0].give(OpenAccount(name="Ana", limit_centavos=limit))
    play.meet()
    return AccountId(made["account"])


@scene("credit_limit_exceeded")
def _sold_on_trust_at_two_tills(play: Play) -> None:
    due = play.tills[0].order(play.first).balance
    account = _account(play, due + play.dice.randint(0, due - 1))
    for till in play.two():
        till.give(PayOnAccount(order=play.first, account=account, centavos=due))


@scene("sold_to_blocked_account")
def _sold_on_trust_while_it_was_blocked(play: Play) -> None:
    account = _account(play, None)
    due = play.tills[0].order(play.first).balance
    one, other = play.two()
    one.give(EditAccount(account=account, fields={"is_blocked": True}))
    other.give(PayOnAccount(order=play.first, account=account, centavos=due))


@scene("account_overpaid")
def _a_debt_received_at_two_tills(play: Play) -> None:
    account = _account(play, None)
    due = play.tills[0].order(play.first).balance
    play.tills[0].give(PayOnAccount(order=play.first, account=account, centavos=due))
    play.meet()
    for till in play.two():
        till.give(ReceiveOnAccount(account=account, centavos=due, method="dinheiro"))
