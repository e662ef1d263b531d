"""Child processes of the demo: started, awaited until ready, killed on purpose, ended without fail.

Rules of this file:
1. Whatever ends the demo, every child is ended by its own pid: asked first, killed at a deadline.
2. A child that ends unasked ends the demo, with the last lines of its log.
3. Output goes to a log file; standard output is read for the line that says `ready`.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

import trio

from crdt_models.errors import MalhaError

READY_SECONDS = 120.0  # a cold start on a busy till, with seven programs starting at once
STOP_SECONDS = 10.0  # a graceful stop takes about one; after this a child is killed
TOOL_SECONDS = 60.0
LOG_LINES_SHOWN = 15
# Settings of whoever starts the demo must not reach its children.
FOREIGN_SETTINGS = re.compile(
    r"(MALHA|SYNC|API|PORT|DATABASE|CORS|OFFLINE)(_.*)?|HTTPS?_PROXY|ALL_PROXY", re.IGNORECASE
)
_ROOT = Path(__file__).resolve().parent.parent.parent  # where the four packages are


class ChildFailed(MalhaError):
    """A process of the demo ended unasked, was never ready, or a command of it failed."""

    code = "child_failed"
    sentence = "{name} {what}. The end of its log:\n{log}"
    cure = "Read the log above; --keep leaves all logs in the demo's folder."


class Child:
    """One process with its settings. The same child may be started again after `kill`."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        settings: Mapping[str, str],
        log: Path,
        *,
        may_end: bool = False,
        prefix: Sequence[str] = (),
    ) -> None:
        """may_end: ending by itself with exit code 0 is what it is for. prefix: of the command, of
        a program that becomes ours (`ip netns exec …`)."""
        self.name = name
        self._may_end = may_end
        self.log = log
        self._command = [*prefix, sys.executable, "-m", *arguments]
        self._environment = environment_of(settings)
        self._process: trio.Process | None = None
        self._ending = False
        self._ready = trio.Event()
        self.ready_line = ""

    @property
    def pid(self) -> int | None:
        return self._process.pid if self.running and self._process else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def run(
        self, ready: re.Pattern[str], task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Starts it, reports when a line matches `ready`, ends with it. Raises ChildFailed."""
        self._ending, self._ready = False, trio.Event()
        async with trio.open_nursery() as nursery:
            with self.log.open("ab") as log:
                self._process = await _open(self._command, self._environment, log)
            process = self._process
            nursery.start_soon(self._read, process, ready)
            nursery.start_soon(self._wait_for_its_end, process, nursery.cancel_scope)
            await self._wait_until_ready(task_status)

    async def ended(self) -> None:
        """Waits until it has."""
        if self._process is not None:
            await self._process.wait()

    async def kill(self) -> None:
        """As by a power cut. When it returns, the process is gone."""
        self._ending = True
        if self._process is not None:
            self._process.kill()
            await self._process.wait()

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Asks it to end; kills it when it does not. Safe to call while being cancelled."""
        self._ending = True
        if self._process is None:
            return
        with trio.CancelScope(shield=True), trio.move_on_after(seconds):
            _ask_to_end(self._process)
            await self._process.wait()
        if self._process.returncode is None:
            self._process.kill()
            with trio.CancelScope(shield=True):
                await self._process.wait()

    def last_lines(self) -> str:
        text = self.log.read_text("utf-8", "replace") if self.log.exists() else ""
        return "\n".join(f"  {line}" for line in text.splitlines()[-LOG_LINES_SHOWN:])

    async def _wait_until_ready(self, task_status: trio.TaskStatus[None]) -> None:
        with trio.move_on_after(READY_SECONDS):
            await self._ready.wait()
            task_status.started()
            return
        raise self._failed(f"was not ready within {READY_SECONDS:g} s")

    async def _wait_for_its_end(self, process: trio.Process, scope: trio.CancelScope) -> None:
        code = await process.wait()
        if not self._ending and not (self._may_end and code == 0 and self._ready.is_set()):
            raise self._failed(f"ended unasked (exit code {code})")
        scope.cancel()

    async def _read(self, process: trio.Process, ready: re.Pattern[str]) -> None:
        assert process.stdout is not None
        line = b""
        with self.log.open("ab", buffering=0) as log:
            async for piece in process.stdout:
                log.write(piece)
                *whole, line = (line + piece).split(b"\n")
                for each in whole:
                    self._look_at(each.decode("utf-8", "replace"), ready)

    def _look_at(self, line: str, ready: re.Pattern[str]) -> None:
        if not self._ready.is_set() and ready.search(line):
            self.ready_line = line.strip()
            self._ready.set()

    def _failed(self, what: str) -> ChildFailed:
        return ChildFailed(name=self.name, what=what, log=self.last_lines())


@asynccontextmanager
async def ended_with_us(children: Sequence[Child]) -> AsyncIterator[None]:
    """Whatever happens inside, all of them have ended afterwards."""
    try:
        yield
    finally:
        with trio.CancelScope(shield=True):
            async with trio.open_nursery() as nursery:
                for child in children:
                    nursery.start_soon(child.stop)


async def run_tool(name: str, arguments: Sequence[str], settings: Mapping[str, str]) -> str:
    """What `python -m …` printed. Raises ChildFailed."""
    command = [sys.executable, "-m", *arguments]
    with trio.move_on_after(TOOL_SECONDS):
        done = await trio.run_process(
            command,
            env=environment_of(settings),
            stdin=subprocess.DEVNULL,
            capture_stdout=True,
            capture_stderr=True,
            check=False,
        )
        text = (done.stdout + done.stderr).decode("utf-8", "replace")
        if done.returncode == 0:
            return done.stdout.decode("utf-8", "replace")
        tail = "\n".join(text.splitlines()[-LOG_LINES_SHOWN:])
        raise ChildFailed(name=name, what=f"failed (exit code {done.returncode})", log=tail)
    raise ChildFailed(name=name, what=f"took more than {TOOL_SECONDS:g} s", log="")


def environment_of(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child: ours without settings of a real terminal, plus its own."""
    ours = {key: value for key, value in os.environ.items() if not FOREIGN_SETTINGS.fullmatch(key)}
    path = os.pathsep.join(filter(None, (str(_ROOT), ours.get("PYTHONPATH"))))
    return {**ours, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", **settings}


async def end_when_signalled(
    scope: trio.CancelScope, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Cancel `scope` on Ctrl-C or a termination signal, so that children are ended in order."""
    wanted = [signal.SIGINT, signal.SIGTERM]
    hangup = getattr(signal, "SIGHUP", None)  # not on Windows
    with trio.open_signal_receiver(*wanted, *([hangup] if hangup else [])) as signals:
        task_status.started()
        async for _ in signals:
            scope.cancel()


async def _open(
    command: Sequence[str], environment: Mapping[str, str], log: BinaryIO
) -> trio.Process:
    """In a process group of its own: Ctrl-C is the demo's to handle, in its order."""
    open_child = partial(
        trio.lowlevel.open_process,
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
    )
    if sys.platform == "win32":
        return await open_child(creationflags=subprocess.CREATE_NEW_PROCESS_GROUP)
    return await open_child(process_group=0)


def _ask_to_end(process: trio.Process) -> None:
    if sys.platform == "win32":
        process.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        process.terminate()
