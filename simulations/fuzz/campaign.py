"""A campaign: doors take turns, two children at a time, until the time or the inputs are used up.

Rules of this file:
1. The door that has had the least of the children's time is next, so a slow door gets few inputs
   and no door gets none.
2. A batch is 500 inputs. What a death leaves of it is tried by another child.
3. This process stays single-threaded while it forks.
"""

import math
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from simulations.fuzz.door import Door
from simulations.fuzz.forks import Batch, Finding, ForkedChild, Tried

BATCH = 500
TURN_SECONDS = 15.0  # of a child: a slow door gives way, and comes back to the rest of its batch
POLL_SECONDS = 0.02
MAX_DEATHS = 50  # of one door: by then it is known to be broken


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """seconds: for all doors together, or None · inputs: for each door, from the index `first` on,
    or None. The first limit that is met ends a door."""

    seed: int
    first: int = 0
    seconds: float | None = None
    inputs: int | None = None
    children: int = 2


class DoorResult(msgspec.Struct, kw_only=True):
    """What is known of one door. seconds: of children's time · slowest: (seconds, index)."""

    door: str
    what: str
    tried: int = 0
    taken: int = 0
    deaths: int = 0
    seconds: float = 0.0
    slowest: tuple[float, int] = (0.0, 0)
    findings: list[Finding] = []

    def add(self, tried: Tried, seconds: float) -> None:
        """One child's share."""
        self.tried += tried.tried
        self.taken += tried.taken
        self.seconds += seconds
        self.slowest = max(self.slowest, tried.slowest)
        for finding in tried.findings:
            self.deaths += finding.kind in ("death", "hang")
            known = next((each for each in self.findings if each.same == finding.same), None)
            if known is None:
                self.findings.append(finding)
            else:
                known.times += finding.times
                if finding.index < known.index:  # the children end in any order
                    known.index, known.first = finding.index, finding.first


class _Turns:
    """Which inputs of a door are next."""

    def __init__(self, door: Door, plan: Plan) -> None:
        self.door = door
        self.result = DoorResult(door=door.name, what=door.what, findings=[])
        self.spent = 0.0  # children's time, of those that have ended
        self._limit = math.inf if plan.inputs is None else plan.first + plan.inputs
        self._next = plan.first
        self._rests: list[tuple[int, int]] = []

    def next(self) -> tuple[int, int] | None:
        """(first, stop), or None when there is nothing left to try."""
        if self.result.deaths >= MAX_DEATHS:
            return None
        if self._rests:
            return self._rests.pop()
        if self._next >= self._limit:
            return None
        first = self._next
        self._next = int(min(first + BATCH, self._limit))
        return first, self._next

    def give_back(self, first: int, stop: int) -> None:
        """Inputs that a dead child did not reach."""
        if first < stop:
            self._rests.append((first, stop))


def run_campaign(
    doors: Sequence[Door], plan: Plan, progress: Callable[[float, list[DoorResult]], None]
) -> list[DoorResult]:
    """All doors. progress: told (share done, results so far) a few times a second."""
    with tempfile.TemporaryDirectory(prefix="malha-fuzz-") as folder:
        return _Campaign(doors, plan, Path(folder), progress).run()


class _Campaign:
    def __init__(
        self,
        doors: Sequence[Door],
        plan: Plan,
        folder: Path,
        progress: Callable[[float, list[DoorResult]], None],
    ) -> None:
        self._plan = plan
        self._folder = folder
        self._progress = progress
        self._turns = [_Turns(door, plan) for door in doors]
        self._running: list[tuple[ForkedChild, _Turns, float]] = []
        self._began = time.monotonic()
        self._until = self._began + (math.inf if plan.seconds is None else plan.seconds)

    def run(self) -> list[DoorResult]:
        try:
            while True:
                while len(self._running) < self._plan.children and self._start_one():
                    pass
                if not self._running:
                    return self._results()
                time.sleep(POLL_SECONDS)
                self._gather()
                self._progress(self._share(), self._results())
        finally:
            for child, _, _ in self._running:
                child.end()

    def _results(self) -> list[DoorResult]:
        return [turns.result for turns in self._turns]

    def _share(self) -> float:
        """Of the work: by whichever limit is nearer."""
        shares = [0.0]
        if self._plan.seconds is not None:
            shares.append((time.monotonic() - self._began) / self._plan.seconds)
        if self._plan.inputs is not None:
            tried = sum(turns.result.tried for turns in self._turns)
            shares.append(tried / (self._plan.inputs * len(self._turns)))
        return min(1.0, max(shares))

    def _start_one(self) -> bool:
        if time.monotonic() >= self._until:
            return False
        for turns in sorted(self._turns, key=self._time_of):
            part = turns.next()
            if part is not None:
                first, stop = part
                until = min(self._until, time.monotonic() + TURN_SECONDS)
                batch = Batch(
                    door=turns.door, seed=self._plan.seed, first=first, stop=stop, until=until
                )
                child = ForkedChild(batch, self._folder)
                self._running.append((child, turns, time.monotonic()))
                return True
        return False

    def _time_of(self, turns: _Turns) -> tuple[float, int]:
        """Children's time that a door has had, and how many of them it has now."""
        running = [began for _, each, began in self._running if each is turns]
        return turns.spent + sum(time.monotonic() - began for began in running), len(running)

    def _gather(self) -> None:
        for each in list(self._running):
            child, turns, began = each
            tried = child.poll()
            if tried is None:
                continue
            self._running.remove(each)
            seconds = time.monotonic() - began
            turns.spent += seconds
            turns.result.add(tried, seconds)
            if any(found.kind == "fuzzer" for found in tried.findings):
                turns.result.deaths = MAX_DEATHS  # it cannot be opened: no use in trying on
            turns.give_back(tried.next, child.batch.stop)
