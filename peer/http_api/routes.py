"""The one table of the local API's routes: served, documented, permitted and tested from here.

Front ends may do whatever a till does; only the terminal's own token may manage keys.
"""

from typing import Any

import msgspec

import crdt_models
from peer.http_api import lists, orders, pages, system, tables
from peer.http_api.api import Api, Handler, bound
from peer.http_api.order_bodies import (
    CancellationBody,
    ItemsBody,
    LinesBody,
    OrderBody,
    OutcomeBody,
    PaymentBody,
    ReasonBody,
    RefundBody,
    ReplacementBody,
)
from peer.service.openapi import openapi
from peer.service.routes import PUBLIC, Answer, Call, Method, QueryField, Route

TITLE = "Malha: API local do terminal"
DESCRIPTION = (
    "Cada terminal atende seus front-ends em 127.0.0.1. Toda escrita responde depois de gravada em"
    " disco. Valores em centavos são exatos; decimais são para leitura. Envie Idempotency-Key em"
    " toda escrita e If-Match para não sobrescrever o que não viu."
)
FRONT_END = "front_end"
ADMIN = "admin"

_ORDER_ERRORS = ("unknown_order", "not_durable", "disk_full", "busy", "weak_idempotency_key")
_EDIT_ERRORS = (*_ORDER_ERRORS, "command_reused", "stale_version", "order_is_cancelled")
_LINE_ERRORS = (*_EDIT_ERRORS, "bill_is_closed", "unknown_line", "no_lines")
_TABLE_ERRORS = ("unknown_table", "unknown_area", "not_durable", "weak_idempotency_key")
_DAY = QueryField("dia", "AAAA-MM-DD, `hoje` ou `todos`")
_PAGE = (
    QueryField("desde", "o `proximo` da página anterior"),
    QueryField("limite", "no máximo 500", int),
)
_OBJECT = dict[str, Any]  # the names of its members stand in `crdt_models.pedido`


def routes(api: Api | None = None) -> list[Route]:
    """Every route with a table entry. Without an api it is only good for documentation."""
    return [*_order_routes(api), *_table_routes(api), *_list_routes(api), *_system_routes(api)]


def openapi_document() -> dict[str, Any]:
    """The OpenAPI description of the local API."""
    return openapi(routes(), TITLE, crdt_models.__version__, DESCRIPTION)


def _route(
    api: Api | None,
    method: Method,
    path: str,
    handler: Handler,
    summary: str,
    **more: Any,
) -> Route:
    more.setdefault("answer", _OBJECT)
    more.setdefault("role", FRONT_END)
    return Route(method=method, path=path, endpoint=bound(api, handler), summary=summary, **more)


def _order_routes(api: Api | None) -> list[Route]:
    table: list[Route] = []
    for root in ("/api/pedidos", "/api/v1/pedidos"):
        one = root + "/{id}"
        table += [
            _route(
                api,
                "POST",
                root,
                orders.open_order,
                "Abre um pedido, com itens ou sem",
                body=OrderBody,
                status=201,
                errors=(*_ORDER_ERRORS, "command_reused", "order_too_large", "invalid_amount"),
            ),
            _route(
                api,
                "GET",
                root,
                lists.list_orders,
                "Lista os pedidos do dia",
                query=(_DAY, "status", "mesa", *_PAGE),
                errors=("bad_cursor",),
            ),
            _route(
                api,
                "GET",
                one,
                orders.show_order,
                "Mostra um pedido",
                errors=("unknown_order",),
            ),
            _route(
                api,
                "PUT",
                one,
                orders.replace_order,
                "Deixa o pedido como o corpo diz; sem If-Match nunca retira",
                body=ReplacementBody,
                errors=(*_LINE_ERRORS, "more_than_is_left", "order_too_large", "invalid_amount"),
            ),
            _route(
                api,
                "PATCH",
                one,
                orders.edit_order,
                "Altera campos e marcas (financeiro, producao, expedicao …)",
                body=_OBJECT,
                errors=_EDIT_ERRORS,
            ),
            _route(
                api,
                "DELETE",
                one,
                orders.delete_order,
                "Cancela o pedido; nada é apagado",
                query=(QueryField("motivo", "por quê"),),
                errors=(*_EDIT_ERRORS, "paid_order", "bill_is_closed"),
            ),
        ]
        table += _order_actions(api, one)
    return table


