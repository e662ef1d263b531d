"""Products and their prices, kept at several tills."""

from crdt_models.documents.catalog.commands import AddProduct, ChangeProduct
from crdt_models.documents.catalog.facts import ProductValues
from crdt_models.documents.orders.commands import AddLines, CatalogLine, Named
from crdt_models.ids import ProductId
from tests.crdt_models.disputes.play import Play, scene


@scene("two_prices_of_a_line")
def _one_sale_told_at_two_prices(play: Play) -> None:
    one, other = play.two()
    values = ProductValues(name="Suco", unit_centavos=900, code="7")
    product = ProductId(one.give(AddProduct(values=values))["product.0"])
    one.sync(other)
    dearer = ProductValues(unit_centavos=900 + play.dice.randint(1, 500))
    other.give(ChangeProduct(product=product, values=dearer))
    for till in (one, other):
        line = CatalogLine(products=(Named("code", "7"),))
        till.give(AddLines(order=play.first, lines=(line,)), "key")


@scene("external_id_given_twice")
def _two_products_of_one_external_id(play: Play) -> None:
    for till in play.two():
        price = play.dice.randint(1, 9_000)
        values = ProductValues(name=till.letters, unit_centavos=price, external_id="loja:7")
        till.give(AddProduct(values=values))
