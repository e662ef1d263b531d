"""Live events: made from commits, rendered once, bounded."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
import trio
import trio.testing

from crdt_models.documents.floor.commands import AssignWaiter, JoinTables
from crdt_models.documents.orders.bill_commands import TakePayment
from crdt_models.documents.orders.commands import (
    CancelLines,
    CancelOrder,
    EditOrder,
    LineCancellation,
    LineMove,
    MoveLines,
    NewLine,
    OpenOrder,
)
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.tables.commands import AddTable, ChangeTable
from crdt_models.documents.tables.view import TablesView
from crdt_models.ids import CommandId, DocumentId, LineId, OrderId, TableId, order_document
from crdt_models.pedido import JsonObject
from crdt_models.read_models import TABLES
from peer.environment import RealEnvironment
from peer.identity import Place, create_site
from peer.live_events import MAX_CLIENTS, QUEUE_LENGTH, Client, LiveEvents
from peer.live_sightings import Sighting
from peer.node.authorship import Credentials
from peer.node.node import Node, fill_rows
from peer.storage.change_log import ChangeLog

DAY_MS = 86_400_000
TABLES_DOCUMENT = DocumentId("tables")


class Dice:
    def __init__(self) -> None:
        self._random = Random("live")

    def random_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)


class Till:
    """A node with its events, and commands under ids of their own."""

    def __init__(self, node: Node, events: LiveEvents) -> None:
        self.node = node
        self.events = events
        self._dice = Dice()

    async def do(self, command: Any) -> Any:
        identity = CommandId(self._dice.random_bytes(16))
        outcome = await self.node.execute(command, command_id=identity)
        while self.events.position < outcome.position:
            await trio.testing.wait_all_tasks_blocked()
        return outcome

    async def order(self, *prices: int, table: TableId | None = None) -> OrderId:
        lines = tuple(NewLine(product="p", name="Item", unit_centavos=each) for each in prices)
        command = OpenOrder(service_type="balcao", lines=lines, table=table)
        return OrderId((await self.do(command)).ids["order"])


@pytest.fixture
async def till(tmp_path: Path) -> AsyncIterator[Till]:
    async with running(tmp_path) as made:
        yield made


@asynccontextmanager
async def running(tmp_path: Path) -> AsyncIterator[Till]:
    place = Place(tmp_path / "home", tmp_path / "key")
    identity = create_site(place, name="A", letters="A", wall_seconds=0, dice=Dice()).identity
    log = ChangeLog.open(tmp_path / "a.db", b"k" * 32, tables=TABLES, create=True)
    if log.rows_are_stale:
        fill_rows(log)
    credentials = Credentials(
        site=identity.site,
        device=identity.device,
        letters="A",
        chain=identity.encoded_chain,
        signer=identity.signing_key,
        program="test",
    )
    node = Node(credentials, log, RealEnvironment(), lambda ms: ms // DAY_MS)
    events = LiveEvents(node)
    events.present = lambda sighting: shown(node, sighting.document, sighting.table)
    async with trio.open_nursery() as nursery:
        await nursery.start(node.run)
        await nursery.start(events.run)
        yield Till(node, events)
        nursery.cancel_scope.cancel()
    log.close()


def shown(node: Node, document: DocumentId, table: TableId | None) -> JsonObject:
    """As the API would, in short."""
    view = node.view(document)
    if table is None or not isinstance(view, TablesView):
        return {"document": document, "table": None}
    found = view.tables[table]
    return {"nome": found.label, "garcom": found.waiter, "limpeza": found.is_cleaning}


def noting(seen: list[Any]) -> Callable[[Sighting], JsonObject]:
    """Notes which tables are looked at; none ever looks as before."""

    def present(sighting: Sighting) -> JsonObject:
        seen.append(sighting.table)
        return {"looks": len(seen)}

    return present


def follow(till: Till, *kinds: str) -> Client:
    client = till.events.follow("test", "global")
    assert client is not None
    client.resume(kinds, [])
    return client


async def taken(client: Client) -> list[dict[str, Any]]:
    return [msgspec.json.decode(text) for text in await client.wait()]


async def test_an_order_is_told_with_its_state_after_the_commit(till: Till) -> None:
    client = follow(till)
    order = await till.order(1000)
    (event,) = await taken(client)
    assert (event["type"], event["cursor"]) == ("order:created", till.node.position)
    assert event["document"] == f"order:{order.hex()}"
    assert event["version"] == till.node.version(event["document"])
    assert event["origin"] == "A"
    assert event["timestamp"].endswith("Z")
    assert event["data"]


async def test_each_kind_of_change_has_its_event(till: Till) -> None:
    client = follow(till)
    order = await till.order(1000)
    await till.do(EditOrder(order=order, fields={"customer": "Ana"}))
    await till.do(TakePayment(order=order, centavos=1000, method="pix"))
    other = await till.order()
    await till.do(CancelOrder(order=other))
    table = TableId((await till.do(AddTable(label="7"))).ids["table"])
    await till.do(ChangeTable(table=table, fields={"waiter": "Zé"}))
    await till.do(ChangeTable(table=table, fields={"cleaning": True}))
    assert [event["type"] for event in await taken(client)] == [
        "order:created",
        "order:updated",
        "order:updated",
        "payment:completed",
        "order:created",
        "order:cancelled",
        "table:status:changed",
        "table:assigned",
        "table:status:changed",
    ]


async def test_a_pending_payment_is_not_completed(till: Till) -> None:
    order = await till.order(1000)
    client = follow(till)
    await till.do(TakePayment(order=order, centavos=1000, method="credito", is_pending=True))
    assert [event["type"] for event in await taken(client)] == ["order:updated"]


async def test_only_the_last_event_of_a_change_carries_its_position(till: Till) -> None:
    order = await till.order(1000)
    client = follow(till)
    await till.do(TakePayment(order=order, centavos=1000, method="pix"))
    assert [each["cursor"] - till.node.position for each in await taken(client)] == [-1, 0]


async def test_an_order_changes_the_tables_it_stands_at_and_stood_at(till: Till) -> None:
    first = TableId((await till.do(AddTable(label="1"))).ids["table"])
    second = TableId((await till.do(AddTable(label="2"))).ids["table"])
    client = follow(till, "table:status:changed")
    seen: list[Any] = []
    till.events.present = noting(seen)
    order = await till.order(table=first)
    assert len(await taken(client)) == 1
    await till.do(EditOrder(order=order, fields={"table": second.hex()}))
    assert len(await taken(client)) == 2
    assert {first, second} <= set(seen)


async def test_a_table_that_looks_as_before_is_no_event(till: Till) -> None:
    table = TableId((await till.do(AddTable(label="1"))).ids["table"])
    till.events.room = lambda: {table: shown(till.node, TABLES_DOCUMENT, table)}
    client = follow(till)
    order = await till.order(table=table)
    await till.do(EditOrder(order=order, fields={"people": 3}))
    await till.do(AssignWaiter(table=table, waiter="Ana"))  # its look here knows no floor
    kinds = {event["type"] for event in await taken(client)}
    assert kinds == {"order:created", "order:updated"}
    await till.do(ChangeTable(table=table, fields={"waiter": "Bia"}))
    assert [event["type"] for event in await taken(client)] == ["table:assigned"]


async def test_what_is_done_to_one_of_a_group_is_told_of_all(till: Till) -> None:
    tables = [TableId((await till.do(AddTable(label=each))).ids["table"]) for each in "123"]
    client = follow(till, "table:status:changed")
    seen: list[Any] = []
    till.events.present = noting(seen)
    await till.do(JoinTables(tables=(tables[0], tables[1])))
    assert len(await taken(client)) == 2
    known = len(seen)
    await till.order(table=tables[0])
    assert len(await taken(client)) == 2
    assert {*tables[:2]} == set(seen[known:]) - {None}


async def test_a_dispute_is_opened_and_resolved_by_what_happens(till: Till) -> None:
    order = await till.order(1000, 500)
    await till.do(TakePayment(order=order, centavos=1500, method="pix"))
    client = follow(till, "dispute:opened", "dispute:resolved")
    view: Any = till.node.view(f"order:{order.hex()}")  # type: ignore[arg-type]
    line = LineId(view.lines[1].id)
    await till.do(CancelLines(order=order, cancel=(LineCancellation(line),)))
    (opened,) = await taken(client)
    assert (opened["type"], opened["data"]["tipo"]) == ("dispute:opened", "overpaid")
    lines = (NewLine(product="p", name="Café", unit_centavos=500),)
    await till.do(EditOrder(order=order, add=lines))
    (closed,) = await taken(client)
    assert (closed["type"], closed["data"]["aberto"]) == ("dispute:resolved", False)
    assert closed["data"]["id"] == opened["data"]["id"]


async def test_kinds_choose(till: Till) -> None:
    client = follow(till, "order:cancelled")
    order = await till.order()
    await till.do(CancelOrder(order=order))
    assert [event["type"] for event in await taken(client)] == ["order:cancelled"]


async def test_flags_give_a_status_update_on_pedidos(till: Till) -> None:
    order = await till.order()
    client = till.events.follow("test", "pedidos")
    assert client is not None
    await till.do(EditOrder(order=order, flags={"financeiro": True}))
    update, status = await taken(client)
    assert (update["type"], update["action"]) == ("pedido_update", "update")
    assert status == {
        "type": "status_update",
        "pedido_id": order.hex(),
        "status_field": "financeiro",
        "new_value": True,
        "timestamp": update["timestamp"],
    }


async def test_a_cursor_resumes_without_a_hole(till: Till) -> None:
    order = await till.order(1000)
    cursor = till.node.position
    await till.do(EditOrder(order=order, fields={"customer": "Ana"}))
    await till.do(TakePayment(order=order, centavos=1000, method="pix"))
    texts = till.events.replay(cursor, [])
    assert texts is not None
    events = [json.loads(text) for text in texts]
    assert [each["type"] for each in events] == [
        "order:updated",
        "order:updated",
        "payment:completed",
    ]
    assert events[-1]["cursor"] == till.node.position
    assert till.events.replay(till.node.position, []) == []
    assert len(till.events.replay(cursor, ["payment:completed"]) or []) == 1


async def test_a_cursor_of_another_log_starts_over(till: Till) -> None:
    await till.order()
    assert till.events.replay(till.node.position + 1, []) is None
    assert till.events.replay(-1, []) is None


async def test_a_cursor_too_far_back_starts_over(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("peer.live_events.MAX_REPLAY", 3)
    for _ in range(4):
        await till.order()
    assert till.events.replay(0, []) is None
    assert till.events.replay(till.node.position - 3, []) is not None


async def test_a_client_that_does_not_read_is_lost_and_nobody_waits(till: Till) -> None:
    slow, quick = follow(till), follow(till)
    got = 0
    for _ in range(QUEUE_LENGTH + 1):
        await till.order()
        got += len(await quick.wait())
    assert got == QUEUE_LENGTH + 1
    assert slow.is_lost
    assert await slow.wait() == []
    assert till.events.statistics()["lost"] == 1


async def test_one_event_is_rendered_once_for_everybody(till: Till) -> None:
    rendered = 0

    def present(sighting: Any) -> dict[str, Any]:
        nonlocal rendered
        rendered += 1
        return {}

    till.events.present = present
    await till.order()
    assert rendered == 0
    clients = [follow(till) for _ in range(5)]
    await till.order()
    assert rendered == 1
    assert [len(await client.wait()) for client in clients] == [1] * 5


async def test_when_we_lag_ourselves_every_client_starts_over(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = follow(till)
    for channel in list(till.node._watchers._channels.values()):
        channel.close()
    await client.wait()
    assert client.is_lost
    await trio.testing.wait_all_tasks_blocked()
    client.is_lost = False
    await till.order()
    assert [event["type"] for event in await taken(client)] == ["order:created"]


async def test_there_is_a_most_of_clients(till: Till) -> None:
    for _ in range(MAX_CLIENTS):
        assert till.events.follow("test", "pedidos") is not None
    assert till.events.follow("test", "global") is None
    assert till.events.connections() == {"pedidos": MAX_CLIENTS, "global": 0}


async def test_a_revoked_key_ends_its_conversations(till: Till) -> None:
    client, other = follow(till), till.events.follow("other", "global")
    assert other is not None
    till.events.dismiss("test")
    assert await client.wait() == []
    assert (client.closing, other.closing) == (1008, None)


async def test_an_order_is_told_of_what_happens_in_the_home_of_its_lines(till: Till) -> None:
    """A change of one document that changes three orders: where the line is, was, and is from."""
    home, second, third = await till.order(100, 200), await till.order(), await till.order()
    view = till.node.view(order_document(home))
    assert isinstance(view, OrderView)
    line, stays = (each.id for each in view.lines)
    await till.do(MoveLines(order=home, to=second, moves=(LineMove(line),)))
    await till.do(MoveLines(order=second, to=third, moves=(LineMove(line),)))
    client = follow(till)
    await till.do(CancelLines(order=third, cancel=(LineCancellation(line),)))
    told = [json.loads(text) for text in await client.wait()]
    assert {each["document"] for each in told} == {
        order_document(order) for order in (home, second, third)
    }
    assert {each["type"] for each in told} == {"order:updated"}
    await till.do(CancelLines(order=home, cancel=(LineCancellation(stays),)))
    told = [json.loads(text) for text in await client.wait()]
    assert [each["document"] for each in told] == [order_document(home)]
