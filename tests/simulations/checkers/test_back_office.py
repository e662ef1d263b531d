"""What terminals believe of the relay is looked at while it happens."""

from collections.abc import Callable
from typing import Any

import pytest
import trio

from crdt_models.receipts import Receipt
from peer.service.sqlite_errors import StorageBroken
from peer.uplink.outbox import Held, Outbox
from simulations.checkers.back_office import look_at_relay
from simulations.checkers.bad_disks import reading
from simulations.disk.conditions import Fault
from simulations.simulator.world import World
from tests.simulations.faults.small_shop import SmallShop

InAShop = Callable[..., None]


def taken_for_lost(outbox: Outbox, receipt: Receipt, held: Held) -> bool:
    """As `_lost_any`, but a tip that is stored and was not read yet counts as read."""
    tips = {tip.id for tip in receipt.tips}
    unknown = {tip.device for tip in receipt.tips if tip.id not in held.positions} | held.gappy
    vouched = outbox._vouched.items()
    return any(change not in tips and device not in unknown for change, device in vouched)


async def sell_while_the_relay_is_slow(shop: SmallShop) -> None:
    """B sells and brings it while A waits for an answer."""
    world = shop.world
    assert world.relay is not None
    await shop.sell(world.terminals["B"])
    assert await world.converge(60.0)
    await trio.sleep(10.0)
    world.relay.troubles["A"] = "slow"
    for _ in range(12):
        await shop.sell(world.terminals["B"])
        await trio.sleep(6.0)
        look_at_relay(world)


def test_a_slow_relay_has_lost_nothing(in_a_shop: InAShop) -> None:
    async def play(shop: SmallShop) -> None:
        await sell_while_the_relay_is_slow(shop)
        assert shop.world.trace.fired["relay_slow"]
        assert shop.world.findings == []

    in_a_shop(play, terminals=2)


def test_who_calls_the_relay_a_loser_for_nothing_is_found(
    in_a_shop: InAShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(shop: SmallShop) -> None:
        monkeypatch.setattr(Outbox, "_lost_any", taken_for_lost)
        await sell_while_the_relay_is_slow(shop)
        told = {each.partition(" says")[0] for each in shop.world.findings}
        assert told == {"losses: A"}

    in_a_shop(play, terminals=2)


def test_a_relay_that_was_wiped_may_be_called_so_once(in_a_shop: InAShop) -> None:
    async def play(shop: SmallShop) -> None:
        world = shop.world
        assert world.relay is not None
        await shop.sell(world.terminals["A"])
        assert await world.converge(60.0)
        await trio.sleep(10.0)
        world.relay_forgets()
        world.relay.wipe()
        await trio.sleep(20.0)
        # Who asks second finds the relay filled again by who asked first.
        losers = [host for host in "AB" if _losses(world, host)]
        assert losers and all(_losses(world, host) == 1 for host in losers)
        look_at_relay(world)
        assert world.findings == []
        world.relay_losses = 0
        look_at_relay(world)
        assert [each.split()[:2] for each in world.findings] == [
            ["losses:", host] for host in losers
        ]

    in_a_shop(play, terminals=2)


def _losses(world: World, host: str) -> int:
    uplink: Any = world.terminals[host].parts.uplink
    return int(uplink.status().losses)


def test_a_disk_that_fails_is_absent_and_no_finding_when_the_world_knows(
    in_a_shop: InAShop,
) -> None:
    async def play(shop: SmallShop) -> None:
        world, terminal = shop.world, shop.world.terminals["A"]
        with reading(world, terminal):
            terminal.disk.conditions.fired[Fault.READ_FAILED] += 1
            raise StorageBroken(reason="SQLITE_IOERR_READ")
        world.rotten.add("A")
        with reading(world, terminal):
            raise StorageBroken(reason="malformed")
        assert world.findings == []
        world.rotten.clear()
        for _ in range(2):
            with reading(world, terminal):
                raise StorageBroken(reason="malformed")
        assert world.findings == ["evidence: A cannot be read (StorageBroken)"]

    in_a_shop(play, terminals=1)


def test_a_look_at_a_disk_that_fails_goes_on(in_a_shop: InAShop) -> None:
    async def play(shop: SmallShop) -> None:
        world, terminal = shop.world, shop.world.terminals["A"]
        await shop.sell(terminal)

        def fails(*_: object) -> None:
            terminal.disk.conditions.fired[Fault.READ_FAILED] += 1
            raise StorageBroken(reason="SQLITE_IOERR_READ")

        terminal.node.log.since = fails  # type: ignore[method-assign,assignment]
        look_at_relay(world)
        assert world.findings == []

    in_a_shop(play, terminals=1)
