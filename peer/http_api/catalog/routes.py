"""The routes of products: one part of the table in `routes`."""

from peer.http_api import answers
from peer.http_api.api import Api
from peer.http_api.catalog import products
from peer.http_api.catalog.bodies import NewProductBody, ProductBody
from peer.http_api.route_parts import KEYED, OPENING_ERRORS, PAGE, READ, WRITE, route
from peer.service.routes import QueryField, Route

_WRITING = ("invalid_amount", "product_exists", "unknown_product", "command_too_large")


def catalog_routes(api: Api | None) -> list[Route]:
    """Everything under `/api/produtos`, and the same under `/api/v1/produtos`."""
    return [each for root in ("/api/produtos", "/api/v1/produtos") for each in _under(api, root)]


def _under(api: Api | None, root: str) -> list[Route]:
    one = root + "/{id}"
    return [
        route(
            api,
            "GET",
            root,
            products.list_products,
            "Lista os produtos do cardápio",
            answer=answers.Produtos,
            query=(
                QueryField("ativo", "true: só os ativos; false: só os retirados", bool),
                QueryField("categoria", "só os desta"),
                *PAGE,
            ),
            errors=("bad_cursor",),
            **READ,
        ),
        route(
            api,
            "POST",
            root,
            products.add_product,
            "Cria um produto",
            body=NewProductBody,
            answer=answers.Produto,
            status=201,
            takes=KEYED,
            gives=("etag", "idempotency-replayed", "location"),
            errors=(*_WRITING, *OPENING_ERRORS),
        ),
        route(
            api,
            "GET",
            one,
            products.show_product,
            "Mostra um produto",
            answer=answers.Produto,
            errors=("unknown_product",),
            **READ,
        ),
        *[
            route(
                api,
                method,
                one,
                products.change_product,
                "Altera um produto: o que vier; o resto fica",
                body=ProductBody,
                answer=answers.Produto,
                errors=(*_WRITING, *OPENING_ERRORS, "stale_version"),
                **WRITE,
            )
            for method in ("PUT", "PATCH")
        ],
        route(
            api,
            "DELETE",
            one,
            products.take_out,
            "Retira um produto do cardápio; nada é apagado",
            answer=answers.Produto,
            errors=("unknown_product", *OPENING_ERRORS, "stale_version"),
            **WRITE,
        ),
    ]
