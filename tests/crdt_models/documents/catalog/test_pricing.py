"""Prices by time and service, choices, combos, and wholes of several parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt_models.documents.catalog.commands import AddProduct, ChangeProduct
from crdt_models.documents.catalog.errors import (
    NotSoldByHalves,
    ProductNotActive,
    UnknownOption,
    UnknownProduct,
    WrongNumberOfChoices,
)
from crdt_models.documents.catalog.facts import Group, Option, PriceRule, ProductValues
from crdt_models.documents.catalog.pricing import (
    Chosen,
    is_within,
    price_of,
    price_of_parts,
    unit_price_at,
)
from crdt_models.documents.command import Moment
from crdt_models.documents.orders.facts import Modifier
from crdt_models.documents.orders.lines import unit_price
from crdt_models.ids import CreatedId, ProductId
from crdt_models.money import ONE
from tests.crdt_models.documents.shop import Till

MONDAY, FRIDAY, SATURDAY = 0, 4, 5
NOON = Moment(MONDAY, 12 * 60)


def product(till: Till, **values: object) -> ProductId:
    given_ = {"name": "Produto", "unit_centavos": 1000, **values}
    added = AddProduct(values=ProductValues(**given_))  # type: ignore[arg-type]  # any fields
    return ProductId(till.give(added)["product.0"])


def test_the_first_rule_that_fits_counts_and_else_the_base_price(till: Till) -> None:
    rules = (
        PriceRule(700, weekdays=(FRIDAY,), from_minute=17 * 60, to_minute=19 * 60),
        PriceRule(1200, services=("entrega",)),
        PriceRule(900, from_minute=11 * 60, to_minute=15 * 60, services=("mesa", "balcao")),
    )
    priced = product(till, prices=rules)
    found = till.catalog.products[priced]
    for service, moment, price in (
        ("mesa", Moment(FRIDAY, 17 * 60), 700),
        ("entrega", Moment(FRIDAY, 18 * 60), 700),
        ("mesa", Moment(FRIDAY, 19 * 60), 1000),
        ("entrega", NOON, 1200),
        ("balcao", NOON, 900),
        ("viagem", NOON, 1000),
        ("mesa", Moment(MONDAY, 15 * 60), 1000),
    ):
        assert unit_price_at(found, service, moment) == price, (service, moment)


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    night = PriceRule(1, weekdays=(FRIDAY,), from_minute=22 * 60, to_minute=2 * 60)
    assert is_within(night, Moment(FRIDAY, 22 * 60))
    assert is_within(night, Moment(SATURDAY, 119))
    assert not is_within(night, Moment(SATURDAY, 120))
    assert not is_within(night, Moment(FRIDAY, 60))
    assert not is_within(night, Moment(SATURDAY, 23 * 60))
    sunday = PriceRule(1, weekdays=(6,), from_minute=1439, to_minute=1)
    assert is_within(sunday, Moment(MONDAY, 0))


@given(st.integers(0, 6), st.integers(0, 1439), st.integers(0, 1439), st.integers(1, 1440))
def test_a_window_of_every_day_is_open_as_long_as_it_says(
    weekday: int, minute: int, start: int, end: int
) -> None:
    rule = PriceRule(1, from_minute=start, to_minute=end)
    inside = start <= minute < end if start < end else (minute >= start or minute < end)
    assert is_within(rule, Moment(weekday, minute)) == inside


def test_a_line_copies_name_price_station_and_category(till: Till) -> None:
    sold = product(till, name="Caipirinha", category="Bebidas", station="bar")
    priced = price_of(till.catalog, sold, "mesa", NOON)
    assert (priced.product, priced.name, priced.unit_centavos) == (sold, "Caipirinha", 1000)
    assert (priced.category, priced.station, priced.modifiers) == ("Bebidas", "bar", ())


BURGER = (
    Group("ponto", "Ponto", (Option("mal", "Mal passado"), Option("bem", "Bem passado")), least=1),
    Group("extra", "Extras", (Option("bacon", "Bacon", 400), Option("sem", "Sem queijo", -100)),
          most=3),
)  # fmt: skip


def test_choices_are_copied_with_their_prices(till: Till) -> None:
    burger = product(till, groups=BURGER)
    chosen = (Chosen("bacon", 2), Chosen("mal"), Chosen("sem"))
    priced = price_of(till.catalog, burger, "mesa", NOON, chosen)
    assert priced.modifiers == (
        Modifier("Mal passado"),
        Modifier("Bacon", thousandths=2000, unit_centavos=400),
        Modifier("Sem queijo", unit_centavos=-100),
    )
    assert unit_price(priced.unit_centavos, priced.modifiers) == 1000 + 800 - 100


@pytest.mark.parametrize(
    ("chosen", "refusal"),
    [
        ((), WrongNumberOfChoices),
        ((Chosen("mal"), Chosen("bem")), WrongNumberOfChoices),
        ((Chosen("mal", 2),), WrongNumberOfChoices),
        ((Chosen("mal"), Chosen("bacon", 4)), WrongNumberOfChoices),
        ((Chosen("mal"), Chosen("bacon", 2), Chosen("bacon", 2)), WrongNumberOfChoices),
        ((Chosen("mal"), Chosen("ovo")), UnknownOption),
        ((Chosen("mal"), Chosen("bacon", 0)), UnknownOption),
        ((Chosen("mal"), Chosen("bacon", -1)), UnknownOption),
    ],
)
def test_choices_that_the_groups_do_not_allow_are_refused(
    till: Till, chosen: tuple[Chosen, ...], refusal: type[Exception]
) -> None:
    burger = product(till, groups=BURGER)
    with pytest.raises(refusal):
        price_of(till.catalog, burger, "mesa", NOON, chosen)


def test_a_combo_names_its_components_and_chooses_the_only_one_by_itself(till: Till) -> None:
    fries, coke = product(till, name="Batata"), product(till, name="Coca")
    juice = product(till, name="Suco")
    combo = product(
        till,
        name="Combo",
        unit_centavos=3000,
        groups=(
            Group("lado", "Acompanhamento", (Option("b", product=fries),), least=2, most=2),
            Group(
                "bebida",
                "Bebida",
                (Option("c", product=coke), Option("s", "Suco grande", 500, product=juice)),
                least=1,
            ),
        ),
    )
    priced = price_of(till.catalog, combo, "balcao", NOON, (Chosen("s"),))
    assert priced.modifiers == (
        Modifier("Batata", thousandths=2000, product=fries.hex()),
        Modifier("Suco grande", unit_centavos=500, product=juice.hex()),
    )
    with pytest.raises(WrongNumberOfChoices):
        price_of(till.catalog, combo, "balcao", NOON)
    till.give(ChangeProduct(product=juice, values=ProductValues(active=False)))
    with pytest.raises(ProductNotActive):
        price_of(till.catalog, combo, "balcao", NOON, (Chosen("s"),))
    assert price_of(till.catalog, combo, "balcao", NOON, (Chosen("c"),)).unit_centavos == 3000


def test_half_and_half_costs_the_dearest_or_the_average(till: Till) -> None:
    one = product(till, name="Calabresa", unit_centavos=4400, halves="average")
    two = product(till, name="Camarão", unit_centavos=6901, halves="average")
    strict = product(till, name="Picanha", unit_centavos=6000, halves="dearest")
    average = price_of_parts(till.catalog, (one, two), "mesa", NOON)
    assert (average.product, average.unit_centavos) == (one, 5651)
    assert average.name == "1/2 Calabresa + 1/2 Camarão"
    assert average.modifiers == (
        Modifier("1/2 Calabresa", thousandths=500, product=one.hex()),
        Modifier("1/2 Camarão", thousandths=500, product=two.hex()),
    )
    assert price_of_parts(till.catalog, (one, strict), "mesa", NOON).unit_centavos == 6000
    assert price_of_parts(till.catalog, (strict, one), "mesa", NOON).unit_centavos == 6000
    assert price_of_parts(till.catalog, (one, one), "mesa", NOON).unit_centavos == 4400


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=4), st.booleans())
def test_parts_are_one_whole_and_cost_no_more_than_the_dearest(
    prices: list[int], dearest: bool
) -> None:
    till = Till()
    rule = "dearest" if dearest else "average"
    parts = [product(till, unit_centavos=price, halves=rule) for price in prices]
    priced = price_of_parts(till.catalog, parts, "mesa", NOON)
    assert sum(each.thousandths for each in priced.modifiers) == ONE
    assert min(prices) <= priced.unit_centavos <= max(prices)
    assert unit_price(priced.unit_centavos, priced.modifiers) == priced.unit_centavos
    if not dearest:
        assert abs(priced.unit_centavos * len(prices) - sum(prices)) * 2 <= len(prices)


def test_a_whole_has_two_to_four_parts_that_may_be_parts(till: Till) -> None:
    part, whole = product(till, halves="average"), product(till)
    for parts in ((part,), (part,) * 5, (part, whole)):
        with pytest.raises(NotSoldByHalves):
            price_of_parts(till.catalog, parts, "mesa", NOON)
    with pytest.raises(UnknownProduct):
        price_of_parts(till.catalog, (part, ProductId(CreatedId(bytes(16)))), "mesa", NOON)


def test_the_crust_of_a_whole_is_chosen_from_its_first_part(till: Till) -> None:
    crust = (Group("borda", "Borda", (Option("cheddar", "Cheddar", 800),)),)
    one, two = product(till, halves="average", groups=crust), product(till, halves="average")
    priced = price_of_parts(till.catalog, (one, two), "mesa", NOON, (Chosen("cheddar"),))
    assert priced.modifiers[-1] == Modifier("Cheddar", unit_centavos=800)
    with pytest.raises(UnknownOption):
        price_of_parts(till.catalog, (two, one), "mesa", NOON, (Chosen("cheddar"),))
