"""The log of changes: everything this terminal knows, durable, in one encrypted file.

Rules of this file:
1. `append` is one transaction. When it returns, the whole batch survives a power cut; when it
   raises, nothing of the batch is stored (NotDurable, DiskFull) or the process must end
   (StorageBroken).
2. Readers see committed state only. One `ChangeLog` may be read while another thread appends.
3. Changes are never altered or removed. What is computed from them (digests, rows, tips) is stored
   in the same transaction, so that it is never ahead of or behind them.
4. It knows no trio, no clock and no signature: who calls it has checked the bytes.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from crdt_models.ids import ChangeId
from peer.service.migrations import migrate
from peer.service.sqlite_driver import SQLCIPHER, Driver
from peer.service.sqlite_errors import StorageError
from peer.service.sqlite_writer import SqliteReader, SqliteWriter, WriterStatistics
from peer.storage.projections import Projections, TableDefinition
from peer.storage.reads import CommittedReads
from peer.storage.recorder import record
from peer.storage.records import Appended, Batch, FrontEnd, Header, Receipt
from peer.storage.schema import APPLICATION_ID, STEPS
from peer.storage.walk import walk

_RUNNING = "running"  # setting: "1" from opening to an orderly close
_SCRUB_ROWS = 500


class ChangeLog(CommittedReads):
    """An open log. `open` makes one, `close` ends it."""

    def __init__(
        self, writer: SqliteWriter, reader: SqliteReader, tables: Sequence[TableDefinition]
    ) -> None:
        """Use `open`."""
        super().__init__(reader)
        self._writer = writer
        self._tables = tables
        self.projections = Projections(tables, reader)
        self._closed = False
        self.unclean = False
        """Whether the last process ended without closing: run `quick_check` before serving."""
        self.rows_are_stale = False
        """Whether every document's rows are wanted, until `rows_filled`: the tables are new."""

    @classmethod
    def open(
        cls,
        path: Path,
        key: bytes,
        *,
        tables: Sequence[TableDefinition] = (),
        create: bool = False,
        driver: Driver = SQLCIPHER,
    ) -> Self:
        """Open the log at `path` with a raw key of 32 bytes; only `create` makes a new one.

        tables: the read-model tables to keep beside it. Raises DatabaseMissing, DatabaseInUse,
        WrongKey, NotOurDatabase, SchemaTooNew, SqliteTooOld, StorageError.
        """
        writer = SqliteWriter.open(path, key, APPLICATION_ID, create=create, driver=driver)
        try:
            migrate(writer, STEPS)
            log = cls(writer, writer.reader(), tables)
            log._begin()
        except BaseException:
            writer.close()
            raise
        return log

    def _begin(self) -> None:
        self.unclean = self.setting(_RUNNING) == "1"
        with self._writer.transaction() as connection:
            self.rows_are_stale = self.projections.prepare(connection)
            record(connection, Batch(settings={_RUNNING: "1"}))

    def append(self, batch: Batch) -> Appended:
        """Store a batch durably. Raises NotDurable, DiskFull or StorageBroken; see rule 1."""
        with self._writer.transaction() as connection:
            recorded = record(connection, batch)
            self.projections.replace(
                connection, batch.rows, recorded.numbers, recorded.created, batch.by_key
            )
        # After a broken checkpoint the batch is durable, yet the disk is not to be trusted.
        self._writer.checkpoint_if_due()
        return recorded.appended

    def rows_filled(self) -> None:
        """Note that the rows of every document have been appended since `rows_are_stale`."""
        with self._writer.transaction() as connection:
            self.projections.filled(connection)
        self.rows_are_stale = False

    def walk(self, start: ChangeId, *, stop: Collection[ChangeId] = ()) -> Iterator[Header]:
        """The stored ancestors of `start`, newest first; see `walk.walk`."""
        return walk(self, start, stop=stop)

    @contextmanager
    def long_read(self) -> Iterator[tuple[CommittedReads, Projections]]:
        """The same questions on a connection of their own, for a long read in another thread."""
        reader = self._writer.reader()
        try:
            yield CommittedReads(reader), Projections(self._tables, reader)
        finally:
            reader.close()

    def put_receipt(self, receipt: Receipt) -> None:
        with self._writer.transaction() as connection:
            connection.execute(
                "INSERT INTO receipt(relay, position, data, at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (relay) DO UPDATE SET position = excluded.position,"
                " data = excluded.data, at = excluded.at",
                (receipt.relay, receipt.position, receipt.data, receipt.at),
            )

    def put_front_end(self, front_end: FrontEnd) -> None:
        """Add a front end, or give the one of that name a new key and role."""
        with self._writer.transaction() as connection:
            connection.execute(
                "INSERT INTO front_end(name, key_hash, role, created) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET key_hash = excluded.key_hash,"
                " role = excluded.role, created = excluded.created",
                (front_end.name, front_end.key_hash, front_end.role, front_end.created),
            )

    def remove_front_end(self, name: str) -> None:
        """Revoke a front end's key. Unknown names are no error."""
        with self._writer.transaction() as connection:
            connection.execute("DELETE FROM front_end WHERE name = ?", (name,))

    def forget_commands(self, before: int) -> None:
        """Drop the records of commands executed before that day (since 1970); their facts stay."""
        with self._writer.transaction() as connection:
            connection.execute("DELETE FROM command WHERE day < ?", (before,))
            connection.execute("DELETE FROM idle_command WHERE day < ?", (before,))

    def quick_check(self) -> list[str]:
        """What is wrong with the file, in SQLite's words; empty when nothing is.

        Every page is read and its authentication code checked. Seconds for a large database.
        """
        reader = self._writer.reader()
        try:
            found = [str(row[0]) for row in reader.rows("PRAGMA quick_check(20)")]
        finally:
            reader.close()
        return [] if found == ["ok"] else found

    def damaged_changes(self) -> list[int]:
        """Positions of changes that are not found by what their bytes say. Reads the whole log."""
        damaged: list[int] = []
        position = 0
        while logged := self.since(position, _SCRUB_ROWS):
            position = logged[-1].position
            found = self.holds_many(it.id for it in logged)
            damaged += [it.position for it in logged if it.id not in found]
        return damaged

    def statistics(self) -> WriterStatistics:
        return self._writer.statistics()

    def close(self, *, orderly: bool = True) -> None:
        """Note the orderly end, shorten the write-ahead log, close and unlock. Again: no effect.

        Not orderly (a check or a read failed), or on a disk that refuses the note, the log stays
        marked unclean: whoever opens it next checks it before serving.
        """
        if self._closed:
            return
        self._closed = True
        if orderly:
            with suppress(StorageError), self._writer.transaction() as connection:
                record(connection, Batch(settings={_RUNNING: "0"}))
        self._reader.close()
        self._writer.close()
