"""One site's records in SQL that both engines understand.

Rules of this file:
1. The tenant is a field of the object, and every statement below begins its conditions with it.
2. Long lists are cut into chunks, so that no engine's limit on parameters is met.
3. Tips and gaps are kept up here and nowhere else. A change may come before those that it names.
"""

from collections.abc import Iterable, Iterator, Sequence

from cloud_relay.storage.port import (
    Arrival,
    Author,
    DocumentState,
    Gap,
    Header,
    RowQuery,
    SiteCounts,
    Tenant,
)
from cloud_relay.storage.read_tables import ReadTables, Sql
from crdt_models.change import Change
from crdt_models.digests import to_bytes
from crdt_models.ids import CHANGE_BYTES, ORDER_KIND, ChangeId, DeviceId, DocumentId, Epoch, kind_of
from crdt_models.receipts import ReceiptTip
from peer.service.sqlite_driver import SqlRow, SqlValue

_CHUNK = 400  # parameters in one list
_MINE = "company = ? AND site = ?"
_HEADER = "SELECT position, id, device, epoch, sequence, previous FROM change WHERE {}"


class SqlSiteReads:
    """See `port.SiteReads`."""

    def __init__(self, sql: Sql, tenant: Tenant, tables: ReadTables) -> None:
        self._sql = sql
        self._tables = tables
        self._tenant: tuple[SqlValue, ...] = (tenant.company, tenant.site)

    def signing_key(self, author: Author) -> bytes | None:
        found = self._rows(
            "SELECT signing_key FROM author WHERE {} AND device = ? AND epoch = ?", *author
        )
        return bytes(found[0][0]) if found else None

    def vouched(self, change: ChangeId, author: Author) -> bool:
        headers = [self.header(child) for child in self.children(change)]
        return any(header and (header.device, header.epoch) == author for header in headers)

    def holds(self, change: ChangeId, /) -> bool:
        return bool(self.holds_many((change,)))

    def holds_many(self, changes: Iterable[ChangeId], /) -> frozenset[ChangeId]:
        found = self._in("SELECT id FROM change WHERE {} AND id IN (??)", changes)
        return frozenset(ChangeId(bytes(row[0])) for row in found)

    def header(self, change: ChangeId, /) -> Header | None:
        found = self._rows(f"{_HEADER} AND id = ?", change)
        return _header(found[0]) if found else None

    def headers_of(
        self, device: DeviceId, /, *, below: int | None = None, limit: int | None = None
    ) -> list[Header]:
        found = self._rows(
            f"{_HEADER} AND device = ? AND sequence < ? ORDER BY sequence DESC, id DESC LIMIT ?",
            device, _or_all(below), _or_all(limit),
        )  # fmt: skip
        return [_header(row) for row in found]

    def author_headers(self, device: DeviceId, epoch: Epoch, limit: int, /) -> list[Header]:
        found = self._rows(
            "SELECT opening FROM author WHERE {} AND device = ? AND epoch = ?", device, epoch
        )
        opening = self.header(ChangeId(bytes(found[0][0]))) if found else None
        return [opening] if opening else []

    def data(self, changes: Iterable[ChangeId], /) -> list[bytes]:
        wanted = list(changes)
        found = self._in("SELECT id, bytes FROM change WHERE {} AND id IN (??)", wanted)
        by_id = {bytes(row[0]): bytes(row[1]) for row in found}
        return [by_id[change] for change in wanted]

    def children(self, change: ChangeId, /) -> frozenset[ChangeId]:
        found = self._rows("SELECT child FROM edge WHERE {} AND parent = ?", change)
        return frozenset(ChangeId(bytes(row[0])) for row in found)

    def tips(self) -> list[ReceiptTip]:
        found = self._rows(
            "SELECT device, epoch, sequence, id FROM tip WHERE {}"
            " ORDER BY device, epoch, sequence, id"
        )
        return [
            ReceiptTip(DeviceId(bytes(r[0])), Epoch(bytes(r[1])), int(r[2]), ChangeId(bytes(r[3])))
            for r in found
        ]

    def missing(self) -> list[Gap]:
        found = self._rows("SELECT id, below FROM missing WHERE {} ORDER BY id, below")
        return [Gap(ChangeId(bytes(row[0])), ChangeId(bytes(row[1]))) for row in found]

    def changes_of(self, document: DocumentId) -> list[bytes]:
        found = self._sql.rows(
            "SELECT change.bytes FROM part JOIN change ON change.company = part.company"
            " AND change.site = part.site AND change.position = part.position"
            " WHERE part.company = ? AND part.site = ? AND part.document = ?"
            " ORDER BY part.position",
            (*self._tenant, document),
        )
        return [bytes(row[0]) for row in found]

    def digests(self, documents: Iterable[DocumentId] | None = None) -> dict[DocumentId, int]:
        sql = "SELECT id, digest FROM document WHERE {}"
        named = None if documents is None else self._in(f"{sql} AND id IN (??)", documents)
        found = self._rows(sql) if named is None else named
        return {DocumentId(row[0]): int.from_bytes(row[1], "big") for row in found}

    def count_rows(self, query: RowQuery) -> int:
        return self._tables.count(self._sql, self._tenant, query)

    def rows(self, query: RowQuery) -> list[dict[str, SqlValue]]:
        return self._tables.rows(self._sql, self._tenant, query)

    def counts(self) -> SiteCounts:
        site = self._rows("SELECT last_position, bytes, last_change_at FROM site WHERE {}")[0]
        return SiteCounts(
            changes=int(site[0]),
            documents=self._count("SELECT count(*) FROM document WHERE {}"),
            orders=self._count("SELECT count(*) FROM document WHERE {} AND kind = ?", ORDER_KIND),
            devices=self._count("SELECT count(DISTINCT device) FROM author WHERE {}"),
            missing=self._count("SELECT count(DISTINCT id) FROM missing WHERE {}"),
            bytes=int(site[1]),
            last_change_at=int(site[2]),
        )

    def _count(self, sql: str, *parameters: SqlValue) -> int:
        return int(self._rows(sql, *parameters)[0][0])

    def _rows(self, sql: str, *parameters: SqlValue) -> list[SqlRow]:
        return self._sql.rows(sql.format(_MINE), (*self._tenant, *parameters))

    def _in(self, sql: str, keys: Iterable[SqlValue]) -> Iterator[SqlRow]:
        """The rows of `sql` for all `keys`; its list is written `(??)`."""
        wanted = list(dict.fromkeys(keys))
        for start in range(0, len(wanted), _CHUNK):
            part = wanted[start : start + _CHUNK]
            marks = f"({','.join('?' * len(part))})"
            yield from self._rows(sql.replace("(??)", marks), *part)


