"""Orders that share lines: what a node stores of them is what a rebuilt node would, at every step,
whichever order the changes came in."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from crdt_models.change import decode_change
from crdt_models.documents.orders.commands import (
    CancelLines,
    LineCancellation,
    LineMove,
    MergeOrders,
    MoveLines,
    NewLine,
    OpenOrder,
)
from crdt_models.documents.orders.view import OrderView
from crdt_models.errors import DomainError
from crdt_models.ids import CommandId, LineId, OrderId, order_document
from crdt_models.read_models import TABLES, rows_of
from peer.node.node import Node
from peer.node.requests import CommandReused
from peer.node.shelf import Shelf, is_open
from peer.storage.change_log import ChangeLog
from peer.storage.projections import MAX_PAGE, Query
from tests.crdt_models.documents.test_move_laws import command_of

PIE = NewLine(product="t", name="Torta", unit_centavos=1_500, thousandths=2_000)


class Waiter:
    """Somebody at one node; `order` is what `command_of` asks."""

    def __init__(self, node: Node, seed: int = 0) -> None:
        self.node = node
        self.dice = random.Random(seed)

    def order(self, order: OrderId) -> OrderView:
        view = self.node.view(order_document(order))
        assert isinstance(view, OrderView)
        return view

    async def do(self, command: Any) -> Any:
        return await self.node.execute(command, command_id=CommandId(self.dice.randbytes(16)))

    async def open(self, *lines: NewLine) -> OrderId:
        outcome = await self.do(OpenOrder(service_type="mesa", lines=lines))
        return OrderId(outcome.ids["order"])


def stored_rows(log: ChangeLog) -> dict[str, list[Any]]:
    found = {}
    for table in TABLES:
        page = log.projections.page(Query(table=table.name, limit=MAX_PAGE))
        assert page.next is None
        found[table.name] = sorted(tuple(row.values()) for row in page.rows)
    return found


def rebuilt_rows(log: ChangeLog) -> dict[str, list[Any]]:
    """From the log alone, by a shelf that has seen nothing."""
    shelf = Shelf(log)
    found: dict[str, list[Any]] = {table.name: [] for table in TABLES}
    for state in log.documents():
        view = shelf.shown(state.id).view
        assert state.open == is_open(view)
        for table, rows in rows_of(state.id, view).items():
            found[table] += rows
    return {table: sorted(rows) for table, rows in found.items()}


async def test_stored_rows_are_those_of_a_rebuilt_node_at_every_step(
    opened: Callable[..., ChangeLog], running: Any
) -> None:
    log, other = opened("a"), opened("b")
    async with running(log) as node:
        waiter = Waiter(node)
        known = [await waiter.open(*[PIE] * count) for count in (3, 2, 1, 0)]
        for _ in range(120):
            try:
                await waiter.do(command_of(waiter, known, waiter.dice))
            except DomainError:
                continue
            assert stored_rows(log) == rebuilt_rows(log)
        versions = [node.version(order_document(order)) for order in known]
    changes = [each.data for each in log.since(0, 10_000)]
    first = [data for data in changes if "terminals" in decode_change(data).documents]
    rest = [data for data in changes if data not in first]
    random.Random(1).shuffle(rest)
    async with running(other) as node:
        await node.receive(first)
        for data in rest:
            await node.receive([data])
            assert stored_rows(other) == rebuilt_rows(other)
        assert stored_rows(other) == stored_rows(log)
        assert [node.version(order_document(order)) for order in known] == versions


async def test_a_retry_at_another_terminal_finds_what_was_said_of_a_moved_line(
    opened: Callable[..., ChangeLog], running: Any
) -> None:
    """The change stands in the line's home, not in the order that the command names."""
    log, other = opened("a"), opened("b")
    async with running(log) as node:
        waiter = Waiter(node)
        full, empty = await waiter.open(PIE), await waiter.open()
        line = waiter.order(full).lines[0].id
        await waiter.do(MoveLines(order=full, to=empty, moves=(LineMove(line),)))
        cancel = CancelLines(order=empty, cancel=(LineCancellation(line),))
        key = CommandId(b"cancel that pie!")
        first = await node.execute(cancel, command_id=key)
        assert first.documents == (order_document(full),)
    async with running(other) as node:
        await node.receive([each.data for each in log.since(0, 100)])
        again = await node.execute(cancel, command_id=key)
        assert again.replayed
        with pytest.raises(CommandReused):
            await node.execute(MergeOrders(order=full, to=empty), command_id=key)


async def test_a_merged_order_frees_its_table_until_something_is_left_on_it(
    opened: Callable[..., ChangeLog], running: Any
) -> None:
    async with running(opened("a")) as node:
        waiter = Waiter(node)
        full, empty = await waiter.open(PIE), await waiter.open()
        await waiter.do(MergeOrders(order=full, to=empty))
        assert not waiter.order(full).is_open
        state = {each.id: each.open for each in node.log.documents("order")}
        assert state == {order_document(full): False, order_document(empty): True}
        assert LineId(waiter.order(empty).lines[0].id) in waiter.order(full).own_by_id
