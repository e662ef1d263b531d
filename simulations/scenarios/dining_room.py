"""Stories of the dining room: what the counter promises and pushes about while the hall does not
hear of it."""

from simulations.scenarios.expectations import Unplayable
from simulations.scenarios.scenario import Scenario, scenario
from simulations.scenarios.shop import PIZZA, SimShop
from simulations.workload.ledger import ORDERS
from simulations.workload.room_scenes import RESERVATIONS
from simulations.workload.till import JSON

EVENING_MS = 11 * 3_600_000  # the shop opens at 09:00 in Brasília
HOUR_MS = 3_600_000


@scenario(terminals=3)
async def table_booked_twice(shop: SimShop) -> None:
    """The hall is cut from the counter, and one table is booked at both sides: both reservations
    stand until a person decides. One that is told at both sides is one. Guests that somebody seated
    are not given up by who did not see them."""
    table = await _created(shop, "A", "/api/mesas", nome="Mesa 1")
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    silva = await _booked(shop, "A", "Silva", table)
    souza = await _booked(shop, "B", "Souza", table)
    lima = await shop.tap("A", RESERVATIONS, **_evening(shop, "Lima"))
    await shop.ask_again("B", lima)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_answer(f"{RESERVATIONS}?dia=2026-12-04", total=3)
    await shop.expect_dispute("reservation_clash")
    await shop.expect_answer(silva, status="reservada", conflito=True, telefone="11 98888-7777")
    await shop.settle("C", "reservation_clash", "kept")
    await shop.expect_agreement()
    await shop.expect_no_dispute("reservation_clash")
    shop.cut(["A"], ["B", "C"])
    await shop.tap("A", f"{silva}/sentar")
    await shop.tap("B", f"{silva}/faltou")
    await shop.tap("B", f"{souza}/cancelar")
    shop.heal()
    await shop.expect_agreement()
    unheard = [{"status": "nao_veio", "motivo": ""}]
    seated = {"status": "sentada", "conflito": False, "marcas_simultaneas": unheard}
    await shop.expect_answer(silva, **seated)
    await shop.expect_answer(souza, status="cancelada")
    await shop.expect_only()


@scenario(terminals=3)
async def two_tabs_at_joined_tables(shop: SimShop) -> None:
    """Two tables are pushed together at one side of a cut, and guests sit down at one of them; the
    other side knows of neither and seats others at the second. It is one table: people are
    asked."""
    one, two = [await _created(shop, "A", "/api/mesas", nome=each) for each in ("Mesa 1", "Mesa 2")]
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.tap("A", f"/api/mesas/{one}/juntar", mesas=[two])
    for at, table in (("A", one), ("B", two)):
        await shop.tap(at, ORDERS, tipo="mesa", mesa_id=table, id_externo=f"sala:{at}")
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_dispute("two_tabs_at_once")
    await shop.tap(
        "C", ORDERS, tipo="mesa", mesa_id=two, id_externo="sala:C"
    )  # its waiter sees both
    await shop.expect_agreement()
    await shop.settle("C", "two_tabs_at_once", "both_kept")
    await shop.expect_agreement()
    await shop.expect_only()


@scenario(terminals=3)
async def tables_pushed_together(shop: SimShop) -> None:
    """At both sides of a cut the middle one of three tables is pushed to another: the three act as
    one. A table that was cleaned at one side is dirty when somebody left it at the other."""
    names = ("Mesa 1", "Mesa 2", "Mesa 3")
    one, two, three = [await _created(shop, "A", "/api/mesas", nome=each) for each in names]
    order = await shop.open("A")
    await shop.edit("A", order, mesa_id=one)
    await shop.expect_agreement()
    shop.cut(["A"], ["B", "C"])
    await shop.tap("A", f"/api/mesas/{one}/juntar", mesas=[two])
    await shop.tap("B", f"/api/mesas/{two}/juntar", mesas=[three])
    shop.heal()
    await shop.expect_agreement()
    for table in (one, two, three):
        await shop.expect_answer(f"/api/mesas/{table}", status="ocupada")
    await shop.tap("C", f"/api/mesas/{two}/separar")
    await shop.tap("C", f"/api/mesas/{one}/juntar", mesas=[two])
    await shop.pay("C", order, PIZZA)
    await shop.close("C", order)
    await shop.tap("C", f"/api/mesas/{one}/limpeza", limpeza=False)
    await shop.expect_agreement()
    await shop.expect_answer(f"/api/mesas/{one}", status="livre")
    await shop.expect_answer(f"/api/mesas/{three}", grupo=None)
    shop.cut(["A"], ["B", "C"])
    late = await shop.open("A")
    await shop.edit("A", late, mesa_id=one)
    await shop.pay("A", late, PIZZA)
    await shop.close("A", late)
    await shop.tap("B", f"/api/mesas/{one}/limpeza", limpeza=False)
    shop.heal()
    await shop.expect_agreement()
    await shop.expect_answer(f"/api/mesas/{one}", status="limpeza")
    await shop.expect_only()


async def _booked(shop: SimShop, at: str, name: str, table: str) -> str:
    """The path of a reservation of that evening."""
    return f"{RESERVATIONS}/{await _created(shop, at, RESERVATIONS, **_evening(shop, name, table))}"


def _evening(shop: SimShop, name: str, *tables: str) -> JSON:
    """Two hours of it."""
    begin = shop.now_ms("A") // HOUR_MS * HOUR_MS + EVENING_MS
    return {
        "nome": name,
        "pessoas": 4,
        "de_ms": begin,
        "ate_ms": begin + 2 * HOUR_MS,
        "mesas": tables,
        "telefone": "11 98888-7777",
    }


async def _created(shop: SimShop, at: str, path: str, **body: JSON) -> str:
    """The id of what a POST makes."""
    deed = await shop.tap(at, path, **body)
    if deed.told is None:
        raise Unplayable(f"{at} did not take {path}")
    return str(deed.told["id"])


SCENARIOS: tuple[Scenario, ...] = (
    table_booked_twice,
    two_tabs_at_joined_tables,
    tables_pushed_together,
)
