"""Disputes that span documents: found alike by every terminal, whatever came when."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from shutil import copyfile
from threading import Event
from typing import Any

import pytest
import trio

from crdt_models.change import Change, decode_change
from crdt_models.disputes import SettleDispute, two_tabs
from crdt_models.documents.floor.commands import JoinTables
from crdt_models.documents.orders.bill_commands import CloseBill, ReopenBill, TakePayment
from crdt_models.documents.orders.commands import (
    AddLines,
    CancelOrder,
    EditOrder,
    OpenOrder,
    RestoreOrder,
)
from crdt_models.documents.tables.commands import AddTable
from crdt_models.ids import OrderId, TableId
from peer.node import shared_places, site_disputes
from peer.node.node import Node
from peer.node.site_disputes import Past, read_past
from peer.storage.change_log import ChangeLog
from tests.peer.conftest import Shop
from tests.peer.node.conftest import (
    DAY_MS,
    START_MS,
)
from tests.peer.node.terminals import PIZZA, Terminals, exchange, known, log_of, of_kind

ORDER = OpenOrder(service_type="balcao", lines=(PIZZA,))


@pytest.fixture
def terminals(shop: Shop, opened: Any, running: Any) -> Terminals:
    return Terminals(shop, opened, running)


def kinds(node: Node) -> list[str]:
    return sorted(each.kind for each in node.site_disputes())


async def test_a_terminal_alone_has_none(terminals: Terminals) -> None:
    for _ in range(3):
        async with terminals.on("A", "a") as node:
            table = TableId((await terminals.do(node, AddTable(label="7"))).ids["table"])
            order = await terminals.order(node, table)
            await terminals.order(node, table)
            await terminals.do(node, AddLines(order=order, lines=(PIZZA,)))
            assert node.site_disputes() == ()
            assert node.number_rank(order) == 1


async def test_a_restored_backup_is_seen_when_its_lost_tail_comes_back(
    terminals: Terminals,
) -> None:
    async with terminals.on("A", "a") as node:
        lost = [await terminals.order(node) for _ in range(3)]
        backup = log_of(node)[:2]  # the opening and the first order
        tail = log_of(node)
    async with terminals.on("A", "b") as node:
        await node.receive(backup)
    async with terminals.on("A", "b") as node:
        fresh = await terminals.order(node)
        assert node.site_disputes() == ()
        await node.receive(tail)
        assert kinds(node) == ["equal_numbers", "lineage_forked"]
        (equal,) = of_kind(node, "equal_numbers")
        assert equal.subject.endswith(":A-2")
        assert [node.number_rank(order) for order in (*lost, fresh)] == [1, 1, 1, 2]
        found = node.site_disputes()
    async with terminals.on("A", "b") as node:  # read from the log, and no dispute more
        assert node.site_disputes() == found
        assert node.number_rank(fresh) == 2
        await terminals.order(node)
        assert node.site_disputes() == found


async def test_a_tail_that_comes_while_the_past_is_read(
    terminals: Terminals, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with terminals.on("A", "a") as node:
        for _ in range(3):
            await terminals.order(node)
        backup, tail = log_of(node)[:2], log_of(node)[2:]
    async with terminals.on("A", "b") as node:
        await node.receive(backup)
    async with terminals.on("A", "b") as node:
        await terminals.order(node)
    has_read, may_tell = Event(), Event()

    def slowly(log: ChangeLog) -> Past:
        past = read_past(log)
        has_read.set()
        may_tell.wait(20)
        return past

    monkeypatch.setattr(site_disputes, "read_past", slowly)
    async with terminals.on("A", "b", wait=False) as node:
        await trio.to_thread.run_sync(has_read.wait, 20)
        await node.receive(tail)
        assert kinds(node) == ["equal_numbers"]
        may_tell.set()
        await known(node)
        assert kinds(node) == ["equal_numbers", "lineage_forked"]


async def test_clones_are_one_dispute_that_a_person_closes_for_both(
    terminals: Terminals, tmp_path: Path
) -> None:
    async with terminals.on("A", "a") as node:
        await terminals.order(node)
    copyfile(tmp_path / "a.db", tmp_path / "b.db")
    async with terminals.on("A", "a") as one, terminals.on("A", "b") as other:
        await terminals.order(one)
        await terminals.order(other)
        await exchange(one, other)
        assert kinds(one) == ["equal_numbers", "lineage_forked"]
        assert one.site_disputes() == other.site_disputes()
        assert all(each.is_open for each in one.site_disputes())
        await terminals.settle(one, "lineage_forked", "clone_removed")
        await terminals.settle(other, "equal_numbers", "seen")
        await exchange(one, other)
        assert [each.is_open for each in one.site_disputes()] == [False, False]
        assert one.site_disputes() == other.site_disputes()
    async with terminals.on("A", "a") as one:
        assert [each.is_open for each in one.site_disputes()] == [False, False]


async def test_two_terminals_that_never_wrote_before(terminals: Terminals) -> None:
    """The clone was made before the first sale: both lineages begin with nothing."""
    async with terminals.on("A", "a") as one, terminals.on("A", "b") as other:
        await terminals.order(one)
        await terminals.order(other)
        await exchange(one, other)
        assert kinds(one) == ["equal_numbers", "lineage_forked"]
        assert one.site_disputes() == other.site_disputes()


async def test_two_decisions_are_a_dispute_of_their_own(terminals: Terminals) -> None:
    async with terminals.on("A", "a") as one, terminals.on("A", "b") as other:
        await terminals.order(one)
        await terminals.order(other)
        await exchange(one, other)
        await terminals.settle(one, "lineage_forked", "clone_removed")
        await terminals.settle(other, "lineage_forked", "restored_backup")
        await exchange(one, other)
        assert kinds(one) == ["equal_numbers", "lineage_forked", "two_resolutions"]
        assert of_kind(one, "lineage_forked")[0].is_open
        assert one.site_disputes() == other.site_disputes()
        await terminals.settle(one, "lineage_forked", "clone_removed")
        assert kinds(one) == ["equal_numbers", "lineage_forked"]
        assert not of_kind(one, "lineage_forked")[0].is_open


async def test_tabs_opened_apart_at_one_table(terminals: Terminals) -> None:
    async with terminals.on("A", "a") as one, terminals.on("B", "b") as other:
        table = TableId((await terminals.do(one, AddTable(label="7"))).ids["table"])
        await exchange(one, other)
        await terminals.order(one, table)
        second = await terminals.order(other, table)
        assert (kinds(one), kinds(other)) == ([], [])
        await exchange(one, other)
        third = await terminals.order(one, table)  # its waiter saw both
        await exchange(one, other)
        assert kinds(one) == ["two_tabs_at_once"]
        assert one.site_disputes() == other.site_disputes()
        found = one.site_disputes()
        await terminals.do(one, EditOrder(order=third, fields={"customer": "Ana"}))
        assert one.site_disputes() is found  # so whoever compares sees at once: nothing new
        await terminals.settle(other, "two_tabs_at_once", "both_kept")
        await exchange(one, other)
        assert [each.is_open for each in one.site_disputes()] == [False]
        assert one.site_disputes() == other.site_disputes()
        await terminals.do(one, CancelOrder(order=third))
        assert kinds(one) == ["two_tabs_at_once"]
        await terminals.do(one, CancelOrder(order=second))
        await exchange(one, other)
        assert (one.site_disputes(), other.site_disputes()) == ((), ())


async def test_two_tabs_at_tables_that_one_of_them_saw_joined(terminals: Terminals) -> None:
    async with terminals.on("A", "a") as one, terminals.on("B", "b") as other:
        left, right = [
            TableId((await terminals.do(one, AddTable(label=each))).ids["table"]) for each in "78"
        ]
        await exchange(one, other)
        await terminals.do(one, JoinTables(tables=(left, right)))
        knew = await terminals.order(one, left)
        other_tab = await terminals.order(other, right)
        await exchange(one, other)
        assert [each.kind for each in one.site_disputes()] == ["two_tabs_at_once"]
        assert one.site_disputes() == other.site_disputes()
        late = await terminals.order(one, right)  # it sees both
        await exchange(one, other)
        assert len(one.site_disputes()) == 1
        await terminals.do(one, CancelOrder(order=knew))
        assert one.site_disputes() == ()
        await terminals.do(one, RestoreOrder(order=knew))
        await exchange(one, other)
        assert len(one.site_disputes()) == len(other.site_disputes()) == 1
        assert late != other_tab
    async with terminals.on("A", "a") as one:  # after a start, from what is stored
        await known(one)
        assert [each.kind for each in one.site_disputes()] == ["two_tabs_at_once"]


async def test_a_tab_more_is_compared_only_with_those_its_opener_did_not_see(
    terminals: Terminals, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[set[OrderId]] = []

    def noting(orders: Any, tables: Any) -> Any:
        views = list(orders)
        compared.append({each.order for each in views})
        return two_tabs(views, tables)

    monkeypatch.setattr(shared_places, "two_tabs", noting)
    async with terminals.on("A", "a") as one, terminals.on("B", "b") as other:
        table = TableId((await terminals.do(one, AddTable(label="7"))).ids["table"])
        await exchange(one, other)
        tabs = [await terminals.order(one, table) for _ in range(12)]
        assert compared == []
        apart = await terminals.order(other, table)
        await exchange(one, other)
        assert {frozenset(each) for each in compared} == {frozenset({apart, tab}) for tab in tabs}
        assert len(of_kind(one, "two_tabs_at_once")) == 12
        assert one.site_disputes() == other.site_disputes()
        compared.clear()
        await terminals.do(one, CancelOrder(order=tabs[0]))
        assert compared == [{apart, tabs[0]}]
        assert len(of_kind(one, "two_tabs_at_once")) == 11


async def test_tabs_that_leave_the_table_and_come_back(terminals: Terminals) -> None:
    async with terminals.on("A", "a") as one, terminals.on("B", "b") as other:
        table = TableId((await terminals.do(one, AddTable(label="7"))).ids["table"])
        await exchange(one, other)
        order = await terminals.order(one, table)
        await terminals.order(other, table)
        await exchange(one, other)
        move, move_back = (
            EditOrder(order=order, fields={"table": at}) for at in (None, table.hex())
        )
        close = CloseBill(order=order), ReopenBill(order=order, reason="engano")
        cancel = CancelOrder(order=order), RestoreOrder(order=order)
        for away, back in ((move, move_back), cancel, close):
            if away is close[0]:
                pay = TakePayment(order=order, centavos=1325, method="pix")
                await terminals.do(one, pay)
            assert kinds(one) == ["two_tabs_at_once"]
            await terminals.do(one, away)
            assert kinds(one) == []
            await terminals.do(one, back)
        assert kinds(one) == ["two_tabs_at_once"]


async def test_equal_numbers_that_come_together(terminals: Terminals) -> None:
    """Both above every number known: nothing but the batch itself says that they are equal."""
    async with terminals.on("A", "a") as one, terminals.on("A", "b") as clone:
        for node in (one, clone):
            await terminals.order(node)
        first = [*log_of(one), *log_of(clone)]
        for node in (one, clone):
            await terminals.order(node)
        second = [log_of(one)[-1], log_of(clone)[-1]]
    async with terminals.on("B", "reader") as node:
        await node.receive(first)
        await node.receive(second)
        assert kinds(node) == ["equal_numbers", "equal_numbers", "lineage_forked"]


@pytest.mark.parametrize("day", range(6))  # so that either number is looked at first
async def test_an_order_that_goes_from_one_shared_number_to_another(
    terminals: Terminals, day: int
) -> None:
    """Told first under B-1, then, by an earlier telling of its command, under A-1: both shared."""
    terminals.days = day
    told: dict[str, list[bytes]] = {}
    for letters, disk, name in (
        ("A", "clone of a", ""), ("A", "a", "same"), ("B", "b", "same"), ("B", "clone of b", ""),
    ):  # fmt: skip
        async with terminals.on(letters, disk) as node:
            order = await terminals.order(node, name=name)
            told[disk] = log_of(node)
            if name:
                moving = order
    late = told.pop("a")
    async with terminals.on("C", "reader") as node:
        for part in told.values():
            await node.receive(part)
        (equal,) = of_kind(node, "equal_numbers")
        assert (equal.subject[-4:], node.number_rank(moving)) == (":B-1", 1)
        await node.receive(late)
        (equal,) = of_kind(node, "equal_numbers")
        assert (equal.subject[-4:], node.number_rank(moving)) == (":A-1", 2)


async def test_a_memory_that_runs_twice(terminals: Terminals) -> None:
    """Two processes with one epoch, as after copying a running virtual machine."""
    async with terminals.on("A", "a", "vm") as one, terminals.on("A", "b", "vm") as other:
        await terminals.order(one)
        await terminals.order(other)
        assert one.site_disputes() == ()
        await terminals.order(one)
        await terminals.order(other)
        branch, rival = log_of(one), log_of(other)
        await exchange(one, other)
        forks = of_kind(one, "author_forked")
        assert sorted(each.subject.rpartition(":")[2] for each in forks) == ["1", "2", "3"]
        found = one.site_disputes()
        assert found == other.site_disputes()
    async with terminals.on("B", "b too") as node:
        await node.receive([branch[0], rival[0]])
        await node.receive([*branch[1:], *rival[1:]])  # both branches in one commit
        assert node.site_disputes() == found
    async with terminals.on("B", "c") as node:
        await node.receive(branch)
    async with terminals.on("B", "c") as node:
        for data in rival:
            await node.receive([data])
        assert node.site_disputes() == found


async def test_another_telling_of_an_opening_is_weighed_whenever_it_comes(
    terminals: Terminals,
) -> None:
    """One fact told twice goes by its first telling: here one that is no evidence itself."""
    async with terminals.on("A", "first") as node:
        await terminals.order(node)
        first = log_of(node)
    async with terminals.on("A", "first", opening=b"o" * 16) as node:
        await terminals.order(node)
        told = log_of(node)
    async with terminals.on("A", "second", opening=b"o" * 16) as node:
        await terminals.order(node)
        second = log_of(node)
    arrivals = [(first, second, told), (told, second), (second, first, told)]
    found = set()
    for number, arrival in enumerate(arrivals):
        async with terminals.on("B", f"reader {number}") as node:
            for part in arrival:
                await node.receive(part)
            found.add(node.site_disputes())
    assert len(found) == 1


async def everything(terminals: Terminals) -> list[Change]:
    """A day on which all of it happened, and some of it was settled."""
    nodes: dict[str, Node] = {}
    async with AsyncExitStack() as stack:
        for name, letters, boot in [
            ("a", "A", ""), ("b", "B", ""), ("clone of b", "B", ""), ("vm", "C", "vm"),
            ("vm too", "C", "vm"),
        ]:  # fmt: skip
            node = await stack.enter_async_context(
                terminals.on(letters, name.replace(" ", "_"), boot)
            )
            nodes[name] = node
        table = TableId((await terminals.do(nodes["a"], AddTable(label="7"))).ids["table"])
        backup = log_of(nodes["a"])
        for node in nodes.values():
            await terminals.order(node, table)
        # One command at two terminals: it is A's order, so its number B-2 is the clone's alone.
        for name in ("a", "b"):
            await terminals.order(nodes[name], name="the same command")
        await terminals.order(nodes["clone of b"])
        await exchange(nodes["b"], nodes["clone of b"])
        await terminals.settle(nodes["b"], "lineage_forked", "clone_removed")
        await terminals.settle(nodes["clone of b"], "lineage_forked", "restored_backup")
        await exchange(*nodes.values())
        for each in of_kind(nodes["a"], "two_tabs_at_once")[:2]:
            settle = SettleDispute(
                document=each.document, kind=each.kind, subject=each.subject,
                choice="both_kept", weighs=each.facts,
            )  # fmt: skip
            await terminals.do(nodes["vm"], settle)
        async with terminals.on("A", "a_old") as node:
            await node.receive(backup)
        nodes["backup of a"] = await stack.enter_async_context(terminals.on("A", "a_old"))
        await terminals.order(nodes["backup of a"])
        await exchange(*nodes.values())
        found = nodes["a"].site_disputes()
        assert all(node.site_disputes() == found for node in nodes.values())
        return [decode_change(data) for data in log_of(nodes["a"])]


def batches(changes: Sequence[Change], dice: Random) -> list[list[bytes]]:
    shuffled = [change.data for change in changes]
    dice.shuffle(shuffled)
    found = []
    while shuffled:
        count = dice.randrange(1, 9)
        found.append(shuffled[:count])
        shuffled = shuffled[count:]
    return found


def orders_of(changes: Sequence[Change]) -> list[OrderId]:
    documents = {document for change in changes for document in change.documents}
    hexes = [each.partition(":")[2] for each in documents if each.startswith("order:")]
    return [OrderId(bytes.fromhex(each)) for each in hexes]  # type: ignore[arg-type]


async def test_every_order_of_arrival_gives_the_same(
    terminals: Terminals, opened: Callable[..., Any]
) -> None:
    changes = await everything(terminals)
    results, ranks = set(), set()
    for seed in range(12):
        dice = Random(seed)
        arriving = batches(changes, dice)
        restart = dice.randrange(len(arriving))
        for part in (arriving[:restart], arriving[restart:]):
            async with terminals.on("D", f"disk_{seed}") as node:
                # What waits for its opening waits in memory: after a restart it is sent again.
                for batch in [*arriving[:restart], *part]:
                    await node.receive(batch)
                counted = tuple(node.number_rank(order) for order in sorted(orders_of(changes)))
                final = node.site_disputes(), counted
        results.add(final[0])
        ranks.add(final[1])
        async with terminals.on("D", f"disk_{seed}") as node:
            results.add(node.site_disputes())
    assert len(results) == len(ranks) == 1
    (found,) = results
    assert {each.kind for each in found} == {
        "author_forked", "equal_numbers", "lineage_forked", "two_resolutions", "two_tabs_at_once",
    }  # fmt: skip
    equal = sorted(each.subject for each in found if each.kind == "equal_numbers")
    assert equal == [f"{START_MS // DAY_MS}:{number}" for number in ("A-1", "B-1", "C-1")]
    assert sum(not each.is_open for each in found if each.kind == "two_tabs_at_once") == 2
    assert max(max(each) for each in ranks) == 2


class CountingLog:
    """The log, and how often it was asked."""

    def __init__(self, log: Any) -> None:
        self._log = log
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        self.asked += 1
        return getattr(self._log, name)


async def test_an_ordinary_commit_asks_nothing_of_the_disk(terminals: Terminals) -> None:
    async with terminals.on("A", "a") as node, terminals.on("B", "b") as other:
        first = await terminals.order(node)
        await terminals.order(other)
        await exchange(node, other)
        log = CountingLog(node.log)
        node._site_disputes._log = log  # type: ignore[assignment]  # stands in for one
        await terminals.order(node)
        await terminals.do(node, AddLines(order=first, lines=(PIZZA,)))
        await terminals.order(other)
        await node.receive(log_of(other)[-1:])
        assert log.asked == 0
        before = node.site_disputes()
        await terminals.do(node, CancelOrder(order=first))
        assert node.site_disputes() is before
