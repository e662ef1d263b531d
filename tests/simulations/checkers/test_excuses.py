"""What a lost disk excuses, and what it does not."""

from collections.abc import Callable

import trio

from simulations.checkers.evidence import Evidence, take_evidence
from simulations.checkers.excuses import WorldExcuses
from simulations.disk.sim_disk import Image
from simulations.simulator.terminal import SimTerminal
from simulations.workload.ledger import ORDERS, Deed, Ledger
from simulations.workload.promises import Excused
from simulations.workload.till import JSON
from tests.simulations.faults.small_shop import ORDER, SmallShop

InAShop = Callable[..., None]
LINE = {"nome": "Suco", "quantidade": 1, "preco_unitario_centavos": 900}


class Counter:
    """Somebody who writes down what terminals answer."""

    def __init__(self, shop: SmallShop) -> None:
        self.shop, self.ledger, self.order = shop, Ledger(), ""

    async def do(self, host: str, path: str, body: JSON) -> Deed:
        """One acknowledged write."""
        terminal: SimTerminal = self.shop.world.terminals[host]
        key = f"{len(self.ledger.deeds):016x}9e4ccfb70bf1f0eb"
        deed = self.ledger.begin(
            Deed("act", "waiter 1", "POST", f"{ORDERS}{path}", body, key=key, order=self.order)
        )
        at = trio.current_time()
        answer = await terminal.call("POST", deed.path, body, key=key)
        assert answer.acknowledged, answer.body
        self.ledger.attempted(deed, host, at, trio.current_time(), answer)
        self.order = deed.order
        return deed

    async def lose(self, host: str) -> None:
        """Its disk is replaced by an empty one."""
        world = self.shop.world
        world.terminals[host].put_image(Image({}))
        world.forget(host)
        await world.boot(host)

    async def evidence(self) -> Evidence:
        world = self.shop.world
        world.heal()
        return await take_evidence(world, self.ledger, converged=await world.converge(120.0))

    async def cut_off(self, host: str) -> None:
        others = [each for each in (*self.shop.world.hosts, "relay") if each != host]
        self.shop.world.wires.partition([host], others, why="test")
        await trio.sleep(30.0)


def test_only_the_write_that_all_lost_is_excused(in_a_shop: InAShop) -> None:
    async def play(shop: SmallShop) -> None:
        counter, world = Counter(shop), shop.world
        opened = await counter.do("A", "", ORDER)
        path = f"/{counter.order}/itens"
        assert await world.converge(60.0)
        await counter.cut_off("A")
        shared = await counter.do("B", path, {"itens": [LINE]})
        alone = await counter.do("A", path, {"itens": [LINE]})
        await counter.lose("A")
        excuses = WorldExcuses(await counter.evidence())
        how = [excuses.of(deed, deed.attempts[0]) for deed in (opened, shared, alone)]
        assert how == [Excused.NOT, Excused.NOT, Excused.WHOLLY]
        assert counter.order in world.lost_orders

    in_a_shop(play, terminals=2)


def test_what_showed_something_lost_is_no_promise_but_was_done(in_a_shop: InAShop) -> None:
    async def play(shop: SmallShop) -> None:
        counter, world = Counter(shop), shop.world
        await counter.do("A", "", ORDER)
        path = f"/{counter.order}/itens"
        await counter.cut_off("A")
        image, kept = world.terminals["A"].disk.snapshot(), dict(world.terminals["A"].seen)
        alone = await counter.do("A", path, {"itens": [LINE]})
        world.terminals["A"].put_image(image)
        world.forget("A", kept)
        await world.boot("A")
        later = await counter.do("A", path, {"itens": [LINE]})
        excuses = WorldExcuses(await counter.evidence())
        assert excuses.of(alone, alone.attempts[0]) is Excused.WHOLLY
        assert excuses.of(later, later.attempts[0]) is Excused.ITS_SIGHT

    in_a_shop(play, terminals=2)


def test_a_terminal_may_forget_what_it_lost_and_nothing_else(in_a_shop: InAShop) -> None:
    async def play(shop: SmallShop) -> None:
        counter, world = Counter(shop), shop.world
        await counter.do("A", "", ORDER)
        assert await world.converge(60.0)
        before = trio.current_time()
        await counter.lose("A")
        after = trio.current_time() + 1.0
        assert await world.converge(60.0)
        excuses = WorldExcuses(await counter.evidence())
        assert excuses.forgot("A", before, after)
        assert not excuses.forgot("A", after, after + 60.0)
        assert not excuses.forgot("B", before, after)
        assert not world.lost

    in_a_shop(play, terminals=2)


def test_letters_of_two_machines_prove_nothing(in_a_shop: InAShop) -> None:
    async def play(shop: SmallShop) -> None:
        counter, world = Counter(shop), shop.world
        await counter.do("A", "", ORDER)
        cloned = trio.current_time()
        await world.boot(world.clone("A").host)
        excuses = WorldExcuses(await counter.evidence())
        assert excuses.forgot("A", cloned, cloned + 10.0)
        assert not excuses.forgot("A", 0.0, cloned - 0.1)
        assert not excuses.forgot("B", cloned, cloned + 10.0)

    in_a_shop(play, terminals=2)


def test_what_another_terminal_lost_without_a_fault_is_not_excused(in_a_shop: InAShop) -> None:
    async def play(shop: SmallShop) -> None:
        counter, world = Counter(shop), shop.world
        opened = await counter.do("A", "", ORDER)
        assert await world.converge(60.0)
        await counter.cut_off("B")
        world.terminals["B"].put_image(Image({}))  # as a till that never synced: no fault says so
        assert await world.boot("B")
        assert world.relay is not None
        world.relay_forgets()
        world.relay.wipe()
        await counter.lose("A")
        assert not world.terminals["A"].node.log.headers(world.terminals["B"].history)
        excuses = WorldExcuses(await counter.evidence())
        assert excuses.of(opened, opened.attempts[0]) is Excused.NOT

    in_a_shop(play, terminals=2)
