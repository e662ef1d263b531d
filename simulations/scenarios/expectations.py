"""What must come of a story, in words: each that does not hold is a finding, and the story goes on.

Rules of this file:
1. Terminals are asked over their API, as any front end would; only what nobody can ask (whether two
   machines hold the same) is read from them directly.
2. Looking leaves nothing behind, neither in the shop nor in the ledger.
"""

from collections.abc import Mapping, Sequence

import trio
from msgspec import Struct

from simulations.simulator.relay import SimRelay
from simulations.simulator.terminal import SimTerminal
from simulations.simulator.world import ORDER, World
from simulations.workload.cash_scenes import DAYS, SHIFTS
from simulations.workload.catalog_scenes import PRODUCTS, STOCK
from simulations.workload.ledger import ORDERS, Deed, Ledger
from simulations.workload.people import Party
from simulations.workload.till import JSON, TillDown
from simulations.workload.trust_scenes import CUSTOMERS

Order = Party  # what people know of it: `sight` is how the last one saw it

EQUAL_SECONDS = 120.0  # that a healed shop may take until everybody holds the same
_DISPUTES = "/api/conflitos?limite=500"
_SUMS = "/api/estatisticas?dia=todos"


class Dish(Struct, frozen=True):
    """A product of the catalog."""

    id: str


class Unplayable(Exception):
    """The story cannot go on: what it needs did not come about."""


