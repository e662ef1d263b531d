"""Uplinks against the real relay, in virtual time: who sends what, when, and what is believed."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import trio
import trio.testing

from crdt_models.ids import Epoch
from peer.uplink.outbox import Outbox
from peer.uplink.uplink import GATHER_SECONDS, Uplink
from tests.cloud_relay.shop import LogNode, Terminal
from tests.cloud_relay.virtual import RelayInside, until

MakeNode = Callable[[Terminal], LogNode]


@pytest.fixture
def counter() -> Terminal:
    return Terminal("counter")


@pytest.fixture
def relay(tmp_path: Path, counter: Terminal) -> Iterator[RelayInside]:
    relay = RelayInside(tmp_path, counter.site)
    yield relay
    relay.storage.close()


@pytest.fixture
def make_node(tmp_path: Path) -> Iterator[MakeNode]:
    made: list[LogNode] = []

    def make(terminal: Terminal) -> LogNode:
        made.append(LogNode(tmp_path / f"node{len(made)}.db", terminal))
        return made[-1]

    yield make
    for node in made:
        node.log.close()


@asynccontextmanager
async def talking(*uplinks: Uplink) -> AsyncIterator[None]:
    async with trio.open_nursery() as nursery:
        for uplink in uplinks:
            nursery.start_soon(uplink.run)
        yield
        nursery.cancel_scope.cancel()


def settled(uplink: Uplink) -> Callable[[], bool]:
    def is_settled() -> bool:
        status = uplink.status()
        return status.pending == 0 and status.online

    return is_settled


async def test_the_author_uploads_at_once(
    relay: RelayInside,
    make_node: MakeNode,
    counter: Terminal,
    autojump_clock: trio.testing.MockClock,
) -> None:
    node = make_node(counter)
    uplink = relay.uplink(node, interval_ms=1_000_000)
    node.store(*counter.day(3))
    async with talking(uplink):
        await until(settled(uplink))
        assert relay.digest() == node.digest()
        before = trio.current_time()
        order = counter.order(4)
        node.store(order)
        assert not uplink.covered(order.id)
        await until(settled(uplink), 0.1)
        assert uplink.covered(order.id)
        assert uplink.is_synced(order.documents[0])
        assert relay.requests[-1][0] <= before + GATHER_SECONDS + 0.01
    assert set(relay.uploads.values()) == {1}
    assert uplink.status().state == "sincronizado"


async def test_a_restart_sends_nothing_again(
    relay: RelayInside,
    make_node: MakeNode,
    counter: Terminal,
    autojump_clock: trio.testing.MockClock,
) -> None:
    node = make_node(counter)
    node.store(*counter.day(700))
    first = relay.uplink(node)
    async with talking(first):
        await until(settled(first))
    second = relay.uplink(node)
    async with talking(second):
        await until(settled(second))
    assert len(relay.uploads) == 701
    assert set(relay.uploads.values()) == {1}
    assert second.status().through == 701


async def test_two_peers_bring_the_same_changes_once(
    relay: RelayInside,
    make_node: MakeNode,
    counter: Terminal,
    autojump_clock: trio.testing.MockClock,
) -> None:
    kitchen = Terminal("kitchen")
    day = counter.day(10)
    nodes = [make_node(counter), make_node(kitchen)]
    devices = {counter.device, kitchen.device}
    uplinks = [
        relay.uplink(node, lambda: devices, seed=seed) for seed, node in enumerate(nodes, start=1)
    ]
    for node in nodes:
        node.store(*day)
    async with talking(*uplinks):
        await until(lambda: all(settled(each)() for each in uplinks))
    assert set(relay.uploads.values()) == {1}
    assert relay.digest() == nodes[0].digest() == nodes[1].digest()


@pytest.mark.parametrize("seed", range(5))
async def test_others_bring_what_an_absent_author_wrote(
    relay: RelayInside,
    make_node: MakeNode,
    counter: Terminal,
    seed: int,
    autojump_clock: trio.testing.MockClock,
) -> None:
    others = [Terminal(f"other {number}") for number in range(4)]
    online = {each.device for each in others}
    day = counter.day(5)
    nodes = [make_node(each) for each in others]
    uplinks = [
        relay.uplink(node, lambda: online, seed=10 * seed + number, interval_ms=100_000)
        for number, node in enumerate(nodes)
    ]
    async with talking(*uplinks):
        await until(lambda: all(settled(each)() for each in uplinks))
        start = trio.current_time()
        for node in nodes:
            node.store(*day)
        await until(lambda: all(settled(each)() for each in uplinks))
    uploads = [at for at, path in relay.requests if path == "/v1/changes"]
    assert uploads[0] - start >= 2.0, "others wait before they bring another's changes"
    assert len(relay.uploads) == 6
    assert sum(relay.uploads.values()) <= 2 * 6, "a rank apart, at most two bring the same"
    assert relay.digest() == nodes[0].digest()


async def test_a_wiped_relay_is_rebuilt_from_one_peer(
    relay: RelayInside,
    make_node: MakeNode,
    counter: Terminal,
    autojump_clock: trio.testing.MockClock,
) -> None:
    node = make_node(counter)
    kitchen = Terminal("kitchen")
    node.store(*counter.day(600), *kitchen.day(600))
    uplink = relay.uplink(node)
    async with talking(uplink):
        await until(settled(uplink))
        relay.wipe()
        assert relay.digest() != node.digest()
        await until(lambda: uplink.status().losses == 1)
        await until(settled(uplink))
    assert relay.digest() == node.digest()
    assert len([path for _, path in relay.requests if path == "/v1/changes"]) <= 8
    assert any(row.error == "relay_lost_data" for row in uplink.log(success=False))


async def test_the_sale_that_reveals_a_loss_is_not_set_aside(
    relay: RelayInside,
    make_node: MakeNode,
    counter: Terminal,
    autojump_clock: trio.testing.MockClock,
) -> None:
    """The relay cannot keep it at once: what it stands on is missing there now."""
    node = make_node(counter)
    node.store(*counter.day(5))
    uplink = relay.uplink(node, interval_ms=1_000_000)
    async with talking(uplink):
        await until(settled(uplink))
        relay.wipe()
        node.store(counter.order(6))
        await until(lambda: uplink.status().losses == 1, 1.0)
        await until(settled(uplink), 1.0)
        assert uplink.status().set_aside == 0
    assert relay.digest() == node.digest()


async def test_a_relay_that_lost_its_newest_hours_gets_them_again(
    relay: RelayInside,
    make_node: MakeNode,
    counter: Terminal,
    autojump_clock: trio.testing.MockClock,
) -> None:
    node = make_node(counter)
    day = counter.day(20)
    node.store(*day)
    uplink = relay.uplink(node)
    async with talking(uplink):
        await until(settled(uplink))
        relay.wipe()
        backup = make_node(counter)
        backup.store(*day[:11])
        restoring = relay.uplink(backup)
        async with talking(restoring):
            await until(settled(restoring))
        await until(lambda: uplink.status().losses >= 1 and settled(uplink)())
    assert relay.digest() == node.digest()


async def test_a_long_backlog_passes_through_a_small_window(
    relay: RelayInside,
    make_node: MakeNode,
    counter: Terminal,
    autojump_clock: trio.testing.MockClock,
) -> None:
    node = make_node(counter)
    node.store(*counter.day(1500))
    uplink = relay.uplink(node)
    uplink._outbox = Outbox(window=500)
    async with talking(uplink):
        await until(settled(uplink))
    assert relay.digest() == node.digest()
    assert set(relay.uploads.values()) == {1}


async def test_the_downlink_brings_what_the_mesh_did_not(
    relay: RelayInside,
    make_node: MakeNode,
    counter: Terminal,
    autojump_clock: trio.testing.MockClock,
) -> None:
    kitchen = Terminal("kitchen")
    here, there = make_node(counter), make_node(kitchen)
    here.store(*counter.day(1300))
    uplinks = [relay.uplink(here, seed=1), relay.uplink(there, seed=2)]
    async with talking(*uplinks):
        await until(lambda: here.digest() == there.digest() == relay.digest())
        there.store(*kitchen.day(2))
        await until(lambda: here.digest() == there.digest() == relay.digest())
        await until(lambda: all(settled(each)() for each in uplinks))
    assert set(relay.uploads.values()) == {1}, "what came from the relay is not sent back to it"
    assert set(there.received) == {"relay"}


async def test_the_downlink_heals_a_gap(
    relay: RelayInside,
    make_node: MakeNode,
    counter: Terminal,
    autojump_clock: trio.testing.MockClock,
) -> None:
    day = counter.day(9)
    full, holed = make_node(counter), make_node(Terminal("kitchen"))
    full.store(*day)
    holed.store(day[0], *day[5:])
    uplinks = [relay.uplink(full, seed=1), relay.uplink(holed, seed=2)]
    async with talking(*uplinks):
        await until(lambda: holed.digest() == full.digest())
        await until(lambda: all(settled(each)() for each in uplinks))
    assert set(relay.uploads.values()) == {1}


async def test_offline_mode_dials_nothing(
    relay: RelayInside,
    make_node: MakeNode,
    counter: Terminal,
    autojump_clock: trio.testing.MockClock,
) -> None:
    node = make_node(counter)
    node.store(*counter.day(3))
    uplink = relay.uplink(node, offline=True)
    async with talking(uplink):
        await trio.sleep(3600)
        assert not uplink.request_now()
        await trio.sleep(3600)
    assert relay.requests == []
    assert uplink.status().pending == 4
    assert uplink.status().state == "offline"


async def test_without_auto_it_waits_to_be_asked(
    relay: RelayInside,
    make_node: MakeNode,
    counter: Terminal,
    autojump_clock: trio.testing.MockClock,
) -> None:
    node = make_node(counter)
    node.store(*counter.day(3), *Terminal("kitchen").day(1))
    uplink = relay.uplink(node, auto=False)
    async with talking(uplink):
        await trio.sleep(3600)
        assert relay.requests == []
        assert uplink.request_now()
        await until(settled(uplink), 1.0)
    assert relay.digest() == node.digest()


async def test_failures_back_off_and_nothing_is_believed(
    relay: RelayInside,
    make_node: MakeNode,
    counter: Terminal,
    autojump_clock: trio.testing.MockClock,
) -> None:
    node = make_node(counter)
    node.store(*counter.day(3))

    def broken(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500)

    relay.faults = broken
    uplink = relay.uplink(node)
    async with talking(uplink):
        await trio.sleep(300)
        status = uplink.status()
        assert status.pending == 4
        assert not status.online
        assert status.state == "erro"
        times = [at for at, _ in relay.requests]
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert 0.25 <= gaps[0] <= 0.5
        assert 0.5 <= gaps[1] <= 1.0
        assert all(2.5 <= gap <= 5.0 for gap in gaps[4:])
        relay.faults = lambda request: None
        await until(settled(uplink), 6.0)
    assert uplink.status().attempts == 0
    assert {row.error for row in uplink.log(success=False)} == {"refused"}


async def test_the_relays_own_wish_to_wait_is_honoured(
    relay: RelayInside,
    make_node: MakeNode,
    counter: Terminal,
    autojump_clock: trio.testing.MockClock,
) -> None:
    node = make_node(counter)
    node.store(*counter.day(1))
    relay.faults = lambda request: httpx.Response(429, headers={"retry-after": "60"})
    uplink = relay.uplink(node)
    async with talking(uplink):
        await until(lambda: uplink.status().attempts == 1)
        node.store(counter.order(2))
        await trio.sleep(59)
        assert len(relay.requests) == 1
        await until(lambda: len(relay.requests) == 2, 10.0)
        gap = relay.requests[1][0] - relay.requests[0][0]
        assert 60 <= gap <= 65


async def test_what_the_relay_does_not_keep_holds_nothing_up(
    relay: RelayInside,
    make_node: MakeNode,
    counter: Terminal,
    autojump_clock: trio.testing.MockClock,
) -> None:
    node = make_node(counter)
    stranger = Terminal("stranger", shop="another")
    # A chain of another root: our node took it, the relay will not.
    stranger.site, stranger.epoch = counter.site, counter.epoch or Epoch(bytes(8))
    node.store(counter.boot())
    refused = stranger.order(1)
    node.store(refused, counter.order(1))
    uplink = relay.uplink(node, interval_ms=60_000)
    async with talking(uplink):
        await until(lambda: uplink.status().set_aside == 1)
        node.store(counter.order(2))
        await until(lambda: uplink.status().pending == 1)
        await trio.sleep(3 * 3600)
    status = uplink.status()
    assert status.state == "com_divergencia"
    assert not uplink.covered(refused.id)
    assert relay.uploads[refused.data] <= 20, "later and later"
    assert status.through == 1
