"""Cashiers and the day's faults against terminals that are dictionaries."""

import datetime
from typing import Any

import pytest
import trio

from simulations.demo.cashiers import Cashiers, StuckOrder
from simulations.demo.faults import CutDidNotHold, Plan, SoldNothingAlone
from simulations.demo.menu import Menu
from simulations.demo.orders_csv import OrderLine, ShopOrder
from simulations.demo.till import STAGES, Away, Seen, Till, seen_in

ORDER = ShopOrder(
    "7",
    datetime.datetime(2015, 11, 27),
    (OrderLine("Pizza", 1000, 1650), OrderLine("Água", 2000, 400)),
)
STAGE_OF = {
    "enviar": "enviado",
    "preparando": "preparando",
    "pronto": "pronto",
    "entregue": "entregue",
}


class FakeShop:
    def __init__(self, letters: str = "ABC") -> None:
        self.cut_off: frozenset[str] = frozenset()
        self.terminals = dict.fromkeys(letters)
        self.orders: dict[str, dict[str, Any]] = {}
        self.known: dict[str, set[str]] = {each: set() for each in letters}
        self.off: set[str] = set()
        self.answers_lost: list[str] = []
        self.done: dict[str, str] = {}
        self.log: list[tuple[str, str]] = []
        self.leaks = False
        self.at_relay: set[str] = set()
        self.looks_before_known = 0
        self.versions_agree = False
        self.looks = 0

    def together(self, letters: str) -> list[str]:
        return [
            each for each in self.terminals if (each in self.cut_off) == (letters in self.cut_off)
        ]

    def is_up(self, letters: str) -> bool:
        return letters not in self.off

    async def cut(self, letters: str) -> None:
        self.cut_off |= {letters}

    async def mend(self, letters: str) -> None:
        self.cut_off -= {letters}

    async def kill(self, letters: str) -> None:
        self.off.add(letters)

    async def restart(self, letters: str) -> None:
        self.off.discard(letters)


class FakeTill(Till):
    def __init__(self, letters: str, shop: FakeShop) -> None:
        self.letters = letters
        self._shop = shop

    async def find(self, order: str, version: str = "") -> Seen | None:
        await trio.lowlevel.checkpoint()
        self._shop.looks += 1
        if self.letters in self._shop.off:
            raise Away(self.letters)
        if order not in self._shop.known[self.letters]:
            self._shop.looks_before_known -= 1
            if self._shop.looks_before_known == 0:
                self._shop.known[self.letters].add(order)
            return None
        return seen_in(self._shop.orders[order])

    async def holds_document(self, order: str) -> bool:
        await trio.lowlevel.checkpoint()
        return order in self._shop.at_relay

    async def post(self, path: str, key: str, body: Any = None) -> dict[str, Any]:
        await trio.lowlevel.checkpoint()
        if self.letters in self._shop.off:
            raise Away(self.letters)
        if key not in self._shop.done:
            self._shop.done[key] = self._act(path.removeprefix("/api/pedidos"), key, body)
            self._shop.log.append((self.letters, path.rpartition("/")[2]))
        if self.letters in self._shop.answers_lost:
            self._shop.answers_lost.remove(self.letters)
            raise Away(self.letters)
        return self._shop.orders[self._shop.done[key]]

    async def post_if(
        self, version: str, path: str, key: str, body: Any = None
    ) -> dict[str, Any] | None:
        await trio.lowlevel.checkpoint()
        if self.letters in self._shop.off:
            raise Away(self.letters)
        return await self.post(path, key, body) if self._shop.versions_agree else None

    def _act(self, path: str, key: str, body: Any) -> str:
        shop = self._shop
        if not path:
            shop.orders[key] = {
                "id": key,
                "itens": [],
                "status_producao": "novo",
                "pago_centavos": 0,
                "status": "aberto",
                "version": "never the same",
            }
            near = list(shop.terminals) if shop.leaks else shop.together(self.letters)
            for each in [self.letters] if shop.looks_before_known else near:
                shop.known[each].add(key)
            return key
        order, action = path.strip("/").split("/")
        assert order in shop.known[self.letters], "nobody acts on what cannot be seen"
        pedido = shop.orders[order]
        if action == "itens":
            pedido["itens"] += body["itens"]
        elif action == "pagamentos":
            pedido["pago_centavos"] += body["valor_centavos"]
        elif action == "fechar":
            pedido["status"] = "pago"
        else:
            assert STAGES.index(STAGE_OF[action]) == STAGES.index(pedido["status_producao"]) + 1
            pedido["status_producao"] = STAGE_OF[action]
        return order


def _people(shop: FakeShop) -> tuple[Cashiers, dict[str, Till]]:
    tills: dict[str, Till] = {each: FakeTill(each, shop) for each in shop.terminals}
    return Cashiers(shop, tills, Menu({}, b"")), tills  # type: ignore[arg-type]