class SqlSiteWrites(SqlSiteReads):
    """See `port.SiteWrites`."""

    def append(self, arrival: Arrival) -> None:
        if arrival.changes:
            positions = self._write_changes(arrival)
            self._write_edges(arrival.changes)
            self._write_parts(arrival.changes, positions)
        self._write_authors(arrival)
        for state in arrival.documents:
            self._write_document(state)

    def _write_changes(self, arrival: Arrival) -> dict[ChangeId, int]:
        last = self._count("SELECT last_position FROM site WHERE {}")
        positions = {change.id: last + 1 + i for i, change in enumerate(arrival.changes)}
        self._sql.many(
            "INSERT INTO change(company, site, position, id, device, epoch, sequence, previous,"
            " node, received, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (*self._tenant, positions[c.id], c.id, c.device, c.epoch, c.sequence,
                 b"".join(c.previous), arrival.node, arrival.at, c.data)
                for c in arrival.changes
            ],
        )  # fmt: skip
        self._sql.run(
            "UPDATE site SET last_position = ?, bytes = bytes + ?, last_change_at = ?"
            " WHERE company = ? AND site = ?",
            (
                last + len(arrival.changes),
                sum(len(change.data) for change in arrival.changes),
                arrival.at,
                *self._tenant,
            ),
        )
        return positions

    def _write_edges(self, changes: Sequence[Change]) -> None:
        new = {change.id for change in changes}
        edges = [(parent, change) for change in changes for parent in change.previous]
        # Only a change of the same device is a child: nobody hides another's tip by naming it.
        named = {
            (ChangeId(bytes(row[0])), DeviceId(bytes(row[1])))
            for row in self._in("SELECT parent, device FROM edge WHERE {} AND parent IN (??)", new)
        }
        named.update((parent, change.device) for parent, change in edges)
        stored = self.holds_many(parent for parent, _ in edges)  # the new ones among them
        self._many(
            "INSERT INTO edge(company, site, parent, device, child) VALUES (?, ?, ?, ?, ?)",
            [(parent, change.device, change.id) for parent, change in edges],
        )
        self._many(
            "INSERT INTO missing(company, site, id, below) VALUES (?, ?, ?, ?)",
            [(parent, change.id) for parent, change in edges if parent not in stored],
        )
        self._many(
            "DELETE FROM missing WHERE company = ? AND site = ? AND id = ?",
            [(each,) for each in new],
        )
        self._many(
            "DELETE FROM tip WHERE company = ? AND site = ? AND device = ? AND id = ?",
            [(change.device, parent) for parent, change in edges],
        )
        self._many(
            "INSERT INTO tip(company, site, device, id, epoch, sequence) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (change.device, change.id, change.epoch, change.sequence)
                for change in changes
                if (change.id, change.device) not in named
            ],
        )

    def _write_parts(self, changes: Sequence[Change], positions: dict[ChangeId, int]) -> None:
        self._many(
            "INSERT INTO part(company, site, document, position) VALUES (?, ?, ?, ?)",
            [(document, positions[c.id]) for c in changes for document in c.documents],
        )

    def _write_authors(self, arrival: Arrival) -> None:
        self._many(
            "INSERT INTO author(company, site, device, epoch, signing_key, opening)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(*each.author, each.signing_key, each.change) for each in arrival.openings],
        )

    def _write_document(self, state: DocumentState) -> None:
        self._sql.run(
            "INSERT INTO document(company, site, id, kind, digest) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (company, site, id) DO UPDATE SET digest = excluded.digest",
            (*self._tenant, state.id, kind_of(state.id), to_bytes(state.digest)),
        )
        self._tables.replace(self._sql, self._tenant, state.id, state.rows)

    def _many(self, sql: str, rows: Iterable[Sequence[SqlValue]]) -> None:
        given = [(*self._tenant, *row) for row in rows]
        if given:
            self._sql.many(sql, given)


def _header(row: SqlRow) -> Header:
    position, change, device, epoch, sequence, previous = row
    joined = bytes(previous)
    parents = [joined[i : i + CHANGE_BYTES] for i in range(0, len(joined), CHANGE_BYTES)]
    return Header(
        position=int(position),
        id=ChangeId(bytes(change)),
        device=DeviceId(bytes(device)),
        epoch=Epoch(bytes(epoch)),
        sequence=int(sequence),
        previous=tuple(ChangeId(parent) for parent in parents),
    )


def _or_all(limit: int | None) -> int:
    """No limit, in a number that both engines take."""
    return 2**62 if limit is None else limit
