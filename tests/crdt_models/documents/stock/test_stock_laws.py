"""The laws that stock keeps whatever was written, by whom, in whichever order it arrives."""

from collections.abc import Iterable
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.change import Change
from crdt_models.disputes import disputes_of
from crdt_models.documents.orders.commands import (
    CancelLines,
    CancelOrder,
    LineCancellation,
    LineMove,
    MoveLines,
    SendLines,
)
from crdt_models.documents.stock.commands import LoseStock, TransferStock
from crdt_models.documents.stock.facts import (
    Counted,
    Item,
    StockCounted,
    StockLost,
    StockReceived,
    StockTransferred,
)
from crdt_models.documents.stock.ledger import Key, Ledger
from crdt_models.documents.stock.sales import movements_in
from crdt_models.documents.stock.view import StockView
from crdt_models.documents.view import View
from crdt_models.errors import DomainError
from crdt_models.fact import Fact
from crdt_models.ids import CreatedId, LineId, OrderId, ProductId, stock_document
from crdt_models.read_models import rows_of
from crdt_models.read_models.stock import STOCK_COUNTED, STOCK_MOVED, count_of, movement_of
from tests.crdt_models.documents.histories import changes
from tests.crdt_models.documents.laws import applied, check_commutes, entries_of
from tests.crdt_models.documents.shop import Till
from tests.crdt_models.documents.stock.stockroom import (
    Stored,
    count,
    disputes,
    figure,
    keep,
    receive,
    sell_line,
)

DOCUMENT = stock_document(0)
FEW = settings(max_examples=100, deadline=None)

products = st.sampled_from([ProductId(CreatedId(bytes([i]) * 16)) for i in range(2)])
places = st.sampled_from(["", "Bar"])
items = st.lists(st.builds(Item, products, st.integers(1, 9)), min_size=1, max_size=3).map(tuple)
counted = st.lists(st.builds(Counted, products, st.integers(0, 9)), min_size=1, max_size=3)
some = st.lists(st.integers(0, 15).map(lambda n: f"ref:{n}"), max_size=3).map(tuple)
cuts = st.lists(st.binary(min_size=14, max_size=14), max_size=2).map(tuple)
facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(StockReceived, items=items, place=places),
    st.builds(StockLost, items=items, reason=st.just("x"), place=places),
    st.builds(StockTransferred, items=items, origin=st.just(""), target=st.just("Bar")),
    st.builds(StockCounted, items=counted.map(tuple), place=places, replaces=some, seen=cuts),
)


def seen(view: StockView) -> Any:
    return view.movements, view.counts, disputes_of(view), rows_of(DOCUMENT, view)


@FEW
@given(changes(of=facts), st.randoms(use_true_random=False))
def test_apply_commutes_and_tolerates_repetition(written: list[Change], dice: Any) -> None:
    check_commutes(written, dice, lambda: StockView(DOCUMENT), seen)


@FEW
@given(changes(of=facts))
def test_rows_tell_all_that_the_view_does(written: list[Change]) -> None:
    view = applied(StockView(DOCUMENT), entries_of(written))
    rows = rows_of(DOCUMENT, view)
    for table, read, told in (
        (STOCK_MOVED, movement_of, view.movements),
        (STOCK_COUNTED, count_of, view.counts),
    ):
        names = [name for name, _ in table.columns]
        found = [read(dict(zip(names, row, strict=True))) for row in rows.get(table.name, [])]
        assert [each._replace(stamp=each.stamp._replace(hlc=each.clock)) for each in found] == [
            each._replace(stamp=each.stamp._replace(hlc=each.clock)) for each in told
        ]


