"""The relay's database in one SQLite file: the default, for one relay process.

Rules of this file:
1. One writer (`peer.service.sqlite_writer`: WAL, `synchronous=FULL`, a lock on the whole file);
   readers have connections of their own, from a small pool, and see one committed state each.
2. The file is encrypted with a key that lies in a file of its own: a backup needs both.
3. The SQL is `site_sql`'s; here is only what belongs to the engine.
"""

import queue
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cloud_relay.storage.port import Site, SiteReads, SiteWrites, Tenant, Token
from cloud_relay.storage.read_tables import FINGERPRINT, ReadTables, TableDefinition
from cloud_relay.storage.registry import SqlRegistry
from cloud_relay.storage.schema import APPLICATION_ID, STEPS
from cloud_relay.storage.site_sql import SqlSiteReads, SqlSiteWrites
from peer.service.migrations import migrate
from peer.service.sqlite_driver import Connection, SqlRow, SqlValue
from peer.service.sqlite_writer import SqliteReader, SqliteWriter

READERS = 4  # as many reads at once as a small server has cores


class _Reading:
    """A reader's connection as `read_tables.Sql`; it cannot write."""

    def __init__(self, reader: SqliteReader) -> None:
        self._reader = reader

    def rows(self, sql: str, parameters: Sequence[SqlValue] = ()) -> list[SqlRow]:
        return self._reader.rows(sql, parameters)

    def run(self, sql: str, parameters: Sequence[SqlValue] = ()) -> None:
        raise AssertionError("a reader was asked to write")

    def many(self, sql: str, rows: Iterable[Sequence[SqlValue]]) -> None:
        raise AssertionError("a reader was asked to write")


class _Writing:
    """The writer's connection inside a transaction as `read_tables.Sql`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, parameters: Sequence[SqlValue] = ()) -> list[SqlRow]:
        return self._connection.execute(sql, parameters).fetchall()

    def run(self, sql: str, parameters: Sequence[SqlValue] = ()) -> None:
        self._connection.execute(sql, parameters)

    def many(self, sql: str, rows: Iterable[Sequence[SqlValue]]) -> None:
        self._connection.executemany(sql, rows)


class SqliteStorage:
    """See `port.RelayStorage`."""

    def __init__(self, writer: SqliteWriter, tables: Sequence[TableDefinition]) -> None:
        """Use `open`."""
        self._writer = writer
        self._tables = ReadTables(tables)
        self._idle: queue.SimpleQueue[SqliteReader] = queue.SimpleQueue()
        for _ in range(READERS):
            self._idle.put(writer.reader())
        self.rows_are_stale = False
        """Whether the read-model tables were made anew and every document's rows are wanted."""

    @classmethod
    def open(
        cls,
        path: Path,
        key: bytes,
        *,
        tables: Sequence[TableDefinition] = (),
        create: bool = True,
    ) -> "SqliteStorage":
        """Open the database at `path`; only `create` makes a new one. key: 32 bytes.

        Raises DatabaseMissing, DatabaseInUse, WrongKey, NotOurDatabase, SchemaTooNew, SqliteTooOld,
        StorageError.
        """
        writer = SqliteWriter.open(path, key, APPLICATION_ID, create=create)
        try:
            migrate(writer, STEPS)
            storage = cls(writer, tables)
            storage._make_read_tables()
        except BaseException:
            writer.close()
            raise
        return storage

    def _make_read_tables(self) -> None:
        with self._writer.transaction() as connection:
            sql = _Writing(connection)
            found = sql.rows("SELECT value FROM setting WHERE name = ?", (FINGERPRINT,))
            standing = str(found[0][0]) if found else None
            for statement in self._tables.statements(standing):
                sql.run(statement)
                self.rows_are_stale = True
            sql.run(
                "INSERT INTO setting(name, value) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (FINGERPRINT, self._tables.fingerprint()),
            )

    @contextmanager
    def reading(self, tenant: Tenant) -> Iterator[SiteReads]:
        with self._reader() as reader, reader.snapshot():
            SqlRegistry(_Reading(reader)).require(tenant)
            yield SqlSiteReads(_Reading(reader), tenant, self._tables)

    @contextmanager
    def writing(self, tenant: Tenant) -> Iterator[SiteWrites]:
        with self._writer.transaction() as connection:
            sql = _Writing(connection)
            SqlRegistry(sql).require(tenant)
            yield SqlSiteWrites(sql, tenant, self._tables)
        self._writer.checkpoint_if_due()

    def add_site(self, site: Site) -> None:
        self._change(lambda registry: registry.add_site(site))

    def sites(self) -> list[Site]:
        with self._reader() as reader:
            return SqlRegistry(_Reading(reader)).sites()

    def add_token(self, token: Token) -> None:
        self._change(lambda registry: registry.add_token(token))

    def revoke_token(self, tenant: Tenant, node: str, at: int) -> bool:
        with self._writer.transaction() as connection:
            return SqlRegistry(_Writing(connection)).revoke_token(tenant, node, at)

    def token(self, secret_hash: bytes) -> Token | None:
        with self._reader() as reader:
            return SqlRegistry(_Reading(reader)).token(secret_hash)

    def tokens(self, tenant: Tenant) -> list[Token]:
        with self._reader() as reader:
            return SqlRegistry(_Reading(reader)).tokens(tenant)

    def close(self) -> None:
        for _ in range(READERS):
            self._idle.get().close()
        self._writer.close()

    def _change(self, change: Callable[[SqlRegistry], None]) -> None:
        with self._writer.transaction() as connection:
            change(SqlRegistry(_Writing(connection)))

    @contextmanager
    def _reader(self) -> Iterator[SqliteReader]:
        reader = self._idle.get()
        try:
            yield reader
        finally:
            self._idle.put(reader)
