"""Changes for tests of the log, and a shelf that fills a log with them as the node does."""

import hashlib
from collections.abc import Sequence

import msgspec

from crdt_models.canonical_cbor import encode
from crdt_models.change import VERSION
from crdt_models.digests import EMPTY, add
from crdt_models.ids import (
    ChangeId,
    CommandId,
    DeviceId,
    DocumentId,
    Epoch,
    order_document,
)
from peer.storage.change_log import ChangeLog
from peer.storage.records import Batch, DocumentState

KEY = bytes(range(32))
SITE = b"s" * 16


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A change as far as the log looks at it. Its bytes have the form and length of a usual one's;
    nobody signed them."""

    id: ChangeId
    device: DeviceId
    epoch: Epoch
    sequence: int
    hlc: int
    previous: tuple[ChangeId, ...]
    documents: tuple[DocumentId, ...]
    data: bytes

    @property
    def command(self) -> CommandId:
        """The id of the command in its bytes."""
        return CommandId(hashlib.sha256(self.data[-64:]).digest()[:16])


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
    follows = 1 + max((change.sequence for change in previous), default=0)
    place = follows if sequence is None else sequence
    author = DeviceId(hashlib.sha256(device.encode()).digest())
    boot = Epoch(epoch.to_bytes(8, "big"))
    named = tuple(sorted(change.id for change in previous))
    touched = tuple(documents) if documents is not None else (order(name),)
    signature = hashlib.sha512(name.encode()).digest()
    command = hashlib.sha256(signature).digest()[:16]
    facts = [[document, ["noted", False, {"text": signature * 2}]] for document in touched]
    fields = [VERSION, SITE, author, boot, place, list(named), hlc, 16_761, None, command, 0, facts]
    data = encode([*fields, signature])
    return Sample(
        id=ChangeId(hashlib.sha256(data).digest()),
        device=author,
        epoch=boot,
        sequence=place,
        hlc=hlc,
        previous=named,
        documents=touched,
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
