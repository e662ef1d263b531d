"""What the kitchen and the dining room report, what may be made, and where."""

from typing import Literal

from crdt_models.documents.orders.commands import (
    AdvanceLines,
    FireLines,
    HoldLines,
    RecallLines,
    RouteLines,
    SendLines,
)
from peer.http_api.api import Api
from peer.http_api.orders.answering import done, order_of_call
from peer.http_api.orders.line_bodies import (
    ChosenLinesBody,
    FiringBody,
    LinesBody,
    RouteBody,
    StageBody,
)
from peer.http_api.values import clean_text
from peer.service.routes import Answer, Call


async def send_lines(api: Api, call: Call) -> Answer:
    """POST …/enviar."""
    order = order_of_call(call)
    lines = call.body_as(LinesBody).lines()
    return await done(api, call, order, SendLines(order=order, lines=lines))


async def mark_preparing(api: Api, call: Call) -> Answer:
    """POST …/preparando."""
    return await _advance(api, call, "preparing")


async def mark_ready(api: Api, call: Call) -> Answer:
    """POST …/pronto."""
    return await _advance(api, call, "ready")


async def mark_delivered(api: Api, call: Call) -> Answer:
    """POST …/entregue."""
    return await _advance(api, call, "delivered")


async def recall_lines(api: Api, call: Call) -> Answer:
    """POST …/voltar."""
    order, body = order_of_call(call), call.body_as(ChosenLinesBody)
    return await done(api, call, order, RecallLines(order=order, lines=body.lines()))


async def fire_lines(api: Api, call: Call) -> Answer:
    """POST …/disparar."""
    order, body = order_of_call(call), call.body_as(FiringBody)
    command = FireLines(order=order, course=body.etapa, lines=body.lines())
    return await done(api, call, order, command)


async def hold_lines(api: Api, call: Call) -> Answer:
    """POST …/segurar."""
    order, body = order_of_call(call), call.body_as(FiringBody)
    command = HoldLines(order=order, course=body.etapa, lines=body.lines())
    return await done(api, call, order, command)


async def route_lines(api: Api, call: Call) -> Answer:
    """POST …/rotear."""
    order, body = order_of_call(call), call.body_as(RouteBody)
    station = clean_text(body.estacao)
    return await done(
        api, call, order, RouteLines(order=order, lines=body.lines(), station=station)
    )


async def _advance(api: Api, call: Call, to: Literal["preparing", "ready", "delivered"]) -> Answer:
    order, body = order_of_call(call), call.body_as(StageBody)
    station = None if body.estacao is None else clean_text(body.estacao)
    command = AdvanceLines(order=order, to=to, lines=body.lines(), station=station)
    return await done(api, call, order, command)
