"""Disputes about comanda cards, at real nodes: over commits, carried changes and new starts."""

from typing import Any

import pytest

from crdt_models.documents.orders.commands import CancelOrder, EditOrder, OpenOrder
from crdt_models.documents.tables.card_commands import (
    BlockCard,
    CodeCard,
    RegisterCards,
    ReplaceCard,
    UnblockCard,
)
from crdt_models.ids import OrderId
from peer.node.node import Node
from tests.peer.conftest import Shop
from tests.peer.node.terminals import Terminals, exchange
from tests.peer.node.test_site_disputes import kinds


@pytest.fixture
def terminals(shop: Shop, opened: Any, running: Any) -> Terminals:
    return Terminals(shop, opened, running)


async def opened_on(terminals: Terminals, node: Node, card: str) -> OrderId:
    outcome = await terminals.do(node, OpenOrder(service_type="comanda", tab=card))
    return OrderId(outcome.ids["order"])


async def test_two_on_a_card_until_one_is_elsewhere_and_after_a_new_start(
    terminals: Terminals,
) -> None:
    async with terminals.on("A", "a") as one, terminals.on("B", "b") as other:
        await terminals.do(one, RegisterCards(first=1, last=9))
        await exchange(one, other)
        mine = await opened_on(terminals, one, "7")
        await opened_on(terminals, one, "7")
        assert one.site_disputes() == ()
        await opened_on(terminals, other, "07")
        await exchange(one, other)
        assert kinds(one) == ["two_orders_on_a_card"] * 2
        assert one.site_disputes() == other.site_disputes()
        found = one.site_disputes()
    async with terminals.on("A", "a") as one, terminals.on("B", "b") as other:
        assert one.site_disputes() == other.site_disputes() == found
        await terminals.do(other, CancelOrder(order=mine))
        assert kinds(other) == ["two_orders_on_a_card"]
        await exchange(one, other)
        assert one.site_disputes() == other.site_disputes()


async def test_a_blocked_card_until_it_is_found_replaced_or_decided(
    terminals: Terminals,
) -> None:
    async with terminals.on("A", "a") as one, terminals.on("B", "b") as other:
        await terminals.do(one, RegisterCards(first=1, last=9))
        await exchange(one, other)
        order = await opened_on(terminals, one, "7")
        await terminals.do(other, BlockCard(card=7, reason="lost"))
        assert other.site_disputes() == ()
        await exchange(one, other)
        assert kinds(one) == kinds(other) == ["order_on_blocked_card"]
        await terminals.do(one, UnblockCard(card=7))
        assert one.site_disputes() == ()
        await terminals.do(one, BlockCard(card=7, reason="lost"))
        assert one.site_disputes() == ()  # who blocked it now knew
        await exchange(one, other)
        assert other.site_disputes() == ()
        await terminals.do(other, BlockCard(card=8, reason="stolen"))
        await terminals.do(one, EditOrder(order=order, fields={"tab": "8"}))
        await exchange(one, other)
        assert kinds(other) == ["order_on_blocked_card"]
        await terminals.settle(one, "order_on_blocked_card", "kept")
        assert [each.is_open for each in one.site_disputes()] == [False]
        await terminals.do(other, ReplaceCard(card=8, to=9, reason="stolen"))
        await exchange(one, other)
        assert one.site_disputes() == other.site_disputes() == ()


async def test_what_names_a_card_changes_what_is_on_it(terminals: Terminals) -> None:
    """An order opened where nobody had heard of the cards is on its card once somebody has."""
    async with terminals.on("A", "a") as one, terminals.on("B", "b") as other:
        await opened_on(terminals, other, "7")
        await opened_on(terminals, other, "chip")
        await terminals.do(one, RegisterCards(first=1, last=9))
        await opened_on(terminals, one, "7")
        await opened_on(terminals, one, "8")
        await exchange(one, other)
        assert kinds(one) == kinds(other) == ["two_orders_on_a_card"]
        await terminals.do(other, CodeCard(card=8, code="chip"))
        await exchange(one, other)
        assert kinds(one) == kinds(other) == ["two_orders_on_a_card"] * 2
