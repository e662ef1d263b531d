"""A paired terminal that lies: the shop stays one, and a lie costs a bounded amount of work."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
import trio

from crdt_models.canonical_cbor import encode
from crdt_models.ids import DeviceId
from crdt_models.replication import patience
from crdt_models.replication.frames import encode_message
from crdt_models.replication.gossip import Gossip
from crdt_models.replication.messages import MAX_FRAME_BYTES, Changes, Have, Neighbours
from crdt_models.replication.patience import REFUSED_LIMIT
from crdt_models.replication.wants import MAX_IN_FLIGHT, MAX_MISSES
from tests.peer.mesh.conftest import (
    INTERVAL_SECONDS,
    MeshShop,
    Standing,
    converged,
    linked,
    until,
)
from tests.peer.mesh.liar import Liar, forged, invented_tips, lying
from tests.peer.mesh.spoiled_links import SpoiledNetwork
from tests.peer.mesh.test_lossy_links import DropPushes

Honest = tuple[MeshShop, Standing, Standing]


@pytest.fixture
def honest_pair(open_mesh_shop):
    @asynccontextmanager
    async def opened() -> AsyncIterator[Honest]:
        async with open_mesh_shop() as shop:
            one = await shop.start("A")
            other = await shop.start("B", [one.address])
            await linked([one, other])
            for each in (one, other):
                await each.sell()
            await converged([one, other], 4)
            yield shop, one, other

    return opened


async def still_one_shop(terminals: Sequence[Standing]) -> None:
    """They sell on, and hold what they wrote themselves and nothing else."""
    before = terminals[0].node.position
    for each in terminals:
        await each.sell()
    await converged(terminals, before + len(terminals))


def link_of(terminal: Standing, liar: Liar) -> bool:
    return liar.identity.device in terminal.mesh.online()


@pytest.mark.parametrize("answers", [True, False], ids=["answered with nothing", "not answered"])
async def test_a_have_of_invented_tips_costs_a_bounded_number_of_wants(honest_pair, answers: bool):
    async with honest_pair() as (shop, one, other), lying(shop.identity("Z"), one.address) as liar:
        liar.answers = answers
        start = trio.current_time()
        await liar.say(invented_tips(other.node.device, 1500))
        await until(lambda: liar.wants.total() >= MAX_IN_FLIGHT)
        await still_one_shop([one, other])
        await until(lambda: one.mesh.statistics().total.misses >= 2 * MAX_IN_FLIGHT)
        await still_one_shop([one, other])
        intervals = (trio.current_time() - start) / INTERVAL_SECONDS
        assert liar.wants.total() <= (MAX_MISSES + MAX_IN_FLIGHT) * (intervals + 1)


async def test_one_invented_tip_is_asked_for_less_and_less(honest_pair):
    async with honest_pair() as (shop, one, other), lying(shop.identity("Z"), one.address) as liar:
        start = trio.current_time()
        await liar.say(invented_tips(other.node.device, 1))
        await until(lambda: liar.wants.total() >= 5)  # at 0, 0, 1, 3 and 7 intervals
        assert trio.current_time() - start >= 7 * INTERVAL_SECONDS * 0.9
        assert one.mesh.statistics().lag[other.node.device].claimed < 1_000_000
        await still_one_shop([one, other])


GARBAGE = {
    "no CBOR": b"\xff" * 100,
    "text": b"GET / HTTP/1.1\r\n\r\n",
    "empty": b"",
    "the largest frame": b"\x00" * MAX_FRAME_BYTES,
    "another major": encode([2, 2 << 8, {}]),
    "deep": b"\x81" * 5000 + b"\x00",
    "a second hello": None,
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
async def test_garbage_closes_the_liars_link_and_no_other(honest_pair, garbage: bytes | None):
    async with honest_pair() as (shop, one, other), lying(shop.identity("Z"), one.address) as liar:
        await until(lambda: link_of(one, liar))
        if garbage is None:
            await liar.greet()
        else:
            await liar.send(garbage)
        await until(liar.ended.is_set)
        assert len(liar.goodbyes()) == 1
        await until(lambda: one.mesh.online() == [other.node.device])
        await still_one_shop([one, other])


async def test_a_member_that_talks_too_much_is_read_slower_and_the_shop_sells_on(
    honest_pair, monkeypatch, caplog
):
    monkeypatch.setattr(patience, "BYTES_AT_ONCE", 100_000)
    async with honest_pair() as (shop, one, other), lying(shop.identity("Z"), one.address) as liar:
        for count in range(1, 9):
            await liar.say(invented_tips(other.node.device, 200 * count))
        await until(lambda: "link_slowed" in caplog.text)
        await still_one_shop([one, other])
        assert link_of(one, liar)


async def test_gossip_is_told_when_the_node_is_done(honest_pair, monkeypatch):
    """Refused changes are asked for again after an interval; on a slow disk, stored ones never."""
    told: list[bytes] = []

    def noting(gossip: Gossip, changes: list[bytes], now: float) -> None:
        told.extend(changes)

    async with honest_pair() as (shop, one, other), lying(shop.identity("Z"), one.address) as liar:
        monkeypatch.setattr(Gossip, "taken", noting)
        lies = forged(other.node.since(0, 100)[-1][1], liar.identity, 3)
        await liar.say(Changes(tuple(lies)))
        await until(lambda: set(lies) <= set(told))


async def test_changes_forged_under_another_author_are_refused(honest_pair):
    async with honest_pair() as (shop, one, other), lying(shop.identity("Z"), one.address) as liar:
        last = other.node.since(0, 100)[-1][1]
        lies = forged(last, liar.identity, REFUSED_LIMIT + 50)
        await liar.say(Changes(tuple(lies[:5])))
        await until(lambda: one.mesh.statistics().total.refused == 5)
        await still_one_shop([one, other])
        assert link_of(one, liar), "a few may be a mistake"
        await liar.say(Changes(tuple(lies[5:])))
        await until(liar.ended.is_set)
        assert liar.goodbyes() == ["too_many_refused"]
        await still_one_shop([one, other])


async def test_changes_of_another_site_are_refused(honest_pair, open_mesh_shop):
    async with open_mesh_shop("elsewhere") as elsewhere:
        stranger = await elsewhere.start("A")
        await stranger.sell(3)
        foreign = tuple(change.data for _, change in stranger.node.since(0, 100))
        async with (
            honest_pair() as (shop, one, other),
            lying(shop.identity("Z"), one.address) as liar,
        ):
            await liar.say(Changes(foreign))
            await until(lambda: one.mesh.statistics().total.refused == len(foreign))
            await still_one_shop([one, other])


async def test_changes_whose_author_never_opened_wait_and_are_not_passed_on(honest_pair):
    async with honest_pair() as (shop, one, other):
        third = await shop.start("C")
        await third.sell(3)
        orders = tuple(change.data for _, change in third.node.since(1, 100))
        opening = third.node.since(0, 1)[0][1].data
        async with lying(shop.identity("Z"), one.address) as liar:
            await liar.say(Changes(orders))
            await until(lambda: one.node.status().waiting == len(orders))
            await still_one_shop([one, other])
            assert other.node.status().waiting == 0
            await liar.say(Changes((opening,)))
            await until(lambda: one.node.status().waiting == 0)
            await converged([one, other], 4 + 2 + 4)


async def test_a_neighbour_that_claims_all_and_answers_nothing_holds_up_nobody(open_mesh_shop):
    """Without gossip, so that everything must be asked for; the liar shows each Have it heard."""
    async with open_mesh_shop() as shop:
        wrap = lambda network: SpoiledNetwork(network, DropPushes)  # noqa: E731
        first = await shop.start("A", wrap=wrap)
        middle = await shop.start("B", [first.address], wrap=wrap)
        last = await shop.start("C", wrap=wrap)
        async with (
            lying(shop.identity("Z"), first.address) as ear,
            lying(shop.identity("Z"), last.address) as mouth,
        ):
            mouth.answers = False
            everyone = sorted(DeviceId(shop.identity(each).device) for each in "AB")
            await mouth.say(Neighbours(tuple(everyone)))
            await first.sell(3)
            await until(lambda: ear.last_have() is not None and len(ear.last_have().entries) == 1)
            await mouth.say(ear.last_have())
            await until(lambda: mouth.wants.total() >= 1)
            assert last.node.position == 0
            async with trio.open_nursery() as nursery:
                nursery.start_soon(last.mesh._dial, middle.address)
                await converged([first, middle, last], 4)
                nursery.cancel_scope.cancel()


async def test_have_frames_of_every_size_never_end_the_process(honest_pair):
    """The largest legal Have, over and over: one of our intervals is not filled by one liar."""
    async with honest_pair() as (shop, one, other), lying(shop.identity("Z"), one.address) as liar:
        large = encode_message(invented_tips(other.node.device, 2000))
        small = encode_message(Have(()))
        for _ in range(20):
            await liar.send(large)
            await liar.send(small)
        await still_one_shop([one, other])
