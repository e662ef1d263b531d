"""Healing is measured from the end of the last fault."""

from collections.abc import Callable

import trio

from simulations.checkers.healing import LOOK_SECONDS, Healing
from simulations.faults.swarm import Strike, calm, hit
from tests.simulations.faults.small_shop import SmallShop

InAShop = Callable[..., None]


async def strike(shop: SmallShop, fault: str, seconds: float) -> float:
    """The moment of its end. Both sides sell meanwhile."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(hit, shop.world, Strike(0.0, fault, 1, seconds))
        await trio.sleep(seconds / 2)
        for host in ("A", "B"):
            await shop.sell(shop.world.terminals[host])
    return trio.current_time()


def test_it_ends_at_the_first_moment_at_which_all_are_equal(in_a_shop: InAShop) -> None:
    async def play(shop: SmallShop) -> None:
        world, healing = shop.world, Healing(shop.world)
        world.nursery.start_soon(healing.watch)
        ended = await strike(shop, "partition_every_pair", 40.0)
        assert healing.took() is None
        while not world.same():  # noqa: ASYNC110 - it belongs to many machines
            await trio.sleep(0.01)
        truly = trio.current_time() - ended
        await calm(world)
        took = healing.took()
        assert truly > 0.0
        assert took is not None
        assert truly <= took <= truly + LOOK_SECONDS

    in_a_shop(play, terminals=2)


def test_a_later_fault_begins_it_anew(in_a_shop: InAShop) -> None:
    async def play(shop: SmallShop) -> None:
        healing = Healing(shop.world)
        await strike(shop, "partition_every_pair", 40.0)
        assert await shop.world.converge(120.0)
        first = healing.took()
        shop.world.wires.partition(["A"], ["B"], why="test")
        await hit(shop.world, Strike(0.0, "clock_minutes_off", 1, 1.0))
        await shop.sell(shop.world.terminals["A"])
        assert first is not None
        assert healing.took() is None

    in_a_shop(play, terminals=2)


def test_who_was_not_struck_is_not_counted(in_a_shop: InAShop) -> None:
    async def play(shop: SmallShop) -> None:
        world = shop.world
        world.claimed.update(world.hosts)
        await trio.sleep(5.0)
        await hit(world, Strike(0.0, "paused", 1, 1.0))
        assert (world.struck_until, world.striking) == (None, 0)
        assert Healing(world).took() == 0.0
        await shop.sell(world.terminals["A"])
        assert Healing(world).took() is None

    in_a_shop(play, terminals=2)
