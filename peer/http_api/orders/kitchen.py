"""What the kitchen and the dining room report."""

from crdt_models.documents.orders.commands import AdvanceLines, SendLines
from peer.http_api.api import Api
from peer.http_api.orders.answering import done, order_of_call
from peer.http_api.orders.line_bodies import LinesBody
from peer.service.routes import Answer, Call


async def send_lines(api: Api, call: Call) -> Answer:
    """POST …/enviar."""
    order = order_of_call(call)
    lines = call.body_as(LinesBody).lines()
    return await done(api, call, order, SendLines(order=order, lines=lines))


async def mark_preparing(api: Api, call: Call) -> Answer:
    """POST …/preparando."""
    order = order_of_call(call)
    lines = call.body_as(LinesBody).lines()
    return await done(api, call, order, AdvanceLines(order=order, to="preparing", lines=lines))


async def mark_ready(api: Api, call: Call) -> Answer:
    """POST …/pronto."""
    order = order_of_call(call)
    lines = call.body_as(LinesBody).lines()
    return await done(api, call, order, AdvanceLines(order=order, to="ready", lines=lines))


async def mark_delivered(api: Api, call: Call) -> Answer:
    """POST …/entregue."""
    order = order_of_call(call)
    lines = call.body_as(LinesBody).lines()
    return await done(api, call, order, AdvanceLines(order=order, to="delivered", lines=lines))
