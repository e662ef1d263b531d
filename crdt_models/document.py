"""A CRDT document: the facts of one subject as a Yjs document. The only importer of pycrdt.

Why a CRDT library for a set that only grows: it is one compact encoding that merges by itself in
any order and is byte-equal on every replica, so "are we the same?" is one comparison of one
document; and it is Yjs, so any Yjs program can open an order and watch it. What it does not decide
is business.

Rules of this file:
1. No yrs bytes come from outside. Each replica builds the update of a change itself, in a
   throw-away `Doc` whose client id is derived from (change, document), with clocks from 0 and no
   deletes; the changes are authentic before they come here.
2. Root map `facts`: key = fact id, value = canonical CBOR
   `[hlc, business_day, device, operator, command_id, body]`.
3. Two changes whose derived client ids collide would shadow one another. Then the document is built
   again in ascending order of change ids, each taking the lowest free derivation, which every
   replica does alike whatever the order of arrival.
"""

import hashlib
from collections.abc import Callable, Iterable

from pycrdt import Doc, Map

from crdt_models.canonical_cbor import encode
from crdt_models.change import Change
from crdt_models.ids import ChangeId, DocumentId, FactId, fact_id

FACTS = "facts"
CLIENT_ID_BITS = 53  # the widest id that Yjs, and JavaScript, hold exactly

DeriveClient = Callable[[ChangeId, DocumentId, int], int]


def derive_client(change: ChangeId, document: DocumentId, attempt: int) -> int:
    """The client id of a change in a document: the first 53 bits of a SHA-256."""
    seed = change + document.encode("utf-8") + attempt.to_bytes(4, "big")
    digest = hashlib.sha256(seed).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - CLIENT_ID_BITS)


class Document:
    """The Yjs document of one document id, grown change by change in any order."""

    def __init__(
        self,
        document: DocumentId,
        changes: Iterable[Change] = (),
        *,
        derive: DeriveClient = derive_client,
    ) -> None:
        self.id = document
        self._derive = derive
        self._changes: dict[ChangeId, Change] = {}
        self._clients: dict[int, ChangeId] = {}
        self._doc: Doc[Map[bytes]] = _empty()
        for change in changes:
            self.apply(change)

    def apply(self, change: Change) -> None:
        """Add the change's facts about this document. A second time changes nothing."""
        if change.id in self._changes:
            return
        self._changes[change.id] = change
        client = self._derive(change.id, self.id, 0)
        if client in self._clients:
            self._rebuild()
        else:
            self._merge(change, client)

    def update(self) -> bytes:
        """The whole document as one Yjs update (v1): byte-equal on replicas with equal facts."""
        return self._doc.get_update()

    def facts(self) -> dict[FactId, bytes]:
        """What the Yjs map holds, as any Yjs program would read it."""
        root = self._doc.get(FACTS, type=Map)
        # yrs hands bytes back as a bytearray; convert once, here.
        return {FactId(key): bytes(root[key]) for key in root.keys()}  # noqa: SIM118  # a yrs Map

    def _merge(self, change: Change, client: int) -> None:
        self._clients[client] = change.id
        self._doc.apply_update(_update_of(change, self.id, client))

    def _rebuild(self) -> None:
        self._doc, self._clients = _empty(), {}
        for change_id in sorted(self._changes):
            attempt = 0
            while (client := self._derive(change_id, self.id, attempt)) in self._clients:
                attempt += 1
            self._merge(self._changes[change_id], client)


def _empty() -> Doc[Map[bytes]]:
    doc: Doc[Map[bytes]] = Doc()
    doc[FACTS] = Map()
    return doc


def _update_of(change: Change, document: DocumentId, client: int) -> bytes:
    """The yrs update that inserts this change's facts about `document`, under one fresh client."""
    doc: Doc[Map[bytes]] = Doc(client_id=client)
    root: Map[bytes] = Map()
    doc[FACTS] = root
    with doc.transaction():
        for index, (target, body) in enumerate(change.facts):
            if target == document:
                root[fact_id(change.id, index)] = encode(
                    [
                        change.hlc,
                        change.business_day,
                        change.device,
                        change.operator,
                        change.command_id,
                        body,
                    ]
                )
    return doc.get_update()
