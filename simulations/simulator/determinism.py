"""One function that makes a run repeatable: trio's scheduler, its clock and its dice, from a seed.

Rules of this file:
1. This is the only place that touches trio's private switches (trio is pinned; the first test of
   the simulator runs one seed in separate processes under different hash seeds and compares).
2. Virtual time passes only when every task waits, and then it jumps: a day costs what happens in
   it.
3. Whoever needs dice asks `dice_of(seed, name)`: one stream per use, so that a new user of dice
   does not shift what all others draw.
"""

import gc
import hashlib
import math
import sys
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, TypeVar

import trio
from trio._core import _run as scheduler

from simulations.simulator.timers import Timers, sleep

_T = TypeVar("_T")
_SWITCH = "_ALLOW_DETERMINISTIC_SCHEDULING"
_LOOK = "get_events"  # how trio asks the operating system what came
IDLE_LOOKS = 200
IDLE_SECONDS = 0.01  # real ones
STEPS_WITHOUT_LOOK = 256  # of the scheduler; a Ctrl-C waits no longer, and a look costs a call


def dice_of(seed: int | str, name: str) -> Random:
    """The dice of one use."""
    return Random(hashlib.sha256(f"{seed} {name}".encode()).digest())


class VirtualClock(trio.abc.Clock):
    """Virtual seconds from 0. Trio asks how long to wait only when no task can go on: then time
    jumps to the first thing that somebody waits for."""

    def __init__(self) -> None:
        self.timers = Timers()  # of the simulator's own parts
        self._idle = 0

    def start_clock(self) -> None:
        pass

    def current_time(self) -> float:
        return self.timers.now

    def deadline_to_sleep_time(self, deadline: float) -> float:
        timers = self.timers
        deadline = min(deadline, timers.next_time())
        if deadline == math.inf:  # trio's own wake-ups come through a socket, when a run ends
            self._idle += 1
            assert self._idle < IDLE_LOOKS, "every task waits for something that cannot come"
            return IDLE_SECONDS
        self._idle = 0
        timers.now = max(timers.now, deadline)
        timers.ring()
        return 0.0


def run_seeded(seed: int | str, main: Callable[[], Awaitable[_T]]) -> _T:
    """Run `main` under virtual time, starting at 0.0 s. One call at a time in a process."""
    before = getattr(scheduler, _SWITCH), scheduler._r
    setattr(scheduler, _SWITCH, True)  # trio declares it final: for its own tests
    scheduler._r = dice_of(seed, "scheduler")
    manager: Any = vars(scheduler)["TheIOManager"]
    look = vars(manager)[_LOOK]
    setattr(manager, _LOOK, _looking_seldom(look))
    collecting = gc.isenabled()
    gc.disable()  # a collection may run finalizers at a moment that no seed knows
    slept = trio.sleep
    vars(trio)["sleep"] = sleep  # the same wait, without a scope and an exception for each
    try:
        return trio.run(main, clock=VirtualClock())
    finally:
        vars(trio)["sleep"] = slept
        setattr(scheduler, _SWITCH, before[0])
        scheduler._r = before[1]
        setattr(manager, _LOOK, look)
        if collecting:
            gc.enable()
            gc.collect()


_Look = Callable[[Any, float], Any]


def _looking_seldom(look: _Look) -> _Look:
    """Nothing of the outside world reaches a run: the operating system is asked now and then."""
    steps = 0
    nothing: Any = 0 if sys.platform == "win32" else ()

    def get_events(manager: Any, timeout: float) -> Any:
        nonlocal steps
        steps += 1
        return nothing if timeout == 0 and steps % STEPS_WITHOUT_LOOK else look(manager, timeout)

    return get_events
