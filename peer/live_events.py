"""Live events: what was committed, told to everyone who follows this terminal.

Rules of this file:
1. Events are made from commits only, so nobody is told what is not durable. Which events a change
   makes is a function of its facts; their data is the state after the commit.
2. An event is rendered once, however many clients follow. Without clients nothing is rendered.
3. A cursor is a position in the log. Of several events of one change only the last carries its
   position, the others the one before: who resumes after a cut gets all of them again, never fewer.
4. Every client has a bounded queue. One that lags, or asks for more than we replay, is told to load
   everything again (`refresh_required`); it is never waited for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal

import msgspec
import trio

from crdt_models.change import Change
from crdt_models.disputes import Dispute, open_disputes
from crdt_models.documents.orders.facts import FlagSet
from crdt_models.documents.terminals import TerminalsView
from crdt_models.fact import fact_of
from crdt_models.hybrid_logical_clock import iso
from crdt_models.ids import (
    TERMINALS,
    DeviceId,
    DocumentId,
    TableId,
    fact_id,
    order_of,
)
from crdt_models.pedido import JSON, JsonObject, dispute_json
from crdt_models.read_models import DISPUTE
from peer.live_sightings import EventType, Sighting, affected_by, sightings_of
from peer.live_tables import Room, ToldTables
from peer.node.members import number_of
from peer.node.node import Node
from peer.node.requests import Commit
from peer.storage.projections import Condition, Query

QUEUE_LENGTH = 256  # messages a client may lag: some seconds of a busy shop
MAX_REPLAY = 1000  # changes; beyond it loading everything again is cheaper for both
MAX_CLIENTS = 200

Channel = Literal["global", "pedidos"]
Present = Callable[[Sighting], JsonObject]
VersionOf = Callable[[Sighting], str]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event as /ws/sync sends it.

    data: the pedido, mesa, produtos, estoque, configuracoes, caixa, dia or dispute after the
    commit, rendered · origin: letters of the terminal that wrote · timestamp: of the change's
    clock. Of another terminal: what is missing, as the lag map has it; origin and time are ours.
    """

    type: EventType
    cursor: int
    document: DocumentId
    version: str
    data: msgspec.Raw
    timestamp: str
    origin: str


class Told(msgspec.Struct, frozen=True):
    """What one change means for clients: events, and messages for `/ws/pedidos`."""

    events: tuple[tuple[EventType, str], ...]
    messages: tuple[str, ...]


