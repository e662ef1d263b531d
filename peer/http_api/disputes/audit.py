"""The audit trail of an order: every fact of its document, in order of stamp, page by page.

A fact that arrives later may stand before those shown already: a page begins after the fact that
the one before it ended with, wherever that stands now.
"""

from crdt_models.telling import trail
from peer.http_api.api import Api, json_answer, limit_of, list_version, page_of, unchanged
from peer.http_api.disputes.evidence import Teller
from peer.http_api.orders.answering import order_of_call
from peer.http_api.shown import known_order
from peer.node.members import number_of
from peer.service.routes import Answer, Call


async def show_trail(api: Api, call: Call) -> Answer:
    """GET /api/pedidos/{id}/auditoria."""
    order = order_of_call(call)
    view = known_order(api.node, order)
    version = list_version(api, call)
    if same := unchanged(call, version):
        return same
    everything = trail(view)
    limit, teller = limit_of(call), Teller(api.node)
    page, following = page_of(call, everything, lambda each: each.entry.id, limit=limit)
    shown = {
        "pedido_id": order.hex(),
        "numero": number_of(api.node, view.document),
        "fatos": [teller.told(view.document, each) for each in page],
        "total": len(everything),
        "proximo": following,
    }
    return json_answer(shown, headers={"etag": version})
