"""What the back office reads: orders of a range of days, counts, digests, documents.

Synchronous; every method takes the tenant first and reads one committed state.
"""

import msgspec

from cloud_relay.storage.port import RelayStorage, RowQuery, Tenant
from crdt_models.change import decode_change
from crdt_models.digests import content_digest
from crdt_models.document import Document
from crdt_models.ids import DocumentId
from peer.service.sqlite_driver import SqlValue

ORDERS = "order_row"
DAY = "business_day"


class OrdersPage(msgspec.Struct, frozen=True):
    """orders: rows of the read model, newest first · total: how many there are in the range."""

    orders: list[dict[str, str | int | None]]
    total: int


class Stats(msgspec.Struct, frozen=True):
    """What the relay holds of a site.

    site: hexadecimal · missing: ids that stored changes name and that are not here · bytes: of all
    changes · last_change_at: ms since 1970, 0 for none · content_digest: equals a peer's when both
    hold the same.
    """

    company: str
    site: str
    changes: int
    documents: int
    orders: int
    devices: int
    missing: int
    bytes: int
    last_change_at: int
    content_digest: str


class Reports:
    """The reads of one relay."""

    def __init__(self, storage: RelayStorage) -> None:
        self._storage = storage

    def check(self) -> None:
        """Raises StorageError when the database cannot be read."""
        self._storage.sites()

    def document(self, tenant: Tenant, document: DocumentId) -> bytes | None:
        """The Yjs update of a document, None when there is none. Raises UnknownSite."""
        with self._storage.reading(tenant) as site:
            changes = site.changes_of(document)
        if not changes:
            return None
        return Document(document, map(decode_change, changes)).update()

    def orders(
        self, tenant: Tenant, first_day: int, last_day: int, limit: int, offset: int
    ) -> OrdersPage:
        """Orders whose business day lies in [first_day, last_day]. Raises UnknownSite."""
        query = RowQuery(
            table=ORDERS, column=DAY, low=first_day, high=last_day, limit=limit, offset=offset
        )
        with self._storage.reading(tenant) as site:
            return OrdersPage(list(map(_shown, site.rows(query))), site.count_rows(query))

    def stats(self, tenant: Tenant) -> Stats:
        """Counts and the content digest. Raises UnknownSite."""
        with self._storage.reading(tenant) as site:
            counts, digests = site.counts(), site.digests()
        return Stats(
            company=tenant.company,
            site=tenant.site.hex(),
            changes=counts.changes,
            documents=counts.documents,
            orders=counts.orders,
            devices=counts.devices,
            missing=counts.missing,
            bytes=counts.bytes,
            last_change_at=counts.last_change_at,
            content_digest=content_digest(digests).hex(),
        )


def _shown(row: dict[str, SqlValue]) -> dict[str, str | int | None]:
    """A row as JSON takes it: bytes as hexadecimal."""
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
