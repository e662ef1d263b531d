"""How every request about one order ends: the command executed, the order shown as committed."""

from typing import Any

from crdt_models.documents.command import Command
from crdt_models.documents.orders.errors import UnknownOrder
from crdt_models.ids import OrderId, order_document
from peer.http_api.api import Api, execute, json_answer, quoted, refusal, replay_header
from peer.http_api.shown import shown_order
from peer.http_api.values import id_of
from peer.node.requests import Outcome, StaleVersion
from peer.service.routes import Answer, Call


async def done(
    api: Api, call: Call, order: OrderId, command: Command, *, status: int = 200
) -> Answer:
    """Execute one command on one order, and answer with the order."""
    try:
        outcome = await execute(api, call, command, order_document(order))
    except StaleVersion as error:
        return stale(api, order, error)
    return shown(api, order, outcome, status=status)


def stale(api: Api, order: OrderId, error: StaleVersion) -> Answer:
    """412 with the order as it is now, so that the person can decide again without asking."""
    headers = {"etag": quoted(api.node.version(order_document(order)))}
    return refusal(error, headers=headers, beside={"atual": shown_order(api, order)})


def shown(
    api: Api,
    order: OrderId,
    outcome: Outcome | None = None,
    *,
    status: int = 200,
    beside: dict[str, Any] | None = None,
) -> Answer:
    """The order as it is now, its version as ETag. outcome: of the command that made it so.
    beside: more members."""
    version = quoted(api.node.version(order_document(order)))
    headers = {"etag": version, **replay_header(outcome)}
    told = {**shown_order(api, order), **(beside or {})}
    return json_answer(told, status=status, headers=headers)


def order_of_call(call: Call) -> OrderId:
    """The order that the path names. Raises UnknownOrder."""
    return OrderId(id_of(call.path["id"], UnknownOrder, "order"))
