"""Stories of cables: two halves, a chain, days without a network, the same bill on both sides."""

import trio

from simulations.scenarios.scenario import Scenario, scenario
from simulations.scenarios.shop import HOUR, PIZZA, SimShop


@scenario(terminals=4)
async def split_brain_at_the_rush(shop: SimShop) -> None:
    """The switch between two halves of the shop dies in the rush, and one machine with it: both go
    on selling, and agree when it is replaced."""
    order = await shop.open("A")
    await shop.expect_agreement()
    async with trio.open_nursery() as rush:
        rush.start_soon(shop.rush, shop.size(40, small=8), shop.size(20, small=4))
        await shop.wait(60)
        shop.cut(["A", "B"], ["C", "D"])
        await shop.add("A", order)
        await shop.edit("D", order, garcom="Rui")
        await shop.wait(shop.size(240, small=50))
        shop.power_cut("B")
        await shop.wait(shop.size(90, small=20))
        await shop.boot("B")
        await shop.wait(shop.size(270, small=50))
        shop.heal()
    await shop.expect_agreement()
    await shop.expect_shown(order, garcom="Rui", total_centavos=2 * PIZZA)


@scenario(terminals=3)
async def chain_a_b_c(shop: SimShop) -> None:
    """A and C never reach each other: what one writes comes to the other through B."""
    shop.cut(["A"], ["C"])
    order = await shop.open("A")
    await shop.expect_agreement(within=60)
    await shop.add("C", order)
    await shop.edit("C", order, garcom="Bia")
    await shop.expect_agreement(within=60)
    await shop.pay("A", order, 2 * PIZZA)
    await shop.close("A", order)
    await shop.expect_agreement(within=60)
    await shop.expect_shown(order, garcom="Bia", status="pago", saldo_centavos=0)
    await shop.expect_only()


@scenario(terminals=2)
async def seventy_two_hours_offline(shop: SimShop) -> None:
    """Two sides do not hear of each other for three days, sell thousands of orders each, and are
    equal minutes after they meet."""
    hours, orders = shop.size(72, small=2), shop.size(5000, small=10)
    shop.cut(["A"], ["B"])

    async def sell(at: str) -> None:
        for number in range(1, orders + 1):
            await shop.until(number * hours * HOUR / orders)
            await shop.sell(at)

    async with trio.open_nursery() as sides:
        sides.start_soon(sell, "A")
        sides.start_soon(sell, "B")
    shop.heal()
    await shop.expect_agreement(within=300)
    await shop.expect_only()
    await shop.expect_sold(2 * orders, 2 * orders * PIZZA)


@scenario(terminals=3)
async def paid_twice(shop: SimShop) -> None:
    """One table pays at both sides of a cut: both payments stand, and one person decides."""
    order = await shop.open("A")
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.pay("A", order, PIZZA)
    await shop.pay("B", order, PIZZA)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_shown(order, pago_centavos=2 * PIZZA, saldo_centavos=-PIZZA)
    await shop.expect_dispute("overpaid", order)
    await shop.settle("C", "overpaid", "tip", order)
    await shop.expect_agreement()
    await shop.expect_no_dispute("overpaid", order)
    await shop.expect_only()


@scenario(terminals=3)
async def bill_closed_twice(shop: SimShop) -> None:
    """A paid bill is closed at both sides of a cut: one closing counts everywhere, and people are
    told."""
    order = await shop.open("A")
    await shop.pay("A", order, PIZZA)
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.close("A", order)
    await shop.add("B", order)
    await shop.pay("B", order, PIZZA)
    await shop.close("B", order)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_dispute("two_closings", order)
    await shop.settle("A", "two_closings", "kept", order)
    await shop.expect_agreement()
    await shop.expect_no_dispute("two_closings", order)


