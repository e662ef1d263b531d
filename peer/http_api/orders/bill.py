"""The bill asked for, closed, reopened."""

from crdt_models.documents.orders.bill_commands import AskBill, CloseBill, ReopenBill
from peer.http_api.api import Api
from peer.http_api.orders.answering import done, order_of_call
from peer.http_api.orders.charge_bodies import AskBody
from peer.http_api.values import ReasonBody, clean_text
from peer.service.routes import Answer, Call


async def ask_bill(api: Api, call: Call) -> Answer:
    """POST …/conta."""
    order, service = order_of_call(call), call.body_as(AskBody).service()
    return await done(api, call, order, AskBill(order=order, service_basis_points=service))


async def close_bill(api: Api, call: Call) -> Answer:
    """POST …/fechar."""
    order = order_of_call(call)
    return await done(api, call, order, CloseBill(order=order))


async def reopen_bill(api: Api, call: Call) -> Answer:
    """POST …/reabrir."""
    order, reason = order_of_call(call), clean_text(call.body_as(ReasonBody).motivo)
    return await done(api, call, order, ReopenBill(order=order, reason=reason))
