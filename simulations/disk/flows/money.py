"""Money: what is added to a bill and taken off it, who pays what, on trust, and the drawer."""

from crdt_models.documents.accounts.charging import PayOnAccount
from crdt_models.documents.accounts.commands import (
    EditAccount,
    OpenAccount,
    ReceiveOnAccount,
    RefundReceipt,
    SettleReceipt,
)
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
from crdt_models.documents.day.commands import CloseDay
from crdt_models.documents.orders.bill_commands import (
    CloseBill,
    RefundPayment,
    SettlePayment,
    TakePayment,
)
from crdt_models.documents.orders.charge_commands import (
    GiveDiscount,
    NewShare,
    ReceiveTip,
    ReturnTips,
    SetCouvert,
    SetDeliveryFee,
    SetMinimum,
    SetService,
    SplitBill,
    WithdrawDiscounts,
)
from crdt_models.documents.orders.commands import OpenOrder
from crdt_models.documents.orders.commands.order_command import order_view
from crdt_models.ids import AccountId, FactId, OrderId, PaymentId, ShiftId, fact_id
from peer.node.requests import Outcome
from simulations.disk.counter import Counter
from simulations.disk.flows.sales import DRINK, PIZZA, lines_of, opened_order, pay_and_close

_LUNCH = OpenOrder(service_type="mesa", lines=(PIZZA, DRINK), people=2)  # 58,50


async def charges(counter: Counter) -> None:
    """Two discounts, one taken back; service, couvert, minimum, fee; tips, one handed back."""
    opened = await counter.do(_LUNCH)
    order, (pizza, _) = OrderId(opened.ids["order"]), lines_of(opened.ids)
    off = GiveDiscount(order=order, kind="percent", amount=1000, line=pizza, reason="fria")
    wrong = _first_fact(await counter.do(off))
    await counter.do(GiveDiscount(order=order, kind="value", amount=500, reason="demora"))
    await counter.do(WithdrawDiscounts(order=order, discounts=(wrong,), reason="outra mesa"))
    await counter.do(SetService(order=order, basis_points=1000))
    await counter.do(SetCouvert(order=order, unit_centavos=800))
    await counter.do(SetMinimum(order=order, centavos=3000, is_per_person=True))
    await counter.do(SetDeliveryFee(order=order, centavos=600))
    tipping = TakePayment(order=order, centavos=1000, method="pix", tip_centavos=300)
    await counter.do(tipping)
    await pay_and_close(counter, order)
    tip = _first_fact(await counter.do(ReceiveTip(order=order, centavos=200, method="dinheiro")))
    await counter.do(ReturnTips(order=order, tips=(tip,), reason="engano"))


async def split_and_paid(counter: Counter) -> None:
    """Ana pays her amount, two others halve the rest, with a card that is slow to answer."""
    order = await opened_order(counter, _LUNCH)
    parts = (NewShare(name="Ana", centavos=2000), NewShare(name="os outros", people=2))
    await counter.do(SplitBill(order=order, shares=parts))
    shares = order_view(counter.node.view, order).shares
    ana, others = (each.share.share for each in shares if each.share is not None)
    await counter.do(TakePayment(order=order, centavos=2000, method="pix", share=ana))
    slow = TakePayment(order=order, centavos=3850, method="debito", share=others, is_pending=True)
    payment = PaymentId(await counter.make(slow, "payment"))
    await counter.do(SettlePayment(order=order, payment=payment, outcome="confirmed"))
    await counter.do(CloseBill(order=order))


async def on_account(counter: Counter) -> None:
    """Sold on trust, partly taken back; received in cash and by a slow Pix; some handed back."""
    opening = OpenAccount(name="Oficina do Zé", limit_centavos=10_000)
    account = AccountId(await counter.make(opening, "account"))
    await counter.do(EditAccount(account=account, fields={"phone": "11 5555-0101"}))
    order = await opened_order(counter, _LUNCH)
    trust = PayOnAccount(order=order, account=account, centavos=5850)
    sold = PaymentId(await counter.make(trust, "payment"))
    await counter.do(CloseBill(order=order))
    await counter.do(RefundPayment(order=order, centavos=700, payment=sold, reason="quente"))
    cash = ReceiveOnAccount(account=account, centavos=3000, method="dinheiro", tendered=5000)
    received = PaymentId(await counter.make(cash, "payment"))
    pix = ReceiveOnAccount(account=account, centavos=1000, method="pix", is_pending=True)
    slow = PaymentId(await counter.make(pix, "payment"))
    await counter.do(SettleReceipt(account=account, payment=slow, outcome="confirmed"))
    await counter.do(RefundReceipt(account=account, centavos=500, payment=received))


async def cash_shift(counter: Counter) -> None:
    """A drawer from its float to its closing; the next is written off, and the day closed."""
    shift = ShiftId(await counter.make(OpenShift(float_centavos=10_000), "shift"))
    await pay_and_close(counter, await opened_order(counter, _LUNCH))
    await counter.do(WithdrawCash(shift=shift, centavos=5000, reason="cofre"))
    await counter.do(SupplyCash(shift=shift, centavos=2000, reason="troco"))
    await counter.do(OpenDrawer(shift=shift, reason="trocar nota"))
    await counter.do(DeclareCount(shift=shift, amounts={"dinheiro": 12_000}))
    await counter.do(RepeatCount(shift=shift, amounts={"dinheiro": 12_850, "pix": 0}))
    await counter.do(CloseShift(shift=shift))
    following = ShiftId(await counter.make(OpenShift(float_centavos=5000), "shift"))
    await counter.do(WriteOffShift(shift=following, reason="aberto por engano"))
    await counter.do(CloseDay(day=counter.node.business_day))


def _first_fact(outcome: Outcome) -> FactId:
    """The first fact that a command wrote."""
    assert outcome.change is not None, "it had something to write"
    return fact_id(outcome.change, 0)
