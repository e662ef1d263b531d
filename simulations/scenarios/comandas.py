"""Stories of comanda cards: what one side of a cut does to a card that the other side uses."""

from simulations.scenarios.scenario import Scenario, scenario
from simulations.scenarios.shop import PIZZA, SimShop
from simulations.workload.card_scenes import CARDS, SPARE


@scenario(terminals=3)
async def cards_across_a_cut(shop: SimShop) -> None:
    """The door is cut from the hall. One card is handed out at both sides, and a stolen one is
    blocked at one side and used at the other: everything that was sold stands, and a person
    decides. A guest who lost his card gets another one, and his order goes along."""
    await shop.tap("A", CARDS, de=1, ate=20)
    await shop.tap("A", CARDS, de=SPARE.start, ate=SPARE.start)
    lost = await shop.open("A")
    await shop.edit("A", lost, comanda="5")
    await shop.expect_agreement()
    door, hall, thief = [await shop.open(at) for at in ("A", "B", "B")]
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.edit("A", door, comanda="7")
    await shop.edit("B", hall, comanda="07")
    await shop.tap("A", f"{CARDS}/8/bloquear", motivo="roubada")
    await shop.edit("B", thief, comanda="8")
    await shop.tap("A", f"{CARDS}/5/trocar", para=SPARE.start)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_shown(lost, comanda=str(SPARE.start))
    await shop.expect_answer(f"{CARDS}/{SPARE.start}", status="ocupada", total_centavos=PIZZA)
    await shop.expect_answer(f"{CARDS}/7", status="ocupada", total_centavos=2 * PIZZA)
    await shop.expect_answer(f"{CARDS}/8", status="bloqueada", pedidos=[thief.order])
    await shop.expect_only("two_orders_on_a_card", "order_on_blocked_card")
    await shop.expect_dispute("two_orders_on_a_card")
    await shop.expect_dispute("order_on_blocked_card")
    late = await shop.edit("C", await shop.open("C"), comanda="8")
    shop.expect(late.outcome == "refused", "C put an order on a blocked card")
    await shop.do("C", hall, "juntar", destino_id=door.order)
    await shop.settle("B", "order_on_blocked_card", "kept")
    await shop.expect_agreement()
    await shop.expect_only()


SCENARIOS: tuple[Scenario, ...] = (cards_across_a_cut,)
