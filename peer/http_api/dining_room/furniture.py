"""Tables and areas over HTTP: `/api/mesas`, `/api/areas`.

Rules of this file:
1. Occupied or free is derived from the open orders; what is written here are the label, the seats,
   the place, the usual waiter, whether it is in use, and a sign that keeps it for somebody.
2. A version (ETag) covers the whole room: all furniture, and the floor of today.
"""

from typing import Any

import msgspec

from crdt_models.dining_room import MINUTE_MS, DiningRoom
from crdt_models.documents.command import Command
from crdt_models.documents.tables.commands import (
    AddArea,
    AddTable,
    ChangeTable,
    ReleaseTable,
    ReserveTable,
    UnknownArea,
    UnknownTable,
)
from crdt_models.documents.tables.facts import TableField, TableValue
from crdt_models.documents.tables.view import Area
from crdt_models.errors import MalhaError
from crdt_models.ids import CreatedId, TableId
from crdt_models.pedido import JsonObject, iso_day
from peer.http_api.api import Api, execute, json_answer, quoted, replay_header, replayed, unchanged
from peer.http_api.dining_room.committed import (
    execute_in_room,
    furniture,
    room_now,
    room_version,
    shown_table,
)
from peer.http_api.values import OpaqueId, clean_text, id_of, text_or_none
from peer.node.requests import Outcome
from peer.service.http_errors import InvalidField
from peer.service.routes import Answer, Call

_UNSET = msgspec.UNSET


class PlaceBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lugar na planta do salão."""

    x: int
    y: int


class TableBody(msgspec.Struct, frozen=True, kw_only=True):
    """Uma mesa: o que vier é alterado, o resto fica como está."""

    nome: OpaqueId | msgspec.UnsetType = _UNSET
    numero: OpaqueId | msgspec.UnsetType = _UNSET
    area_id: str | msgspec.UnsetType | None = _UNSET
    area: str | msgspec.UnsetType | None = _UNSET
    lugares: int | msgspec.UnsetType = _UNSET
    posicao: PlaceBody | msgspec.UnsetType = _UNSET
    garcom: str | msgspec.UnsetType | None = _UNSET
    limpeza: bool | msgspec.UnsetType = _UNSET
    ativa: bool | msgspec.UnsetType = _UNSET

    def label(self) -> str | None:
        """What people call it: `nome`, or `numero`."""
        return _text(self.nome) or _text(self.numero)

    def number(self) -> str | None:
        """What is painted on it, where that is not its name."""
        return None if self.label() == _text(self.numero) else _text(self.numero)


def _text(given: OpaqueId | msgspec.UnsetType) -> str | None:
    return None if isinstance(given, msgspec.UnsetType) else clean_text(str(given))


class NewTableBody(TableBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Uma mesa nova: `nome` (ou `numero`) é preciso; na mesma área não há dois nomes iguais."""


class TableExists(MalhaError):
    """Two tables of one area that people could not tell apart."""

    code = "table_exists"
    sentence = "There already is a table {label} in that area."
    cure = "Choose another name, or put it into another area."


class TableIsOccupied(MalhaError):
    """Nobody frees a table while somebody sits at it."""

    code = "table_is_occupied"
    sentence = "Table {label} has open orders."
    cure = "Close, cancel or move its orders: then it is free."


class AreaBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Uma área do salão."""

    nome: str


class SignBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Um aviso de reservada, já: para quem, e até quando (milissegundos desde 1970); sem `ate_ms`,
    até liberar."""

    nome: str
    ate_ms: int | None = None


async def list_tables(api: Api, call: Call) -> Answer:
    """GET /api/mesas."""
    room = room_now(api)
    now_ms = room.now_ms
    # Orders move occupancy, so any commit may change it; and with time, reservations come near.
    version = quoted(f"{api.node.position}-{now_ms // MINUTE_MS}")
    if same := unchanged(call, version):
        return same
    shown = {
        "mesas": [shown_table(api, table, room) for table in room.furniture.tables],
        "areas": [shown_area(area, room) for area in room.furniture.areas.values()],
        "total": len(room.furniture.tables),
        "dia": iso_day(api.node.business_day),
        "agora_ms": now_ms,
    }
    return json_answer(shown, headers={"etag": version})


async def show_table(api: Api, call: Call) -> Answer:
    """GET /api/mesas/{id}."""
    return _shown(api, table_of(call))


async def add_table(api: Api, call: Call) -> Answer:
    """POST /api/mesas."""
    body = call.body_as(NewTableBody)
    label, area = body.label(), _area(api, body)
    if not label:
        raise InvalidField(field="nome", reason="falta o nome da mesa")
    if await replayed(api, call) is None:
        _check_free(api, label, area)
    place = PlaceBody(x=0, y=0) if isinstance(body.posicao, msgspec.UnsetType) else body.posicao
    command = AddTable(
        label=label,
        number=body.number() or None,
        area=area,
        seats=0 if isinstance(body.lugares, msgspec.UnsetType) else body.lugares,
        x=place.x,
        y=place.y,
    )
    outcome = await execute(api, call, command)
    table = TableId(outcome.ids["table"])
    answer = _shown(api, table, outcome, status=201)
    location = {"location": f"/api/mesas/{table.hex()}"}
    return msgspec.structs.replace(answer, headers={**answer.headers, **location})


