"""Terminals on a lossy wire, running; who waits for them, and what is asked of them in the end.

Rules of this file:
1. Every wait is for a condition, under one deadline that only turns a hang into a failure.
2. A test ends with `all_equal`: every terminal is asked, over its own HTTP API, for its digest and
   all its orders, and both are held against the books. What it saw is printed.
"""

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from http.client import HTTPException

import pytest
import trio

from tests.real.lossy_wire import LossyWire, lossy_wire
from tests.real.namespaces import LINK_PORT, Till
from tests.real.sellers import Books, held_by, missing_in

PATIENCE_SECONDS = 120.0  # several silences of 10 s and dials that fail, on a slow machine
LOOK_SECONDS = 0.25
TEST_SECONDS = 240.0  # below pytest's own limit, which would leave processes and namespaces behind
Count = Callable[[str], None]


class ShopOnWire:
    """Some terminals, each on its machine. Use `shop_on_wire`."""

    def __init__(self, wire: LossyWire, tills: dict[str, Till], nursery: trio.Nursery) -> None:
        self.wire = wire
        self.tills = tills
        self.nursery = nursery

    async def start_all(self, *, discovery: str = "off") -> None:
        """At once; returns when all are ready."""
        async with trio.open_nursery() as starting:
            for letters in self.tills:
                starting.start_soon(self._start, letters, discovery)

    async def _start(self, letters: str, discovery: str) -> None:
        """It knows the addresses of all others unless it is to discover them."""
        others = [each.address for each in self.wire.machines.values() if each.letters != letters]
        peers = ",".join(f"{each}:{LINK_PORT}" for each in others)
        await self.tills[letters].start(
            self.nursery,
            self.wire.machines[letters],
            peers="" if discovery == "mdns" else peers,
            discovery=discovery,
        )

    async def kill(self, letters: str) -> None:
        """SIGKILL."""
        child = self.tills[letters].child
        assert child is not None, "it was started"
        await child.kill()

    def pause(self, letters: str) -> None:
        """SIGSTOP."""
        os.kill(self.tills[letters].pid, signal.SIGSTOP)

    def wake(self, letters: str) -> None:
        """SIGCONT."""
        os.kill(self.tills[letters].pid, signal.SIGCONT)

    async def linked(self, pairs: Iterable[str]) -> None:
        """Wait until exactly these pairs (`AB`) are linked, seen from both ends."""
        wanted = {frozenset(each) for each in pairs}

        async def they_are() -> bool:
            found: dict[str, set[str]] = {}
            for till in self.tills.values():
                found[till.letters] = set(await till.links())
            ends = [{a, *b} == {a, *_others(wanted, a)} for a, b in found.items()]
            return all(ends)

        await until(f"exactly {sorted(map(sorted, wanted))} are linked", they_are)

    async def all_equal(self, books: Books, count: Count) -> None:
        """Wait until every terminal holds the same, which must be all that was acknowledged."""
        began = trio.current_time()

        async def same() -> bool:
            return len({await till.digest() for till in self.tills.values()}) == 1

        await until(f"{list(self.tills)} hold the same", same)
        count(f"equal {trio.current_time() - began:.1f} s after the last sale")
        assert books.orders, "somebody sold"
        assert not books.unanswered, books.unanswered
        wrong = [
            line for till in self.tills.values() for line in await _against(books, till, count)
        ]
        assert not wrong, wrong  # told in full: pytest rewrites no asserts of this file
        count(f"the wire: {dict(sorted(self.wire.seen().items()))} (seed {self.wire.seed})")


async def _against(books: Books, till: Till, count: Count) -> list[str]:
    """How one terminal differs from the books, and from what it must not hold."""
    held = await held_by(till)
    disputes = (await till.get("/api/conflitos"))["conflitos"]
    found = sum(order in held.orders for order in books.orders)
    count(
        f"{till.letters}: digest {held.digest[:12]}, {len(held.orders)} orders,"
        f" {found} of {len(books.orders)} acknowledged, {books.sold_at(till.letters)} sold here"
    )
    unknown = [f"{each}: nobody sold it" for each in held.orders.keys() - books.orders.keys()]
    numbers = [each["numero"] for each in held.orders.values()]
    twice = [f"number {each} twice" for each in set(numbers) if numbers.count(each) > 1]
    told = [f"{till.letters}: {line}" for line in [*missing_in(books, held), *unknown, *twice]]
    return told + [f"{till.letters}: a dispute nobody made: {each}" for each in disputes]


def _others(pairs: set[frozenset[str]], letters: str) -> set[str]:
    return {other for pair in pairs if letters in pair for other in pair if other != letters}


@asynccontextmanager
async def shop_on_wire(tills: dict[str, Till], seed: int) -> AsyncIterator[ShopOnWire]:
    """Each has its machine on perfect ways, none is started; all ended whatever happens inside."""
    async with lossy_wire("".join(tills), seed) as wire, trio.open_nursery() as nursery:
        shop = ShopOnWire(wire, tills, nursery)
        try:
            with trio.fail_after(TEST_SECONDS):
                yield shop
        finally:
            with trio.CancelScope(shield=True):
                for till in tills.values():
                    await _end(till)
            nursery.cancel_scope.cancel()


async def _end(till: Till) -> None:
    """A paused one would not hear that it is to end."""
    if till.child is not None:
        if till.child.pid is not None:
            os.kill(till.child.pid, signal.SIGCONT)
        await till.child.stop()


async def until(what: str, condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for it. A terminal that gives no answer does not fulfil it."""
    with trio.move_on_after(PATIENCE_SECONDS):
        while True:
            try:
                if await condition():
                    return
            except (OSError, HTTPException):
                pass
            await trio.sleep(LOOK_SECONDS)
    pytest.fail(f"not within {PATIENCE_SECONDS:g} s: {what}")