def _order_actions(api: Api | None, one: str) -> list[Route]:
    payment = one + "/pagamentos/{pagamento}"
    money = (*_EDIT_ERRORS, "invalid_amount")
    settle = (*_EDIT_ERRORS, "unknown_payment")
    added = (*_LINE_ERRORS, "order_too_large", "invalid_amount")
    refund = (*money, "refund_above_paid", "unknown_payment")
    close = (*_LINE_ERRORS, "unpaid_bill", "needs_upgrade")
    actions: list[tuple[str, Handler, str, type[msgspec.Struct], tuple[str, ...], int]] = [
        ("/itens", orders.add_lines, "Acrescenta itens", ItemsBody, added, 201),
        (
            "/itens/{item}/cancelar",
            orders.cancel_line,
            "Cancela um item, no todo ou em parte",
            CancellationBody,
            (*_LINE_ERRORS, "more_than_is_left", "invalid_amount"),
            200,
        ),
        ("/enviar", orders.send_lines, "Envia à cozinha", LinesBody, _LINE_ERRORS, 200),
        ("/preparando", orders.mark_preparing, "Começou o preparo", LinesBody, _LINE_ERRORS, 200),
        ("/pronto", orders.mark_ready, "Ficou pronto", LinesBody, _LINE_ERRORS, 200),
        ("/entregue", orders.mark_delivered, "Foi entregue", LinesBody, _LINE_ERRORS, 200),
        (
            "/pagamentos",
            orders.take_payment,
            "Recebe um pagamento",
            PaymentBody,
            (*money, "payment_above_balance", "no_change_from_this"),
            201,
        ),
        ("/conta", orders.ask_bill, "Pede a conta", ReasonBody, _LINE_ERRORS, 200),
        ("/fechar", orders.close_bill, "Fecha a conta", ReasonBody, close, 200),
        (
            "/reabrir",
            orders.reopen_bill,
            "Reabre a conta",
            ReasonBody,
            (*_EDIT_ERRORS, "bill_is_open"),
            200,
        ),
        (
            "/cancelar",
            orders.cancel_order,
            "Cancela o pedido",
            ReasonBody,
            (*_EDIT_ERRORS, "paid_order", "bill_is_closed"),
            200,
        ),
        (
            "/restaurar",
            orders.restore_order,
            "Desfaz o cancelamento",
            ReasonBody,
            (*_EDIT_ERRORS, "order_is_not_cancelled"),
            200,
        ),
    ]
    settling: list[tuple[str, Handler, str, type[msgspec.Struct], tuple[str, ...], int]] = [
        ("/estornar", orders.refund_payment, "Estorna um pagamento", RefundBody, refund, 201),
        ("/confirmar", orders.confirm_payment, "O pagamento foi feito", OutcomeBody, settle, 200),
        ("/negar", orders.deny_payment, "O pagamento não foi feito", OutcomeBody, settle, 200),
    ]
    places = [(one + each[0], *each[1:]) for each in actions]
    places += [(payment + each[0], *each[1:]) for each in settling]
    return [
        _route(api, "POST", path, handler, text, body=body, errors=errors, status=status)
        for path, handler, text, body, errors, status in places
    ]


