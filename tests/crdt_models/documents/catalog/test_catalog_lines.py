"""Lines that name products of the catalog: what is copied, what is refused, what is left."""

import pytest

from crdt_models.disputes import open_disputes
from crdt_models.documents.catalog.commands import AddProduct, ChangeProduct
from crdt_models.documents.catalog.errors import (
    AmbiguousProduct,
    ProductNotActive,
    SoldOut,
    UnknownProduct,
)
from crdt_models.documents.catalog.facts import Group, Option, PriceRule, ProductValues
from crdt_models.documents.catalog.left import left_of, taken_since
from crdt_models.documents.catalog.pricing import Chosen
from crdt_models.documents.orders.bill_commands import CloseBill, TakePayment
from crdt_models.documents.orders.commands import (
    AddLines,
    CancelLines,
    CancelOrder,
    CatalogLine,
    EditOrder,
    LineCancellation,
    Named,
    NewLine,
    OpenOrder,
    RestoreOrder,
)
from crdt_models.documents.orders.facts import LineAdded, Modifier
from crdt_models.ids import CreatedId, LineId, OrderId, ProductId
from tests.crdt_models.documents.shop import Till

CODE = (Named("code", "101"),)
GROUPS = (Group("borda", "Borda", (Option("cheddar", "Cheddar", 800),)),)


@pytest.fixture
def pizza(till: Till) -> ProductId:
    return product(
        till,
        name="Calabresa",
        unit_centavos=4400,
        code="101",
        barcodes=("7891000100103",),
        category="Pizzas",
        station="forno",
        groups=GROUPS,
        halves="average",
        prices=(PriceRule(3900, services=("viagem",)),),
    )


def product(till: Till, **values: object) -> ProductId:
    given = {"name": "Produto", "unit_centavos": 1000, **values}
    added = AddProduct(values=ProductValues(**given))  # type: ignore[arg-type]  # any fields
    return ProductId(till.give(added)["product.0"])


def change(till: Till, changed: ProductId, **values: object) -> None:
    given = ProductValues(**values)  # type: ignore[arg-type]  # any fields
    till.give(ChangeProduct(product=changed, values=given))


def sold(till: Till, *lines: CatalogLine | NewLine, key: str = "") -> OrderId:
    return OrderId(till.give(OpenOrder(service_type="mesa", lines=lines), key)["order"])


def only(till: Till, order: OrderId) -> LineAdded:
    (line,) = till.order(order).lines
    return line.fact


def left(till: Till, of: ProductId) -> int:
    found = left_of(
        till.catalog.products[of], lambda each, since: taken_since(till.orders, each, since)
    )
    assert found is not None
    return found


def test_a_line_copies_what_the_catalog_says(till: Till, pizza: ProductId) -> None:
    line = CatalogLine(products=CODE, chosen=(Chosen("cheddar"),), thousandths=2000, note="bem")
    order = sold(till, line)
    fact = only(till, order)
    assert (fact.product, fact.name, fact.unit_centavos) == (pizza.hex(), "Calabresa", 4400)
    assert (fact.category, fact.station, fact.note) == ("Pizzas", "forno", "bem")
    assert fact.modifiers == (Modifier("Cheddar", unit_centavos=800),)
    assert till.order(order).total == 2 * 5200


@pytest.mark.parametrize("by", ["id", "code", "barcode"])
def test_a_product_is_named_by_id_code_or_barcode(till: Till, pizza: ProductId, by: str) -> None:
    text = {"id": pizza.hex(), "code": "101", "barcode": "7891000100103"}[by]
    fact = only(till, sold(till, CatalogLine(products=(Named(by, text),))))  # type: ignore[arg-type]
    assert fact.product == pizza.hex()
    assert ("product" in fact.copied) == (by != "id")


@pytest.mark.parametrize("text", ["101", "", "zz", "0" * 32, "é"])
def test_an_unknown_product_is_refused_and_can_be_a_free_item(till: Till, text: str) -> None:
    with pytest.raises(UnknownProduct):
        sold(till, CatalogLine(products=(Named("id", text),)))
    with pytest.raises(UnknownProduct):
        sold(till, CatalogLine(products=(Named("code", text),)))
    free = only(till, sold(till, NewLine(product=text, name="Avulso", unit_centavos=1)))
    assert (free.name, free.copied) == ("Avulso", ())


