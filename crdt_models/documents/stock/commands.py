"""What people ask of the stock.

Rules of this file:
1. Everything is written into the stock of the command's business day.
2. Nothing is refused for want of goods: what people say that they lost or sent away is so.
3. A product is named once in a command; what is said of it twice is added up, but a count.
"""

from collections import Counter
from collections.abc import Iterable

from crdt_models.documents.catalog.commands import catalog_view, known_product
from crdt_models.documents.command import Command, Context, Decision, InvalidField, Read
from crdt_models.documents.fields import MAX_MENTIONS
from crdt_models.documents.stock.errors import StockIsOpen
from crdt_models.documents.stock.facts import (
    MAIN,
    Counted,
    Item,
    StockCounted,
    StockLost,
    StockReceived,
    StockTransferred,
)
from crdt_models.fact import Fact
from crdt_models.ids import CATALOG, DocumentId, ProductId, stock_document


class _StockCommand(Command, frozen=True, kw_only=True):
    """Base of the commands on the stock. Raise UnknownProduct, InvalidField."""

    def reads(self) -> tuple[DocumentId, ...]:
        return (CATALOG,)


class _MovementCommand(_StockCommand, frozen=True, kw_only=True):
    """Base of the movements."""

    items: tuple[Item, ...]

    def plan(self, read: Read, context: Context) -> Decision:
        _check_products(read, (each.product for each in self.items))
        try:
            fact = self.fact(_added_up(self.items))
        except ValueError as error:
            raise InvalidField(reason=str(error)) from error
        return Decision(((stock_document(context.business_day), fact),))

    def fact(self, items: tuple[Item, ...]) -> Fact:
        """What to write."""
        raise NotImplementedError


class ReceiveStock(_MovementCommand, frozen=True, kw_only=True, tag="receive_stock"):
    """Goods came to a place."""

    place: str = MAIN
    supplier: str = ""
    note: str = ""

    def fact(self, items: tuple[Item, ...]) -> Fact:
        return StockReceived(items=items, place=self.place, supplier=self.supplier, note=self.note)


class LoseStock(_MovementCommand, frozen=True, kw_only=True, tag="lose_stock"):
    """Goods of a place are gone."""

    reason: str
    place: str = MAIN

    def fact(self, items: tuple[Item, ...]) -> Fact:
        return StockLost(items=items, reason=self.reason, place=self.place)


class TransferStock(_MovementCommand, frozen=True, kw_only=True, tag="transfer_stock"):
    """Goods went from one place to another, or to or from another site. See `StockTransferred`."""

    origin: str | None = None
    target: str | None = None
    site: str = ""
    note: str = ""

    def fact(self, items: tuple[Item, ...]) -> Fact:
        return StockTransferred(
            items=items, origin=self.origin, target=self.target, site=self.site, note=self.note
        )


class CountStock(_StockCommand, frozen=True, kw_only=True, tag="count_stock"):
    """Somebody counted. is_opening: the balance to begin with.

    Raises UnknownProduct, InvalidField, StockIsOpen (an opening where there is a count).
    """

    items: tuple[Counted, ...]
    place: str = MAIN
    is_opening: bool = False
    note: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        _check_products(read, (each.product for each in self.items))
        products = [each.product for each in self.items]
        if len(set(products)) < len(products):
            raise InvalidField(reason="a product is counted twice")
        heads = {each: context.counts_at(each, self.place) for each in products}
        counted = next((each for each in products if heads[each]), None)
        if self.is_opening and counted is not None:
            raise StockIsOpen(name=known_product(catalog_view(read), counted).name)
        fact = StockCounted(
            items=self.items,
            place=self.place,
            is_opening=self.is_opening,
            note=self.note,
            replaces=tuple(sorted({head for each in heads.values() for head in each}))[
                -MAX_MENTIONS:
            ],
            seen=context.seen(),
        )
        return Decision(((stock_document(context.business_day), fact),))


def _check_products(read: Read, products: Iterable[ProductId]) -> None:
    """Raises UnknownProduct."""
    catalog = catalog_view(read)
    for product in products:
        known_product(catalog, product)


def _added_up(items: tuple[Item, ...]) -> tuple[Item, ...]:
    total: Counter[ProductId] = Counter()
    for each in items:
        total[each.product] += each.thousandths
    return tuple(Item(product, thousandths) for product, thousandths in total.items())
