"""Nodes on disks hear of the two branches of a cloned terminal, in every order there is, in one
boot and in two.

`test_site_disputes.py` has longer histories in some orders and with restarts in between;
`tests/crdt_models/replication/test_every_interleaving.py` has four peers that hear of one another.
"""

from itertools import permutations
from typing import Any

import pytest

from peer.node.node import Node
from tests.peer.conftest import Shop
from tests.peer.node.terminals import Terminals, exchange, log_of
from tests.peer.node.test_site_disputes import kinds


def told_by(node: Node) -> tuple[Any, ...]:
    """Everything that must be alike at all who hold the same."""
    tips = sorted((tip.sequence, tip.id) for tip in node.log.tips())
    documents = sorted(state.id for state in node.log.documents())
    versions = tuple((document, node.version(document)) for document in documents)
    return node.content_digest(), tuple(tips), versions, node.site_disputes()


@pytest.mark.timeout(600)
async def test_two_branches_in_every_order_of_arrival(
    shop: Shop, opened: Any, running: Any
) -> None:
    terminals = Terminals(shop, opened, running)
    async with terminals.on("A", "original") as node:
        await terminals.order(node)
        past = log_of(node)
    async with terminals.on("A", "clone") as node:
        await node.receive(past)
    async with terminals.on("A", "original") as one, terminals.on("A", "clone") as other:
        await terminals.order(one)
        await terminals.order(other)
        branches = [*log_of(one)[2:], *log_of(other)[2:]]
        await exchange(one, other)
        expected = told_by(one)
        assert told_by(other) == expected
        assert kinds(one) == ["equal_numbers", "lineage_forked"]
    orders = list(permutations(branches))
    assert len(orders) == 24
    for number, order in enumerate(orders):
        async with terminals.on("B", f"reader_{number}") as node:
            await node.receive(past)
            for change in order:
                await node.receive([change])
            assert told_by(node) == expected
            assert node.status().waiting == 0
        async with terminals.on("B", f"restarted_{number}") as node:
            for change in (*past, *order[:2]):
                await node.receive([change])
        async with terminals.on("B", f"restarted_{number}") as node:
            for change in (*order[2:], *order[:2]):  # what waited for its opening is forgotten
                await node.receive([change])
            assert told_by(node) == expected
    print(f"\n{len(orders)} orders of arrival at nodes")  # noqa: T201 - what was tried
