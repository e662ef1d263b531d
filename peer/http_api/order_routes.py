"""The routes of orders: one part of the table in `routes`."""

from typing import TypeAlias

import msgspec

from peer.http_api import answers, lists, orders
from peer.http_api.api import Api, Handler
from peer.http_api.order_bodies import (
    CancellationBody,
    ItemsBody,
    LinesBody,
    OrderBody,
    OutcomeBody,
    PatchBody,
    PaymentBody,
    ReasonBody,
    RefundBody,
    ReplacementBody,
)
from peer.http_api.route_parts import (
    DAY,
    EDIT_ERRORS,
    FIELD_ERRORS,
    KEYED,
    LINE_ERRORS,
    OBJECT,
    OPENING_ERRORS,
    PAGE,
    READ,
    STALE,
    STATUS_FIELD,
    WRITE,
    route,
)
from peer.service.routes import QueryField, Route

_Action: TypeAlias = tuple[str, Handler, str, type[msgspec.Struct], tuple[str, ...], int]


def order_routes(api: Api | None) -> list[Route]:
    """Everything under `/api/pedidos`, and the same under `/api/v1/pedidos`."""
    table: list[Route] = []
    for root in ("/api/pedidos", "/api/v1/pedidos"):
        one = root + "/{id}"
        table += [
            route(
                api,
                "POST",
                root,
                orders.open_order,
                "Abre um pedido, com itens ou sem",
                body=OrderBody,
                answer=answers.Pedido,
                status=201,
                takes=KEYED,
                gives=("etag", "idempotency-replayed", "location"),
                errors=(*OPENING_ERRORS, "order_too_large", "invalid_amount", "unknown_table"),
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
        ]
        table += [*_one_order(api, one), *_order_actions(api, one)]
    return table


def _one_order(api: Api | None, one: str) -> list[Route]:
    return [
        route(
            api,
            "GET",
            one,
            orders.show_order,
            "Mostra um pedido",
            answer=answers.Pedido,
            errors=("unknown_order",),
            **READ,
        ),
        route(
            api,
            "PUT",
            one,
            orders.replace_order,
            "Deixa o pedido como o corpo diz; sem If-Match nunca retira",
            body=OBJECT,
            body_shown=ReplacementBody,
            answer=answers.Pedido,
            errors=(
                *LINE_ERRORS,
                "more_than_is_left",
                "order_too_large",
                "invalid_amount",
                "unknown_table",
            ),
            **WRITE,
            **STALE,
        ),
        route(
            api,
            "PATCH",
            one,
            orders.edit_order,
            "Altera campos e marcas (financeiro, embalado …), também de um cancelado",
            body=OBJECT,
            body_shown=PatchBody,
            answer=answers.Pedido,
            errors=(*FIELD_ERRORS, "unknown_table"),
            **WRITE,
            **STALE,
        ),
        route(
            api,
            "DELETE",
            one,
            orders.delete_order,
            "Cancela o pedido; nada é apagado",
            query=(QueryField("motivo", "por quê"),),
            answer=answers.Pedido,
            errors=(*EDIT_ERRORS, "paid_order", "bill_is_closed"),
            **WRITE,
            **STALE,
        ),
    ]


def _order_actions(api: Api | None, one: str) -> list[Route]:
    payment = one + "/pagamentos/{pagamento}"
    money = (*EDIT_ERRORS, "invalid_amount")
    settle = (*EDIT_ERRORS, "unknown_payment")
    confirm = (*settle, "payment_is_denied")
    added = (*LINE_ERRORS, "order_too_large", "invalid_amount")
    refund = (*money, "refund_above_paid", "unknown_payment")
    actions: list[_Action] = [
        ("/itens", orders.add_lines, "Acrescenta itens", ItemsBody, added, 201),
        (
            "/itens/{item}/cancelar",
            orders.cancel_line,
            "Cancela um item, no todo ou em parte",
            CancellationBody,
            (*LINE_ERRORS, "more_than_is_left", "invalid_amount"),
            200,
        ),
        ("/enviar", orders.send_lines, "Envia à cozinha", LinesBody, LINE_ERRORS, 200),
        ("/preparando", orders.mark_preparing, "Começou o preparo", LinesBody, LINE_ERRORS, 200),
        ("/pronto", orders.mark_ready, "Ficou pronto", LinesBody, LINE_ERRORS, 200),
        ("/entregue", orders.mark_delivered, "Foi entregue", LinesBody, LINE_ERRORS, 200),
        (
            "/pagamentos",
            orders.take_payment,
            "Recebe um pagamento",
            PaymentBody,
            (*money, "payment_above_balance", "no_change_from_this"),
            201,
        ),
    ]
    settling: list[_Action] = [
        ("/estornar", orders.refund_payment, "Estorna um pagamento", RefundBody, refund, 201),
        ("/confirmar", orders.confirm_payment, "O pagamento foi feito", OutcomeBody, confirm, 200),
        ("/negar", orders.deny_payment, "O pagamento não foi feito", OutcomeBody, settle, 200),
    ]
    places = [(one + each[0], *each[1:]) for each in (*actions, *_bill_actions())]
    places += [(payment + each[0], *each[1:]) for each in settling]
    return [
        route(
            api,
            "POST",
            path,
            handler,
            text,
            body=body,
            answer=answers.Pedido,
            errors=errors,
            status=status,
            **WRITE,
            **STALE,
        )
        for path, handler, text, body, errors, status in places
    ]


def _bill_actions() -> list[_Action]:
    close = (*LINE_ERRORS, "unpaid_bill", "needs_upgrade", "bill_too_large")
    return [
        ("/conta", orders.ask_bill, "Pede a conta", ReasonBody, LINE_ERRORS, 200),
        ("/fechar", orders.close_bill, "Fecha a conta", ReasonBody, close, 200),
        (
            "/reabrir",
            orders.reopen_bill,
            "Reabre a conta",
            ReasonBody,
            (*EDIT_ERRORS, "bill_is_open"),
            200,
        ),
        (
            "/cancelar",
            orders.cancel_order,
            "Cancela o pedido",
            ReasonBody,
            (*EDIT_ERRORS, "paid_order", "bill_is_closed"),
            200,
        ),
        (
            "/restaurar",
            orders.restore_order,
            "Desfaz o cancelamento",
            ReasonBody,
            (*EDIT_ERRORS, "order_is_not_cancelled"),
            200,
        ),
    ]
