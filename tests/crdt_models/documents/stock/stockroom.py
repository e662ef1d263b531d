"""Terminals of a shop that keeps stock, and what one of them has on hand."""

from collections.abc import Iterable, Mapping

from crdt_models.disputes import Dispute, stock_disputes
from crdt_models.documents.catalog.commands import AddProduct
from crdt_models.documents.catalog.facts import Ingredient, ProductValues
from crdt_models.documents.orders.commands import CatalogLine, Named, OpenOrder
from crdt_models.documents.stock.commands import CountStock, ReceiveStock
from crdt_models.documents.stock.facts import MAIN, Counted, Item
from crdt_models.documents.stock.ledger import Figure, Key, figure_of
from crdt_models.documents.stock.movements import Author, Count, Movement, author_of, movements_once
from crdt_models.documents.stock.sales import movements_in
from crdt_models.documents.stock.situations import situations_of_product
from crdt_models.documents.stock.view import StockView
from crdt_models.ids import LineId, OrderId, ProductId
from tests.crdt_models.documents.shop import Till, counts_of


class Stored:
    """All that a till holds, as the ledger asks for it."""

    def __init__(self, till: Till) -> None:
        self.till = till

    def all(self, key: Key) -> list[Movement]:
        documents = list(self.till.views)
        moved = (each for name in documents for each in movements_in(self.till.read(name)))
        return [each for each in moved if (each.product, each.place) == key]

    def counts(self, key: Key) -> list[Count]:
        found = counts_of(self.till.views)
        return [each for each in found if (each.product, each.place) == key]

    def moved(self, key: Key) -> list[Movement]:
        days = [view for view in self.till.views.values() if isinstance(view, StockView)]
        found = (each for view in days for each in view.movements)
        return [each for each in found if (each.product, each.place) == key]

    def _sales(self, key: Key) -> Iterable[Movement]:
        others = {(each.id, each.told) for each in self.moved(key)}
        return (each for each in self.all(key) if (each.id, each.told) not in others)

    def sold_by_day(self, key: Key, since: int) -> Mapping[int, int]:
        days: dict[int, int] = {}
        for each in self._sales(key):
            if each.clock >= since:
                days[each.day] = days.get(each.day, 0) + each.thousandths
        return days

    def sold(self, key: Key, author: Author, since: int, until: int) -> list[Movement]:
        own = (each for each in self._sales(key) if each.author == author)
        return [each for each in own if since <= each.clock <= until]

    def known(self) -> dict[Author, int]:
        return {author_of(device): hlc for device, hlc in self.till.known.items()}


def keep(till: Till, name: str = "Refrigerante", **values: object) -> ProductId:
    """A product that is kept as it is, unless `values` say otherwise."""
    given = {"name": name, "unit_centavos": 700, "stocked": True, **values}
    added = AddProduct(values=ProductValues(**given))  # type: ignore[arg-type]  # any fields
    return ProductId(till.give(added)["product.0"])


def made_of(till: Till, *recipe: tuple[ProductId, int], **values: object) -> ProductId:
    """A product that is made of others."""
    supplies = tuple(Ingredient(*each) for each in recipe)
    return keep(till, "Feito na hora", stocked=False, recipe=supplies, **values)


def sell(till: Till, product: ProductId, units: int = 1, key: str = "") -> OrderId:
    return sell_line(till, product, units, key)[0]


def sell_line(
    till: Till, product: ProductId, units: int = 1, key: str = ""
) -> tuple[OrderId, LineId]:
    named = (Named("id", product.hex()),)
    line = CatalogLine(products=named, thousandths=units * 1000)
    ids = till.give(OpenOrder(service_type="balcao", lines=(line,)), key)
    return OrderId(ids["order"]), LineId(ids["line.0"])


def receive(till: Till, product: ProductId, units: int, key: str = "") -> None:
    till.give(ReceiveStock(items=(Item(product, units * 1000),)), key)


def count(till: Till, product: ProductId, units: int, key: str = "", place: str = MAIN) -> None:
    till.give(CountStock(items=(Counted(product, units * 1000),), place=place), key)


def figure(till: Till, product: ProductId, place: str = MAIN) -> Figure:
    stored, key = Stored(till), Key(product.hex(), place)
    return figure_of(stored.counts(key), stored.all(key))


def on_hand(till: Till, product: ProductId, place: str = MAIN) -> float:
    """Units."""
    return figure(till, product, place).on_hand / 1000


def disputes(till: Till, *products: ProductId) -> tuple[Dispute, ...]:
    """All disputes of these products."""
    stored, found = Stored(till), []
    for product in products:
        keys = [Key(product.hex(), place) for place in ("", "Bar")]
        figures = {key.place: figure(till, product, key.place) for key in keys}
        moved = movements_once(each for key in keys for each in stored.all(key))
        found += situations_of_product(
            product.hex(),
            figures,
            lambda day, moved=moved: [each for each in moved if each.day == day],  # type: ignore[misc]
        )
    return stock_disputes(found, till.read)
