"""Every place at which a flow on the production library can be cut off, as files to start from.

Rules of this file:
1. The library writes; what its files held before and after each commit and checkpoint is kept. An
   interruption is a prefix of the difference: at every frame and every sector of the write-ahead
   log, at every sector of the database while a checkpoint copies.
2. Clean: beyond the cut lies what lay there before. Torn: the rest of its sector is noise.
3. An image counts as acknowledged what was answered before the write began; whole at its end, what
   was answered after it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import msgspec

from peer.service.sqlite_driver import SQLCIPHER, Connection, Cursor, SqlValue
from simulations.disk.counter import Acknowledged, Counter
from simulations.disk.stored_file import SECTOR_BYTES

WAL_HEADER_BYTES = 32  # https://sqlite.org/fileformat2.html#the_write_ahead_log
PAGE_BYTES = 4096  # of a new database
FRAME_BYTES = 24 + PAGE_BYTES


class Files(msgspec.Struct, frozen=True):
    """The two files of a database."""

    database: bytes
    log: bytes


class Step(msgspec.Struct):
    """One commit or checkpoint. known: acknowledged before it · known_after: and once it was."""

    before: Files
    after: Files
    known: Acknowledged
    known_after: Acknowledged


class Point(msgspec.Struct, frozen=True):
    """An image to start from. where: for people · acknowledged: what must be in it."""

    where: str
    torn: bool
    files: Files
    acknowledged: Acknowledged


class Recorder:
    """The production library, whose files are read before and after each step."""

    version = SQLCIPHER.version
    failures = SQLCIPHER.failures
    code = staticmethod(SQLCIPHER.code)
    hide_key_noise = staticmethod(SQLCIPHER.hide_key_noise)

    def __init__(self, path: Path) -> None:
        self.steps: list[Step] = []
        self._path = path
        self._known = Acknowledged()

    def connect(self, path: Path, *, create: bool, wait_seconds: float) -> Connection:
        inner = SQLCIPHER.connect(path, create=create, wait_seconds=wait_seconds)
        return inner if path != self._path else _Recorded(self, inner)

    def watch(self, counter: Counter) -> None:
        """From now on each step is kept, and what `counter` acknowledges counts."""
        self.steps.clear()

        def answered() -> None:
            self._known = counter.acknowledged
            if self.steps:
                self.steps[-1].known_after = self._known

        counter.answered = answered

    def step(self, before: Files) -> None:
        after = self.files()
        if before != after:
            self.steps.append(Step(before, after, self._known, self._known))

    def files(self) -> Files:
        log = self._path.with_name(self._path.name + "-wal")
        return Files(self._path.read_bytes(), log.read_bytes() if log.exists() else b"")


class _Recorded:
    """See `peer.service.sqlite_driver.Connection`."""

    def __init__(self, recorder: Recorder, inner: Connection) -> None:
        self._recorder = recorder
        self._inner = inner
        self.executemany = inner.executemany
        self.close = inner.close

    @property
    def in_transaction(self) -> bool:
        return self._inner.in_transaction

    def execute(self, sql: str, parameters: Sequence[SqlValue] = (), /) -> Cursor:
        if sql != "COMMIT" and not sql.startswith("PRAGMA wal_checkpoint"):
            return self._inner.execute(sql, parameters)
        before = self._recorder.files()
        cursor = self._inner.execute(sql, parameters)
        self._recorder.step(before)
        return cursor


def points(steps: Sequence[Step], dice: Random) -> Iterator[Point]:
    """All of them, clean and torn, in the order of writing."""
    for number, step in enumerate(steps, start=1):
        copied = step.before.database != step.after.database
        before, after = ((it.database if copied else it.log) for it in (step.before, step.after))
        kind = "checkpoint" if copied else "commit"
        for cut in cuts(before, after, framed=not copied):
            whole = after[:cut] + before[cut:] == after
            known = step.known_after if whole else step.known
            for torn in (False,) if whole else (False, True):
                data = cut_at(before, after, cut, dice if torn else None)
                files = (
                    Files(data, step.before.log) if copied else Files(step.before.database, data)
                )
                where = f"{kind} {number} of {len(steps)}, byte {cut}{', torn' * torn}"
                yield Point(where, torn, files, known)


def cuts(before: bytes, after: bytes, *, framed: bool) -> list[int]:
    """Where writing what differs can have ended: at sectors, and at frames if `framed`.

    Only pages that differ are written, so nothing ends inside another.
    """
    first, last = _difference(before, after)
    found = set(range(first // SECTOR_BYTES * SECTOR_BYTES, last, SECTOR_BYTES))
    if framed:
        found |= set(range(WAL_HEADER_BYTES, last, FRAME_BYTES))
    else:
        found = {cut for cut in found if _page(before, cut) != _page(after, cut)}
    return sorted({cut for cut in found if first <= cut} | {last})


def cut_at(before: bytes, after: bytes, cut: int, noise: Random | None) -> bytes:
    """What lies there when writing `after` over `before` ended at `cut`."""
    data = after[:cut] + before[cut:]
    if noise is None:
        return data
    end = min((cut // SECTOR_BYTES + 1) * SECTOR_BYTES, max(len(before), len(after)))
    return data[:cut] + noise.randbytes(end - cut) + data[end:]


def _page(data: bytes, at: int) -> bytes:
    first = at // PAGE_BYTES * PAGE_BYTES
    return data[first : first + PAGE_BYTES]


def _difference(before: bytes, after: bytes) -> tuple[int, int]:
    """The range outside of which both are the same."""
    length = max(len(before), len(after))
    shortest = min(len(before), len(after))
    first = next((at for at in range(shortest) if before[at] != after[at]), shortest)
    if len(after) != len(before):
        return first, length
    last = next(at for at in range(length, first, -1) if before[at - 1] != after[at - 1])
    return first, last
