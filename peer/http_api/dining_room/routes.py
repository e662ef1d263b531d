"""The routes of the dining room: one part of the table in `routes`."""

from typing import Any

from crdt_models.pedido import RESERVATION_STATUS
from peer.http_api import answers
from peer.http_api.api import Api
from peer.http_api.dining_room import floor, furniture, reservations
from peer.http_api.dining_room.card_routes import card_routes
from peer.http_api.dining_room.reservations import MarkBody, SeatBody
from peer.http_api.route_parts import (
    KEYED,
    OPENING_ERRORS,
    READ,
    TABLE_ERRORS,
    WRITE,
    Action,
    posted,
    route,
)
from peer.http_api.values import ReasonBody
from peer.service.routes import QueryField, Route

_CREATES: Any = {
    "status": 201,
    "takes": KEYED,
    "gives": ("etag", "idempotency-replayed", "location"),
}
_CHANGE_ERRORS = (*TABLE_ERRORS, "stale_version")
_RESERVATION_ERRORS = ("unknown_reservation", "stale_version", *OPENING_ERRORS)
_MARK_ERRORS = ("reservation_is_over", "table_is_booked", *_RESERVATION_ERRORS)
_SEAT_ERRORS = ("reservation_is_over", "table_is_booked", "unknown_order", *_RESERVATION_ERRORS)
_PLACE_ERRORS = ("unknown_table", "table_is_booked", "window_leaves_day")


def dining_room_routes(api: Api | None) -> list[Route]:
    """Everything under `/api/mesas`, `/api/areas`, `/api/reservas` and `/api/comandas`."""
    return [
        *_furniture(api),
        *_table_changes(api),
        *_waiters(api),
        *_reservations(api),
        *posted(api, "/api/reservas/{id}", _marks(), answer=answers.Reserva, **WRITE),
        *card_routes(api),
    ]


def _furniture(api: Api | None) -> list[Route]:
    return [
        route(
            api,
            "GET",
            "/api/mesas",
            furniture.list_tables,
            "Lista as mesas e as áreas, como estão agora",
            answer=answers.Mesas,
            **READ,
        ),
        route(
            api,
            "POST",
            "/api/mesas",
            furniture.add_table,
            "Cria uma mesa",
            body=furniture.NewTableBody,
            answer=answers.Mesa,
            errors=("unknown_area", "table_exists", *OPENING_ERRORS),
            **_CREATES,
        ),
        route(
            api,
            "POST",
            "/api/areas",
            furniture.add_area,
            "Cria uma área do salão",
            body=furniture.AreaBody,
            answer=answers.Area,
            status=201,
            takes=KEYED,
            gives=("idempotency-replayed",),
            errors=OPENING_ERRORS,
        ),
        route(
            api,
            "GET",
            "/api/mesas/{id}",
            furniture.show_table,
            "Mostra uma mesa",
            answer=answers.Mesa,
            gives=("etag",),
            errors=("unknown_table",),
        ),
    ]


def _table_changes(api: Api | None) -> list[Route]:
    one = "/api/mesas/{id}"
    return [
        *[
            route(
                api,
                method,
                one,
                furniture.change_table,
                "Altera uma mesa",
                body=furniture.TableBody,
                answer=answers.Mesa,
                errors=_CHANGE_ERRORS,
                **WRITE,
            )
            for method in ("PUT", "PATCH")
        ],
        *posted(api, one, _table_actions(), answer=answers.Mesa, **WRITE),
    ]


def _table_actions() -> list[Action]:
    return [
        ("/reservar", furniture.reserve_table, "Põe um aviso de reservada, já", furniture.SignBody,
         _CHANGE_ERRORS, 200),
        ("/liberar", furniture.release_table, "Tira o aviso de reservada", ReasonBody,
         (*_CHANGE_ERRORS, "table_is_occupied"), 200),
        ("/limpeza", floor.set_cleaning, "Pede ou conclui limpeza", floor.CleaningBody,
         _CHANGE_ERRORS, 200),
        ("/garcom", floor.assign_waiter, "Diz quem atende hoje", floor.WaiterBody,
         _CHANGE_ERRORS, 200),
        ("/juntar", floor.join_tables, "Junta mesas em uma", floor.JoinBody, _CHANGE_ERRORS, 200),
        ("/separar", floor.separate_tables, "Separa as mesas juntas", ReasonBody,
         _CHANGE_ERRORS, 200),
    ]  # fmt: skip


def _waiters(api: Api | None) -> list[Route]:
    return [
        route(
            api,
            "GET",
            "/api/mesas/{id}/garcom",
            floor.show_waiters,
            "Quem atende a mesa hoje, e quem atendeu",
            answer=answers.Atendimento,
            errors=("unknown_table",),
        ),
        route(
            api,
            "POST",
            "/api/areas/{id}/garcom",
            floor.assign_area,
            "Diz quem atende a área hoje",
            body=floor.WaiterBody,
            answer=answers.Area,
            errors=("unknown_area", "stale_version", *OPENING_ERRORS),
            **WRITE,
        ),
    ]


def _reservations(api: Api | None) -> list[Route]:
    return [
        route(
            api,
            "GET",
            "/api/reservas",
            reservations.list_reservations,
            "Lista as reservas de um dia de serviço",
            query=(
                QueryField("dia", "AAAA-MM-DD ou `hoje`"),
                QueryField("status", "só as deste", values=tuple(RESERVATION_STATUS.values())),
            ),
            answer=answers.Reservas,
            **READ,
        ),
        route(
            api,
            "POST",
            "/api/reservas",
            reservations.book,
            "Reserva, com ou sem mesa escolhida",
            body=reservations.ReservationBody,
            answer=answers.Reserva,
            errors=(*_PLACE_ERRORS, *OPENING_ERRORS),
            **_CREATES,
        ),
        route(
            api,
            "GET",
            "/api/reservas/{id}",
            reservations.show_reservation,
            "Mostra uma reserva",
            answer=answers.Reserva,
            gives=("etag",),
            errors=("unknown_reservation",),
        ),
        route(
            api,
            "PATCH",
            "/api/reservas/{id}",
            reservations.change,
            "Altera uma reserva",
            body=reservations.ReservationChangeBody,
            answer=answers.Reserva,
            errors=(*_PLACE_ERRORS, *_RESERVATION_ERRORS),
            **WRITE,
        ),
    ]


def _marks() -> list[Action]:
    return [
        ("/chegou", reservations.arrived, "Diz que chegaram", MarkBody, _MARK_ERRORS, 200),
        ("/sentar", reservations.seat, "Diz que sentaram", SeatBody, _SEAT_ERRORS, 200),
        ("/faltou", reservations.no_show, "Diz que não vieram", MarkBody, _MARK_ERRORS, 200),
        ("/cancelar", reservations.cancel, "Cancela a reserva", MarkBody, _MARK_ERRORS, 200),
        ("/restaurar", reservations.restore, "Desfaz o que se disse dela", MarkBody,
         _MARK_ERRORS, 200),
    ]  # fmt: skip
