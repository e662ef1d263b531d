"""Scenes on the floor: tables, lines, fields, and orders that come to nothing. See `scenes`."""

from simulations.workload import acts
from simulations.workload.ledger import ORDERS
from simulations.workload.people import Actor, Party
from simulations.workload.plan import draw_round
from simulations.workload.till import JSON

_WAITERS = ("Rita", "Sônia", "Tadeu", "Ulisses")
_FLAGS = ("financeiro", "producao", "expedicao", "embalado", "conferido")


# --- tables


async def reserve(party: Party) -> None:
    if party.service.tables:
        table = f"/api/mesas/{party.dice.choice(party.service.tables)}"
        manager = party.send_for("manager")
        await manager.send("reserve", f"{table}/reservar", {"nome": "Família Souza"})
        await party.think()
        if party.dice.random() < 0.7:
            await manager.send("release", f"{table}/liberar", {})


async def greet(party: Party) -> None:
    """The waiter of the table, and a look at the room."""
    waiter = party.send_for("waiter")
    await waiter.get("tables", "/api/mesas")
    if party.table:
        name = {"garcom": party.dice.choice((*_WAITERS, None))}
        await waiter.send("table_waiter", f"/api/mesas/{party.table}/garcom", name)


async def change_table(party: Party) -> None:
    """They put another table beside it: the plan of the room changes."""
    if party.table:
        plan = {
            "lugares": party.dice.randint(2, 12),
            "posicao": {"x": party.dice.randint(0, 9), "y": 1},
        }
        waiter = party.send_for("waiter")
        await waiter.send("change_table", f"/api/mesas/{party.table}", plan, method="PATCH")


async def same_table_twice(party: Party) -> None:
    """Two people create the same table at two terminals."""
    label = {"nome": f"Extra {party.dice.randint(1, 4)}", "lugares": 4}

    async def add(actor: Actor) -> None:
        await actor.send("add_table", "/api/mesas", label)

    await acts.together(party, ("manager", add), ("waiter", add))


async def clean(party: Party) -> None:
    if party.table:
        path = f"/api/mesas/{party.table}/limpeza"
        await party.send_for("waiter").send("cleaning", path, {"limpeza": True})
        await party.think()
        await party.send_for("waiter").send("cleaning", path, {"limpeza": False})


async def move(party: Party) -> None:
    """To another table, or a comanda becomes one."""
    if party.service.tables:
        party.table = party.dice.choice(party.service.tables)
        await acts.edit(party.send_for("waiter"), {"mesa_id": party.table})


# --- lines and fields


async def order_more(party: Party) -> None:
    await acts.add_lines(party.send_for("waiter"), draw_round(party.dice))


async def another_round(party: Party) -> None:
    """More, sent to the kitchen at once; its ticket goes on beside everything else."""
    waiter = party.send_for("waiter")
    deed = await acts.add_lines(waiter, draw_round(party.dice, 2))
    if deed.outcome == "acknowledged":
        await acts.send(waiter)


async def two_waiters(party: Party) -> None:
    """Both take an order for one table."""

    async def more(actor: Actor) -> None:
        await acts.add_lines(actor, draw_round(actor.dice, 2))

    await acts.together(party, ("waiter", more), ("waiter", more))


