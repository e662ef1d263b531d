"""Scenes about the catalog: prices that change while people order, dishes that run out. See
`scenes`."""

from simulations.workload import acts
from simulations.workload.ledger import Deed
from simulations.workload.people import Actor, Party, Service
from simulations.workload.plan import MENU
from simulations.workload.till import JSON

PRODUCTS = "/api/produtos"
STOCK = "/api/estoque"
_COUNTED = (0, 1000, 3000, 8000)  # thousandths: portions that somebody finds in the fridge


async def write_menu(service: Service, manager: Actor) -> None:
    """The products, before the first guest: a handful of the menu, each under a code."""
    for number, (name, centavos, station, grams) in enumerate(manager.dice.sample(MENU, 4)):
        body: JSON = {
            "nome": name,
            "codigo": f"{number + 1}",
            "preco_centavos": centavos,
            "estacao": station,
            "vendido_por": "peso" if grams else "unidade",
            "meio_a_meio": manager.dice.choice(("mais_caro", "media", None)),
            "grupos": [_extras()],
        }
        deed = await manager.send("add_product", PRODUCTS, body)
        if deed.told is not None:
            service.products.append(deed.told["id"])


def _extras() -> JSON:
    option = {"id": "bacon", "nome": "Bacon", "preco_centavos": 500}
    return {"id": "extras", "nome": "Extras", "maximo": 2, "opcoes": [option]}


async def from_the_menu(party: Party) -> None:
    """They order by code: name and price are the terminal's own catalog's."""
    await acts.add_lines(party.send_for("waiter"), [_named(party) for _ in range(2)])


async def two_from_the_menu(party: Party) -> None:
    """Two waiters sell perhaps the last one."""

    async def more(actor: Actor) -> None:
        await acts.add_lines(actor, [_named(party)])

    await acts.together(party, ("waiter", more), ("waiter", more))


async def reprice(party: Party) -> None:
    """Two managers change one price, at two terminals at the same time."""
    if party.service.products:
        product = party.dice.choice(party.service.products)

        async def write(actor: Actor) -> None:
            price = {"preco_centavos": actor.dice.randrange(500, 9000)}
            await _change(actor, product, price)

        await acts.together(party, ("manager", write), ("manager", write))


async def run_out(party: Party) -> None:
    """A dish is over, and mostly somebody finds some more."""
    if party.service.products:
        product, manager = party.dice.choice(party.service.products), party.send_for("manager")
        await _change(manager, product, {"esgotado": True})
        await party.think(2)
        if party.dice.random() < 0.8:
            await _change(manager, product, {"esgotado": False})


async def count_left(party: Party) -> None:
    """Somebody looks into the fridge, or stops counting."""
    if party.service.products:
        cook, product = party.send_for("cook"), party.dice.choice(party.service.products)
        counted = party.dice.choice((*_COUNTED, None))
        await _change(cook, product, {"restante_milesimos": counted})


async def take_out(party: Party) -> None:
    """A dish leaves the catalog and comes back: a new name, a new code."""
    if party.service.products:
        product, manager = party.dice.choice(party.service.products), party.send_for("manager")
        path = f"{PRODUCTS}/{product}"
        await manager.send("take_out", path, None, method="DELETE")
        await party.think()
        name = f"Prato {party.dice.randint(1, 9)}"
        back = {"ativo": True, "nome": name, "codigo": str(party.dice.randint(1, 6))}
        deed = await _change(manager, product, back)
        if deed.outcome == "refused":
            await _change(manager, product, {"ativo": True, "codigo": None})
        await manager.get("menu", PRODUCTS)


async def _change(actor: Actor, product: str, body: JSON) -> Deed:
    return await actor.send("change_product", f"{PRODUCTS}/{product}", body, method="PATCH")


def _named(party: Party) -> JSON:
    dice = party.dice
    line: JSON = {"quantidade_milesimos": dice.choice((1000, 1000, 2000))}
    throw = dice.random()
    if throw < 0.15:
        line["partes"] = [{"codigo": "1"}, {"codigo": str(dice.randint(2, 4))}]
    elif throw < 0.4 and party.service.products:
        line["produto_id"] = dice.choice(party.service.products)
    else:
        line["codigo"] = str(dice.randint(1, 4))
    if dice.random() < 0.3:
        line["modificadores"] = [{"opcao": "bacon"}]
    return line
