"""The routes of orders: one part of the table in `peer.http_api.routes`."""

from peer.http_api import answers, lists
from peer.http_api.api import Api
from peer.http_api.disputes import audit
from peer.http_api.orders import edits, whole_orders
from peer.http_api.orders.action_routes import order_actions
from peer.http_api.orders.bodies import OrderBody, PatchBody, ReplacementBody
from peer.http_api.route_parts import (
    DAY,
    EDIT_ERRORS,
    FIELD_ERRORS,
    KEYED,
    LINE_ERRORS,
    OBJECT,
    OPENING_ERRORS,
    OPENING_PLACE,
    PAGE,
    PLACE_ERRORS,
    READ,
    SELLING_ERRORS,
    STALE,
    STATUS_FIELD,
    WRITE,
    route,
)
from peer.service.routes import QueryField, Route


def order_routes(api: Api | None) -> list[Route]:
    """Everything under `/api/pedidos`."""
    root = "/api/pedidos"
    one = root + "/{id}"
    return [
        route(
            api,
            "POST",
            root,
            whole_orders.open_order,
            "Abre um pedido, com itens ou sem",
            body=OrderBody,
            answer=answers.Pedido,
            status=201,
            takes=KEYED,
            gives=("etag", "idempotency-replayed", "location"),
            errors=(
                *OPENING_ERRORS,
                *SELLING_ERRORS,
                "order_too_large",
                "invalid_amount",
                *OPENING_PLACE,
            ),
        ),
        route(
            api,
            "GET",
            root,
            lists.list_orders,
            "Lista os pedidos do dia",
            answer=answers.Pedidos,
            query=(DAY, STATUS_FIELD, QueryField("mesa", "id de uma mesa"), *PAGE),
            errors=("bad_cursor",),
            **READ,
        ),
        *_one_order(api, one),
        *order_actions(api, one),
    ]


def _one_order(api: Api | None, one: str) -> list[Route]:
    return [
        route(
            api,
            "GET",
            one,
            whole_orders.show_order,
            "Mostra um pedido",
            answer=answers.Pedido,
            errors=("unknown_order",),
            **READ,
        ),
        route(
            api,
            "GET",
            one + "/auditoria",
            audit.show_trail,
            "Conta tudo o que houve com o pedido: quem, em que terminal, quando",
            answer=answers.Auditoria,
            query=PAGE,
            errors=("unknown_order", "bad_cursor"),
            **READ,
        ),
        route(
            api,
            "PUT",
            one,
            edits.replace_order,
            "Deixa o pedido como o corpo diz; sem If-Match nunca retira",
            body=OBJECT,
            body_shown=ReplacementBody,
            answer=answers.Pedido,
            errors=(
                *LINE_ERRORS,
                *SELLING_ERRORS,
                "order_is_merged",
                "more_than_is_left",
                "order_too_large",
                "invalid_amount",
                *PLACE_ERRORS,
            ),
            **WRITE,
            **STALE,
        ),
        route(
            api,
            "PATCH",
            one,
            edits.edit_order,
            "Altera campos e marcas (financeiro, embalado …), também de um cancelado",
            body=OBJECT,
            body_shown=PatchBody,
            answer=answers.Pedido,
            errors=(*FIELD_ERRORS, *PLACE_ERRORS),
            **WRITE,
            **STALE,
        ),
        route(
            api,
            "DELETE",
            one,
            whole_orders.delete_order,
            "Cancela o pedido; nada é apagado",
            query=(QueryField("motivo", "por quê"),),
            answer=answers.Pedido,
            errors=(*EDIT_ERRORS, "paid_order", "bill_is_closed"),
            **WRITE,
            **STALE,
        ),
    ]
