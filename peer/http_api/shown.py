"""Orders as front ends see them: the models' JSON, and what only we know.

Everything here reads committed state and writes nothing.
"""

from collections.abc import Iterable
from typing import Any, Literal

from crdt_models.documents.catalog.view import CatalogView
from crdt_models.documents.orders.errors import UnknownOrder
from crdt_models.documents.orders.view import OrderView
from crdt_models.hybrid_logical_clock import iso
from crdt_models.ids import CATALOG, DocumentId, OrderId, order_document
from crdt_models.pedido import JsonObject, order_json
from peer.http_api.api import Api
from peer.http_api.dining_room.committed import table_label
from peer.node.node import Node

MILLISECOND_BITS = 16  # how far a time is shifted to become a packed clock

SyncStatus = Literal["local", "pendente", "sincronizado"]


def known_order(node: Node, order: OrderId) -> OrderView:
    """The order. Raises UnknownOrder while its opening is not known here."""
    view = node.view(order_document(order))
    assert isinstance(view, OrderView), "the kind of a document decides its view"
    if view.opening is None:
        raise UnknownOrder(order=order.hex())
    return view


def catalog(node: Node) -> CatalogView:
    """The products."""
    view = node.view(CATALOG)
    assert isinstance(view, CatalogView), "the kind of a document decides its view"
    return view


def shown_order(api: Api, order: OrderId) -> JsonObject:
    """The pedido. Raises UnknownOrder."""
    document = order_document(order)
    view = known_order(api.node, order)
    rank = api.node.number_rank(order)
    pedido = order_json(view, api.node.version(document), rank=rank)
    return {**pedido, **_names(api, view), **_sync(api, document)}


def shown_orders(api: Api, orders: Iterable[OrderId]) -> list[JsonObject]:
    """The pedidos in the order given."""
    return [shown_order(api, order) for order in orders]


def _names(api: Api, view: OrderView) -> dict[str, Any]:
    """What a screen would otherwise have to look up."""
    return {"mesa_nome": table_label(api.node, view.table)}


def _sync(api: Api, document: DocumentId) -> dict[str, Any]:
    """Whether the relay has it, by its receipts: ours alone, so no part of the shared JSON."""
    status: SyncStatus = "local"
    attempts, error, at = 0, None, None
    if api.uplink is not None:
        uplink = api.uplink.status()
        status = "sincronizado" if api.uplink.is_synced(document) else "pendente"
        if status == "sincronizado":
            at = uplink.last_success_ms
        else:
            attempts, error = uplink.attempts, uplink.last_error
    is_sent = status == "sincronizado"
    return {
        "syncStatus": status,
        "sincronizado": is_sent,
        "id_remoto": document.partition(":")[2] if is_sent else None,
        "tentativas_sync": attempts,
        "ultimo_erro": error,
        "sincronizado_em": None if at is None else iso(at << MILLISECOND_BITS),
    }
