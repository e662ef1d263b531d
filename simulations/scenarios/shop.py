"""The words that scenarios are written in: what people, weather and burglars do to a shop.

Rules of this file:
1. Machines are named by their hosts: "A", "B", …, and "relay". People act through the API of the
   terminal that is named, with keys, retries and a ledger, as in every other run.
2. Here is what people do; machines and cables stand in `machinery`, what must come of it all in
   `expectations`, what must hold in every story in `checkers`.
"""

from collections.abc import Sequence
from contextlib import suppress
from random import Random

import trio

from simulations.faults.swarm import Strike, hit
from simulations.scenarios.expectations import Dish, Order, Unplayable
from simulations.scenarios.machinery import Machines
from simulations.simulator.terminal import SimTerminal
from simulations.simulator.world import World
from simulations.workload import acts, cash_scenes, trust_scenes
from simulations.workload.catalog_scenes import PRODUCTS, STOCK
from simulations.workload.ledger import ORDERS, SETTINGS, STAFF, Attempt, Deed, Ledger
from simulations.workload.people import Actor, Party, Person, Service
from simulations.workload.plan import ServicePlan, Visit
from simulations.workload.service import draw_plan, run_service
from simulations.workload.sights import Sight
from simulations.workload.till import JSON, Till, TillDown

PIZZA = 6450  # centavos of one line that `open` orders
DEEDS_A_PERSON_TRIES = 8
RETRY_SECONDS = 10.0
WALK_SECONDS = (1.0, 6.0)  # to a terminal, before each act
FOR_EVER = 1e9  # seconds: people of a story do not go home
MINUTE, HOUR = 60.0, 3600.0
PIN = "482913"  # of everybody who enters

_PATIENT = ServicePlan(
    orders=0,
    seconds=FOR_EVER,
    tables=0,
    waiters=1,
    cashiers=1,
    cooks=1,
    mix={},
    chances={},
    think_seconds=1.0,
    cook_seconds=10.0,
    tries=DEEDS_A_PERSON_TRIES,
    retry_seconds=RETRY_SECONDS,
    walks=0.0,
    gives_up=0.0,
    at_home=1.0,
)


class _Place:
    """One machine as people of a story know it: by its host, since a clone has the same letters."""

    def __init__(self, terminal: SimTerminal) -> None:
        self.letters = terminal.host
        self.call = terminal.call


class _Places:
    """The shop as people of a story see it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.now, self.sleep = world.now, world.sleep

    def tills(self) -> Sequence[Till]:
        return [_Place(each) for each in self._world.standing()]


class _Since:
    """The shop as one rush sees it: its time begins when the rush does."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._began = trio.current_time()

    def tills(self) -> Sequence[Till]:
        return self._world.tills()

    def now(self) -> float:
        return trio.current_time() - self._began

    async def sleep(self, seconds: float) -> None:
        await trio.sleep(seconds)


