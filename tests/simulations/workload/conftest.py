"""Shops of one real terminal: two tills stand over it, and each may go off at any call."""

import hashlib
import json
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import Random

import msgspec
import pytest
import trio

from simulations.fuzz.memory_terminal import Booted, MemoryTerminal, open_terminal
from simulations.simulator.asgi import answer_of, call
from simulations.simulator.determinism import dice_of, run_seeded
from simulations.workload.ledger import Ledger
from simulations.workload.plan import ServicePlan
from simulations.workload.scenes import USUAL
from simulations.workload.service import draw_plan, run_service
from simulations.workload.till import JSON, Answer, TillDown


class OneTerminalTill:
    """See `Till`. down: how often a call ends in TillDown, half of the times after it happened."""

    def __init__(self, letters: str, booted: Booted, key: str, dice: Random, down: float) -> None:
        self.letters = letters
        self.down = down
        self._booted, self._key, self._dice = booted, key, dice

    async def call(
        self,
        method: str,
        path: str,
        body: JSON = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        luck = self._dice.random()
        await trio.sleep(self._dice.uniform(0.001, 0.02))
        if luck < self.down / 2:
            raise TillDown(self.letters)
        sent = {"host": "127.0.0.1:3000", "x-api-key": self._key, **(headers or {})}
        if key:
            sent["idempotency-key"] = key
        data = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            sent |= {"content-type": "application/json", "content-length": str(len(data))}
        answer = answer_of(*await call(self._booted.app, method, path, sent, data))
        if luck < self.down:
            raise TillDown(self.letters)
        return answer


class OneTerminalShop:
    """See `Shop`."""

    def __init__(self, tills: list[OneTerminalTill]) -> None:
        self.all = tills
        self.off: set[str] = set()

    def tills(self) -> Sequence[OneTerminalTill]:
        return [each for each in self.all if each.letters not in self.off]

    def now(self) -> float:
        return trio.current_time()

    async def sleep(self, seconds: float) -> None:
        await trio.sleep(seconds)

    async def orders(self, ledger: Ledger) -> dict[str, JSON]:
        """Every order that people were told of, as it is in the end."""
        self.all[0].down = 0.0
        found = {}
        for order in ledger.orders:
            answer = await self.all[0].call("GET", f"/api/pedidos/{order}")
            assert answer.status in (200, 404)
            if answer.status == 200:
                found[order] = answer.body
        return found


BUSY_SEEDS = (4, 5, 9)


class Evening:
    """One service that is over. orders: as the terminal shows them in the end, by id."""

    def __init__(self, plan: ServicePlan, ledger: Ledger, orders: Mapping[str, JSON]) -> None:
        self.plan, self.ledger, self.orders = plan, ledger, orders


def run_evening(
    terminal: MemoryTerminal,
    seed: int,
    orders: int = 12,
    *,
    down: float = 0.0,
    seconds: float = 900.0,
    chance: float | None = None,
) -> Evening:
    """A whole service under virtual time. chance: of every scene, instead of drawn ones, with
    enough people for all of them."""

    async def main() -> Evening:
        dice, ledger = dice_of(seed, "service"), Ledger()
        plan = draw_plan(dice, orders, seconds)
        if chance is not None:
            plan = msgspec.structs.replace(
                plan, chances=dict.fromkeys(USUAL, chance), waiters=4, cashiers=2, cooks=2
            )
        async with terminal.boot() as booted:
            shop = shop_over(booted, terminal.key, seed, down)
            await run_service(shop, plan, dice, ledger)
            final = await shop.orders(ledger)
        return Evening(plan, ledger, final)

    return run_seeded(seed, main)


def shop_over(booted: Booted, key: str, seed: int, down: float) -> OneTerminalShop:
    """Two tills."""
    return OneTerminalShop(
        [OneTerminalTill(each, booted, key, dice_of(seed, each), down) for each in "AB"]
    )


class Shops:
    """For tests: a service, or anything that people do, at a fresh terminal."""

    @staticmethod
    def evening(seed: int, orders: int = 12, **more: float) -> Evening:
        """See `run_evening`."""
        with open_terminal() as terminal:
            return run_evening(terminal, seed, orders, **more)  # type: ignore[arg-type]

    @staticmethod
    def day(seed: int, people: Callable[[OneTerminalShop, Ledger], Awaitable[None]]) -> Evening:
        """What these people do, in a shop where nothing fails."""
        with open_terminal() as terminal:

            async def main() -> Evening:
                ledger = Ledger()
                async with terminal.boot() as booted:
                    shop = shop_over(booted, terminal.key, seed, 0.0)
                    await people(shop, ledger)
                    return Evening(
                        draw_plan(dice_of(seed, ""), 1, 1), ledger, await shop.orders(ledger)
                    )

            return run_seeded(seed, main)


@pytest.fixture(scope="session")
def shops() -> Shops:
    return Shops()


@pytest.fixture(scope="session")
def busy_evenings() -> list[Evening]:
    """In which everything happens, one thing here and another there, at tills that go off."""
    return [Shops.evening(seed, 60, down=0.05, seconds=3600.0, chance=0.3) for seed in BUSY_SEEDS]


@pytest.fixture(scope="session")
def busy_evening(busy_evenings: list[Evening]) -> Evening:
    """One of them."""
    return busy_evenings[0]


if __name__ == "__main__":  # what a service did, from a process of its own
    with open_terminal() as opened:
        evening = run_evening(opened, int(sys.argv[1]), down=0.06)
    told = "\n".join(evening.ledger.lines())
    sys.stdout.write(hashlib.sha256(told.encode()).hexdigest())
