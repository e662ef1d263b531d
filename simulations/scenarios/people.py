"""Stories of people at terminals: two at one order, and one who does not wait."""

import trio

from simulations.scenarios.scenario import Scenario, scenario
from simulations.scenarios.shop import PIZZA, SimShop
from simulations.workload import acts


@scenario(terminals=3)
async def edited_in_between(shop: SimShop) -> None:
    """Somebody edits an order that another one has on the screen: who says "only as I saw it" is
    refused wherever the edit is known, and taken where it cannot be."""
    order = await shop.open("A")
    await shop.expect_agreement()
    seen = await shop.version("A", order)
    shop.cut(["A"], ["B", "C"])
    await shop.edit("B", order, garcom="Bia")
    await shop.edit("A", order, version=seen, observacao="sem pressa")
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_shown(order, garcom="Bia", observacao="sem pressa")
    now = await shop.version("A", order)
    late = await shop.edit("A", order, version=seen, garcom="Ana")
    shop.expect(late.outcome == "refused", "A took an edit that was meant for an earlier version")
    shop.expect_told("stale_version", at="A")
    await shop.expect_agreement()
    await shop.expect_shown(order, garcom="Bia")
    await shop.edit("A", order, version=now, garcom="Ana")
    await shop.expect_agreement()
    await shop.expect_shown(order, garcom="Ana")
    await shop.expect_only()


@scenario(terminals=3)
async def struck_out_twice(shop: SimShop) -> None:
    """Two waiters strike the same pizza out at both sides of a cut: it is out once, and the other
    one is still on the bill."""
    order = await shop.open("A", PIZZA, PIZZA)
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.strike_out("A", order)
    await shop.strike_out("B", order)
    heard = await shop.look("B", order)
    shop.expect(heard is not None and heard.total == PIZZA, "B did not strike out one pizza")
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_shown(order, total_centavos=PIZZA)


@scenario(terminals=2)
async def walked_away(shop: SimShop) -> None:
    """The disk is slow, and the front ends that tapped hang up: all that they tapped is done, once,
    also what was still waiting for its turn."""
    order = await shop.open("A")
    shop.slow_disk("A", 2.0)
    tapped = []

    async def tap() -> None:
        tapped.append(await shop.walk_away("A", order, 1.0))

    async with trio.open_nursery() as hasty:
        for _ in range(3):
            hasty.start_soon(tap)
            await shop.wait(0.2)  # the first is being written when the others come
    await shop.wait(30)
    shop.slow_disk("A", 0.002)
    for deed in tapped:
        told = await shop.ask_again("A", deed)
        shop.expect(told.replayed, "A did not do what was tapped before somebody walked away")
    await shop.expect_agreement()
    await shop.expect_shown(order, total_centavos=4 * PIZZA)
    await shop.expect_only()


@scenario(terminals=3)
async def asked_too_much(shop: SimShop) -> None:
    """Cashiers ask for more than is owed, at both sides of a cut: who knows of the other's payment
    refuses a second one, and nobody takes too much."""
    order = await shop.open("A", PIZZA, PIZZA)
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    for at in ("A", "B"):
        typo = await shop.pay(at, order, 20 * PIZZA)
        shop.expect(typo.outcome == "refused", f"{at} took ten times what was owed")
        shop.expect_told("payment_above_balance", at=at)
    await shop.pay("B", order, PIZZA)
    shop.heal()
    await shop.expect_agreement()
    again = await shop.pay("A", order, 2 * PIZZA)
    shop.expect(again.outcome == "refused", "A took what was paid at B already")
    await shop.pay("A", order, PIZZA)
    await shop.close("A", order)
    await shop.expect_agreement()
    await shop.expect_shown(order, pago_centavos=2 * PIZZA, saldo_centavos=0, status="pago")
    await shop.expect_only()


@scenario(terminals=3)
async def address_of_two_halves(shop: SimShop) -> None:
    """The customer calls twice, and two people at both sides of a cut correct different parts of
    the address: one correction is shown whole, and whoever has read it again has the last word."""
    order = await shop.open("A")
    first = {**acts.address(shop.dice("address")), "numero": "1", "complemento": ""}
    await shop.edit("A", order, entrega=first)
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.edit("A", order, entrega={**first, "numero": "2"})
    await shop.edit("B", order, entrega={**first, "complemento": "fundos"})
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_shown(order, entrega={**first, "complemento": "fundos"})
    await shop.edit("C", order, entrega={**first, "numero": "2", "complemento": "fundos"})
    await shop.expect_agreement()
    await shop.expect_shown(order, entrega={**first, "numero": "2", "complemento": "fundos"})
    await shop.expect_only()


SCENARIOS: tuple[Scenario, ...] = (
    edited_in_between,
    struck_out_twice,
    walked_away,
    asked_too_much,
    address_of_two_halves,
)
