"""Scenes of lines and orders that change places. See `scenes`."""

from collections.abc import Awaitable, Callable

from simulations.workload import acts
from simulations.workload.people import Actor, Party
from simulations.workload.till import JSON


async def another_order(party: Party) -> Party | None:
    """Somebody of the party wants an order of his own; None when nobody could open it."""
    other = Party(party.service, party.visit)
    other.table = party.table
    party.meetings += 1  # throws dice of its own each time
    waiter = party.send_for("waiter", f"another order {party.meetings}")
    opened = await acts.open_order(Actor(other, waiter.person, waiter.letters, waiter.dice))
    return other if opened else None


def carrying(
    line: str, to: Party, thousandths: int | None = None
) -> Callable[[Actor], Awaitable[object]]:
    """What somebody does who takes a line to another order. thousandths: all of it unless given."""
    item: JSON = {"id": line}
    if thousandths is not None:
        item["quantidade_milesimos"] = thousandths
    body = {"destino_id": to.order, "itens": [item]}

    async def carry(actor: Actor) -> None:
        await actor.write("move_lines", "/itens/transferir", body)

    return carry


async def transfer(party: Party) -> None:
    """To another table, by the button for it."""
    if party.service.tables:
        party.table = party.dice.choice(party.service.tables)
        body = {"mesa_id": party.table}
        await party.send_for("waiter").write("transfer", "/transferir", body)


async def pay_apart(party: Party) -> None:
    """One of them takes a line, or a part of it, to an order of his own."""
    lines = acts.left_lines(party.sight)
    other = await another_order(party) if len(lines) > 1 else None
    if other is not None:
        line = party.dice.choice(lines)
        some = line.left // 2 if party.dice.random() < 0.4 and line.left > 1 else None
        await carrying(line.id, other, some)(party.send_for("waiter"))


async def carried_apart(party: Party) -> None:
    """Two waiters take one line to two orders."""
    lines = acts.left_lines(party.sight)
    one = await another_order(party) if len(lines) > 1 else None
    other = None if one is None else await another_order(party)
    if one is not None and other is not None:
        line = party.dice.choice(lines).id
        both = (("waiter", carrying(line, one)), ("waiter", carrying(line, other)))
        await acts.together(party, *both)


async def join(party: Party) -> None:
    """Friends with an order of their own sit down with them: one bill."""
    other = await another_order(party)
    if other is not None:
        waiter = party.send_for("waiter")
        body = {"destino_id": party.order}
        actor = Actor(other, waiter.person, waiter.letters, waiter.dice)
        await actor.write("merge", "/juntar", body)
        await waiter.look()
