"""One SQLite database: one writer, readers on connections of their own, and a lock on the whole.

Rules of this file:
1. A transaction is BEGIN IMMEDIATE … COMMIT under `synchronous=FULL`. It is durable when the block
   ends without an error; with any error nothing of it is stored (NotDurable, DiskFull) or the disk
   can no longer be believed (StorageBroken), after which this writer refuses everything.
2. Checkpoints are asked for, never automatic: SQLite ignores a sync that fails inside an automatic
   one, and a later sync then "succeeds" without having written (Rebello et al., USENIX ATC 2020).
3. One process per database. The lock is an exclusive transaction on a second, empty database: it
   needs no call that only one operating system has, and it dies with its process.
4. No clock, no trio. Calls block; the caller chooses the thread.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Self

import msgspec

from peer.service.sqlite_driver import SQLCIPHER, Connection, Driver, SqlRow, SqlValue
from peer.service.sqlite_errors import (
    DatabaseInUse,
    DatabaseMissing,
    DiskFull,
    NotOurDatabase,
    SqliteTooOld,
    StorageBroken,
    StorageError,
    WrongKey,
    is_busy,
    is_damage,
    is_wrong_key,
    means_broken,
    write_failure,
)

OLDEST_SQLITE = (3, 51, 3)  # before it, resetting the WAL could lose a commit
KEY_BYTES = 32
# A reader of ours never holds a write lock; only a person with the key and a shell could.
WRITE_WAIT_SECONDS = 2.0
CHECKPOINT_FRAMES = 1000  # 4 MB of log: SQLite's own default, about 5 ms of copying
WAL_KEPT_BYTES = 16 * 1024 * 1024  # a longer WAL file is cut back after a checkpoint

_EVERY_CONNECTION = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
)
_WRITER_ONLY = (
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # macOS: an fsync there does not reach the platter
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA wal_autocheckpoint = 0",
    f"PRAGMA journal_size_limit = {WAL_KEPT_BYTES}",
)


class WriterStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """commits durable since opening · failures of any kind · whether the last transaction found no
    room · checkpoints completed or put off."""

    commits: int
    failed_commits: int
    disk_full: bool
    checkpoints: int
    checkpoints_put_off: int


class SqliteReader:
    """A connection that sees committed state only and cannot write. Usable from any thread."""

    def __init__(self, connection: Connection, driver: Driver) -> None:
        self._connection = connection
        self._driver = driver
        self._turn = threading.RLock()

    def rows(self, sql: str, parameters: Sequence[SqlValue] = ()) -> list[SqlRow]:
        """Every row. Raises StorageBroken when the disk or a page check fails."""
        with self._turn:
            try:
                # All are fetched: a statement left half-read would hold the snapshot open.
                return self._connection.execute(sql, parameters).fetchall()
            except self._driver.failures as failure:
                self._judge(failure)
                raise

    def row(self, sql: str, parameters: Sequence[SqlValue] = ()) -> SqlRow | None:
        """The first row, or None."""
        rows = self.rows(sql, parameters)
        return rows[0] if rows else None

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside belongs to one committed state. Keep it short: it pins the WAL."""
        with self._turn:
            if self._connection.in_transaction:
                yield
                return
            try:
                self._connection.execute("BEGIN")
            except self._driver.failures as failure:
                self._judge(failure)
                raise
            try:
                yield
            finally:
                self._end_snapshot()

    def close(self) -> None:
        with self._turn:
            self._connection.close()

    def _end_snapshot(self) -> None:
        """A read that failed may have ended it already, and has said what is wrong."""
        if self._connection.in_transaction:
            with suppress(*self._driver.failures):
                self._connection.execute("COMMIT")

    def _judge(self, failure: Exception) -> None:
        """Raises StorageBroken for a failure that means that the disk is not to be believed."""
        if means_broken(self._driver.code(failure)):
            raise StorageBroken(reason=str(failure)) from failure


