"""The kitchen's queue over HTTP: `/api/cozinha`. What is done to its lines stands under
`/api/pedidos/{id}`: preparando, pronto, entregue, voltar, disparar, segurar, rotear.

Rules of this file:
1. Which tickets, and in which order, is asked of the read model; what a ticket says, of its order.
2. The oldest send comes first. Only orders of one business day, today's unless asked: who never
   says that a dish was delivered shall not read last year's every morning.
"""

from collections.abc import Iterator, Mapping

from crdt_models.documents.orders.view import OrderView
from crdt_models.ids import DocumentId
from crdt_models.pedido import JsonObject, ticket_json
from crdt_models.read_models import KITCHEN_TICKET
from peer.http_api.api import Api, json_answer, limit_of, list_version, unchanged
from peer.http_api.dining_room.committed import table_label
from peer.http_api.lists import TODAY, asked_day
from peer.service.routes import Answer, Call
from peer.storage.projections import Condition, Is, Query


async def show_queue(api: Api, call: Call) -> Answer:
    """GET /api/cozinha."""
    day, station = asked_day(api, call, TODAY), call.text("estacao")
    version = list_version(api, call, day)
    if same := unchanged(call, version):
        return same
    of_day = (
        Condition("business_day", 0, Is.AT_LEAST) if day is None else Condition("business_day", day)
    )
    there = () if station is None else (Condition("station", station),)
    query = Query(
        table=KITCHEN_TICKET.name,
        where=(of_day, *there),
        order=("sent_hlc",),
        limit=limit_of(call),
        cursor=call.text("desde"),
    )
    page = api.node.log.projections.page(query)
    shown = {
        "fila": [ticket for row in page.rows for ticket in _tickets(api, row)],
        "total": api.node.log.projections.count(query),
        "estacoes": _stations(api, of_day),
        "proximo": page.next,
    }
    return json_answer(shown, headers={"etag": version})


def _tickets(api: Api, row: Mapping[str, object]) -> Iterator[JsonObject]:
    """One; none while the commit that wrote the row is not shown yet: rows are on the disk a moment
    before the views tell of them, and that moment's answer has the version of before."""
    order = api.node.view(DocumentId(str(row["document_id"])))
    assert isinstance(order, OrderView), "only orders have tickets"
    for ticket in order.tickets:
        if ticket.station == row["station"]:
            shown = ticket_json(order, ticket, rank=api.node.number_rank(order.order))
            yield {**shown, "mesa_nome": table_label(api.node, order.table)}


def _stations(api: Api, of_day: Condition) -> list[JsonObject]:
    """How much there is at each station, by name."""
    found: dict[str, list[int]] = {}
    query = Query(table=KITCHEN_TICKET.name, where=(of_day,))
    for row in api.node.log.projections.rows(query):
        sums = found.setdefault(str(row["station"]), [0, 0])
        sums[0] += int(str(row["lines"]))
        sums[1] += int(str(row["waiting"]))
    return [
        {"estacao": station, "itens": lines, "esperando": waiting}
        for station, (lines, waiting) in sorted(found.items())
    ]
