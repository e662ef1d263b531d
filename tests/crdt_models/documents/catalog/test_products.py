"""Products: what commands write of them, and what the view makes of it wherever it was written."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from crdt_models.change import Change
from crdt_models.documents.catalog.commands import AddProduct, ChangeProduct, ImportProducts
from crdt_models.documents.catalog.errors import ProductExists, UnknownProduct
from crdt_models.documents.catalog.facts import (
    Group,
    Ingredient,
    Option,
    PriceRule,
    ProductAdded,
    ProductChanged,
    ProductValues,
)
from crdt_models.documents.catalog.view import FIELDS, CatalogView
from crdt_models.documents.command import CommandTooLarge, InvalidField
from crdt_models.documents.orders.commands import CatalogLine, Named, OpenOrder
from crdt_models.fact import Fact
from crdt_models.ids import CATALOG, CreatedId, ProductId
from tests.crdt_models.documents.histories import changes, some
from tests.crdt_models.documents.shop import Till

NOWHERE = ProductId(CreatedId(b"n" * 16))
CALABRESA = ProductValues(
    name="Calabresa",
    unit_centavos=4400,
    code="101",
    category="Pizzas",
    station="forno",
    barcodes=("7891000100103",),
    tax={"ncm": "19059090", "cfop": "5102"},
    prices=(PriceRule(3900, weekdays=(1,), services=("mesa",)),),
    external_id="loja:7",
    halves="dearest",
)


def added(till: Till, values: ProductValues = CALABRESA) -> ProductId:
    return ProductId(till.give(AddProduct(values=values))["product.0"])


def change(till: Till, product: ProductId, **values: Any) -> None:
    till.give(ChangeProduct(product=product, values=ProductValues(**values)))


def test_a_product_begins_with_what_was_given_and_defaults_for_the_rest(till: Till) -> None:
    added(till)
    (product,) = till.catalog.products.values()
    assert (product.name, product.unit_centavos, product.code) == ("Calabresa", 4400, "101")
    assert (product.category, product.station) == ("Pizzas", "forno")
    assert product.tax == {"ncm": "19059090", "cfop": "5102"}
    assert (product.halves, product.external_id) == ("dearest", "loja:7")
    assert product.is_active
    assert not product.is_sold_out
    assert (product.sold_by, product.scale, product.groups, product.recipe) == (
        "unit",
        None,
        (),
        (),
    )
    assert (product.picture, product.counted) == ("", None)


def test_a_product_without_name_or_price_is_refused(till: Till) -> None:
    for values in (ProductValues(name="x"), ProductValues(unit_centavos=1), ProductValues(name="")):
        with pytest.raises(InvalidField):
            till.give(AddProduct(values=values))


def test_every_field_can_be_set_and_set_back(till: Till) -> None:
    product = added(till)
    full = ProductValues(
        name="Meia", unit_centavos=1, code="9", category="c", station="s",
        prices=(PriceRule(1),), tax={"cest": "1"}, barcodes=("12345670",), sold_by="weight",
        scale="price", active=False, picture="p.png", external_id="outra:1",
        groups=(Group("g", "Grupo", (Option("o", "Opção"),)),), halves="average",
        recipe=(Ingredient(product, 250),), sold_out=True, left=5000, stocked=True,
            stock_minimum=2000,
    )  # fmt: skip
    empty = ProductValues(
        name="Meia", unit_centavos=0, code="", category="", station="", prices=(), tax={},
        barcodes=(), sold_by="unit", scale=None, active=True, picture="", external_id=None,
        groups=(), halves=None, recipe=(), sold_out=False, left=None, stocked=False,
            stock_minimum=None,
    )  # fmt: skip
    for values in (full, empty):
        assert all(getattr(values, field) is not UNSET for field in FIELDS)
        till.give(ChangeProduct(product=product, values=values))
        assert till.catalog.products[product].values == values


def test_what_is_so_already_is_not_written_again(till: Till) -> None:
    product = added(till)
    before = len(till.changes)
    till.give(ChangeProduct(product=product, values=CALABRESA))
    assert len(till.changes) == before
    change(till, product, name="Calabresa", unit_centavos=4600)
    (fact,) = [each.fact for each in till.catalog.all(ProductChanged)]
    assert fact.values == ProductValues(unit_centavos=4600)


def test_a_count_of_what_is_left_anyway_is_not_written(till: Till) -> None:
    product = added(till)
    change(till, product, left=3000)
    sell = OpenOrder(service_type="mesa", lines=(CatalogLine(products=(Named("code", "101"),)),))
    till.give(sell)
    before = len(till.changes)
    change(till, product, left=2000)
    assert len(till.changes) == before
    change(till, product, left=3000)
    assert len(till.changes) == before + 1
    counted = till.catalog.products[product].counted
    assert counted is not None
    assert counted[0] == 3000
    change(till, product, left=None)
    change(till, product, left=None)
    assert len(till.changes) == before + 2


def test_an_edit_that_saw_another_stands_whatever_the_clocks_say(till: Till) -> None:
    product = added(till)
    slow = Till("B", clock_ms=till.clock_ms - 86_400_000)
    change(till, product, unit_centavos=5000)
    slow.sync(till)
    change(slow, product, unit_centavos=4200)
    till.sync(slow)
    assert till.catalog.products[product].unit_centavos == 4200
    assert till.catalog.products[product].register("unit_centavos").losers == ()


def test_two_managers_change_one_price_apart(till: Till) -> None:
    product, other = added(till), Till("B")
    other.sync(till)
    change(till, product, unit_centavos=4600, name="Calabresa G")
    change(other, product, unit_centavos=4700, station="forno 2")
    till.sync(other)
    for each in (till, other):
        found = each.catalog.products[product]
        assert (found.name, found.station) == ("Calabresa G", "forno 2")
        register = found.register("unit_centavos")
        assert {found.unit_centavos, *(write.value for write in register.losers)} == {4600, 4700}
    assert till.catalog.products[product].values == other.catalog.products[product].values
    change(till, product, unit_centavos=till.catalog.products[product].unit_centavos)
    assert till.catalog.products[product].register("unit_centavos").losers == ()


def test_one_command_at_two_terminals_adds_one_product() -> None:
    one, other = Till(), Till("B")
    for till in (one, other):
        till.give(AddProduct(values=CALABRESA), key="same")
    one.sync(other)
    assert len(one.catalog.products) == 1
    assert one.catalog.reused_commands == ()


def test_a_code_a_barcode_and_an_external_id_name_one_active_product(till: Till) -> None:
    first = added(till)
    for taken in (
        {"code": "101"},
        {"barcodes": ("1234", "7891000100103")},
        {"external_id": "loja:7"},
    ):
        with pytest.raises(ProductExists):
            added(till, ProductValues(name="Outra", unit_centavos=1, **taken))
    other = added(till, ProductValues(name="Outra", unit_centavos=1))
    with pytest.raises(ProductExists):
        change(till, other, code="101")
    change(till, first, active=False)
    change(till, other, code="101", barcodes=("7891000100103",), external_id="loja:7")
    assert [each.id for each in till.catalog.by_code["101"]] == [other]
    with pytest.raises(ProductExists):
        change(till, first, code="101", active=True)


def test_a_product_that_is_put_back_claims_its_names_again(till: Till) -> None:
    first = added(till)
    change(till, first, active=False)
    added(till, ProductValues(name="Outra", unit_centavos=1, code="101"))
    with pytest.raises(ProductExists):
        change(till, first, active=True)


def test_terminals_apart_may_give_one_name_twice(till: Till) -> None:
    other = Till("B")
    added(till)
    added(other)
    till.sync(other)
    assert len(till.catalog.by_code["101"]) == 2
    assert len(till.catalog.by_barcode["7891000100103"]) == 2
    assert len(till.catalog.by_external_id["loja:7"]) == 2


def test_what_does_not_exist_cannot_be_changed_or_mentioned(till: Till) -> None:
    product = added(till)
    with pytest.raises(UnknownProduct):
        change(till, NOWHERE, name="x")
    with pytest.raises(UnknownProduct):
        change(till, product, recipe=(Ingredient(NOWHERE, 1),))
    with pytest.raises(UnknownProduct):
        change(till, product, groups=(Group("g", "G", (Option("o", product=NOWHERE),)),))


@pytest.mark.parametrize(
    "groups",
    [
        (Group("g", "G", (Option("o", "O"), Option("o", "P"))),),
        (Group("g", "G", (Option("o", "O"),)), Group("h", "H", (Option("o", "O"),))),
        (Group("g", "G", (Option("o", "O"),)), Group("g", "H", (Option("p", "P"),))),
        (Group("g", "G", (Option("o", "O"),), least=2, most=1),),
        (Group("g", "G", (Option("o"),)),),
        (Group("g", "G", ()),),
    ],
)
def test_groups_that_nobody_could_choose_from_are_refused(
    till: Till, groups: tuple[Group, ...]
) -> None:
    product = added(till)
    with pytest.raises(InvalidField):
        change(till, product, groups=groups)


def test_an_import_finds_products_by_external_id_and_then_by_code(till: Till) -> None:
    one = added(till)
    two = added(till, ProductValues(name="Água", unit_centavos=500, code="900"))
    rows = (
        ProductValues(name="Calabresa", unit_centavos=4500, external_id="loja:7"),
        ProductValues(name="Coca", unit_centavos=800, code="901"),
        ProductValues(name="Água", unit_centavos=600, code="900", external_id="loja:9"),
        ProductValues(name="Guaraná", unit_centavos=700),
    )
    ids = till.give(ImportProducts(rows=rows))
    assert list(ids) == ["product.0", "product.1"]
    products = till.catalog.products
    assert (products[one].unit_centavos, products[one].code) == (4500, "101")
    assert (products[two].unit_centavos, products[two].external_id) == (600, "loja:9")
    assert products[ProductId(ids["product.0"])].name == "Coca"
    assert products[ProductId(ids["product.1"])].name == "Guaraná"
    before = len(till.changes)
    till.give(ImportProducts(rows=rows[:3]))
    assert len(till.changes) == before


def test_an_import_leaves_out_what_was_taken_out(till: Till) -> None:
    one = added(till)
    change(till, one, active=False)
    row = ProductValues(name="Calabresa", unit_centavos=4500, external_id="loja:7", code="101")
    assert till.give(ImportProducts(rows=(row,))) == {}
    assert not till.catalog.products[one].is_active
    assert till.catalog.products[one].unit_centavos == 4500


def test_an_import_is_refused_whole(till: Till) -> None:
    water = ProductValues(name="Água", unit_centavos=500, code="900")
    for rows, refusal in (
        ((water, water), ProductExists),
        ((water, ProductValues(unit_centavos=1)), InvalidField),
        ((water, ProductValues(name="x", unit_centavos=-1)), InvalidField),
        ((ProductValues(name="x" * 120, unit_centavos=1),) * 513, CommandTooLarge),
    ):
        with pytest.raises(refusal):
            till.give(ImportProducts(rows=rows))
    assert not till.catalog.products


def test_two_rows_cannot_mean_one_product(till: Till) -> None:
    added(till)
    rows = (ProductValues(name="a", external_id="loja:7"), ProductValues(name="b", code="101"))
    with pytest.raises(ProductExists):
        till.give(ImportProducts(rows=rows))


PRODUCTS = [ProductId(CreatedId(bytes([i]) * 16)) for i in range(2)]
values = st.builds(
    ProductValues,
    name=st.sampled_from([UNSET, "a", "b"]),
    unit_centavos=st.sampled_from([UNSET, 1, 2]),
    code=st.sampled_from([UNSET, "", "1"]),
    external_id=st.sampled_from([UNSET, None, "s:1"]),
    active=st.sampled_from([UNSET, True, False]),
    left=st.sampled_from([UNSET, None, 1000]),
)
begun = st.builds(
    ProductValues, name=st.sampled_from("ab"), unit_centavos=st.integers(1, 2), code=st.just("1")
)
catalog_facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(ProductAdded, product=st.sampled_from(PRODUCTS), values=begun),
    st.builds(ProductChanged, product=st.sampled_from(PRODUCTS), values=values, replaces=some),
)


def view_of(written: list[Change]) -> CatalogView:
    view = CatalogView(CATALOG)
    for each in written:
        for _, entry in each.entries():
            view.apply(entry)
    return view


def seen(view: CatalogView) -> dict[str, Any]:
    return {
        "products": {
            product.hex(): (found.values, found.added, found.counted, _registers(view, product))
            for product, found in view.products.items()
        },
        "sequence": list(view.products),
        **{
            name: {text: [each.id for each in found] for text, found in named.items()}
            for name, named in (
                ("code", view.by_code),
                ("barcode", view.by_barcode),
                ("external", view.by_external_id),
            )
        },
        "not understood": view.not_understood,
    }


def _registers(view: CatalogView, product: ProductId) -> list[Any]:
    registers = [view.products[product].register(field) for field in FIELDS]
    return [(each.heads, each.current, each.writes) for each in registers]


@settings(max_examples=150, deadline=None)
@given(changes(of=catalog_facts, document=CATALOG), st.randoms())
def test_order_and_repetition_change_nothing(written: list[Change], dice: Any) -> None:
    shuffled = [*written, *written[:2]]
    dice.shuffle(shuffled)
    one, other = view_of(written), CatalogView(CATALOG)
    for each in shuffled:
        seen(other)  # whatever was derived before is forgotten
        for _, entry in each.entries():
            other.apply(entry)
    assert seen(one) == seen(other)


@settings(max_examples=150, deadline=None)
@given(changes(of=catalog_facts, document=CATALOG))
def test_a_written_field_always_has_a_value_and_it_is_one_that_was_written(
    written: list[Change],
) -> None:
    for product in view_of(written).products.values():
        for field in FIELDS:
            told = [getattr(wrote.values, field) for wrote in product.wrote]
            given_ = [value for value in told if value is not UNSET]
            current = getattr(product.values, field)
            assert current in given_ if given_ else current is UNSET
