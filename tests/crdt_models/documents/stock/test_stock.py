"""What is on hand: sales by recipe, what comes and goes beside them, counts, and disputes."""

import pytest

from crdt_models.disputes import disputes_of
from crdt_models.documents.catalog.commands import ChangeProduct
from crdt_models.documents.catalog.errors import UnknownProduct
from crdt_models.documents.catalog.facts import Group, Ingredient, Option, ProductValues
from crdt_models.documents.command import InvalidField
from crdt_models.documents.orders.bill_commands import CloseBill, TakePayment
from crdt_models.documents.orders.commands import (
    AddLines,
    CancelLines,
    CancelOrder,
    CatalogLine,
    EditOrder,
    LineCancellation,
    LineMove,
    MergeOrders,
    MoveLines,
    Named,
    NewLine,
    OpenOrder,
    RestoreOrder,
    SendLines,
)
from crdt_models.documents.stock.commands import (
    CountStock,
    LoseStock,
    ReceiveStock,
    TransferStock,
)
from crdt_models.documents.stock.errors import StockIsOpen
from crdt_models.documents.stock.facts import Counted, Item, StockTransferred
from crdt_models.ids import CreatedId, LineId, OrderId, ProductId
from tests.crdt_models.documents.shop import Till, settling
from tests.crdt_models.documents.stock.stockroom import (
    count,
    disputes,
    keep,
    made_of,
    on_hand,
    receive,
    sell,
    sell_line,
)

HOUR_MS = 3_600_000


@pytest.fixture
def soda(till: Till) -> ProductId:
    """Ten of it."""
    product = keep(till)
    till.give(CountStock(items=(Counted(product, 10_000),), is_opening=True))
    return product


@pytest.fixture
def other(till: Till, soda: ProductId) -> Till:
    """Another terminal that knows all that."""
    other = Till("B")
    other.sync(till)
    return other


def cancel(till: Till, order: OrderId, line: LineId, units: int | None = None) -> None:
    much = None if units is None else units * 1000
    till.give(CancelLines(order=order, cancel=(LineCancellation(line, much),), reason="desistiu"))


def test_a_sale_takes_and_what_comes_is_added(till: Till, soda: ProductId) -> None:
    sell(till, soda, 3)
    receive(till, soda, 24)
    till.give(LoseStock(items=(Item(soda, 2_000),), reason="quebrou"))
    assert on_hand(till, soda) == 10 - 3 + 24 - 2


def test_a_sale_takes_by_the_recipe_of_its_moment(till: Till) -> None:
    cheese, bread = (keep(till, name, stocked=False) for name in ("Queijo", "Pão"))
    toast = made_of(till, (cheese, 80), (bread, 2_000))
    sell(till, toast, 3)
    more = ProductValues(recipe=(Ingredient(cheese, 500),))
    till.give(ChangeProduct(product=toast, values=more))
    assert on_hand(till, cheese) == -0.24
    assert on_hand(till, bread) == -6
    assert on_hand(till, toast) == 0


def test_a_combo_and_a_whole_in_parts_take_what_they_are_made_of(
    till: Till, soda: ProductId
) -> None:
    dough = keep(till, "Massa", stocked=False)
    halves = [made_of(till, (dough, 300 + n), halves="average") for n in (0, 100)]
    groups = (Group("bebida", "Bebida", (Option("lata", product=soda),), 1, 1),)
    combo = made_of(till, (dough, 1_000), groups=groups)
    whole = CatalogLine(products=tuple(Named("id", each.hex()) for each in halves))
    meal = CatalogLine(products=(Named("id", combo.hex()),), thousandths=2_000)
    till.give(OpenOrder(service_type="mesa", lines=(whole, meal)))
    assert on_hand(till, dough) == -(0.15 + 0.2 + 2)
    assert on_hand(till, soda) == 8


def test_a_kept_product_is_taken_itself_whatever_it_is_made_of(till: Till) -> None:
    flour = keep(till, "Farinha", stocked=False)
    cake = keep(till, "Bolo", recipe=(Ingredient(flour, 900),))
    sell(till, cake)
    assert (on_hand(till, cake), on_hand(till, flour)) == (-1, 0)


def test_a_front_end_with_its_own_prices_takes_too_and_a_free_item_does_not(
    till: Till, soda: ProductId
) -> None:
    own = NewLine(product=soda.hex(), name="Refri", unit_centavos=1)
    free = NewLine(product="avulso", name="Avulso", unit_centavos=1)
    order = OrderId(till.give(OpenOrder(service_type="mesa", lines=(own, free)))["order"])
    till.give(AddLines(order=order, lines=(own,)))
    till.give(EditOrder(order=order, add=(own,)))
    assert on_hand(till, soda) == 7


