"""Changes for tests of the log, and a shelf that fills a log with them as the node does."""

import hashlib
from collections.abc import Sequence

import msgspec

from crdt_models.digests import EMPTY, add
from crdt_models.ids import ChangeId, DeviceId, DocumentId, Epoch, order_document
from peer.storage.change_log import ChangeLog
from peer.storage.records import Batch, DocumentState

KEY = bytes(range(32))


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A change as far as the log looks at it; its bytes are as long as a usual one's."""

    id: ChangeId
    device: DeviceId
    epoch: Epoch
    sequence: int
    hlc: int
    previous: tuple[ChangeId, ...]
    documents: tuple[DocumentId, ...]
    data: bytes


def order(name: str) -> DocumentId:
    """An order document that stands for `name`."""
    return order_document(hashlib.sha256(name.encode()).digest()[:16])  # type: ignore[arg-type]


def sample(
    name: str,
    *previous: Sample,
    device: str = "A",
    epoch: int = 1,
    sequence: int | None = None,
    documents: Sequence[DocumentId] | None = None,
    hlc: int = 1 << 56,
) -> Sample:
    """A change named `name`; the sequence follows from `previous` unless given."""
    data = hashlib.sha512(name.encode()).digest() * 5
    follows = 1 + max((change.sequence for change in previous), default=0)
    return Sample(
        id=ChangeId(hashlib.sha256(data).digest()),
        device=DeviceId(hashlib.sha256(device.encode()).digest()),
        epoch=Epoch(epoch.to_bytes(8, "big")),
        sequence=follows if sequence is None else sequence,
        hlc=hlc,
        previous=tuple(sorted(change.id for change in previous)),
        documents=tuple(documents) if documents is not None else (order(name),),
        data=data,
    )


def chain(
    length: int, *, device: str = "A", epoch: int = 1, start: Sample | None = None
) -> list[Sample]:
    """`length` changes in a straight line, after `start` if given."""
    links: list[Sample] = [] if start is None else [start]
    for index in range(length):
        before = links[-1:]
        links.append(sample(f"{device}-{epoch}-{index}", *before, device=device, epoch=epoch))
    return links if start is None else links[1:]


class Shelf:
    """Fills a log as the node does: it states each touched document's digest."""

    def __init__(self, log: ChangeLog) -> None:
        self.log = log
        self.digests: dict[DocumentId, int] = {}

    def batch(self, *changes: Sample, open: bool = True) -> Batch:  # noqa: A002 - the state's word
        touched: dict[DocumentId, int] = {}
        for change in changes:
            for document in change.documents:
                known = touched.get(document, self.digests.get(document, EMPTY))
                touched[document] = add(known, document, change.id)
        states = [DocumentState(document, digest, open) for document, digest in touched.items()]
        self.digests.update(touched)
        return Batch(changes=changes, documents=states)

    def put(self, *changes: Sample, open: bool = True) -> tuple[int, ...]:  # noqa: A002
        return self.log.append(self.batch(*changes, open=open)).positions
