"""Killed, full, failing: what the log promises when the world does not help. Real files."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from peer.service.sqlite_errors import DatabaseInUse, DiskFull, StorageBroken
from peer.storage.change_log import ChangeLog
from tests.contracts.samples import KEY, Shelf, chain, sample

ROOT = Path(__file__).parents[3]

# Appends for ever, in batches of 1 to 3, and prints each last position once it is durable.
APPENDER = """
import sys
from pathlib import Path
from peer.storage.change_log import ChangeLog
from tests.contracts.samples import KEY, Shelf, chain
log = ChangeLog.open(Path(sys.argv[1]), KEY, create=True)
shelf, changes = Shelf(log), chain(100_000)
index = 0
while True:
    size = 1 + index % 3
    positions = shelf.put(*changes[index : index + size])
    index += size
    sys.stdout.write(f"{positions[-1]}\\n")
    sys.stdout.flush()
"""
HOLDER = """
import sys
from pathlib import Path
from peer.storage.change_log import ChangeLog
from tests.contracts.samples import KEY
log = ChangeLog.open(Path(sys.argv[1]), KEY, create=True)
print("open", flush=True)
sys.stdin.read()
"""


def child(program: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()


@pytest.mark.parametrize("acknowledged", [1, 7, 60])
def test_killed_while_appending_everything_acknowledged_is_there(tmp_path, acknowledged):
    path = tmp_path / "malha.db"
    process = child(APPENDER, path)
    lines = [int(process.stdout.readline()) for _ in range(acknowledged)]
    os.kill(process.pid, signal.SIGKILL)
    lines += [int(line) for line in process.stdout.read().split("\n")[:-1]]
    kill(process)
    log = ChangeLog.open(path, KEY)
    assert log.unclean
    assert log.quick_check() == []
    assert log.damaged_changes() == []
    assert log.last_position() >= lines[-1]
    stored = log.since(0, 100_000)
    assert [logged.position for logged in stored] == list(range(1, len(stored) + 1))
    expected = chain(len(stored))
    assert [logged.data for logged in stored] == [change.data for change in expected]
    assert [tip.id for tip in log.tips()] == [expected[-1].id]
    assert log.missing() == []
    follower = sample("after", expected[-1])
    assert Shelf(log).put(follower) == (len(stored) + 1,)
    log.close()


def test_a_second_process_is_told_so_and_a_killed_one_lets_go(tmp_path):
    path = tmp_path / "malha.db"
    process = child(HOLDER, path)
    assert process.stdout.readline() == "open\n"
    with pytest.raises(DatabaseInUse) as refused:
        ChangeLog.open(path, KEY)
    assert "MALHA_HOME" in refused.value.cure
    kill(process)
    log = ChangeLog.open(path, KEY)
    with pytest.raises(DatabaseInUse):
        ChangeLog.open(path, KEY)
    log.close()
    ChangeLog.open(path, KEY).close()


class Failing:
    """A driver whose connections fail at chosen statements, as a disk would make them."""

    def __init__(self, driver):
        self._driver = driver
        self.statement = ""
        self.code_given = 0
        self.version = driver.version
        self.failures = (*driver.failures, OSError)

    def connect(self, path, *, create, wait_seconds):
        return FailingConnection(
            self, self._driver.connect(path, create=create, wait_seconds=wait_seconds)
        )

    def code(self, failure):
        return self.code_given if isinstance(failure, OSError) else self._driver.code(failure)

    def hide_key_noise(self, connection):
        self._driver.hide_key_noise(connection)


class FailingConnection:
    def __init__(self, driver, connection):
        self._driver, self._connection = driver, connection

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def execute(self, sql, parameters=(), /):
        self._fail_at(sql)
        return self._connection.execute(sql, parameters)

    def executemany(self, sql, parameters, /):
        self._fail_at(sql)
        return self._connection.executemany(sql, parameters)

    def _fail_at(self, sql):
        if self._driver.statement and sql.startswith(self._driver.statement):
            raise OSError(errno.EIO, "injected")


@pytest.fixture
def failing(driver):
    return Failing(driver)


IOERR_FSYNC, IOERR_SHMSIZE, FULL, CORRUPT = 10 | (4 << 8), 10 | (19 << 8), 13, 11


@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "INSERT INTO change", "COMMIT"])
@pytest.mark.parametrize("code", [FULL, IOERR_SHMSIZE])
def test_no_room_at_any_statement_leaves_nothing_and_passes(open_log, failing, statement, code):
    log = open_log(driver=failing)
    shelf = Shelf(log)
    first, second = chain(2)
    shelf.put(first)
    failing.statement, failing.code_given = statement, code
    batch = shelf.batch(second)
    with pytest.raises(DiskFull):
        log.append(batch)
    assert log.last_position() == 1
    assert not log.holds(second.id)
    assert log.statistics().disk_full
    failing.statement = ""
    assert log.append(batch).positions == (2,)
    assert not log.statistics().disk_full


@pytest.mark.parametrize("code", [IOERR_FSYNC, CORRUPT])
def test_a_failed_sync_ends_all_writing(open_log, failing, code):
    log = open_log(driver=failing)
    shelf = Shelf(log)
    first, second = chain(2)
    shelf.put(first)
    failing.statement, failing.code_given = "COMMIT", code
    with pytest.raises(StorageBroken):
        shelf.put(second)
    failing.statement = ""
    with pytest.raises(StorageBroken):
        shelf.put(second)
    log.close()
    again = open_log(create=False)
    assert again.unclean
    assert again.last_position() == 1


def test_a_failing_checkpoint_is_not_swallowed(open_log, failing, monkeypatch):
    monkeypatch.setattr("peer.service.sqlite_writer.CHECKPOINT_FRAMES", 1)
    log = open_log(driver=failing)
    shelf = Shelf(log)
    first, second, third = chain(3)
    failing.statement, failing.code_given = "PRAGMA wal_checkpoint(PASSIVE)", FULL
    shelf.put(first)
    assert log.statistics().checkpoints_put_off == 1
    failing.code_given = IOERR_FSYNC
    with pytest.raises(StorageBroken):
        shelf.put(second)
    with pytest.raises(StorageBroken):
        shelf.put(third)


def test_the_write_ahead_log_stays_bounded(log, shelf, home):
    for change in chain(400):
        shelf.put(change)
    big = [sample(f"big{index}") for index in range(3000)]
    for start in range(0, 3000, 100):
        shelf.put(*big[start : start + 100])
    assert log.statistics().checkpoints >= 1
    assert (home / "malha.db-wal").stat().st_size < 12 * 1024 * 1024


def append_until_full(log, shelf, changes, stored):
    """(how many are stored, the batch that was refused, the refusal)."""
    for change in changes[stored:]:
        batch = shelf.batch(change)
        try:
            log.append(batch)
        except DiskFull as refusal:
            return stored, batch, refusal
        stored += 1
    raise AssertionError("it never became full")


def test_a_full_database_refuses_reads_on_and_resumes(log, shelf):
    changes = chain(2000)
    shelf.put(*changes[:10])
    writer = log._writer._connection
    (pages,) = writer.execute("PRAGMA page_count").fetchone()
    writer.execute(f"PRAGMA max_page_count = {pages + 2}")
    stored, batch, refusal = append_until_full(log, shelf, changes, 10)
    assert "Free disk space" in refusal.cure
    assert log.last_position() == stored
    assert log.data([changes[stored - 1].id]) == [changes[stored - 1].data]
    assert log.quick_check() == []
    writer.execute("PRAGMA max_page_count = 1000000")
    assert log.append(batch).positions == (stored + 1,)


def small_disk(where: Path) -> bool:
    """Whether a 2 MiB file system could be mounted there (it can in a container of one's own)."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "malha-test", str(where)],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="tmpfs is Linux's")
def test_a_really_full_disk_refuses_reads_on_and_resumes(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if not small_disk(disk):
        pytest.skip("this process may not mount a small file system")
    try:
        fill_and_free(disk)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def fill_and_free(disk: Path) -> None:
    log = ChangeLog.open(disk / "malha.db", KEY, create=True)
    shelf = Shelf(log)
    changes = chain(3000)
    shelf.put(*changes[:50])
    ballast = disk / "ballast"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    ballast.write_bytes(b"x" * (free - 40 * 4096))
    stored, batch, _ = append_until_full(log, shelf, changes, 50)
    for _ in range(3):
        with pytest.raises(DiskFull):
            log.append(batch)
    assert log.last_position() == stored
    assert log.data([changes[0].id]) == [changes[0].data]
    ballast.unlink()
    assert log.append(batch).positions == (stored + 1,)
    assert log.quick_check() == []
    log.close()
    again = ChangeLog.open(disk / "malha.db", KEY)
    assert again.last_position() == stored + 1
    again.close()
