import subprocess
import sys
from pathlib import Path

import pytest

from peer.service.migrations import Step, migrate
from peer.service.sqlite_driver import SQLCIPHER
from peer.service.sqlite_errors import (
    DatabaseInUse,
    DatabaseMissing,
    NotDurable,
    NotOurDatabase,
    SchemaTooNew,
    SqliteTooOld,
    StorageBroken,
    StorageError,
    WrongKey,
)
from peer.service.sqlite_writer import SqliteWriter, set_aside_damaged

KEY, OTHER = b"k" * 32, b"o" * 32
ID = 0x4D414C48
STEPS = (
    Step("0001-a", ("CREATE TABLE a(x INTEGER) STRICT",)),
    Step("0002-b", ("CREATE TABLE b(x INTEGER) STRICT", "INSERT INTO b VALUES (7)")),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "m.db"


@pytest.fixture
def writer(path):
    writer = SqliteWriter.open(path, KEY, ID, create=True)
    yield writer
    writer.close()


def seen(writer, sql):
    reader = writer.reader()
    try:
        return reader.rows(sql)
    finally:
        reader.close()


def pragma(connection, name):
    return connection.execute(f"PRAGMA {name}").fetchall()[0][0]


def test_the_settings_that_durability_rests_on(writer):
    assert SQLCIPHER.version >= (3, 51, 3)
    connection = writer._connection
    assert pragma(connection, "journal_mode") == "wal"
    assert pragma(connection, "synchronous") == 2
    assert pragma(connection, "foreign_keys") == 1
    assert pragma(connection, "trusted_schema") == 0
    assert pragma(connection, "cell_size_check") == 1
    assert pragma(connection, "mmap_size") == 0
    assert pragma(connection, "application_id") == ID
    assert pragma(connection, "wal_autocheckpoint") == 0
    assert pragma(connection, "fullfsync") == 1


def test_the_file_shows_nothing_of_its_content(writer, path):
    migrate(writer, (Step("1", ("CREATE TABLE visible(x TEXT) STRICT",)),))
    with writer.transaction() as connection:
        connection.execute("INSERT INTO visible VALUES ('segredo da loja')")
    for file in path.parent.iterdir():
        content = file.read_bytes()
        assert b"segredo" not in content
        assert b"visible" not in content
        assert not content.startswith(b"SQLite format 3")


def test_a_reader_sees_commits_and_cannot_write(writer):
    migrate(writer, STEPS)
    reader = writer.reader()
    with writer.transaction() as connection:
        connection.execute("INSERT INTO a VALUES (1)")
        assert reader.rows("SELECT x FROM a") == []
    assert reader.rows("SELECT x FROM a") == [(1,)]
    for sql in ("INSERT INTO a VALUES (2)", "DROP TABLE a", "PRAGMA user_version = 3"):
        with pytest.raises(SQLCIPHER.failures):
            reader.rows(sql)
    assert reader.rows("SELECT x FROM a") == [(1,)]
    reader.close()


def insert(writer, *values, then=lambda: None):
    with writer.transaction() as connection:
        for value in values:
            connection.execute("INSERT INTO a VALUES (?)", (value,))
        then()


def test_an_error_inside_a_transaction_undoes_it_and_the_next_one_works(writer):
    migrate(writer, STEPS)
    with pytest.raises(ZeroDivisionError):
        insert(writer, 1, then=lambda: 1 // 0)
    with pytest.raises(NotDurable):
        insert(writer, 1, "text")
    insert(writer, 2)
    reader = writer.reader()
    assert reader.rows("SELECT x FROM a") == [(2,)]
    reader.close()
    assert writer.statistics().failed_commits == 1


def test_a_wrong_key_is_said_and_changes_nothing(path, capfd):
    writer = SqliteWriter.open(path, KEY, ID, create=True)
    migrate(writer, STEPS)
    writer.close()
    before = path.read_bytes()
    for create in (True, False):
        with pytest.raises(WrongKey):
            SqliteWriter.open(path, OTHER, ID, create=create)
    assert path.read_bytes() == before
    assert capfd.readouterr().err == ""
    writer = SqliteWriter.open(path, KEY, ID, create=False)
    assert seen(writer, "SELECT x FROM b") == [(7,)]
    writer.close()


CRASHED = """
import os, sys
from pathlib import Path
from peer.service.sqlite_writer import SqliteWriter
from peer.service.migrations import Step, migrate
writer = SqliteWriter.open(Path(sys.argv[1]), b"k" * 32, 0x4D414C48, create=True)
migrate(writer, (Step("0001-a", ("CREATE TABLE a(x INTEGER) STRICT", "INSERT INTO a VALUES (5)")),))
os._exit(9)
"""


def test_a_wrong_key_does_not_hurt_what_a_crash_left_in_the_log(path):
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", CRASHED, str(path)], cwd=root, check=False)
    assert path.with_name("m.db-wal").stat().st_size > 0
    with pytest.raises(WrongKey):
        SqliteWriter.open(path, OTHER, ID, create=False)
    writer = SqliteWriter.open(path, KEY, ID, create=False)
    assert seen(writer, "SELECT x FROM a") == [(5,)]
    writer.close()


@pytest.mark.parametrize("content", [None, b""])
def test_a_missing_or_empty_file_is_never_made_into_a_database_silently(path, content):
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatabaseMissing):
        SqliteWriter.open(path, KEY, ID, create=False)
    assert not path.exists() or path.read_bytes() == b""
    assert [file.name for file in path.parent.iterdir()] == ([] if content is None else ["m.db"])


def test_a_database_of_another_program_is_left_alone(path):
    SqliteWriter.open(path, KEY, 0x12345678, create=True).close()
    before = path.read_bytes()
    for create in (True, False):
        with pytest.raises(NotOurDatabase):
            SqliteWriter.open(path, KEY, ID, create=create)
    assert path.read_bytes() == before


def test_garbage_is_not_opened(path):
    path.write_bytes(b"not a database at all" * 1000)
    with pytest.raises(WrongKey):
        SqliteWriter.open(path, KEY, ID, create=True)


def filled(path):
    """A whole database of many pages; returns its bytes."""
    writer = SqliteWriter.open(path, KEY, ID, create=True)
    migrate(writer, STEPS)
    with writer.transaction() as connection:
        connection.executemany("INSERT INTO a VALUES (?)", [(each,) for each in range(5000)])
    writer.close()
    return path.read_bytes()


@pytest.mark.parametrize("part", [0.25, 0.5, 0.9])
def test_a_database_that_was_cut_is_not_taken_for_a_wrong_key(path, part):
    whole = filled(path)
    path.write_bytes(whole[: int(len(whole) * part) // 4096 * 4096])
    with pytest.raises(StorageBroken):
        SqliteWriter.open(path, KEY, ID, create=False)


def names(path):
    return sorted(each.name for each in path.parent.iterdir() if not each.name.endswith("-lock"))


DAMAGES = {
    "cut to a page": lambda whole: whole[:8192],
    "cut inside a page": lambda whole: whole[:-1000],
    "cut inside the first page": lambda whole: whole[:2000],
    "one byte left": lambda whole: whole[:1],
    "first page": lambda whole: whole[:300] + b"z" * 50 + whole[350:],
    "a page within": lambda whole: whole[:9000] + b"z" * 50 + whole[9050:],
    "garbage": lambda whole: b"x" * len(whole),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_database_is_moved_aside_and_nothing_of_it_is_lost(path, damage):
    damaged = damage(filled(path))
    for number in (1, 2):
        path.write_bytes(damaged)
        path.with_name("m.db-wal").write_bytes(b"")
        aside = set_aside_damaged(path, KEY)
        assert aside == path.with_name(f"m.db.danificado-{number}")
        assert aside.read_bytes() == damaged
    assert all(name.startswith("m.db.danificado-") for name in names(path))
    SqliteWriter.open(path, KEY, ID, create=True).close()


UPDATED = """
import os, sys
from pathlib import Path
from peer.service.sqlite_writer import SqliteWriter
writer = SqliteWriter.open(Path(sys.argv[1]), b"k" * 32, 0x4D414C48, create=False)
with writer.transaction() as connection:
    connection.execute("UPDATE a SET x = -1 WHERE x = 2500")
os._exit(9)
"""


def test_what_stands_in_the_log_of_a_damaged_database_is_kept(path):
    filled(path)
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", UPDATED, str(path)], cwd=root, check=False)
    log = path.with_name("m.db-wal")
    page = log.read_bytes()[32 + 24 :][:4096]  # after the headers of the log and of its one frame
    assert len(page) == 4096
    path.write_bytes(b"x" * 4096 + path.read_bytes()[4096:])
    aside = set_aside_damaged(path, KEY)
    kept = [each.read_bytes() for each in aside.parent.glob(aside.name + "*")]
    assert any(page in each for each in kept)
    assert not log.exists()


def test_a_log_without_its_database_is_moved_before_sqlite_deletes_it(path):
    """The power went when only the database had been moved."""
    path.with_name("m.db.danificado-1").write_bytes(b"x")
    path.with_name("m.db-wal").write_bytes(b"v" * 5000)
    assert set_aside_damaged(path, KEY) == path.with_name("m.db.danificado-2")
    assert path.with_name("m.db.danificado-2-wal").read_bytes() == b"v" * 5000
    assert names(path) == ["m.db.danificado-1", "m.db.danificado-2-wal"]


def test_a_whole_database_is_never_moved(path):
    assert set_aside_damaged(path, KEY) is None
    whole = filled(path)
    assert set_aside_damaged(path, KEY) is None
    assert path.read_bytes() == whole
    path.unlink()
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", CRASHED, str(path)], cwd=root, check=False)
    assert set_aside_damaged(path, KEY) is None  # what a crash left in the log belongs to it
    writer = SqliteWriter.open(path, KEY, ID, create=False)
    assert seen(writer, "SELECT x FROM a") == [(5,)]
    writer.close()
    SqliteWriter.open(path.with_name("other.db"), KEY, 0x12345678, create=True).close()
    assert set_aside_damaged(path.with_name("other.db"), KEY) is None


@pytest.mark.parametrize("key", [KEY, OTHER])
def test_what_another_process_has_is_never_moved(path, key):
    writer = SqliteWriter.open(path, KEY, ID, create=True)
    migrate(writer, STEPS)
    with pytest.raises(DatabaseInUse):
        set_aside_damaged(path, key)
    assert seen(writer, "SELECT x FROM b") == [(7,)]
    writer.close()
    assert names(path) == ["m.db"]


def test_what_is_not_the_files_fault_moves_nothing(path):
    """No room for the -shm file, for one."""
    filled(path)

    class Full:
        def __getattr__(self, name):
            return getattr(SQLCIPHER, name)

        def code(self, failure):
            return 10 | (19 << 8)

    with pytest.raises(StorageError):
        set_aside_damaged(path, OTHER, Full())
    assert names(path) == ["m.db"]


def test_a_directory_that_is_not_there_is_a_typed_error(tmp_path):
    with pytest.raises(StorageError):
        SqliteWriter.open(tmp_path / "none" / "m.db", KEY, ID, create=True)


def test_an_old_sqlite_is_refused_before_anything_is_touched(path):
    class Old:
        version = (3, 51, 2)

        def __getattr__(self, name):
            return getattr(SQLCIPHER, name)

    with pytest.raises(SqliteTooOld):
        SqliteWriter.open(path, KEY, ID, create=True, driver=Old())
    assert not path.exists()


def test_a_failed_opening_lets_go_of_the_lock(path):
    SqliteWriter.open(path, KEY, ID, create=True).close()
    with pytest.raises(WrongKey):
        SqliteWriter.open(path, OTHER, ID, create=False)
    SqliteWriter.open(path, KEY, ID, create=False).close()


def test_steps_are_applied_once_in_order(writer, path):
    assert migrate(writer, STEPS[:1]) == ("0001-a",)
    assert migrate(writer, STEPS) == ("0002-b",)
    assert migrate(writer, STEPS) == ()
    assert seen(writer, "SELECT x FROM b") == [(7,)]


def test_a_step_that_fails_leaves_no_trace_of_itself(writer):
    broken = Step("0003-c", ("CREATE TABLE c(x INTEGER) STRICT", "INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(NotDurable):
        migrate(writer, (*STEPS, broken))
    tables = seen(writer, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    assert {name for (name,) in tables} == {"a", "b", "migration"}
    mended = Step("0003-c", ("CREATE TABLE c(x INTEGER) STRICT",))
    assert migrate(writer, (*STEPS, mended)) == ("0003-c",)


def test_a_newer_schema_is_refused_politely_and_untouched(writer):
    migrate(writer, (*STEPS, Step("0009-future", ("CREATE TABLE f(x INTEGER) STRICT",))))
    with pytest.raises(SchemaTooNew) as refused:
        migrate(writer, (*STEPS, Step("0003-c", ("CREATE TABLE c(x INTEGER) STRICT",))))
    assert refused.value.details == {"step": "0009-future"}
    assert seen(writer, "SELECT name FROM sqlite_schema WHERE name = 'c'") == []
