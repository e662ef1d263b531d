"""The writer: one effect per command, nothing shown before it is durable, no hole in the chain."""

from itertools import pairwise
from typing import Any

import pytest
import trio

from crdt_models.change import Change, decode_change
from crdt_models.document import Document
from crdt_models.documents.orders.bill_commands import TakePayment
from crdt_models.documents.orders.commands import (
    AddLines,
    CancelLines,
    LineCancellation,
    NewLine,
    OpenOrder,
)
from crdt_models.documents.orders.errors import MoreThanIsLeft
from crdt_models.documents.orders.view import OrderView
from crdt_models.ids import LineId, OrderId, order_document
from peer.node.requests import Busy, CommandReused, StaleVersion
from peer.service.sqlite_errors import NotDurable, StorageBroken
from peer.storage.change_log import ChangeLog

PIZZA = NewLine(product="hawaiian_m", name="Hawaiian M", unit_centavos=1325)
ORDER = OpenOrder(service_type="balcao", lines=(PIZZA,))


def chain_of(log: ChangeLog) -> list[Change]:
    return [decode_change(each.data) for each in log.since(0, 10_000)]


def assert_unbroken(changes: list[Change]) -> None:
    """Each change names the one before, whatever was cancelled or failed in between."""
    for before, after in pairwise(changes):
        assert after.previous == (before.id,)
        assert after.sequence == before.sequence + 1
        assert after.hlc > before.hlc


async def test_an_order_is_opened_and_stays(running: Any, opened: Any, command: Any) -> None:
    log = opened()
    async with running(log) as node:
        outcome = await node.execute(ORDER, command_id=command("1"))
        document = outcome.documents[0]
        view = node.view(document)
        assert isinstance(view, OrderView)
        assert view.total == 1325
        assert [number.fact.number for number in view.numbers] == [1]
        assert document == order_document(OrderId(outcome.ids["order"]))
        version = node.version(document)
        assert node.document(document).update() == Document(document, chain_of(log)).update()
    log.close()
    log = opened()
    assert not log.unclean
    async with running(log) as node:
        assert node.version(document) == version
        assert node.view(document).total == 1325
        again = await node.execute(ORDER, command_id=command("2"))
        assert node.view(again.documents[0]).numbers[0].fact.number == 2
    changes = chain_of(log)
    assert len({change.epoch for change in changes}) == 2
    assert_unbroken(changes)


async def test_a_retry_has_one_effect_and_the_same_answer(
    running: Any, opened: Any, command: Any
) -> None:
    log = opened()
    async with running(log) as node:
        first = await node.execute(ORDER, command_id=command("1"))
        again = await node.execute(ORDER, command_id=command("1"))
        assert again.replayed and not first.replayed
        assert (again.ids, again.documents, again.position) == (
            first.ids,
            first.documents,
            first.position,
        )
        other = OpenOrder(service_type="mesa")
        with pytest.raises(CommandReused):
            await node.execute(other, command_id=command("1"))
        assert len(log.documents("order")) == 1


async def test_two_tellings_in_one_batch_have_one_effect(
    running: Any, opened: Any, command: Any
) -> None:
    log = opened()
    outcomes = []
    async with running(log) as node, trio.open_nursery() as nursery:

        async def execute() -> None:
            outcomes.append(await node.execute(ORDER, command_id=command("1")))

        for _ in range(20):
            nursery.start_soon(execute)
    assert len({outcome.position for outcome in outcomes}) == 1
    assert sum(not outcome.replayed for outcome in outcomes) == 1
    assert len(log.documents("order")) == 1


async def test_a_refused_command_leaves_no_trace(running: Any, opened: Any, command: Any) -> None:
    log = opened()
    async with running(log) as node:
        outcome = await node.execute(ORDER, command_id=command("1"))
        order, line = OrderId(outcome.ids["order"]), LineId(outcome.ids["line.0"])
        cancel = CancelLines(order=order, cancel=(LineCancellation(line, 2000),), reason="engano")
        before = node.position
        with pytest.raises(MoreThanIsLeft):
            await node.execute(cancel, command_id=command("2"))
        assert node.position == before
        await node.execute(AddLines(order=order, lines=(PIZZA,)), command_id=command("3"))
    assert_unbroken(chain_of(log))