async def test_each_step_of_an_order_is_done_at_another_terminal() -> None:
    shop = FakeShop()
    people, _ = _people(shop)
    await people.sell(1, ORDER)
    steps = "pedidos itens itens enviar preparando pronto entregue pagamentos fechar".split()
    assert shop.log == list(zip("BCABCABCA", steps, strict=True))
    (pedido,) = shop.orders.values()
    assert (len(pedido["itens"]), pedido["pago_centavos"], pedido["status"]) == (2, 2450, "pago")
    assert people.tally.orders == 1 and people.tally.walks == 0


async def test_nobody_looks_where_the_order_is_as_it_was_answered() -> None:
    shop = FakeShop()
    people, _ = _people(shop)
    await people.sell(1, ORDER)
    assert shop.looks == 8
    shop.versions_agree = True
    await people.sell(2, ORDER)
    assert shop.looks == 8 and people.tally.orders == 2


async def test_an_order_is_waited_for_at_the_next_terminal(autojump_clock: object) -> None:
    shop = FakeShop("AB")
    shop.looks_before_known = 4
    people, _ = _people(shop)
    await people.sell(0, ORDER)
    assert [letters for letters, _ in shop.log] == list("ABABABABA")
    assert people.tally.walks == 0


async def test_one_walks_on_from_a_terminal_that_never_shows_it(autojump_clock: object) -> None:
    shop = FakeShop("AB")
    shop.looks_before_known = -1
    people, _ = _people(shop)
    await people.sell(0, ORDER)
    assert {letters for letters, _ in shop.log} == {"A"}
    assert people.tally.walks == 1


async def test_a_cut_terminal_sells_alone(autojump_clock: object) -> None:
    shop = FakeShop()
    people, _ = _people(shop)
    await shop.cut("C")
    await people.sell(2, ORDER)
    await people.sell(0, ORDER)
    assert {letters for letters, _ in shop.log[:9]} == {"C"}
    assert {letters for letters, _ in shop.log[9:]} == {"A", "B"}
    assert people.tally.alone == [("C", shop.done[next(iter(shop.done))])]


async def test_a_step_without_an_answer_is_repeated_elsewhere_under_its_key(
    autojump_clock: object,
) -> None:
    shop = FakeShop()
    people, _ = _people(shop)
    shop.answers_lost = ["A", "B"]
    await people.sell(0, ORDER)
    (pedido,) = shop.orders.values()
    assert (len(pedido["itens"]), pedido["pago_centavos"]) == (2, 2450)
    assert people.tally.retries == 2 and people.tally.walks == 1


async def test_an_order_that_no_terminal_takes_is_told(autojump_clock: object) -> None:
    shop = FakeShop()
    people, _ = _people(shop)
    shop.off = {"A", "B", "C"}
    with pytest.raises(StuckOrder, match="Order 7: no terminal took its opening"):
        await people.sell(0, ORDER)


def _plan(shop: FakeShop, alone: list[tuple[str, str]], told: list[str]) -> Plan:
    _, tills = _people(shop)
    relay = FakeTill("relay", shop)
    return Plan(shop, tills, relay, orders=30, alone=alone, tell=told.append)  # type: ignore[arg-type]


async def test_the_plan_happens_at_its_fractions_of_the_day() -> None:
    shop, told = FakeShop(), []
    alone = [("C", "an order")]
    plan = _plan(shop, alone, told)
    states = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(plan.run)
        for _ in range(30):
            plan.sold()
            await trio.testing.wait_all_tasks_blocked()
            states.append((shop.is_up("B"), "C" in shop.cut_off))
    assert states.index((True, True)) == 9
    assert states.index((False, True)) == 14
    assert states.index((True, True), 14) == 17
    assert states.index((True, False), 14) == 19
    assert len(told) == 5


async def test_machines_are_looked_after_when_nobody_can_sell(autojump_clock: object) -> None:
    shop = FakeShop()
    plan = _plan(shop, [("C", "an order")], [])
    for _ in range(15):
        plan.sold()
    await plan.run()
    assert shop.is_up("B") and not shop.cut_off


@pytest.mark.parametrize("where", ["A", "the relay"])
async def test_a_cut_that_does_not_hold_is_told(where: str, autojump_clock: object) -> None:
    shop = FakeShop()
    shop.leaks = where == "A"
    people, _ = _people(shop)
    plan = _plan(shop, people.tally.alone, [])
    await shop.cut("C")
    await people.sell(2, ORDER)
    shop.at_relay = set(shop.orders) if where == "the relay" else set()
    for _ in range(15):
        plan.sold()
    with pytest.raises(CutDidNotHold, match=f"yet {where} knows"):
        await plan.run()


async def test_a_cut_terminal_that_sold_nothing_is_told(autojump_clock: object) -> None:
    plan = _plan(FakeShop(), [], [])
    for _ in range(20):
        plan.sold()
    with pytest.raises(SoldNothingAlone):
        await plan.run()
