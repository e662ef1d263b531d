"""The laws of moving lines, whatever four cut-off terminals do, and whatever a member may sign."""

import random
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from typing import Any, Protocol

from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.change import Change
from crdt_models.disputes import disputes_of
from crdt_models.documents.command import Command
from crdt_models.documents.orders.bill_commands import CloseBill, ReopenBill, TakePayment
from crdt_models.documents.orders.commands import (
    AddLines,
    CancelLines,
    CancelOrder,
    LineCancellation,
    LineMove,
    MergeOrders,
    MoveLines,
    NewLine,
    OpenOrder,
    RestoreOrder,
    SendLines,
)
from crdt_models.documents.orders.view import OrderView
from crdt_models.errors import DomainError
from crdt_models.ids import OrderId, order_document
from crdt_models.read_models import Row, rows_of
from tests.crdt_models.documents.histories import ORDERS, changes
from tests.crdt_models.documents.shop import Till

FEW = settings(max_examples=60, deadline=None)


class Sees(Protocol):
    """Who asks: a terminal of any kind."""

    def order(self, order: OrderId) -> OrderView: ...


def command_of(till: Sees, known: list[OrderId], dice: random.Random) -> Command:
    """Something that a waiter may ask for, sensible more often than not."""
    order, other = dice.choice(known), dice.choice(known)
    view = till.order(order)
    lines = [line for line in view.lines if line.left] or list(view.lines)
    if not lines:
        return AddLines(order=order, lines=(_item(dice),))
    line = dice.choice(lines)
    part = dice.choice([None, None, dice.randint(1, 2_000)])
    return dice.choice([
        AddLines(order=order, lines=(_item(dice),)),
        *[MoveLines(order=order, to=other, moves=(LineMove(line.id, part),))] * 6,
        *[MergeOrders(order=order, to=other)] * 3,
        CancelLines(order=order, cancel=(LineCancellation(line.id, part),)),
        SendLines(order=order),
        CancelOrder(order=order),
        RestoreOrder(order=order),
        *[_towards_closing(view)] * 3,
        ReopenBill(order=order),
    ])  # fmt: skip


def _towards_closing(view: OrderView) -> Command:
    if view.balance > 0:
        return TakePayment(order=view.order, centavos=view.balance, method="pix")
    return CloseBill(order=view.order)


def _item(dice: random.Random) -> NewLine:
    quantity = dice.choice([1_000, 2_000, 3_000])
    return NewLine(
        product="p", name="n", unit_centavos=dice.choice([0, 700, 999]), thousandths=quantity
    )


def all_orders(till: Till) -> list[OrderView]:
    return [till.order(view.order) for view in till.views.values() if isinstance(view, OrderView)]


def check_places(seen: Iterable[OrderView]) -> None:
    """Each line is on exactly one order, or on the closed bills that a dispute names; and what was
    added is somewhere, once."""
    views = {view.order: view for view in seen}
    homes = {(home.order, line.id): line for home in views.values() for line in home.own_lines}
    at = Counter((line.home, line.id) for view in views.values() for line in view.lines)
    assert at.keys() == homes.keys()
    for (home, line), times in at.items():
        if times > 1:
            kinds = {each.kind for each in disputes_of(views[home]) if each.subject == line.hex()}
            assert "line_billed_twice" in kinds
    for (home, _), line in homes.items():
        parts = [each for each in views[home].own_lines if each.parent == line.id]
        assert line.left + line.cancelled + sum(each.quantity for each in parts) == line.quantity
        assert min(line.left, line.cancelled, line.excess, line.short) >= 0


def check_money(seen: Iterable[OrderView]) -> None:
    """What is open is what is left; what is closed is what was closed; a line that is late is
    shown."""
    for view in seen:
        shown = {line.id for line in view.shown_lines}
        if view.closed is None:
            assert view.total == sum(line.amount for line in view.lines)
            assert shown == {line.id for line in view.lines}
        else:
            assert view.total == view.closed.fact.total
            seen_in_whole = {line.id for line in view.lines if line.parent is not None}
            assert {line.id for line in view.lines if line.left} - seen_in_whole <= shown


def rows(till: Till) -> dict[str, dict[str, list[Row]]]:
    return {view.document: rows_of(view.document, view) for view in all_orders(till)}


@FEW
@given(st.integers(0, 2**32), st.integers(5, 60))
def test_each_line_is_on_one_order_whatever_four_terminals_do(seed: int, steps: int) -> None:
    dice = random.Random(seed)
    tills = [Till(letters, clock_ms=Till().clock_ms + dice.choice([0, 0, -90_000, 90_000]))
             for letters in "ABCD"]  # fmt: skip
    known = [
        OrderId(tills[0].give(OpenOrder(service_type="mesa", lines=(_item(dice),) * n))["order"])
        for n in (3, 2, 1, 0)
    ]
    for till in tills[1:]:
        till.sync(tills[0])
    for _ in range(steps):
        till = dice.choice(tills)
        try:
            till.give(command_of(till, known, dice))
        except DomainError:
            till.sync(dice.choice(tills))
        check_places(all_orders(till))
        check_money(all_orders(till))
    for till in tills:
        tills[0].sync(till)
    for till in tills:
        till.sync(tills[0])
    expected = rows(tills[0])
    assert all(rows(till) == expected for till in tills[1:])
    built = Till("E")
    everything = list(tills[0].changes.values())
    dice.shuffle(everything)
    for change in everything:
        built.receive([change])
        view = dice.choice(all_orders(built))  # a view that was read must not remember
        assert view.document in rows(built)
    assert rows(built) == expected
    check_places(all_orders(built))


spread = st.tuples(*(changes(max_size=6, document=order_document(it)) for it in ORDERS)).map(
    lambda written: list(chain(*written))
)
"""Any facts, in the documents of several orders."""


@settings(FEW, max_examples=150)
@given(spread, st.randoms(use_true_random=False))
def test_whatever_is_signed_every_line_is_on_an_order(written: list[Change], dice: Any) -> None:
    one, other = Till("A"), Till("B")
    one.receive(written)
    shuffled = [*written, *dice.sample(written, dice.randrange(len(written) + 1))]
    dice.shuffle(shuffled)
    for change in shuffled:
        other.receive([change])
        if dice.random() < 0.3:
            rows(other)
    assert rows(one) == rows(other)
    check_places(all_orders(one))