def _table_routes(api: Api | None) -> list[Route]:
    one, body = "/api/mesas/{id}", tables.TableBody
    return [
        _route(api, "GET", "/api/mesas", tables.list_tables, "Lista as mesas e as áreas"),
        _route(
            api,
            "POST",
            "/api/mesas",
            tables.add_table,
            "Cria uma mesa",
            body=body,
            status=201,
            errors=_TABLE_ERRORS,
        ),
        _route(
            api,
            "POST",
            "/api/areas",
            tables.add_area,
            "Cria uma área do salão",
            body=tables.AreaBody,
            status=201,
            errors=_TABLE_ERRORS,
        ),
        _route(api, "GET", one, tables.show_table, "Mostra uma mesa", errors=("unknown_table",)),
        *[
            _route(
                api,
                method,
                one,
                tables.change_table,
                "Altera uma mesa",
                body=body,
                errors=(*_TABLE_ERRORS, "stale_version"),
            )
            for method in ("PUT", "PATCH")
        ],
        *[
            _route(
                api,
                "POST",
                one + action,
                handler,
                summary,
                body=shape,
                errors=(*_TABLE_ERRORS, "stale_version"),
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
        _route(
            api,
            "GET",
            "/api/conflitos",
            lists.list_disputes,
            "Lista o que uma pessoa precisa decidir",
            query=(QueryField("aberto", "false: também os resolvidos", bool), *_PAGE),
            errors=("bad_cursor",),
        ),
        _route(
            api,
            "POST",
            "/api/conflitos/{id}/resolver",
            lists.settle_dispute,
            "Registra a decisão de uma pessoa",
            body=lists.ResolutionBody,
            errors=("unknown_dispute", "not_durable", "weak_idempotency_key"),
        ),
        _route(
            api,
            "GET",
            "/api/estatisticas",
            lists.statistics,
            "Soma pedidos, itens e receita, de um dia ou de todos",
            query=(_DAY,),
        ),
    ]


def _system_routes(api: Api | None) -> list[Route]:
    return [
        _route(api, "GET", "/health", system.health, "Diz que o terminal atende", role=PUBLIC),
        _route(api, "GET", "/openapi.json", _serve_openapi, "Esta descrição da API", role=PUBLIC),
        _route(api, "GET", "/api/terminal", system.terminal, "Quem é este terminal, em números"),
        _route(
            api,
            "GET",
            "/api/documentos/{id}",
            system.document,
            "O documento inteiro, como atualização Yjs",
            answer=bytes,
            errors=("not_found",),
        ),
        _route(api, "GET", "/api/sync/status", system.sync_status, "Situação com a nuvem"),
        _route(api, "GET", "/api/sync/pendentes", system.sync_pending, "Quantas alterações faltam"),
        _route(
            api,
            "POST",
            "/api/sync/iniciar",
            system.sync_now,
            "Pede uma sincronização agora",
            body=ReasonBody,
        ),
        _route(
            api,
            "GET",
            "/api/sync/log",
            system.sync_log,
            "As últimas trocas com a nuvem",
            query=("tipo", QueryField("sucesso", "", bool), QueryField("limite", "", int)),
        ),
        _route(api, "GET", "/api/sync/malha", system.mesh, "Os terminais ligados a este"),
        _route(api, "GET", "/ws/stats", system.live_statistics, "Quantos acompanham ao vivo"),
        *_key_routes(api),
    ]


def _key_routes(api: Api | None) -> list[Route]:
    return [
        _route(
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
        _route(
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
        _route(
            api,
            "GET",
            "/api/front-ends",
            system.list_front_ends,
            "Front-ends com chave",
            role=ADMIN,
        ),
        _route(
            api,
            "POST",
            "/api/front-ends",
            system.add_front_end,
            "Emite a chave de um front-end",
            body=system.FrontEndBody,
            role=ADMIN,
            status=201,
            errors=("front_end_exists", "front_end_name_invalid", "not_durable"),
        ),
        _route(
            api,
            "DELETE",
            "/api/front-ends/{nome}",
            system.remove_front_end,
            "Revoga a chave de um front-end",
            answer=None,
            role=ADMIN,
            status=204,
            errors=("not_found", "not_durable"),
        ),
    ]


async def _serve_openapi(api: Api, call: Call) -> Answer:
    """GET /openapi.json."""
    return Answer(value=openapi_document())
