"""Reading the log: committed state only, on a connection that is not the writer's.

Rules of this file:
1. No method sees a transaction that has not been committed; two reads that must agree stand inside
   one `snapshot()`.
2. Bytes are handed out as they came in. Nothing here decodes a change.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager

from crdt_models.ids import (
    CHANGE_BYTES,
    ChangeId,
    CommandId,
    DeviceId,
    DocumentId,
    Epoch,
)
from peer.service.sqlite_driver import SqlRow, SqlValue
from peer.service.sqlite_writer import SqliteReader
from peer.storage.lookup import rows_in
from peer.storage.recorder import unsigned_hlc
from peer.storage.records import (
    CommandRecord,
    Counts,
    DocumentState,
    FrontEnd,
    Gap,
    Header,
    Logged,
    Receipt,
    Tip,
)

_HEADER = "SELECT position, id, author, sequence, hlc, previous FROM change"
_DOCUMENT = "SELECT id, digest, open FROM document"
_FRONT_END = "SELECT name, key_hash, role, created FROM front_end"
_COUNTS = """SELECT
    (SELECT count(*) FROM change), (SELECT count(*) FROM document),
    (SELECT count(*) FROM document WHERE open = 1), (SELECT count(*) FROM author),
    (SELECT count(*) FROM device), (SELECT count(*) FROM tip),
    (SELECT count(DISTINCT id) FROM missing)"""


class CommittedReads:
    """The questions that a log answers."""

    def __init__(self, reader: SqliteReader) -> None:
        self._reader = reader
        self._authors: dict[int, tuple[DeviceId, Epoch]] = {}  # committed, so never changing

    def snapshot(self) -> AbstractContextManager[None]:
        """Everything read inside belongs to one committed state."""
        return self._reader.snapshot()

    # -- changes

    def holds(self, change: ChangeId) -> bool:
        return self._reader.row("SELECT 1 FROM change WHERE id = ?", (change,)) is not None

    def holds_many(self, changes: Iterable[ChangeId]) -> frozenset[ChangeId]:
        """Those of `changes` that are stored."""
        rows = self._in("SELECT id FROM change WHERE id IN (??)", changes)
        return frozenset(ChangeId(row[0]) for row in rows)

    def data(self, changes: Iterable[ChangeId]) -> list[bytes]:
        """The bytes of `changes` in the given order. Raises KeyError for one that is not stored."""
        wanted = list(changes)
        rows = self._in("SELECT id, bytes FROM change WHERE id IN (??)", wanted)
        found = {row[0]: bytes(row[1]) for row in rows}
        return [found[change] for change in wanted]

    def header(self, change: ChangeId) -> Header | None:
        row = self._reader.row(f"{_HEADER} WHERE id = ?", (change,))
        return self._header(row) if row else None

    def headers(self, changes: Iterable[ChangeId]) -> dict[ChangeId, Header]:
        """The headers of those of `changes` that are stored."""
        found = map(self._header, self._in(f"{_HEADER} WHERE id IN (??)", changes))
        return {header.id: header for header in found}

    def headers_of(
        self, device: DeviceId, *, below: int | None = None, limit: int | None = None
    ) -> list[Header]:
        """A device's changes over all its epochs, newest first: (sequence, id) descending.

        below: only sequences lower than this · limit: at most so many.
        """
        rows = self._reader.rows(
            f"{_HEADER} WHERE device = (SELECT number FROM device WHERE id = ?)"  # noqa: S608
            " AND sequence < ?"
            " ORDER BY sequence DESC, id DESC LIMIT ?",
            (device, 2**63 - 1 if below is None else below, -1 if limit is None else limit),
        )
        return [self._header(row) for row in rows]

    def devices(self) -> list[DeviceId]:
        rows = self._reader.rows("SELECT id FROM device ORDER BY id")
        return [DeviceId(row[0]) for row in rows]

    def author_headers(self, device: DeviceId, epoch: Epoch, limit: int) -> list[Header]:
        """The oldest changes of one author: where its `author_opened` stands."""
        rows = self._reader.rows(
            f"{_HEADER} WHERE author = (SELECT author.number FROM author"  # noqa: S608
            " JOIN device ON device.number = device WHERE device.id = ? AND epoch = ?)"
            " ORDER BY sequence, id LIMIT ?",
            (device, epoch, limit),
        )
        return [self._header(row) for row in rows]

    def children(self, change: ChangeId) -> frozenset[ChangeId]:
        """Stored changes that name `change` as previous, also when `change` is not stored."""
        rows = self._reader.rows(
            "SELECT c.id FROM change p JOIN previous ON parent = p.position"
            " JOIN change c ON c.position = child WHERE p.id = ?1"
            " UNION SELECT c.id FROM missing m JOIN change c ON c.position = below WHERE m.id = ?1",
            (change,),
        )
        return frozenset(ChangeId(row[0]) for row in rows)

    def parents(self, change: ChangeId) -> tuple[ChangeId, ...]:
        """What a stored change names as previous, stored or not. Raises KeyError."""
        header = self.header(change)
        if header is None:
            raise KeyError(change)
        return header.previous

    def tips(self) -> list[Tip]:
        """Stored changes with no stored child, by device, then newest first."""
        rows = self._reader.rows(
            "SELECT device.id, epoch, sequence, change.id FROM tip JOIN change USING (position)"
            " JOIN author ON author.number = author JOIN device ON device.number = author.device"
            " ORDER BY device.id, sequence DESC, change.id DESC"
        )
        return [Tip(DeviceId(r[0]), Epoch(r[1]), int(r[2]), ChangeId(r[3])) for r in rows]

    def missing(self) -> list[Gap]:
        """Every id that a stored change names and that is not stored."""
        rows = self._reader.rows(
            "SELECT m.id, c.id FROM missing m JOIN change c ON c.position = m.below"
            " ORDER BY m.id, c.id"
        )
        return [Gap(ChangeId(row[0]), ChangeId(row[1])) for row in rows]

    def since(self, position: int, limit: int) -> list[Logged]:
        """At most `limit` changes stored after `position`, in order of storing."""
        rows = self._reader.rows(
            "SELECT position, id, bytes FROM change WHERE position > ? ORDER BY position LIMIT ?",
            (position, limit),
        )
        return [Logged(int(row[0]), ChangeId(row[1]), bytes(row[2])) for row in rows]

    def last_position(self) -> int:
        """0 for an empty log."""
        row = self._reader.row("SELECT coalesce(max(position), 0) FROM change")
        return int(row[0]) if row else 0

    # -- documents

    def document(self, document: DocumentId) -> DocumentState | None:
        row = self._reader.row(f"{_DOCUMENT} WHERE id = ?", (document,))
        return _document(row) if row else None

    def documents(
        self,
        kind: str | None = None,
        *,
        open: bool | None = None,  # noqa: A002 - the state's word
    ) -> list[DocumentState]:
        """By id. kind: `order`, `tables` … · open: only those (not) worked on."""
        rows = self._reader.rows(
            f"{_DOCUMENT} WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR open = ?2)"
            " ORDER BY id",
            (kind, None if open is None else int(open)),
        )
        return [_document(row) for row in rows]

    def changes_of(self, document: DocumentId) -> list[bytes]:
        """The changes that touch a document, in order of storing."""
        rows = self._reader.rows(
            "SELECT bytes FROM part JOIN change USING (position)"
            " WHERE document = (SELECT number FROM document WHERE id = ?) ORDER BY position",
            (document,),
        )
        return [bytes(row[0]) for row in rows]

    def changes_of_open(self) -> list[bytes]:
        """The changes that touch any open document, each once, in order of storing."""
        rows = self._reader.rows(
            "SELECT bytes FROM change WHERE position IN (SELECT part.position FROM part"
            " JOIN document ON number = document WHERE open = 1) ORDER BY position"
        )
        return [bytes(row[0]) for row in rows]

    # -- small facts

    def command(self, command: CommandId) -> CommandRecord | None:
        row = self._reader.row(
            "SELECT body_hash, answer, at, position, change.id FROM command"
            " LEFT JOIN change USING (position) WHERE command.id = ?",
            (command,),
        )
        if row is None:
            return None
        change = None if row[4] is None else ChangeId(row[4])
        return CommandRecord(
            id=command, body_hash=row[0], answer=row[1], at=row[2], position=row[3], change=change
        )

    def receipt(self, relay: str) -> Receipt | None:
        row = self._reader.row("SELECT position, data, at FROM receipt WHERE relay = ?", (relay,))
        return Receipt(relay=relay, position=row[0], data=row[1], at=row[2]) if row else None

    def front_ends(self) -> list[FrontEnd]:
        return [_front_end(row) for row in self._reader.rows(f"{_FRONT_END} ORDER BY name")]

    def front_end_of(self, key_hash: bytes) -> FrontEnd | None:
        row = self._reader.row(f"{_FRONT_END} WHERE key_hash = ?", (key_hash,))
        return _front_end(row) if row else None

    def setting(self, name: str) -> str | None:
        row = self._reader.row("SELECT value FROM setting WHERE name = ?", (name,))
        return str(row[0]) if row else None

    def counts(self) -> Counts:
        row = self._reader.row(_COUNTS)
        assert row is not None, "an aggregate has a row"
        return Counts(
            changes=row[0],
            documents=row[1],
            open_documents=row[2],
            authors=row[3],
            devices=row[4],
            tips=row[5],
            missing=row[6],
        )

    def _header(self, row: SqlRow) -> Header:
        position, change, author, sequence, hlc, previous = row
        device, epoch = self._authors.get(author) or self._author(author)
        return Header(
            position=position,
            id=change,
            device=device,
            epoch=epoch,
            sequence=sequence,
            hlc=unsigned_hlc(hlc),
            previous=tuple(ChangeId(item) for item in _split(previous, CHANGE_BYTES)),
        )

    def _author(self, number: int) -> tuple[DeviceId, Epoch]:
        row = self._reader.row(
            "SELECT id, epoch FROM author JOIN device ON device.number = device"
            " WHERE author.number = ?",
            (number,),
        )
        assert row is not None, "a change has an author"
        self._authors[number] = DeviceId(row[0]), Epoch(row[1])
        return self._authors[number]

    def _in(self, sql: str, keys: Iterable[SqlValue]) -> Iterator[SqlRow]:
        return rows_in(self._reader.rows, sql, keys)


def _document(row: SqlRow) -> DocumentState:
    return DocumentState(DocumentId(row[0]), int.from_bytes(row[1], "big"), bool(row[2]))


def _front_end(row: SqlRow) -> FrontEnd:
    return FrontEnd(name=row[0], key_hash=row[1], role=row[2], created=row[3])


def _split(joined: bytes, width: int) -> tuple[bytes, ...]:
    return tuple(joined[start : start + width] for start in range(0, len(joined), width))
