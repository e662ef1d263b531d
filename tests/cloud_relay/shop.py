"""A shop with real keys that writes real orders, and a node that is only a log.

Made from seeds, so that every run signs the same bytes.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import trio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crdt_models.certificates import (
    ADMIN,
    TERMINAL,
    AuthorOpened,
    Certificate,
    Chain,
    Role,
    encode_chain,
    issue,
)
from crdt_models.change import Change, Unsigned, sign_change
from crdt_models.change_gate import Author, ChangeGate, opening_of
from crdt_models.digests import add, content_digest
from crdt_models.documents.orders.facts import LineAdded, OrderNumbered, OrderOpened
from crdt_models.fact import Fact
from crdt_models.ids import (
    TERMINALS,
    ChangeId,
    CommandId,
    DeviceId,
    DocumentId,
    Epoch,
    OrderId,
    SiteId,
    device_id,
    order_document,
    site_id,
)
from peer.node.requests import Received
from peer.storage.change_log import ChangeLog
from peer.storage.records import Batch, DocumentState

LOG_KEY = bytes(range(32))
DAY = 16_766  # 2015-11-27


def key_of(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


class Terminal:
    """One device of a shop, writing its own chain."""

    def __init__(self, name: str, shop: str = "shop") -> None:
        self._name = name
        root, admin = key_of(f"{shop} root"), key_of(f"{shop} admin")
        self.key = key_of(f"{shop} {name}")
        self.site: SiteId = site_id(public(root))
        self.device: DeviceId = device_id(public(self.key))
        top = issue(self._certificate(admin, ADMIN, public(root)), root)
        leaf = issue(self._certificate(self.key, TERMINAL, top.signing_key), admin)
        self._chain = encode_chain(Chain(public(root), (top, leaf)))
        self.epoch = Epoch(b"")
        self.sequence = 0
        self.previous: tuple[ChangeId, ...] = ()

    def _certificate(self, key: Ed25519PrivateKey, role: Role, issuer: bytes) -> Certificate:
        return Certificate(
            site=self.site,
            role=role,
            device=device_id(public(key)),
            signing_key=public(key),
            tls_key=hashlib.sha256(b"tls" + public(key)).digest(),
            letters="A",
            name=self._name if role == TERMINAL else "admin",
            not_before=0,
            not_after=2**40,
            issuer=issuer,
        )

    def boot(self, number: int = 1) -> Change:
        """Open an epoch."""
        self.epoch = Epoch(hashlib.sha256(f"{self._name} {number}".encode()).digest()[:8])
        return self.write((TERMINALS, AuthorOpened(self._chain)))

    def order(self, number: int, centavos: int = 1000) -> Change:
        """One order with one line."""
        order = OrderId(hashlib.sha256(self.device + b"%d" % number).digest()[:16])  # type: ignore[arg-type]
        document = order_document(order)
        return self.write(
            (document, OrderOpened("balcao")),
            (document, OrderNumbered(number, "A")),
            (
                document,
                LineAdded(
                    line=hashlib.sha256(order).digest()[:16],
                    product="pizza",
                    name="Pizza",
                    thousandths=1000,
                    unit_centavos=centavos,
                ),
            ),
        )

    def day(self, orders: int, boot: int = 1) -> list[Change]:
        """A boot and so many orders."""
        return [self.boot(boot), *(self.order(number) for number in range(1, orders + 1))]

    def write(self, *facts: tuple[DocumentId, Fact]) -> Change:
        self.sequence += 1
        seed = self.device + self.epoch + self.sequence.to_bytes(8, "big")
        change = sign_change(
            Unsigned(
                site=self.site,
                device=self.device,
                epoch=self.epoch,
                sequence=self.sequence,
                previous=self.previous,
                hlc=self.sequence << 16,
                business_day=DAY,
                operator=None,
                command_id=CommandId(hashlib.sha256(seed).digest()[:16]),
                seen=0,
                facts=facts,
            ),
            self.key,
        )
        self.previous = (change.id,)
        return change


class Stored(NamedTuple):
    """What a watcher hears."""

    changes: Sequence[Change]


class LogNode:
    """A node without views: a log, the gate, and commits that wake whoever watches."""

    def __init__(self, path: Path, terminal: Terminal) -> None:
        self.site, self.device = terminal.site, terminal.device
        self.log = ChangeLog.open(path, LOG_KEY, create=True)
        self._keys: dict[Author, bytes] = {}
        self._gate = ChangeGate(self.site, self)
        self._watchers: set[trio.MemorySendChannel[Stored]] = set()
        self.received: list[object | None] = []

    def signing_key(self, author: Author) -> bytes | None:
        return self._keys.get(author)

    def vouched(self, change: ChangeId, author: Author) -> bool:
        return bool(self.log.children(change))

    def store(self, *changes: Change) -> int:
        """Append what is not held; returns how many were new."""
        new = [each for each in changes if not self.log.holds(each.id)]
        digests: dict[DocumentId, int] = {}
        for change in new:
            leaf = opening_of(change, self.site)
            if leaf is not None:
                self._keys[change.author] = leaf.signing_key
            for document in change.documents:
                state = self.log.document(document)
                before = digests.get(document, state.digest if state else 0)
                digests[document] = add(before, document, change.id)
        states = [DocumentState(document, digest, True) for document, digest in digests.items()]
        self.log.append(Batch(changes=new, documents=states))
        for watcher in self._watchers:
            watcher.send_nowait(Stored(new))
        return len(new)

    async def receive(self, changes: Sequence[bytes], source: object | None = None) -> Received:
        self.received.append(source)
        verdict = self._gate.judge(changes)
        stored = self.store(*verdict.authentic)
        known = len(verdict.authentic) - stored
        return Received(stored, known, verdict.waiting, len(verdict.refused))

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[trio.MemoryReceiveChannel[Stored]]:
        send, receive = trio.open_memory_channel[Stored](10_000)
        self._watchers.add(send)
        try:
            yield receive
        finally:
            self._watchers.discard(send)

    def digest(self) -> str:
        states = {state.id: state.digest for state in self.log.documents()}
        return content_digest(states).hex()
