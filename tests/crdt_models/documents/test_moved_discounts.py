"""Discounts and moves: what is taken off a line goes with it, and nobody is silently asked for more
or less."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.disputes import Dispute, open_disputes
from crdt_models.documents.orders.bill_commands import CloseBill, ReopenBill, TakePayment
from crdt_models.documents.orders.charge_commands import GiveDiscount, WithdrawDiscounts
from crdt_models.documents.orders.commands import (
    CancelLines,
    LineCancellation,
    LineMove,
    MergeOrders,
    MoveLines,
    NewLine,
)
from crdt_models.documents.orders.errors import UnknownDiscount
from crdt_models.documents.orders.facts import DiscountKind
from crdt_models.errors import DomainError
from crdt_models.ids import FactId, LineId, OrderId
from tests.crdt_models.documents.shop import Till
from tests.crdt_models.documents.three_orders import ThreeOrders

BEERS = NewLine(product="c", name="Chope", unit_centavos=1_001, thousandths=3_000)


class Shop(ThreeOrders):
    """The first order with three beers of 1001 centavos and a pie of 1500."""

    def __init__(self) -> None:
        super().__init__(BEERS)

    def give(
        self,
        till: Till,
        order: OrderId,
        kind: DiscountKind,
        amount: int = 0,
        line: LineId | None = None,
    ) -> FactId:
        till.give(GiveDiscount(order=order, kind=kind, amount=amount, line=line, reason="fiel"))
        return till.order(order).terms.discounts[kind, line][-1].id

    def move(self, till: Till, source: OrderId, to: OrderId, *moves: LineMove) -> None:
        till.give(MoveLines(order=source, to=to, moves=moves))

    def totals(self) -> list[int]:
        """By both terminals alike."""
        mine, theirs = (
            [till.order(each).total for each in (self.first, self.second, self.third)]
            for till in (self.one, self.other)
        )
        assert mine == theirs
        return mine

    def disputes(self) -> list[Dispute]:
        found = [
            each
            for order in (self.first, self.second, self.third)
            for each in open_disputes(self.one.order(order))
        ]
        return sorted(found, key=lambda each: each.kind)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.mark.parametrize(
    ("kind", "amount", "off"), [("percent", 1_000, 300), ("value", 500, 500), ("courtesy", 0, 3003)]
)
def test_what_is_taken_off_a_line_goes_with_it(
    shop: Shop, kind: DiscountKind, amount: int, off: int
) -> None:
    shop.give(shop.one, shop.first, kind, amount, shop.beer)
    shop.move(shop.one, shop.first, shop.second, LineMove(shop.beer))
    shop.meet()
    assert shop.totals() == [1_500, 3_003 - off, 0]
    moved = shop.one.order(shop.second)
    assert moved.figures.taken_off == {shop.beer: off}
    assert [line for _, line in moved.terms.discounts] == [shop.beer]
    assert shop.one.order(shop.first).terms.discounts == {}
    shop.one.give(MergeOrders(order=shop.second, to=shop.third))
    shop.meet()
    assert shop.totals() == [1_500, 0, 3_003 - off]
    assert shop.disputes() == []


@pytest.mark.parametrize(
    ("kind", "amount", "off"), [("percent", 1_000, 300), ("value", 500, 500), ("courtesy", 0, 3003)]
)
def test_parts_have_a_discount_together(
    shop: Shop, kind: DiscountKind, amount: int, off: int
) -> None:
    shop.give(shop.one, shop.first, kind, amount, shop.beer)
    shop.move(shop.one, shop.first, shop.second, LineMove(shop.beer, 1_000))
    shop.move(shop.one, shop.first, shop.third, LineMove(shop.beer, 1_000))
    shop.meet()
    totals = shop.totals()
    assert sum(totals) == 1_500 + 3_003 - off
    assert totals[1:] == [1_001 - off // 3 - (off % 3 > 1), 1_001 - off // 3]


def test_a_discount_that_did_not_know_the_split_is_for_the_parts_too(shop: Shop) -> None:
    shop.move(shop.one, shop.first, shop.second, LineMove(shop.beer, 1_000))
    shop.give(shop.other, shop.first, "courtesy", line=shop.beer)
    shop.meet()
    assert shop.totals() == [1_500, 0, 0]
    assert shop.disputes() == []


def test_a_discount_that_knew_the_split_is_for_what_is_left(shop: Shop) -> None:
    shop.move(shop.one, shop.first, shop.second, LineMove(shop.beer, 1_000))
    shop.give(shop.one, shop.first, "courtesy", line=shop.beer)
    shop.meet()
    assert shop.totals() == [1_500, 1_001, 0]


def test_another_amount_for_one_part_leaves_the_others_theirs(shop: Shop) -> None:
    shop.give(shop.one, shop.first, "value", 600, shop.beer)
    shop.move(shop.one, shop.first, shop.second, LineMove(shop.beer, 1_000))
    assert shop.one.order(shop.second).total == 801
    shop.give(shop.one, shop.first, "value", 700, shop.beer)
    shop.meet()
    assert shop.totals() == [1_500 + 2_002 - 700, 801, 0]
    (part,) = shop.one.order(shop.second).lines
    shop.give(shop.one, shop.second, "percent", 5_000, part.id)
    shop.meet()
    assert shop.totals()[1] == 1_001 - 501 - 200


def test_a_discount_is_given_and_withdrawn_where_the_line_is(shop: Shop) -> None:
    shop.move(shop.one, shop.first, shop.second, LineMove(shop.beer))
    given = shop.give(shop.one, shop.second, "value", 500, shop.beer)
    shop.meet()
    with pytest.raises(UnknownDiscount):
        shop.other.give(WithdrawDiscounts(order=shop.first, discounts=(given,)))
    assert shop.totals() == [1_500, 2_503, 0]
    shop.other.give(WithdrawDiscounts(order=shop.second, discounts=(given,)))
    shop.meet()
    assert shop.totals() == [1_500, 3_003, 0]
    known = len(shop.other.changes)
    shop.other.give(WithdrawDiscounts(order=shop.second, discounts=(given,)))
    assert len(shop.other.changes) == known


def test_two_discounts_of_a_line_given_apart_are_asked_about_once(shop: Shop) -> None:
    shop.give(shop.one, shop.first, "percent", 1_000, shop.beer)
    shop.give(shop.other, shop.first, "percent", 2_000, shop.beer)
    shop.meet()
    shop.move(shop.one, shop.first, shop.second, LineMove(shop.beer, 1_000))
    (dispute,) = shop.disputes()
    assert dispute.kind == "charges_set_apart"
    assert dispute.subject == f"{shop.first.hex()}:percent:{shop.beer.hex()}"


def test_a_closed_bill_is_not_changed_by_discounts_that_went_elsewhere(shop: Shop) -> None:
    shop.give(shop.one, shop.first, "percent", 1_000, shop.beer)
    shop.move(shop.one, shop.first, shop.second, LineMove(shop.beer))
    for order, owed in ((shop.first, 1_500), (shop.second, 2_703)):
        shop.one.give(TakePayment(order=order, centavos=owed, method="pix"))
        shop.one.give(CloseBill(order=order))
    assert shop.disputes() == []
    shop.give(shop.other, shop.first, "value", 100, shop.beer)  # it does not know of the move
    shop.meet()
    assert shop.totals() == [1_500, 2_703, 0]
    (dispute,) = shop.disputes()
    assert (dispute.kind, dispute.subject) == ("late_change_to_closed_bill", shop.second.hex())
    shop.one.give(ReopenBill(order=shop.second))
    assert shop.one.order(shop.second).total == 2_603


def test_a_line_leaves_the_discount_of_the_order_behind(shop: Shop) -> None:
    shop.give(shop.one, shop.first, "percent", 1_000)
    shop.move(shop.one, shop.first, shop.second, LineMove(shop.pie))
    shop.meet()
    assert shop.totals() == [3_003 - 300, 1_500, 0]
    assert shop.disputes() == []


@pytest.mark.parametrize(
    ("kind", "amount", "totals"),
    [("percent", 1_000, [2_703, 1_500, 0]), ("courtesy", 0, [0, 1_500, 0])],
)
def test_a_discount_and_a_move_that_did_not_hear_of_each_other(
    shop: Shop, kind: DiscountKind, amount: int, totals: list[int]
) -> None:
    given = shop.give(shop.other, shop.first, kind, amount)
    shop.move(shop.one, shop.first, shop.second, LineMove(shop.pie))
    shop.meet()
    assert shop.totals() == totals
    (dispute,) = shop.disputes()
    assert (dispute.kind, dispute.subject) == ("discounted_while_moved", shop.first.hex())
    assert given in dispute.facts
    assert len(dispute.facts) == 2
    shop.move(shop.other, shop.second, shop.first, LineMove(shop.pie))  # it knows of both
    shop.meet()
    assert shop.disputes() == []


def test_a_discount_for_which_something_came_meanwhile(shop: Shop) -> None:
    shop.give(shop.other, shop.second, "percent", 1_000)
    shop.move(shop.one, shop.first, shop.second, LineMove(shop.pie))
    shop.meet()
    assert shop.totals() == [3_003, 1_350, 0]
    assert [each.kind for each in shop.disputes()] == ["discounted_while_moved"]
    shop.give(shop.one, shop.second, "percent", 2_000)  # whoever gives it anew knows of the move
    assert shop.disputes() == []


def test_an_amount_is_the_same_wherever_lines_go_while_any_is_left(shop: Shop) -> None:
    shop.give(shop.other, shop.first, "value", 500)
    shop.move(shop.one, shop.first, shop.second, LineMove(shop.pie))
    shop.meet()
    assert shop.totals() == [2_503, 1_500, 0]
    assert shop.disputes() == []
    shop.give(shop.other, shop.first, "value", 600)
    shop.move(shop.one, shop.first, shop.second, LineMove(shop.beer))
    shop.meet()
    assert shop.totals() == [0, 4_503, 0]
    assert [each.kind for each in shop.disputes()] == ["discounted_while_moved"]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_no_move_changes_what_people_owe(seed: int) -> None:
    """Whatever two terminals give to lines and wherever they take them, together or cut off: what
    is owed over all orders is what the lines cost less what their homes take off them."""
    dice, shop = random.Random(seed), Shop()
    orders = (shop.first, shop.second, shop.third)
    for _ in range(12):
        till = dice.choice((shop.one, shop.other))
        before = sum(till.order(each).total for each in orders)
        is_move = _something(dice, shop, till, dice.choice(orders))
        after = sum(till.order(each).total for each in orders)
        assert not is_move or before == after
        if dice.random() < 0.3:
            shop.meet()
    shop.meet()
    lines = [line for each in orders for line in shop.one.order(each).own_lines]
    off = sum(sum(shop.one.order(each).line_discounts.off.values()) for each in orders)
    assert sum(shop.totals()) == sum(line.amount for line in lines) - off


def _something(dice: random.Random, shop: Shop, till: Till, order: OrderId) -> bool:
    """Whether it was a move."""
    lines = [line for line in till.order(order).lines if line.left]
    if not lines:
        return False
    line, throw = dice.choice(lines), dice.random()
    if throw < 0.4:
        kind, amount = dice.choice((("percent", 3_333), ("value", 777), ("courtesy", 0)))
        given = GiveDiscount(order=order, kind=kind, amount=amount, line=line.id, reason="x")  # type: ignore[arg-type]
        till.give(given)
        return False
    if throw < 0.5:
        till.give(CancelLines(order=order, cancel=(LineCancellation(line.id, 1_000),)))
        return False
    to = dice.choice([each for each in (shop.first, shop.second, shop.third) if each != order])
    some = dice.choice((None, 1_000))
    try:
        till.give(
            MergeOrders(order=order, to=to)
            if throw < 0.6
            else MoveLines(order=order, to=to, moves=(LineMove(line.id, some),))
        )
    except DomainError:
        return False
    return True
