"""From a document's changes to its rows in the read-model tables.

The views and the rows are `crdt_models`'; here is only which changes they are built from. Views are
kept, bounded in number, under the digest of the changes that they hold, so that a long document is
not folded again for each of its changes, and a rolled-back transaction leaves nothing wrong behind.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cloud_relay.storage.port import Arrival, DocumentState, RelayStorage, SiteReads, TableRows
from crdt_models import digests
from crdt_models.change import Change, decode_change
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.view import View
from crdt_models.ids import DocumentId, OrderId, order_document
from crdt_models.read_models import TABLES, rows_of

__all__ = ["TABLES", "Projection", "fill_rows"]

KEPT_VIEWS = 2000  # about 11 kB each
_FILLED_AT_ONCE = 200  # documents in one transaction


class Projection:
    """Folds changes into rows."""

    def __init__(self) -> None:
        self._views: OrderedDict[tuple[DocumentId, int], View] = OrderedDict()
        self._turn = threading.Lock()

    def states(
        self, site: SiteReads, new: Mapping[DocumentId, Sequence[Change]]
    ) -> list[DocumentState]:
        """Documents after `new`, and the orders beside them: a moved line concerns several. site:
        what is held without `new`."""
        before = site.digests(new)
        alone = {
            document: self._alone(document, before.get(document, digests.EMPTY), site, changes)
            for document, changes in new.items()
        }

        def read(order: OrderId) -> OrderView:
            document = order_document(order)
            if document not in alone:
                digest = site.digests([document]).get(document, digests.EMPTY)
                alone[document] = self._alone(document, digest, site, ())
            view = alone[document].view
            assert isinstance(view, OrderView), "the kind of a document decides its view"
            return view

        shown = {document: _shown(alone[document].view, read) for document in new}
        for document in {each for view in shown.values() for each in _beside(view)} - shown.keys():
            if alone[document].digest != digests.EMPTY:  # one that is only named has no rows
                shown[document] = _shown(alone[document].view, read)
        rows: dict[DocumentId, TableRows] = {d: rows_of(d, view) for d, view in shown.items()}
        self._keep(alone)
        return [DocumentState(d, alone[d].digest, rows[d]) for d in sorted(shown)]

    def _alone(
        self, document: DocumentId, digest: int, site: SiteReads, new: Sequence[Change]
    ) -> "_Folded":
        """What a document tells by itself after `new`. Nobody else has the view until it is kept
        again. digest: of what `site` holds of it."""
        with self._turn:
            view = self._views.pop((document, digest), None)
        if view is None:
            view = _folded(empty_view(document), map(decode_change, site.changes_of(document)))
        _folded(view, new)
        for change in new:
            digest = digests.add(digest, document, change.id)
        return _Folded(view, digest)

    def _keep(self, alone: Mapping[DocumentId, "_Folded"]) -> None:
        with self._turn:
            for document, folded in alone.items():
                self._views[document, folded.digest] = folded.view
            while len(self._views) > KEPT_VIEWS:
                self._views.popitem(last=False)


class _Folded(NamedTuple):
    """view: of the changes that digest sums."""

    view: View
    digest: int


def _shown(view: View, order: Callable[[OrderId], OrderView]) -> View:
    return view.joined(order) if isinstance(view, OrderView) else view


def _beside(view: View) -> Iterator[DocumentId]:
    return map(order_document, view.beside if isinstance(view, OrderView) else ())


def fill_rows(storage: RelayStorage) -> None:
    """Make every read-model row anew, after their tables were."""
    projection = Projection()
    for each in storage.sites():
        with storage.reading(each.tenant) as site:
            found = sorted(site.digests())
        for start in range(0, len(found), _FILLED_AT_ONCE):
            part = found[start : start + _FILLED_AT_ONCE]
            with storage.writing(each.tenant) as writing:
                states = projection.states(writing, dict.fromkeys(part, ()))
                writing.append(
                    Arrival(changes=(), documents=states, openings=(), node="", at=each.created)
                )


def _folded(view: View, changes: Iterable[Change]) -> View:
    for change in changes:
        for document, entry in change.entries():
            if document == view.document:
                view.apply(entry)
    return view
