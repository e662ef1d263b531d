"""Stories of lines and orders that change places while one half of the shop does not hear of it."""

from simulations.scenarios.expectations import Order
from simulations.scenarios.scenario import Scenario, scenario
from simulations.scenarios.shop import PIZZA, SimShop
from simulations.workload import acts
from simulations.workload.till import JSON


async def carry(shop: SimShop, at: str, order: Order, to: Order, some: int | None = None) -> None:
    """The first line of an order goes to another one. some: thousandths; all of it unless given."""
    line = acts.left_lines(await shop.look(at, order))[0].id
    item: JSON = {"id": line} if some is None else {"id": line, "quantidade_milesimos": some}
    await shop.do(at, order, "itens/transferir", destino_id=to.order, itens=[item])


@scenario(terminals=3)
async def one_beer_for_two_tables(shop: SimShop) -> None:
    """Two waiters at both sides of a cut take one line to different tables: it is at one of them,
    everywhere, and they are asked; whoever takes it on knows of both."""
    counter, near, far = await shop.open("A"), await shop.open("B"), await shop.open("C")
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await carry(shop, "A", counter, near)
    await carry(shop, "B", counter, far)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_shown(counter, total_centavos=0)
    await shop.expect_dispute("double_move", counter)
    is_near = (await shop.total("C", near)) > PIZZA
    await shop.do("C", near if is_near else far, "juntar", destino_id=counter.order)
    await shop.expect_agreement()
    await shop.expect_shown(counter, total_centavos=2 * PIZZA)
    await shop.expect_shown(near if is_near else far, status="juntado", total_centavos=0)
    await shop.expect_only()


@scenario(terminals=3, relay=True)
async def closed_while_it_was_carried_off(shop: SimShop) -> None:
    """A bill is closed on one side of a cut while a waiter on the other takes a line of it away:
    the bill keeps it until somebody reopens it."""
    table, other = await shop.open("A", PIZZA, 500), await shop.open("B")
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.pay("A", table, PIZZA + 500)
    await shop.close("A", table)
    await carry(shop, "B", table, other)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_shown(table, status="pago", total_centavos=PIZZA + 500)
    await shop.expect_shown(other, total_centavos=PIZZA)
    await shop.expect_dispute("late_change_to_closed_bill", table)
    await shop.do("C", table, "reabrir", motivo="foi para a outra mesa")
    await shop.expect_agreement()
    await shop.expect_shown(table, total_centavos=500, saldo_centavos=-PIZZA)
    await shop.expect_shown(other, total_centavos=2 * PIZZA)


@scenario(terminals=3)
async def more_taken_than_there_is(shop: SimShop) -> None:
    """Of one pizza, seven tenths go to one table and seven to another, at both sides of a cut:
    there is one pizza still, and a person is told."""
    counter, near, far = await shop.open("A"), await shop.open("B"), await shop.open("C")
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await carry(shop, "A", counter, near, 700)
    await carry(shop, "B", counter, far, 700)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_dispute("over_split", counter)
    sold = [await shop.total("C", order) for order in (counter, near, far)]
    shop.expect(sum(sold) == 3 * PIZZA, f"three pizzas are sold for {sold}")


@scenario(terminals=3)
async def generous_while_it_was_carried_off(shop: SimShop) -> None:
    """On one side of a cut the manager takes ten reais off a pizza and a tenth off the whole order;
    on the other a waiter carries half of the pizza to another table. Each half has its part of the
    ten reais; that the tenth is off the other table no longer is shown to a person."""
    table, other = await shop.open("A", PIZZA, 500), await shop.open("B", 700)
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    burnt = acts.left_lines(await shop.look("A", table))[0].id
    await shop.do("A", table, "descontos", item_id=burnt, valor_centavos=1000, motivo="queimou")
    await shop.do("A", table, "descontos", percentual=10, motivo="fiel")
    await carry(shop, "B", table, other, 500)
    shop.heal()
    await shop.expect_agreement()
    half = PIZZA // 2 - 500
    await shop.expect_shown(other, total_centavos=700 + half, desconto_centavos=500)
    await shop.expect_shown(table, total_centavos=(half + 500) * 9 // 10)
    await shop.expect_only("discounted_while_moved")
    await shop.settle("C", "discounted_while_moved", "kept", table)
    await shop.expect_agreement()
    await shop.expect_only()


@scenario(terminals=3)
async def two_tables_become_one(shop: SimShop) -> None:
    """Guests with a tenth off, couvert and five reais off sit down with others. On both sides of a
    cut a waiter joins the orders: the guests owe once what they owed, and asked for no more."""
    guests, others = await shop.open("A", PIZZA, 999), await shop.open("B", 700)
    await shop.do("A", guests, "descontos", percentual=10, motivo="fiel")
    await shop.do("A", guests, "descontos", valor_centavos=500, motivo="espera")
    await shop.do("B", guests, "couvert", valor_centavos=333, pessoas=2)
    await shop.do("B", others, "couvert", valor_centavos=333, pessoas=1)
    await shop.expect_agreement()
    owed = await shop.total("C", guests) + await shop.total("C", others)
    shop.cut(["A"], ["B", "C"])
    await shop.do("A", guests, "juntar", destino_id=others.order)
    await shop.do("C", guests, "juntar", destino_id=others.order)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_shown(guests, status="juntado", total_centavos=0, desconto_centavos=0)
    off = (PIZZA + 999 + 5) // 10 + 500
    await shop.expect_shown(others, total_centavos=owed, desconto_centavos=off)
    await shop.expect_only()


@scenario(terminals=3)
async def joined_with_two_tables(shop: SimShop) -> None:
    """The same guests are joined with different tables at both sides of a cut: each dish is on one
    of the bills with its discount, and that both ask for their couvert is shown to a person."""
    guests, near, far = [await shop.open(at, PIZZA) for at in "ABC"]
    await shop.do("A", guests, "descontos", percentual=10, motivo="fiel")
    await shop.do("A", guests, "couvert", valor_centavos=400, pessoas=2)
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.do("A", guests, "juntar", destino_id=near.order)
    await shop.do("C", guests, "juntar", destino_id=far.order)
    shop.heal()
    await shop.expect_agreement()
    sold = [await shop.total("B", order) for order in (guests, near, far)]
    shop.expect(sum(sold) == 3 * PIZZA - PIZZA // 10 + 2 * 800, f"three pizzas are sold for {sold}")
    await shop.expect_dispute("merged_twice", guests)
    await shop.do("B", near, "couvert", valor_centavos=0)
    await shop.settle("B", "merged_twice", "corrected", guests)
    await shop.expect_agreement()
    await shop.expect_only("double_move")


SCENARIOS: tuple[Scenario, ...] = (
    one_beer_for_two_tables,
    closed_while_it_was_carried_off,
    more_taken_than_there_is,
    generous_while_it_was_carried_off,
    two_tables_become_one,
    joined_with_two_tables,
)
