"""What is on hand at a real node: kept by what each commit adds, and the same after a restart."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from crdt_models.documents.catalog.commands import AddProduct, ChangeProduct
from crdt_models.documents.catalog.facts import Ingredient, ProductValues
from crdt_models.documents.orders.commands import (
    AddLines,
    CancelLines,
    CancelOrder,
    CatalogLine,
    LineCancellation,
    LineMove,
    MoveLines,
    Named,
    OpenOrder,
    SendLines,
)
from crdt_models.documents.stock.commands import CountStock, LoseStock, ReceiveStock, TransferStock
from crdt_models.documents.stock.facts import Counted, Item
from crdt_models.documents.stock.ledger import Figure
from crdt_models.errors import DomainError
from crdt_models.ids import LineId, OrderId, ProductId
from peer.node.node import Node
from peer.node.requests import CommandReused
from tests.peer.conftest import Shop
from tests.peer.node.terminals import Terminals, exchange, known, of_kind


@pytest.fixture
def terminals(shop: Shop, opened: Any, running: Any) -> Terminals:
    return Terminals(shop, opened, running)


async def keep(terminals: Terminals, node: Node, **values: object) -> ProductId:
    given = {"name": "Refri", "unit_centavos": 700, "stocked": True, **values}
    added = AddProduct(values=ProductValues(**given))  # type: ignore[arg-type]  # any fields
    return ProductId((await terminals.do(node, added)).ids["product.0"])


def line(product: ProductId, units: int) -> CatalogLine:
    return CatalogLine(products=(Named("id", product.hex()),), thousandths=units * 1000)


async def sell(
    terminals: Terminals, node: Node, product: ProductId, units: int = 1, name: str = ""
) -> OrderId:
    command = OpenOrder(service_type="mesa", lines=(line(product, units),))
    return OrderId((await terminals.do(node, command, name)).ids["order"])


def on_hand(node: Node, product: ProductId, place: str = "") -> float:
    figures = node.stock.figures(product.hex())
    return figures.get(place, Figure()).on_hand / 1000


def all_figures(node: Node) -> dict[str, dict[str, Figure]]:
    return {each: node.stock.figures(each) for each in node.stock.products()}


async def test_a_sale_and_its_stock_are_one_change_and_survive_a_restart(
    terminals: Terminals,
) -> None:
    async with terminals.on("A", "a") as node:
        soda = await keep(terminals, node)
        await terminals.do(node, CountStock(items=(Counted(soda, 9_000),), is_opening=True))
        position = node.position
        order = await sell(terminals, node, soda, 2)
        assert node.position == position + 1
        assert on_hand(node, soda) == 7
        (sent,) = node.view(node.since(position, 1)[0][1].documents[0]).lines  # type: ignore[attr-defined]
        await terminals.do(node, SendLines(order=order, lines=(sent.id,)))
        await terminals.do(node, CancelOrder(order=order))
        assert on_hand(node, soda) == 7
        before = all_figures(node)
    async with terminals.on("A", "a") as node:
        assert all_figures(node) == before


async def test_a_retry_at_a_terminal_with_another_recipe_is_no_misuse_of_the_key(
    terminals: Terminals,
) -> None:
    async with terminals.on("A", "a") as a, terminals.on("B", "b") as b:
        soda = await keep(terminals, a)
        await exchange(a, b)
        await terminals.do(b, ChangeProduct(product=soda, values=ProductValues(stocked=False)))
        order = await sell(terminals, b, soda, name="tap")
        await exchange(b, a)
        await terminals.do(a, ChangeProduct(product=soda, values=ProductValues(stocked=True)))
        assert await sell(terminals, a, soda, name="tap") == order
        assert on_hand(a, soda) == 0


async def test_the_last_ones_sold_apart_are_a_dispute_at_both_and_after_a_restart(
    terminals: Terminals,
) -> None:
    async with terminals.on("A", "a") as a:
        async with terminals.on("B", "b") as b:
            soda = await keep(terminals, a)
            await terminals.do(a, ReceiveStock(items=(Item(soda, 3_000),)))
            await exchange(a, b)
            for node in (a, b):
                await sell(terminals, node, soda, 2)
            assert of_kind(a, "oversold") == of_kind(b, "oversold") == []
            await exchange(a, b)
            assert on_hand(a, soda) == on_hand(b, soda) == -1
            (told,) = of_kind(a, "oversold")
            assert (told,) == tuple(of_kind(b, "oversold"))
        async with terminals.on("B", "b") as b:
            assert of_kind(b, "oversold") == [told]
        await terminals.settle(a, "oversold", "kept")
        assert [each.is_open for each in of_kind(a, "oversold")] == [False]
        seen = a.site_disputes()
        await sell(terminals, a, soda)
        assert a.site_disputes() is seen, "nothing that is told has changed"


async def test_a_count_that_did_not_see_a_sale_is_to_be_confirmed(terminals: Terminals) -> None:
    async with terminals.on("A", "a") as a, terminals.on("B", "b") as b:
        soda = await keep(terminals, a)
        await exchange(a, b)
        await sell(terminals, a, soda)
        await terminals.do(b, CountStock(items=(Counted(soda, 5_000),)))  # its clock is later
        assert of_kind(b, "count_to_confirm") == []
        await exchange(a, b)
        assert [*of_kind(a, "count_to_confirm")] == of_kind(b, "count_to_confirm") != []
        assert on_hand(a, soda) == on_hand(b, soda) == 5
        await terminals.do(a, CountStock(items=(Counted(soda, 4_000),)))
        await exchange(a, b)
        assert of_kind(b, "count_to_confirm") == []
        assert on_hand(b, soda) == 4


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_kept_is_what_the_log_says(terminals: Terminals, seed: int) -> None:
    """Incremental = rebuilt from rows, whatever happened at two terminals."""
    dice = Random(seed)
    lines: list[tuple[OrderId, LineId]] = []
    async with terminals.on("A", "a") as a, terminals.on("B", "b") as b:
        soda = await keep(terminals, a)
        toast = await keep(terminals, a, stocked=False, recipe=(Ingredient(soda, 330),))
        await exchange(a, b)
        acts = _acts(dice, soda, lines)
        for _ in range(60):
            node = dice.choice((a, b))
            if dice.random() < 0.15:
                await exchange(a, b)
                continue
            if not lines or dice.random() < 0.4:
                command = OpenOrder(
                    service_type="mesa", lines=(line(dice.choice((soda, toast)), 2),)
                )
                ids = (await terminals.do(node, command)).ids
                lines.append((OrderId(ids["order"]), LineId(ids["line.0"])))
                continue
            try:
                await terminals.do(node, dice.choice(acts)())
            except (DomainError, CommandReused):
                continue
        await exchange(a, b)
        kept, told = all_figures(a), a.site_disputes()
        assert all_figures(b) == kept
    async with terminals.on("B", "b") as b:
        await known(b)
        assert all_figures(b) == kept
        assert b.site_disputes() == told


def _acts(
    dice: Random, soda: ProductId, lines: list[tuple[OrderId, LineId]]
) -> list[Callable[[], Any]]:
    def items() -> tuple[Item, ...]:
        return (Item(soda, dice.randrange(1, 4_000)),)

    def cancel() -> CancelLines:
        order, name = dice.choice(lines)
        return CancelLines(order=order, cancel=(LineCancellation(name, 1_000),))

    def move() -> MoveLines:
        order, name = dice.choice(lines)
        return MoveLines(order=order, to=dice.choice(lines)[0], moves=(LineMove(name),))

    return [
        lambda: ReceiveStock(items=items()),
        lambda: LoseStock(items=items(), reason="x"),
        lambda: TransferStock(items=items(), origin="", target="Bar"),
        lambda: CountStock(items=(Counted(soda, dice.randrange(9_000)),)),
        lambda: AddLines(order=dice.choice(lines)[0], lines=(line(soda, 1),)),
        lambda: SendLines(order=dice.choice(lines)[0]),
        lambda: CancelOrder(order=dice.choice(lines)[0]),
        cancel,
        move,
    ]
