"""SIGKILL and SIGSTOP at moments that the dice choose, while four terminals sell."""

import random
from collections.abc import Callable

import pytest
import trio

from tests.real.lossy_wire import Quality
from tests.real.namespaces import Till
from tests.real.sellers import Books, on_sale
from tests.real.shop_on_wire import ShopOnWire, shop_on_wire, until

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(300, func_only=True),
    pytest.mark.usefixtures("may_wire"),
]

WIFI = Quality(loss=0.01, latency=0.003, jitter=0.004)
KILLS = 8
BETWEEN_KILLS_SECONDS = (
    0.0,
    1.5,
)  # from the last one's being ready: in the middle of its catching up
OFF_SECONDS = (0.0, 1.0)
ALL_LINKS = ("AB", "AC", "AD", "BC", "BD", "CD")


async def test_killed_at_any_moment_and_started_again(
    four: dict[str, Till], count: Callable[[str], None]
) -> None:
    dice, books = random.Random(31), Books()
    async with shop_on_wire(four, 31) as shop:
        shop.wire.become(WIFI)
        await shop.start_all()
        async with on_sale(four.values(), books, dice):
            killed = [await _kill_one(shop, dice) for _ in range(KILLS)]
        count(f"SIGKILL at {' '.join(killed)}; {books.again} requests asked again")
        assert books.again > 0
        await shop.all_equal(books, count)
        await shop.linked(ALL_LINKS)
    assert books.refused == []


async def _kill_one(shop: ShopOnWire, dice: random.Random) -> str:
    """One terminal; it is on again afterwards."""
    await trio.sleep(dice.uniform(*BETWEEN_KILLS_SECONDS))
    letters = dice.choice(list(shop.tills))
    await shop.kill(letters)
    await trio.sleep(dice.uniform(*OFF_SECONDS))
    await shop.tills[letters].start_again(shop.nursery)
    return letters


async def test_paused_until_the_others_gave_it_up(
    four: dict[str, Till], count: Callable[[str], None]
) -> None:
    """A laptop whose lid was shut: as long as its neighbours need to close their links, not thirty
    seconds, since nothing more happens after that."""
    dice, books = random.Random(32), Books()
    async with shop_on_wire(four, 32) as shop:
        shop.wire.become(WIFI)
        await shop.start_all()
        await shop.linked(ALL_LINKS)
        others = [till for letters, till in four.items() if letters != "B"]

        async def given_up() -> bool:
            return not any(["B" in await till.links() for till in others])

        async with on_sale(four.values(), books, dice):
            await until("some orders", lambda: _sold(books, 12))
            shop.pause("B")
            paused = trio.current_time()
            alone = len(books.orders)
            await until("the others gave B up", given_up)
            count(f"B was given up {trio.current_time() - paused:.1f} s after SIGSTOP")
            assert len(books.orders) > alone  # the others sold on
            await until("who stands at B asked again", lambda: _asked_again(books))
            shop.wake("B")
            await until("B is linked again", lambda: _linked_again(shop))
        await shop.all_equal(books, count)
        await shop.linked(ALL_LINKS)
    assert books.refused == []


async def test_short_pauses_of_everyone(
    four: dict[str, Till], count: Callable[[str], None]
) -> None:
    """Too short for anybody to notice, now this one, now two at once; links stay or are remade."""
    dice, books = random.Random(33), Books()
    async with shop_on_wire(four, 33) as shop:
        shop.wire.become(WIFI)
        await shop.start_all()
        async with on_sale(four.values(), books, dice):
            for _ in range(10):
                pair = dice.sample(list(four), dice.randint(1, 2))
                for letters in pair:
                    shop.pause(letters)
                await trio.sleep(dice.uniform(0.1, 2.0))
                for letters in pair:
                    shop.wake(letters)
        await shop.all_equal(books, count)
    assert books.refused == []


async def _sold(books: Books, orders: int) -> bool:
    return len(books.orders) >= orders


async def _asked_again(books: Books) -> bool:
    """Then B wakes to the same request twice, and must answer both with one order."""
    return books.again > 0


async def _linked_again(shop: ShopOnWire) -> bool:
    return len(await shop.tills["B"].links()) == len(shop.tills) - 1
