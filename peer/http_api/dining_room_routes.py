"""The routes of dining tables and areas: one part of the table in `routes`."""

from peer.http_api import answers, tables
from peer.http_api.api import Api
from peer.http_api.route_parts import KEYED, OPENING_ERRORS, READ, TABLE_ERRORS, WRITE, route
from peer.http_api.values import ReasonBody
from peer.service.routes import Route


def dining_room_routes(api: Api | None) -> list[Route]:
    """Everything under `/api/mesas`, and the areas."""
    one, body = "/api/mesas/{id}", tables.TableBody
    return [
        route(
            api,
            "GET",
            "/api/mesas",
            tables.list_tables,
            "Lista as mesas e as áreas",
            answer=answers.Mesas,
            **READ,
        ),
        route(
            api,
            "POST",
            "/api/mesas",
            tables.add_table,
            "Cria uma mesa",
            body=tables.NewTableBody,
            answer=answers.Mesa,
            status=201,
            takes=KEYED,
            gives=("etag", "idempotency-replayed", "location"),
            errors=("unknown_area", "table_exists", *OPENING_ERRORS),
        ),
        route(
            api,
            "POST",
            "/api/areas",
            tables.add_area,
            "Cria uma área do salão",
            body=tables.AreaBody,
            answer=answers.Area,
            status=201,
            takes=KEYED,
            gives=("idempotency-replayed",),
            errors=OPENING_ERRORS,
        ),
        route(
            api,
            "GET",
            one,
            tables.show_table,
            "Mostra uma mesa",
            answer=answers.Mesa,
            gives=("etag",),
            errors=("unknown_table",),
        ),
        *_table_changes(api, one, body),
    ]


def _table_changes(api: Api | None, one: str, body: type[tables.TableBody]) -> list[Route]:
    return [
        *[
            route(
                api,
                method,
                one,
                tables.change_table,
                "Altera uma mesa",
                body=body,
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
                ("/reservar", tables.reserve_table, "Reserva a mesa", tables.ReservationBody),
                ("/liberar", tables.release_table, "Desfaz a reserva", ReasonBody),
                ("/limpeza", tables.set_cleaning, "Pede ou conclui limpeza", tables.CleaningBody),
                ("/garcom", tables.assign_waiter, "Diz quem atende", tables.WaiterBody),
            )
        ],
    ]
