"""Lines that change places in histories: what a waiter may ask, sensible more often than not."""

from collections.abc import Sequence
from random import Random

from crdt_models.documents.command import Command
from crdt_models.documents.orders.bill_commands import CloseBill, TakePayment
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
    two orders, or close two bills with it."""
    if view.balance > 0 and dice.random() < 0.3:
        acquirer = Acquirer("rede", transaction="nsu1")
        owed = view.balance
        paid = TakePayment(order=view.order, centavos=owed, method="credito", acquirer=acquirer)
        return [paid], [paid]
    lines = [line for line in view.lines if line.left]
    targets = [each for each in others if each.order != view.order]
    if not lines or len(targets) < 2:
        return [], []
    line, (one, other) = dice.choice(lines), dice.sample(targets, 2)
    first, second = (
        MoveLines(order=view.order, to=to.order, moves=(LineMove(line.id),)) for to in (one, other)
    )
    if dice.random() < 0.5:
        return [first], [second]
    owed = max(1, other.balance + line.amount)
    return _closing(view.order, max(1, view.balance)), [second, *_closing(other.order, owed)]


def _closing(order: OrderId, owed: int) -> list[Command]:
    return [TakePayment(order=order, centavos=owed, method="pix"), CloseBill(order=order)]
