"""The reference against a real terminal: its database, its site disputes, its local API.

MALHA_PEER_HISTORIES asks for more.
"""

import os
from collections.abc import Mapping
from random import Random

import msgspec
import pytest
import trio

from crdt_models.documents.orders.commands import OpenOrder
from crdt_models.documents.tables.commands import AddTable
from crdt_models.ids import OrderId, TableId, order_document
from simulations.fuzz.http_doors import HOST
from simulations.fuzz.memory_terminal import Booted, MemoryTerminal, open_terminal
from simulations.reference.differences import differences
from simulations.reference.peer_shop import PAGE, observe
from simulations.reference.shop import read_shop
from simulations.reference.stored import floors_in
from simulations.simulator import asgi
from simulations.workload.till import JSON, Answer
from tests.simulations.reference.histories import history
from tests.simulations.reference.replicas import Replica

HISTORIES = int(os.environ.get("MALHA_PEER_HISTORIES", "24"))
FIRST = int(os.environ.get("MALHA_FIRST_HISTORY", "0"))
ON_ONE_TERMINAL = 8  # one after the other: each is a restart on what the last ones left


class BootedTill:
    """See `simulations.workload.till.Till`."""

    letters = "A"

    def __init__(self, terminal: MemoryTerminal, booted: Booted) -> None:
        self._key = terminal.key
        self._app = booted.app

    async def call(
        self,
        method: str,
        path: str,
        body: JSON = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        told = {"host": HOST.decode(), "x-api-key": self._key, **(headers or {})}
        if body is not None:
            told |= {"content-type": "application/json", "idempotency-key": key or ""}
        data = b"" if body is None else msgspec.json.encode(body)
        return asgi.answer_of(*await asgi.call(self._app, method, path, told, data))


@pytest.mark.parametrize("first", range(FIRST, FIRST + HISTORIES, ON_ONE_TERMINAL))
def test_a_real_terminal_says_what_the_reference_says(first: int) -> None:
    with open_terminal() as terminal:
        for seed in range(first, first + ON_ONE_TERMINAL):
            told = history(seed, nonsense=seed % 2 == 1, author=terminal.author)
            Random(seed).shuffle(told)
            assert trio.run(_disagreements, terminal, told) == [], f"after history {seed}"


def test_a_table_is_occupied_however_many_orders_are_open() -> None:
    with open_terminal() as terminal:
        other = Replica("B", terminal.author("B"), {})
        other.open(b"an epoch")
        table = TableId(other.give(AddTable(label="9"), bytes(16))["table"])
        for number in range(1, PAGE + 2):
            at = table if number > PAGE else None
            command = OpenOrder(service_type="mesa", table=at)
            other.give(command, number.to_bytes(16, "big"))
        told = [change.data for change in other.told.values()]
        assert trio.run(_disagreements, terminal, told) == []


def test_an_order_whose_opening_has_not_come_hides_no_other() -> None:
    with open_terminal() as terminal:
        other = Replica("B", terminal.author("B"), {})
        other.open(b"an epoch")
        order = OrderId(other.give(OpenOrder(service_type="mesa"), bytes(16))["order"])
        opening = list(other.told.values())[-1]
        other.write([[order_document(order), ["newer", True, {}]]])  # a dispute, at once
        told = [change.data for change in other.told.values() if change is not opening]
        assert trio.run(_disagreements, terminal, told) == []
        assert trio.run(_disagreements, terminal, [opening.data]) == []


async def _disagreements(terminal: MemoryTerminal, told: list[bytes]) -> list[str]:
    """A boot of the terminal that takes in a history: what it says differently then."""
    async with terminal.boot() as booted:
        await booted.node.receive(told)
        with trio.fail_after(30):
            while not booted.node.knows_the_past:
                await trio.lowlevel.checkpoint()
        stored = [logged.data for logged in terminal.log.since(0, 100_000)]
        assert len(stored) > len(told) / 2, "it refused most of the history"
        peer = await observe(
            BootedTill(terminal, booted), floors=floors_in(stored), one_by_one=True
        )
    return differences(read_shop(stored), peer)
