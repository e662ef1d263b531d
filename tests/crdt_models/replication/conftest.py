"""A small shop in memory: several Gossips, plain logs, a fake clock, seeded dice and wires.

Changes here are cheap stand-ins: canonical CBOR of what replication looks at, with an id that is
the SHA-256 of the bytes, as in a real change. The stand-in node keeps what has no opening yet
waiting, as the real gate does, and stores the rest at once.
"""

import hashlib
import heapq
import random
from collections.abc import Callable, Iterable
from itertools import count

import msgspec
import pytest

from crdt_models.canonical_cbor import decode, encode
from crdt_models.ids import ChangeId, DeviceId, Epoch, SiteId
from crdt_models.replication.frames import decode_message
from crdt_models.replication.gossip import Committed, Gossip
from crdt_models.replication.link import Me
from crdt_models.replication.messages import Changes, Hello, Ignored, Message
from crdt_models.replication.settings import GossipSettings

SITE = SiteId(b"s" * 16)
WAIT_LIMIT = 1000


class Cheap(msgspec.Struct, frozen=True, kw_only=True):
    """A stand-in change: what replication sees of one, and its bytes."""

    id: ChangeId
    device: DeviceId
    epoch: Epoch
    sequence: int
    previous: tuple[ChangeId, ...]
    opens: bool
    data: bytes


def make(
    device: DeviceId,
    epoch: Epoch,
    sequence: int,
    previous: Iterable[ChangeId],
    *,
    opens: bool = False,
    payload: bytes = b"",
) -> Cheap:
    return read(encode([device, epoch, sequence, sorted(previous), opens, payload]))


def read(data: bytes) -> Cheap:
    device, epoch, sequence, previous, opens, _ = decode(data, max_bytes=2**16)
    return Cheap(
        id=ChangeId(hashlib.sha256(data).digest()),
        device=device,
        epoch=epoch,
        sequence=sequence,
        previous=tuple(previous),
        opens=opens,
        data=data,
    )


class Gap(msgspec.Struct, frozen=True):
    missing: ChangeId
    below: ChangeId


class MemoryLog:
    """The plain log: a LogReader over a dictionary, written for clarity alone."""

    def __init__(self, changes: Iterable[Cheap] = ()) -> None:
        self.changes = {change.id: change for change in changes}

    def add(self, change: Cheap) -> None:
        self.changes[change.id] = change

    def holds(self, change):
        return change in self.changes

    def holds_many(self, changes):
        return frozenset(each for each in changes if each in self.changes)

    def header(self, change):
        return self.changes.get(change)

    def headers_of(self, device, *, below=None, limit=None):
        found = [
            each
            for each in self.changes.values()
            if each.device == device and (below is None or each.sequence < below)
        ]
        found.sort(key=lambda each: (each.sequence, each.id), reverse=True)
        return found[:limit]

    def author_headers(self, device, epoch, limit):
        found = [e for e in self.changes.values() if (e.device, e.epoch) == (device, epoch)]
        return sorted(found, key=lambda each: (each.sequence, each.id))[:limit]

    def data(self, changes):
        return [self.changes[each].data for each in changes]

    def children(self, change):
        return frozenset(e.id for e in self.changes.values() if change in e.previous)

    def tips(self):
        parents = {
            (parent, each.device) for each in self.changes.values() for parent in each.previous
        }
        return [e for e in self.changes.values() if (e.id, e.device) not in parents]

    def missing(self):
        return [
            Gap(parent, each.id)
            for each in self.changes.values()
            for parent in each.previous
            if parent not in self.changes
        ]


class Peer:
    """One terminal: a log, a Gossip and a stand-in node. Restarting keeps only the log."""

    def __init__(self, shop: "Shop", name: str, device: DeviceId, log: MemoryLog) -> None:
        self.shop = shop
        self.name = name
        self.device = device
        self.log = log
        self.links: dict[int, Peer] = {}
        self.start()

    def start(self) -> None:
        self.epoch = Epoch(self.shop.dice.randbytes(8))
        self.own_tip: Cheap | None = None
        self.waiting: dict[ChangeId, Cheap] = {}
        self.gossip = Gossip(
            Me(site=SITE, device=self.device, letters="A", program="test"),
            self.log,
            self.shop.dice,
            self.shop.settings,
            wall_ms=lambda: int(self.shop.now * 1000),
        )

    def write(self, payload: bytes = b"") -> Cheap:
        """One sale; the first of an epoch is preceded by its opening."""
        if self.own_tip is None:
            tips = [each for each in self.log.tips() if each.device == self.device]
            tips.sort(key=lambda each: (each.sequence, each.id), reverse=True)
            self._own(tips[:8], opens=True, payload=b"")
        return self._own([self.own_tip], opens=False, payload=payload)

    def _own(self, previous: list[Cheap], *, opens: bool, payload: bytes) -> Cheap:
        sequence = 1 + max((each.sequence for each in previous), default=0)
        parents = [each.id for each in previous]
        made = make(self.device, self.epoch, sequence, parents, opens=opens, payload=payload)
        self.own_tip = made
        self._store([made], None)
        return made

    def node_receives(self, batch: list[bytes], source: int) -> None:
        for change in map(read, batch):
            if not self.log.holds(change.id):
                self.waiting[change.id] = change
        opened = {(e.device, e.epoch) for e in self.log.changes.values() if e.opens}
        opened |= {(e.device, e.epoch) for e in self.waiting.values() if e.opens}
        good = [e for e in self.waiting.values() if (e.device, e.epoch) in opened]
        for change in good:
            del self.waiting[change.id]
        while len(self.waiting) > WAIT_LIMIT:
            del self.waiting[next(iter(self.waiting))]
        self._store(good, source)

    def _store(self, changes: list[Cheap], source: int | None) -> None:
        for change in changes:
            self.log.add(change)
        self.gossip.committed([Committed(e, e.data) for e in changes], source, self.shop.now)

    @property
    def ids(self) -> frozenset[ChangeId]:
        return frozenset(self.log.changes)


