"""Waiting in virtual time, for the simulator's own parts: a sleep at a fifth of what trio's costs.

Rules of this file:
1. A task that waits stands in one heap beside trio's own; no scope is opened and nothing is raised,
   unless it is cancelled.
2. Whoever wakes at one moment is scheduled in the order in which he lay down; what follows from
   that order the seeded scheduler decides, as for all tasks.
3. Works under `determinism.run_seeded` only, which puts `sleep` in the place of `trio.sleep`.
"""

import heapq
import math
from typing import Any

import trio
from trio.lowlevel import Abort, RaiseCancelT, Task, wait_task_rescheduled


class Timers:
    """Who waits for what time. The clock moves on to `next_time` and then calls `ring`."""

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[tuple[float, int, Alarm]] = []
        self._number = 0

    def add(self, at: float, alarm: "Alarm") -> None:
        """`alarm` is to ring then, unless it is set to another time."""
        self._number += 1
        heapq.heappush(self._heap, (at, self._number, alarm))

    def next_time(self) -> float:
        """When the first of them rings; infinity when nobody waits."""
        heap = self._heap
        while heap and not heap[0][2].waits_for(heap[0][0]):
            heapq.heappop(heap)
        return heap[0][0] if heap else math.inf

    def ring(self) -> None:
        """Wake everybody whose time has come."""
        heap = self._heap
        while heap and heap[0][0] <= self.now:
            at, _, alarm = heapq.heappop(heap)
            if alarm.waits_for(at):
                alarm.ring()


class Alarm:
    """Wakes the one task that waits for it, at a time that others may change."""

    __slots__ = ("_at", "_task", "_timers")

    def __init__(self) -> None:
        self._timers: Timers | None = None
        self._task: Task | None = None
        self._at = math.inf

    async def wait(self, at: float, *, shielded: bool = False) -> None:
        """Until then. shielded: whoever cancels waits with us."""
        if self._timers is None:
            self._timers = _timers()
        self._task = trio.lowlevel.current_task()
        self.set(at)

        def cancelled(_: RaiseCancelT) -> Abort:
            if shielded:
                return Abort.FAILED
            self._task = None
            return Abort.SUCCEEDED

        await wait_task_rescheduled(cancelled)

    def set(self, at: float) -> None:
        """Ring then instead; at once when that is past. Nobody waits: no effect."""
        if self._task is None or self._timers is None:
            return
        self._at = max(at, self._timers.now)
        if self._at < math.inf:
            self._timers.add(self._at, self)

    def waits_for(self, at: float) -> bool:
        """Whether somebody waits for that very time."""
        return self._task is not None and self._at == at

    def ring(self) -> None:
        """Wake whoever waits."""
        task, self._task = self._task, None
        if task is not None:
            trio.lowlevel.reschedule(task)


async def sleep(seconds: float) -> None:
    """As `trio.sleep`."""
    if seconds <= 0:
        await trio.lowlevel.checkpoint()
        return
    await Alarm().wait(_timers().now + seconds)


async def doze(seconds: float) -> None:
    """As `trio.sleep` in a shielded scope: nobody can wake us."""
    await Alarm().wait(_timers().now + seconds, shielded=True)


def _timers() -> Timers:
    clock: Any = trio.lowlevel.current_clock()
    timers: Timers = clock.timers
    return timers
