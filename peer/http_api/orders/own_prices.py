"""Items of which a front end says product and price, and no name: the catalog knows the rest.

Tills of a local server send just that. The price stays theirs; a product that is not known here
leaves the item as it came.
"""

from collections.abc import Iterable

import msgspec

from crdt_models.documents.catalog.view import Product
from crdt_models.documents.orders.commands import AnyLine, NewLine
from crdt_models.ids import CreatedId, ProductId
from peer.http_api.api import Api
from peer.http_api.shown import catalog


def named_by_catalog(api: Api, lines: Iterable[AnyLine]) -> tuple[AnyLine, ...]:
    """The lines, those without a name with their product's name, category and station."""
    return tuple(_named(api, each) for each in lines)


def _named(api: Api, line: AnyLine) -> AnyLine:
    if not isinstance(line, NewLine) or line.name != line.product:
        return line
    found = _known(api, line.product)
    if found is None:
        return line
    return msgspec.structs.replace(
        line,
        name=found.name,
        category=line.category or found.category,
        station=line.station or found.station,
    )


def _known(api: Api, text: str) -> Product | None:
    try:
        product = ProductId(CreatedId(bytes.fromhex(text)))
    except ValueError:
        return None
    return catalog(api.node).products.get(product)
