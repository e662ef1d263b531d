"""Stories of the kitchen: what one half of the shop fires, touches or moves while the other half
does not hear of it."""

from simulations.scenarios.scenario import Scenario, scenario
from simulations.scenarios.shop import SimShop
from simulations.workload import acts


@scenario(terminals=3)
async def courses_across_a_cut(shop: SimShop) -> None:
    """The main course is fired at one side of a cut while a dish is added to it at the other: both
    are made. A firing that is taken back stays taken back only where nobody else fired."""
    order = await shop.open("A")
    await shop.add_dishes("A", order, {"etapa": 1}, {"etapa": 2})
    await shop.do("A", order, "enviar")
    await shop.expect_agreement()
    await shop.expect_items(order, disparado=[True, False, False])
    shop.cut(["A"], ["B", "C"])
    await shop.do("A", order, "disparar", etapa=2)
    await shop.add_dishes("B", order, {"etapa": 2})
    await shop.do("B", order, "disparar", etapa=1)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_items(order, disparado=[True, True, True, True])
    shop.cut(["A"], ["B", "C"])
    await shop.do("A", order, "segurar", etapa=2)
    await shop.do("B", order, "segurar", etapa=1)
    await shop.do("B", order, "disparar", etapa=1)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_items(order, disparado=[True, True, False, False])
    await shop.expect_only()


@scenario(terminals=3)
async def wrong_touch_at_both_sides(shop: SimShop) -> None:
    """Two cooks say at both sides of a cut that a dish is ready; one takes it back, and had not
    heard of the other: it is ready. Where it is made, the last one who knew of both decides."""
    order = await shop.open("A")
    await shop.do("A", order, "enviar")
    await shop.expect_agreement()
    dish = {"itens": [acts.left_lines(await shop.look("A", order))[0].id]}
    shop.cut(["A"], ["B", "C"])
    await shop.do("A", order, "pronto", **dish)
    await shop.do("A", order, "rotear", estacao="chapa", **dish)
    await shop.do("B", order, "pronto", **dish)
    await shop.do("B", order, "rotear", estacao="bar", **dish)
    await shop.do("A", order, "voltar", **dish)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_items(order, status=["pronto"])
    await shop.do("C", order, "voltar", **dish)
    await shop.do("C", order, "rotear", estacao="forno", **dish)
    await shop.expect_agreement()
    await shop.expect_items(order, status=["enviado"], estacao=["forno"])
    await shop.expect_only()


SCENARIOS: tuple[Scenario, ...] = (courses_across_a_cut, wrong_touch_at_both_sides)
