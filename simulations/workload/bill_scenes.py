"""Scenes at the till: paying, closing, correcting. See `scenes`."""

from simulations.workload import acts
from simulations.workload.floor_scenes import cancel_one, order_more
from simulations.workload.people import Actor, Party
from simulations.workload.plan import draw_round


async def pay_too_early(party: Party) -> None:
    """A close before anybody paid."""
    await party.send_for("cashier").write("close", "/fechar", {})


async def mistyped(party: Party) -> None:
    """One digit too many."""
    cashier = party.send_for("cashier")
    sight = await cashier.look()
    if sight is not None and sight.balance > 0:
        await acts.pay(cashier, sight.balance * 10)


async def two_cashiers(party: Party) -> None:
    """Both receive the whole bill, each at a terminal."""
    await acts.together(party, ("cashier", acts.pay_up), ("cashier", acts.pay_up))


async def slow_card(party: Party) -> None:
    """The acquirer answers later: yes, no, or never."""
    cashier = party.send_for("cashier")
    sight = await cashier.look()
    if sight is not None and sight.balance > 0:
        outcome = party.dice.choice(("confirmar", "confirmar", "negar", ""))
        await acts.pay_later(cashier, sight.balance, outcome)


async def same_pix_twice(party: Party) -> None:
    """One transfer, recorded by two people under keys of their own."""
    sight = await party.send_for("cashier").look()
    if sight is not None and sight.balance > 1:
        half, transaction = sight.balance // 2, f"E{party.dice.getrandbits(64):016x}"

        async def record(actor: Actor) -> None:
            await acts.pay(actor, half, "pix", transaction=transaction)

        await acts.together(party, ("cashier", record), ("waiter", record))


async def add_while_closing(party: Party) -> None:
    """A last coffee, while the cashier closes."""

    async def more(actor: Actor) -> None:
        await acts.add_lines(actor, draw_round(actor.dice, 1))

    await acts.together(party, ("cashier", acts.close), ("waiter", more))


async def close_twice(party: Party) -> None:
    await acts.together(party, ("cashier", acts.close), ("cashier", acts.close))


async def reopen_twice(party: Party) -> None:
    """Two people want to correct one bill; one of them closes it again."""

    async def open_again(actor: Actor) -> None:
        await actor.write("reopen", "/reabrir", {"motivo": "conferir"})

    await acts.together(party, ("manager", open_again), ("cashier", open_again))
    await acts.close(party.send_for("cashier"))


async def reopen(party: Party) -> None:
    """Something was wrong: a line more or less, the difference, and closed again."""
    manager = party.send_for("manager")
    await manager.write("reopen", "/reabrir", {"motivo": "cobrança errada"})
    if party.dice.random() < 0.5:
        await acts.add_lines(party.send_for("waiter"), draw_round(party.dice, 1))
    else:
        await cancel_one(party)
    await acts.pay_up(party.send_for("cashier"))
    await acts.close(party.send_for("cashier"))


async def refund(party: Party) -> None:
    """All or a part of one payment."""
    payments = acts.confirmed(party.sight)
    if payments:
        payment, centavos = party.dice.choice(payments)
        some = centavos if party.dice.random() < 0.4 else max(1, centavos // 3)
        await acts.refund(party.send_for("cashier"), payment, some)


async def refund_twice(party: Party) -> None:
    """Two people hand the same payment back."""
    payments = acts.confirmed(party.sight)
    if payments:
        payment, centavos = party.dice.choice(payments)

        async def hand_back(actor: Actor) -> None:
            await acts.refund(actor, payment, centavos)

        await acts.together(party, ("cashier", hand_back), ("manager", hand_back))


async def give_back(party: Party) -> None:
    """Somebody notices that too much was paid."""
    cashier = party.send_for("cashier")
    sight = await cashier.look()
    payments = acts.confirmed(sight)
    if sight is not None and sight.balance < 0 and payments:
        payment, centavos = payments[-1]
        await acts.refund(cashier, payment, min(centavos, -sight.balance))


async def late_line(party: Party) -> None:
    """On a bill that is closed, which the waiter may not know."""
    await order_more(party)


async def look_again(party: Party) -> None:
    await party.think()
    await party.send_for("cashier").look()


async def settle(party: Party) -> None:
    """The manager decides what only a person can decide."""
    manager = party.send_for("manager")
    deed = await manager.get("disputes", "/api/conflitos?limite=20")
    listed = [each for each in (deed.told or {"conflitos": []})["conflitos"] if each["opcoes"]]
    if listed:
        dispute = party.dice.choice(listed)
        choice = {"escolha": party.dice.choice(dispute["opcoes"])}
        await manager.send("settle", f"/api/conflitos/{dispute['id']}/resolver", choice)
