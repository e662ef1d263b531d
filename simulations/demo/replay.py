"""The replay: everybody sells, things happen, then everybody must agree.

Rules of this file:
1. It owns nothing but the tills; processes and cables are the shop's.
2. The end is a condition with a deadline: all say the expected figures and one digest.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import msgspec
import trio

from simulations.demo.cashiers import Cashiers, Tally
from simulations.demo.faults import Plan
from simulations.demo.menu import bring_in, menu_of
from simulations.demo.orders_csv import Orders, ShopOrder
from simulations.demo.report import (
    Figures,
    differences,
    figures_of_relay,
    figures_of_terminal,
)
from simulations.demo.shop import RELAY, Shop
from simulations.demo.till import Away, Till

AGREE_SECONDS = 30.0
AGREE_SECONDS_PER_ORDER = 0.01  # a year is more to catch up with than a day
LOOK_SECONDS = 0.2


class Outcome(msgspec.Struct, frozen=True):
    """figures: of each terminal, then the relay · differences: empty when all agree · disputes:
    what a person must settle, as one terminal shows it · selling_seconds: until the last order was
    sold · healing_seconds: from then on until all agreed, or the deadline."""

    figures: tuple[Figures, ...]
    differences: tuple[str, ...]
    disputes: int
    tally: Tally
    selling_seconds: float
    healing_seconds: float


async def replay(
    shop: Shop,
    orders: Orders,
    *,
    cashiers: int,
    sold: Callable[[], None],
    tell: Callable[[str], None],
) -> Outcome:
    """cashiers: orders under way at a time · sold: called per order · tell: what happened.

    Raises ChildFailed, MenuDidNotArrive, StuckOrder, Refused, CutDidNotHold, SoldNothingAlone.
    """
    async with _tills(shop) as (tills, relay):
        menu = await bring_in(menu_of(orders), tills)
        tell(f"{len(menu.products)} products imported at {next(iter(tills))}, and known to all")
        people = Cashiers(shop, tills, menu)
        plan = Plan(
            shop,
            tills,
            relay,
            orders=len(orders.orders),
            alone=people.tally.alone,
            tell=tell,
        )

        def one_more() -> None:
            plan.sold()
            sold()

        started = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(plan.run)
            nursery.start_soon(_sell_all, people, orders.orders, cashiers, one_more)
        ended = trio.current_time()
        tell("everything is sold; waiting until all have everything")
        figures, wrong = await _agreement(tills, relay, orders)
        healed = trio.current_time()
        disputes = (await next(iter(tills.values())).get("/api/conflitos"))["total"]
    return Outcome(
        figures=tuple(figures),
        differences=tuple(wrong),
        disputes=disputes,
        tally=people.tally,
        selling_seconds=ended - started,
        healing_seconds=healed - ended,
    )


async def _sell_all(
    people: Cashiers, orders: Sequence[ShopOrder], cashiers: int, sold: Callable[[], None]
) -> None:
    waiting = iter(enumerate(orders))

    async def one_cashier() -> None:
        for number, order in waiting:
            await people.sell(number, order)
            sold()

    async with trio.open_nursery() as nursery:
        for _ in range(cashiers):
            nursery.start_soon(one_cashier)


async def _agreement(
    tills: dict[str, Till], relay: Till, orders: Orders
) -> tuple[list[Figures], list[str]]:
    """What all said last, and in what it differs: nothing, unless the deadline came first."""
    deadline = trio.current_time() + AGREE_SECONDS
    deadline += AGREE_SECONDS_PER_ORDER * len(orders.orders)
    figures: list[Figures] = []
    while True:
        try:
            figures = [await figures_of_terminal(till) for till in tills.values()]
            wrong = differences(figures, orders.totals)
            if not wrong or trio.current_time() >= deadline:
                figures.append(await figures_of_relay(relay))
                wrong = differences(figures, orders.totals)
        except Away as error:
            wrong = [f"no answer from {error}"]
        if not wrong or trio.current_time() >= deadline:
            return figures, wrong
        await trio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def _tills(shop: Shop) -> AsyncIterator[tuple[dict[str, Till], Till]]:
    tills = {
        each.letters: Till(each.letters, each.url, each.key) for each in shop.terminals.values()
    }
    relay = Till(RELAY, shop.relay_url, shop.back_office_token, shop.certificate)
    try:
        yield tills, relay
    finally:
        for till in (*tills.values(), relay):
            await till.close()
