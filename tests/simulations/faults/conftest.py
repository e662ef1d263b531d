"""Worlds for tests of faults."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from simulations.disk.sim_disk import SimDisk
from simulations.simulator.determinism import run_seeded
from simulations.simulator.world import Shape, open_world
from tests.simulations.faults.small_shop import SmallShop

Play = Callable[[SmallShop], Awaitable[None]]


@pytest.fixture
def in_a_shop(tmp_path: Path) -> Callable[..., None]:
    """Run a coroutine function with a small shop that is open, in virtual time."""

    def run(play: Play, *, seed: int = 1, terminals: int = 3) -> None:
        async def main() -> None:
            async with open_world(seed, tmp_path, SimDisk) as world:
                world.found(Shape(terminals=terminals, uplinks=terminals))
                await world.boot_all()
                await play(SmallShop(world))

        run_seeded(seed, main)

    return run
