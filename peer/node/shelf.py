"""Documents in memory: what is committed, and one batch's working copies of it.

Rules of this file:
1. The shelf holds committed views only. A batch works on copies; they are put on the shelf after
   the commit, or dropped with the batch.
2. A view that was handed out is never changed again: a commit puts another one in its place.
3. The shelf is bounded. What was used longest ago leaves it and is made again from the log.
4. Held is what a document tells alone; shown is what people see: an order that lines moved to or
   from is joined with the orders beside it, and its version changes with any of them.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from crdt_models import digests
from crdt_models.change import Change, decode_change
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.view import View
from crdt_models.ids import DocumentId, order_document
from peer.storage.change_log import ChangeLog

MAX_ON_SHELF = 1000  # documents; an order's view is about 10 kB
MAX_JOINED = 100  # orders that share lines with others, as last shown


class Held(msgspec.Struct, frozen=True):
    """A document, or a shown order: the view and the digest of the changes that it is made of."""

    view: View
    digest: int

    @property
    def version(self) -> str:
        """What front ends see as ETag."""
        return digests.version(self.digest)


def shown(document: DocumentId, held: Callable[[DocumentId], Held]) -> Held:
    """What people see of a document. held: what each tells alone."""
    alone = held(document)
    if not isinstance(alone.view, OrderView) or not alone.view.is_shared:
        return alone
    view = alone.view.joined(lambda order: _order(held(order_document(order)).view))
    beside = (held(order_document(order)).digest for order in view.beside)
    return Held(view, digests.joined([alone.digest, *beside]))


def _order(view: View) -> OrderView:
    assert isinstance(view, OrderView), "the kind of a document decides its view"
    return view


def beside(view: View) -> tuple[DocumentId, ...]:
    """The documents whose meaning changes with that of a shown one."""
    if not isinstance(view, OrderView):
        return ()
    return tuple(order_document(order) for order in view.beside)


class _Joined(NamedTuple):
    """shown: of the documents in `made_of` as they were."""

    shown: Held
    made_of: dict[DocumentId, Held]


class Shelf:
    """Committed documents, most recently used last."""

    def __init__(self, log: ChangeLog) -> None:
        self._log = log
        self._held: OrderedDict[DocumentId, Held] = OrderedDict()
        self._joined: OrderedDict[DocumentId, _Joined] = OrderedDict()

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

    def shown(self, document: DocumentId) -> Held:
        """The committed document as people see it."""
        known = self._joined.get(document)
        if known is not None and all(self.get(it) is held for it, held in known.made_of.items()):
            return known.shown
        found = shown(document, self.get)
        others = beside(found.view)
        if others:
            made_of = {it: self.get(it) for it in (document, *others)}
            self._joined[document] = _Joined(found, made_of)
        while len(self._joined) > MAX_JOINED:
            self._joined.popitem(last=False)
        return found

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

    def shown(self, document: DocumentId) -> Held:
        """The same as people see it; not to be kept, for the batch may go on."""
        return shown(document, self.get)

    def affected(self) -> dict[DocumentId, Held]:
        """Every document that means something else after the batch, as people will see it."""
        found = {document: self.shown(document) for document in self.touched}
        others = {each for held in found.values() for each in beside(held.view)} - found.keys()
        for document in sorted(others):
            if self.get(document).digest != digests.EMPTY:  # one that is only named has no rows
                found[document] = self.shown(document)
        return found

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
    """Whether a document is still worked on: not orders that are done with, nor ended shifts."""
    if isinstance(view, ShiftView):
        return view.end is None
    done = ("settled", "cancelled", "merged")
    return not isinstance(view, OrderView) or view.account not in done


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
