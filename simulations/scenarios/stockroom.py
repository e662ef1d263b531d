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


@scenario(terminals=3)
async def cheese_on_both_sides(shop: SimShop) -> None:
    """A skewer takes two pieces of cheese. Cut off from each other, one side sells three and the
    other carries cheese out of the cold room, where some falls down. Who counted before hearing of
    a sale is asked about; who counts again ends the question, and what comes and goes is right."""
    cheese = await shop.offer("A", PIZZA, controla_estoque=True)
    takes = [{"insumo_id": cheese.id, "quantidade": 2}]
    skewer = await shop.offer("A", PIZZA, receita=takes)
    await shop.tell_stock("A", "saldo-inicial", cheese, 5)
    await shop.tell_stock("A", "saldo-inicial", cheese, 20, local="frio")
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    order = await shop.open("A", skewer)
    await shop.add_dishes("A", order, {"produto_id": skewer.id, "quantidade_milesimos": 2000})
    await shop.tell_stock("B", "transferencia", cheese, 6, origem="frio", destino="")
    await shop.tell_stock("C", "perda", cheese, 1, local="frio", motivo="caiu")
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_on_hand(cheese, 18)
    shop.cut(["A"], ["B", "C"])
    await shop.add("A", order, skewer)
    await shop.tell_stock("B", "contagem", cheese, 3)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_on_hand(cheese, 16)
    await shop.expect_dispute("count_to_confirm")
    await shop.tell_stock("C", "contagem", cheese, 3)
    await shop.expect_agreement()
    await shop.expect_no_dispute("count_to_confirm")
    await shop.tell_stock("A", "entrada", cheese, 5)
    await shop.add_dishes("B", order, {"produto_id": skewer.id, "quantidade_milesimos": 2000})
    await shop.expect_agreement()
    await shop.expect_on_hand(cheese, 17)
    await shop.expect_only()


SCENARIOS: tuple[Scenario, ...] = (the_last_of_the_fridge, cheese_on_both_sides)
