"""The routes of those who work here: one part of the table in `routes`."""

from peer.http_api import answers
from peer.http_api.api import Api
from peer.http_api.route_parts import KEYED, OPENING_ERRORS, WRITE, route
from peer.http_api.staff import bodies, staff
from peer.http_api.values import ReasonBody
from peer.service.routes import Route

_PIN_ERRORS = ("unknown_operator", "not_durable", "disk_full")
_ENTERING = (*_PIN_ERRORS, "operator_gone", "no_pin", "wrong_pin", "pin_locked")


def staff_routes(api: Api | None) -> list[Route]:
    """`/api/operadores`, `/api/permissoes`, `/api/entrar` and `/api/sair`."""
    return [*_people(api), *_entering(api)]


def _people(api: Api | None) -> list[Route]:
    many, one = "/api/operadores", "/api/operadores/{id}"
    return [
        route(
            api,
            "GET",
            many,
            staff.list_staff,
            "Lista quem trabalha aqui, ou trabalhou, e o que cada papel pode",
            answer=answers.Operadores,
            gives=("etag",),
        ),
        route(
            api,
            "POST",
            many,
            staff.add_operator,
            "Cadastra um operador; o primeiro de todos é dono",
            body=bodies.OperatorBody,
            answer=answers.Operador,
            status=201,
            takes=KEYED,
            gives=("etag", "idempotency-replayed", "location"),
            errors=("command_too_large", *OPENING_ERRORS),
        ),
        route(
            api,
            "GET",
            one,
            staff.show_operator,
            "Mostra um operador",
            answer=answers.Operador,
            gives=("etag",),
            errors=("unknown_operator",),
        ),
        route(
            api,
            "PATCH",
            one,
            staff.change_operator,
            "Muda nome ou papel, ou afasta o operador",
            body=bodies.ChangeBody,
            answer=answers.Operador,
            errors=("unknown_operator", "last_owner", "stale_version", *OPENING_ERRORS),
            **WRITE,
        ),
        route(
            api,
            "PUT",
            "/api/permissoes/{ato}",
            staff.set_permission,
            "Diz o menor papel que pode",
            body=bodies.PermissionBody,
            answer=answers.Permissao,
            errors=("not_found", "stale_version", *OPENING_ERRORS),
            **WRITE,
        ),
    ]


def _entering(api: Api | None) -> list[Route]:
    return [
        route(
            api,
            "PUT",
            "/api/operadores/{id}/pin",
            staff.set_pin,
            "Dá a um operador um PIN neste terminal, e só nele",
            body=bodies.PinBody,
            answer=None,
            status=204,
            takes=("x-operador",),
            errors=(*_PIN_ERRORS, "pin_too_short", "not_authorised", "not_entered"),
        ),
        route(
            api,
            "POST",
            "/api/entrar",
            staff.enter,
            "Entra com o PIN; o token vai em X-Operador, deste front-end e neste terminal",
            body=bodies.EnterBody,
            answer=answers.Entrada,
            errors=_ENTERING,
        ),
        route(
            api,
            "POST",
            "/api/autorizacoes",
            staff.authorise,
            "Autoriza, com o próprio PIN, uma ação de outro num pedido, uma vez",
            body=bodies.AuthorisationBody,
            answer=answers.Autorizacao,
            errors=(*_ENTERING, "not_authorised", "unknown_order"),
        ),
        route(
            api,
            "POST",
            "/api/sair",
            staff.leave,
            "Sai: o token de X-Operador não vale mais",
            body=ReasonBody,
            answer=None,
            status=204,
            takes=("x-operador",),
        ),
    ]
