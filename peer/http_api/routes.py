"""The one table of the local API's routes: served, documented, permitted and tested from here.

Front ends may do whatever a till does; only the terminal's own token may manage keys. The parts
stand beside what they serve: `orders`, `catalog`, and the `*_routes` of this folder.
"""

from typing import Any

from peer.http_api.api import Api
from peer.http_api.cash.routes import cash_routes
from peer.http_api.catalog.routes import catalog_routes
from peer.http_api.customer_routes import customer_routes
from peer.http_api.days.routes import day_routes
from peer.http_api.description import described
from peer.http_api.dining_room.routes import dining_room_routes
from peer.http_api.disputes.routes import dispute_routes
from peer.http_api.list_routes import list_routes
from peer.http_api.orders.routes import order_routes
from peer.http_api.route_parts import ADMIN, FRONT_END, OBJECT, route
from peer.http_api.settings.routes import settings_routes
from peer.http_api.staff.routes import staff_routes
from peer.http_api.stock.routes import stock_routes
from peer.http_api.system_routes import system_routes
from peer.service.routes import PUBLIC, Answer, Call, Route

__all__ = ["ADMIN", "FRONT_END", "openapi_document", "routes"]


def routes(api: Api | None = None) -> list[Route]:
    """Every route with a table entry. Without an api it is only good for documentation."""
    return [
        *order_routes(api),
        *dining_room_routes(api),
        *customer_routes(api),
        *cash_routes(api),
        *day_routes(api),
        *catalog_routes(api),
        *stock_routes(api),
        *dispute_routes(api),
        *list_routes(api),
        *settings_routes(api),
        *staff_routes(api),
        *system_routes(api),
        _openapi_route(api),
    ]


def openapi_document() -> dict[str, Any]:
    """The OpenAPI description of the local API."""
    return described(routes())


def _openapi_route(api: Api | None) -> Route:
    return route(
        api,
        "GET",
        "/openapi.json",
        _serve_openapi,
        "Esta descrição da API",
        answer=OBJECT,
        role=PUBLIC,
    )


async def _serve_openapi(api: Api, call: Call) -> Answer:
    """GET /openapi.json."""
    return Answer(value=openapi_document())
