"""A flow with one fault of the disk at its n-th operation, for every n: is the process told, or is
everything acknowledged there afterwards?

Rules of this file:
1. Each try starts from the same image, in a machine of its own, with one fault armed.
2. Then the process is killed, started again, works on, and loses its power; and is started again.
   A fault of the first life must not surface in the third.
3. A disk that reported a sync as done and did not do it may lose what was acknowledged when the
   power goes. What is left must still be whole, or the start must refuse it.
"""

import shutil
from collections import Counter as Counts
from collections.abc import Iterator
from pathlib import Path
from random import Random

import msgspec
import trio

from crdt_models.errors import MalhaError
from peer.node.requests import Busy
from peer.service.sqlite_errors import StorageError
from simulations.disk.conditions import ONCE, Conditions, Fault, Operation
from simulations.disk.counter import Acknowledged, Flow, at_work, start
from simulations.disk.sim_disk import Image, SimDisk
from simulations.disk.verdict import failings, work_on

ROOM_STEP_BYTES = 4096  # how much more room each try of a full disk has


class Try(msgspec.Struct, frozen=True):
    """One fault at one place. at: which operation, or how many bytes of room."""

    fault: Fault
    at: int

    def arm(self, conditions: Conditions) -> None:
        if self.fault is Fault.POWER_CUT:
            conditions.cut_power(self.at)
        elif self.fault is Fault.FULL:
            conditions.full_after(self.at)
        else:
            conditions.arm(self.fault, self.at)


class Outcome(msgspec.Struct, frozen=True):
    """fired: it happened · told: how the process learnt of it, if it did · failures: what is wrong
    afterwards."""

    fired: bool
    told: str
    failures: tuple[str, ...]


def founded(folder: Path) -> Image:
    """The image of a terminal that has not sold anything yet."""
    disk = SimDisk(folder, Random(0))
    start(disk.folder, disk.driver, create=True).close()
    image = Image({disk.path.name: disk.snapshot().files[disk.path.name]})
    disk.crash(power=False)
    return image


def tries(flow: Flow, base: Image, folder: Path) -> Iterator[Try]:
    """Every fault at every operation that the flow makes."""
    disk = SimDisk(folder, Random(0))
    disk.restore(base)
    begun = disk.conditions.operations.copy()
    _live(disk, flow)
    made: Counts[Operation] = disk.conditions.operations - begun
    room = sum(map(len, disk.snapshot().files.values())) - sum(map(len, base.files.values()))
    disk.crash(power=False)
    for fault, operation in ONCE.items():
        yield from (Try(fault, at) for at in range(made[operation]))
    changing = made[Operation.WRITE] + made[Operation.SYNC]
    yield from (Try(Fault.POWER_CUT, at) for at in range(changing))
    yield from (Try(Fault.FULL, at) for at in range(0, room, ROOM_STEP_BYTES))


def attempt(flow: Flow, base: Image, tried: Try, folder: Path) -> Outcome:
    """One try, through three lives."""
    disk = SimDisk(folder, Random(f"{tried.fault}/{tried.at}"))
    disk.restore(base)
    tried.arm(disk.conditions)
    first, told, wrong = _live(disk, flow)
    fired = disk.conditions.fired[tried.fault] > 0 or disk.conditions.dark
    lied = tried.fault is Fault.SYNC_LOST
    disk.crash(power=False)
    disk.conditions.calm()
    second, more = _again(disk, first, "second")
    wrong += more
    disk.crash(power=True)
    if not wrong:
        known = Acknowledged() if lied else first.plus(second)
        _, wrong = _again(disk, known, "third", may_refuse=lied)
    disk.crash(power=False)
    shutil.rmtree(folder)
    return Outcome(fired, told, tuple(f"{tried.fault} at {tried.at}: {it}" for it in wrong))


def _live(disk: SimDisk, flow: Flow) -> tuple[Acknowledged, str, list[str]]:
    """(what was acknowledged, the error by which the process learnt that something was wrong, what
    must not have happened)."""
    acknowledged, told, wrong = Acknowledged(), "", list[str]()

    async def run() -> None:
        async with at_work(start(disk.folder, disk.driver), "first") as counter:

            def answered() -> None:
                nonlocal acknowledged
                acknowledged = counter.acknowledged

            def refused(error: StorageError) -> None:
                nonlocal told
                told = type(error).__name__
                disk.conditions.calm()

            counter.answered, counter.refused = answered, refused
            await flow(counter)

    try:
        trio.run(run)
    except* StorageError as errors:
        told = type(_first(errors)).__name__
    except* Busy:
        pass  # what a node answers whose disk has just failed; the disk's own error comes along
    except* MalhaError as errors:
        wrong.append(f"in the first life the shop is refused: {_first(errors)}")
    return acknowledged, told, wrong


def _again(
    disk: SimDisk, acknowledged: Acknowledged, boot: str, *, may_refuse: bool = False
) -> tuple[Acknowledged, list[str]]:
    """Start, judge, work on: (what that acknowledged, what is wrong)."""
    try:
        log = start(disk.folder, disk.driver)
    except StorageError as refusal:
        wrong = [] if may_refuse else [f"the {boot} life is refused: {refusal}"]
        return Acknowledged(), wrong
    wrong = [f"in the {boot} life {it}" for it in failings(log, acknowledged)]
    return (Acknowledged() if wrong else work_on(log, boot)), wrong


def _first(errors: BaseExceptionGroup[MalhaError]) -> BaseException:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
