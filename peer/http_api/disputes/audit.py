"""The audit trail of an order: every fact of its document, in order of stamp, page by page.

A fact that arrives later may stand before those shown already: a page begins after the fact that
the one before it ended with, wherever that stands now.
"""

from crdt_models.ids import FactId
from crdt_models.telling import trail
from peer.http_api.api import Api, json_answer, limit_of, list_version
from peer.http_api.disputes.evidence import Teller
from peer.http_api.orders.answering import order_of_call
from peer.http_api.shown import known_order
from peer.node.members import number_of
from peer.service.routes import Answer, Call
from peer.storage.projections import BadCursor


async def show_trail(api: Api, call: Call) -> Answer:
    """GET /api/pedidos/{id}/auditoria."""
    order, limit, after = order_of_call(call), limit_of(call), call.text("desde")
    view = known_order(api.node, order)
    version = list_version(api, f"{order.hex()} {sorted(call.query.items())}")
    if call.headers.get("if-none-match") == version:
        return Answer(status=304, headers={"etag": version}, content=b"")
    everything = trail(view)
    begin = 0
    if after is not None:
        places = {each.entry.id: place for place, each in enumerate(everything, start=1)}
        if FactId(after) not in places:
            raise BadCursor
        begin = places[FactId(after)]
    page, teller = everything[begin : begin + limit], Teller(api.node)
    more = len(everything) > begin + limit
    shown = {
        "pedido_id": order.hex(),
        "numero": number_of(api.node, view.document),
        "fatos": [teller.told(view.document, each) for each in page],
        "total": len(everything),
        "proximo": page[-1].entry.id if more else None,
    }
    return json_answer(shown, headers={"etag": version})
