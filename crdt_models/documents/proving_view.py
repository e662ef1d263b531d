"""Views that read certificates: each chain is judged once, however often the view is made anew.

A chain costs two signatures, about 0.2 ms; a view is computed again at every fact that joins it.
"""

from crdt_models.certificates import Certificate, proved_leaf
from crdt_models.documents.view import View
from crdt_models.ids import DocumentId, SiteId


class ProvingView(View):
    """A view that trusts no chain which does not lead to its site's root."""

    def __init__(self, document: DocumentId) -> None:
        super().__init__(document)
        # All copies share it: what bytes prove never changes. It grows with the facts held.
        self._judged: dict[tuple[SiteId, bytes], Certificate | None] = {}

    def proved(self, chain: bytes, site: SiteId) -> Certificate | None:
        """The leaf of an encoded chain up to the root of `site`; None when it is no such chain."""
        key = site, chain
        if key not in self._judged:
            self._judged[key] = proved_leaf(chain, site)
        return self._judged[key]
