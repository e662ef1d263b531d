"""Orders and lines that change places: an order to another table, lines to another order, all of an
order to another one."""

from decimal import Decimal

import msgspec

from crdt_models.documents.orders.commands import EditOrder, LineMove, MergeOrders, MoveLines
from crdt_models.documents.orders.errors import UnknownDestination
from crdt_models.ids import OrderId
from peer.http_api.api import Api
from peer.http_api.orders.answering import done, order_of_call
from peer.http_api.orders.bodies import fields_of
from peer.http_api.orders.line_bodies import line_id
from peer.http_api.values import OpaqueId, id_of, thousandths
from peer.service.http_errors import InvalidField
from peer.service.routes import Answer, Call


class TransferBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mesa ou a comanda em que o pedido passa a estar; ao menos uma."""

    mesa_id: OpaqueId | None = None
    comanda: OpaqueId | None = None


class ItemMoveBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um item a transferir, ou parte dele; sem quantidade, tudo o que resta."""

    id: str
    quantidade: Decimal | None = None
    quantidade_milesimos: int | None = None


class MovesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`destino_id`: o pedido que recebe os itens."""

    destino_id: str
    itens: tuple[ItemMoveBody, ...]


class MergeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`destino_id`: o pedido que recebe tudo o que há neste."""

    destino_id: str


async def transfer_order(api: Api, call: Call) -> Answer:
    """POST …/transferir: to another table or comanda; both are registers of the order."""
    order, body = order_of_call(call), call.body_as(TransferBody)
    given = {"mesa_id": body.mesa_id, "comanda": body.comanda}
    given = {name: value for name, value in given.items() if value is not None}
    if not given:
        raise InvalidField(field="mesa_id", reason="informe a mesa ou a comanda")
    return await done(api, call, order, EditOrder(order=order, fields=fields_of(given)))


async def move_lines(api: Api, call: Call) -> Answer:
    """POST …/itens/transferir."""
    order, body = order_of_call(call), call.body_as(MovesBody)
    moves = tuple(
        LineMove(line_id(item.id), thousandths(item.quantidade, item.quantidade_milesimos))
        for item in body.itens
    )
    command = MoveLines(order=order, to=_target(body.destino_id), moves=moves)
    return await done(api, call, order, command)


async def merge_orders(api: Api, call: Call) -> Answer:
    """POST …/juntar."""
    order, target = order_of_call(call), _target(call.body_as(MergeBody).destino_id)
    return await done(api, call, order, MergeOrders(order=order, to=target))


def _target(text: str) -> OrderId:
    return OrderId(id_of(text, UnknownDestination, "order"))
