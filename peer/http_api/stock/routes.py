"""The routes of the stock: one part of the table in `peer.http_api.routes`."""

from peer.http_api import answers
from peer.http_api.api import Api
from peer.http_api.route_parts import KEYED, OPENING_ERRORS, PAGE, READ, Action, posted, route
from peer.http_api.stock import bodies, handlers
from peer.http_api.unchanged import unless_unchanged
from peer.service.routes import QueryField, Route

_TOLD = ("unknown_product", "invalid_amount", "command_too_large", *OPENING_ERRORS)


def stock_routes(api: Api | None) -> list[Route]:
    """Everything under `/api/estoque`."""
    one = "/api/estoque/{produto}"
    return [
        route(
            api,
            "GET",
            "/api/estoque",
            unless_unchanged(handlers.list_stock),
            "Lista o que há em estoque, por nome",
            answer=answers.Estoque,
            query=(
                QueryField("abaixo_do_minimo", "só o que falta, ou só o resto", bool),
                QueryField("negativo", "só o que saiu a mais, ou só o resto", bool),
                *PAGE,
            ),
            errors=("bad_cursor",),
            **READ,
        ),
        *posted(
            api,
            "/api/estoque",
            _tellings(),
            answer=answers.EstoqueMudou,
            takes=KEYED,
            gives=("idempotency-replayed",),
        ),
        route(
            api,
            "GET",
            one,
            unless_unchanged(handlers.show_stock),
            "Mostra o que há de um produto, por local",
            answer=answers.EstoqueProduto,
            errors=("unknown_product",),
            **READ,
        ),
        route(
            api,
            "PATCH",
            one,
            handlers.set_minimum,
            "Diz abaixo de quanto um produto falta",
            body=bodies.MinimumBody,
            answer=answers.EstoqueProduto,
            takes=KEYED,
            gives=("idempotency-replayed",),
            errors=("unknown_product", "invalid_amount", *OPENING_ERRORS),
        ),
    ]


def _tellings() -> list[Action]:
    return [
        ("/entrada", handlers.receive, "Dá entrada em mercadoria", bodies.EntryBody, _TOLD, 201),
        ("/perda", handlers.lose, "Registra uma perda", bodies.LossBody, _TOLD, 201),
        ("/transferencia", handlers.transfer, "Transfere entre locais ou lojas",
         bodies.TransferBody, _TOLD, 201),
        ("/contagem", handlers.count, "Registra uma contagem", bodies.CountBody, _TOLD, 201),
        ("/saldo-inicial", handlers.open_balance, "Abre o saldo de produtos nunca contados",
         bodies.CountBody, ("stock_is_open", *_TOLD), 201),
    ]  # fmt: skip
