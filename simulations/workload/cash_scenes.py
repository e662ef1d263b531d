"""Scenes at the drawers: opened, filled, emptied, counted and closed, at whichever terminal.

Rules of this file:
1. A cashier knows only what his terminal shows him: while a shift is open, nothing of what should
   be in it. He counts what hands put in and took out there, `in_drawer`.
2. What was counted may be wrong, as with people; what must come of it is judged by the check
   `drawers`, by what people were told.
"""

from collections.abc import Iterable

from simulations.workload.ledger import Deed
from simulations.workload.people import Actor, Party
from simulations.workload.till import JSON

SHIFTS = "/api/caixa"
DAYS = "/api/dia"
CASH = "dinheiro"


def in_drawer(letters: str, deeds: Iterable[Deed]) -> int:
    """The notes that hands put into a terminal's drawer since its float, as far as people know who
    do not look at refunds. deeds: of the whole service."""
    cash = 0
    for deed in deeds:
        answer = deed.answer
        if answer is not None and answer.letters == letters:
            cash = deed.body["fundo_troco_centavos"] if deed.act == "open_shift" else cash
            cash += moved(deed)
    return max(0, cash)


def moved(deed: Deed) -> int:
    """Centavos of notes that a deed puts into a drawer, below zero: takes out of it."""
    body = deed.body or {}
    centavos = body.get("valor_centavos") or 0
    if deed.act in ("pay", "receive"):
        is_cash = body.get("forma") == CASH
        return centavos + (body.get("gorjeta_centavos") or 0) if is_cash else 0
    return {"cash_in": centavos, "cash_out": -centavos}.get(deed.act, 0)


async def open_drawer(party: Party) -> None:
    """A drawer is opened, at times where one is open already."""
    cashier = party.send_for("cashier")
    await open_at(cashier, cashier.dice.choice((0, 5_000, 20_000)))


async def open_at(cashier: Actor, float_centavos: int) -> Deed:
    """Wherever the cashier stands."""
    body = {"fundo_troco_centavos": float_centavos}
    return await cashier.send("open_shift", f"{SHIFTS}/abrir", body)


_ACTS = {
    "sangria": "cash_out",
    "suprimento": "cash_in",
    "abrir-gaveta": "no_sale",
    "declarar": "declare",
    "recontar": "recount",
    "fechar": "close_shift",
    "baixar": "write_off",
}


async def act_at(actor: Actor, shift: str, action: str, body: JSON) -> Deed:
    """What a button of a shift's screen does."""
    return await actor.send(_ACTS[action], f"{SHIFTS}/{shift}/{action}", body)


async def skim(party: Party) -> None:
    """Cash goes to the safe, comes from there, or the drawer is opened for no sale."""
    cashier = party.send_for("cashier")
    shift = await _here(cashier)
    if shift is None:
        return
    action, body = party.dice.choice((
        ("sangria", {"valor_centavos": 1_000, "motivo": "cofre"}),
        ("suprimento", {"valor_centavos": 2_000, "motivo": "troco"}),
        ("abrir-gaveta", {"motivo": "trocar nota"}),
    ))  # fmt: skip
    await act_at(cashier, shift["id"], action, body)


async def end_shift(party: Party) -> None:
    """Counted blind and closed; counted again when money moved meanwhile."""
    cashier = party.send_for("cashier")
    shift = await _here(cashier)
    if shift is not None:
        await close_at(cashier, shift["id"])


async def close_at(cashier: Actor, shift: str) -> None:
    """What was found is declared, then the shift is closed."""
    deed = await act_at(cashier, shift, "declarar", _counted(cashier))
    if _code(deed) == "count_is_there":
        await act_at(cashier, shift, "recontar", _counted(cashier))
    closed = await act_at(cashier, shift, "fechar", {})
    if _code(closed) == "count_is_old":
        await act_at(cashier, shift, "recontar", _counted(cashier))
        await act_at(cashier, shift, "fechar", {})


async def write_off(party: Party) -> None:
    """The manager gives up on a drawer that he sees open, wherever it is."""
    manager = party.send_for("manager")
    deed = await manager.get("shifts", f"{SHIFTS}?aberto=true")
    shifts = [] if deed.told is None else deed.told["caixas"]
    if shifts:
        shift = party.dice.choice(shifts)
        await act_at(manager, shift["id"], "baixar", {"motivo": "terminal perdido"})


async def close_day(actor: Actor, day: str = "hoje") -> Deed:
    """What the manager's button does."""
    return await actor.send("close_day", f"{DAYS}/{day}/fechar", {})


async def _here(cashier: Actor) -> JSON:
    """The drawer that is open where the cashier stands."""
    deed = await cashier.get("shifts", f"{SHIFTS}?aberto=true&neste_terminal=true")
    shifts = [] if deed.told is None else deed.told["caixas"]
    return shifts[0] if shifts else None


def _counted(cashier: Actor) -> JSON:
    ledger = cashier.party.service.ledger
    return {"valores_centavos": {CASH: in_drawer(cashier.letters, ledger.deeds)}}


def _code(deed: Deed) -> str:
    return deed.attempts[-1].code if deed.attempts else ""
