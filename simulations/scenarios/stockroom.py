"""Stories of the stock: what is in the fridge, and what the terminals believe is."""

from simulations.scenarios.scenario import Scenario, scenario
from simulations.scenarios.shop import PIZZA, SimShop


@scenario(terminals=3)
async def the_last_of_the_fridge(shop: SimShop) -> None:
    """Three are in the fridge. Each side of a cut sells two: both sales stand, everybody sees one
    too few, and it is a question of the day. One that is struck out goes back; goods that are
    entered and a count of the fridge make all of them agree with it again, and nobody is asked."""
    dish = await shop.offer("A", PIZZA, controla_estoque=True)
    await shop.tell_stock("A", "saldo-inicial", dish, 3)
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    order = await shop.open("A", dish, dish)
    other = await shop.open("B", dish, dish)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_on_hand(dish, -1)
    await shop.expect_dispute("oversold")
    await shop.strike_out("B", other)
    await shop.expect_agreement()
    await shop.expect_on_hand(dish, 0)
    await shop.expect_no_dispute("oversold")
    await shop.tell_stock("C", "entrada", dish, 6)
    await shop.add("A", order, dish)
    await shop.expect_agreement()
    await shop.expect_on_hand(dish, 5)
    await shop.tell_stock("B", "contagem", dish, 4)  # one fell behind the shelf
    await shop.add("C", order, dish)
    await shop.expect_agreement()
    await shop.expect_on_hand(dish, 3)
    await shop.expect_only()


SCENARIOS: tuple[Scenario, ...] = (the_last_of_the_fridge,)
