"""One service, from the first guest to the last bill; and any shop's own orders, replayed.

Rules of this file:
1. The life of an order is a row of steps, by service type; what goes otherwise stands in `scenes`.
2. Deterministic under a seeded scheduler: everything drawn comes from one number of the dice given.
3. It ends when everybody has left. What they asked and were told is in the ledger, nothing else is
   kept.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import Random

import msgspec
import trio

from simulations.demo.orders_csv import OrderLine, ShopOrder
from simulations.workload import acts, scenes, trust_scenes
from simulations.workload.catalog_scenes import write_menu
from simulations.workload.lean import draw_lean
from simulations.workload.ledger import Ledger
from simulations.workload.people import Actor, Party, Service
from simulations.workload.plan import (
    ARRIVALS_END,
    ServicePlan,
    Visit,
    draw_service,
    visits,
)
from simulations.workload.till import JSON, Shop

Step = Callable[[Party], Awaitable[None]]


def draw_plan(
    dice: Random, orders: int, seconds: float, *, lean: bool = False, turn: int = 0
) -> ServicePlan:
    """seconds: virtual length of the service · lean, turn: see `simulations.workload.lean`."""
    if lean:
        return draw_lean(dice, orders, seconds, scenes.families(), scenes.USUAL, turn)
    return draw_service(dice, orders, seconds, scenes.USUAL)


async def run_service(shop: Shop, plan: ServicePlan, dice: Random, ledger: Ledger) -> None:
    """Everything people do in one service; all of it is in the ledger afterwards."""
    service = Service(shop, plan, dice.getrandbits(64), ledger)
    await service.open()
    await _furnish(service)
    await _live(service, visits(service.dice("visits"), plan))


async def replay_orders(
    shop: Shop, orders: Sequence[ShopOrder], dice: Random, ledger: Ledger, *, seconds: float
) -> None:
    """Orders of a file, spread over so many virtual seconds as they were over theirs. Every one is
    opened, made, paid and closed, and nothing else happens to it."""
    drawn = draw_plan(dice, len(orders), seconds)
    plan = msgspec.structs.replace(drawn, chances={}, tables=0)
    service = Service(shop, plan, dice.getrandbits(64), ledger)
    await service.open()
    await _live(service, _replayed(orders, seconds))


async def _furnish(service: Service) -> None:
    """The dining room and the menu, before the first guest."""
    dice = service.dice("room")
    party = Party(service, Visit(0, 0.0, "mesa", ()))
    manager = Actor(party, service.pick("manager", dice), service.letters[0], dice)
    deed = await manager.send("add_area", "/api/areas", {"nome": "Salão"})
    area = {} if deed.told is None else {"area_id": deed.told["id"]}
    for number in range(1, service.plan.tables + 1):
        body: JSON = {"nome": f"Mesa {number}", "lugares": dice.choice((2, 4, 6)), **area}
        deed = await manager.send("add_table", "/api/mesas", body)
        if deed.told is not None:
            service.tables.append(deed.told["id"])
    owner = Actor(party, service.pick("manager", dice), service.letters[0], service.dice("trust"))
    if service.plan.habits.trusts:
        service.customers = await trust_scenes.open_customers(owner)
    if service.plan.habits.sells:
        await write_menu(service, manager)


async def _live(service: Service, guests: Sequence[Visit]) -> None:
    async with trio.open_nursery() as nursery:
        service.nursery = nursery
        for visit in guests:
            await service.shop.sleep(max(0.0, visit.at - service.shop.now()))
            nursery.start_soon(_visit, Party(service, visit))


async def _visit(party: Party) -> None:
    """The life of an order."""
    for step in _STEPS[party.visit.service_type]:
        await step(party)
        if party.gone or not party.order:
            return


async def _order(party: Party) -> None:
    if party.visit.service_type == "mesa" and party.service.tables:
        party.table = party.dice.choice(party.service.tables)
    await scenes.play(party, "arriving")
    waiter = party.send_for("waiter")
    if not await acts.open_order(waiter):
        return
    rounds = party.visit.rounds
    for bodies in rounds[1:] if acts.left_lines(party.sight) else rounds:
        await waiter.think(0.5)
        await acts.add_lines(waiter, bodies)
    await party.think()
    await scenes.play(party, "ordering")


async def _make(party: Party) -> None:
    if party.cooked:
        await acts.send(party.send_for("waiter"))
    await scenes.play(party, "waiting")
    if party.cooked:
        await party.served.wait()


async def _eat(party: Party) -> None:
    await party.think(2)
    await scenes.play(party, "eating")


async def _ask(party: Party) -> None:
    if party.dice.random() < party.service.plan.habits.asks:
        await party.send_for("waiter").write("ask_bill", "/conta", {})
        await party.think()


async def _pay(party: Party) -> None:
    await scenes.play(party, "paying")
    if party.pays and not party.gone:
        await acts.pay_up(party.send_for("cashier"))


async def _close(party: Party) -> None:
    await scenes.play(party, "closing")
    if party.closes and party.sight is not None and party.sight.figures is None:
        await acts.close(party.send_for("cashier"))


async def _leave(party: Party) -> None:
    await scenes.play(party, "after")


_SEATED: tuple[Step, ...] = (_order, _make, _eat, _ask, _pay, _close, _leave)
_STEPS: Mapping[str, tuple[Step, ...]] = {
    "mesa": _SEATED,
    "comanda": _SEATED,
    "balcao": (_order, _pay, _close, _make, _leave),
    "viagem": (_order, _make, _pay, _close, _leave),
    "entrega": (_order, _make, _eat, _pay, _close, _leave),
}


def _replayed(orders: Sequence[ShopOrder], seconds: float) -> list[Visit]:
    first, last = orders[0].time, orders[-1].time
    length = (last - first).total_seconds() or 1.0
    return [
        Visit(
            number,
            ARRIVALS_END * seconds * (order.time - first).total_seconds() / length,
            "balcao",
            tuple(
                tuple(_sold(line) for line in order.lines[at : at + _LINES_AT_ONCE])
                for at in range(0, len(order.lines), _LINES_AT_ONCE)
            ),
        )
        for number, order in enumerate(orders, start=1)
    ]


_LINES_AT_ONCE = 40  # a request is one change, which has a largest size


def _sold(line: OrderLine) -> JSON:
    return {
        "produto_id": line.product[:64],
        "nome": line.product[:120],
        "quantidade_milesimos": line.thousandths,
        "preco_unitario_centavos": line.unit_centavos,
    }
