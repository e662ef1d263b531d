"""Who sells at real terminals, and the book of what was acknowledged to them.

Rules of this file:
1. Every write has its own Idempotency-Key and, as its name, a text that stands nowhere else, so
   that after all faults it can be counted: acknowledged means exactly once at every terminal,
   unanswered means at most once, refused means not at all.
2. Who gets no answer asks again under the same key at the same terminal, as a front end does.
3. Nothing here knows of faults; they happen around it.
"""

import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from http.client import HTTPException
from typing import Any

import msgspec
import trio

from tests.real.namespaces import Till

PAUSE_SECONDS = (0.05, 0.25)  # between two writes of one person
AGAIN_SECONDS = 0.3  # before the same is asked once more
_PAGE = 200
_PRICE_CENTAVOS = 1250
_MADE = (200, 201)


class Sold(msgspec.Struct):
    """One order. lines: names that were acknowledged · paid: centavos acknowledged."""

    letters: str
    lines: set[str] = msgspec.field(default_factory=set)
    paid: int = 0


class Books:
    """What was acknowledged, by whom, and what was refused.

    orders: by id · unanswered: names whose fate nobody was told · refused: (letters, name, status,
    problem) in the order they came · again: requests repeated for want of an answer.
    """

    def __init__(self) -> None:
        self.orders: dict[str, Sold] = {}
        self.unanswered: set[str] = set()
        self.refused: list[tuple[str, str, int, Any]] = []
        self.again = 0

    def sold_at(self, letters: str) -> int:
        """Orders that this terminal acknowledged."""
        return sum(each.letters == letters for each in self.orders.values())

    def never_written(self) -> set[str]:
        """Names that were refused and, when they were asked once more, not acknowledged."""
        kept = {name for each in self.orders.values() for name in each.lines}
        return {name for _, name, _, _ in self.refused} - kept


class Seller:
    """One person at one terminal."""

    def __init__(self, till: Till, books: Books, dice: random.Random) -> None:
        self.till = till
        self._books = books
        self._dice = dice
        self._count = 0

    async def sell(self, orders: int) -> None:
        """That many orders: opened; now and then a line on the newest order that is seen here,
        whoever opened it; half of them paid."""
        for _ in range(orders):
            order = await self.open()
            if order is not None and self._dice.random() < 0.5:
                await self._pay(order)
            if self._dice.random() < 0.4:
                await self._add_to_newest()
            await trio.sleep(self._dice.uniform(*PAUSE_SECONDS))

    async def sell_until(self, enough: trio.Event) -> None:
        """One order after another."""
        while not enough.is_set():
            await self.sell(1)

    async def open(self, note: str = "") -> str | None:
        """The id of a new order of one line; None when it was refused."""
        name = self._name()
        body = {"tipo": "balcao", "observacao": note, "itens": [_line(name)]}
        made = await self._write("/api/pedidos", body, name)
        if made is None:
            return None
        self._books.orders[made["id"]] = Sold(self.till.letters, {name})
        return str(made["id"])

    async def _pay(self, order: str) -> None:
        name = self._name()
        body = {"forma": "dinheiro", "valor_centavos": _PRICE_CENTAVOS, "observacao": name}
        if await self._write(f"/api/pedidos/{order}/pagamentos", body, name) is not None:
            self._books.orders[order].paid += _PRICE_CENTAVOS

    async def _add_to_newest(self) -> None:
        try:
            _, page = await self.till.ask("GET", "/api/pedidos?dia=todos&limite=1")
        except (OSError, HTTPException):
            return
        name = self._name()
        order = page["pedidos"][0]["id"]
        if order not in self._books.orders:  # its seller has not been told yet
            return
        body = {"itens": [_line(name)]}
        if await self._write(f"/api/pedidos/{order}/itens", body, name) is not None:
            self._books.orders[order].lines.add(name)

    async def _write(self, path: str, body: object, name: str) -> Any:
        """The answer; None when it was refused. Asks until there is one."""
        self._books.unanswered.add(name)
        key = self._dice.randbytes(16).hex()
        while True:
            try:
                status, said = await self.till.ask("POST", path, body, key=key)
            except (OSError, HTTPException):
                self._books.again += 1
                await trio.sleep(AGAIN_SECONDS)
                continue
            self._books.unanswered.discard(name)
            if status in _MADE:
                return said
            self._books.refused.append((self.till.letters, name, status, said))
            return None

    def _name(self) -> str:
        self._count += 1
        return f"{self.till.letters}-{self._count}-{self._dice.randbytes(4).hex()}"


async def sold(tills: Iterable[Till], books: Books, dice: random.Random, orders: int) -> None:
    """Each of them sells that many."""
    async with trio.open_nursery() as selling:
        for till in tills:
            selling.start_soon(Seller(till, books, dice).sell, orders)


@asynccontextmanager
async def on_sale(tills: Iterable[Till], books: Books, dice: random.Random) -> AsyncIterator[None]:
    """All of them sell until the block ends, and then finish what they began."""
    over = trio.Event()
    async with trio.open_nursery() as selling:
        for till in tills:
            selling.start_soon(Seller(till, books, dice).sell_until, over)
        yield
        over.set()


class Held(msgspec.Struct, frozen=True):
    """What a terminal answers when it is asked for everything."""

    digest: str
    orders: dict[str, Any]


async def held_by(till: Till) -> Held:
    """All pages, and the digest."""
    orders: dict[str, Any] = {}
    following = ""
    while True:
        page = await till.get(f"/api/pedidos?dia=todos&limite={_PAGE}{following}")
        orders |= {each["id"]: each for each in page["pedidos"]}
        if not page["proximo"]:
            return Held(await till.digest(), orders)
        following = f"&desde={page['proximo']}"


def missing_in(books: Books, held: Held) -> list[str]:
    """Everything in which a terminal differs from what was acknowledged; empty when in nothing."""
    wrong = []
    for order, sold in books.orders.items():
        found = held.orders.get(order)
        if found is None:
            wrong.append(f"order {order} of {sold.letters}: not there")
            continue
        names = [item["nome"] for item in found["itens"]]
        wrong += [f"{order}: {name} stands {names.count(name)} times" for name in sold.lines
                  if names.count(name) != 1]  # fmt: skip
        if found["pago_centavos"] != sold.paid and not books.unanswered:
            wrong.append(f"{order}: paid {found['pago_centavos']}, acknowledged {sold.paid}")
    shown = [item["nome"] for each in held.orders.values() for item in each["itens"]]
    wrong += [f"{name}: refused, yet there" for name in books.never_written() & set(shown)]
    wrong += [f"{name}: written twice" for name in set(shown) if shown.count(name) > 1]
    return wrong


def _line(name: str) -> dict[str, object]:
    return {"nome": name, "preco_unitario_centavos": _PRICE_CENTAVOS}
