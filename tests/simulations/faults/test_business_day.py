"""Clocks of a whole shop go wrong and right again: so does the business day, without a restart."""

from collections.abc import Callable, Sequence

import pytest
import trio

from simulations.faults.clocks import DAY_MS, TEN_YEARS_MS
from simulations.simulator.terminal import SimTerminal
from tests.simulations.faults.small_shop import SmallShop

TELLING = 15.0  # s of virtual time: every neighbour has told its clock several times
RELINKING = 60.0


async def days(shop: SmallShop) -> set[str]:
    """On which each terminal's next order comes to stand, as it says itself."""
    found = set()
    for terminal in shop.world.standing():
        order = await shop.sell(terminal)
        shown = await terminal.call("GET", f"/api/pedidos/{order}")
        found.add(shown.body["data_operacao"])
    return found


def jump(terminals: Sequence[SimTerminal], by_ms: int) -> None:
    for each in terminals:
        each.clock.jump(by_ms)


async def restart(shop: SmallShop, host: str) -> None:
    shop.world.terminals[host].kill()
    await shop.world.boot(host)


@pytest.mark.parametrize("by_ms", [TEN_YEARS_MS, DAY_MS, -20 * DAY_MS])
@pytest.mark.parametrize("wrong", ["ABC", "AB", "A"])
def test_right_clocks_make_the_day_right(
    in_a_shop: Callable[..., None], wrong: str, by_ms: int
) -> None:
    async def play(shop: SmallShop) -> None:
        await trio.sleep(TELLING)
        right = await days(shop)
        jumped = [shop.world.terminals[host] for host in wrong]
        jump(jumped, by_ms)
        await trio.sleep(TELLING)
        sold = await days(shop)
        assert (right == sold) is (wrong == "A")  # two of three decide, also when they are wrong
        await trio.sleep(TELLING)
        jump(jumped, -by_ms)
        await trio.sleep(TELLING)
        assert await days(shop) == right

    in_a_shop(play)


def test_some_started_anew_meanwhile_and_some_not(in_a_shop: Callable[..., None]) -> None:
    async def play(shop: SmallShop) -> None:
        world = shop.world
        await trio.sleep(TELLING)
        (right,) = await days(shop)
        jump(world.standing(), TEN_YEARS_MS)
        await restart(shop, "A")  # links are impossible to it: no certificate lives for ten years
        assert right not in await days(shop)
        jump(world.standing(), -TEN_YEARS_MS)
        await restart(shop, "B")
        await trio.sleep(RELINKING)
        assert await days(shop) == {right}

    in_a_shop(play)


def test_alone(in_a_shop: Callable[..., None]) -> None:
    async def play(shop: SmallShop) -> None:
        right = await days(shop)
        jump(shop.world.standing(), TEN_YEARS_MS)
        assert await days(shop) != right
        jump(shop.world.standing(), -TEN_YEARS_MS)
        assert await days(shop) == right
        shop.world.terminals["A"].clock.set(0)
        assert await days(shop) == right  # a dead battery: the day before goes on

    in_a_shop(play, terminals=1)
