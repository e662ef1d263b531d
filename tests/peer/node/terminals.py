"""Terminals of one site in one test: devices, disks, boots, and what is carried between them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio

from crdt_models.disputes import Dispute, SettleDispute
from crdt_models.documents.orders.commands import (
    NewLine,
    OpenOrder,
)
from crdt_models.ids import OrderId, TableId
from peer.identity import Identity
from peer.node.node import Node
from tests.peer.conftest import Shop
from tests.peer.node.conftest import (
    DAY_MS,
    START_MS,
    SeededDice,
    TestEnvironment,
    command_id,
)

PIZZA = NewLine(product="hawaiian_m", name="Hawaiian M", unit_centavos=1325)


class PoorDice(SeededDice):
    """Draws one and the same command id at every boot."""

    def __init__(self, seed: str, command: bytes) -> None:
        super().__init__(seed)
        self._command = command

    def random_bytes(self, count: int) -> bytes:
        return self._command if count == len(self._command) else super().random_bytes(count)


class Terminals:
    """Terminals of one site, linked by nothing: changes go where a test carries them."""

    def __init__(self, shop: Shop, opened: Any, running: Any) -> None:
        self._opened = opened
        self._running = running
        self._identities: dict[str, Identity] = {"A": shop.admin}
        self._shop = shop
        self._count = 0
        self.days = 0

    @asynccontextmanager
    async def on(
        self,
        letters: str,
        disk: str,
        boot: str = "",
        *,
        opening: bytes | None = None,
        wait: bool = True,
    ) -> AsyncIterator[Node]:
        """The device of these letters, on a disk, in a boot (by default a new one).

        opening: the command id that bad dice draw for `author_opened`. wait: until the past is
        known.
        """
        if letters not in self._identities:
            self._identities[letters] = self._shop.terminal(letters)
        self._count += 1
        environment = TestEnvironment(boot or f"boot {self._count}")
        environment.now_ms = START_MS + DAY_MS * self.days + 60_000 * self._count
        if opening is not None:
            environment.dice = PoorDice(f"boot {self._count}", opening)
        log = self._opened(disk)
        async with self._running(
            log, with_environment=environment, who=self._identities[letters]
        ) as node:
            if wait:
                await known(node)
            yield node
        log.close()

    async def do(self, node: Node, command: Any, name: str = "") -> Any:
        self._count += 1
        return await node.execute(command, command_id=command_id(name or f"{self._count}"))

    async def order(self, node: Node, table: TableId | None = None, name: str = "") -> OrderId:
        command = OpenOrder(service_type="mesa", table=table, lines=(PIZZA,))
        return OrderId((await self.do(node, command, name)).ids["order"])

    async def settle(self, node: Node, kind: str, choice: str) -> None:
        (dispute,) = of_kind(node, kind)
        command = SettleDispute(
            document=dispute.document,
            kind=dispute.kind,
            subject=dispute.subject,
            choice=choice,
            weighs=dispute.facts,
        )
        await self.do(node, command)


async def known(node: Node) -> None:
    """Wait until the node has read what its log says of the past."""
    with trio.fail_after(20):
        while not node.knows_the_past:
            await trio.lowlevel.checkpoint()


def log_of(node: Node) -> list[bytes]:
    return [each.data for each in node.log.since(0, 10_000)]


async def exchange(*nodes: Node) -> None:
    for source in nodes:
        for target in nodes:
            if target is not source:
                await target.receive(log_of(source), "link")


def of_kind(node: Node, kind: str) -> list[Dispute]:
    return [each for each in node.site_disputes() if each.kind == kind]
