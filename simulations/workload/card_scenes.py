"""Scenes of comanda cards: handed out, lost, blocked and found again. See `scenes`.

Whoever registers cards registers all that anybody in the shop carries, and some to spare: those
only ever take the place of a lost one.
"""

from simulations.workload import acts
from simulations.workload.people import Actor, Party

CARDS = "/api/comandas"
SPARE = range(200, 300)
_CARRIED = {"de": 1, "ate": 99}


async def hand_out(party: Party) -> None:
    """From now on a comanda is a card."""
    manager = party.send_for("manager")
    await manager.send("register_cards", CARDS, _CARRIED)
    await manager.send("register_cards", CARDS, {"de": SPARE.start, "ate": SPARE.stop - 1})


async def lose(party: Party) -> None:
    """A guest cannot find his card, and gets another one; sometimes two people look after him."""
    card = None if party.sight is None else party.sight.field("comanda")
    if card is None:
        return

    async def replace(actor: Actor) -> None:
        body = {"para": actor.dice.choice(SPARE), "motivo": "perdida"}
        await actor.send("replace_card", f"{CARDS}/{card}/trocar", body)

    people = [("waiter", replace)] * party.dice.choice((1, 1, 2))
    await acts.together(party, *people)


async def stolen(party: Party) -> None:
    """Somebody blocks a card while, elsewhere, somebody else opens an order on it."""
    card = str(party.dice.randint(1, 99))
    other = Party(party.service, party.visit)

    async def block(actor: Actor) -> None:
        await actor.send("block_card", f"{CARDS}/{card}/bloquear", {"motivo": "roubada"})

    async def use(actor: Actor) -> None:
        key = actor.new_key()
        body = {"tipo": "comanda", "comanda": card, "id_externo": f"visita:{key[:12]}"}
        guest = Actor(other, actor.person, actor.letters, actor.dice)
        await guest.write("open", body=body, key=key)

    await acts.together(party, ("manager", block), ("waiter", use))
    if party.dice.random() < 0.5:
        await party.think()
        await party.send_for("manager").send("unblock_card", f"{CARDS}/{card}/desbloquear", {})


async def show(party: Party) -> None:
    """Who is still here, and what they owe."""
    await party.send_for("cashier").get("cards", f"{CARDS}?status=ocupada")
