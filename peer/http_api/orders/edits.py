"""Fields, marks and lines changed together: PUT and PATCH of an order.

Rule of this file: a PUT compares the body with the version that If-Match names. Without If-Match it
sets fields and adds lines that have no id, and never takes anything away: a stale screen cannot
cancel another waiter's lines.
"""

from typing import Any, NamedTuple

import msgspec

from crdt_models.documents.orders.commands import (
    AnyLine,
    EditOrder,
    LineCancellation,
    NewLine,
    NewStation,
)
from crdt_models.documents.orders.facts import Delivery
from crdt_models.documents.orders.lines import Line
from crdt_models.documents.orders.view import OrderView
from crdt_models.ids import OrderId, order_document
from crdt_models.pedido import ORDER_NAMES
from peer.http_api.api import Api, matched_version, replayed
from peer.http_api.orders.answering import done, order_of_call, shown, stale
from peer.http_api.orders.bodies import FIELDS, ReplacementBody, fields_of
from peer.http_api.orders.delivery_bodies import MEMBER as DELIVERY
from peer.http_api.orders.delivery_bodies import DeliveryBody, delivery_of
from peer.http_api.orders.line_bodies import ItemBody, line_id
from peer.http_api.orders.own_prices import named_by_catalog
from peer.http_api.orders.places import check_table
from peer.http_api.shown import known_order, shown_order
from peer.http_api.values import clean_text
from peer.node.requests import StaleVersion
from peer.service.http_errors import InvalidField
from peer.service.routes import Answer, Call
from peer.service.strict_json import shaped

REPLACED = "alterado no pedido"


async def replace_order(api: Api, call: Call) -> Answer:
    """PUT /api/pedidos/{id}."""
    order = order_of_call(call)
    first = await replayed(api, call)
    if first is not None:
        return shown(api, order, first)
    view = known_order(api.node, order)
    body = _replacement(api, order, call.body_as(dict))
    try:
        is_current = matched_version(api, call, order_document(order)) is not None
    except StaleVersion as error:
        return stale(api, order, error)
    fields = fields_of(body.members())
    await check_table(api, call, fields, order)
    changes = _line_changes(view, body, is_current=is_current)
    command = EditOrder(
        order=order,
        fields=fields,
        flags=body.marks({name: view.flag(name) for name in view.flags}),
        add=named_by_catalog(api, changes.add),
        cancel=tuple(changes.cancel),
        route=tuple(changes.route),
        reason=clean_text(body.motivo) or REPLACED,
        delivery=_delivery(body),
    )
    return await done(api, call, order, command)


def _replacement(api: Api, order: OrderId, given: dict[str, Any]) -> ReplacementBody:
    """The body of a PUT: an order that was read may be sent back, with all it holds.

    Raises InvalidField for a member that no order has and nobody can set.
    """
    known = {*ORDER_NAMES, *ReplacementBody.__struct_fields__, *shown_order(api, order)}
    for name, value in given.items():
        if name not in known and not isinstance(value, bool):
            raise InvalidField(field=name[:60], reason="este campo não existe")
    return shaped(given, ReplacementBody)


async def edit_order(api: Api, call: Call) -> Answer:
    """PATCH /api/pedidos/{id}: fields by name, marks as truth values."""
    order = order_of_call(call)
    first = await replayed(api, call)
    if first is not None:
        return shown(api, order, first)
    given: dict[str, Any] = call.body_as(dict)
    flags = {n: v for n, v in given.items() if isinstance(v, bool) and n not in ORDER_NAMES}
    flags |= shaped(given.get("flags", {}), dict[str, bool])
    readable = given.keys() - flags.keys() - FIELDS.keys() - {"flags", DELIVERY}
    if readable:
        _check_unchanged(api, order, {name: given[name] for name in readable})
    fields = fields_of(given)
    await check_table(api, call, fields, order)
    command = EditOrder(order=order, fields=fields, flags=flags, delivery=delivery_of(given))
    return await done(api, call, order, command)