def test_one_command_at_two_terminals_takes_once_by_the_recipe_that_priced_it(
    till: Till, soda: ProductId, other: Till
) -> None:
    values = ProductValues(stocked=False, recipe=(Ingredient(soda, 2_000),), unit_centavos=900)
    other.clock_ms += 1_000
    other.give(ChangeProduct(product=soda, values=values))
    order = sell(till, soda, key="tap")
    assert sell(other, soda, key="tap") == order
    till.sync(other)
    assert on_hand(till, soda) == on_hand(other, soda) == 9
    assert till.order(order).total == 700
    kinds = {each.kind for each in disputes_of(till.order(order))}
    assert kinds == {"two_prices_of_a_line"}


def test_one_purchase_told_on_both_sides_of_the_end_of_a_day_counts_once(
    till: Till, soda: ProductId, other: Till
) -> None:
    other.day += 1
    for each in (till, other):
        receive(each, soda, 6, key="tap")
        count(each, soda, 4, key="again")
        receive(each, soda, 2, key="after")
    till.sync(other)
    assert len(till.views) == len(other.views)
    assert on_hand(till, soda) == on_hand(other, soda) == 6


# --- what comes back


def test_what_is_cancelled_before_the_kitchen_had_it_returns(till: Till, soda: ProductId) -> None:
    order, line = sell_line(till, soda, 4)
    cancel(till, order, line, 3)
    assert on_hand(till, soda) == 9
    cancel(till, order, line)
    assert on_hand(till, soda) == 10


def test_what_the_kitchen_had_is_lost(till: Till, soda: ProductId) -> None:
    order, line = sell_line(till, soda, 4)
    cancel(till, order, line, 1)
    till.give(SendLines(order=order, lines=(line,)))
    cancel(till, order, line, 2)
    assert on_hand(till, soda) == 7
    (taken,) = till.order(order).supplies
    assert (taken.sold, taken.lost) == (1_000, 2_000)


def test_sent_here_and_cancelled_there_is_lost_until_the_kitchen_says_otherwise(
    till: Till, soda: ProductId, other: Till
) -> None:
    order, line = sell_line(till, soda)
    other.sync(till)
    till.give(SendLines(order=order, lines=(line,)))
    cancel(other, order, line)
    till.sync(other)
    assert on_hand(till, soda) == on_hand(other, soda) == 9
    (dispute,) = disputes_of(till.order(order))
    for choice, left in (("made_and_lost", 9), ("not_made", 10)):
        till.give(settling(dispute, choice))
        assert on_hand(till, soda) == left


def test_a_cancelled_order_returns_what_was_not_sent(till: Till, soda: ProductId) -> None:
    first, line = sell_line(till, soda, 2)
    second = sell(till, soda, 3)
    till.give(SendLines(order=first, lines=(line,)))
    for order in (first, second):
        till.give(CancelOrder(order=order))
    assert on_hand(till, soda) == 8
    till.give(RestoreOrder(order=second))
    assert on_hand(till, soda) == 5


def test_a_closed_bill_that_is_cancelled_elsewhere_is_out(
    till: Till, soda: ProductId, other: Till
) -> None:
    order = sell(till, soda)
    other.sync(till)
    till.give(TakePayment(order=order, method="pix", centavos=700))
    till.give(CloseBill(order=order))
    other.give(CancelOrder(order=order))
    till.sync(other)
    assert on_hand(till, soda) == 9


def test_lines_that_move_and_parts_that_are_split_off_take_what_they_took(
    till: Till, soda: ProductId
) -> None:
    order, line = sell_line(till, soda, 3)
    target = OrderId(till.give(OpenOrder(service_type="mesa"))["order"])
    till.give(MoveLines(order=order, to=target, moves=(LineMove(line, 1_000),)))
    assert on_hand(till, soda) == 7
    till.give(MergeOrders(order=order, to=target))
    assert on_hand(till, soda) == 7
    cancel(till, target, line, 1)
    assert on_hand(till, soda) == 8
    till.give(CancelOrder(order=target))
    assert on_hand(till, soda) == 10


# --- counts


def test_a_count_takes_the_place_of_all_before_it(till: Till, soda: ProductId) -> None:
    sell(till, soda, 3)
    count(till, soda, 5)
    assert on_hand(till, soda) == 5
    till.day += 1
    sell(till, soda)
    receive(till, soda, 2)
    assert on_hand(till, soda) == 6
    assert disputes(till, soda) == ()


def test_who_counts_after_seeing_a_count_is_right_whatever_the_clocks_say(
    till: Till, soda: ProductId, other: Till
) -> None:
    other.clock_ms -= 48 * HOUR_MS
    other.sync(till)
    count(other, soda, 3)
    till.sync(other)
    assert on_hand(till, soda) == on_hand(other, soda) == 3


def test_of_counts_apart_the_later_stands(till: Till, soda: ProductId, other: Till) -> None:
    other.clock_ms += 5
    count(till, soda, 3)
    count(other, soda, 4)
    till.sync(other)
    assert on_hand(till, soda) == on_hand(other, soda) == 4


