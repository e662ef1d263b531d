"""Orders as a whole: opened, shown, cancelled, restored."""

import msgspec

from crdt_models.documents.orders.commands import CancelOrder, OpenOrder, RestoreOrder
from crdt_models.ids import OrderId, order_document
from peer.http_api.api import Api, execute, quoted, unchanged
from peer.http_api.orders.answering import done, order_of_call, shown
from peer.http_api.orders.bodies import OrderBody, table_id
from peer.http_api.orders.own_prices import named_by_catalog
from peer.http_api.orders.places import check_table
from peer.http_api.shown import known_order
from peer.http_api.values import ReasonBody, clean_text, optional_text
from peer.service.routes import Answer, Call

DELETED = "cancelado pelo sistema de vendas"  # the reason when a DELETE gives none


async def open_order(api: Api, call: Call) -> Answer:
    """POST /api/pedidos."""
    body = call.body_as(OrderBody)
    command = OpenOrder(
        service_type=body.service_type(),
        table=table_id(body.mesa_id),
        tab=body.tab(),
        waiter=optional_text(body.garcom),
        customer=optional_text(body.cliente),
        note=optional_text(body.observacao),
        people=body.pessoas,
        external_id=optional_text(body.id_externo),
        lines=named_by_catalog(api, (item.new_line() for item in body.itens)),
        service_basis_points=body.service(),
        delivery=None if body.entrega is None else body.entrega.delivery(),
    )
    if command.table is not None and not body.mesa_desconhecida:
        await check_table(api, call, {"table": command.table.hex()})
    outcome = await execute(api, call, command)
    order = OrderId(outcome.ids["order"])
    answer = shown(api, order, outcome, status=201)
    location = {"location": f"/api/pedidos/{order.hex()}"}
    return msgspec.structs.replace(answer, headers={**answer.headers, **location})


async def show_order(api: Api, call: Call) -> Answer:
    """GET /api/pedidos/{id}."""
    order = order_of_call(call)
    known_order(api.node, order)
    version = quoted(api.node.version(order_document(order)))
    if same := unchanged(call, version):
        return same
    return shown(api, order)


async def delete_order(api: Api, call: Call) -> Answer:
    """DELETE /api/pedidos/{id}: cancels; nothing is ever erased."""
    order = order_of_call(call)
    reason = clean_text(call.text("motivo") or "") or DELETED
    return await done(api, call, order, CancelOrder(order=order, reason=reason))


async def cancel_order(api: Api, call: Call) -> Answer:
    """POST …/cancelar."""
    order, reason = order_of_call(call), clean_text(call.body_as(ReasonBody).motivo)
    return await done(api, call, order, CancelOrder(order=order, reason=reason))


async def restore_order(api: Api, call: Call) -> Answer:
    """POST …/restaurar."""
    order, reason = order_of_call(call), clean_text(call.body_as(ReasonBody).motivo)
    return await done(api, call, order, RestoreOrder(order=order, reason=reason))
