"""What is on hand: listed, shown, and written.

Rules of this file:
1. Listed is what the stock keeps: products that say so, that have a minimum, that a recipe names,
   or of which something was told. By name, then id.
2. Sales change what is on hand and stand in no document of the stock, so an answer's version is
   the place in the log.
3. A write answers with what is on hand then of the products that it names.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from crdt_models.documents.catalog.commands import ChangeProduct, known_product
from crdt_models.documents.catalog.facts import ProductValues
from crdt_models.documents.command import Command
from crdt_models.ids import CreatedId, ProductId
from crdt_models.pedido import JsonObject, stock_json
from peer.http_api.api import Api, execute, json_answer, limit_of, page_of, replay_header
from peer.http_api.catalog.bodies import product_id
from peer.http_api.shown import catalog
from peer.http_api.stock.bodies import CountBody, EntryBody, LossBody, MinimumBody, TransferBody
from peer.service.routes import Answer, Call

MAX_TOLD = 20  # products of one event; beyond it the list is cheaper


async def list_stock(api: Api, call: Call) -> Answer:
    """GET /api/estoque."""
    found = [_shown(api, each) for each in _kept(api)]
    for name in ("abaixo_do_minimo", "negativo"):
        wanted = call.flag(name)
        found = [each for each in found if wanted is None or each[name] == wanted]
    found.sort(key=_order)
    page, following = page_of(
        call, found, lambda each: str(each["produto_id"]), limit=limit_of(call)
    )
    return json_answer({"estoque": page, "total": len(found), "proximo": following})


async def show_stock(api: Api, call: Call) -> Answer:
    """GET /api/estoque/{produto}."""
    product = product_id(call.path["produto"]).hex()
    if product not in _kept(api):
        known_product(catalog(api.node), ProductId(CreatedId(bytes.fromhex(product))))
    return json_answer(_shown(api, product))


async def set_minimum(api: Api, call: Call) -> Answer:
    """PATCH /api/estoque/{produto}."""
    product = product_id(call.path["produto"])
    values = ProductValues(stock_minimum=call.body_as(MinimumBody).thousandths())
    command = ChangeProduct(product=product, values=values)
    outcome = await execute(api, call, command)
    return json_answer(_shown(api, product.hex()), headers=replay_header(outcome))


async def receive(api: Api, call: Call) -> Answer:
    """POST /api/estoque/entrada."""
    body = call.body_as(EntryBody)
    return await _written(api, call, body.command(), body.products)


async def lose(api: Api, call: Call) -> Answer:
    """POST /api/estoque/perda."""
    body = call.body_as(LossBody)
    return await _written(api, call, body.command(), body.products)


async def transfer(api: Api, call: Call) -> Answer:
    """POST /api/estoque/transferencia."""
    body = call.body_as(TransferBody)
    return await _written(api, call, body.command(), body.products)


async def count(api: Api, call: Call) -> Answer:
    """POST /api/estoque/contagem."""
    body = call.body_as(CountBody)
    return await _written(api, call, body.command(is_opening=False), body.products)


async def open_balance(api: Api, call: Call) -> Answer:
    """POST /api/estoque/saldo-inicial."""
    body = call.body_as(CountBody)
    return await _written(api, call, body.command(is_opening=True), body.products)


def shown_stock(api: Api, products: Sequence[ProductId]) -> JsonObject:
    """What is on hand of some products; or that there were too many to tell."""
    is_too_much = len(products) > MAX_TOLD
    told = () if is_too_much else products
    return {"estoque": [_shown(api, each.hex()) for each in told], "todos": is_too_much}


async def _written(api: Api, call: Call, command: Command, products: Iterable[ProductId]) -> Answer:
    outcome = await execute(api, call, command)
    shown = {"estoque": [_shown(api, each.hex()) for each in products]}
    return json_answer(shown, status=201, headers=replay_header(outcome))


def _kept(api: Api) -> set[str]:
    """The products of the list, in hexadecimal."""
    products = catalog(api.node).products.values()
    kept = {each.id for each in products if each.is_stocked or each.stock_minimum is not None}
    supplies = {each.supply for one in products if one.is_active for each in one.recipe}
    return {each.hex() for each in kept | supplies} | set(api.node.stock.products())


def _shown(api: Api, product: str) -> JsonObject:
    known = catalog(api.node).products.get(ProductId(CreatedId(bytes.fromhex(product))))
    return stock_json(product, known, api.node.stock.figures(product))


def _order(shown: JsonObject) -> tuple[Any, ...]:
    return shown["nome"].casefold(), shown["produto_id"]
