"""What a real terminal says of its shop, asked over its local API as any front end would.

Rules of this file:
1. Whole answers, unread: what they mean is judged in `differences`.
2. Every list is followed to its end by its cursor. Asking takes several requests, so the shop must
   stand still meanwhile, or the caller must ask again.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

from msgspec import Struct

from simulations.workload.till import Answer, Till

Json: TypeAlias = dict[str, Any]
PAGE = 500  # the most that a list gives at a time
ALL_DAYS = "todos"
_NO_BLOCK: Json = {"motivo": None, "observacao": None}


class UnexpectedAnswer(Exception):
    """The terminal did not answer what was asked."""


class PeerShop(Struct, frozen=True, kw_only=True):
    """orders, tables, accounts, products, shifts, stock: the JSON of each by id, of an account with
    its whole `extrato`. disputes: settled ones too. totals: by business day as `AAAA-MM-DD`,
    ALL_DAYS. kitchen: its queue, of all days. comandas: those that have orders or are blocked, by
    `numero`, with what `bloqueio` says. cards: how many there are. reservations: the JSON of each
    by id. settings, staff: their JSON, empty: nobody asked. days: business days by `AAAA-MM-DD`.
    day, now_ms: business day and moment at which the tables were so."""

    orders: dict[str, Json]
    tables: dict[str, Json]
    disputes: list[Json]
    totals: dict[str, Json]
    kitchen: list[Json]
    accounts: dict[str, Json] = {}
    reservations: dict[str, Json] = {}
    comandas: dict[str, Json] = {}
    cards: int = 0
    products: dict[str, Json] = {}
    settings: Json = {}
    shifts: dict[str, Json] = {}
    stock: dict[str, Json] = {}
    staff: Json = {}
    days: dict[str, Json] = {}
    day: str = "1970-01-01"
    now_ms: int = 0


async def observe(till: Till, *, floors: Iterable[str] = (), one_by_one: bool = False) -> PeerShop:
    """floors: the days, `AAAA-MM-DD`, whose reservations are asked for. one_by_one: orders are also
    asked for singly, and must be the same as in the list. Days that no calendar reaches are only a
    number and have no totals.

    Raises UnexpectedAnswer, TillDown.
    """
    pedidos = await _all(till, "/api/pedidos?dia=todos", "pedidos")
    orders = {str(each["id"]): each for each in pedidos}
    if one_by_one:
        for order, listed in orders.items():
            if await _ask(till, f"/api/pedidos/{order}") != listed:
                raise UnexpectedAnswer(f"{till.letters}: {order} is not in the list as it is")
    room = await _ask(till, "/api/mesas")
    days = {str(each["data_operacao"]) for each in pedidos if "-" in str(each["data_operacao"])}
    totals = {day: await _ask(till, f"/api/estatisticas?dia={day}") for day in sorted(days)}
    totals[ALL_DAYS] = await _ask(till, f"/api/estatisticas?dia={ALL_DAYS}")
    return PeerShop(
        orders=orders,
        accounts={each["id"]: each for each in await _accounts(till)},
        tables={str(each["id"]): each for each in room["mesas"]},
        reservations={
            str(each["id"]): each
            for day in floors
            for each in (await _ask(till, f"/api/reservas?dia={day}"))["reservas"]
        },
        comandas=by_number(
            [
                each
                for status in ("ocupada", "bloqueada")
                for each in await _all(till, f"/api/comandas?status={status}", "comandas")
            ]
        ),
        cards=(await _ask(till, "/api/comandas?limite=1"))["registradas"],
        day=room["dia"],
        now_ms=room["agora_ms"],
        products={each["id"]: each for each in await _all(till, "/api/produtos", "produtos")},
        settings=await _ask(till, "/api/configuracoes"),
        staff=await _ask(till, "/api/operadores"),
        shifts={each["id"]: each for each in await _all(till, "/api/caixa?dia=todos", "caixas")},
        stock={each["produto_id"]: each for each in await _all(till, "/api/estoque", "estoque")},
        days={each: await _ask(till, f"/api/dia/{each}") for each in sorted(days)},
        disputes=await _all(till, "/api/conflitos?aberto=false", "conflitos"),
        totals=totals,
        kitchen=await _all(till, f"/api/cozinha?dia={ALL_DAYS}", "fila"),
    )


def by_number(comandas: Iterable[Json]) -> dict[str, Json]:
    """Comandas, with what their block says beside the rest."""
    return {each["numero"]: {**each, **(each["bloqueio"] or _NO_BLOCK)} for each in comandas}


async def _accounts(till: Till) -> list[Json]:
    """The customers, each with all movements of the account."""
    return [
        {**each, "extrato": await _all(till, f"/api/clientes/{each['id']}/extrato", "movimentos")}
        for each in await _all(till, "/api/clientes", "clientes")
    ]


async def _all(till: Till, path: str, name: str) -> list[Json]:
    return await all_pages(till, path, name, PAGE)


async def all_pages(till: Till, path: str, name: str, size: int) -> list[Json]:
    """The rows of every page of a list. size: rows of a page. Raises UnexpectedAnswer, TillDown."""
    rows: list[Json] = []
    cursor: str | None = None
    while True:
        following = "" if cursor is None else f"&desde={cursor}"
        joined = "&" if "?" in path else "?"
        page = await _ask(till, f"{path}{joined}limite={size}{following}")
        rows += page[name]
        cursor = page["proximo"]
        if cursor is None:
            return rows


async def _ask(till: Till, path: str) -> Json:
    answer: Answer = await till.call("GET", path)
    if not answer.acknowledged or not isinstance(answer.body, dict):
        raise UnexpectedAnswer(f"{till.letters}: GET {path} gave {answer.status} {answer.body}")
    return answer.body
