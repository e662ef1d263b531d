"""Children that try inputs and may die of them: by a signal, by abort, by never coming back.

Rules of this file:
1. A child tries one batch of one door, beginning with a fresh copy of this process, and leaves its
   results in a file. The index it is at stands in shared memory, so that whoever buries it knows
   which input it was.
2. Whatever an input raises is caught, `PanicException` and `SystemExit` too; then the next is
   tried.
3. A child that stands at one input for HANG_SECONDS is killed, and that input reported; so is one
   that costs more than SLOW_SECONDS of CPU.
4. Only for systems with `fork`.
"""

import faulthandler
import logging
import mmap
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from types import FrameType, TracebackType
from typing import Literal

import msgspec

from simulations.fuzz.door import Door, Use, input_of

HANG_SECONDS = 20.0  # a thousand times what the slowest input should take
SLOW_SECONDS = 2.0  # of CPU for one input: what lets one message hold up a whole terminal
MEMORY_BYTES = 4 * 2**30  # a memory bomb must meet a wall that is not the machine's
MAX_FINDINGS = 20  # kinds of failure that one child tells
KEPT_LINES = 40
INDEX_BYTES = 8
FUZZER_FAILED = 70  # exit code: the child could not even try
_ROOT = Path(__file__).resolve().parents[2]

Kind = Literal["exception", "death", "hang", "slow", "fuzzer"]


class Finding(msgspec.Struct, kw_only=True):
    """Something a door must not do. where: innermost line of ours · index: of the input · first: of
    the inputs that its child tried · trace: for reading · times: how often seen by this kind and
    place."""

    door: str
    kind: Kind
    what: str
    where: str
    index: int
    first: int
    trace: str
    times: int = 1

    @property
    def same(self) -> tuple[str, str, str, str]:
        """Findings that agree in this are one."""
        return self.door, self.kind, self.what.partition(":")[0], self.where


class Tried(msgspec.Struct, kw_only=True):
    """What a child did. next: index of the first input not tried · slowest: (seconds, index)."""

    next: int
    tried: int = 0
    taken: int = 0
    slowest: tuple[float, int] = (0.0, 0)
    findings: list[Finding] = []


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """first ≤ index < stop · until: monotonic seconds at which a child stops by itself."""

    door: Door
    seed: int
    first: int
    stop: int
    until: float = float("inf")


class ForkedChild:
    """One batch under way. `poll` until it gives the result."""

    def __init__(self, batch: Batch, folder: Path) -> None:
        assert sys.platform != "win32", "the command has checked"
        self.batch = batch
        self._result = folder / f"{batch.door.name}-{batch.first}.result"
        self._stderr = self._result.with_suffix(".stderr")
        self._index = mmap.mmap(-1, INDEX_BYTES)
        self._index[:] = (batch.first).to_bytes(INDEX_BYTES, "big")
        self._seen = (batch.first, time.monotonic())
        self._hung = False
        self._pid = os.fork()
        if self._pid == 0:
            _be_child(batch, self._index, self._result, self._stderr)

    def poll(self) -> Tried | None:
        """None while it runs."""
        assert sys.platform != "win32", "the command has checked"
        ended, status = os.waitpid(self._pid, os.WNOHANG)
        if not ended:
            self._look_at_the_clock()
            return None
        return self._buried(status)

    def end(self) -> None:
        """Nobody wants its result any more."""
        assert sys.platform != "win32", "the command has checked"
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        self._clean()

    @property
    def at(self) -> int:
        """The index it is at."""
        return int.from_bytes(self._index[:], "big")

    def _look_at_the_clock(self) -> None:
        assert sys.platform != "win32", "the command has checked"
        now = time.monotonic()
        if self.at != self._seen[0]:
            self._seen = (self.at, now)
        elif now - self._seen[1] > HANG_SECONDS and not self._hung:
            self._hung = True
            os.kill(self._pid, signal.SIGKILL)

    def _buried(self, status: int) -> Tried:
        try:
            if os.waitstatus_to_exitcode(status) == 0:
                return msgspec.json.decode(self._result.read_bytes(), type=Tried)
            return self._post_mortem(os.waitstatus_to_exitcode(status))
        finally:
            self._clean()

    def _post_mortem(self, code: int) -> Tried:
        """It died at the index where it stood; what it had found before stands in the file."""
        kind: Kind = "death"
        what = f"ended with exit code {code}"
        if code < 0:
            what = f"killed by {signal.Signals(-code).name}"
        if self._hung:
            kind, what = "hang", f"no end within {HANG_SECONDS:g} s"
        elif code == FUZZER_FAILED:
            kind, what = "fuzzer", "the door could not be opened or an input not made"
        said = self._stderr.read_text("utf-8", "replace") if self._stderr.exists() else ""
        trace = _both_ends(said.splitlines())
        found = Finding(
            door=self.batch.door.name,
            kind=kind,
            what=what,
            where="",
            index=self.at,
            first=self.batch.first,
            trace=trace,
        )
        before = Tried(next=self.batch.first)
        if self._result.exists():
            before = msgspec.json.decode(self._result.read_bytes(), type=Tried)
        tried = self.at - self.batch.first + 1
        return msgspec.structs.replace(
            before, next=self.at + 1, tried=tried, findings=[*before.findings, found]
        )

    def _clean(self) -> None:
        self._index.close()
        self._result.unlink(missing_ok=True)
        self._stderr.unlink(missing_ok=True)


