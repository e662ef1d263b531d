"""What one person does to one order: each a call or a few, as a front end makes them.

Rules of this file:
1. Whatever is written carries a mark made of its key (see `sights`), so that it can be found again.
2. A person decides on what his own terminal shows him, which may be stale: that is the point.
3. Nobody is stopped by a refusal; what it means to people is decided here, not in `people`.
"""

from collections.abc import Awaitable, Callable, Sequence
from random import Random

import trio

from simulations.workload.ledger import Deed
from simulations.workload.people import Actor, Party
from simulations.workload.plan import split
from simulations.workload.sights import SeenLine, Sight
from simulations.workload.till import JSON

MARK_LENGTH = 12  # of a key's 32 hexadecimal digits: enough to be alone in one service
_NAMES = ("Ana", "Bruno", "Célia", "Dário", "Elza", "Fábio", "Graça", "Hélio")
_CARDS = ("credito", "debito", "pix", "vale")
_PAY_ROUNDS = 3  # looks at the bill before a cashier calls it paid or gives up


async def open_order(actor: Actor) -> bool:
    """False when nobody could say that it was opened: the party leaves."""
    party, key, dice = actor.party, actor.new_key(), actor.dice
    kind = party.visit.service_type
    body: JSON = {"tipo": kind, "id_externo": f"visita:{key[:MARK_LENGTH]}"}
    if party.table:
        body |= {"mesa_id": party.table, "pessoas": dice.randint(1, 8)}
    if kind == "comanda":
        body["comanda"] = str(dice.randint(1, 99))
    if kind == "entrega":
        body |= {"cliente": dice.choice(_NAMES), "entrega": address(dice)}
    if kind == "mesa" and dice.random() < 0.4:
        body["taxa_servico"] = 10
    if dice.random() < party.service.plan.habits.at_once:
        body["itens"] = marked(party.visit.rounds[0], key)
    await actor.write("open", body=body, key=key)
    return bool(party.order)


def address(dice: Random) -> JSON:
    """Where something goes, as the order shows it."""
    return {
        "nome": dice.choice(_NAMES),
        "telefone": f"11 9{dice.randrange(10**8):08d}",
        "logradouro": f"Rua {dice.choice(_NAMES)}",
        "numero": str(dice.randint(1, 900)),
        "complemento": "",
        "bairro": "Centro",
        "cidade": "",
        "cep": "",
        "referencia": "",
    }


async def add_lines(actor: Actor, bodies: Sequence[JSON]) -> Deed:
    """Order more."""
    key = actor.new_key()
    return await actor.write("add_lines", "/itens", {"itens": marked(bodies, key)}, key=key)


async def cancel_line(actor: Actor, line: SeenLine, thousandths: int | None, reason: str) -> Deed:
    """None is all that is left of it."""
    body: JSON = {"motivo": reason}
    if thousandths is not None:
        body["quantidade_milesimos"] = thousandths
    return await actor.write("cancel_line", f"/itens/{line.id}/cancelar", body)


async def edit(actor: Actor, fields: JSON, *, version: str = "") -> Deed:
    """Set fields and marks of the order."""
    return await actor.write("edit", "", fields, method="PATCH", version=version)


async def pay(
    actor: Actor,
    centavos: int,
    method: str = "",
    *,
    transaction: str = "",
    share: str = "",
    tip: int = 0,
    wait: str = "",
) -> Deed:
    """One payment that is done. method: drawn unless given · transaction: of the acquirer · share:
    whose part of the bill · tip: centavos beside it · wait: see `?wait=`."""
    key = actor.new_key()
    method = method or ("dinheiro" if actor.dice.random() < 0.35 else actor.dice.choice(_CARDS))
    body: JSON = {"forma": method, "valor_centavos": centavos}
    if share:
        body["parte_id"] = share
    if tip:
        body["gorjeta_centavos"] = tip
    if method == "dinheiro":
        body["valor_recebido_centavos"] = centavos + tip + actor.party.next_change()
    else:
        body["adquirente"] = acquirer(key, transaction)
    path = f"/pagamentos?wait={wait}" if wait else "/pagamentos"
    return await actor.write("pay", path, body, key=key)


async def pay_later(actor: Actor, centavos: int, outcome: str) -> None:
    """A card terminal that answers late. outcome: `confirmar`, `negar`, or "" for never."""
    key = actor.new_key()
    body = {
        "forma": actor.dice.choice(_CARDS),
        "valor_centavos": centavos,
        "pendente": True,
        "adquirente": acquirer(key),
    }
    deed = await actor.write("pay_pending", "/pagamentos", body, key=key)
    payment = payment_of(deed)
    await actor.think()
    if payment and outcome:
        act = "confirm" if outcome == "confirmar" else "deny"
        cashier = actor.party.send_for("cashier")
        await cashier.write(act, f"/pagamentos/{payment}/{outcome}", {})


