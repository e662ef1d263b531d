"""The few calls that Malha makes into an SQLite library, and the library it makes them into.

The protocols exist because there are two real implementations: sqlcipher3 in production and, for
disk faults that no file system will produce on request, one whose VFS is written in Python. SQL is
written once, above them.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from sqlcipher3 import dbapi2

SqlValue: TypeAlias = str | bytes | int | None
# A row's column types are decided by the SQL text, which a type checker cannot read; every query
# method above gives them names and types again before they leave its module.
SqlRow: TypeAlias = tuple[Any, ...]


class Cursor(Protocol):
    """The rows of one statement."""

    def __iter__(self) -> Iterator[SqlRow]: ...
    def fetchone(self) -> SqlRow | None: ...
    def fetchall(self) -> list[SqlRow]: ...


class Connection(Protocol):
    """An open database. Transactions are begun and ended by statements only."""

    @property
    def in_transaction(self) -> bool: ...
    def execute(self, sql: str, parameters: Sequence[SqlValue] = ..., /) -> Cursor: ...
    def executemany(self, sql: str, parameters: Iterable[Sequence[SqlValue]], /) -> Cursor: ...
    def close(self) -> None: ...


class Driver(Protocol):
    """An SQLite library that can encrypt."""

    @property
    def version(self) -> tuple[int, int, int]:
        """Of the SQLite inside."""

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """The exceptions by which it reports what SQLite refused."""

    def connect(self, path: Path, *, create: bool, wait_seconds: float) -> Connection:
        """Open `path`; a missing file is made only with `create`. Waits that long for a lock."""

    def code(self, failure: Exception) -> int:
        """SQLite's extended result code of a failure (SQLITE_ERROR = 1 where it has none)."""

    def hide_key_noise(self, connection: Connection) -> None:
        """Keep the library from printing to stderr what we report as a typed error."""


class Sqlcipher:
    """sqlcipher3: the SQLite that it bundles, whatever the operating system has."""

    version = dbapi2.sqlite_version_info
    failures: tuple[type[Exception], ...] = (dbapi2.Error,)

    def connect(self, path: Path, *, create: bool, wait_seconds: float) -> Connection:
        uri = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
        # Threads are ours to keep apart: the writer and each reader guard their own connection.
        return dbapi2.connect(
            uri, uri=True, timeout=wait_seconds, isolation_level=None, check_same_thread=False
        )

    def code(self, failure: Exception) -> int:
        return int(getattr(failure, "sqlite_errorcode", 1))

    def hide_key_noise(self, connection: Connection) -> None:
        connection.execute("PRAGMA cipher_log_level = NONE")


SQLCIPHER = Sqlcipher()
