"""The second SQLite library: apsw-sqlite3mc, with a file system written in Python beneath it.

Rules of this file:
1. Encryption is above the file system (`multipleciphers-…`), in the format of SQLCipher 4: what
   this library writes, the production library reads, and the other way round. QUICK is for runs of
   which nobody reads the files: every page is as well proved whole, at half the price of a commit.
2. Every byte that changes passes through a `Platter`, which may take less of it or refuse. Reading,
   locks and shared memory are the real file system's.
3. One life, one driver. `die` ends all its handles; afterwards they refuse everything but `close`.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol, cast
from weakref import WeakSet, WeakValueDictionary

import apsw

from peer.service.sqlite_driver import Connection, Cursor, SqlValue
from simulations.disk.stored_file import StoredFile

_VFS = "malha-simulated"
_ENCRYPTED = f"multipleciphers-{_VFS}"
SQLCIPHER_4 = ("PRAGMA cipher = 'sqlcipher'", "PRAGMA legacy = 4")
QUICK = ("PRAGMA cipher = 'aegis'", "PRAGMA kdf_iter = 1")  # the key is random, not a password
_NAMES = {**apsw.mapping_result_codes, **apsw.mapping_extended_result_codes}
_IOERR = 10
_ERROR = 1


class Platter(Protocol):
    """What decides about every operation. Codes are SQLite's; 0 is none."""

    def file(self, name: str) -> StoredFile: ...
    def read(self) -> int: ...
    def write(self, file: StoredFile, data: bytes, offset: int) -> tuple[int, int]: ...
    def resize(self, file: StoredFile, size: int) -> int: ...
    def remove(self, name: str) -> int: ...
    def sync(self, file: StoredFile) -> int: ...


class HandleDead(Exception):
    """The machine that had this handle is gone."""


class SimulatedDriver:
    """See `peer.service.sqlite_driver.Driver`. Opens databases of one life's folder only."""

    version = cast(
        tuple[int, int, int], tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    )
    failures: tuple[type[Exception], ...] = (apsw.Error, HandleDead)

    def __init__(
        self, home: Path, platter: Platter, encryption: Sequence[str] = SQLCIPHER_4
    ) -> None:
        """encryption: what is said before a database's key is, SQLCIPHER_4 or QUICK."""
        self.platter = platter
        self.dead = False
        self._home = home
        self._encryption = encryption
        self._connections: WeakSet[apsw.Connection] = WeakSet()
        _file_system().drivers[str(home.absolute())] = self

    def connect(self, path: Path, *, create: bool, wait_seconds: float) -> Connection:
        assert path.absolute().parent == self._home.absolute(), f"{path} is on another disk"
        self.check()
        flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if create else 0)
        inner = apsw.Connection(str(path.absolute()), flags=flags, vfs=_ENCRYPTED)
        self._connections.add(inner)
        inner.set_busy_timeout(int(wait_seconds * 1000))
        for pragma in self._encryption:
            inner.execute(pragma)
        return SimulatedConnection(self, inner)

    def code(self, failure: Exception) -> int:
        if isinstance(failure, HandleDead):
            return _IOERR
        return int(getattr(failure, "extendedresult", _ERROR))

    def hide_key_noise(self, connection: Connection) -> None:
        """It makes none."""

    def check(self) -> None:
        if self.dead:
            raise HandleDead("the machine that had this handle is gone")

    def die(self) -> None:
        """Close whatever is open; nothing of that reaches the platter."""
        self.dead = True
        for connection in list(self._connections):
            with suppress(apsw.Error):
                connection.close(force=True)


class SimulatedConnection:
    """See `peer.service.sqlite_driver.Connection`."""

    __slots__ = ("_driver", "_inner")

    def __init__(self, driver: SimulatedDriver, inner: apsw.Connection) -> None:
        self._driver = driver
        self._inner = inner

    @property
    def in_transaction(self) -> bool:
        return not self._driver.dead and self._inner.in_transaction

    def execute(self, sql: str, parameters: Sequence[SqlValue] = (), /) -> Cursor:
        self._driver.check()
        return cast(Cursor, self._inner.execute(sql, tuple(parameters)))

    def executemany(self, sql: str, parameters: Iterable[Sequence[SqlValue]], /) -> Cursor:
        self._driver.check()
        return cast(Cursor, self._inner.executemany(sql, map(tuple, parameters)))

    def close(self) -> None:
        """SQLite's own close never fails: what the disk refuses then is left undone."""
        with suppress(apsw.Error):
            self._inner.close()


class _FileSystem(apsw.VFS):
    """The one VFS of this process. Which disk is meant follows from a file's folder."""

    def __init__(self) -> None:
        self.drivers: WeakValueDictionary[str, SimulatedDriver] = WeakValueDictionary()
        super().__init__(_VFS, "")

    def xOpen(  # noqa: N802 - SQLite's name
        self, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> apsw.VFSFile:
        if name is None:  # a temporary file: nobody's loss
            return apsw.VFSFile("", name, flags)
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        driver = self.drivers.get(str(path.parent))
        if driver is None or driver.dead:
            raise apsw.exception_for(_IOERR)
        return _File(driver, path.name, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's name
        path = Path(filename)
        driver = self.drivers.get(str(path.parent))
        if driver is None or driver.dead:
            return
        _refuse(driver.platter.remove(path.name))
        if syncdir:
            _refuse(driver.platter.sync(driver.platter.file(path.name)))
        super().xDelete(filename, False)  # noqa: FBT003 - SQLite's order of arguments


class _File(apsw.VFSFile):
    def __init__(
        self,
        driver: SimulatedDriver,
        own_name: str,
        name: str | apsw.URIFilename,
        flags: list[int],
    ) -> None:
        super().__init__("", name, flags)
        self._driver = driver
        self._platter = driver.platter
        self._stored = driver.platter.file(own_name)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's name
        if not self._driver.dead:
            _refuse(self._platter.read())
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        if self._driver.dead:
            return
        taken, refusal = self._platter.write(self._stored, data, offset)
        if taken:
            super().xWrite(data if taken == len(data) else data[:taken], offset)
        if refusal:
            _refuse(refusal)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        if not self._driver.dead:
            _refuse(self._platter.resize(self._stored, newsize))
            super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        if not self._driver.dead:
            _refuse(self._platter.sync(self._stored))


def _refuse(code: int) -> None:
    if code:
        refusal = apsw.exception_for(code)
        refusal.args = (_NAMES[code],)
        raise refusal


_registered: list[_FileSystem] = []


def _file_system() -> _FileSystem:
    """SQLite knows its file systems by name, process-wide: this one is made once."""
    if not _registered:
        _registered.append(_FileSystem())
    return _registered[0]
