"""What can go wrong with a database file, each thing under the name of what to do about it.

Rules of this file:
1. `NotDurable` means: nothing of this transaction is stored, nobody may be told otherwise, and the
   same write may be tried again later. `StorageBroken` means: what the disk says can no longer be
   believed; the process must end, and the next start verifies before it serves.
2. The rest keeps a database from being opened at all. None of them ever creates or changes a file.
3. SQLite's numbers (https://sqlite.org/rescode.html) are translated here and nowhere else.
"""

from crdt_models.errors import MalhaError

_PRIMARY = 0xFF  # an extended result code holds its primary code in the low byte
_IOERR_SHM_SIZE = 10 | (19 << 8)  # the -shm file could not grow: the disk is full, no data involved

_BUSY = 5
_FULL = 13
_NOTADB = 26  # the key does not turn the first page into one of a database
_UNREADABLE = frozenset({11, _NOTADB})  # CORRUPT: the first page is right and another is not
_READ_BACK_WRONG = frozenset({10}) | _UNREADABLE  # IOERR
_READ_FAILED = frozenset({10 | (1 << 8), 10 | (2 << 8)})  # IOERR_READ, IOERR_SHORT_READ


class StorageError(MalhaError):
    """The database cannot be used as asked."""

    code = "storage_error"
    sentence = "The database cannot be used: {reason}."


class NotDurable(StorageError):
    """A transaction did not become durable and was undone completely."""

    code = "not_durable"
    sentence = "The write could not be made durable and was undone: {reason}."
    cure = "Try again; the same idempotency key may be used."


class DiskFull(NotDurable):
    """There is no room for the transaction. Reading goes on; writing resumes once there is room."""

    code = "disk_full"
    sentence = "The disk is full; nothing was written: {reason}."
    cure = "Free disk space, then try again. Nothing that was confirmed is lost."


class StorageBroken(StorageError):
    """A sync, read or page check failed: the state of the disk is unknown."""

    code = "storage_broken"
    sentence = "The disk failed or the database is damaged: {reason}."
    cure = "The program stops now; start it again, and replace the disk if it happens again."


class SqliteTooOld(StorageError):
    """The SQLite in use has a known fault that can lose commits."""

    code = "sqlite_too_old"
    sentence = "SQLite {found} is older than {needed}."
    cure = "Install the package versions that Malha names."


class DatabaseMissing(StorageError):
    """There is no database where one must be. It is never made silently."""

    code = "database_missing"
    sentence = "There is no database at {path}."
    cure = (
        "Correct MALHA_HOME. If the database is lost, `malha run --rebuild` begins with an empty"
        " one and fetches everything from the other terminals."
    )


class DatabaseInUse(StorageError):
    """Another process holds this database."""

    code = "database_in_use"
    sentence = "Another process is using the database {path}."
    cure = "Stop the other Malha process, or give this one a MALHA_HOME of its own."


class WrongKey(StorageError):
    """The key is another one, or the database's first page is damaged: they look the same."""

    code = "wrong_key"
    sentence = "The key does not open the database {path}, or its beginning is damaged."
    cure = (
        "Give the key file that belongs to this MALHA_HOME (MALHA_KEY_FILE). If it is the right"
        " one, the file is damaged: `malha run --rebuild` moves it aside, begins with an empty one"
        " and fetches everything from the other terminals. Nothing was changed."
    )


class DatabaseDamaged(StorageError):
    """The database cannot be read whole when it is opened."""

    code = "database_damaged"
    sentence = "The database {path} is damaged, or the disk does not read it: {reason}."
    cure = (
        "`malha run --rebuild` moves it aside, begins with an empty one and fetches everything"
        " from the other terminals. Replace the disk if it happens again."
    )


class NotOurDatabase(StorageError):
    """The file is a database of some other program or of the other part of Malha."""

    code = "not_our_database"
    sentence = "The file {path} is a database, but not one of this program."
    cure = "Point MALHA_HOME at the right directory. Nothing was changed."


class SchemaTooNew(StorageError):
    """A newer version of the program has written this database."""

    code = "schema_too_new"
    sentence = "The database was written by a newer version (step {step})."
    cure = "Install that version or a later one. Nothing was changed."


def write_failure(code: int, reason: str) -> StorageError:
    """What a failing statement or commit means. `code` is SQLite's extended result code."""
    if code & _PRIMARY == _FULL or code == _IOERR_SHM_SIZE:
        return DiskFull(reason=reason)
    if code & _PRIMARY in _READ_BACK_WRONG:
        return StorageBroken(reason=reason)
    return NotDurable(reason=reason)


def means_broken(code: int) -> bool:
    """Whether a failing read says that the disk can no longer be believed."""
    return code & _PRIMARY in _READ_BACK_WRONG


def is_wrong_key(code: int) -> bool:
    """Whether the first page is none of a database under this key."""
    return code & _PRIMARY == _NOTADB


def is_damage(code: int) -> bool:
    """Whether the file itself cannot be read, or holds something else than was written."""
    return code & _PRIMARY in _UNREADABLE or code in _READ_FAILED


def is_busy(code: int) -> bool:
    """Whether somebody else holds the lock that was asked for."""
    return code & _PRIMARY == _BUSY
