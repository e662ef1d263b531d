"""What the relay asks of a database.

Rules of this file:
1. Every record belongs to a (company, site). No method on changes, documents or rows can be called
   without a tenant: `reading` and `writing` take one, and what they hand out sees nothing else.
2. `writing` is one durable transaction. When its block ends without an error everything inside
   survives a power cut; with any error nothing of it is stored.
3. Synchronous on purpose: the caller chooses the thread. One suite of tests runs on every engine.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol, TypeAlias

import msgspec

from crdt_models.change import Change
from crdt_models.errors import MalhaError
from crdt_models.ids import ChangeId, DeviceId, DocumentId, Epoch, SiteId
from crdt_models.receipts import ReceiptTip
from peer.service.sqlite_driver import SqlValue

Author: TypeAlias = tuple[DeviceId, Epoch]
# Table name → the rows of one document in it, as `crdt_models.read_models` makes them.
TableRows: TypeAlias = Mapping[str, Sequence[tuple[SqlValue, ...]]]
Role = Literal["node", "back_office"]

NODE: Role = "node"
BACK_OFFICE: Role = "back_office"


class SiteTaken(MalhaError):
    """A site belongs to one company for ever; this one is already somebody's."""

    code = "site_taken"
    sentence = "The site {site} is already registered."
    cure = "List the sites with `malha-relay site list`."


class UnknownSite(MalhaError):
    """No such site, or not one of this tenant: the same answer, so that nothing can be probed."""

    code = "unknown_site"
    sentence = "There is no such site here."
    cure = "Register it with `malha-relay site add`, or check the token."


class Tenant(msgspec.Struct, frozen=True):
    """Whose data: company (the paying customer's short name) and site, 16 bytes."""

    company: str
    site: SiteId


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A registered site. name: for people · created: ms · changes: how many are stored."""

    tenant: Tenant
    name: str
    created: int
    changes: int = 0


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """Who may speak for a tenant.

    node: its name, unique in the site · secret_hash: SHA-256 of the secret, 32 bytes; the secret
    itself is shown once and never stored · created, revoked: ms.
    """

    tenant: Tenant
    node: str
    role: Role
    secret_hash: bytes
    created: int
    revoked: int | None = None


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """A stored change without its bytes. position: order of storing within the site."""

    position: int
    id: ChangeId
    device: DeviceId
    epoch: Epoch
    sequence: int
    previous: tuple[ChangeId, ...]


class Gap(msgspec.Struct, frozen=True):
    """missing: an id that is not stored · below: the stored change that names it as previous."""

    missing: ChangeId
    below: ChangeId


class Opening(msgspec.Struct, frozen=True):
    """author: a device's boot · change: holds its `author_opened` · signing_key: 32 bytes."""

    author: Author
    change: ChangeId
    signing_key: bytes


class DocumentState(msgspec.Struct, frozen=True):
    """id · digest: of all its changes (see `crdt_models.digests`) · rows: its read-model rows."""

    id: DocumentId
    digest: int
    rows: TableRows


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """What one upload makes durable: authentic changes not stored before, the states after them of
    every document that means something else by them, and the authors that they open.

    node: whose token brought them · at: milliseconds since 1970 by the relay's clock.
    """

    changes: Sequence[Change]
    documents: Sequence[DocumentState]
    openings: Sequence[Opening]
    node: str
    at: int


class SiteCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How much the relay holds of one site. last_change_at: ms, 0 when there is none."""

    changes: int
    documents: int
    orders: int
    devices: int
    missing: int
    bytes: int
    last_change_at: int


class RowQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one read-model table whose `column` lies in [low, high], newest first."""

    table: str
    column: str
    low: int
    high: int
    limit: int
    offset: int = 0


class SiteReads(Protocol):
    """Committed state of one site."""

    def signing_key(self, author: Author) -> bytes | None:
        """See `crdt_models.change_gate.Known`."""

    def vouched(self, change: ChangeId, author: Author) -> bool:
        """See `crdt_models.change_gate.Known`."""

    # What `crdt_models.replication` asks of a log.

    def holds(self, change: ChangeId, /) -> bool: ...

    def holds_many(self, changes: Iterable[ChangeId], /) -> frozenset[ChangeId]: ...

    def header(self, change: ChangeId, /) -> Header | None: ...

    def headers_of(
        self, device: DeviceId, /, *, below: int | None = None, limit: int | None = None
    ) -> Sequence[Header]:
        """A device's changes over all its epochs, by (sequence, id) descending."""

    def author_headers(self, device: DeviceId, epoch: Epoch, limit: int, /) -> Sequence[Header]:
        """The change that opened the author's epoch; never more."""

    def data(self, changes: Iterable[ChangeId], /) -> list[bytes]:
        """Original bytes in the given order. Raises KeyError for one that is not stored."""

    def children(self, change: ChangeId, /) -> frozenset[ChangeId]: ...

    def tips(self) -> list[ReceiptTip]:
        """Stored changes that no stored change of their device names; sorted."""

    def missing(self) -> list[Gap]:
        """Every id that a stored change names and that is not stored; sorted."""

    # Documents and reports.

    def changes_of(self, document: DocumentId) -> list[bytes]:
        """In order of storing."""

    def digests(self, documents: Iterable[DocumentId] | None = None) -> dict[DocumentId, int]:
        """Of those documents that exist; of all when none are named."""

    def count_rows(self, query: RowQuery) -> int: ...

    def rows(self, query: RowQuery) -> list[dict[str, SqlValue]]: ...

    def counts(self) -> SiteCounts: ...


class SiteWrites(SiteReads, Protocol):
    """One site inside a transaction. Writers of one site exclude one another."""

    def append(self, arrival: Arrival) -> None:
        """Store an arrival. Its changes must not be stored yet."""


class RelayStorage(Protocol):
    """The database of a relay."""

    def reading(self, tenant: Tenant) -> AbstractContextManager[SiteReads]:
        """One committed state of one site. Raises UnknownSite."""

    def writing(self, tenant: Tenant) -> AbstractContextManager[SiteWrites]:
        """One durable transaction on one site. Raises UnknownSite; NotDurable and StorageBroken."""

    def add_site(self, site: Site) -> None:
        """Raises SiteTaken."""

    def sites(self) -> list[Site]: ...

    def add_token(self, token: Token) -> None:
        """A node that has a token gets this one instead. Raises UnknownSite."""

    def revoke_token(self, tenant: Tenant, node: str, at: int) -> bool:
        """False when there is no such token in force."""

    def token(self, secret_hash: bytes) -> Token | None:
        """The token in force with this hash."""

    def tokens(self, tenant: Tenant) -> list[Token]: ...

    def close(self) -> None: ...
