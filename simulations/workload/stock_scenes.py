"""Scenes at the fridge: filled, emptied, counted, and the last of it sold twice. See `scenes`.

Rules of this file:
1. The fridge is filled, and its dishes enter the catalog, when the first needs it: a service in
   which nobody does has none.
2. Who counts reads the fridge itself (`fridge`), and says in the note when.
"""

from simulations.workload import acts
from simulations.workload.fridge import COUNTING, MAIN, OPENING, PRODUCTS, STOCK, Fridge, reading
from simulations.workload.ledger import Deed
from simulations.workload.people import Actor, Party
from simulations.workload.till import JSON

COLD_ROOM = "câmara fria"
_PLACES = (MAIN, COLD_ROOM)
_OPENED = {MAIN: (9_000, 12_000), COLD_ROOM: (20_000, 0)}  # cheese and cans; few: they run out


async def sell_from_fridge(party: Party) -> None:
    """They order what is in it."""
    if await _is_filled(party):
        await acts.add_lines(party.send_for("waiter"), _dishes(party))


async def the_last_one(party: Party) -> None:
    """Two waiters take perhaps the last one, at two terminals."""
    if await _is_filled(party):
        dishes = _dishes(party)[:1]

        async def more(actor: Actor) -> None:
            await acts.add_lines(actor, dishes)

        await acts.together(party, ("waiter", more), ("waiter", more))


async def restock(party: Party) -> None:
    """Goods come, go to the cold room or back, or fall down."""
    if not await _is_filled(party):
        return
    dice, cook = party.dice, party.send_for("cook")
    throw = dice.random()
    if throw < 0.4:
        goods = {
            "itens": _goods(party, 2),
            "local": dice.choice(_PLACES),
            "fornecedor": "Laticínio",
        }
        await cook.send("stock_in", f"{STOCK}/entrada", goods)
    elif throw < 0.6:
        gone = {"itens": _goods(party, 1), "motivo": "caiu", "local": dice.choice(_PLACES)}
        await cook.send("stock_out", f"{STOCK}/perda", gone)
    else:
        ways: tuple[JSON, ...] = (
            {"origem": COLD_ROOM, "destino": MAIN},
            {"origem": MAIN, "destino": COLD_ROOM},
            {"origem": COLD_ROOM, "loja": "Filial"},
        )
        goods = {"itens": _goods(party, 1), **dice.choice(ways)}
        await cook.send("carry", f"{STOCK}/transferencia", goods)


async def count_fridge(party: Party) -> None:
    """Somebody counts a place, or two count it at the same time."""
    if await _is_filled(party):
        place = party.dice.choice(_PLACES)

        async def count(actor: Actor) -> None:
            await _count(actor, place)

        people = [("cook", count)] * party.dice.choice((1, 1, 2))
        await acts.together(party, *people)


async def read_stock(party: Party) -> None:
    """The manager looks at what is missing, and says how little is too little."""
    if await _is_filled(party):
        manager = party.send_for("manager")
        await manager.get("stock", STOCK)
        path = f"{STOCK}/{party.dice.choice(party.service.fridge[:2])}"
        least = {"minimo_milesimos": party.dice.choice((2_000, 5_000, None))}
        await manager.send("minimum_stock", path, least, method="PATCH")


async def _count(cook: Actor, place: str) -> Deed:
    service = cook.party.service
    fridge = Fridge(service.ledger.deeds)
    found = [(each, fridge.holds((each, place))) for each in service.fridge[:2]]
    there = [
        {"produto_id": each, "quantidade_milesimos": much} for each, much in found if much >= 0
    ]
    note = reading(service.shop.now())
    body = {"itens": there, "local": place, "observacao": note}
    if not there:  # all of it was promised to somebody: that is no figure to write down
        return await cook.get("stock", STOCK)
    return await cook.send("count_stock", COUNTING, body)


async def _is_filled(party: Party) -> bool:
    """Whether there are dishes of it; the first who asks fills it."""
    service = party.service
    async with service.filling:
        if not service.fridge:
            manager = party.send_for("manager")
            service.fridge = await _dishes_of(manager)
            if service.fridge:
                await _open_balance(manager, service.fridge)
    return bool(service.fridge)


async def _dishes_of(manager: Actor) -> list[str]:
    """Ids: cheese and cans, which the stock keeps, then what is made of them; none: try again."""
    kept = {"controla_estoque": True, "preco_centavos": 900}
    cheese = await _add(manager, {"nome": "Queijo coalho", **kept})
    can = await _add(manager, {"nome": "Guaraná lata", **kept})
    if not (cheese and can):
        return []
    takes = [
        {"insumo_id": cheese, "quantidade_milesimos": 350},
        {"insumo_id": can, "quantidade_milesimos": 1_000},
    ]
    combo = {"nome": "Espeto com guaraná", "preco_centavos": 1_890, "receita": takes}
    made = await _add(manager, combo)
    return [cheese, can, made] if made else []


async def _add(manager: Actor, body: JSON) -> str:
    deed = await manager.send("add_product", PRODUCTS, body)
    return "" if deed.told is None else str(deed.told["id"])


async def _open_balance(manager: Actor, fridge: list[str]) -> None:
    """What is there to begin with; perhaps by two, who both say the same."""

    async def tell(actor: Actor) -> None:
        for place, begun in _OPENED.items():
            items = [
                {"produto_id": each, "quantidade_milesimos": much}
                for each, much in zip(fridge, begun, strict=False)
            ]
            await actor.send("open_stock", OPENING, {"itens": items, "local": place})

    people = [("manager", tell)] * manager.dice.choice((1, 2))
    await acts.together(manager.party, *people)


def _dishes(party: Party) -> list[JSON]:
    return [
        {
            "produto_id": party.dice.choice(party.service.fridge),
            "quantidade_milesimos": party.dice.choice((1_000, 1_000, 2_000)),
        }
        for _ in range(party.dice.choice((1, 2)))
    ]


def _goods(party: Party, times: int) -> list[JSON]:
    """What a delivery note says; of one product perhaps twice."""
    return [
        {
            "produto_id": party.dice.choice(party.service.fridge[:2]),
            "quantidade_milesimos": party.dice.choice((500, 1_000, 3_000)) * times,
        }
        for _ in range(times)
    ]
