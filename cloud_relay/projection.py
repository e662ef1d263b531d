"""From a document's changes to its rows in the read-model tables.

The views and the rows are `crdt_models`'; here is only which changes they are built from. Views are
kept, bounded in number, under the digest of the changes that they hold, so that a long document is
not folded again for each of its changes, and a rolled-back transaction leaves nothing wrong behind.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from cloud_relay.storage.port import Arrival, DocumentState, RelayStorage, SiteReads, TableRows
from crdt_models import digests
from crdt_models.change import Change, decode_change
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.view import View
from crdt_models.ids import DocumentId
from crdt_models.read_models import TABLES, rows_of

__all__ = ["TABLES", "Projection", "fill_rows"]

KEPT_VIEWS = 2000  # about 11 kB each
_FILLED_AT_ONCE = 200  # documents in one transaction


class Projection:
    """Folds changes into rows."""

    def __init__(self) -> None:
        self._views: OrderedDict[tuple[DocumentId, int], View] = OrderedDict()
        self._turn = threading.Lock()

    def state(
        self, document: DocumentId, digest: int, site: SiteReads, new: Sequence[Change]
    ) -> DocumentState:
        """The document after `new`. digest: of what `site` holds of it."""
        with self._turn:
            view = self._views.pop((document, digest), None)
        if view is None:
            view = _folded(empty_view(document), map(decode_change, site.changes_of(document)))
        _folded(view, new)
        for change in new:
            digest = digests.add(digest, document, change.id)
        with self._turn:
            self._views[document, digest] = view
            while len(self._views) > KEPT_VIEWS:
                self._views.popitem(last=False)
        rows: TableRows = rows_of(document, view)
        return DocumentState(document, digest, rows)


def fill_rows(storage: RelayStorage) -> None:
    """Make every read-model row anew, after their tables were."""
    projection = Projection()
    for each in storage.sites():
        with storage.reading(each.tenant) as site:
            found = sorted(site.digests().items())
        for start in range(0, len(found), _FILLED_AT_ONCE):
            part = found[start : start + _FILLED_AT_ONCE]
            with storage.writing(each.tenant) as writing:
                states = [projection.state(name, digest, writing, ()) for name, digest in part]
                writing.append(
                    Arrival(changes=(), documents=states, openings=(), node="", at=each.created)
                )


def _folded(view: View, changes: Iterable[Change]) -> View:
    for change in changes:
        for document, entry in change.entries():
            if document == view.document:
                view.apply(entry)
    return view
