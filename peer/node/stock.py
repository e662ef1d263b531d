"""The stock of the site as committed state has it: what is on hand, and its disputes.

Rules of this file:
1. What a figure is, `documents.stock` decides. Here is where to look, and that a commit costs what
   it touched: a ledger in memory is told of every commit and reads rows only for what it was never
   asked for, or for what was counted anew.
2. The past is read once after the start, a product at a time: until then what it holds of disputes
   is not told. Figures may be asked for at any time.
"""

from collections.abc import Iterable, Mapping

import trio

from crdt_models.change import Change
from crdt_models.disputes import Dispute, stock_disputes
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.stock.facts import MAIN
from crdt_models.documents.stock.ledger import Figure, Key, Ledger
from crdt_models.documents.stock.movements import (
    Author,
    Count,
    Movement,
    author_of,
    movements_once,
)
from crdt_models.documents.stock.sales import movements_in
from crdt_models.documents.stock.situations import StockSituation, situations_of_product
from crdt_models.documents.stock.view import StockView
from crdt_models.documents.view import View
from crdt_models.ids import DeviceId, DocumentId
from crdt_models.read_models import STOCK_COUNTED, STOCK_MOVED, STOCK_SOLD
from crdt_models.read_models.stock import count_of, movement_of
from peer.node.shelf import Held, Shelf
from peer.storage.change_log import ChangeLog
from peer.storage.projections import Condition, Is, Projections, Query


class StoredStock:
    """The rows of the stock, as the ledger asks for them."""

    def __init__(self, log: ChangeLog, shelf: Shelf) -> None:
        self._log = log
        self._shelf = shelf
        self._known: dict[Author, int] = {}
        headers = log.headers(tip.id for tip in log.tips()).values()
        self.heard((each.device, each.hlc) for each in headers)

    @property
    def _rows(self) -> Projections:
        return self._log.projections

    def heard(self, changes: Iterable[tuple[DeviceId, int]]) -> None:
        """Of changes: device and clock."""
        for device, hlc in changes:
            author = author_of(device)
            self._known[author] = max(hlc, self._known.get(author, 0))

    def known(self) -> Mapping[Author, int]:
        return self._known

    def counts(self, key: Key) -> list[Count]:
        return counts_at(self._rows, key)

    def moved(self, key: Key) -> list[Movement]:
        query = Query(table=STOCK_MOVED.name, where=_at(key))
        return [movement_of(row) for row in self._rows.rows(query)]

    def sold_by_day(self, key: Key, since: int) -> dict[int, int]:
        if key.place != MAIN:
            return {}
        where = (Condition("product_id", key.product), Condition("added_hlc", since, Is.AT_LEAST))
        return self._rows.summed_by(STOCK_SOLD.name, "thousandths", "day", where)

    def sold(self, key: Key, author: Author, since: int, until: int) -> list[Movement]:
        if key.place != MAIN:
            return []
        found = self._sales(
            key.product,
            Condition("author", author),
            Condition("added_hlc", since, Is.AT_LEAST),
            Condition("added_hlc", until, Is.AT_MOST),
        )
        return [each for each in found if each.author == author and since <= each.clock <= until]

    def sold_on(self, product: str, day: int) -> list[Movement]:
        """Every sale of a product on a business day."""
        return [each for each in self._sales(product, Condition("day", day)) if each.day == day]

    def _sales(self, product: str, *where: Condition) -> list[Movement]:
        """Of the orders that have such rows: their facts stand in their views."""
        of_product = Condition("product_id", product)
        found = self._rows.summed(STOCK_SOLD.name, "thousandths", (of_product, *where))
        return [
            each
            for document in found
            for each in movements_in(self._shelf.shown(document).view)
            if each.product == product
        ]

    def all_keys(self) -> set[Key]:
        """Every product at every place of which anything is told."""
        found = {
            Key(str(row["product_id"]), str(row["place"]))
            for table in (STOCK_MOVED, STOCK_COUNTED)
            for row in self._rows.rows(Query(table=table.name))
        }
        sold = self._rows.values(STOCK_SOLD.name, "product_id")
        return found | {Key(product, MAIN) for product in sold}


