"""Those who work here: listed, registered, changed; their PINs here; who has entered."""

from typing import Any

from crdt_models.documents.orders.errors import UnknownOrder
from crdt_models.documents.staff.acts import ACTS, Act
from crdt_models.documents.staff.commands import (
    AddOperator,
    ChangeOperator,
    SetPermission,
    known_operator,
)
from crdt_models.documents.staff.errors import NotAuthorised, UnknownOperator
from crdt_models.ids import STAFF, OperatorId, OrderId, order_document
from crdt_models.pedido import operator_json, staff_json
from crdt_models.pedido.staff import ACT
from peer.http_api.api import (
    Api,
    execute,
    json_answer,
    operator_of,
    quoted,
    replay_header,
    shown_in_portuguese,
)
from peer.http_api.front_ends import FrontEnd
from peer.http_api.staff.bodies import (
    AuthorisationBody,
    ChangeBody,
    EnterBody,
    OperatorBody,
    PermissionBody,
    PinBody,
    role_of,
)
from peer.http_api.staff.desk import GRANT_SECONDS, IDLE_SECONDS
from peer.http_api.values import clean_text, id_of
from peer.node.requests import Outcome
from peer.service.http_errors import InvalidField, UnknownRoute
from peer.service.routes import Answer, Call

_ACTS: dict[str, Act] = {ACT[act]: act for act in ACTS}


async def list_staff(api: Api, call: Call) -> Answer:
    """GET /api/operadores. Its version is the staff's; PINs of this terminal are no part of it."""
    version = quoted(api.node.version(STAFF))
    shown = staff_json(api.desk.staff)
    for each in shown["operadores"]:
        each["tem_pin"] = api.desk.has_pin(OperatorId(bytes.fromhex(each["id"])))
    shown["pede_papel"] = api.desk.asks_roles
    return json_answer({**shown, "version": api.node.version(STAFF)}, headers={"etag": version})


async def add_operator(api: Api, call: Call) -> Answer:
    """POST /api/operadores."""
    body = call.body_as(OperatorBody)
    command = AddOperator(name=clean_text(body.nome), role=role_of(body.papel))
    outcome = await execute(api, call, command, STAFF)
    who = OperatorId(outcome.ids["operator"])
    headers = {"location": f"/api/operadores/{who.hex()}"}
    return _shown(api, who, outcome, status=201, headers=headers)


async def show_operator(api: Api, call: Call) -> Answer:
    """GET /api/operadores/{id}."""
    return _shown(api, _operator(call.path["id"]))


async def change_operator(api: Api, call: Call) -> Answer:
    """PATCH /api/operadores/{id}."""
    who = _operator(call.path["id"])
    command = ChangeOperator(who=who, values=call.body_as(ChangeBody).values())
    return _shown(api, who, await execute(api, call, command, STAFF))


async def set_permission(api: Api, call: Call) -> Answer:
    """PUT /api/permissoes/{ato}."""
    act = _ACTS.get(call.path["ato"])
    if act is None:
        raise UnknownRoute
    command = SetPermission(act=act, least=role_of(call.body_as(PermissionBody).papel))
    outcome = await execute(api, call, command, STAFF)
    shown = staff_json(api.desk.staff)["permissoes"]
    (found,) = [each for each in shown if each["ato"] == ACT[act]]
    return json_answer(found, headers=_headers(api, outcome))


async def set_pin(api: Api, call: Call) -> Answer:
    """PUT /api/operadores/{id}/pin: at this terminal. The terminal's own token may set any."""
    who = _operator(call.path["id"])
    is_own = call.caller_as(FrontEnd).role == "admin"
    if not is_own and not api.desk.may_set_pin(operator_of(api, call), who):
        least = api.desk.staff.least("edit_staff")
        raise shown_in_portuguese(NotAuthorised(act="edit_staff", least=least))
    await api.desk.set_pin(who, call.body_as(PinBody).pin)
    return Answer(status=204, content=b"")


async def enter(api: Api, call: Call) -> Answer:
    """POST /api/entrar."""
    body = call.body_as(EnterBody)
    who = _operator(body.operador_id)
    token = await api.desk.enter(who, body.pin, call.caller_as(FrontEnd).name)
    shown = operator_json(known_operator(api.desk.staff, who))
    return json_answer({"token": token, "operador": shown, "validade_segundos": IDLE_SECONDS})


async def authorise(api: Api, call: Call) -> Answer:
    """POST /api/autorizacoes."""
    body = call.body_as(AuthorisationBody)
    who, act = _operator(body.operador_id), _ACTS.get(body.ato)
    if act is None:
        raise InvalidField(field="ato", reason="use um dos que /api/operadores lista")
    order = order_document(OrderId(id_of(body.pedido_id, UnknownOrder, "order")))
    front_end = call.caller_as(FrontEnd).name
    try:
        token = await api.desk.authorise(who, body.pin, act, order, front_end)
    except NotAuthorised as error:
        raise shown_in_portuguese(error) from error
    return json_answer({"token": token, "validade_segundos": GRANT_SECONDS})


async def leave(api: Api, call: Call) -> Answer:
    """POST /api/sair: whoever the token names; an unknown one is no error."""
    api.desk.leave(call.headers.get("x-operador", ""))
    return Answer(status=204, content=b"")


def _operator(text: str) -> OperatorId:
    """Raises UnknownOperator for what is no id."""
    return OperatorId(id_of(text, UnknownOperator, "operator"))


def _shown(api: Api, who: OperatorId, outcome: Outcome | None = None, **more: Any) -> Answer:
    """Raises UnknownOperator."""
    shown = operator_json(known_operator(api.desk.staff, who))
    headers = {**_headers(api, outcome), **more.pop("headers", {})}
    return json_answer({**shown, "tem_pin": api.desk.has_pin(who)}, headers=headers, **more)


def _headers(api: Api, outcome: Outcome | None) -> dict[str, str]:
    return {"etag": quoted(api.node.version(STAFF)), **replay_header(outcome)}
