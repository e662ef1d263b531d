"""A retry is answered from the change that the first telling wrote: nothing else is kept of it."""

from collections.abc import Mapping
from typing import Any

import pytest

from crdt_models.documents.catalog.commands import AddProduct
from crdt_models.documents.catalog.facts import ProductValues
from crdt_models.documents.command import Command, Context, Decision, Read
from crdt_models.documents.orders.bill_commands import AskBill, RefundPayment, TakePayment
from crdt_models.documents.orders.commands import AddLines, EditOrder, NewLine, OpenOrder
from crdt_models.documents.tables.commands import AddArea, AddTable, ReleaseTable, ReserveTable
from crdt_models.ids import TABLES, CommandId, OrderId, PaymentId, TableId
from peer.node.node import Node
from peer.node.requests import CommandReused, Outcome

LINES = tuple(NewLine(product=name, name=name, unit_centavos=1000) for name in ("a", "b", "c"))
Told = list[tuple[Command, CommandId, Outcome]]


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch) -> dict[CommandId, Decision]:
    """What every command of this test decided, by its id."""
    found: dict[CommandId, Decision] = {}
    decide = Command.decide

    def noting(self: Command, read: Read, context: Context) -> Decision:
        found[context.command_id] = decide(self, read, context)
        return found[context.command_id]

    monkeypatch.setattr(Command, "decide", noting)
    return found


async def every_kind_of_creation(node: Node, command: Any) -> Told:
    told: Told = []

    async def tell(what: Command) -> Mapping[str, Any]:
        identity = command(str(len(told)))
        told.append((what, identity, await node.execute(what, command_id=identity)))
        return told[-1][2].ids

    order = OrderId((await tell(OpenOrder(service_type="mesa", lines=LINES)))["order"])
    await tell(AddLines(order=order, lines=LINES[:2]))
    await tell(EditOrder(order=order, add=LINES[1:], fields={"note": "x"}))
    taken = await tell(TakePayment(order=order, centavos=500, method="dinheiro"))
    payment = PaymentId(taken["payment"])
    await tell(RefundPayment(order=order, centavos=100, payment=payment))
    await tell(AskBill(order=order))
    area = (await tell(AddArea(name="Varanda")))["area"]
    table = TableId((await tell(AddTable(label="1", area=area)))["table"])
    await tell(AddProduct(values=ProductValues(name="Água", unit_centavos=500)))
    await tell(ReleaseTable(table=table))  # nobody had reserved it: nothing is written
    return told


async def assert_told_again(node: Node, told: Told) -> None:
    for what, identity, first in told:
        again = await node.execute(what, command_id=identity)
        assert again.replayed
        assert (again.ids, again.documents) == (first.ids, first.documents)


async def test_what_a_command_created_is_told_by_the_names_it_decided(
    running: Any, opened: Any, command: Any, decided: dict[CommandId, Decision]
) -> None:
    async with running(opened()) as node:
        told = await every_kind_of_creation(node, command)
    for _, identity, outcome in told:
        assert outcome.ids == decided[identity].ids
        assert list(outcome.ids) == list(decided[identity].ids)
    names = {name for _, _, outcome in told for name in outcome.ids}
    assert names == {
        "order", "line.0", "line.1", "line.2", "payment", "refund", "area", "table", "product.0",
    }  # fmt: skip


async def test_every_retry_is_answered_alike_also_in_the_next_process(
    running: Any, opened: Any, command: Any
) -> None:
    log = opened()
    async with running(log) as node:
        told = await every_kind_of_creation(node, command)
        await assert_told_again(node, told)
    held = log.last_position()
    log.close()
    log = opened()
    async with running(log) as node:
        await assert_told_again(node, told)
        for _, identity, _ in told:
            with pytest.raises(CommandReused):
                await node.execute(AddArea(name="other"), command_id=identity)
    assert log.last_position() == held


async def test_every_retry_at_another_terminal_is_answered_alike(
    running: Any, opened: Any, command: Any
) -> None:
    theirs = opened("theirs")
    async with running(theirs) as origin:
        told = await every_kind_of_creation(origin, command)
    async with running(opened("ours")) as node:
        await node.receive([each.data for each in theirs.since(0, 100)], source=1)
        await assert_told_again(node, [each for each in told if each[2].ids])


async def test_what_had_nothing_to_do_does_nothing_when_it_is_told_again(
    running: Any, opened: Any, command: Any
) -> None:
    async with running(opened()) as node:
        added = await node.execute(AddTable(label="1"), command_id=command("add"))
        table = TableId(added.ids["table"])
        release = ReleaseTable(table=table)
        idle = await node.execute(release, command_id=command("idle"))
        assert (idle.ids, idle.documents, idle.position) == ({}, (TABLES,), 0)
        await node.execute(ReserveTable(table=table, name="Ana"), command_id=command("reserve"))
        again = await node.execute(release, command_id=command("idle"))
        assert again.replayed
        assert node.view(TABLES).tables[table].hold is not None