def test_a_code_of_two_products_sells_neither(till: Till, pizza: ProductId) -> None:
    other = Till("B")
    second = product(other, name="Outra", code="101")
    till.sync(other)
    with pytest.raises(AmbiguousProduct):
        sold(till, CatalogLine(products=CODE))
    change(till, second, active=False)
    assert only(till, sold(till, CatalogLine(products=CODE))).product == pizza.hex()
    with pytest.raises(ProductNotActive):
        sold(till, CatalogLine(products=(Named("id", second.hex()),)))


def test_the_price_is_that_of_the_way_of_serving_at_that_moment(
    till: Till, pizza: ProductId
) -> None:
    order = sold(till, CatalogLine(products=CODE))
    took = OpenOrder(service_type="viagem", lines=(CatalogLine(products=CODE),))
    assert only(till, OrderId(till.give(took)["order"])).unit_centavos == 3900
    till.give(EditOrder(order=order, fields={"service_type": "viagem"},
                        add=(CatalogLine(products=CODE),)))  # fmt: skip
    till.give(AddLines(order=order, lines=(CatalogLine(products=CODE),)))
    prices = [line.fact.unit_centavos for line in till.order(order).lines]
    assert prices == [4400, 3900, 3900]


def test_half_and_half_and_free_modifiers(till: Till, pizza: ProductId) -> None:
    product(till, name="Camarão", unit_centavos=7000, code="102", halves="average")
    line = CatalogLine(
        products=(*CODE, Named("code", "102")),
        modifiers=(Modifier("Embalagem", unit_centavos=200),),
        station="forno 2",
    )
    fact = only(till, sold(till, line))
    assert (fact.name, fact.unit_centavos) == ("1/2 Calabresa + 1/2 Camarão", 5700)
    assert (fact.station, "station" in fact.copied) == ("forno 2", False)
    assert fact.modifiers[-1] == Modifier("Embalagem", unit_centavos=200)


def test_a_later_price_moves_no_bill(till: Till, pizza: ProductId) -> None:
    order = sold(till, CatalogLine(products=CODE))
    change(till, pizza, unit_centavos=9900, name="Cara")
    assert (only(till, order).name, till.order(order).total) == ("Calabresa", 4400)
    till.give(TakePayment(order=order, centavos=4400, method="pix"))
    till.give(CloseBill(order=order))
    assert till.order(order).total == 4400


def test_one_command_at_two_terminals_with_two_prices_is_one_line_and_a_dispute(
    till: Till, pizza: ProductId
) -> None:
    other = Till("B")
    other.sync(till)
    change(other, pizza, unit_centavos=4900)
    lines = (CatalogLine(products=CODE), CatalogLine(products=CODE, thousandths=500))
    order = sold(till, *lines, key="same")
    assert sold(other, *lines, key="same") == order
    till.sync(other)
    for each in (till, other):
        view = each.order(order)
        assert [line.fact.unit_centavos for line in view.lines] == [4400, 4400]
        assert view.reused_commands == ()
        assert [d.kind for d in open_disputes(view)] == ["two_prices_of_a_line"] * 2
    assert till.order(order).total == other.order(order).total == 6600


def test_one_command_at_two_terminals_with_one_price_is_no_dispute(
    till: Till, pizza: ProductId
) -> None:
    other = Till("B")
    other.sync(till)
    change(other, pizza, station="forno 9")
    order = sold(till, CatalogLine(products=CODE), key="same")
    sold(other, CatalogLine(products=CODE), key="same")
    till.sync(other)
    assert len(till.order(order).lines) == 1
    assert not open_disputes(till.order(order))


def test_a_told_price_that_differs_is_still_two_lines_when_nobody_copied_it(till: Till) -> None:
    other = Till("B")
    for each, price in ((till, 100), (other, 200)):
        sold(each, NewLine(product="1", name="x", unit_centavos=price), key="same")
    till.sync(other)
    (view,) = till.orders
    assert len(view.lines) == 2


