"""Lines added and cancelled."""

from crdt_models.documents.orders.commands import AddLines, CancelLines
from peer.http_api.api import Api
from peer.http_api.orders.answering import done, order_of_call
from peer.http_api.orders.line_bodies import CancellationBody, ItemsBody, line_id
from peer.http_api.orders.own_prices import named_by_catalog
from peer.http_api.values import clean_text
from peer.service.routes import Answer, Call


async def add_lines(api: Api, call: Call) -> Answer:
    """POST …/itens."""
    order = order_of_call(call)
    lines = named_by_catalog(api, (item.new_line() for item in call.body_as(ItemsBody).itens))
    return await done(api, call, order, AddLines(order=order, lines=lines), status=201)


async def cancel_line(api: Api, call: Call) -> Answer:
    """POST …/itens/{item}/cancelar."""
    order, body = order_of_call(call), call.body_as(CancellationBody)
    cancel = (body.cancellation(line_id(call.path["item"])),)
    reason = clean_text(body.motivo)
    return await done(api, call, order, CancelLines(order=order, cancel=cancel, reason=reason))
