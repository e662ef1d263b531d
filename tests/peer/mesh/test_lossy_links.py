"""Frames that never arrive, arrive twice, late or in another order: nothing is lost by it."""

from collections.abc import Callable, Iterable
from random import Random

import pytest

from tests.peer.mesh.conftest import converged
from tests.peer.mesh.spoiled_links import Spoil, SpoiledNetwork, is_of_repair, is_push

ORDERS = 8


class DropPushes:
    """All gossip is lost; Haves and Wants pass."""

    dropped = 0

    def __call__(self, frame: bytes) -> Iterable[bytes]:
        if is_push(frame):
            DropPushes.dropped += 1
            return
        yield frame


class DropEvery:
    """Every n-th frame behind the greeting is lost, whatever it says. (A link whose greeting is
    lost is closed as out of turn and dialled anew, so such a test would measure the dialler.)"""

    dropped = 0

    def __init__(self, n: int, first: int) -> None:
        self._n, self._count = n, first

    def __call__(self, frame: bytes) -> Iterable[bytes]:
        self._count += is_of_repair(frame)
        if is_of_repair(frame) and self._count % self._n == 0:
            DropEvery.dropped += 1
            return
        yield frame


class Muddle:
    """Frames come twice, and behind those that were sent after them."""

    moved = 0

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._held: list[bytes] = []

    def __call__(self, frame: bytes) -> Iterable[bytes]:
        if not is_of_repair(frame):
            yield frame
            return
        self._held.append(frame)
        if self._dice.random() < 0.3 and len(self._held) < 4:
            Muddle.moved += 1
            return  # held back until a later frame is sent
        self._dice.shuffle(self._held)
        for held in self._held:
            for _ in range(self._dice.choice((1, 1, 2))):
                yield held
        self._held.clear()


async def three_sell(open_mesh_shop, new_spoil: Callable[[], Spoil]) -> None:
    """Three terminals sell over spoiled links, and in the end hold every change."""
    async with open_mesh_shop() as shop:
        wrap = lambda network: SpoiledNetwork(network, new_spoil)  # noqa: E731
        terminals = []
        for letters in "ABC":
            peers = [each.address for each in terminals]
            terminals.append(await shop.start(letters, peers, wrap=wrap))
        for _ in range(ORDERS):
            for each in terminals:
                await each.sell()
        await converged(terminals, 3 * (ORDERS + 1))  # with the author_opened of each


async def test_with_all_gossip_lost_nothing_is_lost(open_mesh_shop):
    DropPushes.dropped = 0
    await three_sell(open_mesh_shop, DropPushes)
    assert DropPushes.dropped > 0


@pytest.mark.parametrize("n", [3, 7])
async def test_every_nth_frame_dropped_after_queueing(open_mesh_shop, n: int):
    DropEvery.dropped = 0
    links = iter(range(10_000))  # another place in the rhythm for each link
    await three_sell(open_mesh_shop, lambda: DropEvery(n, next(links)))
    assert DropEvery.dropped > 0


async def test_frames_doubled_delayed_and_reordered(open_mesh_shop):
    Muddle.moved = 0
    dice = Random(7)
    await three_sell(open_mesh_shop, lambda: Muddle(dice))
    assert Muddle.moved > 0