class Shop:
    """Peers, wires and virtual time. `drop` decides which frames are lost after queueing."""

    def __init__(self, seed: int = 1, interval: float = 2.0, **settings: int) -> None:
        self.dice = random.Random(seed)
        self.now = 100.0
        self.settings = GossipSettings(interval=interval, **settings)
        self.peers: dict[str, Peer] = {}
        self.drop: Callable[[Message | Ignored, Peer, Peer], bool] = lambda *_: False
        self.closed: list[tuple[str, str]] = []
        self.reconnects = True  # what closed is dialled again at once, as a mesh would
        self.sent: list[tuple[str, str, Message | Ignored]] = []
        self._wires: list[tuple[float, int, int, Peer, Peer, bytes]] = []
        self._order = count()
        self._numbers = count(1)

    def peer(self, name: str, log: MemoryLog | None = None, device: bytes | None = None) -> Peer:
        """A terminal called `name`; a clone gets another's log and device."""
        made = Peer(
            self,
            name,
            DeviceId(device or hashlib.sha256(name.encode()).digest()),
            MemoryLog() if log is None else MemoryLog(log.changes.values()),
        )
        self.peers[name] = made
        return made

    def join(self, one: Peer, other: Peer) -> int:
        """A link between two; the same number at both ends."""
        number = next(self._numbers)
        for here, there in ((one, other), (other, one)):
            here.links[number] = there
            here.gossip.link_up(number, there.device, self.now)
        self.flush()
        return number

    def mesh(self, *peers: Peer) -> None:
        for index, one in enumerate(peers):
            for other in peers[index + 1 :]:
                self.join(one, other)

    def cut(self, number: int) -> None:
        for peer in self.peers.values():
            if peer.links.pop(number, None) is not None:
                peer.gossip.link_down(number, self.now)

    def restart(self, peer: Peer) -> None:
        """The process dies and comes back with its log; its links are made anew."""
        others = list(peer.links.values())
        for number in list(peer.links):
            self.cut(number)
        peer.start()
        for other in others:
            self.join(peer, other)

    def flush(self) -> None:
        """Put on the wires what everybody has to say; close what is to be closed."""
        for peer in list(self.peers.values()):
            for number in peer.gossip.links_with_output():
                for frame in peer.gossip.outgoing(number):
                    self._send(peer, number, frame)
            for number in list(peer.links):
                closing = peer.gossip.should_close(number)
                if closing is not None:
                    self.closed.append((peer.name, closing.reason))
                    there = peer.links[number]
                    self.cut(number)
                    if self.reconnects:
                        self.join(peer, there)

    def _send(self, peer: Peer, number: int, frame: bytes) -> None:
        there = peer.links.get(number)
        if there is None:
            return  # a link that a test speaks for itself
        message = decode_message(frame)
        self.sent.append((peer.name, there.name, message))
        if isinstance(message, Hello) or not self.drop(message, peer, there):
            arrival = self.now + 0.01  # one latency for all, so frames stay in order
            heapq.heappush(self._wires, (arrival, next(self._order), number, peer, there, frame))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        self.flush()
        while True:
            timer = min((p.gossip.next_deadline() for p in self.peers.values()), default=end)
            moment = min([end, max(timer, self.now), *(wire[0] for wire in self._wires[:1])])
            self.now = moment
            if moment >= end:
                return
            while self._wires and self._wires[0][0] <= self.now:
                *_, number, _, there, frame = heapq.heappop(self._wires)
                if number in there.links:
                    batch = there.gossip.receive(number, frame, self.now)
                    if batch:
                        there.node_receives(batch, number)
                        there.gossip.taken(batch, self.now)
            for peer in self.peers.values():
                if peer.gossip.next_deadline() <= self.now:
                    peer.gossip.tick(self.now)
            self.flush()

    def settle(self, limit: float = 120.0) -> float:
        """Run until all hold the same, and say how many seconds it took."""
        started = self.now
        while not self.equal():
            assert self.now - started < limit, f"not equal after {limit} s: {self.sizes()}"
            self.run(0.25)
        return self.now - started

    def equal(self) -> bool:
        return len({peer.ids for peer in self.peers.values()}) == 1

    def sizes(self) -> dict[str, int]:
        return {name: len(peer.ids) for name, peer in self.peers.items()}

    def pushes(self) -> int:
        """Changes that were sent as gossip so far."""
        return sum(
            len(message.changes)
            for _, _, message in self.sent
            if isinstance(message, Changes) and message.answer is None
        )


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture(scope="session")
def new_shop() -> type[Shop]:
    return Shop


@pytest.fixture(scope="session")
def memory_log() -> type[MemoryLog]:
    return MemoryLog


@pytest.fixture(scope="session")
def make_change() -> Callable[..., Cheap]:
    return make
