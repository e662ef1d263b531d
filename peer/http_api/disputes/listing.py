"""The list of disputes, and finding one.

Rules of this file:
1. Disputes that span documents are listed first, then those of documents, from the rows.
2. `?pedido` asks for those that stand in an order's document and those that it is evidence of: few,
   so they are computed.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from crdt_models.disputes import KINDS, Dispute, disputes_of
from crdt_models.documents.orders.errors import UnknownOrder
from crdt_models.errors import MalhaError
from crdt_models.ids import DocumentId, FactId, OrderId, order_document
from crdt_models.pedido import JsonObject, dispute_json
from crdt_models.read_models import DISPUTE
from peer.http_api.api import Api, json_answer, limit_of
from peer.http_api.shown import known_order
from peer.http_api.values import id_of
from peer.node.members import number_of
from peer.node.node import Node
from peer.service.routes import Answer, Call
from peer.storage.projections import BadCursor, Condition, Query

_COMPUTED = "id:"  # begins a cursor within disputes that were computed, not read from rows
_COLUMNS = {"gravidade": "severity", "quem": "actor", "tipo": "kind"}


class UnknownDispute(MalhaError):
    """No dispute of this id, open or settled, is known here."""

    code = "unknown_dispute"
    sentence = "There is no dispute {dispute}."
    cure = "Read the disputes again."


class Filter(msgspec.Struct, frozen=True):
    """What was asked for. given: column of the rows → value."""

    with_settled: bool
    given: Mapping[str, str]

    @classmethod
    def of(cls, call: Call) -> "Filter":
        asked = {column: call.text(field) for field, column in _COLUMNS.items()}
        given = {column: value for column, value in asked.items() if value is not None}
        return cls(call.flag("aberto") is False, given)

    def lets_through(self, dispute: Dispute) -> bool:
        if not (dispute.is_open or self.with_settled):
            return False
        return all(getattr(dispute, column) == value for column, value in self.given.items())

    @property
    def conditions(self) -> tuple[Condition, ...]:
        state = () if self.with_settled else (Condition("is_open", 1),)
        return (*state, *(Condition(column, value) for column, value in self.given.items()))


async def list_disputes(api: Api, call: Call) -> Answer:
    """GET /api/conflitos."""
    limit, cursor, chosen = limit_of(call), call.text("desde"), Filter.of(call)
    order = call.text("pedido")
    found: list[Dispute] = []
    following = None
    if cursor is None or cursor.startswith(_COMPUTED):
        after = "" if cursor is None else cursor.removeprefix(_COMPUTED)
        computed = api.node.site_disputes() if order is None else _of_order(api.node, order)
        left = [each for each in computed if chosen.lets_through(each) and each.id > after]
        found, cursor = left[:limit], None
        if found and (order is None or len(left) > limit):
            following = f"{_COMPUTED}{found[-1].id}"
    elif order is not None:
        raise BadCursor
    if order is None and len(found) < limit:
        query = Query(
            table=DISPUTE.name, where=chosen.conditions, limit=limit - len(found), cursor=cursor
        )
        page = api.node.log.projections.page(query)
        found, following = [*found, *_of_rows(page.rows)], page.next
    shown = [shown_dispute(api.node, each) for each in found]
    return json_answer({"conflitos": shown, "total": len(shown), "proximo": following})


def shown_dispute(node: Node, dispute: Dispute) -> JsonObject:
    """The conflito."""
    return dispute_json(dispute, number_of(node, dispute.document))


def known_dispute(node: Node, dispute: str) -> Dispute:
    """Open or settled. Raises UnknownDispute."""
    query = Query(table=DISPUTE.name, where=(Condition("dispute_id", dispute),), limit=1)
    rows = node.log.projections.page(query).rows
    views = [node.view(DocumentId(str(row["document_id"]))) for row in rows]
    for each in (*node.site_disputes(), *(each for view in views for each in disputes_of(view))):
        if each.id == dispute:
            return each
    raise UnknownDispute(dispute=dispute[:40])


def _of_order(node: Node, text: str) -> list[Dispute]:
    """Raises UnknownOrder."""
    order = known_order(node, OrderId(id_of(text, UnknownOrder, "order")))
    own = {entry.id for entry in order.entries}
    views = [order, *(node.view(order_document(each)) for each in order.beside)]
    told = (*node.site_disputes(), *(each for view in views for each in disputes_of(view)))
    found = {
        each.id: each
        for each in told
        if each.document == order.document or not own.isdisjoint(each.facts)
    }
    return [found[each] for each in sorted(found)]


def _of_rows(rows: Iterable[Mapping[str, object]]) -> Iterator[Dispute]:
    """A kind that only a later version knows is none that can be told here."""
    for row in rows:
        kind = str(row["kind"])
        if kind in KINDS:
            yield Dispute(
                id=str(row["dispute_id"]),
                kind=kind,
                subject=str(row["subject"]),
                document=DocumentId(str(row["document_id"])),
                facts=tuple(FactId(each) for each in str(row["facts"]).split()),
                resolutions=(),
                is_open=bool(row["is_open"]),
            )