def test_what_is_sold_out_is_refused_here(till: Till, pizza: ProductId) -> None:
    change(till, pizza, sold_out=True)
    with pytest.raises(SoldOut):
        sold(till, CatalogLine(products=CODE))
    combo = product(till, groups=(Group("p", "Pizza", (Option("p", product=pizza),), least=1),))
    with pytest.raises(SoldOut):
        sold(till, CatalogLine(products=(Named("id", combo.hex()),)))
    sold(till, NewLine(product=pizza.hex(), name="Calabresa", unit_centavos=1))
    change(till, pizza, sold_out=False)
    sold(till, CatalogLine(products=CODE))


def test_what_is_left_goes_down_with_sales_and_up_with_cancellations(
    till: Till, pizza: ProductId
) -> None:
    sold(till, CatalogLine(products=CODE))  # before anybody counted
    change(till, pizza, left=3000)
    order = sold(till, CatalogLine(products=CODE), CatalogLine(products=CODE))
    assert left(till, pizza) == 1000
    with pytest.raises(SoldOut):
        sold(till, CatalogLine(products=CODE), CatalogLine(products=CODE))
    line = till.order(order).lines[0].id
    till.give(CancelLines(order=order, cancel=(LineCancellation(line, 1000),)))
    assert left(till, pizza) == 2000
    till.give(CancelOrder(order=order))
    assert left(till, pizza) == 3000
    till.give(RestoreOrder(order=order))
    assert left(till, pizza) == 2000
    change(till, pizza, left=500)
    assert left(till, pizza) == 500
    with pytest.raises(SoldOut):
        sold(till, CatalogLine(products=CODE))
    sold(till, CatalogLine(products=CODE, thousandths=500))
    change(till, pizza, left=None)
    sold(till, CatalogLine(products=CODE, thousandths=9000))


def test_terminals_apart_sell_the_last_one_twice_and_everybody_sees_it(
    till: Till, pizza: ProductId
) -> None:
    change(till, pizza, left=1000)
    other = Till("B")
    other.sync(till)
    for each in (till, other):
        sold(each, CatalogLine(products=CODE))
        with pytest.raises(SoldOut):
            sold(each, CatalogLine(products=CODE))
    till.sync(other)
    assert left(till, pizza) == left(other, pizza) == -1000


def test_components_and_parts_are_taken_too(till: Till, pizza: ProductId) -> None:
    other = product(till, name="Camarão", code="102", halves="average", left=2000)
    change(till, pizza, left=5000)
    combo = product(
        till,
        left=9000,
        groups=(Group("p", "Pizza", (Option("p", product=pizza),), least=2, most=2),),
    )
    sold(till, CatalogLine(products=(*CODE, Named("code", "102")), thousandths=2000))
    assert (left(till, pizza), left(till, other)) == (4000, 1000)
    sold(till, CatalogLine(products=(Named("id", combo.hex()),)))
    assert (left(till, pizza), left(till, combo)) == (2000, 8000)
    with pytest.raises(SoldOut):
        sold(till, CatalogLine(products=(Named("id", combo.hex()),), thousandths=2000))


def test_two_products_that_claim_one_external_id_are_a_dispute_until_one_gives_way() -> None:
    one, other = Till(), Till("B")
    first = product(one, external_id="loja:7")
    second = product(other, external_id="loja:7")
    one.sync(other)
    (dispute,) = open_disputes(one.catalog)
    assert (dispute.kind, dispute.subject) == ("external_id_given_twice", "loja:7")
    assert len(dispute.facts) == 2
    change(one, second, external_id="loja:8")
    assert not open_disputes(one.catalog)
    assert one.catalog.products[first].external_id == "loja:7"


def test_a_line_of_nothing_known_takes_nothing(till: Till) -> None:
    order = sold(till, NewLine(product="1", name="x", unit_centavos=1))
    assert taken_since(till.orders, ProductId(CreatedId(b"1" * 16)), 0) == 0
    assert only(till, order).line == LineId(till.order(order).lines[0].id)