async def refund(actor: Actor, payment: str, centavos: int) -> Deed:
    """Money back, of one payment."""
    key = actor.new_key()
    body = {"valor_centavos": centavos, "motivo": f"estorno {key[:MARK_LENGTH]}"}
    return await actor.write("refund", f"/pagamentos/{payment}/estornar", body, key=key)


async def pay_up(actor: Actor) -> bool:
    """Receive what this terminal says is owed; whether nothing is owed any more."""
    for _ in range(_PAY_ROUNDS):
        sight = await actor.look()
        if sight is None or sight.status == "cancelado":
            return False
        if sight.balance <= 0:
            return True
        await actor.think(0.3)
        parts = actor.dice.choice(actor.party.service.plan.habits.payments)
        for centavos in split(actor.dice, sight.balance, parts):
            await pay(actor, centavos)
        if actor.party.sight is not None and actor.party.sight.balance <= 0:
            return True
    return False


async def close(actor: Actor) -> Deed:
    """Close the bill; once more after receiving what was still owed."""
    deed = await actor.write("close", "/fechar", {})
    if deed.attempts and deed.attempts[-1].code == "unpaid_bill" and await pay_up(actor):
        deed = await actor.write("close", "/fechar", {})
    return deed


async def send(waiter: Actor) -> None:
    """To the kitchen, with a ticket of its own."""
    party = waiter.party
    deed = await waiter.write("send", "/enviar", {})
    if deed.outcome != "refused" or not party.tickets:
        party.tickets += 1
        party.service.nursery.start_soon(kitchen, party, party.tickets)


async def kitchen(party: Party, number: int) -> None:
    """One ticket, from the printer to the customer, while others go on with the order."""
    cook = party.send_for("cook", f"ticket {number}")
    seconds = party.service.plan.cook_seconds
    await party.service.shop.sleep(seconds * cook.dice.uniform(0.1, 0.6))
    await cook.write("preparing", "/preparando", {})
    await party.service.shop.sleep(seconds * cook.dice.uniform(0.3, 1))
    await cook.write("ready", "/pronto", {})
    waiter = party.send_for("waiter", f"tray {number}")
    await waiter.think(0.5)
    await waiter.write("delivered", "/entregue", {})
    party.served.set()


async def together(party: Party, *acting: tuple[str, Callable[[Actor], Awaitable[object]]]) -> None:
    """Several people at several terminals act on one order at the same time. acting: (role, what
    he does)."""
    party.meetings += 1
    async with trio.open_nursery() as nursery:
        for number, (role, does) in enumerate(acting):
            actor = party.send_for(role, f"meeting {party.meetings} {number}")
            if number:
                actor.letters = party.service.another(actor.letters, actor.dice)
            nursery.start_soon(_after_a_moment, actor, does)


async def _after_a_moment(actor: Actor, does: Callable[[Actor], Awaitable[object]]) -> None:
    await actor.party.service.shop.sleep(actor.dice.choice((0, 0, actor.dice.random())))
    await does(actor)


def marked(bodies: Sequence[JSON], key: str) -> list[JSON]:
    """Bodies of lines that can be found again."""
    mark = key[:MARK_LENGTH]
    return [{**body, "id_externo": f"linha:{mark}:{number}"} for number, body in enumerate(bodies)]


def acquirer(key: str, transaction: str = "") -> JSON:
    """transaction: another than that of this key, when the same money is recorded again."""
    return {
        "nome": "banco",
        "transacao": transaction or f"E{key[MARK_LENGTH:]}",
        "autorizacao": key[:MARK_LENGTH],
        "bandeira": "elo",
    }


def payment_of(deed: Deed) -> str:
    """The id that the answer gives to this payment; "" without an answer."""
    sight = None if deed.answer is None else deed.answer.sight
    mark = deed.key[:MARK_LENGTH]
    found = [each.id for each in (sight.payments if sight else ()) if each.mark == mark]
    return found[0] if found else ""


def left_lines(sight: Sight | None) -> list[SeenLine]:
    """Lines of which something is left."""
    return [] if sight is None else [line for line in sight.lines if line.left and not line.late]


def confirmed(sight: Sight | None) -> list[tuple[str, int]]:
    """(id, centavos) of payments that count."""
    payments = () if sight is None else sight.payments
    return [(each.id, each.centavos) for each in payments if each.status == "confirmado"]
