"""Reservations over HTTP: `/api/reservas`.

Rules of this file:
1. Times are milliseconds since 1970, in whole minutes, as the front end knows them: no time zone is
   guessed here.
2. A version (ETag) covers all reservations, and the floor, of one service day.
"""

from typing import Any

import msgspec

from crdt_models.dining_room import MINUTE_MS
from crdt_models.disputes import open_disputes
from crdt_models.documents.command import Command
from crdt_models.documents.floor.errors import UnknownReservation
from crdt_models.documents.floor.reservation_commands import (
    BookTable,
    ChangeReservation,
    MarkReservation,
)
from crdt_models.documents.floor.reservation_facts import State, service_day
from crdt_models.documents.floor.reservations import Guests, Place
from crdt_models.documents.orders.errors import UnknownOrder
from crdt_models.documents.tables.commands import UnknownTable
from crdt_models.ids import (
    DocumentId,
    OrderId,
    ReservationId,
    TableId,
    day_of_floor,
    floor_document,
)
from crdt_models.pedido import RESERVATION_STATUS, JsonObject, reservation_json
from crdt_models.read_models import RESERVATION
from peer.http_api.api import Api, execute, json_answer, quoted, replay_header, unchanged
from peer.http_api.dining_room.committed import floor_of
from peer.http_api.lists import TODAY, day_of
from peer.http_api.values import clean_text, id_of, text_or_none
from peer.node.node import Node
from peer.node.requests import Outcome
from peer.service.http_errors import InvalidField
from peer.service.routes import Answer, Call
from peer.storage.projections import Condition, Query

_UNSET = msgspec.UNSET
_MOST_MS = 2**48
_BY_STATUS = {shown: state for state, shown in RESERVATION_STATUS.items()}


class ReservationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quem vem, quando e onde. `de_ms`, `ate_ms`: ms desde 1970, em minutos inteiros."""

    nome: str
    pessoas: int
    de_ms: int
    ate_ms: int
    mesas: tuple[str, ...] = ()
    telefone: str | None = None
    observacao: str = ""


class ReservationChangeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """O que vier é alterado, o resto fica como está."""

    nome: str | msgspec.UnsetType = _UNSET
    pessoas: int | msgspec.UnsetType = _UNSET
    de_ms: int | msgspec.UnsetType = _UNSET
    ate_ms: int | msgspec.UnsetType = _UNSET
    mesas: tuple[str, ...] | msgspec.UnsetType = _UNSET
    telefone: str | msgspec.UnsetType | None = _UNSET
    observacao: str | msgspec.UnsetType = _UNSET


class MarkBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Por quê, se alguém disse."""

    motivo: str = ""


class SeatBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """O pedido com que sentaram, se já há um."""

    pedido_id: str | None = None


