"""Stories of drawers: counted blind, lost, and found again."""

from simulations.scenarios.expectations import Order
from simulations.scenarios.scenario import Scenario, scenario
from simulations.scenarios.shop import PIZZA, SimShop


async def _sell(shop: SimShop) -> Order:
    """A pizza, paid in cash at A."""
    order = await shop.open("A")
    await shop.pay("A", order, PIZZA)
    await shop.close("A", order)
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


SCENARIOS: tuple[Scenario, ...] = (the_drawer_that_came_back, a_lost_drawer_is_found_late)
