"""Scenes of the kitchen: courses, wrong touches, an oven that is full, a screen. See `scenes`."""

from simulations.workload import acts
from simulations.workload.people import Actor, Party
from simulations.workload.plan import draw_round
from simulations.workload.sights import SeenLine
from simulations.workload.till import JSON

_STATIONS = ("cozinha", "chapa", "forno", "bar")


async def courses(party: Party) -> None:
    """A starter and a main course: sent together, made one after the other."""
    waiter = party.send_for("waiter")
    bodies = [{**body, "etapa": course} for course in (1, 2) for body in draw_round(party.dice, 2)]
    deed = await acts.add_lines(waiter, bodies)
    if deed.outcome == "acknowledged":
        await acts.send(waiter)
        for course in (1, 2):
            await party.think()
            await fire(party.send_for("waiter"), {"etapa": course})


async def fire_and_add(party: Party) -> None:
    """One has the course made while the other adds a dish to it."""

    async def more(actor: Actor) -> None:
        bodies = [{**body, "etapa": 1} for body in draw_round(actor.dice, 1)]
        await acts.add_lines(actor, bodies)

    async def now(actor: Actor) -> None:
        await fire(actor, {})

    await acts.together(party, ("waiter", now), ("waiter", more))


async def hold(party: Party) -> None:
    """They want to talk a while before the main course."""
    waiter = party.send_for("waiter")
    await waiter.write("hold", "/segurar", {"etapa": 2})
    await party.think()
    if party.dice.random() < 0.7:
        await fire(party.send_for("waiter"), {"etapa": 2})


async def fire_one(party: Party) -> None:
    """The child is hungry: one line of a course now, the rest of it later."""
    waiter = party.send_for("waiter")
    lines = _lines(party)
    if lines:
        await fire(waiter, {"itens": [party.dice.choice(lines).id]})


async def wrong_touch(party: Party) -> None:
    """A cook touches the wrong line, and takes it back."""
    lines = _lines(party)
    if lines:
        touched = {"itens": [party.dice.choice(lines).id]}
        cook = party.send_for("cook")
        await cook.write("ready", "/pronto", touched)
        await party.think(0.2)
        await cook.write("recall", "/voltar", touched)


async def wrong_touch_twice(party: Party) -> None:
    """Two cooks touch it; both take it back."""
    lines = _lines(party)
    if lines:
        touched = {"itens": [party.dice.choice(lines).id]}

        async def touch(actor: Actor) -> None:
            await actor.write("ready", "/pronto", touched)
            await actor.write("recall", "/voltar", touched)

        await acts.together(party, ("cook", touch), ("cook", touch))


async def reroute(party: Party) -> None:
    """The oven is full; perhaps two find another place for one dish."""
    lines = _lines(party)
    if lines:
        chosen = [party.dice.choice(lines).id]

        async def elsewhere(actor: Actor) -> None:
            body = {"itens": chosen, "estacao": actor.dice.choice(_STATIONS)}
            await actor.write("route", "/rotear", body)

        cooks = [("cook", elsewhere)] * party.dice.choice((1, 1, 2))
        await acts.together(party, *cooks)


async def screen(party: Party) -> None:
    """A station reads its queue and brings out what it has of this order."""
    cook, station = party.send_for("cook"), party.dice.choice(_STATIONS)
    await cook.get("queue", f"/api/cozinha?estacao={station}")
    await cook.write("preparing", "/preparando", {"estacao": station})
    await party.think(0.5)
    await cook.write("ready", "/pronto", {"estacao": station})


async def fire(actor: Actor, body: JSON) -> None:
    """A course, some lines, or whatever comes next."""
    await actor.write("fire", "/disparar", body)


def _lines(party: Party) -> list[SeenLine]:
    return acts.left_lines(party.sight)