def test_a_sale_that_the_counter_saw_is_before_the_count_though_its_clock_is_ahead(
    till: Till, soda: ProductId, other: Till
) -> None:
    other.clock_ms += 48 * HOUR_MS
    sell(other, soda, 2)
    till.sync(other)
    count(till, soda, 8)
    assert on_hand(till, soda) == 8
    sell(other, soda)
    till.sync(other)
    assert on_hand(till, soda) == on_hand(other, soda) == 7


def test_an_unseen_earlier_sale_is_for_a_person_to_confirm(
    till: Till, soda: ProductId, other: Till
) -> None:
    sell(other, soda, 2)
    till.clock_ms += 1_000
    count(till, soda, 8)
    assert disputes(till, soda) == ()
    till.sync(other)
    assert on_hand(till, soda) == on_hand(other, soda) == 8
    (dispute,) = disputes(till, soda)
    assert (dispute,) == disputes(other, soda)
    assert (dispute.kind, len(dispute.facts)) == ("count_to_confirm", 2)
    sell(other, soda)  # with the count in sight: after it
    till.sync(other)
    assert disputes(till, soda) == (dispute,)
    count(till, soda, 7)
    assert disputes(till, soda) == ()


def test_an_opening_is_refused_where_there_is_a_count(till: Till, soda: ProductId) -> None:
    opening = CountStock(items=(Counted(soda, 1),), is_opening=True)
    with pytest.raises(StockIsOpen):
        till.give(opening)
    till.give(CountStock(items=(Counted(soda, 1),), is_opening=True, place="Depósito"))


# --- places


def test_a_transfer_goes_out_here_and_in_there(till: Till, soda: ProductId) -> None:
    items = (Item(soda, 4_000),)
    till.give(TransferStock(items=items, origin="", target="Bar"))
    till.give(TransferStock(items=items, target="Bar", site="Filial"))
    till.give(TransferStock(items=items, origin="Bar", site="Filial"))
    assert (on_hand(till, soda), on_hand(till, soda, "Bar")) == (6, 4)
    count(till, soda, 1, place="Bar")
    assert (on_hand(till, soda), on_hand(till, soda, "Bar")) == (6, 1)


@pytest.mark.parametrize(
    ("origin", "target", "site"),
    [("a", "a", ""), (None, None, "x"), ("a", None, ""), ("a", "b", "x")],
)
def test_a_transfer_that_makes_no_sense_is_refused(
    till: Till, soda: ProductId, origin: str | None, target: str | None, site: str
) -> None:
    with pytest.raises(InvalidField):
        till.give(TransferStock(items=(Item(soda, 1),), origin=origin, target=target, site=site))


def test_what_the_catalog_does_not_know_is_refused(till: Till, soda: ProductId) -> None:
    nobody = ProductId(CreatedId(bytes(16)))
    with pytest.raises(UnknownProduct):
        till.give(ReceiveStock(items=(Item(nobody, 1),)))
    with pytest.raises(UnknownProduct):
        till.give(CountStock(items=(Counted(nobody, 1),)))
    with pytest.raises(InvalidField):
        till.give(CountStock(items=(Counted(soda, 1), Counted(soda, 2))))
    with pytest.raises(InvalidField):
        till.give(LoseStock(items=(Item(soda, 1),), reason=""))


# --- oversold


def test_the_last_ones_sold_apart_are_a_dispute_of_the_day(
    till: Till, soda: ProductId, other: Till
) -> None:
    sell(till, soda, 6)
    sell(other, soda, 6)
    assert disputes(till, soda) == disputes(other, soda) == ()
    till.sync(other)
    assert on_hand(till, soda) == on_hand(other, soda) == -2
    (dispute,) = disputes(till, soda)
    assert (dispute,) == disputes(other, soda)
    assert (dispute.kind, dispute.subject) == ("oversold", f"{soda.hex()}:{till.day}")
    till.give(settling(dispute, "kept"))
    sell(till, soda)
    (settled,) = disputes(till, soda)
    assert not settled.is_open, "who decided about the day is not asked by every later sale"
    till.day += 1
    sell(till, soda)
    assert [each.is_open for each in disputes(till, soda)] == [False, True]


def test_goods_that_are_entered_late_end_the_dispute_of_their_day(
    till: Till, soda: ProductId
) -> None:
    sell(till, soda, 12)
    assert len(disputes(till, soda)) == 1
    receive(till, soda, 2)
    assert disputes(till, soda) == ()


def test_who_receives_on_the_next_day_does_not_undo_the_day_before(
    till: Till, soda: ProductId
) -> None:
    sell(till, soda, 12)
    till.day += 1
    receive(till, soda, 5)
    assert on_hand(till, soda) == 3
    assert [each.subject for each in disputes(till, soda)] == [f"{soda.hex()}:{till.day - 1}"]
    count(till, soda, 3)
    assert disputes(till, soda) == ()


def test_a_transfer_of_both_places_is_one_fact(till: Till, soda: ProductId) -> None:
    items = (Item(soda, 1_000),)
    till.give(TransferStock(items=items, origin="", target="Bar"))
    ((_, told),) = list(till.changes.values())[-1].entries()
    assert told.fact == StockTransferred(items=items, origin="", target="Bar")
