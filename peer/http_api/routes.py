"""The one table of the local API's routes: served, documented, permitted and tested from here.

Front ends may do whatever a till does; only the terminal's own token may manage keys.
"""

from typing import Any

from peer.http_api import answers, lists, members, pages, system, tables
from peer.http_api.api import Api
from peer.http_api.description import described
from peer.http_api.order_bodies import ReasonBody
from peer.http_api.order_routes import order_routes
from peer.http_api.route_parts import (
    ADMIN,
    DAY,
    FRONT_END,
    KEYED,
    OBJECT,
    OPENING_ERRORS,
    PAGE,
    READ,
    TABLE_ERRORS,
    WRITE,
    route,
)
from peer.service.routes import PUBLIC, Answer, Call, QueryField, Route

__all__ = ["ADMIN", "FRONT_END", "openapi_document", "routes"]


def routes(api: Api | None = None) -> list[Route]:
    """Every route with a table entry. Without an api it is only good for documentation."""
    return [*order_routes(api), *_table_routes(api), *_list_routes(api), *_system_routes(api)]


def openapi_document() -> dict[str, Any]:
    """The OpenAPI description of the local API."""
    return described(routes())


def _table_routes(api: Api | None) -> list[Route]:
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


def _list_routes(api: Api | None) -> list[Route]:
    return [
        route(
            api,
            "GET",
            "/api/conflitos",
            lists.list_disputes,
            "Lista o que uma pessoa precisa decidir",
            query=(QueryField("aberto", "false: também os resolvidos", bool), *PAGE),
            answer=answers.Conflitos,
            errors=("bad_cursor",),
        ),
        route(
            api,
            "POST",
            "/api/conflitos/{id}/resolver",
            lists.settle_dispute,
            "Registra a decisão de uma pessoa",
            body=lists.ResolutionBody,
            answer=answers.ConflitoListado,
            takes=KEYED,
            errors=("unknown_dispute", *OPENING_ERRORS),
        ),
        route(
            api,
            "GET",
            "/api/estatisticas",
            lists.statistics,
            "Soma pedidos, itens e receita, de um dia ou de todos",
            answer=answers.Estatisticas,
            query=(DAY,),
        ),
    ]


def _system_routes(api: Api | None) -> list[Route]:
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
            "/openapi.json",
            _serve_openapi,
            "Esta descrição da API",
            answer=OBJECT,
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
        *_sync_routes(api),
        *_key_routes(api),
    ]


def _sync_routes(api: Api | None) -> list[Route]:
    return [
        route(
            api,
            "GET",
            "/api/sync/status",
            system.sync_status,
            "Situação com a nuvem",
            answer=answers.SituacaoNuvem,
        ),
        route(
            api,
            "GET",
            "/api/sync/pendentes",
            system.sync_pending,
            "Quantas alterações faltam",
            answer=answers.Pendentes,
        ),
        route(
            api,
            "POST",
            "/api/sync/iniciar",
            system.sync_now,
            "Pede uma sincronização agora",
            body=ReasonBody,
            answer=answers.SincronizacaoPedida,
            also={202: "Pedida"},
        ),
        route(
            api,
            "GET",
            "/api/sync/log",
            system.sync_log,
            "As últimas trocas com a nuvem",
            answer=answers.Trocas,
            query=(
                QueryField("tipo", "alteracoes, comparacao ou relay"),
                QueryField("sucesso", "false: só as que falharam", bool),
                PAGE[1],
            ),
        ),
        route(
            api,
            "GET",
            "/api/sync/malha",
            system.mesh,
            "Os terminais ligados a este, e os outros da loja",
            answer=answers.Malha,
        ),
        route(
            api,
            "POST",
            "/api/membros",
            members.announce_member,
            "Anuncia à loja um terminal admitido",
            body=members.AdmissionBody,
            answer=answers.Anunciado,
            role=ADMIN,
            status=201,
            errors=("invalid_field", "not_durable", "busy", "disk_full"),
        ),
        route(
            api,
            "GET",
            "/ws/stats",
            system.live_statistics,
            "Quantos acompanham ao vivo",
            answer=answers.Acompanhantes,
        ),
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


async def _serve_openapi(api: Api, call: Call) -> Answer:
    """GET /openapi.json."""
    return Answer(value=openapi_document())
