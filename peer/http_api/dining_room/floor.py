"""The floor of today over HTTP: cleaning, who serves, which tables stand together."""

import msgspec

from crdt_models.documents.command import Command
from crdt_models.documents.floor.commands import (
    AssignWaiter,
    CleanTable,
    JoinTables,
    SeparateTables,
)
from crdt_models.documents.tables.commands import ChangeTable, UnknownArea, UnknownTable
from crdt_models.ids import TableId
from crdt_models.pedido import waiter_history_json
from peer.http_api.api import Api, json_answer, quoted, replay_header
from peer.http_api.dining_room.committed import (
    execute_in_room,
    furniture,
    room_now,
    room_version,
    shown_table,
)
from peer.http_api.dining_room.furniture import done, shown_area, table_of
from peer.http_api.values import id_of, text_or_none
from peer.service.routes import Answer, Call


class CleaningBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`true`: precisa de limpeza; `false`: está limpa."""

    limpeza: bool = True


class WaiterBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quem atende hoje; nulo: ninguém em especial."""

    garcom: str | None


class JoinBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ids das mesas que ficam juntas com esta."""

    mesas: tuple[str, ...]


async def set_cleaning(api: Api, call: Call) -> Answer:
    """POST /api/mesas/{id}/limpeza."""
    table, body = table_of(call), call.body_as(CleaningBody)
    asked = ChangeTable(table=table, fields={"cleaning": True})
    return await done(api, call, table, asked if body.limpeza else CleanTable(table=table))


async def assign_waiter(api: Api, call: Call) -> Answer:
    """POST /api/mesas/{id}/garcom."""
    table = table_of(call)
    return await done(api, call, table, AssignWaiter(table=table, waiter=_waiter(call)))


async def assign_area(api: Api, call: Call) -> Answer:
    """POST /api/areas/{id}/garcom."""
    area = id_of(call.path["id"], UnknownArea, "area")
    command: Command = AssignWaiter(area=area, waiter=_waiter(call))
    outcome = await execute_in_room(api, call, command)
    shown = shown_area(furniture(api.node).areas[area], room_now(api))
    headers = {"etag": quoted(room_version(api.node)), **replay_header(outcome)}
    return json_answer(shown, headers=headers)


async def show_waiters(api: Api, call: Call) -> Answer:
    """GET /api/mesas/{id}/garcom."""
    table, room = table_of(call), room_now(api)
    if table not in room.furniture.tables:
        raise UnknownTable(table=table.hex())
    serves = shown_table(api, table, room)["garcom"]
    return json_answer({"garcom": serves, "historico": waiter_history_json(room, table)})


async def join_tables(api: Api, call: Call) -> Answer:
    """POST /api/mesas/{id}/juntar."""
    table, given = table_of(call), call.body_as(JoinBody).mesas
    others = [TableId(id_of(each, UnknownTable, "table")) for each in given]
    return await done(api, call, table, JoinTables(tables=(table, *others)))


async def separate_tables(api: Api, call: Call) -> Answer:
    """POST /api/mesas/{id}/separar."""
    table = table_of(call)
    return await done(api, call, table, SeparateTables(table=table))


def _waiter(call: Call) -> str | None:
    return text_or_none(call.body_as(WaiterBody).garcom)
