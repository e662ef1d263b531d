"""The routes of products: one part of the table in `routes`."""

from crdt_models.catalog_files.tables import MAX_FILE_BYTES
from peer.http_api import answers
from peer.http_api.api import Api
from peer.http_api.catalog import importing, products, scanning
from peer.http_api.catalog.bodies import NewProductBody, ProductBody
from peer.http_api.route_parts import KEYED, OPENING_ERRORS, PAGE, READ, WRITE, route
from peer.service.routes import QueryField, Route

_WRITING = (
    "invalid_amount",
    "invalid_barcode",
    "product_exists",
    "unknown_product",
    "command_too_large",
)


def catalog_routes(api: Api | None) -> list[Route]:
    """Everything under `/api/produtos`."""
    return [*_under(api, "/api/produtos"), *_intake(api, "/api/produtos")]


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
                QueryField("busca", "começos de palavras do nome, da categoria ou de códigos"),
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


def _intake(api: Api | None, root: str) -> list[Route]:
    return [
        route(
            api,
            "POST",
            root + "/importar",
            importing.import_products,
            "Traz produtos de um arquivo CSV ou JSON; o mesmo arquivo de novo nada muda",
            body=bytes,
            accepts=importing.MEDIA_TYPES,
            max_body_bytes=MAX_FILE_BYTES,
            answer=answers.Importacao,
            query=(QueryField("simular", "true: só diz o que mudaria", bool),),
            takes=("x-operador",),
            errors=(
                "invalid_json",
                "unsupported_media_type",
                "body_too_large",
                "body_too_slow",
                "unreadable_file",
                "file_too_large",
                "unknown_columns",
                "not_authorised",
                "not_entered",
                "two_columns",
                "product_exists",
                "unknown_product",
                "invalid_field",
                "not_durable",
                "disk_full",
                "busy",
            ),
        ),
        route(
            api,
            "GET",
            root + "/codigo/{codigo}",
            scanning.read_code,
            "O produto de um código de barras, de uma etiqueta de balança ou de um código",
            answer=answers.CodigoLido,
            errors=("unknown_product", "ambiguous_product", "invalid_barcode"),
        ),
    ]
