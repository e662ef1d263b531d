"""Four terminals sell over a wire that loses, doubles and reorders; two over one of 1 kB/s, which
brings what was sold before it, too."""

import random
from collections.abc import Callable

import pytest
import trio

from tests.real.lossy_wire import Quality
from tests.real.namespaces import Till
from tests.real.sellers import Books, Seller, sold
from tests.real.shop_on_wire import shop_on_wire, until

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(300, func_only=True),
    pytest.mark.usefixtures("may_wire"),
]

BAD = Quality(loss=0.2, duplication=0.05, reordering=0.1, latency=0.01, jitter=0.01)
ORDERS_EACH = 15
BACKLOG = 60
SLOW = Quality(latency=0.1, jitter=0.05, bytes_per_second=1000, queue_bytes=8000)


async def test_a_fifth_of_all_frames_lost_while_all_four_sell(
    four: dict[str, Till], count: Callable[[str], None]
) -> None:
    """The wire is as bad while they find each other, sell and become equal."""
    dice, books = random.Random(11), Books()
    async with shop_on_wire(four, 11) as shop:
        shop.wire.become(BAD)
        await shop.start_all(discovery="mdns")
        await sold(four.values(), books, dice, ORDERS_EACH)
        await shop.all_equal(books, count)
        seen = shop.wire.seen()
    assert books.refused == []
    assert len(books.orders) == ORDERS_EACH * len(four)
    assert all(seen[each] > 0 for each in ("lost", "doubled", "reordered"))
    assert 0.15 < seen["lost"] / (seen["lost"] + seen["carried"]) < 0.25


async def test_an_order_arrives_over_one_kilobyte_a_second(
    tills: dict[str, Till], count: Callable[[str], None]
) -> None:
    """Even the handshakes are slow there; nothing was linked before it was slow."""
    pair = {letters: tills[letters] for letters in "AB"}
    dice, books = random.Random(12), Books()
    async with shop_on_wire(pair, 12) as shop:
        shop.wire.become(SLOW)
        await shop.start_all()
        began = trio.current_time()
        await shop.linked(["AB"])
        count(f"linked after {trio.current_time() - began:.1f} s")
        order = await Seller(pair["A"], books, dice).open("sem cebola")
        asked = trio.current_time()

        async def arrived() -> bool:
            return (await pair["B"].ask("GET", f"/api/pedidos/{order}"))[0] == 200

        await until("the order arrived", arrived)
        count(f"one order arrived after {trio.current_time() - asked:.1f} s")
        await Seller(pair["B"], books, dice).sell(5)
        await shop.all_equal(books, count)


async def test_a_backlog_gets_over_one_kilobyte_a_second(
    tills: dict[str, Till], count: Callable[[str], None]
) -> None:
    """Far more was sold while they were cut than passes in the time that a link may be silent."""
    pair = {letters: tills[letters] for letters in "AB"}
    dice, books = random.Random(13), Books()
    async with shop_on_wire(pair, 13) as shop:
        shop.wire.cut("A", "B")
        await shop.start_all()
        await Seller(pair["A"], books, dice).sell(BACKLOG)
        shop.wire.become(SLOW)
        shop.wire.mend("A", "B")
        await shop.all_equal(books, count)
    assert len(books.orders) == BACKLOG
