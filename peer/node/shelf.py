"""Documents in memory: what is committed, and one batch's working copies of it.

Rules of this file:
1. The shelf holds committed views only. A batch works on copies; they are put on the shelf after
   the commit, or dropped with the batch.
2. A view that was handed out is never changed again: a commit puts another one in its place.
3. The shelf is bounded. What was used longest ago leaves it and is made again from the log.
"""

from collections import OrderedDict
from collections.abc import Iterable

import msgspec

from crdt_models import digests
from crdt_models.change import Change, decode_change
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.view import View
from crdt_models.ids import DocumentId
from peer.storage.change_log import ChangeLog

MAX_ON_SHELF = 1000  # documents; an order's view is about 10 kB


class Held(msgspec.Struct, frozen=True):
    """A document: its view and the digest of the changes the view was made of."""

    view: View
    digest: int

    @property
    def version(self) -> str:
        """What front ends see as ETag."""
        return digests.version(self.digest)


class Shelf:
    """Committed documents, most recently used last."""

    def __init__(self, log: ChangeLog) -> None:
        self._log = log
        self._held: OrderedDict[DocumentId, Held] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, document: DocumentId) -> Held:
        """The committed document; an empty one when nothing of it is stored."""
        held = self._held.get(document)
        if held is None:
            held = _from_log(self._log, document)
            self.put({document: held})
        else:
            self._held.move_to_end(document)
        return held

    def unknown(self, documents: Iterable[DocumentId]) -> list[DocumentId]:
        """Those of which nothing is stored."""
        absent = [document for document in documents if document not in self._held]
        known = self._log.documents_known(absent)
        return [document for document in absent if document not in known]

    def put(self, documents: dict[DocumentId, Held]) -> None:
        """After a commit: these are the documents now."""
        for document, held in documents.items():
            self._held[document] = held
            self._held.move_to_end(document)
        while len(self._held) > MAX_ON_SHELF:
            self._held.popitem(last=False)


class WorkingCopies:
    """The documents as one batch sees them: committed state and what the batch has added."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.touched: dict[DocumentId, Held] = {}

    def get(self, document: DocumentId) -> Held:
        """With the batch's own changes applied."""
        return self.touched.get(document) or self._shelf.get(document)

    def expect(self, changes: Iterable[Change]) -> None:
        """These changes will be applied: find out together which documents begin with them."""
        wanted = {document for change in changes for document, _ in change.facts}
        for document in self._shelf.unknown(wanted - self.touched.keys()):
            self.touched[document] = Held(empty_view(document), digests.EMPTY)

    def apply(self, change: Change) -> None:
        """Add a change that is not stored yet to every document it touches."""
        for document in change.documents:
            held = self.touched.get(document)
            if held is None:
                committed = self._shelf.get(document)
                held = Held(committed.view.copy(), committed.digest)
            digest = digests.add(held.digest, document, change.id)
            self.touched[document] = Held(held.view, digest)
        for document, entry in change.entries():
            self.touched[document].view.apply(entry)


def is_open(view: View) -> bool:
    """Whether a document is still worked on: everything but settled and cancelled orders."""
    return not isinstance(view, OrderView) or view.account not in ("settled", "cancelled")


def _from_log(log: ChangeLog, document: DocumentId) -> Held:
    return build(document, (decode_change(data) for data in log.changes_of(document)))


def build(document: DocumentId, changes: Iterable[Change]) -> Held:
    """A document from all its changes, each given once."""
    view, digest = empty_view(document), digests.EMPTY
    for change in changes:
        digest = digests.add(digest, document, change.id)
        for target, entry in change.entries():
            if target == document:
                view.apply(entry)
    return Held(view, digest)
