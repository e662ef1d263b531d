"""Stories of those who run the shop."""

from simulations.scenarios.scenario import Scenario, scenario
from simulations.scenarios.shop import PIZZA, SimShop
from simulations.workload.ledger import SETTINGS

HALF_HOUR_MS = 30 * 60_000
TENTH = PIZZA // 10
BAR = {"codigo": "bar", "nome": "Bar", "tipo": "rede", "endereco": "bar:9100"}
DESK = {"codigo": "caixa", "nome": "Caixa", "tipo": "usb", "endereco": "/dev/usb/lp0"}
AS_SHOWN = {"colunas": 48, "estacoes": [], "imprime_contas": False}


@scenario(terminals=2)
async def two_managers_one_shop(shop: SimShop) -> None:
    """Two managers, cut off from each other, set up a printer each and rename the shop: both
    printers are there, one name stands everywhere, and who saw it changes it though his clock is
    behind. The service charge is on the next bills, whatever it is later, and on none of before."""
    early = await shop.open("A")
    await shop.change_shop("A", taxa_servico=10, taxa_servico_tipos=["balcao"])
    await shop.expect_agreement()
    shop.cut(["A"], ["B"])
    await shop.change_shop("A", nome="Pizzaria do Zé", impressoras=[BAR])
    await shop.change_shop("B", nome="Pizzaria da Lia", impressoras=[DESK])
    later = await shop.open("B")
    shop.heal()
    await shop.expect_agreement()
    both = [{**each, **AS_SHOWN} for each in (BAR, DESK)]
    await shop.expect_answer(SETTINGS, nome="Pizzaria da Lia", impressoras=both)
    shop.power_cut("A")
    shop.set_clock("A", shop.now_ms("A") - HALF_HOUR_MS)
    await shop.boot("A")
    await shop.change_shop("A", nome="Pizzaria Central", taxa_servico=0)
    await shop.expect_agreement()
    await shop.expect_answer(SETTINGS, nome="Pizzaria Central", taxa_servico=0)
    await shop.expect_shown(early, total_centavos=PIZZA)
    await shop.expect_shown(later, total_centavos=PIZZA + TENTH)
    await shop.expect_only()


@scenario(terminals=2)
async def dismissed_at_the_other_side(shop: SimShop) -> None:
    """The owner dismisses a manager at one side of a cut while she gives pizzas away at the other:
    what she gave stays given, and everybody sees one conflict for each; before it she was in her
    right, and after it she is out wherever it is known."""
    owner = await shop.hire("A", "Zé", "dono")
    await shop.expect_agreement()
    for at in ("A", "B"):
        await shop.give_pin(at, owner)
        await shop.enter(at, owner)
    ana = await shop.hire("A", "Ana", "gerente")
    await shop.expect_agreement()
    await shop.give_pin("B", ana)
    await shop.enter("B", ana)
    early, late, later = [await shop.open("B") for _ in range(3)]
    await shop.do("B", early, "cortesia", motivo="aniversário")
    await shop.expect_agreement()
    shop.cut(["A"], ["B"])
    await shop.dismiss("A", ana)
    await shop.wait(60)
    await shop.do("B", late, "cortesia", motivo="amiga")
    shop.heal()
    await shop.expect_agreement()
    await shop.do("B", later, "cortesia", motivo="amiga")
    shop.expect_told("not_entered", at="B")
    await shop.expect_shown(early, total_centavos=0)
    await shop.expect_shown(late, total_centavos=0)
    await shop.expect_shown(later, total_centavos=PIZZA)
    await shop.expect_dispute("act_of_dismissed_operator")
    await shop.expect_only("act_of_dismissed_operator")
    await shop.settle("A", "act_of_dismissed_operator", "kept")
    await shop.expect_agreement()
    await shop.expect_only()


SCENARIOS: tuple[Scenario, ...] = (two_managers_one_shop, dismissed_at_the_other_side)