class Client:
    """One follower: a bounded queue of texts. name: of the front end whose key it showed.

    kinds: event types wanted, empty for all · has_been_told: an event left for it · reason: why the
    conversation ends, in Portuguese.
    """

    def __init__(self, name: str, channel: Channel) -> None:
        self.name = name
        self.channel = channel
        self.kinds: frozenset[str] = frozenset()
        self.is_lost = False
        self.has_been_told = False
        self.closing: int | None = None
        self.reason = ""
        self._missed: list[str] = []
        self._send, self._receive = trio.open_memory_channel[tuple[str, str]](QUEUE_LENGTH)
        self._ring = trio.Event()

    def wants(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds

    def resume(self, kinds: Iterable[str], missed: list[str] | None) -> None:
        """Choose kinds. missed: at most what MAX_REPLAY changes make, told again up to now and sent
        before the rest; queued events are among it. None: go on with what is queued."""
        self.kinds = frozenset(kinds)
        queued = [self._receive.receive_nowait() for _ in range(self._queued())]
        for kind, text in queued:
            if not kind or (missed is None and self.wants(kind)):
                self._send.send_nowait((kind, text))
        self._missed += missed or []
        self._ring.set()

    def offer(self, text: str, kind: str = "") -> None:
        """Queue it; a full queue is emptied and the client counts as lost. kind: of an event."""
        if self.is_lost:
            return
        try:
            self._send.send_nowait((kind, text))
        except trio.WouldBlock:
            self.lose()
        self._ring.set()

    def lose(self) -> None:
        """What is queued is worth nothing any more: the client must load everything again."""
        self.is_lost = True
        self._missed.clear()
        while self._queued():
            self._receive.receive_nowait()
        self._ring.set()

    def close(self, code: int, reason: str) -> None:
        """Ask the conversation to end with this WebSocket close code."""
        self.closing, self.reason = code, reason
        self._ring.set()

    async def wait(self) -> list[str]:
        """Whatever there is to send: at least one text, unless lost or closing."""
        while not (self._missed or self._queued() or self.is_lost or self.closing is not None):
            self._ring = trio.Event()
            await self._ring.wait()
        texts, self._missed = self._missed, []
        queued = [self._receive.receive_nowait() for _ in range(self._queued())]
        self.has_been_told |= bool(texts) or any(kind for kind, _ in queued)
        return texts + [text for _, text in queued]

    def _queued(self) -> int:
        return self._receive.statistics().current_buffer_used


class LiveEvents:
    """Follows the node's commits and tells clients. `run` it in a nursery."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._clients: set[Client] = set()
        self._position = node.position
        self._disputes: dict[DocumentId, dict[str, Dispute]] = {}
        self._site_seen = node.site_disputes()
        self._sent = self._lost = 0
        self.present: Present = _not_shown
        self.version: VersionOf = lambda each: node.version(each.document)
        self.room: Room = _no_room
        self._told_tables = ToldTables()

    # --- what others ask

    @property
    def position(self) -> int:
        """The commit up to which clients were told: the cursor of a client that follows."""
        return self._position

    def connections(self) -> Mapping[str, int]:
        """Clients by type."""
        found = {"pedidos": 0, "global": 0}
        for client in self._clients:
            found[client.channel] += 1
        return found

    def statistics(self) -> dict[str, int]:
        """clients · sent: texts queued · lost: times a client had to start over."""
        return {"clients": len(self._clients), "sent": self._sent, "lost": self._lost}

    def follow(self, name: str, channel: Channel) -> Client | None:
        """A new client; None when there are too many. It is told everything from now on."""
        if len(self._clients) >= MAX_CLIENTS:
            return None
        client = Client(name, channel)
        self._told_tables.look(self.room)
        self._clients.add(client)
        return client

    def leave(self, client: Client) -> None:
        self._clients.discard(client)
        if not self._clients:
            self._told_tables.forget()

    def dismiss(self, name: str) -> None:
        """End the conversations of a front end whose key was revoked."""
        for client in self._clients:
            if client.name == name:
                client.close(1008, "a chave foi revogada")

    def goodbye(self) -> None:
        """This terminal is stopping."""
        for client in self._clients:
            client.close(1001, "o terminal está encerrando")

    def tell_of_now(self, kind: EventType, data: JsonObject, timestamp: str) -> None:
        """An event of a state that stands in no log: told to those who follow now, and once."""
        document = TERMINALS
        event = Event(
            type=kind,
            cursor=self._position,
            document=document,
            version=self._node.version(document),
            data=msgspec.Raw(JSON.encode(data)),
            timestamp=timestamp,
            origin=self._node.letters,
        )
        self._tell(Told(((kind, JSON.encode(event).decode("utf-8")),), ()))

    def replay(self, cursor: int, kinds: Iterable[str]) -> list[str] | None:
        """The events after `cursor` up to `position`; None when the client must start over.

        Disputes that are open now in what changed meanwhile are told as opened.
        """
        if not 0 <= cursor <= self._node.position:
            return None
        found = self._node.since(cursor, MAX_REPLAY + 1)
        behind = [(place, change) for place, change in found if place <= self._position]
        if len(behind) > MAX_REPLAY:
            return None
        wanted, texts = frozenset(kinds), []
        spanning = self._spanning()
        for place, change in behind:
            opened = [
                Sighting("dispute:opened", document, dispute=each)
                for document in affected_by(self._node, change)
                for each in self._open_now(document).values()
            ]
            site = spanning.get(fact_id(change.id, 0).partition(".")[0], ())
            opened += [Sighting("dispute:opened", each.document, dispute=each) for each in site]
            told = self._told(change, place, [*sightings_of(self._node, change), *opened], {})
            texts += [text for kind, text in told.events if not wanted or kind in wanted]
        return texts

    def _spanning(self) -> Mapping[str, list[Dispute]]:
        """The open disputes that span documents, by each change (as fact ids name it) involved."""
        found: dict[str, list[Dispute]] = {}
        for dispute in self._node.site_disputes():
            for change in {fact.partition(".")[0] for fact in dispute.facts if dispute.is_open}:
                found.setdefault(change, []).append(dispute)
        return found

    # --- following the node

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Follow for ever. When we ourselves lag too far, every client starts over."""
        self._load_disputes()
        started = False
        while True:
            async with self._node.watch() as commits:
                self._position = self._node.position
                if not started:
                    task_status.started()
                    started = True
                async for commit in commits:
                    self._take(commit)
            for client in self._clients:
                client.lose()
            await trio.lowlevel.checkpoint()

    def _take(self, commit: Commit) -> None:
        shown: dict[object, msgspec.Raw] = {}
        last_of = {
            document: place
            for place, change in zip(commit.positions, commit.changes, strict=True)
            for document in affected_by(self._node, change)
        }
        for place, change in zip(commit.positions, commit.changes, strict=True):
            sightings = self._news(sightings_of(self._node, change)) if self._clients else []
            for document, last in last_of.items():
                if last == place:
                    sightings += self._dispute_changes(document)
            if place == commit.positions[-1]:
                sightings += self._site_changes()
            if sightings and self._clients:
                self._tell(self._told(change, place, sightings, shown))
        self._position = max(self._position, commit.position)

    def _news(self, sightings: list[Sighting]) -> list[Sighting]:
        """Without what would look to everybody as it did before."""
        shown = {each.table: self.present(each) for each in sightings if each.table is not None}
        found = [
            each
            for each in sightings
            if each.table is None
            or self._told_tables.is_news(each.type, each.table, shown[each.table])
        ]
        for table, look in shown.items():
            self._told_tables.note(table, look)
        return found

    def _tell(self, told: Told) -> None:
        for client in self._clients:
            was_lost = client.is_lost
            if client.channel == "pedidos":
                texts = [("pedidos", text) for text in told.messages]
            else:
                texts = [(kind, text) for kind, text in told.events if client.wants(kind)]
            for kind, text in texts:
                client.offer(text, kind)
            self._sent += len(texts)
            self._lost += client.is_lost and not was_lost

    def _told(
        self,
        change: Change,
        place: int,
        sightings: list[Sighting],
        shown: dict[object, msgspec.Raw],
    ) -> Told:
        """Render what one change shows. shown: what was already rendered of this state."""
        origin, timestamp = self._letters(change.device), iso(change.hlc)
        events, messages = [], []
        for index, each in enumerate(sightings):
            data = self._data(each, shown)
            event = Event(
                type=each.type,
                cursor=place if index == len(sightings) - 1 else place - 1,
                document=each.document,
                version=self.version(each),
                data=data,
                timestamp=timestamp,
                origin=origin,
            )
            events.append((each.type, JSON.encode(event).decode("utf-8")))
            if each.type in _ACTIONS:
                messages += list(_messages(each, change, data, timestamp))
        return Told(tuple(events), tuple(messages))

    def _data(self, sighting: Sighting, shown: dict[object, msgspec.Raw]) -> msgspec.Raw:
        if sighting.dispute is not None:
            return msgspec.Raw(JSON.encode(self._dispute(sighting.dispute)))
        key = sighting.document, sighting.table, sighting.products
        if key not in shown:
            shown[key] = msgspec.Raw(JSON.encode(self.present(sighting)))
        return shown[key]

    def _dispute(self, dispute: Dispute) -> JsonObject:
        """As the list of disputes has it."""
        return dispute_json(dispute, number_of(self._node, dispute.document))

    def _letters(self, device: DeviceId) -> str:
        view = self._node.view(TERMINALS)
        assert isinstance(view, TerminalsView), "the kind of a document decides its view"
        terminal = view.terminals.get(device)
        return "" if terminal is None else terminal.letters

    # --- disputes: states, so they are compared

    def _load_disputes(self) -> None:
        """The documents that have open disputes at the start."""
        query = Query(table=DISPUTE.name, where=(Condition("is_open", 1),))
        rows = self._node.log.projections.rows(query)
        documents = {DocumentId(str(row["document_id"])) for row in rows}
        self._disputes = {document: self._open_now(document) for document in documents}

    def _open_now(self, document: DocumentId) -> dict[str, Dispute]:
        return {each.id: each for each in open_disputes(self._node.view(document))}

    def _dispute_changes(self, document: DocumentId) -> list[Sighting]:
        before, now = self._disputes.get(document, {}), self._open_now(document)
        if now:
            self._disputes[document] = now
        else:
            self._disputes.pop(document, None)
        return _compared(before, now)

    def _site_changes(self) -> list[Sighting]:
        """Those that span documents; what was open before our start is told once it is read."""
        if self._node.site_disputes() is self._site_seen:
            return []
        before = {each.id: each for each in self._site_seen if each.is_open}
        self._site_seen = self._node.site_disputes()
        return _compared(before, {each.id: each for each in self._site_seen if each.is_open})


def _compared(before: Mapping[str, Dispute], now: Mapping[str, Dispute]) -> list[Sighting]:
    opened = [now[each] for each in sorted(now.keys() - before.keys())]
    settled = [
        msgspec.structs.replace(before[each], is_open=False)
        for each in sorted(before.keys() - now.keys())
    ]
    return [Sighting("dispute:opened", each.document, dispute=each) for each in opened] + [
        Sighting("dispute:resolved", each.document, dispute=each) for each in settled
    ]


_ACTIONS: dict[EventType, str] = {
    "order:created": "create",
    "order:updated": "update",
    "order:cancelled": "delete",
}


def _messages(
    sighting: Sighting, change: Change, data: msgspec.Raw, timestamp: str
) -> Iterator[str]:
    """What `/ws/pedidos` says of an order's change."""
    pedido = order_of(sighting.document).hex()
    update = {
        "type": "pedido_update",
        "action": _ACTIONS[sighting.type],
        "pedido_id": pedido,
        "data": data,
        "timestamp": timestamp,
    }
    yield JSON.encode(update).decode("utf-8")
    for document, body in change.facts:
        fact = fact_of(body)
        if document == sighting.document and isinstance(fact, FlagSet):
            status = {
                "type": "status_update",
                "pedido_id": pedido,
                "status_field": fact.name,
                "new_value": fact.value,
                "timestamp": timestamp,
            }
            yield JSON.encode(status).decode("utf-8")


def _not_shown(sighting: Sighting) -> JsonObject:
    table = sighting.table
    return {"document": sighting.document, "table": None if table is None else table.hex()}


def _no_room() -> Mapping[TableId, JsonObject]:
    return {}