def _delivery(body: ReplacementBody) -> Delivery | None:
    """What a PUT says of where it goes: None, nothing."""
    match body.entrega:
        case DeliveryBody():
            return body.entrega.delivery()
        case None:
            return Delivery()
        case _:
            return None


def _check_unchanged(api: Api, order: OrderId, given: dict[str, Any]) -> None:
    """Members that can only be read may be sent back as they are. Raises InvalidField."""
    shown = shown_order(api, order)
    for name, value in given.items():
        if name not in shown or shown[name] != value:
            raise InvalidField(field=name[:60], reason="não pode ser alterado aqui")


class _LineChanges(NamedTuple):
    """What becomes of the lines of an order."""

    add: list[AnyLine]
    cancel: list[LineCancellation]
    route: list[NewStation]


def _line_changes(view: OrderView, body: ReplacementBody, *, is_current: bool) -> _LineChanges:
    """What makes the order into what the body says."""
    changes = _LineChanges([], [], [])
    if isinstance(body.itens, msgspec.UnsetType):
        return changes
    changes.add.extend(item.new_line() for item in body.itens if item.id is None)
    if not is_current:
        return changes
    kept = {line_id(item.id): item for item in body.itens if item.id is not None}
    for line in view.lines:
        if line.left:
            _change_line(changes, line, kept.pop(line.id, None))
    for sent_back in kept:
        # Lines of which nothing is left are sent back too; only an id nobody knows is a mistake.
        if sent_back not in view.lines_by_id:
            raise InvalidField(field="itens[].id", reason="este item não é deste pedido")
    return changes


def _change_line(changes: _LineChanges, line: Line, item: ItemBody | None) -> None:
    """What makes `line` into `item`: nothing, less of it, more of it, the same made elsewhere, or
    another in its place."""
    if item is None:
        changes.cancel.append(LineCancellation(line.id))
        return
    wanted, current = _wanted(line, item), _as_it_is(line)
    elsewhere = msgspec.structs.replace(current, station=wanted.station)
    if msgspec.structs.replace(wanted, thousandths=line.left) != elsewhere:
        changes.add.append(wanted)
        changes.cancel.append(LineCancellation(line.id))
        return
    if elsewhere != current:
        changes.route.append(NewStation(line.id, wanted.station))
    more = wanted.thousandths - line.left
    if more > 0:
        changes.add.append(msgspec.structs.replace(elsewhere, thousandths=more))
    elif more < 0:
        changes.cancel.append(LineCancellation(line.id, -more))


def _as_it_is(line: Line) -> NewLine:
    fact = line.fact
    return NewLine(
        product=fact.product,
        name=fact.name,
        unit_centavos=fact.unit_centavos,
        thousandths=line.left,
        modifiers=fact.modifiers,
        note=fact.note,
        course=fact.course,
        station=line.station,
        category=fact.category,
        external_id=fact.external_id,
    )


def _wanted(line: Line, item: ItemBody) -> NewLine:
    """The line as the body has it. What the body leaves out stays as it is."""
    given = msgspec.structs.replace(item, **_inherited(line, item)).line()
    if item.modificadores is None:
        return msgspec.structs.replace(given, modifiers=line.fact.modifiers)
    return given


def _inherited(line: Line, item: ItemBody) -> dict[str, Any]:
    fact = line.fact
    told = {
        "produto_id": fact.product,
        "nome": fact.name,
        "observacao": fact.note,
        "estacao": line.station,
        "categoria": fact.category,
        "id_externo": fact.external_id,
    }
    kept: dict[str, Any] = {n: v for n, v in told.items() if getattr(item, n) is None}
    if item.preco_unitario is None and item.preco_unitario_centavos is None:
        kept["preco_unitario_centavos"] = fact.unit_centavos
    if item.quantidade is None and item.quantidade_milesimos is None:
        kept["quantidade_milesimos"] = line.left
    if item.etapa is None:
        kept["etapa"] = fact.course
    return kept
