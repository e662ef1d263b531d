"""The routes of customers who buy on trust: one part of the table in `routes`."""

from peer.http_api import answers, customers
from peer.http_api.api import Api
from peer.http_api.orders.payment_bodies import OutcomeBody
from peer.http_api.route_parts import (
    KEYED,
    OPENING_ERRORS,
    PAGE,
    READ,
    WRITE,
    Action,
    posted,
    route,
)
from peer.http_api.unchanged import unless_unchanged
from peer.service.routes import QueryField, Route

_EDIT_ERRORS = ("unknown_account", "stale_version", *OPENING_ERRORS)
_MONEY = (*_EDIT_ERRORS, "invalid_amount")
_OUTCOME = (*_EDIT_ERRORS, "unknown_payment")


def customer_routes(api: Api | None) -> list[Route]:
    """Everything under `/api/clientes`."""
    return [
        route(
            api,
            "GET",
            "/api/clientes",
            customers.list_customers,
            "Lista os clientes que compram fiado, por nome",
            answer=answers.Clientes,
            query=(
                QueryField("bloqueado", "só os bloqueados, ou só os outros", bool),
                QueryField("devendo", "só quem deve, ou só quem não deve", bool),
                *PAGE,
            ),
            errors=("bad_cursor",),
            **READ,
        ),
        route(
            api,
            "POST",
            "/api/clientes",
            customers.add_customer,
            "Cadastra um cliente que compra fiado",
            body=customers.NewCustomerBody,
            answer=answers.Cliente,
            status=201,
            takes=KEYED,
            gives=("etag", "idempotency-replayed", "location"),
            errors=("invalid_amount", *OPENING_ERRORS),
        ),
        *_one_customer(api),
    ]


def _one_customer(api: Api | None) -> list[Route]:
    one = "/api/clientes/{id}"
    return [
        route(
            api,
            "GET",
            one,
            customers.show_customer,
            "Mostra um cliente e o que ele deve",
            answer=answers.Cliente,
            gives=("etag",),
            errors=("unknown_account",),
        ),
        route(
            api,
            "PATCH",
            one,
            customers.change_customer,
            "Altera, bloqueia ou desbloqueia um cliente",
            body=customers.CustomerBody,
            answer=answers.Cliente,
            errors=_MONEY,
            **WRITE,
        ),
        route(
            api,
            "GET",
            one + "/extrato",
            unless_unchanged(customers.show_statement),
            "Compras, pagamentos e estornos de um cliente, do mais antigo ao mais novo",
            answer=answers.Extrato,
            query=(
                QueryField("de", "a partir deste dia de operação, AAAA-MM-DD"),
                QueryField("ate", "até este dia de operação, AAAA-MM-DD"),
                *PAGE,
            ),
            errors=("unknown_account", "bad_cursor"),
            **READ,
        ),
        *posted(
            api,
            one + "/pagamentos",
            _payment_actions(),
            answer=answers.Recebimento,
            **WRITE,
        ),
    ]


def _payment_actions() -> list[Action]:
    one = "/{pagamento}"
    received = (*_MONEY, "settlement_above_balance", "no_change_from_this")
    refunded = (*_MONEY, "unknown_payment", "refund_above_paid")
    return [
        (
            "",
            customers.receive,
            "Recebe um pagamento do que o cliente deve",
            customers.SettlementBody,
            received,
            201,
        ),
        (
            one + "/estornar",
            customers.refund,
            "Estorna um pagamento do cliente",
            customers.SettlementRefundBody,
            refunded,
            201,
        ),
        (
            one + "/confirmar",
            customers.confirm,
            "O pagamento do cliente foi feito",
            OutcomeBody,
            (*_OUTCOME, "payment_is_denied"),
            200,
        ),
        (
            one + "/negar",
            customers.deny,
            "O pagamento do cliente não foi feito",
            OutcomeBody,
            _OUTCOME,
            200,
        ),
    ]