async def cancel_one(party: Party) -> None:
    """All of a line, or a part of it."""
    waiter = party.send_for("waiter")
    lines = acts.left_lines(party.sight)
    if len(lines) > 1:
        line = party.dice.choice(lines)
        whole = None if party.dice.random() < 0.5 else line.left
        some = max(1, line.left // 2) if party.dice.random() < 0.4 else whole
        await acts.cancel_line(waiter, line, some, party.dice.choice(("desistiu", "acabou", "")))


async def cancel_one_twice(party: Party) -> None:
    """Two people strike the same line out."""
    lines = acts.left_lines(party.sight)
    if len(lines) > 1:
        line = party.dice.choice(lines)

        async def strike(actor: Actor) -> None:
            await acts.cancel_line(actor, line, None, "pedido errado")

        await acts.together(party, ("waiter", strike), ("manager", strike))


async def edit_fields(party: Party) -> None:
    await acts.edit(party.send_for("waiter"), _some_field(party))


async def edit_both(party: Party) -> None:
    """Two people write the same field differently."""

    async def name(actor: Actor) -> None:
        await acts.edit(actor, {"garcom": actor.dice.choice(_WAITERS)})

    await acts.together(party, ("waiter", name), ("cashier", name))


async def correct_address(party: Party) -> None:
    """They call again; perhaps two pick up the telephone."""
    if party.visit.service_type == "entrega":

        async def write_down(actor: Actor) -> None:
            there = acts.address(actor.dice) if actor.dice.random() < 0.9 else None
            await acts.edit(actor, {"entrega": there})

        people = [("waiter", write_down)] * party.dice.choice((1, 1, 2))
        await acts.together(party, *people)


async def edit_if_unchanged(party: Party) -> None:
    """A careful front end, perhaps with a stale screen."""
    waiter = party.send_for("waiter")
    version = "" if party.sight is None else party.sight.version
    await party.think(party.dice.random())
    await acts.edit(waiter, {"observacao": "sem pressa"}, version=version)


async def put_back(party: Party) -> None:
    """A front end that sends the whole order back, with one line more."""
    waiter = party.send_for("waiter")
    sight = await waiter.look()
    if sight is None or sight.figures is not None:
        return
    key = waiter.new_key()
    kept = [{"id": line.id} for line in acts.left_lines(sight)]
    body = {
        "cliente": "Mesa da Ivone",
        "itens": [*kept, *acts.marked(draw_round(party.dice, 1), key)],
    }
    version = sight.version if party.dice.random() < 0.7 else ""
    await waiter.write("put", "", body, method="PUT", key=key, version=version)


async def mark(party: Party) -> None:
    flags = {party.dice.choice(_FLAGS): party.dice.random() < 0.8}
    await acts.edit(party.send_for("cashier"), flags)


async def change_kind(party: Party) -> None:
    """They take it home after all."""
    await acts.edit(party.send_for("waiter"), {"tipo": "viagem"})


def _some_field(party: Party) -> JSON:
    dice = party.dice
    return dice.choice((
        {"garcom": dice.choice(_WAITERS)},
        {"cliente": f"Sr. {dice.choice(_WAITERS)}"},
        {"observacao": f"alergia a amendoim {dice.randint(1, 9)}"},
        {"pessoas": dice.randint(1, 12), "comanda": str(dice.randint(1, 99))},
        {"cliente": None},
    ))  # fmt: skip


# --- the order as a whole


async def give_up(party: Party) -> None:
    """They leave before anything was made."""
    deed = await party.send_for("manager").write("cancel", "/cancelar", {"motivo": "foram embora"})
    party.gone = deed.outcome == "acknowledged"


async def erase(party: Party) -> None:
    """As an old front end does it."""
    deed = await party.send_for("manager").write("cancel", "?motivo=engano", None, method="DELETE")
    party.gone = deed.outcome == "acknowledged"


async def cancel_and_restore(party: Party) -> None:
    await party.send_for("manager").write("cancel", "/cancelar", {"motivo": "mesa errada"})
    await party.think()
    await party.send_for("manager").write("restore", "/restaurar", {"motivo": "era esta"})


async def cancel_while_paying(party: Party) -> None:
    async def cancel(actor: Actor) -> None:
        await actor.write("cancel", "/cancelar", {"motivo": "demora"})

    await acts.together(party, ("cashier", acts.pay_up), ("manager", cancel))
    manager = party.send_for("manager")
    sight = await manager.look()
    if sight is not None and sight.status == "cancelado":
        await manager.write("restore", "/restaurar", {"motivo": "pagou"})


async def cancel_paid(party: Party) -> None:
    """After the money is in the drawer: a terminal that knows of it refuses."""
    await party.send_for("waiter").write("cancel", "/cancelar", {"motivo": "engano"})


async def read_lists(party: Party) -> None:
    """A screen that shows everything."""
    waiter = party.send_for("waiter")
    await waiter.get("list", f"{ORDERS}?status=aberto&limite=30")
    await waiter.get("sums", "/api/estatisticas?dia=hoje")
