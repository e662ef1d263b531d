"""The routes of the dining room: one part of the table in `routes`."""

from typing import Any

from crdt_models.pedido import RESERVATION_STATUS
from peer.http_api import answers
from peer.http_api.api import Api
from peer.http_api.dining_room import floor, furniture, reservations
from peer.http_api.dining_room.card_routes import card_routes
from peer.http_api.dining_room.reservations import MarkBody, SeatBody
from peer.http_api.route_parts import KEYED, OPENING_ERRORS, READ, TABLE_ERRORS, WRITE, route
from peer.http_api.values import ReasonBody
from peer.service.routes import QueryField, Route

_CREATES: Any = {
    "status": 201,
    "takes": KEYED,
    "gives": ("etag", "idempotency-replayed", "location"),
}
_RESERVATION_ERRORS = ("unknown_reservation", "stale_version", *OPENING_ERRORS)
_PLACE_ERRORS = ("unknown_table", "table_is_booked", "window_leaves_day")


def dining_room_routes(api: Api | None) -> list[Route]:
    """Everything under `/api/mesas`, `/api/areas`, `/api/reservas` and `/api/comandas`."""
    return [
        *_furniture(api),
        *_table_changes(api),
        *_waiters(api),
        *_reservations(api),
        *_marks(api),
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
                errors=(*TABLE_ERRORS, "stale_version"),
                **WRITE,
            )
            for method in ("PUT", "PATCH")
        ],
        *[
            route(
                api,
                "POST",
                one + action,
                handler,
                summary,
                body=shape,
                answer=answers.Mesa,
                errors=(*TABLE_ERRORS, "stale_version"),
                **WRITE,
            )
            for action, handler, summary, shape in (
                ("/reservar", furniture.reserve_table, "Põe um aviso de reservada, já",
                 furniture.SignBody),
                ("/liberar", furniture.release_table, "Tira o aviso de reservada", ReasonBody),
                ("/limpeza", floor.set_cleaning, "Pede ou conclui limpeza", floor.CleaningBody),
                ("/garcom", floor.assign_waiter, "Diz quem atende hoje", floor.WaiterBody),
                ("/juntar", floor.join_tables, "Junta mesas em uma", floor.JoinBody),
                ("/separar", floor.separate_tables, "Separa as mesas juntas", ReasonBody),
            )
        ],
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


def _marks(api: Api | None) -> list[Route]:
    return [
        route(
            api,
            "POST",
            "/api/reservas/{id}" + action,
            handler,
            summary,
            body=shape,
            answer=answers.Reserva,
            errors=("reservation_is_over", "table_is_booked", *more, *_RESERVATION_ERRORS),
            **WRITE,
        )
        for action, handler, summary, shape, more in (
            ("/chegou", reservations.arrived, "Diz que chegaram", MarkBody, ()),
            ("/sentar", reservations.seat, "Diz que sentaram", SeatBody, ("unknown_order",)),
            ("/faltou", reservations.no_show, "Diz que não vieram", MarkBody, ()),
            ("/cancelar", reservations.cancel, "Cancela a reserva", MarkBody, ()),
            ("/restaurar", reservations.restore, "Desfaz o que se disse dela",
             MarkBody, ()),
        )
    ]  # fmt: skip