class Chance:
    """Two terminals of a shop do whatever comes to mind, and hear of each other now and then."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.tills = [Till("A"), Till("B")]
        self.product = keep(self.tills[0])
        self.tills[1].clock_ms += dice.choice([0, 0, -3_600_000, 3_600_000, 86_400_000])
        self.tills[0].sync(self.tills[1])
        self.lines: list[tuple[OrderId, LineId]] = []

    def act(self) -> tuple[Till, bool]:
        """One of them does something. Returns who, and whether they heard of each other."""
        dice, till = self.dice, self.dice.choice(self.tills)
        if dice.random() < 0.2:
            self.tills[0].sync(self.tills[1])
            return till, True
        till.day += dice.random() < 0.05
        units, items = dice.randrange(1, 5), (Item(self.product, dice.randrange(1, 5_000)),)
        key = dice.choice(["", "", f"tap{dice.randrange(30)}"])
        try:
            match dice.randrange(9):
                case 0:
                    receive(till, self.product, units, key)
                case 1:
                    till.give(LoseStock(items=items, reason="x"), key)
                case 2:
                    till.give(TransferStock(items=items, origin="", target="Bar"), key)
                case 3:
                    count(till, self.product, units * 3, key, dice.choice(["", "", "Bar"]))
                case 4 | 5:
                    self.lines.append(sell_line(till, self.product, units, key))
                case _ if self.lines:
                    self._about(till, *dice.choice(self.lines))
        except DomainError:
            pass
        return till, False

    def _about(self, till: Till, order: OrderId, line: LineId) -> None:
        match self.dice.randrange(4):
            case 0:
                till.give(SendLines(order=order, lines=(line,)))
            case 1:
                cancelled = LineCancellation(line, self.dice.choice([None, 500, 1_000]))
                till.give(CancelLines(order=order, cancel=(cancelled,)))
            case 2:
                till.give(CancelOrder(order=order))
            case _:
                target = self.dice.choice(self.lines)[0]
                moves = (LineMove(line, self.dice.choice([None, 500])),)
                till.give(MoveLines(order=order, to=target, moves=moves))


def views_of(till: Till) -> dict[str, View]:
    return {name: till.read(name).copy() for name in till.views}


def taken(ledger: Ledger, before: dict[str, View], after: dict[str, View]) -> None:
    """What a node tells the ledger after a commit."""
    told = {
        Key(each.product, each.place)
        for view in after.values()
        if isinstance(view, StockView) and view.entries != _entries(before.get(view.document))
        for each in (*view.movements, *view.counts)
    }
    ledger.take(_sales(before.values()), _sales(after.values()), told)


def _entries(view: View | None) -> Any:
    return () if view is None else view.entries


def _sales(views: Iterable[View]) -> list[Any]:
    return [e for view in views if not isinstance(view, StockView) for e in movements_in(view)]


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_the_ledger_kept_is_what_everything_adds_up_to(dice: Random) -> None:
    """Incremental = rebuilt, after every step, at a terminal that sells and one that hears."""
    chance = Chance(dice)
    watched = chance.tills[0]
    ledger = Ledger(Stored(watched))
    keys = [Key(chance.product.hex(), place) for place in ("", "Bar")]
    before = views_of(watched)
    for _ in range(40):
        chance.act()
        after = views_of(watched)
        taken(ledger, before, after)
        before = after
        for key in keys:
            if dice.random() < 0.7:  # some are asked for late
                assert ledger.figure(key) == figure(watched, chance.product, key.place)


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_who_knows_the_same_has_the_same_on_hand(dice: Random) -> None:
    chance = Chance(dice)
    for _ in range(40):
        chance.act()
    one, other = chance.tills
    one.sync(other)
    for place in ("", "Bar"):
        assert figure(one, chance.product, place) == figure(other, chance.product, place)
    assert disputes(one, chance.product) == disputes(other, chance.product)


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_nothing_appears_and_nothing_vanishes(dice: Random) -> None:
    """What leaves a place comes to the other, and the lines of an order take between nothing and
    all that was ordered, wherever they went and whatever was cancelled."""
    chance = Chance(dice)
    for _ in range(40):
        chance.act()
    till = chance.tills[0]
    till.sync(chance.tills[1])
    stored = Stored(till)
    keys = [Key(chance.product.hex(), place) for place in ("", "Bar")]
    transferred = [m for key in keys for m in stored.moved(key) if m.kind == "transfer"]
    assert sum(each.thousandths for each in transferred) == 0
    for order in till.orders:
        joined = till.order(order.order)
        ordered = sum(line.quantity for line in joined.own_lines if line.parent is None)
        out = sum(each.sold + each.lost for each in joined.supplies)
        left = sum(line.left for line in joined.own_lines)
        assert 0 <= out <= ordered
        assert out >= left or joined.is_cancelled or joined.is_shared
