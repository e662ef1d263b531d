"""Orders and lines that change places: an order to another table, lines to another order, all of an
order to another one."""

from decimal import Decimal

import msgspec

from crdt_models.documents.orders.commands import EditOrder, LineMove, MergeOrders, MoveLines
from crdt_models.documents.orders.errors import UnknownDestination
from crdt_models.documents.orders.facts import FieldName
from crdt_models.documents.orders.registers import Value
from crdt_models.documents.orders.view import OrderView
from crdt_models.ids import OrderId, order_document
from crdt_models.pedido.figures import decimal
from peer.http_api.api import Api, execute, replayed
from peer.http_api.orders.answering import done, order_of_call, shown, stale
from peer.http_api.orders.bodies import fields_of
from peer.http_api.orders.line_bodies import line_id
from peer.http_api.orders.places import check_table
from peer.http_api.values import OpaqueId, id_of, thousandths
from peer.node.requests import StaleVersion
from peer.service.http_errors import InvalidField
from peer.service.routes import Answer, Call


class TransferBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mesa ou a comanda em que o pedido passa a estar; ao menos uma. Quem troca de mesa leva a
    comanda; quem vai para uma comanda fica na mesa, a não ser com `sai_da_mesa`.
    `mesa_desconhecida`: a mesa foi criada em outro terminal e ainda não chegou aqui."""

    mesa_id: OpaqueId | None = None
    comanda: OpaqueId | None = None
    sai_da_mesa: bool = False
    mesa_desconhecida: bool = False


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


_AWAY: dict[FieldName, Value] = {"table": None}


async def transfer_order(api: Api, call: Call) -> Answer:
    """POST …/transferir: to another table or comanda; both are registers of the order."""
    order, body = order_of_call(call), call.body_as(TransferBody)
    given = {"mesa_id": body.mesa_id, "comanda": body.comanda}
    given = {name: value for name, value in given.items() if value is not None}
    if not given:
        raise InvalidField(field="mesa_id", reason="informe a mesa ou a comanda")
    if body.sai_da_mesa and body.mesa_id is not None:
        raise InvalidField(field="sai_da_mesa", reason="não combina com mesa_id")
    fields = {**fields_of(given), **(_AWAY if body.sai_da_mesa else {})}
    if not body.mesa_desconhecida:
        await check_table(api, call, fields, order)
    return await done(api, call, order, EditOrder(order=order, fields=fields))


async def move_lines(api: Api, call: Call) -> Answer:
    """POST …/itens/transferir."""
    order, body = order_of_call(call), call.body_as(MovesBody)
    moves = tuple(
        LineMove(line_id(item.id), thousandths(item.quantidade, item.quantidade_milesimos))
        for item in body.itens
    )
    command = MoveLines(order=order, to=_target(body.destino_id), moves=moves)
    return await _moved(api, call, command)


async def merge_orders(api: Api, call: Call) -> Answer:
    """POST …/juntar."""
    order, target = order_of_call(call), _target(call.body_as(MergeBody).destino_id)
    return await _moved(api, call, MergeOrders(order=order, to=target))


async def _moved(api: Api, call: Call, command: MoveLines | MergeOrders) -> Answer:
    """The order, and what became of both totals: what is of an order as a whole (discounts,
    service, a minimum) does not go with lines, so the sum may be another one; nor does service when
    all of it is joined with another."""
    is_new = await replayed(api, call) is None
    before = _owed(api, command) if is_new else 0
    try:
        outcome = await execute(api, call, command, order_document(command.order))
    except StaleVersion as error:
        return stale(api, command.order, error)
    changed = _owed(api, command) - before if is_new and not outcome.replayed else None
    target = _total(api, command.to)
    told = {
        "destino_id": command.to.hex(),
        "destino_total": decimal(target),
        "destino_total_centavos": target,
        "diferenca": None if changed is None else decimal(changed),
        "diferenca_centavos": changed,
    }
    return shown(api, command.order, outcome, beside={"transferencia": told})


def _owed(api: Api, command: MoveLines | MergeOrders) -> int:
    return _total(api, command.order) + _total(api, command.to)


def _total(api: Api, order: OrderId) -> int:
    view = api.node.view(order_document(order))
    return view.total if isinstance(view, OrderView) else 0


def _target(text: str) -> OrderId:
    return OrderId(id_of(text, UnknownDestination, "order"))