async def test_a_stale_version_is_refused(running: Any, opened: Any, command: Any) -> None:
    async with running(opened()) as node:
        outcome = await node.execute(ORDER, command_id=command("1"))
        document, order = outcome.documents[0], OrderId(outcome.ids["order"])
        seen = node.version(document)
        add = AddLines(order=order, lines=(PIZZA,))
        await node.execute(add, command_id=command("2"), expect={document: seen})
        with pytest.raises(StaleVersion):
            await node.execute(add, command_id=command("3"), expect={document: seen})
        assert node.view(document).total == 2 * 1325


def view_of(node: Any) -> OrderView:
    """Any order of the node."""
    view = node.view(node.log.documents("order")[0].id)
    assert isinstance(view, OrderView)
    return view


class FailingLog:
    """The log, except that `append` fails when told to."""

    def __init__(self, log: ChangeLog) -> None:
        self._log = log
        self.failure: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def append(self, batch: Any) -> Any:
        if self.failure is not None and batch.changes:
            raise self.failure
        return self._log.append(batch)


async def test_a_failed_commit_answers_its_batch_and_nothing_is_seen(
    running: Any, opened: Any, command: Any
) -> None:
    log = FailingLog(opened())
    async with running(log) as node, node.watch() as commits:
        outcome = await node.execute(ORDER, command_id=command("1"))
        document = outcome.documents[0]
        log.failure = NotDurable(reason="test")
        version, position = node.version(document), node.position
        failures = []

        async def add(number: int) -> None:
            add = AddLines(order=OrderId(outcome.ids["order"]), lines=(PIZZA,))
            try:
                await node.execute(add, command_id=command(f"add {number}"))
            except NotDurable:
                failures.append(number)

        async with trio.open_nursery() as nursery:
            for number in range(10):
                nursery.start_soon(add, number)
        assert len(failures) == 10
        assert (node.version(document), node.position) == (version, position)
        log.failure = None
        await add(3)
        assert node.view(document).total == 2 * 1325
        seen = [change.id for change in commits.receive_nowait().changes]
        seen += [change.id for change in commits.receive_nowait().changes]
        with pytest.raises(trio.WouldBlock):
            commits.receive_nowait()
    changes = chain_of(log)  # type: ignore[arg-type]  # stands in for one
    assert seen == [change.id for change in changes]
    assert_unbroken(changes)


async def test_a_disk_that_cannot_be_believed_ends_the_writer(
    running: Any, opened: Any, command: Any
) -> None:
    log = FailingLog(opened())
    log.failure = StorageBroken(reason="test")
    with pytest.RaisesGroup(StorageBroken, flatten_subgroups=True, allow_unwrapped=True):
        async with running(log) as node:
            with pytest.raises(Busy):
                await node.execute(ORDER, command_id=command("1"))
            with pytest.raises(Busy):
                await node.execute(ORDER, command_id=command("1"))


async def test_giving_up_at_any_point_leaves_the_chain_intact(
    running: Any, opened: Any, command: Any
) -> None:
    """Each caller gives up after another number of scheduler passes; the writer goes on."""
    log = opened()
    async with running(log) as node:
        first = await node.execute(ORDER, command_id=command("first"))
        order = OrderId(first.ids["order"])

        async def give_up_after(passes: int) -> None:
            with trio.CancelScope() as scope:

                async def cancel() -> None:
                    for _ in range(passes):
                        await trio.lowlevel.cancel_shielded_checkpoint()
                    scope.cancel()

                async with trio.open_nursery() as nursery:
                    nursery.start_soon(cancel)
                    add = AddLines(order=order, lines=(PIZZA,))
                    await node.execute(add, command_id=command(f"{passes}"))

        async with trio.open_nursery() as nursery:
            for passes in range(40):
                nursery.start_soon(give_up_after, passes)
        # Every command executes exactly once in the end: those given up on, or their retry.
        for passes in range(40):
            add = AddLines(order=order, lines=(PIZZA,))
            await node.execute(add, command_id=command(f"{passes}"))
        assert len(node.view(first.documents[0]).lines) == 41
    assert_unbroken(chain_of(log))


