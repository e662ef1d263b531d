"""Stories of drawers: counted blind, lost, and found again."""

from simulations.scenarios.expectations import Order
from simulations.scenarios.scenario import Scenario, scenario
from simulations.scenarios.shop import PIZZA, SimShop

HOUR = 3600


async def _sell(shop: SimShop, at: str = "A") -> Order:
    """A pizza, paid in cash there."""
    order = await shop.open(at)
    await shop.pay(at, order, PIZZA)
    await shop.close(at, order)
    return order


@scenario(terminals=3)
async def the_drawer_that_came_back(shop: SimShop) -> None:
    """A terminal with an open drawer is cut off, and a manager writes the drawer off. It sells on,
    is counted blind and closed; when it comes back its closing counts, its report is the same
    everywhere, and one person is told. What it sold is refunded from another drawer."""
    drawer = await shop.open_drawer("A", 10_000)
    sold = await _sell(shop)
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.at_drawer("B", drawer, "baixar", motivo="terminal perdido")
    late = await _sell(shop)
    await shop.expect_blind("A", drawer)
    await shop.at_drawer("A", drawer, "sangria", valor_centavos=1_000)
    cash = 9_000 + 2 * PIZZA
    await shop.at_drawer("A", drawer, "declarar", valores_centavos={"dinheiro": cash})
    await shop.at_drawer("A", drawer, "fechar")
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_drawer(drawer, status="fechado", esperado_centavos={"dinheiro": cash})
    await shop.expect_same_report(drawer)
    await shop.expect_only("written_off_and_closed")
    await shop.settle("B", "written_off_and_closed", "seen")
    other = await shop.open_drawer("B", 5_000)
    await shop.refund("B", sold, 450)
    await shop.refund("C", late, 450)
    await shop.at_drawer("B", other, "declarar", valores_centavos={"dinheiro": 4_550})
    await shop.at_drawer("B", other, "fechar")
    await shop.expect_agreement()
    await shop.expect_drawer(other, diferenca_centavos={"dinheiro": 0})
    await shop.expect_only()


@scenario(terminals=3)
async def a_lost_drawer_is_found_late(shop: SimShop) -> None:
    """A drawer is written off while its terminal is cut off and sells: what it sold comes late, is
    listed and moves no figure, and nobody can write of that shift any more."""
    drawer = await shop.open_drawer("A", 10_000)
    await _sell(shop)
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.at_drawer("B", drawer, "baixar", motivo="terminal roubado")
    await _sell(shop)
    shop.heal()
    await shop.expect_agreement()
    expected = {"dinheiro": 10_000 + PIZZA}
    await shop.expect_drawer(drawer, status="baixado", esperado_centavos=expected)
    await shop.expect_same_report(drawer)
    await shop.expect_only("late_adjustment")
    await shop.at_drawer("A", drawer, "fechar")
    shop.expect_told("shift_is_ended", at="A")


@scenario(terminals=3)
async def the_day_ended_without_one(shop: SimShop) -> None:
    """A terminal is cut off at night with an open drawer, and the day is closed without it: the
    close is provisional and names it. It comes back next morning: what it sold is listed beside
    figures that do not move, its drawer is counted blind, and the day is closed again, for good.
    """
    drawer = await shop.open_drawer("C", 10_000)
    await _sell(shop, "C")
    await shop.expect_agreement()
    shop.cut(["C"], ["A", "B"])
    await _sell(shop, "C")
    await _sell(shop, "A")
    await shop.wait(120)  # until nobody takes C for linked
    day = await shop.close_day("A")
    await shop.wait(shop.size(8 * HOUR, small=60))
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_day(day, "provisorio", faltam=["C"], adendos=1, vendas=None)
    await shop.expect_only("terminal_missing_at_day_close")
    cash = {"dinheiro": 10_000 + 2 * PIZZA}
    await shop.at_drawer("C", drawer, "declarar", valores_centavos=cash)
    await shop.expect_agreement()
    await shop.expect_day(day, "provisorio", adendos=1, vendas={"dinheiro": 2 * PIZZA})
    await shop.tap("B", f"/api/dia/{day}/fechar")
    shop.expect_told("day_has_open_shifts", at="B")
    await shop.at_drawer("C", drawer, "fechar")
    await shop.expect_agreement()
    await shop.close_day("B", day)
    await shop.expect_agreement()
    total = {"dinheiro": 3 * PIZZA}
    await shop.expect_day(day, "final", faltam=[], adendos=0, vendas=total, confere=True)
    await shop.expect_only()


@scenario(terminals=3)
async def one_note_in_two_drawers(shop: SimShop) -> None:
    """A payment is told at one terminal and, under the same key, at another that is cut off: the
    order counts it once, each drawer counts it too. The day's sheet names it with both drawers, and
    still adds up; the drawer that never got the note shows the difference."""
    drawers = [await shop.open_drawer(at, 5_000) for at in "AC"]
    order = await shop.open("A")
    await shop.expect_agreement()
    shop.cut(["C"], ["A", "B"])
    paid = await shop.pay("A", order, PIZZA)
    await shop.ask_again("C", paid)
    for at, drawer, cash in zip("AC", drawers, (5_000 + PIZZA, 5_000), strict=True):
        await shop.at_drawer(at, drawer, "declarar", valores_centavos={"dinheiro": cash})
        await shop.at_drawer(at, drawer, "fechar")
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_only("cash_difference")
    day = await shop.close_day("B")
    await shop.expect_agreement()
    await shop.expect_day(day, "final", vendas={"dinheiro": PIZZA}, adendos=0)
    await shop.expect_twice(day, PIZZA, *drawers)


SCENARIOS: tuple[Scenario, ...] = (
    the_drawer_that_came_back,
    a_lost_drawer_is_found_late,
    the_day_ended_without_one,
    one_note_in_two_drawers,
)