@scenario(terminals=2)
async def hole_at_a_power_cut(shop: SimShop) -> None:
    """A terminal has the later of two changes and not the one before, and goes dark: when the light
    is back it asks for what it lacks."""
    order = await shop.open("A")
    await shop.expect_agreement()
    shop.lose("A", "B")
    await shop.add("A", order)
    await shop.wait(0.5)
    shop.lose("B", "A")  # or B would ask for it at once
    shop.carry("A", "B")
    await shop.edit("A", order, garcom="Rui")
    await shop.wait(1)
    seen = await shop.look("B", order)
    has_hole = seen is not None and seen.field("garcom") == "Rui" and seen.total == PIZZA
    shop.expect(has_hole, "B has all, or not the last")
    shop.power_cut("B")
    shop.heal()
    await shop.boot("B")
    await shop.expect_agreement()
    await shop.expect_shown(order, garcom="Rui", total_centavos=2 * PIZZA)
    await shop.expect_only()


@scenario(terminals=2)
async def backlog_on_a_slow_line(shop: SimShop) -> None:
    """Two sides sell without each other, then meet over a line of 1 kB a second: it takes its time,
    and all gets over."""
    orders = shop.size(60, small=40)
    shop.cut(["A"], ["B"])
    await shop.sell("A", orders)
    await shop.sell("B")
    shop.heal()
    shop.slow("A", "B", rate=1000)
    await shop.expect_agreement(within=240)
    await shop.expect_only()
    await shop.expect_sold(orders + 1, (orders + 1) * PIZZA)


@scenario(terminals=3)
async def fiado_on_both_sides(shop: SimShop) -> None:
    """A customer buys on trust at both sides of a cut, at each up to the limit: both orders stand
    paid, all of it is owed, and a person is told when the sides meet."""
    customer = await shop.customer("A", limit=PIZZA)
    mine, theirs, third = [await shop.open(at) for at in ("A", "B", "A")]
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.on_trust("A", mine, customer, PIZZA)
    await shop.on_trust("B", theirs, customer, PIZZA)
    beyond = await shop.on_trust("A", third, customer, PIZZA)
    shop.expect(beyond.outcome == "refused", "A sold beyond the limit that it knew")
    shop.expect_told("credit_limit_exceeded", at="A")
    shop.heal()
    await shop.expect_agreement()
    for order in (mine, theirs):
        await shop.expect_shown(order, saldo_centavos=0)
    await shop.expect_customer(customer, saldo_centavos=2 * PIZZA, disponivel_centavos=0)
    await shop.expect_dispute("credit_limit_exceeded")
    await shop.settle("C", "credit_limit_exceeded", "kept")
    await shop.refund("B", mine, PIZZA)
    await shop.pay_debt("C", customer, PIZZA)
    await shop.expect_agreement()
    await shop.expect_shown(mine, saldo_centavos=PIZZA)
    await shop.expect_customer(customer, saldo_centavos=0)
    await shop.expect_only()


@scenario(terminals=3)
async def blocked_while_he_bought(shop: SimShop) -> None:
    """A customer is blocked at one side of a cut and buys on trust at the other: he owes it, a
    person is told, and although the terminal that blocked him never comes back, another one lets
    him buy again."""
    customer = await shop.customer("A", limit=9 * PIZZA)
    before, meanwhile, after = [await shop.open(at) for at in "BBC"]
    await shop.on_trust("B", before, customer, PIZZA)
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.change_customer("A", customer, bloqueado=True)
    await shop.on_trust("B", meanwhile, customer, PIZZA)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_customer(customer, saldo_centavos=2 * PIZZA, bloqueado=True)
    await shop.expect_dispute("sold_to_blocked_account")
    refused = await shop.on_trust("C", after, customer, PIZZA)
    shop.expect(refused.outcome == "refused", "C sold on trust to somebody who is blocked")
    shop.expect_told("account_is_blocked", at="C")
    shop.leave("A")
    await shop.change_customer("C", customer, bloqueado=False)
    await shop.on_trust("C", after, customer, PIZZA)
    await shop.expect_agreement()
    await shop.expect_customer(customer, saldo_centavos=3 * PIZZA, bloqueado=False)
    await shop.expect_only()


SCENARIOS: tuple[Scenario, ...] = (
    split_brain_at_the_rush,
    chain_a_b_c,
    seventy_two_hours_offline,
    paid_twice,
    bill_closed_twice,
    hole_at_a_power_cut,
    backlog_on_a_slow_line,
    fiado_on_both_sides,
    blocked_while_he_bought,
)
