"""Stories of the catalog: prices that change, portions that run out, a file that comes in."""

from simulations.scenarios.scenario import Scenario, scenario
from simulations.scenarios.shop import PIZZA, SimShop

DEARER, DEAREST = 7000, 8000  # centavos
# As a program exports it; a row without a code would be known by its name.
MENU_FILE = (
    {"codigo": "1", "nome": "Calabresa", "preco_centavos": PIZZA},
    {"codigo": "2", "nome": "Portuguesa", "preco_centavos": DEARER, "estacao": "forno"},
)


@scenario(terminals=3)
async def price_at_the_rush(shop: SimShop) -> None:
    """The price changes at the rush: bills keep the price of their moment. Two managers change one
    price apart: each side sells at its own, one price stands afterwards, and no bill moves."""
    dish = await shop.offer("A", PIZZA)
    await shop.expect_agreement()
    early = await shop.open("B", dish)
    await shop.change_dish("A", dish, preco_centavos=DEARER)
    await shop.expect_agreement()
    later = await shop.open("B", dish)
    shop.cut(["A"], ["B", "C"])
    await shop.change_dish("A", dish, preco_centavos=DEAREST)
    await shop.change_dish("B", dish, preco_centavos=PIZZA)
    here, there = await shop.open("A", dish), await shop.open("C", dish)
    shop.heal()
    await shop.expect_agreement()
    for order, price in ((early, PIZZA), (later, DEARER), (here, DEAREST), (there, PIZZA)):
        await shop.expect_shown(order, total_centavos=price)
    await shop.expect_dish(dish, "preco_centavos", PIZZA, DEAREST)
    await shop.change_dish("C", dish, preco_centavos=DEARER)
    await shop.expect_agreement()
    await shop.expect_dish(dish, "preco_centavos", DEARER)
    await shop.expect_shown(here, total_centavos=DEAREST)
    await shop.expect_only()


@scenario(terminals=3)
async def last_portion_sold_twice(shop: SimShop) -> None:
    """Two portions are left. A terminal refuses a third one, and each side of a cut sells the last:
    both stand, everybody sees that there is one too few, and a cancellation gives one back."""
    dish = await shop.offer("A", PIZZA, restante_milesimos=2000)
    order = await shop.open("A", dish)
    await shop.expect_agreement()
    await shop.expect_dish(dish, "restante_milesimos", 1000)
    shop.cut(["A"], ["B", "C"])
    await shop.add("A", order, dish)
    other = await shop.open("B", dish)
    more = await shop.add("A", order, dish)
    shop.expect(more.outcome == "refused", "A sold more than was left")
    shop.expect_told("sold_out", at="A")
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_shown(order, total_centavos=2 * PIZZA)
    await shop.expect_dish(dish, "restante_milesimos", -1000)
    await shop.strike_out("B", other)
    await shop.expect_agreement()
    await shop.expect_dish(dish, "restante_milesimos", 0)
    await shop.expect_only()


@scenario(terminals=2)
async def one_line_two_prices(shop: SimShop) -> None:
    """The answer is lost, and the front end asks another terminal that has heard of another price:
    it is one pizza, at the price of the first, and a person is told."""
    dish = await shop.offer("A", PIZZA)
    order = await shop.open("A")
    await shop.expect_agreement()
    shop.cut(["A"], ["B"])
    await shop.change_dish("B", dish, preco_centavos=DEAREST)
    sold = await shop.add("A", order, dish)
    again = await shop.ask_again("B", sold)
    shop.expect(again.outcome == "acknowledged", "B did not sell the pizza")
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_shown(order, total_centavos=2 * PIZZA)
    await shop.expect_dispute("two_prices_of_a_line", order)
    await shop.settle("B", "two_prices_of_a_line", "kept", order)
    await shop.expect_agreement()
    await shop.expect_only()


@scenario(terminals=2)
async def one_file_at_two_tills(shop: SimShop) -> None:
    """The same file of products comes in at both sides of a cut: each product is there once. Later
    the file corrects a price that somebody changed, and where nothing differs it writes nothing."""
    shop.cut(["A"], ["B"])
    for till in ("A", "B"):
        told = await shop.import_menu(till, MENU_FILE)
        shop.expect(told["novos"] == 2, f"{till} took {told['novos']} new products, not 2")
        again = await shop.import_menu(till, MENU_FILE)
        shop.expect(again["iguais"] == 2, f"{till} found {again['iguais']} as they are, not 2")
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_menu({"1": PIZZA, "2": DEARER})
    pizza = await shop.dish("B", "1")
    for _ in range(2):
        await shop.change_dish("A", pizza, preco_centavos=DEAREST)
        await shop.expect_agreement()
        told = await shop.import_menu("B", MENU_FILE)
        shop.expect(told["alterados"] == 1, f"B changed {told['alterados']} products, not 1")
        await shop.expect_agreement()
        await shop.expect_dish(pizza, "preco_centavos", PIZZA)
    told = await shop.import_menu("A", MENU_FILE)
    shop.expect(told["iguais"] == 2, f"{told['iguais']} products were equal, not 2")
    await shop.expect_only()


SCENARIOS: tuple[Scenario, ...] = (
    price_at_the_rush,
    last_portion_sold_twice,
    one_line_two_prices,
    one_file_at_two_tills,
)
