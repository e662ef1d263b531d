"""What an order that is joined with another takes along: nobody owes a centavo more or less."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.documents.orders.bill_commands import CloseBill, ReopenBill, TakePayment
from crdt_models.documents.orders.charge_commands import (
    GiveDiscount,
    SetCouvert,
    SetDeliveryFee,
    SetMinimum,
    SetService,
    WithdrawDiscounts,
)
from crdt_models.documents.orders.commands import (
    CancelLines,
    EditOrder,
    LineCancellation,
    LineMove,
    MergeOrders,
    MoveLines,
    RestoreOrder,
)
from crdt_models.documents.orders.errors import ChargesStay, UnknownDiscount
from crdt_models.documents.orders.facts import DiscountCarried, DiscountKind
from crdt_models.documents.terminals import NotEveryoneUpdated, TerminalsView
from tests.crdt_models.documents.shop import Till
from tests.crdt_models.documents.test_moved_discounts import Shop

BOTH = 3_003 + 1_500  # of the first order


@pytest.fixture
def shop() -> Shop:
    return Shop()


def merge(shop: Shop, till: Till) -> None:
    till.give(MergeOrders(order=shop.first, to=shop.second))


KINDS = [("percent", 1_111, 500), ("value", 701, 701), ("courtesy", 0, BOTH)]


@pytest.mark.parametrize(("kind", "amount", "off"), KINDS)
def test_the_discount_of_an_order_stays_with_its_lines(
    shop: Shop, kind: DiscountKind, amount: int, off: int
) -> None:
    shop.move(shop.one, shop.first, shop.third, LineMove(shop.beer, 1_000))
    shop.move(shop.one, shop.third, shop.second, LineMove(shop.one.order(shop.third).lines[0].id))
    shop.give(shop.one, shop.first, kind, amount)
    before = shop.one.order(shop.first).total
    merge(shop, shop.one)
    shop.meet()
    assert shop.totals() == [0, 1_001 + before, 0]
    there = shop.other.order(shop.second)
    (carried,) = there.terms.carried
    assert (carried.counting.fact.source, carried.counting.fact.reason) == (shop.first, "fiel")
    assert there.figures.discount == BOTH - 1_001 - before
    assert shop.one.order(shop.first).terms.discounts == {}
    assert shop.one.order(shop.first).account == "merged"
    shop.other.give(WithdrawDiscounts(order=shop.second, discounts=(carried.counting.id,)))
    shop.meet()
    assert shop.totals() == [0, BOTH, 0]
    with pytest.raises(UnknownDiscount):
        shop.one.give(WithdrawDiscounts(order=shop.third, discounts=(carried.counting.id,)))
    assert shop.disputes() == []


@pytest.mark.parametrize(("kind", "amount", "off"), KINDS)
def test_joined_at_two_terminals_it_counts_once(
    shop: Shop, kind: DiscountKind, amount: int, off: int
) -> None:
    shop.give(shop.one, shop.first, kind, amount)
    shop.meet()
    for till in (shop.one, shop.other):
        merge(shop, till)
    shop.meet()
    assert shop.totals() == [0, BOTH - off, 0]
    assert len(shop.one.order(shop.first).all(DiscountCarried)) == 2
    assert shop.disputes() == []
    (carried,) = shop.one.order(shop.second).terms.carried
    shop.one.give(WithdrawDiscounts(order=shop.second, discounts=(carried.told[0].id,)))
    shop.meet()
    assert shop.totals() == [0, BOTH, 0]


@pytest.mark.parametrize(("kind", "amount", "off"), KINDS)
def test_joined_with_two_orders_its_lines_keep_it_wherever_they_are(
    shop: Shop, kind: DiscountKind, amount: int, off: int
) -> None:
    shop.give(shop.one, shop.first, kind, amount)
    shop.meet()
    merge(shop, shop.one)
    shop.other.give(MergeOrders(order=shop.first, to=shop.third))
    shop.meet()
    assert sum(shop.totals()) == BOTH - off
    assert {each.kind for each in shop.disputes()} == {"double_move"}


def test_a_discount_given_or_withdrawn_meanwhile_is_shown(shop: Shop) -> None:
    given = shop.give(shop.one, shop.first, "percent", 1_000)
    shop.meet()
    merge(shop, shop.one)
    shop.other.give(WithdrawDiscounts(order=shop.first, discounts=(given,)))
    shop.meet()
    assert shop.totals() == [0, BOTH - 450, 0]
    (dispute,) = shop.disputes()
    assert (dispute.kind, dispute.subject) == ("discounted_while_moved", shop.first.hex())
    assert len(dispute.facts) == 2


def test_another_rate_meanwhile_is_shown(shop: Shop) -> None:
    shop.give(shop.one, shop.first, "percent", 1_000)
    shop.meet()
    merge(shop, shop.one)
    shop.give(shop.other, shop.first, "percent", 2_000)
    shop.meet()
    assert shop.totals() == [0, BOTH - 450, 0]
    assert [each.kind for each in shop.disputes()] == ["discounted_while_moved"]


def test_joined_with_unequal_knowledge_it_is_asked_about(shop: Shop) -> None:
    """One knows of a line that came from a third order, the other does not: parts of the amount
    stand in two homes at the one, all of it in one home at the other."""
    given = shop.give(shop.one, shop.first, "value", 1_000)
    shop.meet()
    shop.one.give(MoveLines(order=shop.first, to=shop.third, moves=(LineMove(shop.pie),)))
    shop.meet()
    shop.move(shop.one, shop.third, shop.first, LineMove(shop.pie))
    merge(shop, shop.one)
    merge(shop, shop.other)
    shop.meet()
    assert given
    assert sum(shop.totals()) == BOTH - 1_000
    assert shop.disputes() == []


def test_a_bill_that_was_closed_meanwhile_keeps_what_it_says(shop: Shop) -> None:
    shop.give(shop.one, shop.first, "value", 500)
    shop.meet()
    merge(shop, shop.one)
    shop.other.give(TakePayment(order=shop.first, centavos=BOTH - 500, method="pix"))
    shop.other.give(CloseBill(order=shop.first))
    shop.meet()
    assert shop.totals() == [BOTH - 500, 0, 0]
    assert [each.kind for each in shop.disputes()] == ["late_change_to_closed_bill"]
    shop.one.give(ReopenBill(order=shop.first))
    assert [shop.one.order(each).total for each in (shop.first, shop.second)] == [0, BOTH - 500]


def test_a_bill_that_was_closed_without_hearing_of_the_joining(shop: Shop) -> None:
    shop.one.give(EditOrder(order=shop.second, fields={"people": 2}))
    shop.give(shop.one, shop.first, "value", 500)
    shop.one.give(SetCouvert(order=shop.first, unit_centavos=700))
    shop.meet()
    shop.other.give(CloseBill(order=shop.second))
    merge(shop, shop.one)
    shop.meet()
    assert {each.kind for each in shop.disputes()} == {
        "late_change_to_closed_bill",
        "paid_with_residual",
    }


def test_couvert_minimum_and_fee_add_up(shop: Shop) -> None:
    shop.one.give(EditOrder(order=shop.first, fields={"people": 3}))
    shop.one.give(EditOrder(order=shop.second, fields={"people": 2}))
    for order in (shop.first, shop.second):
        shop.one.give(SetCouvert(order=order, unit_centavos=700))
        shop.one.give(SetDeliveryFee(order=order, centavos=499))
    shop.one.give(SetMinimum(order=shop.first, centavos=3_000, is_per_person=True))
    shop.one.give(SetMinimum(order=shop.second, centavos=1_000))
    shop.one.give(SetService(order=shop.first, basis_points=1_300))
    shop.one.give(SetService(order=shop.second, basis_points=1_000))
    merge(shop, shop.one)
    shop.meet()
    there = shop.other.order(shop.second)
    charges = {each.kind: each.centavos for each in there.figures.charges}
    minimum = 3 * 3_000 + 1_000 - BOTH
    assert charges == {
        "minimum": minimum, "service": 450, "couvert": 5 * 700, "delivery_fee": 998
    }  # fmt: skip
    assert (there.total, shop.other.order(shop.first).account) == (
        BOTH + sum(charges.values()),
        "merged",
    )
    shop.other.give(RestoreOrder(order=shop.first))
    assert shop.other.order(shop.first).total == 0
    assert shop.disputes() == []


def test_couverts_of_two_prices_are_asked_as_one_sum(shop: Shop) -> None:
    shop.one.give(SetCouvert(order=shop.first, unit_centavos=700, people=3))
    shop.one.give(SetCouvert(order=shop.second, unit_centavos=900, people=2))
    merge(shop, shop.one)
    assert shop.one.order(shop.second).figures.charge("couvert") == 3 * 700 + 2 * 900


def test_the_couvert_of_an_order_that_was_joined_with_two_is_asked_about(shop: Shop) -> None:
    shop.one.give(SetCouvert(order=shop.first, unit_centavos=700))
    shop.meet()
    merge(shop, shop.one)
    shop.other.give(MergeOrders(order=shop.first, to=shop.third))
    shop.meet()
    found = {each.kind: each for each in shop.disputes()}
    assert set(found) == {"double_move", "merged_twice"}
    assert found["merged_twice"].subject == shop.first.hex()


def test_two_couverts_that_came_at_once_are_asked_about(shop: Shop) -> None:
    for order in (shop.first, shop.second):
        shop.one.give(SetCouvert(order=order, unit_centavos=700, people=2))
    shop.meet()
    shop.one.give(MergeOrders(order=shop.first, to=shop.third))
    shop.other.give(SetCouvert(order=shop.third, unit_centavos=900))
    shop.meet()
    assert [each.kind for each in shop.disputes()] == ["charges_set_apart"]


def test_charges_without_lines_stay(shop: Shop) -> None:
    shop.one.give(SetCouvert(order=shop.first, unit_centavos=700))
    cancel = tuple(LineCancellation(each) for each in (shop.beer, shop.pie))
    shop.one.give(CancelLines(order=shop.first, cancel=cancel))
    with pytest.raises(ChargesStay):
        merge(shop, shop.one)


def test_an_order_on_the_house_takes_no_charges_along(shop: Shop) -> None:
    shop.one.give(SetCouvert(order=shop.first, unit_centavos=700))
    shop.give(shop.one, shop.first, "courtesy")
    merge(shop, shop.one)
    shop.meet()
    assert shop.totals() == [0, 0, 0]
    assert shop.one.order(shop.first).account == "merged"


def test_nothing_is_carried_before_everyone_knows_how(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.give(shop.one, shop.first, "value", 500)
    monkeypatch.setattr(TerminalsView, "all_understand", lambda _, tag: tag != "discount_carried")
    with pytest.raises(NotEveryoneUpdated):
        merge(shop, shop.one)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_no_joining_changes_what_people_owe(seed: int) -> None:
    """Whatever an order has, its lines from wherever, and joined again and again."""
    dice, shop = random.Random(seed), Shop()
    orders = [shop.first, shop.second, shop.third]
    for _ in range(3):
        _something_about_lines(dice, shop)
        order, to = dice.sample(orders, 2)
        for kind, amount in (
            ("percent", dice.choice((3_333, 1))),
            ("value", dice.choice((1, 777))),
        ):
            if dice.random() < 0.6:
                shop.give(shop.one, order, kind, amount)  # type: ignore[arg-type]
        shop.one.give(SetCouvert(order=order, unit_centavos=dice.choice((0, 333))))
        shop.one.give(SetDeliveryFee(order=order, centavos=dice.choice((0, 499))))
        if shop.one.order(to).terms.of_order or not shop.one.order(order).lines:
            return
        shop.meet()
        before = sum(shop.totals())
        for till in dice.choice(([shop.one], [shop.one, shop.other])):
            till.give(MergeOrders(order=order, to=to))
        shop.meet()
        assert sum(shop.totals()) == before
        assert shop.disputes() == []
        shop.one.give(RestoreOrder(order=order))


def _something_about_lines(dice: random.Random, shop: Shop) -> None:
    orders = (shop.first, shop.second, shop.third)
    for order in orders:
        for line in shop.one.order(order).lines:
            if line.left > 1_000 and dice.random() < 0.5:
                to = dice.choice([each for each in orders if each != order])
                shop.move(shop.one, order, to, LineMove(line.id, 1_000))
            elif dice.random() < 0.3:
                given = GiveDiscount(
                    order=order, kind="value", amount=250, line=line.id, reason="x"
                )
                shop.one.give(given)
    shop.meet()
