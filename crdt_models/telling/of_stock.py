"""What is told of the stock."""

from collections import Counter
from collections.abc import Iterable

from crdt_models.documents.orders.facts import SuppliesTaken
from crdt_models.documents.stock.facts import (
    Counted,
    Item,
    StockCounted,
    StockLost,
    StockReceived,
    StockTransferred,
)
from crdt_models.ids import ProductId
from crdt_models.telling.names import Names, amount, because, several
from crdt_models.telling.of_orders import Sentences


def _much(amounts: Iterable[tuple[ProductId, int]], names: Names) -> str:
    """`2 de Queijo, 0,5 de Farinha`."""
    return several([f"{amount(much)} de {names.product(product)}" for product, much in amounts])


def _items(items: Iterable[Item | Counted], names: Names) -> str:
    return _much(((each.product, each.thousandths) for each in items), names)


def _at(place: str) -> str:
    return f" em {place}" if place else ""


def _taken(fact: SuppliesTaken, names: Names) -> str:
    total: Counter[ProductId] = Counter()
    for line in fact.takes:
        for each in line.supplies:
            total[each.product] += each.thousandths
    return f"Baixou do estoque {_much(total.items(), names)}"


def _received(fact: StockReceived, names: Names) -> str:
    supplier = f" de {fact.supplier}" if fact.supplier else ""
    return f"Deu entrada{supplier}{_at(fact.place)}: {_items(fact.items, names)}"


def _lost(fact: StockLost, names: Names) -> str:
    return f"Perdeu {_items(fact.items, names)}{_at(fact.place)}" + because(fact.reason)


def _transferred(fact: StockTransferred, names: Names) -> str:
    origin = fact.site if fact.origin is None else fact.origin or "estoque principal"
    target = fact.site if fact.target is None else fact.target or "estoque principal"
    return f"Transferiu {_items(fact.items, names)} de {origin} para {target}"


def _counted(fact: StockCounted, names: Names) -> str:
    what = "Abriu o saldo" if fact.is_opening else "Contou"
    return f"{what}{_at(fact.place)}: {_items(fact.items, names)}"


SENTENCES: Sentences = {
    SuppliesTaken: _taken,
    StockReceived: _received,
    StockLost: _lost,
    StockTransferred: _transferred,
    StockCounted: _counted,
}
