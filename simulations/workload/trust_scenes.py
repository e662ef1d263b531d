"""Scenes of customers who buy on trust: sold to, paid by, changed, at several terminals. See
`scenes`, and `account_audit` for what they are promised."""

from simulations.workload import acts
from simulations.workload.ledger import Deed
from simulations.workload.people import Actor, Party
from simulations.workload.sights import ON_TRUST
from simulations.workload.till import JSON

CUSTOMERS = "/api/clientes"
_LIMITS = (None, 20_000, 5_000)  # centavos, of the customers of a service


async def open_customers(manager: Actor) -> list[str]:
    """The customers of a service; ids of those that somebody was told of."""
    deeds = [await open_customer(manager, limit) for limit in _LIMITS]
    return [deed.told["id"] for deed in deeds if deed.told is not None]


async def open_customer(actor: Actor, limit: int | None) -> Deed:
    """Somebody may buy on trust."""
    key = actor.new_key()
    body = {"nome": f"Cliente {key[: acts.MARK_LENGTH]}", "limite_centavos": limit}
    return await actor.send("add_customer", CUSTOMERS, body, key=key)


async def sell(actor: Actor, customer: str, centavos: int) -> Deed:
    """So much of the bill on trust."""
    key = actor.new_key()
    body: JSON = {
        "forma": ON_TRUST,
        "cliente_id": customer,
        "valor_centavos": centavos,
        "observacao": f"fiado {key[: acts.MARK_LENGTH]}",
    }
    return await actor.write("pay_on_trust", "/pagamentos", body, key=key)


async def receive(actor: Actor, customer: str, centavos: int) -> Deed:
    """The customer pays so much of what is owed."""
    key = actor.new_key()
    body = {
        "forma": actor.dice.choice(("dinheiro", "pix")),
        "valor_centavos": centavos,
        "observacao": f"acerto {key[: acts.MARK_LENGTH]}",
    }
    return await actor.send("receive", f"{CUSTOMERS}/{customer}/pagamentos", body, key=key)


async def on_trust(party: Party) -> None:
    """All of it, or a part and the rest in money."""
    cashier = party.send_for("cashier")
    sight = await cashier.look()
    if sight is not None and sight.balance > 0 and party.service.customers:
        some = sight.balance if party.dice.random() < 0.6 else max(1, sight.balance // 3)
        await sell(cashier, party.dice.choice(party.service.customers), some)


async def on_trust_twice(party: Party) -> None:
    """Two people write the same bill down on trust, at two terminals."""
    sight = await party.send_for("cashier").look()
    if sight is None or sight.balance <= 0 or not party.service.customers:
        return
    customer, owed = party.dice.choice(party.service.customers), sight.balance

    async def write_down(actor: Actor) -> None:
        await sell(actor, customer, owed)

    await acts.together(party, ("cashier", write_down), ("waiter", write_down))


async def pay_debt(party: Party) -> None:
    """Somebody pays what the terminal says is owed; at times two people receive it at once."""
    if not party.service.customers:
        return
    customer = party.dice.choice(party.service.customers)
    cashier = party.send_for("cashier")
    deed = await cashier.get("statement", f"{CUSTOMERS}/{customer}/extrato")
    owed = 0 if deed.told is None else deed.told["cliente"]["saldo_centavos"]
    if owed <= 0:
        return
    some = owed if party.dice.random() < 0.5 else max(1, owed // 2)

    async def take(actor: Actor) -> None:
        await receive(actor, customer, some)

    if party.dice.random() < 0.3:
        await acts.together(party, ("cashier", take), ("manager", take))
    else:
        await take(cashier)


async def change_credit(party: Party) -> None:
    """The manager thinks again about a customer."""
    if not party.service.customers:
        return
    customer, manager = party.dice.choice(party.service.customers), party.send_for("manager")
    body = party.dice.choice((
        {"limite_centavos": party.dice.choice((None, 1_000, 30_000))},
        {"bloqueado": party.dice.random() < 0.4},
    ))  # fmt: skip
    await manager.send("change_customer", f"{CUSTOMERS}/{customer}", body, method="PATCH")