def _be_child(batch: Batch, index: mmap.mmap, result: Path, stderr: Path) -> None:
    """Never returns, and runs nothing of what the parent has registered for its own end."""
    try:
        _prepare(stderr)
        _Trial(batch, index, result).run()
        os._exit(0)
    except BaseException:  # noqa: BLE001 - told in the file; the parent reads it
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(FUZZER_FAILED)


def _prepare(stderr: Path) -> None:
    assert sys.platform != "win32", "the command has checked"
    import resource

    handle = os.open(stderr, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    os.dup2(handle, 2)
    os.dup2(handle, 1)
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    faulthandler.enable(sys.stderr)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    signal.setitimer(signal.ITIMER_REAL, 0)
    logging.disable(logging.WARNING)


class _Trial:
    """The inputs of one batch, one after the other."""

    def __init__(self, batch: Batch, index: mmap.mmap, result: Path) -> None:
        self._batch = batch
        self._index = index
        self._result = result
        self._tried = Tried(next=batch.first)
        self._found: dict[tuple[str, str, str, str], Finding] = {}

    def run(self) -> None:
        with self._batch.door.open() as use:
            for index in range(self._batch.first, self._batch.stop):
                if time.monotonic() > self._batch.until:
                    break
                self._try(use, index)
        self._save()

    def _save(self) -> None:
        """All at once, so that a death in between leaves the last whole result."""
        self._tried.findings = list(self._found.values())[:MAX_FINDINGS]
        draft = self._result.with_suffix(".draft")
        draft.write_bytes(msgspec.json.encode(self._tried))
        draft.replace(self._result)

    def _try(self, use: Use, index: int) -> None:
        self._index[:] = index.to_bytes(INDEX_BYTES, "big")
        data = input_of(self._batch.door, self._batch.seed, index)
        began = time.process_time()  # other processes' load is none of the door's doing
        try:
            self._tried.taken += bool(use(data))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is what we look for
            self._keep(finding_of(self._batch, error, index))
        took = time.process_time() - began
        if took > SLOW_SECONDS:
            self._note_slow(took, index)
        self._tried.slowest = max(self._tried.slowest, (took, index))
        self._tried.tried += 1
        self._tried.next = index + 1

    def _note_slow(self, took: float, index: int) -> None:
        door = self._batch.door.name
        what = f"slow: {took:.1f} s of CPU, limit {SLOW_SECONDS:g} s"
        self._keep(
            Finding(
                door=door, kind="slow", what=what, where="", index=index,
                first=self._batch.first, trace="",
            )
        )  # fmt: skip

    def _keep(self, finding: Finding) -> None:
        known = self._found.setdefault(finding.same, finding)
        if known is not finding:
            known.times += 1
        else:
            self._save()  # the next input may be our last


def finding_of(batch: Batch, error: BaseException, index: int) -> Finding:
    """What is told of an exception: of a group, of its first one."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    text = "".join(traceback.format_exception(error))
    return Finding(
        door=batch.door.name,
        kind="exception",
        what=_sayable(f"{type(error).__name__}: {str(error)[:200]}"),
        where=_place_of(error.__traceback__),
        index=index,
        first=batch.first,
        trace=_both_ends(text.splitlines()),
    )


def _both_ends(lines: list[str]) -> str:
    """What a death says first is where it was; what an error says last is what it was."""
    if len(lines) > KEPT_LINES:
        lines = [*lines[: KEPT_LINES // 2], "…", *lines[-KEPT_LINES // 2 :]]
    return _sayable("\n".join(lines))


def _sayable(text: str) -> str:
    """An error may quote half a surrogate pair of its input."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _place_of(trace: TracebackType | None) -> str:
    """The innermost line of the product, else of the fuzzer."""
    ours = fuzzers = ""
    while trace is not None:
        place = _in_house(trace.tb_frame, trace.tb_lineno)
        if place.startswith("simulations"):
            fuzzers = place
        elif place:
            ours = place
        trace = trace.tb_next
    return ours or fuzzers


def _in_house(frame: FrameType, line: int) -> str:
    file = Path(frame.f_code.co_filename)
    if not file.is_relative_to(_ROOT) or ".venv" in file.parts:
        return ""
    return f"{file.relative_to(_ROOT).as_posix()}:{line}"