def counts_at(rows: Projections, key: Key) -> list[Count]:
    """Every committed count of a product at a place."""
    return [count_of(row) for row in rows.rows(Query(table=STOCK_COUNTED.name, where=_at(key)))]


class StockKeeping:
    """What is on hand, and the disputes of the stock. Told of every commit."""

    def __init__(self, log: ChangeLog, shelf: Shelf) -> None:
        self._stored = StoredStock(log, shelf)
        self._shelf = shelf
        self._ledger = Ledger(self._stored)
        self._places: dict[str, set[str]] = {}
        for key in self._stored.all_keys():
            self._places.setdefault(key.product, set()).add(key.place)
        self._situations: dict[str, list[StockSituation]] = {}
        self._disputes: tuple[Dispute, ...] | None = ()
        self.knows_the_past = False

    def products(self) -> list[str]:
        """Every product of which anything is told, in hexadecimal, sorted."""
        return sorted(self._places)

    def figures(self, product: str) -> dict[str, Figure]:
        """What is on hand of a product, by place."""
        places = self._places.get(product, ())
        return {place: self._ledger.figure(Key(product, place)) for place in sorted(places)}

    def disputes(self) -> tuple[Dispute, ...]:
        """Settled ones included, by id. The same object until something changes."""
        if self._disputes is None:
            told = [each for found in self._situations.values() for each in found]
            found = stock_disputes(told, lambda day: self._shelf.shown(day).view)
            self._disputes = tuple(sorted(found, key=lambda each: each.id))
        return self._disputes

    def take(
        self,
        changes: Iterable[Change],
        before: Mapping[DocumentId, View],
        documents: Mapping[DocumentId, Held],
    ) -> None:
        """After a commit: its changes, the orders that it touched as they were, and every document
        that means something else by it."""
        self._stored.heard((change.device, change.hlc) for change in changes)
        days = [held.view for held in documents.values() if isinstance(held.view, StockView)]
        if days:
            self._disputes = None  # a decision may be among the facts
        told = {Key(each.product, each.place) for day in days for each in day.movements}
        told |= {Key(each.product, each.place) for day in days for each in day.counts}
        after = (held.view for held in documents.values() if isinstance(held.view, OrderView))
        touched = self._ledger.take(_sales(before.values()), _sales(after), told)
        for key in touched:
            self._places.setdefault(key.product, set()).add(key.place)
        for product in {key.product for key in touched}:
            self._judge(product)

    async def recall(self) -> None:
        """Find the disputes of the past."""
        for product in self.products():
            self._judge(product)
            await trio.lowlevel.checkpoint()  # each may read some rows: the writer goes first
        self.knows_the_past = True

    def _judge(self, product: str) -> None:
        figures = self.figures(product)
        now = situations_of_product(product, figures, lambda day: self._moved_on(product, day))
        if now != self._situations.pop(product, []):
            self._disputes = None
        if now:
            self._situations[product] = now

    def _moved_on(self, product: str, day: int) -> list[Movement]:
        others = [
            each
            for place in self._places[product]
            for each in self._stored.moved(Key(product, place))
        ]
        of_day = [each for each in movements_once(others) if each.day == day]
        return [*of_day, *self._stored.sold_on(product, day)]


def orders_before(documents: Mapping[DocumentId, Held], shelf: Shelf) -> dict[DocumentId, View]:
    """Of the documents that a batch changes, the orders that move stock, as they are committed:
    asked for before the batch is."""
    return {
        document: shelf.shown(document).view
        for document, held in documents.items()
        if isinstance(held.view, OrderView) and held.view.supplies
    }


def _sales(orders: Iterable[View]) -> list[Movement]:
    return [each for order in orders for each in movements_in(order)]


def _at(key: Key) -> tuple[Condition, ...]:
    return Condition("product_id", key.product), Condition("place", key.place)