async def list_reservations(api: Api, call: Call) -> Answer:
    """GET /api/reservas."""
    day = day_of(call, TODAY, today=service_day(api.environment.wall_ms() // MINUTE_MS))
    if day is None:
        raise InvalidField(field="dia", reason="use AAAA-MM-DD ou hoje")
    version = quoted(api.node.version(floor_document(day)))
    if same := unchanged(call, version):
        return same
    found = sorted(floor_of(api.node, day).reservations.values(), key=lambda it: (it.place, it.id))
    clashing = _clashing(api.node, day)
    status = call.text("status")
    shown = [
        _json(api.node, day, each.id, clashing)
        for each in found
        if status is None or each.state == _BY_STATUS[status]
    ]
    answer = {"reservas": shown, "total": len(shown)}
    return json_answer(answer, headers={"etag": version})


async def show_reservation(api: Api, call: Call) -> Answer:
    """GET /api/reservas/{id}."""
    reservation = _id(call)
    return _shown(api, _day_of(api.node, reservation), reservation)


async def book(api: Api, call: Call) -> Answer:
    """POST /api/reservas."""
    body = call.body_as(ReservationBody)
    place = Place(_minute(body.de_ms, "de_ms"), _minute(body.ate_ms, "ate_ms"), _tables(body.mesas))
    command = BookTable(
        name=clean_text(body.nome),
        people=body.pessoas,
        from_minute=place.from_minute,
        until_minute=place.until_minute,
        tables=place.tables,
        phone=text_or_none(body.telefone),
        note=clean_text(body.observacao),
    )
    outcome = await execute(api, call, command)
    reservation = ReservationId(outcome.ids["reservation"])
    answer = _shown(api, service_day(place.from_minute), reservation, outcome, status=201)
    location = {"location": f"/api/reservas/{reservation.hex()}"}
    return msgspec.structs.replace(answer, headers={**answer.headers, **location})


async def change(api: Api, call: Call) -> Answer:
    """PATCH /api/reservas/{id}."""
    body, reservation = call.body_as(ReservationChangeBody), _id(call)
    day = _day_of(api.node, reservation)
    found = floor_of(api.node, day).reservations[reservation]
    place, who = found.place, found.who
    if not isinstance(body.de_ms, msgspec.UnsetType):
        place = place._replace(from_minute=_minute(body.de_ms, "de_ms"))
    if not isinstance(body.ate_ms, msgspec.UnsetType):
        place = place._replace(until_minute=_minute(body.ate_ms, "ate_ms"))
    if not isinstance(body.mesas, msgspec.UnsetType):
        place = place._replace(tables=_tables(body.mesas))
    said: dict[str, Any] = {"name": body.nome, "people": body.pessoas, "note": body.observacao}
    given = {name: value for name, value in said.items() if value is not _UNSET}
    for name in given.keys() & {"name", "note"}:
        given[name] = clean_text(given[name])
    command = ChangeReservation(
        day=day,
        reservation=reservation,
        place=place if place != found.place else None,
        guests=Guests(**{**who._asdict(), **given}) if given else None,
        phone=None if body.telefone is _UNSET else clean_text(body.telefone or ""),
    )
    return await _done(api, call, day, reservation, command)


async def arrived(api: Api, call: Call) -> Answer:
    """POST /api/reservas/{id}/chegou."""
    return await _marked(api, call, "arrived")


async def no_show(api: Api, call: Call) -> Answer:
    """POST /api/reservas/{id}/faltou."""
    return await _marked(api, call, "no_show")


async def cancel(api: Api, call: Call) -> Answer:
    """POST /api/reservas/{id}/cancelar."""
    return await _marked(api, call, "cancelled")


async def restore(api: Api, call: Call) -> Answer:
    """POST /api/reservas/{id}/restaurar: takes the last mark back."""
    return await _marked(api, call, "booked")


async def seat(api: Api, call: Call) -> Answer:
    """POST /api/reservas/{id}/sentar."""
    given = call.body_as(SeatBody).pedido_id
    order = None if given is None else OrderId(id_of(given, UnknownOrder, "order"))
    return await _marked(api, call, "seated", order)


async def _marked(api: Api, call: Call, state: State, order: OrderId | None = None) -> Answer:
    reservation = _id(call)
    day = _day_of(api.node, reservation)
    reason = "" if state == "seated" else clean_text(call.body_as(MarkBody).motivo)
    command = MarkReservation(
        day=day, reservation=reservation, state=state, order=order, reason=reason
    )
    return await _done(api, call, day, reservation, command)


async def _done(
    api: Api, call: Call, day: int, reservation: ReservationId, command: Command
) -> Answer:
    outcome = await execute(api, call, command, floor_document(day))
    return _shown(api, day, reservation, outcome)


def _shown(
    api: Api,
    day: int,
    reservation: ReservationId,
    outcome: Outcome | None = None,
    *,
    status: int = 200,
) -> Answer:
    shown = _json(api.node, day, reservation, _clashing(api.node, day))
    headers = {"etag": quoted(shown["version"]), **replay_header(outcome)}
    return json_answer(shown, status=status, headers=headers)


def _json(node: Node, day: int, reservation: ReservationId, clashing: frozenset[str]) -> JsonObject:
    found = floor_of(node, day).reservations[reservation]
    return {
        **reservation_json(found, day),
        "version": node.version(floor_document(day)),
        "conflito": reservation.hex() in clashing,
    }


def _clashing(node: Node, day: int) -> frozenset[str]:
    """Ids in disputes that wait for a person."""
    waiting = [
        each for each in open_disputes(floor_of(node, day)) if each.kind == "reservation_clash"
    ]
    return frozenset(named for each in waiting for named in each.subject.split(":"))


def _id(call: Call) -> ReservationId:
    return ReservationId(id_of(call.path["id"], UnknownReservation, "reservation"))


def _day_of(node: Node, reservation: ReservationId) -> int:
    """Raises UnknownReservation."""
    where = (Condition("reservation_id", reservation.hex()),)
    rows = node.log.projections.page(Query(table=RESERVATION.name, where=where, limit=1)).rows
    if not rows:
        raise UnknownReservation(reservation=reservation.hex())
    return day_of_floor(DocumentId(str(rows[0]["document_id"])))


def _minute(given_ms: int, field: str) -> int:
    if not 0 <= given_ms < _MOST_MS or given_ms % MINUTE_MS:
        raise InvalidField(field=field, reason="use ms desde 1970, em minutos inteiros")
    return given_ms // MINUTE_MS


def _tables(given: tuple[str, ...]) -> tuple[TableId, ...]:
    return tuple(TableId(id_of(each, UnknownTable, "table")) for each in given)
