"""The routes of the terminal itself and its keys: one part of the table in `routes`."""

from peer.http_api import answers, pages, system
from peer.http_api.api import Api
from peer.http_api.route_parts import ADMIN, route
from peer.http_api.sync_routes import sync_routes
from peer.http_api.values import ReasonBody
from peer.service.routes import PUBLIC, Route


def system_routes(api: Api | None) -> list[Route]:
    """The terminal, the cloud, the other terminals, and the keys of front ends."""
    return [
        route(
            api,
            "GET",
            "/health",
            system.health,
            "Diz que o terminal atende",
            answer=answers.Saude,
            role=PUBLIC,
        ),
        route(
            api,
            "GET",
            "/api/terminal",
            system.terminal,
            "Quem é este terminal, em números",
            answer=answers.Terminal,
        ),
        route(
            api,
            "GET",
            "/api/documentos/{id}",
            system.document,
            "O documento inteiro, como atualização Yjs",
            answer=bytes,
            media_type=system.YJS,
            gives=("etag",),
            errors=("not_found",),
        ),
        *sync_routes(api),
        *_key_routes(api),
    ]


def _key_routes(api: Api | None) -> list[Route]:
    return [
        route(
            api,
            "POST",
            "/entrar",
            pages.sign_in,
            "Troca uma chave pelo cookie da página deste terminal",
            body=pages.SignInBody,
            answer=None,
            role=PUBLIC,
            status=204,
            errors=("unauthenticated",),
        ),
        route(
            api,
            "POST",
            "/sair",
            pages.sign_out,
            "Esquece o cookie",
            body=ReasonBody,
            answer=None,
            role=PUBLIC,
            status=204,
        ),
        route(
            api,
            "GET",
            "/api/front-ends",
            system.list_front_ends,
            "Front-ends com chave",
            answer=answers.FrontEndsConhecidos,
            role=ADMIN,
        ),
        route(
            api,
            "POST",
            "/api/front-ends",
            system.add_front_end,
            "Emite a chave de um front-end",
            body=system.FrontEndBody,
            answer=answers.ChaveEmitida,
            role=ADMIN,
            status=201,
            errors=("front_end_exists", "front_end_name_invalid", "not_durable"),
        ),
        route(
            api,
            "DELETE",
            "/api/front-ends/{nome}",
            system.remove_front_end,
            "Revoga a chave de um front-end",
            answer=None,
            role=ADMIN,
            status=204,
            errors=("front_end_unknown", "not_durable"),
        ),
    ]
