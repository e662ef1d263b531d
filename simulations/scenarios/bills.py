"""Stories of bills: what is asked, given and split on both sides of a cut."""

from simulations.scenarios.scenario import Scenario, scenario
from simulations.scenarios.shop import PIZZA, SimShop


@scenario(terminals=3)
async def nine_split_the_bill(shop: SimShop) -> None:
    """A table of nine splits its bill while the waiter's terminal is cut off: he splits it his way
    and is generous once more. They pay what the till said; what he gave late is shown to a person,
    and every terminal shows the nine shares, to the centavo."""
    order = await shop.open("A", PIZZA, PIZZA, 1001)
    await shop.do("A", order, "taxa-servico", percentual=10)
    await shop.do("A", order, "couvert", valor_centavos=700, pessoas=9)
    await shop.do("A", order, "descontos", percentual=15, motivo="aniversário")
    await shop.expect_agreement()
    await shop.expect_shown(order, subtotal_centavos=13901, total_centavos=11816 + 1182 + 6300)
    shop.cut(["A"], ["B", "C"])
    await shop.do("A", order, "divisao", partes=[{"nome": "casal", "pessoas": 2}])
    await shop.do("A", order, "descontos", percentual=20, motivo="demora")
    await shop.do("B", order, "divisao", partes=[{"pessoas": 1} for _ in range(9)])
    await shop.pay_shares("C", order, tip=100)
    await shop.close("B", order)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_shown(order, status="pago", total_centavos=19298, gorjeta_centavos=900)
    shares = [2145, 2145, *[2144] * 7, 0]
    await shop.expect_rows(order, "divisao", total_centavos=shares, pago_centavos=shares)
    await shop.expect_only("late_change_to_closed_bill")
    await shop.settle("C", "late_change_to_closed_bill", "kept", order)
    await shop.expect_agreement()
    await shop.expect_only()


@scenario(terminals=3)
async def two_generous_waiters(shop: SimShop) -> None:
    """Two waiters give different discounts at both sides of a cut: one of them counts everywhere,
    never both, and a manager is asked until she gives hers."""
    order = await shop.open("A", PIZZA)
    await shop.do("A", order, "taxa-servico", percentual=10)
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.do("A", order, "descontos", percentual=10, motivo="cliente fiel")
    await shop.do("B", order, "descontos", percentual=20, motivo="demora")
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_dispute("charges_set_apart")
    await shop.expect_shown(order, desconto_centavos=1290, total_centavos=5160 + 516)
    await shop.do("C", order, "descontos", percentual=15, motivo="combinado")
    await shop.expect_agreement()
    await shop.expect_shown(order, total_centavos=6450 - 968 + 548)
    await shop.expect_only()


@scenario(terminals=3)
async def one_part_paid_at_two_tills(shop: SimShop) -> None:
    """Ana pays her part to the waiter, and her husband pays it at the till that does not hear of
    it: a person is told whose part it was. Known here, a part is not paid again, and the bill is
    not split anew without the parts that were paid."""
    order = await shop.open("A", 5000, 5000, 5000)
    parts = [{"nome": name, "pessoas": 1} for name in ("Ana", "Bia", "Caio")]
    await shop.do("A", order, "divisao", partes=parts)
    await shop.expect_agreement()
    ana = (await shop.shares("B", order))[0]
    shop.cut(["A"], ["B", "C"])
    await shop.pay_share("A", order, ana, 5000)
    await shop.pay_share("B", order, ana, 5000)
    await shop.wait(5)
    await shop.pay_share("C", order, ana, 100)
    await shop.do("C", order, "divisao", partes=parts[1:])
    shop.expect_told("part_already_paid", at="C")
    shop.expect_told("paid_part_stays", at="C")
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_rows(order, "divisao", pago_centavos=[10000, 0, 0, 0])
    await shop.expect_only("part_paid_twice")
    await shop.settle("C", "part_paid_twice", "for_others", order)
    await shop.expect_agreement()
    await shop.expect_only()


SCENARIOS: tuple[Scenario, ...] = (
    nine_split_the_bill,
    two_generous_waiters,
    one_part_paid_at_two_tills,
)
