"""Lines that change places in histories: what a waiter may ask, sensible more often than not."""

from collections.abc import Sequence
from random import Random

from crdt_models.documents.command import Command
from crdt_models.documents.orders.bill_commands import CloseBill, TakePayment
from crdt_models.documents.orders.charge_commands import GiveDiscount, SetCouvert
from crdt_models.documents.orders.commands import LineMove, MergeOrders, MoveLines
from crdt_models.documents.orders.facts import Acquirer
from crdt_models.documents.orders.view import OrderView
from crdt_models.ids import LineId, OrderId


def moving_command(dice: Random, view: OrderView, others: Sequence[OrderId]) -> Command:
    """To one of `others`: a line of the order, a part of it, or everything."""
    to = dice.choice(others)
    if dice.random() < 0.2:
        return MergeOrders(order=view.order, to=to)
    lines = [line.id for line in view.lines if line.left] or [LineId(bytes(16))]
    some = dice.sample(lines, min(len(lines), dice.choice((1, 1, 2))))
    part = dice.choice((None, None, 1, 300, 1500))
    return MoveLines(order=view.order, to=to, moves=tuple(LineMove(each, part) for each in some))


def cut_off(
    dice: Random, view: OrderView, others: Sequence[OrderView]
) -> tuple[list[Command], list[Command]]:
    """What two terminals that do not hear each other may do: record one transaction, move a line to
    two orders, join its order with two, or close two bills with it."""
    if view.balance > 0 and dice.random() < 0.3:
        acquirer = Acquirer("rede", transaction="nsu1")
        owed = view.balance
        paid = TakePayment(order=view.order, centavos=owed, method="credito", acquirer=acquirer)
        return [paid], [paid]
    lines = [line for line in view.lines if line.left]
    targets = [each for each in others if each.order != view.order]
    if not lines or len(targets) < 2:
        return [], []
    if dice.random() < 0.2:
        return _joined_apart(dice, view, [each.order for each in targets])
    line, (one, other) = dice.choice(lines), dice.sample(targets, 2)
    first, second = (
        MoveLines(order=view.order, to=to.order, moves=(LineMove(line.id),)) for to in (one, other)
    )
    if dice.random() < 0.5:
        return [first], [second]
    owed = max(1, other.balance + line.amount)
    return _closing(view.order, max(1, view.balance)), [second, *_closing(other.order, owed)]


def _joined_apart(
    dice: Random, view: OrderView, others: Sequence[OrderId]
) -> tuple[list[Command], list[Command]]:
    """Both join it, with one order or with two; one may have asked for couvert before."""
    first, second = (MergeOrders(order=view.order, to=dice.choice(others)) for _ in range(2))
    couvert = SetCouvert(order=view.order, unit_centavos=333)
    asked = [couvert, *_discounts(dice, view)] if dice.random() < 0.7 else []
    return [*asked, first], [*asked, second]


def _discounts(dice: Random, view: OrderView) -> list[Command]:
    """Of the order, as both know them."""
    rate = GiveDiscount(order=view.order, kind="percent", amount=1_250, reason="fiel")
    amount = GiveDiscount(order=view.order, kind="value", amount=77, reason="espera")
    return [each for each in (rate, amount) if dice.random() < 0.5]


def _closing(order: OrderId, owed: int) -> list[Command]:
    return [TakePayment(order=order, centavos=owed, method="pix"), CloseBill(order=order)]