async def add_area(api: Api, call: Call) -> Answer:
    """POST /api/areas."""
    name = clean_text(call.body_as(AreaBody).nome)
    outcome = await execute(api, call, AddArea(name=name))
    area = furniture(api.node).areas[outcome.ids["area"]]
    return json_answer(shown_area(area, room_now(api)), status=201, headers=replay_header(outcome))


async def change_table(api: Api, call: Call) -> Answer:
    """PUT and PATCH /api/mesas/{id}: both change what is given and leave the rest."""
    table, body = table_of(call), call.body_as(TableBody)
    place = body.posicao
    command = ChangeTable(
        table=table,
        fields={**_fields(api, body), **_called(api, table, body)},
        position=None if isinstance(place, msgspec.UnsetType) else (place.x, place.y),
    )
    return await done(api, call, table, command)


async def reserve_table(api: Api, call: Call) -> Answer:
    """POST /api/mesas/{id}/reservar: a sign on the table, from now on."""
    table, body = table_of(call), call.body_as(SignBody)
    command = ReserveTable(table=table, name=clean_text(body.nome), until_ms=body.ate_ms)
    return await done(api, call, table, command)


async def release_table(api: Api, call: Call) -> Answer:
    """POST /api/mesas/{id}/liberar: takes the sign away; an occupied table that has none is not
    freed by that."""
    table = table_of(call)
    if await replayed(api, call) is None:
        _check_can_be_freed(api, table)
    return await done(api, call, table, ReleaseTable(table=table))


def _check_can_be_freed(api: Api, table: TableId) -> None:
    """Raises TableIsOccupied."""
    room = room_now(api)
    found = room.furniture.tables.get(table)
    seen = None if found is None else room.seen(found)
    if seen is not None and seen.state == "occupied" and seen.hold is None:
        raise TableIsOccupied(label="" if found is None else found.label)


async def done(api: Api, call: Call, table: TableId, command: Command) -> Answer:
    """Executes, and shows the table as it is then."""
    outcome = await execute_in_room(api, call, command)
    return _shown(api, table, outcome)


def shown_area(area: Area, room: DiningRoom) -> JsonObject:
    """The area, and who serves there today."""
    waiters = room.floor.waiters.get(area.id)
    serves = None if waiters is None else waiters.value(None)
    return {"id": area.id.hex(), "nome": area.name, "garcom": serves}


def table_of(call: Call) -> TableId:
    """The table that the path names. Raises UnknownTable."""
    return TableId(id_of(call.path["id"], UnknownTable, "table"))


def _shown(
    api: Api, table: TableId, outcome: Outcome | None = None, *, status: int = 200
) -> Answer:
    headers = {"etag": quoted(room_version(api.node)), **replay_header(outcome)}
    return json_answer(shown_table(api, table), status=status, headers=headers)


def _area(api: Api, body: TableBody) -> CreatedId | None:
    """By id, or by the name of an area that there is. Raises UnknownArea."""
    if isinstance(body.area_id, str):
        return id_of(body.area_id, UnknownArea, "area")
    if isinstance(body.area, str):
        name = clean_text(body.area)
        for area in furniture(api.node).areas.values():
            if area.name == name:
                return area.id
        raise UnknownArea(area=name)
    return None


def _check_free(api: Api, label: str, area: CreatedId | None) -> None:
    """Two terminals that do not hear each other may still use one name. Raises TableExists."""
    for table in furniture(api.node).tables.values():
        if table.is_active and table.label == label and table.area == area:
            raise TableExists(label=label)


def _called(api: Api, table: TableId, body: TableBody) -> dict[TableField, TableValue]:
    """Of a table that has a number beside its name, `numero` is that; else either is the name."""
    known = furniture(api.node).tables.get(table)
    name, number = _text(body.nome), _text(body.numero)
    if number is None:
        return {} if name is None else {"label": name}
    if name is None and (known is None or known.number == known.label):
        return {"label": number}
    called: dict[TableField, TableValue] = {} if name is None else {"label": name}
    label = name or (None if known is None else known.label)
    return {**called, "number": None if number == label else number}


def _fields(api: Api, body: TableBody) -> dict[TableField, TableValue]:
    fields: dict[TableField, TableValue] = {}
    if not (
        isinstance(body.area_id, msgspec.UnsetType) and isinstance(body.area, msgspec.UnsetType)
    ):
        area = _area(api, body)
        fields["area"] = None if area is None else area.hex()
    if not isinstance(body.garcom, msgspec.UnsetType):
        fields["waiter"] = text_or_none(body.garcom)
    plain: dict[TableField, Any] = {
        "seats": body.lugares,
        "cleaning": body.limpeza,
        "active": body.ativa,
    }
    fields |= {n: v for n, v in plain.items() if not isinstance(v, msgspec.UnsetType)}
    return fields
