"""Ways that carry in one direction, in none, or only pretend to; real terminals sell meanwhile."""

import random
from collections.abc import Callable

import pytest
import trio

from tests.real.lossy_wire import LossyWire, Quality
from tests.real.namespaces import Till
from tests.real.sellers import Books, on_sale, sold
from tests.real.shop_on_wire import shop_on_wire

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(300, func_only=True),
    pytest.mark.usefixtures("may_wire"),
]

WIFI = Quality(loss=0.01, latency=0.003, jitter=0.004)
FLAPS = 12
FLAP_SECONDS = (0.3, 3.0)  # shorter and longer than a handshake and a Have; never a silence


async def test_a_sees_b_sees_c_and_a_cannot_see_c(
    tills: dict[str, Till], count: Callable[[str], None]
) -> None:
    """Neither way at first; then C hears A, but A never C; then everybody everybody."""
    dice, books = random.Random(21), Books()
    async with shop_on_wire(tills, 21) as shop:
        shop.wire.become(WIFI)
        shop.wire.cut("A", "C")
        await shop.start_all()
        await shop.linked(["AB", "BC"])
        await sold(tills.values(), books, dice, 8)
        await shop.all_equal(books, count)
        shop.wire.way("A", "C").cut = False
        await sold(tills.values(), books, dice, 8)
        await shop.linked(["AB", "BC"])  # half a way is none
        await shop.all_equal(books, count)
        shop.wire.mend("A", "C")
        await shop.linked(["AB", "BC", "AC"])
        await shop.all_equal(books, count)
        assert shop.wire.way("C", "A").seen["cut"] > 0
        assert shop.wire.way("A", "C").seen["carried"] > 0
    assert books.refused == []


async def test_one_direction_dies_under_standing_links(
    tills: dict[str, Till], count: Callable[[str], None]
) -> None:
    """What A says reaches nobody any more, while A hears everybody."""
    dice, books = random.Random(22), Books()
    async with shop_on_wire(tills, 22) as shop:
        shop.wire.become(WIFI)
        await shop.start_all()
        await shop.linked(["AB", "BC", "AC"])
        for other in "BC":
            shop.wire.way("A", other).cut = True
        await sold(tills.values(), books, dice, 10)
        await shop.linked(["BC"])  # both ends found out
        for other in "BC":
            shop.wire.mend("A", other)
        await shop.all_equal(books, count)
        await shop.linked(["AB", "BC", "AC"])
        assert shop.wire.way("A", "B").seen["cut"] > 0 == shop.wire.way("B", "A").seen["cut"]
    assert books.refused == []


async def test_a_half_open_link_is_noticed_and_made_anew(
    tills: dict[str, Till], count: Callable[[str], None]
) -> None:
    """Connections that stand carry nothing and nobody is told. Two terminals: no way around."""
    pair = {letters: tills[letters] for letters in "AB"}
    dice, books = random.Random(23), Books()
    async with shop_on_wire(pair, 23) as shop:
        shop.wire.become(WIFI)
        await shop.start_all()
        await shop.linked(["AB"])
        await sold(pair.values(), books, dice, 5)
        shop.wire.forget("A", "B")
        forgotten = trio.current_time()
        await sold(pair.values(), books, dice, 10)
        await shop.all_equal(books, count)
        count(
            f"made anew and equal {trio.current_time() - forgotten:.1f} s after it went half-open"
        )
        assert shop.wire.seen()["swallowed"] > 0
    assert books.refused == []


async def test_ways_that_come_and_go_all_the_time(
    tills: dict[str, Till], count: Callable[[str], None]
) -> None:
    """Now this way, now that one, now connections only; until nobody wants to go on."""
    dice, books = random.Random(24), Books()
    async with shop_on_wire(tills, 24) as shop:
        shop.wire.become(WIFI)
        await shop.start_all()
        await shop.linked(["AB", "BC", "AC"])
        async with on_sale(tills.values(), books, dice):
            await _flap(shop.wire, dice)
        await shop.all_equal(books, count)
        await shop.linked(["AB", "BC", "AC"])
        seen = shop.wire.seen()
        assert seen["cut"] > 0 < seen["swallowed"]
    assert books.refused == []


async def _flap(wire: LossyWire, dice: random.Random) -> None:
    """Each time one pair, for a while that the dice say; all carry afterwards."""
    for _ in range(FLAPS):
        one, other = dice.sample("ABC", 2)
        kind = dice.choice(("both ways", "one way", "connections"))
        if kind == "connections":
            wire.forget(one, other)
        elif kind == "one way":
            wire.way(one, other).cut = True
        else:
            wire.cut(one, other)
        await trio.sleep(dice.uniform(*FLAP_SECONDS))
        wire.mend(one, other)
