"""What lines take from the stock as they are sold: by the recipes of this terminal's catalog.

Rules of this file:
1. Every product that a line takes, see `catalog.left`, takes itself when the stock keeps it; else
   what its recipe says, one level deep; else nothing.
2. Nothing here refuses a sale.
"""

from collections import Counter
from collections.abc import Sequence

from crdt_models.documents.catalog.commands import catalog_view
from crdt_models.documents.catalog.left import taken_of
from crdt_models.documents.catalog.view import CatalogView
from crdt_models.documents.command import Read
from crdt_models.documents.fields import is_id_text
from crdt_models.documents.orders.facts import LineAdded, LineTakes, SuppliesTaken, Supply
from crdt_models.documents.orders.facts.supplies import MAX_TAKEN
from crdt_models.ids import CreatedId, ProductId
from crdt_models.money import line_amount


def supplies_taken(lines: Sequence[LineAdded], read: Read) -> list[SuppliesTaken]:
    """The movement of these lines; none when they take nothing. It goes behind all other facts of
    its command, so that those have one place each whatever the terminal's recipes say."""
    if not any(is_id_text(name) for line in lines for name in _named(line)):
        return []
    catalog = catalog_view(read)
    takes = tuple(
        LineTakes(line.line, supplies) for line in lines if (supplies := _of_line(catalog, line))
    )
    return [SuppliesTaken(takes=takes)] if takes else []


def _named(line: LineAdded) -> list[str]:
    return [line.product, *(each.product for each in line.modifiers)]


def _of_line(catalog: CatalogView, line: LineAdded) -> tuple[Supply, ...]:
    """By product id."""
    found: Counter[ProductId] = Counter()
    for text, thousandths in taken_of(line.product, line.modifiers, line.thousandths).items():
        product = catalog.products.get(ProductId(CreatedId(bytes.fromhex(text))))
        if product is None:
            continue
        if product.is_stocked:
            found[product.id] += thousandths
            continue
        for each in product.recipe:
            found[each.supply] += line_amount(thousandths, each.thousandths)
    return tuple(Supply(each, min(found[each], MAX_TAKEN)) for each in sorted(found) if found[each])