class SqliteWriter:
    """The one writing connection of an encrypted database file."""

    def __init__(
        self, path: Path, key: bytes, lock: Connection, driver: Driver, *, create: bool
    ) -> None:
        """Use `open`."""
        self._path = path
        self._key = key
        self._lock = lock
        self._driver = driver
        self._turn = threading.Lock()
        self._broken = self._full = False
        self._commits = self._failed = self._checkpoints = self._put_off = 0
        self._connection = _connect(driver, path, key, create=create)

    @classmethod
    def open(
        cls,
        path: Path,
        key: bytes,
        application_id: int,
        *,
        create: bool,
        driver: Driver = SQLCIPHER,
    ) -> Self:
        """Lock and open `path` with a raw key of 32 bytes.

        application_id: 31 bits that say whose database it is. Only `create` makes a new file.
        Raises DatabaseMissing, DatabaseInUse, WrongKey, NotOurDatabase, SqliteTooOld, StorageError.
        """
        assert len(key) == KEY_BYTES, "a raw key has 32 bytes"
        if driver.version < OLDEST_SQLITE:
            raise SqliteTooOld(found=_dotted(driver.version), needed=_dotted(OLDEST_SQLITE))
        if not create and not _has_content(path):
            raise DatabaseMissing(path=str(path))
        try:
            lock = _hold_lock(driver, path)
            try:
                writer = cls(path, key, lock, driver, create=create)
                writer._settle(application_id, create=create)
            except BaseException:
                lock.close()
                raise
        except driver.failures as failure:
            raise StorageError(reason=f"{path}: {failure}") from failure
        return writer

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One durable transaction, alone. See rule 1 for what its errors mean."""
        with self._turn:
            if self._broken:
                raise StorageBroken(reason="an earlier write already failed")
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except self._driver.failures as failure:
                self._undo()
                error = self._meaning(failure)
                self._full = isinstance(error, DiskFull)
                raise error from failure
            except BaseException:
                self._undo()
                raise
            self._commits += 1
            self._full = False

    def checkpoint_if_due(self) -> None:
        """Copy the WAL into the database once it is long. Raises StorageBroken if that fails.

        A full disk only puts it off: everything stays durable in the WAL.
        """
        with self._turn:
            if self._broken or self._frames("NOOP") < CHECKPOINT_FRAMES:
                return
            try:
                self._frames("PASSIVE")
                self._checkpoints += 1
            except DiskFull:
                self._put_off += 1

    def reader(self) -> SqliteReader:
        """A new read-only connection. The caller closes it. Raises StorageError."""
        try:
            connection = _connect(self._driver, self._path, self._key, create=False)
        except self._driver.failures as failure:
            raise write_failure(self._driver.code(failure), str(failure)) from failure
        reader = SqliteReader(connection, self._driver)
        for pragma in (*_EVERY_CONNECTION, "PRAGMA query_only = ON"):
            reader.rows(pragma)
        return reader

    def statistics(self) -> WriterStatistics:
        return WriterStatistics(
            commits=self._commits,
            failed_commits=self._failed,
            disk_full=self._full,
            checkpoints=self._checkpoints,
            checkpoints_put_off=self._put_off,
        )

    def close(self) -> None:
        """Shorten the WAL, close, and let go of the lock. Close the readers first."""
        with self._turn:
            if not self._broken:
                with suppress(StorageError):  # the WAL is as durable as the database
                    self._frames("TRUNCATE")
            self._connection.close()
            self._lock.close()

    def _settle(self, application_id: int, *, create: bool) -> None:
        """Check the key and whose file it is; prepare the connection."""
        try:
            tables, found = self._identity()
            if found == 0 and tables == 0:
                if not create:  # a file whose creation was interrupted
                    raise DatabaseMissing(path=str(self._path))
            elif found != application_id:
                raise NotOurDatabase(path=str(self._path))
            self._prepare()
            # What an earlier process failed to sync can look stored for as long as the power stays,
            # and no later sync writes it (rule 2). Copied from the log, it is written anew.
            self._frames("TRUNCATE")
            if found != application_id:
                with self.transaction() as connection:
                    connection.execute(f"PRAGMA application_id = {application_id:d}")
        except BaseException:
            self._connection.close()
            raise

    def _identity(self) -> tuple[int, int]:
        """(number of schema entries, application id). Raises WrongKey, StorageBroken."""
        try:
            (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()[0]
        except self._driver.failures as failure:
            code = self._driver.code(failure)
            if is_wrong_key(code):
                raise WrongKey(path=str(self._path)) from failure
            raise write_failure(code, str(failure)) from failure
        (found,) = self._connection.execute("PRAGMA application_id").fetchall()[0]
        return int(tables), int(found)

    def _prepare(self) -> None:
        for pragma in (*_EVERY_CONNECTION, *_WRITER_ONLY):
            self._connection.execute(pragma)
        (mode,) = self._connection.execute("PRAGMA journal_mode = WAL").fetchall()[0]
        if mode != "wal":
            raise StorageError(reason=f"no write-ahead log on this file system ({mode})")

    def _frames(self, mode: str) -> int:
        """Run one kind of checkpoint; returns the frames in the WAL. Raises StorageError."""
        try:
            rows = self._connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()
        except self._driver.failures as failure:
            raise self._meaning(failure) from failure
        return int(rows[0][1])

    def _meaning(self, failure: Exception) -> StorageError:
        self._failed += 1
        error = write_failure(self._driver.code(failure), str(failure))
        self._broken = self._broken or isinstance(error, StorageBroken)
        return error

    def _undo(self) -> None:
        """Roll back, unless SQLite already did (it does so when the disk is full)."""
        if self._connection.in_transaction:
            with suppress(*self._driver.failures):
                self._connection.execute("ROLLBACK")
        self._broken = self._broken or self._connection.in_transaction


def set_aside_damaged(path: Path, key: bytes, driver: Driver = SQLCIPHER) -> Path | None:
    """Move a database that cannot be read whole, with its log, and return its new path.

    None: it is whole, or there is none. Nothing is ever lost (SQLite may copy the log into the file
    when it looks), and nothing is moved that another process has. Raises DatabaseInUse,
    StorageError.
    """
    if not _has_content(path) and not _has_content(_beside(path, "-wal")):
        return None
    try:
        lock = _hold_lock(driver, path)
        try:
            return None if _is_whole(driver, path, key) else _move_aside(path)
        finally:
            lock.close()
    except driver.failures as failure:
        raise StorageError(reason=f"{path}: {failure}") from failure


def _is_whole(driver: Driver, path: Path, key: bytes) -> bool:
    """Raises the driver's failure when it is neither the file's nor the key's."""
    if not _has_content(path):  # only a log is left, which SQLite would delete
        return False
    connection = _connect(driver, path, key, create=False)
    try:
        wrong = connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()[0]
        (found,) = connection.execute("PRAGMA application_id").fetchall()[0]
        return not wrong and (tables, found) != (0, 0)  # nothing: its creation was interrupted
    except driver.failures as failure:
        if not is_damage(driver.code(failure)):
            raise
        return False
    finally:
        connection.close()


def _move_aside(path: Path) -> Path:
    """The database first: a log without its database is found the next time."""
    taken = {each.name for each in path.parent.iterdir()}
    numbers = (path.with_name(f"{path.name}.danificado-{number}") for number in count(1))
    aside = next(each for each in numbers if not any(name.startswith(each.name) for name in taken))
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            _beside(path, suffix).rename(_beside(aside, suffix))
    return aside


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _connect(driver: Driver, path: Path, key: bytes, *, create: bool) -> Connection:
    connection = driver.connect(path, create=create, wait_seconds=WRITE_WAIT_SECONDS)
    driver.hide_key_noise(connection)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return connection


def _hold_lock(driver: Driver, path: Path) -> Connection:
    """Take the lock beside `path`. Raises DatabaseInUse at once when another process has it."""
    lock = driver.connect(_beside(path, "-lock"), create=True, wait_seconds=0)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except driver.failures as failure:
        lock.close()
        if is_busy(driver.code(failure)):
            raise DatabaseInUse(path=str(path)) from failure
        raise
    return lock


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)
