"""Every place at which a business flow can be cut off or its disk can fail, tried and judged.

`enumerate_crash_points` cuts the production library's own files; `enumerate_faults` runs the same
flow on a disk that fails. Both take a share, drawn, for when there is no time for all.
"""

import shutil
import tempfile
from collections import Counter as Counts
from pathlib import Path
from random import Random

import msgspec
import trio

from peer.service.sqlite_errors import StorageError
from simulations.disk.conditions import Fault
from simulations.disk.counter import Flow, at_work, start
from simulations.disk.fault_points import attempt, founded, tries
from simulations.disk.sim_disk import DATABASE
from simulations.disk.verdict import failings, work_on
from simulations.disk.wal_points import Point, Recorder, Step, points

# Syncs are few, and everything hangs on them.
_ALWAYS = frozenset({Fault.SYNC_FAILED, Fault.SYNC_LOST})


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """points: places tried · torn: those with noise in the rest of the sector · fired: faults that
    happened, by name · told: errors by which the process learnt of them · failures: what was
    wrong, empty if nothing."""

    points: int
    torn: int = 0
    fired: dict[str, int] = {}
    told: dict[str, int] = {}
    failures: list[str] = []


def enumerate_crash_points(flow: Flow, dice: Random, *, share: float = 1.0) -> Report:
    """Cut the flow's files at every frame and sector, clean and torn, and start from each."""
    tried = torn = 0
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="malha-sim-crash-") as text:
        folder = Path(text)
        for point in points(_recorded(flow, folder), dice):
            if dice.random() >= share:
                continue
            tried += 1
            torn += point.torn
            failures += [f"{point.where}: {it}" for it in _judged(point, folder / "image")]
    return Report(points=tried, torn=torn, failures=failures)


def enumerate_faults(flow: Flow, dice: Random, *, share: float = 1.0) -> Report:
    """Run the flow with each fault at each operation, and see who was told and what is left."""
    fired: Counts[str] = Counts()
    told: Counts[str] = Counts()
    failures: list[str] = []
    tried = 0
    with tempfile.TemporaryDirectory(prefix="malha-sim-faults-") as text:
        folder = Path(text)
        base = founded(folder / "founded")
        for each in tries(flow, base, folder / "counted"):
            if each.fault not in _ALWAYS and dice.random() >= share:
                continue
            tried += 1
            outcome = attempt(flow, base, each, folder / "tried")
            fired[each.fault.value] += outcome.fired
            told[outcome.told or "nobody"] += outcome.fired
            failures += outcome.failures
    return Report(points=tried, fired=dict(fired), told=dict(told), failures=failures)


def _recorded(flow: Flow, folder: Path) -> list[Step]:
    """What the production library writes during the flow."""
    image = founded(folder / "founded")
    home = folder / "recorded"
    home.mkdir()
    (home / DATABASE).write_bytes(image.files[DATABASE])  # written by the other library
    recorder = Recorder(home / DATABASE)

    async def run() -> None:
        async with at_work(log, "first") as counter:
            recorder.watch(counter)
            await flow(counter)

    log = start(home, recorder)
    try:
        trio.run(run)
    finally:
        steps = list(recorder.steps)
        log.close()
    return steps


def _judged(point: Point, home: Path) -> list[str]:
    """What is wrong with a terminal that starts from there."""
    home.mkdir()
    (home / DATABASE).write_bytes(point.files.database)
    (home / f"{DATABASE}-wal").write_bytes(point.files.log)
    try:
        log = start(home)
    except StorageError as refusal:
        shutil.rmtree(home)
        return [f"the start is refused: {refusal}"]
    try:
        wrong = failings(log, point.acknowledged)
        if not wrong:
            wrong = failings(log, point.acknowledged.plus(work_on(log, "second")))
    finally:
        log.close()
        shutil.rmtree(home)
    return wrong
