"""Scenes of the dining room: who is expected, which tables stand together, who serves. See
`scenes`."""

from simulations.workload import acts
from simulations.workload.ledger import Deed
from simulations.workload.people import Actor, Party
from simulations.workload.till import JSON

_WAITERS = ("Rita", "Sônia", "Tadeu", None)
_MINUTE_MS = 60_000
RESERVATIONS = "/api/reservas"


async def expected(party: Party) -> None:
    """Somebody calls, and comes; or does not, or comes with more people, or to another table."""
    manager = party.send_for("manager")
    deed = await book(manager)
    path = _path(deed)
    if not path:
        return
    await party.think()
    if party.dice.random() < 0.6:
        await _call_again(party.send_for("manager"), path)
    waiter = party.send_for("waiter")
    if party.dice.random() < 0.4:
        act = party.dice.choice(("no_show", "cancel_booking"))
        action = "faltou" if act == "no_show" else "cancelar"
        await waiter.send(act, f"{path}/{action}", {"motivo": "ligaram"})
        if party.dice.random() < 0.8:
            await party.send_for("manager").send("restore_booking", f"{path}/restaurar", {})
        return
    await waiter.send("arrived", f"{path}/chegou", {})
    await party.think()
    await party.send_for("waiter").send("seat", f"{path}/sentar", {})


async def booked_twice(party: Party) -> None:
    """Two people at two telephones promise one table."""
    table = party.dice.choice(party.service.tables) if party.service.tables else ""

    async def promise(actor: Actor) -> None:
        await book(actor, table)

    await acts.together(party, ("manager", promise), ("waiter", promise))


async def seen_and_missed(party: Party) -> None:
    """One seats them while another one, who does not see them, gives them up."""
    path = _path(await book(party.send_for("manager")))
    if path:

        async def seat(actor: Actor) -> None:
            await actor.send("seat", f"{path}/sentar", {})

        async def miss(actor: Actor) -> None:
            await actor.send("no_show", f"{path}/faltou", {})

        await acts.together(party, ("waiter", seat), ("manager", miss))


async def push_together(party: Party) -> None:
    """A large party: their table and another; sometimes a colleague needs the same one."""
    tables = party.service.tables
    if not party.table or len(tables) < 2:
        return

    async def push(actor: Actor) -> None:
        other = actor.dice.choice([each for each in tables if each != party.table])
        path = f"/api/mesas/{party.table}/juntar"
        await actor.send("join_tables", path, {"mesas": [other]})

    if party.dice.random() < 0.4:
        await acts.together(party, ("waiter", push), ("waiter", push))
    else:
        await push(party.send_for("waiter"))
    if party.dice.random() < 0.6:
        await party.think()
        path = f"/api/mesas/{party.table}/separar"
        await party.send_for("waiter").send("separate_tables", path, {})


async def serve(party: Party) -> None:
    """Who serves the hall, or a table of it, from now on."""
    manager = party.send_for("manager")
    room = await manager.get("tables", "/api/mesas")
    body = {"garcom": party.dice.choice(_WAITERS)}
    areas = [] if room.told is None else room.told["areas"]
    if areas and party.dice.random() < 0.5:
        await manager.send("serve_area", f"/api/areas/{areas[0]['id']}/garcom", body)
    elif party.table:
        await manager.send("table_waiter", f"/api/mesas/{party.table}/garcom", body)
        await manager.get("waiters", f"/api/mesas/{party.table}/garcom")


async def lay_the_table(party: Party) -> None:
    """They have gone: their table is cleaned, by whoever passes."""

    async def clean(actor: Actor) -> None:
        path = f"/api/mesas/{party.table}/limpeza"
        await actor.send("cleaning", path, {"limpeza": False})

    if party.table:
        await acts.together(party, ("waiter", clean), ("waiter", clean))


async def book(actor: Actor, table: str = "") -> Deed:
    """Soon, by the clock that this terminal shows: half hours, so that two meet often. Who is shown
    nothing books nothing."""
    room = await actor.get("tables", "/api/mesas")
    if room.told is None:
        return room
    dice, tables = actor.dice, actor.party.service.tables
    now = room.told["agora_ms"] // _MINUTE_MS
    begin = now - now % 30 + 30 * dice.randrange(4)
    chosen = [table] if table else dice.sample(tables, min(len(tables), dice.choice((0, 1, 1, 2))))
    key = actor.new_key()
    body: JSON = {
        "nome": f"Família {key[: acts.MARK_LENGTH]}",
        "pessoas": dice.randint(1, 12),
        "de_ms": begin * _MINUTE_MS,
        "ate_ms": (begin + 30 * dice.choice((1, 2, 4))) * _MINUTE_MS,
        "mesas": chosen,
        "telefone": dice.choice((None, "11 98888-7777")),
    }
    return await actor.send("book", RESERVATIONS, body, key=key)


async def _call_again(actor: Actor, path: str) -> None:
    """They are more, or want another table."""
    tables = actor.party.service.tables
    body = {"mesas": [actor.dice.choice(tables)]} if tables and actor.dice.random() < 0.5 else {}
    people = {"pessoas": actor.dice.randint(1, 12), "observacao": "aniversário"}
    await actor.send("change_booking", path, {**people, **body}, method="PATCH")


def _path(deed: Deed) -> str:
    return "" if deed.told is None else f"{RESERVATIONS}/{deed.told['id']}"
