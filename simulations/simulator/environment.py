"""The `peer.environment.Environment` of one simulated machine.

Rules of this file:
1. Blocking functions run inline, between two waits drawn for the disk: a crash may come before the
   commit, or after it and before the answer.
2. A killed machine does nothing more: whatever of it still runs is on its way to being cancelled,
   and every door to the world is shut behind it.
"""

from collections.abc import Callable
from random import Random
from typing import TypeVar, TypeVarTuple

import trio

from peer.environment import DialFailed, MessageLink, RealEnvironment
from simulations.simulator.clocks import WallClock
from simulations.simulator.network import SimNetwork
from simulations.simulator.timers import doze
from simulations.simulator.wires import Gate

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")


class SimDice:
    """See `peer.environment.Dice`."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def random_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)


class DiskPace:
    """Seconds that a blocking call takes, half before and half after what it does."""

    def __init__(self, dice: Random, low: float = 0.0003, high: float = 0.003) -> None:
        self._dice = dice
        self.low, self.high = low, high

    def half(self) -> float:
        return self._dice.uniform(self.low, self.high) / 2


class SimEnvironment(RealEnvironment):
    """One boot of one machine."""

    def __init__(
        self, network: SimNetwork, clock: WallClock, dice: SimDice, pace: DiskPace, gate: Gate
    ) -> None:
        super().__init__(network, dice)
        self.clock = clock
        self.dead = False
        self.machine = network  # its links, for whoever looks on
        self._pace = pace
        self._gate = gate

    def wall_ms(self) -> int:
        return self.clock.now_ms()

    def monotonic(self) -> float:
        return trio.current_time()

    async def run_blocking(self, function: Callable[[*_Ts], _T], *arguments: *_Ts) -> _T:
        await self._wait()
        if not self.dead:
            result = function(*arguments)
            await self._wait()
            if not self.dead:
                return result
        await trio.sleep_forever()  # until the cancelling of this boot arrives
        raise AssertionError("nobody wakes the dead")

    async def _wait(self) -> None:
        """Threads are not abandoned when their waiter is cancelled; only death ends them."""
        await doze(self._pace.half())
        if self._gate.shut:
            with trio.CancelScope(shield=True):
                await self._gate.passed()

    async def dial(self, address: str) -> MessageLink:
        if self.dead:
            raise DialFailed(address=address, reason="this machine is off")
        return await super().dial(address)

    def kill(self, *, power: bool) -> None:
        """From now on nothing of this boot reaches the world."""
        self.dead = True
        self.machine.kill(power=power)
