"""The routes of business days: one part of the table in `peer.http_api.routes`."""

from peer.http_api import answers
from peer.http_api.api import Api
from peer.http_api.cash.bodies import NoteBody
from peer.http_api.days import handlers
from peer.http_api.route_parts import OPENING_ERRORS, WRITE, route
from peer.service.routes import Route

_CLOSING = (
    "stale_version",
    "day_has_not_come",
    "day_has_open_shifts",
    "day_is_final",
    "needs_upgrade",
    "command_too_large",
    *OPENING_ERRORS,
)


def day_routes(api: Api | None) -> list[Route]:
    """Everything under `/api/dia`."""
    return [
        route(
            api,
            "GET",
            "/api/dia",
            handlers.show_today,
            "Mostra o dia de operação de agora",
            answer=answers.Dia,
            gives=("etag",),
        ),
        route(
            api,
            "GET",
            "/api/dia/{data}",
            handlers.show_day,
            "Mostra um dia: o que entrou, em que caixa, e como foi fechado; `data` é AAAA-MM-DD",
            answer=answers.Dia,
            gives=("etag",),
            errors=("invalid_field",),
        ),
        route(
            api,
            "POST",
            "/api/dia/{data}/fechar",
            handlers.close_day,
            "Fecha um dia; provisório enquanto falta notícia de algum terminal",
            body=NoteBody,
            answer=answers.Dia,
            errors=_CLOSING,
            **WRITE,
        ),
    ]