async def test_changes_from_outside_are_taken_once_and_shown_with_their_source(
    running: Any, opened: Any, command: Any
) -> None:
    ours, theirs = opened("ours"), opened("theirs")
    async with running(theirs) as origin:
        for number in range(5):
            await origin.execute(ORDER, command_id=command(f"{number}"))
        changes = [each.data for each in theirs.since(0, 100)]
        digest = origin.content_digest()
    async with running(ours) as node, node.watch() as commits:
        received = await node.receive([*reversed(changes), b"junk"], source=7)
        assert (received.stored, received.refused) == (len(changes), 1)
        again = await node.receive(changes, source=8)
        assert (again.stored, again.known) == (0, len(changes))
        commit = commits.receive_nowait()
        assert set(commit.sources) == {7}
        assert node.content_digest() == digest
        # A key that another terminal used for something else is not answered with that.
        pay = TakePayment(order=view_of(node).order, centavos=100, method="pix")
        with pytest.raises(CommandReused):
            await node.execute(pay, command_id=command("3"))
        # The same key at this terminal finds that the command was executed elsewhere.
        outcome = await node.execute(ORDER, command_id=command("3"))
        assert outcome.replayed
        view = node.view(outcome.documents[0])
        assert outcome.ids["order"] == view.order
        assert outcome.ids["line.0"] == view.lines[0].id


async def test_a_batch_may_hold_the_opening_and_what_it_proves_in_two_requests(
    running: Any, opened: Any, command: Any
) -> None:
    ours, theirs = opened("ours"), opened("theirs")
    async with running(theirs) as origin:
        await origin.execute(ORDER, command_id=command("1"))
    opening, order = [each.data for each in theirs.since(0, 100)]
    async with running(ours) as node, trio.open_nursery() as nursery:
        nursery.start_soon(node.receive, [order], 1)
        nursery.start_soon(node.receive, [opening], 2)
    assert ours.last_position() == 2


async def test_the_next_epoch_adopts_a_tail_that_came_back(
    running: Any, opened: Any, command: Any
) -> None:
    """A restored disk writes on under a new epoch; what it lost returns from a neighbour."""
    full, restored = opened("full"), opened("restored")
    async with running(full) as node:
        await node.execute(ORDER, command_id=command("1"))
        await node.execute(ORDER, command_id=command("2"))
    all_changes = [each.data for each in full.since(0, 100)]
    async with running(restored) as node:
        await node.receive(all_changes[:2], source=1)  # the backup
    async with running(restored) as node:
        await node.execute(ORDER, command_id=command("3"))  # in isolation
        await node.receive(all_changes, source=1)  # the neighbour has the lost tail
    async with running(restored) as node:
        await node.execute(ORDER, command_id=command("4"))
    changes = chain_of(restored)
    last_opening = [change for change in changes if change.documents == ("terminals",)][-1]
    assert len(last_opening.previous) == 2
    assert last_opening.sequence == 1 + max(
        change.sequence for change in changes if change.id in last_opening.previous
    )
    assert len(restored.tips()) == 1
    numbers = [node.view(state.id).numbers[0].fact.number for state in restored.documents("order")]
    assert sorted(numbers) == [1, 2, 2, 3]  # 2 was given twice, in isolation; the next is above


async def test_a_watcher_that_lags_is_dropped_and_can_start_over(
    running: Any, opened: Any, command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("peer.node.watchers.WATCH_LENGTH", 3)
    async with running(opened()) as node, node.watch() as commits:
        for number in range(6):
            await node.execute(ORDER, command_id=command(f"{number}"))
        seen = [commit.position async for commit in commits]
        assert len(seen) == 3
        missed = node.since(seen[-1], 100)
        assert missed[-1][0] == node.position
        assert node.status().watchers_dropped == 1
