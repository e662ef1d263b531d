"""What the faults do to a machine is what they say."""

from random import Random

import pytest
import trio

from simulations.disk.sim_disk import Image
from simulations.faults.fault import Nowhere, claim, claim_these
from simulations.faults.swarm import Strike, hit
from simulations.simulator.clocks import WallClock
from simulations.workload.till import TillDown
from tests.simulations.faults.small_shop import SmallShop, recovered


async def cut_off(shop: SmallShop, host: str) -> None:
    """From everybody, until all is healed."""
    others = [each for each in ("A", "B", "C", "relay") if each != host]
    shop.world.wires.partition([host], others, why="test")
    await trio.sleep(30.0)


def test_a_paused_machine_neither_answers_nor_hears(in_a_shop) -> None:
    async def play(shop: SmallShop) -> None:
        world = shop.world
        terminal = world.terminals["B"]
        before = terminal.node.position
        terminal.pause()
        with pytest.raises(TillDown):
            await terminal.call("GET", "/api/pedidos")
        await shop.sell(world.terminals["A"])
        await trio.sleep(60.0)
        assert terminal.node.position == before
        assert not [link for link in world.terminals["A"].links if link.peer.letters == "B"]
        terminal.resume()
        assert await world.converge(60.0)
        assert terminal.node.position > before

    in_a_shop(play)


def test_a_paused_machine_says_nothing_and_keeps_nothing(in_a_shop) -> None:
    async def play(shop: SmallShop) -> None:
        world = shop.world
        terminal = world.terminals["B"]
        await trio.sleep(10.0)
        before = terminal.node.position
        async with trio.open_nursery() as nursery:
            nursery.start_soon(shop.sell, terminal)
            await trio.sleep(0.0001)  # the call is on its way to the disk
            terminal.pause()
            told = [world.wires.path("B", other).frames for other in ("A", "C")]
            heard = [link.received for link in terminal.links]
            await trio.sleep(3.0)
            assert [link.received for link in terminal.links] == heard != []
            assert [world.wires.path("B", other).frames for other in ("A", "C")] == told
            assert not terminal.seen
            assert terminal.node.position == before
            terminal.resume()
        assert len(shop.orders) == 1
        assert terminal.node.position > before

    in_a_shop(play)


def test_what_a_lost_machine_alone_held_is_known(in_a_shop) -> None:
    async def play(shop: SmallShop) -> None:
        world = shop.world
        shared = await shop.sell(world.terminals["B"])
        assert await world.converge(60.0)
        await cut_off(shop, "B")
        alone = await shop.sell(world.terminals["B"])
        world.leave("B")
        assert alone in world.lost_orders
        assert shared not in world.lost_orders
        assert await recovered(shop) == []
        assert [await shop.shows(shared or ""), await shop.shows(alone or "")] == [
            [True, True],
            [False, False],
        ]

    in_a_shop(play)


def test_what_the_relay_alone_held_is_lost_with_it(in_a_shop) -> None:
    async def play(shop: SmallShop) -> None:
        world = shop.world
        world.wires.partition(["B"], ["A", "C"], why="test")
        world.wires.partition(["A", "C"], ["relay"], why="test")
        order = await shop.sell(world.terminals["B"])
        await trio.sleep(30.0)
        world.leave("B")
        assert not world.lost
        world.relay_forgets()
        assert world.lost_orders == {order}

    in_a_shop(play)


def test_an_image_put_back_forgets_what_came_after_it(in_a_shop) -> None:
    async def play(shop: SmallShop) -> None:
        world = shop.world
        terminal = world.terminals["B"]
        early = await shop.sell(terminal)
        await cut_off(shop, "B")
        image, kept = terminal.disk.snapshot(), dict(terminal.seen)
        late = await shop.sell(terminal)
        terminal.put_image(image)
        world.forget("B", kept)
        assert world.lost_orders == {late}
        assert await world.boot("B")
        later = await shop.sell(terminal)
        assert await recovered(shop) == []
        assert await shop.shows(early or "") == await shop.shows(later or "") == [True] * 3

    in_a_shop(play)


def test_an_empty_disk_is_filled_by_the_others(in_a_shop) -> None:
    async def play(shop: SmallShop) -> None:
        world = shop.world
        for host in ("A", "B", "C"):
            await shop.sell(world.terminals[host])
        assert await world.converge(60.0)
        held = len(world.terminals["C"].seen)
        world.terminals["C"].put_image(Image({}))
        world.forget("C")
        assert await world.boot("C")
        assert await world.converge(60.0)
        assert not world.lost
        assert len(world.terminals["C"].seen) == held
        assert await shop.sell(world.terminals["C"])

    in_a_shop(play)


def test_a_clone_and_its_original_both_sell(in_a_shop) -> None:
    async def play(shop: SmallShop) -> None:
        world = shop.world
        await shop.sell(world.terminals["B"])
        world.wires.partition(["B'"], ["A", "B", "C", "relay"], why="test")
        clone = world.clone("B")
        assert await world.boot(clone.host)
        assert clone.identity is world.terminals["B"].identity
        assert set(clone.seen) == set(world.terminals["B"].seen) != set()
        for _ in range(3):
            assert await shop.sell(clone)
            assert await shop.sell(world.terminals["B"])
        assert await recovered(shop) == []
        assert len(world.standing()) == 4

    in_a_shop(play)


def test_a_machine_is_in_one_faults_hands(in_a_shop) -> None:
    async def play(shop: SmallShop) -> None:
        world = shop.world
        with claim_these(world, ["A", "B"]):
            with claim(world, Random(1)) as terminal:
                assert terminal.host == "C"
                with pytest.raises(Nowhere), claim(world, Random(1)):
                    pass
            with pytest.raises(Nowhere), claim_these(world, ["B"]):
                pass
        assert not world.claimed

    in_a_shop(play)


def test_a_fault_that_finds_nobody_is_counted_as_that(in_a_shop) -> None:
    async def play(shop: SmallShop) -> None:
        with claim_these(shop.world, ["A", "B", "C"]):
            await hit(shop.world, Strike(0.0, "paused", 1, 1.0))
        assert shop.world.trace.reached["nowhere paused"] == 1
        assert not shop.world.trace.fired["paused"]

    in_a_shop(play)


def test_only_unbelievable_clocks_are_corrected(in_a_shop) -> None:
    async def play(shop: SmallShop) -> None:
        world = shop.world
        world.terminals["B"].clock.jump(10 * 365 * 86_400_000)
        world.terminals["C"].clock.jump(-86_400_000)
        assert await recovered(shop) == []
        right = WallClock().now_ms()
        assert world.terminals["B"].clock.now_ms() == right
        assert world.terminals["C"].clock.now_ms() == right - 86_400_000

    in_a_shop(play)
