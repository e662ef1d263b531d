"""Products: listed, shown, added, changed, taken out.

Rules of this file:
1. All products stand in one document, so a version (ETag) covers all of them. What is left of a
   counted product changes with sales, which are not in it: then nothing is answered with 304.
2. A product is never deleted: DELETE takes it out of the catalog.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from crdt_models.documents.catalog.commands import AddProduct, ChangeProduct, known_product
from crdt_models.documents.catalog.facts import ProductValues
from crdt_models.documents.catalog.left import left_of
from crdt_models.documents.catalog.view import CatalogView, Product
from crdt_models.documents.command import Command
from crdt_models.ids import CATALOG, ProductId
from crdt_models.pedido import product_json
from peer.http_api.api import Api, execute, json_answer, page_of, quoted, replay_header, unchanged
from peer.http_api.catalog.bodies import NewProductBody, ProductBody, product_id
from peer.http_api.shown import catalog
from peer.node.requests import Outcome
from peer.service.http_errors import InvalidField
from peer.service.routes import Answer, Call

MAX_TOLD = 20  # products of one change; beyond it the list is cheaper


async def list_products(api: Api, call: Call) -> Answer:
    """GET /api/produtos."""
    version, view = quoted(api.node.version(CATALOG)), catalog(api.node)
    is_counted = any(each.counted is not None for each in view.products.values())
    if not is_counted and (same := unchanged(call, version)):
        return same
    text, is_chosen = call.text("busca"), _chosen(call)
    listed: Iterable[Product] = view.products.values()
    if text is not None:
        listed = api.finder.find(view, version, text)
    found = [each for each in listed if is_chosen(each)]
    limit = call.number("limite")  # without it, all
    page, following = page_of(call, found, lambda each: each.id.hex(), limit=limit)
    shown = {
        "produtos": [shown_product(api, each) for each in page],
        "categorias": _categories(view),
        "total": len(found),
        "proximo": following,
    }
    return json_answer(shown, headers={"etag": version})


async def show_product(api: Api, call: Call) -> Answer:
    """GET /api/produtos/{id}."""
    product = known_product(catalog(api.node), product_id(call.path["id"]))
    version = quoted(api.node.version(CATALOG))
    if product.counted is None and (same := unchanged(call, version)):
        return same
    return _shown(api, product.id)


async def add_product(api: Api, call: Call) -> Answer:
    """POST /api/produtos."""
    values = call.body_as(NewProductBody).values()
    for field, given in (("nome", values.name), ("preco", values.unit_centavos)):
        if given is msgspec.UNSET:
            raise InvalidField(field=field, reason="é preciso")
    outcome = await execute(api, call, AddProduct(values=values))
    product = ProductId(outcome.ids["product.0"])
    answer = _shown(api, product, outcome, status=201)
    location = {"location": f"/api/produtos/{product.hex()}"}
    return msgspec.structs.replace(answer, headers={**answer.headers, **location})


async def change_product(api: Api, call: Call) -> Answer:
    """PUT and PATCH /api/produtos/{id}: both change what is given and leave the rest."""
    product, values = product_id(call.path["id"]), call.body_as(ProductBody).values()
    return await _done(api, call, product, ChangeProduct(product=product, values=values))


async def take_out(api: Api, call: Call) -> Answer:
    """DELETE /api/produtos/{id}: not active any more; nothing is ever erased."""
    product = product_id(call.path["id"])
    command = ChangeProduct(product=product, values=ProductValues(active=False))
    return await _done(api, call, product, command)


def shown_product(api: Api, product: Product) -> dict[str, Any]:
    """The produto as this terminal knows it."""
    shown = product_json(product, left_of(product, api.node.taken))
    return {**shown, "version": api.node.version(CATALOG)}


def shown_changes(api: Api, products: Sequence[ProductId]) -> dict[str, Any]:
    """What changed in the catalog: the produtos, or that there were too many to tell."""
    view, is_too_much = catalog(api.node), len(products) > MAX_TOLD
    told = () if is_too_much else products
    shown = [shown_product(api, known_product(view, each)) for each in told]
    return {"produtos": shown, "todos": is_too_much}


async def _done(api: Api, call: Call, product: ProductId, command: Command) -> Answer:
    outcome = await execute(api, call, command, CATALOG)
    return _shown(api, product, outcome)


def _shown(
    api: Api, product: ProductId, outcome: Outcome | None = None, *, status: int = 200
) -> Answer:
    headers = {"etag": quoted(api.node.version(CATALOG)), **replay_header(outcome)}
    found = known_product(catalog(api.node), product)
    return json_answer(shown_product(api, found), status=status, headers=headers)


def _chosen(call: Call) -> Callable[[Product], bool]:
    active, category = call.flag("ativo"), call.text("categoria")
    return lambda product: (
        (active is None or product.is_active == active)
        and (category is None or product.category == category)
    )


def _categories(view: CatalogView) -> list[str]:
    return sorted({each.category for each in view.products.values() if each.is_active} - {""})
