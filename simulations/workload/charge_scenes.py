"""Scenes about the figures of a bill: discounts, service, who pays what. See `scenes`."""

from simulations.workload import acts
from simulations.workload.acts import MARK_LENGTH
from simulations.workload.ledger import Deed
from simulations.workload.people import Actor, Party
from simulations.workload.till import JSON

_RATES = (0, 10, 12.5)


async def ask_service(party: Party) -> None:
    """The waiter puts the service charge on the bill, or takes it off."""
    waiter = party.send_for("waiter")
    body: JSON = {"percentual": waiter.dice.choice(_RATES), "motivo": "a pedido"}
    await waiter.write("service", "/taxa-servico", body)


async def charge(party: Party) -> None:
    """Couvert, a minimum, or the way to the customer."""
    actor = party.send_for("cashier")
    cents = party.dice.choice((0, 499, 1250))
    throw = party.dice.random()
    if throw < 0.4:
        await actor.write("fee", "/taxa-entrega", {"valor_centavos": cents})
    elif throw < 0.7:
        await actor.write("couvert", "/couvert", {"valor_centavos": cents})
    else:
        least = {"valor_centavos": 8 * cents, "por_pessoa": party.dice.random() < 0.3}
        await actor.write("minimum", "/consumacao-minima", least)


async def give_discount(party: Party) -> None:
    await discount(party.send_for("manager"))


async def discount(actor: Actor) -> Deed:
    """To a line or to the order, in percent, in centavos, or all of it."""
    key, dice = actor.new_key(), actor.dice
    lines = acts.left_lines(actor.party.sight)
    body: JSON = {"motivo": f"fiel {key[:MARK_LENGTH]}"}
    if lines and dice.random() < 0.4:
        body["item_id"] = dice.choice(lines).id
        if dice.random() < 0.3:
            return await actor.write("discount", "/cortesia", body, key=key)
    if dice.random() < 0.6:
        body["percentual"] = dice.choice((5, 10, 33.33))
    else:
        body["valor_centavos"] = dice.choice((1, 100, 1999))
    return await actor.write("discount", "/descontos", body, key=key)


async def two_discounts(party: Party) -> None:
    """Two people are generous at once, and do not know of each other."""
    await acts.together(party, ("manager", discount), ("waiter", discount))


async def withdraw_discount(party: Party) -> None:
    """It was a mistake."""
    manager = party.send_for("manager")
    sight = await manager.look()
    if sight is not None and sight.bill.discounts:
        given = party.dice.choice(sight.bill.discounts).id
        await manager.write("withdraw", f"/descontos/{given}/cancelar", {"motivo": "engano"})


async def split_bill(party: Party) -> None:
    """By heads, by lines, by amounts, or all of it; then each pays his share, with a tip or not."""
    await split(party.send_for("waiter"))
    await pay_shares(party.send_for("cashier"))


async def split_twice(party: Party) -> None:
    """Two waiters listen to two ends of the table."""
    await acts.together(party, ("waiter", split), ("waiter", split))
    await pay_shares(party.send_for("cashier"))


async def split(actor: Actor) -> Deed:
    return await actor.write("split", "/divisao", {"partes": _shares(actor)})


def _shares(actor: Actor) -> list[JSON]:
    dice, lines = actor.dice, acts.left_lines(actor.party.sight)
    shares: list[JSON] = [{"nome": "cabeças", "pessoas": dice.randint(1, 9)}]
    if dice.random() < 0.5:
        shares.append({"nome": "mais um", "pessoas": 1})
    if lines and dice.random() < 0.5:
        line = dice.choice(lines)
        much = dice.choice((line.left, max(1, line.left // 3)))
        taken: JSON = {"item_id": line.id, "quantidade_milesimos": much}
        shares.append({"nome": "o seu", "itens": [taken]})
    if dice.random() < 0.3:
        shares.append({"nome": "a firma", "valor_centavos": dice.choice((1000, 5000))})
    return shares


async def pay_shares(cashier: Actor) -> None:
    """Each share that still owes, as this terminal shows it."""
    sight = await cashier.look()
    for share in () if sight is None else sight.bill.shares:
        now = cashier.party.sight
        if share.left > 0 and share.id and now is not None and 0 < share.left <= now.balance:
            await acts.pay(
                cashier, share.left, share=share.id, tip=cashier.dice.choice((0, 0, 100, 333))
            )


async def leave_tip(party: Party) -> None:
    """Some coins on the table, for the staff."""
    waiter = party.send_for("waiter")
    key = waiter.new_key()
    note = f"gorjeta {key[:MARK_LENGTH]}"
    body: JSON = {"valor_centavos": waiter.dice.choice((50, 1000)), "observacao": note}
    await waiter.write("tip", "/gorjetas", body, key=key)


async def service_off_while_closing(party: Party) -> None:
    """The customer tells the waiter that he does not want it, while the cashier closes."""

    async def take_off(actor: Actor) -> None:
        await actor.write("service", "/taxa-servico", {"percentual": 0, "motivo": "não quis"})

    await acts.together(party, ("cashier", acts.close), ("waiter", take_off))