class Expectations:
    """The half of `SimShop` that looks."""

    def __init__(self, world: World, ledger: Ledger) -> None:
        self.world = world
        self.ledger = ledger

    def terminal(self, host: str) -> SimTerminal:
        return self.world.terminals[host]

    @property
    def relay(self) -> SimRelay:
        assert self.world.relay is not None, "this story was to have a relay"
        return self.world.relay

    def expect(self, holds: bool, otherwise: str) -> None:
        """otherwise: the sentence of the finding."""
        if not holds:
            self.world.findings.append(f"scenario: {otherwise}")

    def expect_durability(self, deed: Deed, level: str) -> None:
        """How far the answer said that it had come."""
        told = deed.answer.durability if deed.answer else "no answer"
        self.expect(told == level, f"{deed.act} was told {told!r}, not {level!r}")

    async def expect_agreement(self, within: float = EQUAL_SECONDS) -> None:
        """Everybody holds the same within so many virtual seconds."""
        same = await self.world.converge(within)
        self.expect(same, f"not equal after {within:.0f} s")

    async def expect_dispute(self, kind: str, order: Order | None = None, times: int = 1) -> None:
        """Every terminal tells of exactly so many open disputes of this kind."""
        for terminal in self.world.standing():
            found = len(await self.disputes(terminal.host, kind, order))
            self.expect(
                found == times, f"{terminal.host} tells of {found} open {kind}, not of {times}"
            )

    async def expect_no_dispute(self, kind: str, order: Order | None = None) -> None:
        await self.expect_dispute(kind, order, times=0)

    async def expect_only(self, *kinds: str) -> None:
        """No terminal tells of an open dispute of any other kind."""
        for terminal in self.world.standing():
            others = {each["tipo"] for each in await self._open(terminal.host)} - set(kinds)
            self.expect(not others, f"{terminal.host} tells of {', '.join(sorted(others))}")

    async def expect_shown(self, order: Order, **fields: JSON) -> None:
        """Every terminal shows the order with these fields."""
        await self._expect_members(f"{ORDERS}/{order.order}", "on an order", fields)

    async def expect_items(self, order: Order, **fields: Sequence[JSON]) -> None:
        """Every terminal shows the order's lines with these values, in their order."""
        await self.expect_rows(order, "itens", **fields)

    async def expect_rows(self, order: Order, rows: str, **fields: Sequence[JSON]) -> None:
        """The same of another list of the order. rows: its name."""
        for terminal in self.world.standing():
            shown = await self._ask(terminal.host, f"{ORDERS}/{order.order}")
            for name, values in fields.items():
                seen = [row[name] for row in shown[rows]]
                text = f"{terminal.host} shows {name} {seen!r} on {rows}, not {list(values)!r}"
                self.expect(seen == list(values), text)

    async def expect_customer(self, customer: str, **fields: JSON) -> None:
        """Every terminal shows the customer's account with these fields."""
        await self._expect_members(f"{CUSTOMERS}/{customer}", "on a customer", fields)

    async def expect_drawer(self, shift: str, **fields: JSON) -> None:
        """Every terminal shows the cash shift with these fields."""
        await self._expect_members(f"{SHIFTS}/{shift}", "of a drawer", fields)

    async def expect_blind(self, at: str, shift: str) -> None:
        """Nothing there tells what should be in the drawer."""
        shown = await self._ask(at, f"{SHIFTS}/{shift}")
        told = {each: shown[each] for each in ("vendas_centavos", "esperado_centavos")}
        self.expect(not any(told.values()), f"{at} tells of an uncounted drawer: {told}")

    async def expect_same_report(self, shift: str) -> None:
        """The shift's report is whole, and the same at every terminal."""
        path = f"{SHIFTS}/{shift}/relatorio"
        told = [await self._ask(each.host, path) for each in self.world.standing()]
        self.expect(told[0]["hash"] is not None, "a report is not whole")
        self.expect(all(each == told[0] for each in told), "terminals report a drawer differently")

    async def expect_day(self, day: str, state: str, **fields: JSON) -> None:
        """Every terminal shows the day in this state, with one close that says this, and tells that
        close alike."""
        hashes = set()
        for terminal in self.world.standing():
            shown = await self._ask(terminal.host, f"{DAYS}/{day}")
            self.expect(shown["situacao"] == state, f"{terminal.host}: dia {shown['situacao']}")
            for close in shown["fechamentos"]:
                hashes.add(close["hash"])
                seen = {
                    **close,
                    "faltam": [each["terminal"] for each in close["faltam"]],
                    "adendos": close["adendos"]["quantos"],
                    "vendas": close["total"]["vendas_centavos"],
                }
                for name, value in fields.items():
                    text = f"{terminal.host} shows {name} {seen[name]!r} on a closed day"
                    self.expect(seen[name] == value, f"{text}, not {value!r}")
        self.expect(len(hashes) == 1, f"a day has {len(hashes)} closes, not one")

    async def expect_twice(self, day: str, centavos: int, *drawers: str) -> None:
        """Every terminal names one payment that fell into these drawers, and counts it once."""
        for terminal in self.world.standing():
            shown = await self._ask(terminal.host, f"{DAYS}/{day}")
            named = shown["lancamentos_alem_dos_pedidos"]["itens"]
            seen = [(each["valor_centavos"], each["caixas"]) for each in named]
            text = f"{terminal.host} names {seen} beyond the orders"
            self.expect(seen == [(centavos, sorted(drawers))], text)

    async def expect_dish(self, dish: Dish, name: str, *values: JSON) -> None:
        """Every terminal shows the dish with the same value of this field, one of these."""
        shown = {
            terminal.host: (await self._ask(terminal.host, f"{PRODUCTS}/{dish.id}"))[name]
            for terminal in self.world.standing()
        }
        text = f"{name} of a dish is {shown}, not {' or '.join(map(str, values))} everywhere"
        told = set(shown.values())
        self.expect(len(told) == 1 and told <= set(values), text)

    async def expect_on_hand(self, dish: Dish, units: int) -> None:
        """Every terminal shows so many in the stock."""
        await self.expect_answer(f"{STOCK}/{dish.id}", milesimos=units * 1000)

    async def expect_menu(self, prices: Mapping[str, int]) -> None:
        """Every terminal shows exactly these products: centavos by code, each once."""
        for terminal in self.world.standing():
            shown = (await self._ask(terminal.host, PRODUCTS))["produtos"]
            seen = sorted((each["codigo"], each["preco_centavos"]) for each in shown)
            told = f"{terminal.host} shows products of {seen}, not {sorted(prices.items())}"
            self.expect(seen == sorted(prices.items()), told)

    async def total(self, at: str, order: Order) -> int:
        """Centavos of the order, as one terminal shows it."""
        shown = await self._ask(at, f"{ORDERS}/{order.order}")
        return int(shown["total_centavos"])

    async def expect_answer(self, path: str, **fields: JSON) -> None:
        """Every terminal answers a look there with these members."""
        await self._expect_members(path, f"at {path}", fields)

    async def _expect_members(self, path: str, where: str, fields: Mapping[str, JSON]) -> None:
        for terminal in self.world.standing():
            shown = await self._ask(terminal.host, path)
            for name, value in fields.items():
                seen = shown.get(name)
                text = f"{terminal.host} shows {name} {seen!r} {where}, not {value!r}"
                self.expect(seen == value, text)

    async def expect_sold(self, orders: int, received: int) -> None:
        """Every terminal tells of so many orders and so many centavos received, of all days."""
        for terminal in self.world.standing():
            sums = await self._ask(terminal.host, _SUMS)
            told = sums["pedidos"], sums["recebido_centavos"]
            text = f"{terminal.host} tells of {told[0]} orders and {told[1]} centavos"
            self.expect(told == (orders, received), f"{text}, not of {orders} and {received}")

    async def day(self, at: str, order: Order) -> str:
        """The business day under which an order is shown there."""
        shown = await self._ask(at, f"{ORDERS}/{order.order}")
        return str(shown["data_operacao"])

    async def expect_same_day(self, *orders: Order) -> None:
        """They belong to one business day."""
        at = self.world.hosts[0]
        shown = [await self._ask(at, f"{ORDERS}/{each.order}") for each in orders]
        days = {str(each["data_operacao"]) for each in shown}
        self.expect(len(days) == 1, f"one evening is split into {', '.join(sorted(days))}")

    async def expect_synced(self, orders: Sequence[Order], *, synced: bool) -> None:
        """What terminals with a way to the relay say of it."""
        asked = 0
        for terminal in self.world.standing():
            for order in orders:
                shown = await self._ask(terminal.host, f"{ORDERS}/{order.order}")
                if shown["syncStatus"] != "local":
                    asked += 1
                    text = f"{terminal.host} says {shown['syncStatus']} of an order"
                    self.expect(shown["sincronizado"] is synced, text)
        self.expect(asked > 0, "no terminal has a way to the relay")

    def expect_told(self, *codes: str, at: str) -> None:
        """Somebody was refused there with one of these codes of problems."""
        told = {
            each.code for deed in self.ledger.deeds for each in deed.attempts if each.letters == at
        }
        self.expect(bool(told & set(codes)), f"{at} told nobody {' or '.join(codes)}")

    async def expect_holding_as(self, one: str, other: str, within: float = EQUAL_SECONDS) -> None:
        """Two terminals come to hold the same, whatever the others hold."""
        pair = self.terminal(one), self.terminal(other)

        def same() -> bool:
            return all(each.on for each in pair) and (
                pair[0].node.content_digest() == pair[1].node.content_digest()
            )

        with trio.move_on_after(within):
            while not same():  # noqa: ASYNC110 - it belongs to two machines
                await trio.sleep(0.5)
        self.expect(same(), f"{other} does not come to hold what {one} holds")

    def losses(self, at: str) -> int:
        """How often a terminal found that the relay had lost what it had vouched for."""
        uplink = self.terminal(at).parts.uplink
        return 0 if uplink is None else uplink.status().losses

    def relay_knows_all(self) -> bool:
        """Whether the relay holds what each terminal holds."""
        held = self.relay.content_digest(self.world.site)
        return all(each.node.content_digest() == held for each in self.world.standing())

    async def disputes(self, at: str, kind: str, order: Order | None = None) -> list[JSON]:
        """The open ones of this kind that one terminal tells of. order: only about this one."""
        return [
            each
            for each in await self._open(at)
            if each["tipo"] == kind
            and (order is None or each["documento"] == f"{ORDER}{order.order}")
        ]

    async def _open(self, at: str) -> list[JSON]:
        found: list[JSON] = (await self._ask(at, _DISPUTES))["conflitos"]
        return found

    async def _ask(self, at: str, path: str) -> JSON:
        """What a terminal answers to a look. Raises Unplayable when it does not."""
        try:
            answer = await self.terminal(at).call("GET", path)
        except TillDown as error:
            raise Unplayable(f"{at} is off and should have shown {path}") from error
        if not answer.acknowledged:
            raise Unplayable(f"{at} answered {answer.status} to {path}")
        return answer.body
