"""What a person needs to decide: both sides' facts, the orders' figures, what each choice means.

Everything here reads committed state and writes nothing. A fact is found in the log by its id, in
whatever document it stands: evidence of one dispute may lie in several.
"""

from collections.abc import Iterable, Iterator

from crdt_models.change import decode_change
from crdt_models.disputes import Dispute, resolutions_of
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.resolution import Resolution
from crdt_models.fact import Entry
from crdt_models.ids import DeviceId, DocumentId, FactId
from crdt_models.pedido import (
    JsonObject,
    Writer,
    choices_json,
    order_in_dispute_json,
    resolution_json,
    told_json,
)
from crdt_models.telling import Names, Told, trail
from peer.http_api.api import Api, json_answer, list_version, unchanged
from peer.http_api.disputes.listing import known_dispute, shown_dispute
from peer.node.members import members, number_of
from peer.node.node import Node
from peer.service.routes import Answer, Call


async def show_dispute(api: Api, call: Call) -> Answer:
    """GET /api/conflitos/{id}."""
    version = list_version(api, call)
    dispute = known_dispute(api.node, call.path["id"])
    if same := unchanged(call, version):
        return same
    return json_answer(with_evidence(api.node, dispute), headers={"etag": version})


def with_evidence(node: Node, dispute: Dispute) -> JsonObject:
    """The conflito, with all that is known about it."""
    teller = Teller(node)
    found = sorted(_entries(node, dispute.facts), key=lambda each: each[1].stamp)
    decisions = list(_decisions(node, dispute, teller))
    unseen = [set(each["nao_pesou"]) for each in decisions if each["vale"]]
    orders = dict.fromkeys([dispute.document, *(document for document, _ in found)])
    return {
        **shown_dispute(node, dispute),
        "provas": [teller.entry(document, entry) for document, entry in found],
        "novas": [each for each in dispute.facts if all(each in missed for missed in unseen)],
        "pedidos": [each for each in map(teller.order, orders) if each is not None],
        "escolhas": choices_json(dispute.kind, dispute.choices),
        "decisoes": decisions,
    }


def _entries(node: Node, facts: Iterable[FactId]) -> Iterator[tuple[DocumentId, Entry]]:
    wanted = set(facts)
    for data in node.log.telling(wanted):
        for document, entry in decode_change(data).entries():
            if entry.id in wanted:
                yield document, entry


def _decisions(node: Node, dispute: Dispute, teller: "Teller") -> Iterator[JsonObject]:
    view = node.view(dispute.document)
    standing = set(resolutions_of(view, dispute.kind, dispute.subject).heads)
    for each in view.all(Resolution):
        if (each.fact.kind, each.fact.subject) == (dispute.kind, dispute.subject):
            weighed = view.same_all(each.fact.weighs)
            missed = [fact for fact in dispute.facts if fact not in weighed]
            yield resolution_json(
                each, missed, stands=each.id in standing, writer=teller.writer(each.entry.device)
            )


class Teller:
    """Tells facts with the names that this terminal has for things."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._members = members(node.view)
        self._trails: dict[DocumentId, dict[FactId, Told]] = {}

    def writer(self, device: DeviceId) -> Writer:
        known = self._members.get(device)
        return Writer("", "") if known is None else Writer(known.letters, known.name)

    def entry(self, document: DocumentId, entry: Entry) -> JsonObject:
        """A fact of any document; what became of it is told of orders."""
        return self.told(document, self._trail(document).get(entry.id, Told(entry, "stands", None)))

    def told(self, document: DocumentId, told: Told) -> JsonObject:
        names = Names(self._node.view, document, self._number)
        return told_json(told, document, names, self.writer(told.entry.device))

    def order(self, document: DocumentId) -> JsonObject | None:
        """The figures of an order; None for another document."""
        view = self._node.view(document)
        if not isinstance(view, OrderView):
            return None
        return order_in_dispute_json(view, number_of(self._node, document))

    def _number(self, order: OrderView) -> str | None:
        return number_of(self._node, order.document)

    def _trail(self, document: DocumentId) -> dict[FactId, Told]:
        if document not in self._trails:
            view = self._node.view(document)
            told = trail(view) if isinstance(view, OrderView) else ()
            self._trails[document] = {each.entry.id: each for each in told}
        return self._trails[document]