class SimShop(Machines):
    """One shop, for one story. small: whether the short form is told."""

    def __init__(self, world: World, ledger: Ledger, *, small: bool) -> None:
        super().__init__(world, ledger)
        self.small = small
        self._dice = world.dice("scenario")
        self._service = Service(_Places(world), _PATIENT, self._dice.getrandbits(64), ledger)
        self._management = Party(self._service, Visit(0, 0.0, "balcao", ()))  # has no order
        self._tokens: dict[str, str] = {}  # by terminal: of who entered there
        self._parties = 0
        self._rushes = 0
        self._began = trio.current_time()

    def size(self, full: int, small: int) -> int:
        """How many: in the full form, in the small one."""
        return small if self.small else full

    # --- what people do

    async def offer(self, at: str, centavos: int, **fields: JSON) -> Dish:
        """A dish enters the catalog."""
        body = {"nome": "Pizza do dia", "preco_centavos": centavos, "estacao": "forno", **fields}
        actor = await self._at(at, self._management)
        deed = await actor.send("add_product", PRODUCTS, body)
        if deed.told is None:
            raise Unplayable(f"{at} does not take a dish into the catalog")
        return Dish(deed.told["id"])

    async def change_dish(self, at: str, dish: Dish, **fields: JSON) -> Deed:
        """A manager changes what the catalog says of it."""
        actor = await self._at(at, self._management)
        path = f"{PRODUCTS}/{dish.id}"
        return await actor.send("change_product", path, fields, method="PATCH")

    async def change_shop(self, at: str, **fields: JSON) -> Deed:
        """A manager changes the shop's settings."""
        actor = await self._at(at, self._management)
        return await actor.send("change_settings", SETTINGS, fields, method="PATCH")

    async def hire(self, at: str, name: str, papel: str) -> str:
        """Somebody begins to work here; the id. The first of all is the owner."""
        actor = await self._at(at, self._management)
        deed = await actor.send("hire", STAFF, {"nome": name, "papel": papel})
        if deed.told is None:
            raise Unplayable(f"{at} does not take {name} on")
        return str(deed.told["id"])

    async def dismiss(self, at: str, who: str) -> Deed:
        """Somebody works here no more."""
        actor = await self._at(at, self._management)
        return await actor.send("dismiss", f"{STAFF}/{who}", {"ativo": False}, method="PATCH")

    async def give_pin(self, at: str, who: str) -> None:
        """Whoever entered there gives somebody a PIN at this terminal."""
        actor = await self._at(at, self._management)
        deed = await actor.send("give_pin", f"{STAFF}/{who}/pin", {"pin": PIN}, method="PUT")
        self.expect(deed.outcome == "acknowledged", f"{at} did not take a PIN")

    async def enter(self, at: str, who: str) -> None:
        """From here on what is done at this terminal is done in that name."""
        actor = await self._at(at, self._management)
        deed = await actor.send("enter", "/api/entrar", {"operador_id": who, "pin": PIN})
        if deed.answer is None:
            raise Unplayable(f"{at} lets nobody in")
        self._tokens[at] = deed.told["token"]

    async def tell_stock(self, at: str, what: str, dish: Dish, units: int, **fields: JSON) -> Deed:
        """Somebody says what came, was counted, …: `entrada`, `contagem`, `saldo-inicial`."""
        actor = await self._at(at, self._management)
        item = {"produto_id": dish.id, "quantidade_milesimos": units * 1000}
        body = {"itens": [item], **fields}
        return await actor.send("tell_stock", f"{STOCK}/{what}", body)

    async def import_menu(self, at: str, rows: Sequence[JSON]) -> JSON:
        """A file of products comes in; what the terminal tells of it."""
        actor = await self._at(at, self._management)
        path = f"{PRODUCTS}/importar"
        deed = await actor.send("import_products", path, {"produtos": list(rows)})
        if deed.told is None:
            raise Unplayable(f"{at} does not take a file of products")
        return deed.told

    async def dish(self, at: str, code: str) -> Dish:
        """The product of this code."""
        shown = await self._ask(at, f"{PRODUCTS}/codigo/{code}")
        return Dish(shown["produto"]["id"])

    async def open(self, at: str, *dishes: int | Dish) -> Order:
        """Somebody comes to the counter. dishes: centavos of each line, or one of the catalog; one
        PIZZA unless given."""
        self._parties += 1
        lines = tuple(_line(dish) for dish in dishes or (PIZZA,))
        party = Party(self._service, Visit(self._parties, trio.current_time(), "balcao", (lines,)))
        if await acts.open_order(await self._at(at, party)) and not acts.left_lines(party.sight):
            await acts.add_lines(await self._at(at, party), lines)
        if not party.order:
            raise Unplayable(f"nobody could open an order at {at}")
        return party

    async def add(self, at: str, order: Order, *dishes: int | Dish) -> Deed:
        """They order more."""
        lines = [_line(dish) for dish in dishes or (PIZZA,)]
        return await acts.add_lines(await self._at(at, order), lines)

    async def add_dishes(self, at: str, order: Order, *dishes: JSON) -> Deed:
        """They order these; what a dish leaves out is as of any pizza."""
        lines = [{**_line(PIZZA), **dish} for dish in dishes]
        return await acts.add_lines(await self._at(at, order), lines)

    async def do(self, at: str, order: Order, action: str, **body: JSON) -> Deed:
        """What a button of the order's screen does. action: what follows the order in its path."""
        actor = await self._at(at, order)
        return await actor.write(action, f"/{action}", body)

    async def tap(self, at: str, path: str, **body: JSON) -> Deed:
        """What a button of any other screen does."""
        actor = await self._at(at, self._stranger())
        return await actor.send(path.rpartition("/")[2], path, body)

    async def strike_out(self, at: str, order: Order) -> Deed:
        """The first line that is left, whole."""
        actor = await self._at(at, order)
        left = acts.left_lines(await actor.look())
        if not left:
            raise Unplayable(f"{at} shows no line that is left")
        return await acts.cancel_line(actor, left[0], None, "engano")

    async def edit(self, at: str, order: Order, *, version: str = "", **fields: JSON) -> Deed:
        """Somebody writes on the order. version: only if it is still this one."""
        return await acts.edit(await self._at(at, order), fields, version=version)

    async def pay(
        self, at: str, order: Order, centavos: int, method: str = "dinheiro", *, wait: str = ""
    ) -> Deed:
        """wait: until where it is stored, as `?wait=` has it."""
        return await acts.pay(await self._at(at, order), centavos, method, wait=wait)

    async def customer(self, at: str, limit: int | None) -> str:
        """Somebody who may buy on trust, and may owe so many centavos; the id."""
        actor = await self._at(at, self._stranger())
        deed = await trust_scenes.open_customer(actor, limit)
        if deed.told is None:
            raise Unplayable(f"nobody could open a customer's account at {at}")
        return str(deed.told["id"])

    async def change_customer(self, at: str, customer: str, **fields: JSON) -> Deed:
        """A manager changes what is said of a customer."""
        actor = await self._at(at, self._stranger())
        path = f"{trust_scenes.CUSTOMERS}/{customer}"
        return await actor.send("change_customer", path, fields, method="PATCH")

    async def on_trust(self, at: str, order: Order, customer: str, centavos: int) -> Deed:
        """So much of the bill is owed by the customer from now on."""
        return await trust_scenes.sell(await self._at(at, order), customer, centavos)

    async def pay_debt(self, at: str, customer: str, centavos: int) -> Deed:
        """The customer pays so much of what is owed."""
        actor = await self._at(at, self._stranger())
        return await trust_scenes.receive(actor, customer, centavos)

    def _stranger(self) -> Party:
        """Somebody without an order."""
        self._parties += 1
        return Party(self._service, Visit(self._parties, trio.current_time(), "balcao", ()))

    async def open_drawer(self, at: str, float_centavos: int) -> str:
        """A cash shift begins at this terminal, with so much in the drawer; the id."""
        actor = await self._at(at, self._stranger())
        deed = await cash_scenes.open_at(actor, float_centavos)
        if deed.told is None:
            raise Unplayable(f"nobody could open a drawer at {at}")
        return str(deed.told["id"])

    async def at_drawer(self, at: str, shift: str, action: str, **body: JSON) -> Deed:
        """What a button of the drawer's screen does."""
        actor = await self._at(at, self._stranger())
        return await cash_scenes.act_at(actor, shift, action, body)

    async def close_day(self, at: str, day: str = "hoje") -> str:
        """The business day is closed there; its date."""
        actor = await self._at(at, self._stranger())
        deed = await cash_scenes.close_day(actor, day)
        if deed.told is None:
            raise Unplayable(f"nobody could close the day at {at}")
        return str(deed.told["data"])

    async def refund(self, at: str, order: Order, centavos: int) -> Deed:
        """So much of the first payment that counts is given back."""
        actor = await self._at(at, order)
        paid = acts.confirmed(await actor.look())
        if not paid:
            raise Unplayable(f"{at} shows no payment that counts")
        return await acts.refund(actor, paid[0][0], centavos)

    async def pay_shares(self, at: str, order: Order, *, tip: int = 0) -> None:
        """Everybody of a split bill pays his share, and so much beside it."""
        sight = await self.look(at, order)
        for share in () if sight is None else sight.bill.shares:
            if share.id and share.left > 0:
                actor = await self._at(at, order)
                await acts.pay(actor, share.left, "dinheiro", share=share.id, tip=tip)

    async def pay_share(self, at: str, order: Order, share: str, centavos: int) -> Deed:
        """Somebody pays so much for one share of a split bill."""
        return await acts.pay(await self._at(at, order), centavos, "pix", share=share)

    async def shares(self, at: str, order: Order) -> list[str]:
        """The ids of the shares of a split bill."""
        sight = await self.look(at, order)
        return [] if sight is None else [each.id for each in sight.bill.shares if each.id]

    async def walk_away(self, at: str, order: Order, seconds: float) -> Deed:
        """They tap one more and are gone after so long, with the front end that they tapped."""
        actor = Actor(order, Person(f"person at {at}", at), at, order.dice)
        key = actor.new_key()
        deed = self.ledger.begin(Deed(
            act="add_lines", who=actor.person.name, method="POST", order=order.order, key=key,
            path=f"{ORDERS}/{order.order}/itens", body={"itens": acts.marked([_line(PIZZA)], key)},
        ))  # fmt: skip
        await self._call(at, deed, seconds)
        return deed

    async def ask_again(self, at: str, deed: Deed) -> Attempt:
        """The same once more, under the same key."""
        return await self._call(at, deed)

    async def _call(self, at: str, deed: Deed, hangs_up: float | None = None) -> Attempt:
        began, answer = trio.current_time(), None
        with suppress(TillDown):
            answer = await self.terminal(at).call(
                deed.method, deed.path, deed.body, key=deed.key, hangs_up=hangs_up
            )
        return self.ledger.attempted(deed, at, began, trio.current_time(), answer)

    async def close(self, at: str, order: Order) -> Deed:
        actor = await self._at(at, order)
        return await actor.write("close", "/fechar", {})

    async def sell(self, at: str, times: int = 1) -> list[Order]:
        """Ordered, paid and closed at one terminal, one after the other."""
        return [await self._sell(at) for _ in range(times)]

    async def _sell(self, at: str) -> Order:
        order = await self.open(at)
        await acts.pay_up(await self._at(at, order))
        await self.close(at, order)
        return order

    async def rush(self, orders: int, minutes: float) -> None:
        """A service as any run has it: tables, counter, delivery, and all that goes otherwise."""
        self._rushes += 1
        plan = draw_plan(self.dice(f"plan {self._rushes}"), orders, minutes * MINUTE)
        dice = self.dice(f"rush {self._rushes}")
        await run_service(_Since(self.world), plan, dice, self.ledger)

    async def look(self, at: str, order: Order) -> Sight | None:
        """The order as this terminal shows it now."""
        actor = await self._at(at, order)
        return await actor.look()

    async def version(self, at: str, order: Order) -> str:
        """Of the order, as somebody sees it there now."""
        sight = await self.look(at, order)
        if sight is None:
            raise Unplayable(f"{at} does not show the order")
        return sight.version

    async def settle(self, at: str, kind: str, choice: str, order: Order | None = None) -> None:
        """The manager decides the open disputes of this kind."""
        for dispute in await self.disputes(at, kind, order):
            party = order or self._management
            path = f"/api/conflitos/{dispute['id']}/resolver"
            actor = await self._at(at, party)
            deed = await actor.send("settle", path, {"escolha": choice})
            self.expect(deed.outcome == "acknowledged", f"{at} did not take the decision on {kind}")

    async def _at(self, at: str, party: Order) -> Actor:
        """Somebody goes there."""
        await trio.sleep(party.dice.uniform(*WALK_SECONDS))
        person = Person(f"person at {at}", at, self._tokens.get(at, ""))
        return Actor(party, person, at, party.dice)

    # --- what happens to them

    async def wait(self, seconds: float) -> None:
        await trio.sleep(seconds)

    async def until(self, seconds: float) -> None:
        """Wait until so many seconds of the story are over; not at all when they are."""
        await trio.sleep_until(self._began + seconds)

    async def strike(self, fault: str, seconds: float) -> None:
        """One of the faults that runs draw, for so long."""
        strike = Strike(trio.current_time(), fault, self._dice.getrandbits(64), seconds)
        await hit(self.world, strike)

    def dice(self, name: str) -> Random:
        return self.world.dice(f"scenario {name}")


def _line(dish: int | Dish) -> JSON:
    if isinstance(dish, Dish):
        return {"produto_id": dish.id, "quantidade_milesimos": 1000}
    return {
        "produto_id": "pizza-calabresa",
        "nome": "Pizza calabresa",
        "preco_unitario_centavos": dish,
        "quantidade_milesimos": 1000,
        "estacao": "forno",
    }
