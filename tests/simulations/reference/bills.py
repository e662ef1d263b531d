"""What people ask of the figures of a bill, drawn at random: see `histories`."""

from collections.abc import Callable
from random import Random

from crdt_models.documents.command import Command
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
from crdt_models.documents.orders.facts import DiscountKind, ShareOfLine
from crdt_models.documents.orders.view import OrderView
from crdt_models.ids import FactId, LineId, OrderId, ShareId

NOBODY = FactId("A" * 22 + ".0")
_AMOUNTS: dict[DiscountKind, tuple[int, ...]] = {
    "percent": (1_000, 1_500, 3_333, 10_000),
    "value": (1, 100, 777, 10**6),
    "courtesy": (0,),
}


def bill_command(dice: Random, view: OrderView) -> Command:
    """One of them, about this order."""
    order = view.order
    makers: list[Callable[[], Command]] = [
        *[lambda: _discount(dice, view)] * 5,
        *[lambda: _withdrawal(dice, view)] * 2,
        *[lambda: SetService(order=order, basis_points=dice.choice((0, 1_000, 1_300)))] * 3,
        lambda: SetCouvert(
            order=order, unit_centavos=dice.choice((0, 333)), people=dice.choice((0, 0, 3))
        ),
        lambda: SetMinimum(
            order=order, centavos=dice.choice((0, 2_501)), is_per_person=dice.random() < 0.5
        ),
        lambda: SetDeliveryFee(order=order, centavos=dice.choice((0, 499))),
        *[lambda: _split(dice, view)] * 3,
        lambda: ReceiveTip(order=order, centavos=dice.choice((1, 250)), method="dinheiro"),
        lambda: ReturnTips(
            order=order, tips=(dice.choice([NOBODY, *(each.received.id for each in view.tips)]),)
        ),
    ]
    return dice.choice(makers)()


def furnished_bill(dice: Random, order: OrderId) -> list[Command]:
    """A bill that has everything from the beginning; or none of it."""
    if dice.random() < 0.6:
        return []
    return [
        SetService(order=order, basis_points=1_000),
        SetCouvert(order=order, unit_centavos=333),
        SetMinimum(order=order, centavos=9_000),
        SetDeliveryFee(order=order, centavos=499),
        SplitBill(order=order, shares=(NewShare(name="Ana", people=1), NewShare(people=2))),
    ]


def _discount(dice: Random, view: OrderView) -> GiveDiscount:
    kind = dice.choice(("percent", "percent", "value", "value", "courtesy"))
    line = dice.choice([None, None, *(each.id for each in view.lines)])
    amount = dice.choice(_AMOUNTS[kind])
    return GiveDiscount(order=view.order, kind=kind, amount=amount, line=line, reason="fiel")


def _withdrawal(dice: Random, view: OrderView) -> WithdrawDiscounts:
    standing = [each.id for told in view.terms.discounts.values() for each in told]
    return WithdrawDiscounts(order=view.order, discounts=(dice.choice(standing or [NOBODY]),))


def _split(dice: Random, view: OrderView) -> SplitBill:
    known = [each.share.share for each in view.shares if each.share is not None]
    shares = []
    for at in range(dice.choice((0, 1, 2, 3))):
        kept: ShareId | None = known[at] if at < len(known) and dice.random() < 0.7 else None
        shares.append(
            NewShare(
                share=kept,
                name=dice.choice(("", "Ana", "Rui")),
                lines=_some_lines(dice, view),
                centavos=dice.choice((0, 0, 100, 5_000)),
                people=dice.choice((0, 1, 1, 2)),
            )
        )
    return SplitBill(order=view.order, shares=tuple(shares))


def _some_lines(dice: Random, view: OrderView) -> tuple[ShareOfLine, ...]:
    found: dict[LineId, int] = {
        each.id: dice.choice((each.left, each.left // 3, 1))
        for each in view.lines
        if each.left and dice.random() < 0.3
    }
    return tuple(ShareOfLine(line, much) for line, much in found.items() if much)
