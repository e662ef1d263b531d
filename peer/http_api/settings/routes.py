"""The routes of the shop's settings: one part of the table in `routes`."""

from peer.http_api import answers
from peer.http_api.api import Api
from peer.http_api.route_parts import OPENING_ERRORS, READ, WRITE, route
from peer.http_api.settings import settings
from peer.http_api.settings.bodies import SettingsBody
from peer.service.routes import Method, Route

_METHODS: tuple[Method, ...] = ("PUT", "PATCH")


def settings_routes(api: Api | None) -> list[Route]:
    """`/api/configuracoes`."""
    path = "/api/configuracoes"
    return [
        route(
            api,
            "GET",
            path,
            settings.show_settings,
            "Mostra as configurações da loja",
            answer=answers.Configuracoes,
            **READ,
        ),
        *[
            route(
                api,
                method,
                path,
                settings.change_settings,
                "Altera as configurações da loja: o que vier; o resto fica",
                body=SettingsBody,
                answer=answers.Configuracoes,
                errors=("invalid_amount", "command_too_large", "stale_version", *OPENING_ERRORS),
                **WRITE,
            )
            for method in _METHODS
        ],
    ]
