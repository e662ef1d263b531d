"""A small shop that sells while faults strike it, and what must be true of it afterwards.

Also a program: `small_shop.py SEED` strikes every fault once and prints the digest of the trace.
"""

import hashlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

import trio

from simulations.disk.sim_disk import SimDisk
from simulations.faults.process import keep_up
from simulations.faults.swarm import Strike, calm, hit, run_strikes
from simulations.faults.table import FAULTS
from simulations.simulator.determinism import run_seeded
from simulations.simulator.terminal import SimTerminal
from simulations.simulator.world import Shape, World, open_world
from simulations.workload.till import TillDown

PIZZA = {"nome": "Pizza", "quantidade": 1, "preco_unitario_centavos": 4550}
ORDER = {"tipo": "balcao", "itens": [PIZZA]}
CONVERGE_SECONDS = 300.0


class SmallShop:
    """orders: ids that a terminal acknowledged."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.orders: list[str] = []
        self._number = 0

    async def sell(self, terminal: SimTerminal) -> str | None:
        """One order; None when the terminal did not take it."""
        self._number += 1
        key = hashlib.sha256(f"{self.world.seed} {self._number}".encode()).hexdigest()[:32]
        try:
            answer = await terminal.call("POST", "/api/pedidos", ORDER, key=key)
        except TillDown:
            return None
        if not answer.acknowledged:
            return None
        self.orders.append(answer.body["id"])
        return str(answer.body["id"])

    async def sell_for_ever(self, dice: Random) -> None:
        async with trio.open_nursery() as nursery:
            while True:
                await trio.sleep(dice.uniform(0.2, 1.8))
                if standing := self.world.standing():
                    nursery.start_soon(self.sell, dice.choice(standing))

    async def shows(self, order: str) -> list[bool]:
        """Whether each terminal that stands shows it."""
        answers = [
            await each.call("GET", f"/api/pedidos/{order}") for each in self.world.standing()
        ]
        return [answer.status == 200 for answer in answers]


async def strike_each(shop: SmallShop, names: Sequence[str], lasting: float) -> None:
    """One after the other, each about so many seconds, while the shop sells."""
    dice = shop.world.dice("strikes")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(shop.sell_for_ever, shop.world.dice("sales"))
        nursery.start_soon(keep_up, shop.world, shop.world.dice("service manager"))
        for name in names:
            seconds = min(lasting, FAULTS[name].seconds[1])
            await hit(shop.world, Strike(0.0, name, dice.getrandbits(64), seconds))
            await trio.sleep(1.0)
        nursery.cancel_scope.cancel()


async def strike_all(shop: SmallShop, names: Sequence[str], lasting: float) -> None:
    """All of them within so many seconds, overlapping."""
    dice = shop.world.dice("strikes")
    strikes = [
        Strike(lasting * number / len(names), name, dice.getrandbits(64), dice.uniform(2.0, 20.0))
        for number, name in enumerate(dice.sample(names, len(names)))
    ]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(shop.sell_for_ever, shop.world.dice("sales"))
        until = trio.current_time() + lasting
        await run_strikes(shop.world, strikes, shop.world.dice("service manager"), until)
        nursery.cancel_scope.cancel()


def problems(world: World) -> list[str]:
    """Ends of processes that were nobody's wish, and machines that do not start."""
    faults = [fault for each in world.terminals.values() for fault in each.faults]
    return [*world.findings, *faults]


async def recovered(shop: SmallShop) -> list[str]:
    """End all faults; sentences about what is not as it must be then."""
    world = shop.world
    await calm(world)
    found = [] if await world.converge(CONVERGE_SECONDS) else ["not equal"]
    for order in shop.orders:
        shown = await shop.shows(order)
        if not all(shown) and order not in world.lost_orders | world.meddled:
            found.append(f"order {order} is shown by {sum(shown)} of {len(shown)}")
    return found + problems(world)


def every_fault_at_once(seed: int) -> str:
    """The digest of a run in which all faults strike within 80 s."""

    async def main() -> str:
        with tempfile.TemporaryDirectory() as folder:
            async with open_world(seed, Path(folder), SimDisk) as world:
                world.found(Shape(terminals=3, uplinks=3))
                await world.boot_all()
                shop = SmallShop(world)
                await strike_all(shop, sorted(FAULTS), 80.0)
                found = await recovered(shop)
                assert not found, found
                return world.trace.digest

    return run_seeded(seed, main)


if __name__ == "__main__":
    sys.stdout.write(every_fault_at_once(int(sys.argv[1])))
