import subprocess
import sys
from pathlib import Path

import pytest

from peer.service.migrations import Step, migrate
from peer.service.sqlite_driver import SQLCIPHER
from peer.service.sqlite_errors import (
    DatabaseMissing,
    NotDurable,
    NotOurDatabase,
    SchemaTooNew,
    SqliteTooOld,
    StorageError,
    WrongKey,
)
from peer.service.sqlite_writer import SqliteWriter

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
