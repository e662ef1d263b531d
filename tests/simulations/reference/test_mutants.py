"""Each rule of the reference sees: the product with the rule broken is told apart from it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
import pytest

from crdt_models.dining_room import DiningRoom
from crdt_models.disputes import of_documents, of_places, of_the_site
from crdt_models.documents import register, view
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.cash import view as cash_view
from crdt_models.documents.cash.facts import ShiftOpened
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.catalog import left
from crdt_models.documents.catalog.view import Product
from crdt_models.documents.floor import reservations
from crdt_models.documents.floor import view as floor_view
from crdt_models.documents.floor.facts import TablesJoined
from crdt_models.documents.floor.reservations import Reservation
from crdt_models.documents.floor.view import FloorView
from crdt_models.documents.orders import (
    bill,
    charges,
    findings,
    kitchen,
    lines,
    parts,
    payments,
    split,
    whereabouts,
)
from crdt_models.documents.orders import view as order_view
from crdt_models.documents.orders.facts import (
    DiscountWithdrawn,
    LineAdded,
    OrderCancelled,
    TipReturned,
)
from crdt_models.documents.orders.payments import Payment
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.register import Register
from crdt_models.documents.staff import judging
from crdt_models.documents.staff.view import StaffView
from crdt_models.documents.stock import situations
from crdt_models.documents.stock.movements import Count
from crdt_models.documents.tables import cards
from crdt_models.documents.tables.cards import NEVER_BLOCKED, Cards
from crdt_models.documents.tables.view import DiningTable
from crdt_models.documents.view import View
from crdt_models.fact import Fact
from tests.simulations.reference import judged
from tests.simulations.reference.histories import history

HISTORIES = 1000  # a mutant that none of so many shows is not seen


@dataclass(frozen=True)
class Mutant:
    """A wrong product. where: what is replaced, with the name of the attribute."""

    name: str
    where: Any
    attribute: str
    wrong: Any


def _replaced(function: Callable[..., Any], **wrong: Callable[[Any], Any]) -> Callable[..., Any]:
    """A function whose result has other values in some of its fields."""

    def mutant(*given: Any, **named: Any) -> Any:
        result = function(*given, **named)
        return msgspec.structs.replace(
            result, **{field: change(result) for field, change in wrong.items()}
        )

    return mutant


def _unseeing(order: OrderView) -> OrderView:
    """An order whose opening saw no tabs."""
    other = order.copy()
    opening = order.opening
    if opening is not None:
        fact = msgspec.structs.replace(opening.fact, tabs_seen=())
        other.__dict__["opening"] = opening._replace(fact=fact)
    return other


def _without(view: Any, kind: type[Fact]) -> Any:
    """The same order when nobody had told facts of this kind."""
    other = view.copy()
    other._slots.pop(kind, None)
    other._forget()
    return other


def _unrefunded(payment: Payment) -> Payment:
    return msgspec.structs.replace(payment, refunded=0)


class _Forgetful:
    """A view by which nobody ever knew of anything."""

    def __init__(self, view: View) -> None:
        self.view = view

    def same_all(self, _: Any) -> frozenset[str]:
        return frozenset()


# As the product has them, whatever stands in their places later.
_united, _dispute = view._united, of_documents.dispute_of
_terms_of, _charges, _tips_of, _paid, _closed_figures = (
    charges.terms_of,
    charges._charges,
    charges.tips_of,
    split._paid,
    charges.closed_figures,
)
_taken_of = left.taken_of
_paid_twice = split.paid_twice
_card_disputes, _put = of_places.card_disputes, cards._put
_two_tabs, _equal_numbers = of_places.two_tabs, of_the_site.equal_numbers

MUTANTS = [
    Mutant("a count forgets no sale", Count, "is_after", lambda self, author, hlc: True),
    Mutant("clocks alone say what a counter saw", Count, "has_seen", lambda *_: False),
    Mutant("nobody asks who counted unseeing", Count, "is_doubtful", lambda *_: False),
    Mutant("what was oversold is kept quiet", situations, "_oversold", lambda *_: iter(())),
    Mutant("last write by clock only", register, "_unreplaced", set),
    Mutant("the first write stays", Register, "value", lambda self, default: (
        self.writes[0].value if self.writes else default
    )),
    Mutant("quantity may go negative", lines, "_line", _replaced(
        lines._line, left=lambda line: line.fact.thousandths - line.cancelled - line.excess
    )),
    Mutant("an amount is rounded down", lines, "line_amount", lambda much, unit: (
        much * unit // 1000
    )),
    Mutant("modifiers cost nothing", lines, "unit_price", lambda unit, _: unit),
    Mutant("the kitchen goes back to the start", lines, "_line", _replaced(
        lines._line, stage=lambda line: "new" if line.stage == "delivered" else line.stage
    )),
    Mutant("a closed bill is folded anew", OrderView, "total", property(
        lambda self: sum(line.amount for line in self.lines)
    )),
    Mutant("a reopening is ignored", bill.Closings, "standing", property(
        lambda self: tuple(sorted([*self[0], *self[1]], key=lambda each: each.stamp))
    )),
    Mutant("the first closing answers", OrderView, "closed", property(
        lambda self: next(iter(self.closings.standing), None)
    )),
    Mutant("late lines are nobody's", OrderView, "late", property(lambda self: bill.Late((), ()))),
    Mutant("a discount of the order is not shared out", charges, "_off_order", lambda amounts, _: (
        [0] * len(amounts)
    )),
    Mutant("a withdrawn discount stands", order_view, "terms_of", lambda view: (
        _terms_of(_without(view, DiscountWithdrawn))
    )),
    Mutant("service is asked on what discounts took off", charges, "_charges", lambda *given: (
        _charges(*given[:-1], given[-2])
    )),
    Mutant("a discount is taken back by the minimum", charges, "_charges", lambda *given: (
        _charges(*given[:-2], given[-1], given[-1])
    )),
    Mutant("couvert is for one", charges, "_charges", lambda document, terms, people, *sums: (
        _charges(document, terms, 1, *sums)
    )),
    Mutant("percentages are rounded down", charges, "percentage", lambda centavos, rate: (
        centavos * rate // 10_000
    )),
    Mutant("charges of a closing are lines", order_view, "closed_figures", lambda closing: (
        _closed_figures(msgspec.structs.replace(closing, charges=()))
    )),
    Mutant("service is revenue", OrderView, "revenue", property(lambda self: self.owed)),
    Mutant("a closed bill is never late of a discount", bill, "discounts_about", (
        lambda _: []
    )),
    Mutant("discounts stay behind", OrderView, "has_line_discounts", False),
    Mutant("unheard discounts are told to nobody", findings, "_of_discounts", lambda _: iter(())),
    Mutant("contradicting discounts are told to nobody", charges.Terms, "set_apart", ()),
    Mutant("a tip that was handed back counts", order_view, "tips_of", lambda view, payments: (
        _tips_of(_without(view, TipReturned), payments)
    )),
    Mutant("odd centavos are nobody's", split, "_of_people", lambda centavos, people: (
        [centavos // sum(people) * each for each in people]
    )),
    Mutant("a share pays no service", split, "_taken", lambda shares, lines: (
        [0] * (len(shares) + 1)
    )),
    Mutant("a refund is nobody's", split, "_paid", lambda shares, payments, refunded: (
        _paid(shares, [_unrefunded(each) for each in payments], refunded)
    )),
    Mutant("a part paid twice is told to nobody", of_documents, "paid_twice", lambda *_: ()),
    Mutant("who pays for others is asked too", of_documents, "paid_twice", lambda view, *given: (
        _paid_twice(_Forgetful(view), *given)
    )),
    Mutant("payments are deduplicated by amount", payments, "_transaction", lambda fact, _: (
        "", "", fact.centavos
    )),
    Mutant("an acquirer's transaction counts twice", payments, "_transaction", lambda *_: None),
    Mutant("a denial takes confirmed money away", payments, "_state", lambda fact, yes, no, _: (
        "denied" if no else "confirmed" if yes or not fact.is_pending else "pending"
    )),
    Mutant("a refund is ignored", OrderView, "refunded", 0),
    Mutant("a retried command counts twice", view, "_group", lambda _: view._TOLD_ONCE),
    Mutant("a cancellation of the order is ignored", OrderView, "cancellations", ()),
    Mutant("a restoring is ignored", OrderView, "cancellations", property(
        lambda self: self.all(OrderCancelled)
    )),
    Mutant("the bill stays asked for", order_view, "is_asked", lambda *_: True),
    Mutant("a closed order keeps its table", OrderView, "is_open", property(
        lambda self: self.opening is not None and not self.is_cancelled
    )),
    Mutant("cancelled orders are revenue", OrderView, "revenue", property(lambda self: self.total)),
    Mutant("what is not understood may be closed", View, "needs_upgrade", False),
    Mutant("the last telling of a fact stands", view, "_united", lambda tellings: (
        _united((tellings[-1], *tellings[:-1]))
    )),
    Mutant("a moved line stays at home as well", OrderView, "lines", property(
        lambda self: tuple({line.id: line for line in (*self.own_lines, *(
            it.line for it in self.here
        ))}.values())
    )),
    Mutant("a move beats a closed bill", whereabouts, "is_billed", lambda *_: False),
    Mutant("a part is taken twice", parts, "min", lambda _, asked: asked),
    Mutant("the kitchen forgets the parts", kitchen, "spoken_of", lambda *given: given[2]),
    Mutant("a merged order keeps its table", OrderView, "is_merged", False),
    Mutant("two moves are told to nobody", whereabouts.Place, "is_moved_twice", False),
    Mutant("a debt is never paid", AccountView, "received", 0),
    Mutant("what is taken back is still owed", AccountView, "credited", 0),
    Mutant("nobody is ever blocked", AccountView, "is_blocked", False),
    Mutant("a payment on trust waits for an acquirer", payments, "_on_trust", _replaced(
        payments._on_trust, state=lambda _: "pending"
    )),
    Mutant("debt beyond the limit is told to nobody", of_documents, "situations_of", lambda _: ()),
    Mutant("no number has a rank", judged, "number_ranks", lambda _: {}),
    Mutant("a command used twice is told to nobody", View, "reused_commands", ()),
    Mutant("any resolution settles", of_documents, "dispute_of", lambda *given: tuple(
        msgspec.structs.replace(each, is_open=not each.resolutions) for each in _dispute(*given)
    )),
    Mutant("money in doubt is told to nobody", of_documents, "_of_money", lambda _: iter(())),
    Mutant("forks of a lineage are told to nobody", judged, "lineage_forked", lambda *_: ()),
    Mutant("forks of an author are told to nobody", judged, "author_forked", lambda *_: ()),
    Mutant("tabs that were seen are a dispute", judged, "two_tabs", lambda orders, tables: (
        _two_tabs([_unseeing(each) for each in orders], tables)
    )),
    Mutant("orders that were seen on a card are a dispute", judged, "card_disputes", (
        lambda orders, tables: _card_disputes([_unseeing(each) for each in orders], tables)
    )),
    Mutant("two orders on a card are told to nobody", judged, "card_disputes", (
        lambda orders, tables: tuple(
            each
            for each in _card_disputes(orders, tables)
            if each.kind != "two_orders_on_a_card"
        )
    )),
    Mutant("who unblocks a card beats who blocked it meanwhile", Cards, "standing_blocks", (
        lambda self, number: tuple(
            each
            for each in [self.blocks.get(number, NEVER_BLOCKED).current]
            if each is not None and each.value.reason is not None
        )
    )),
    Mutant("whoever blocked a card knew what was on it", Cards, "was_seen", lambda *_: True),
    Mutant("a withdrawal takes away every registration", cards, "_put", lambda there, made, gone: (
        _put(there, made, []) if not gone else None
    )),
    Mutant("a code of two cards names the first", Cards, "_by_code", property(
        lambda self: {self.code(each): each for each in reversed(self.codes) if each in self}
    )),
    Mutant("numbers are equal over all days", judged, "equal_numbers", lambda orders, terminals: (
        _equal_numbers([each._replace(business_day=1) for each in orders], terminals)
    )),
    Mutant("a join that overlaps takes the table away", floor_view, "_connected", lambda joined: {
        table: tuple(sorted(set(tables))) for tables in joined for table in tables
    }),
    Mutant("a separation is ignored", FloorView, "joins", property(
        lambda self: self.all(TablesJoined)
    )),
    Mutant("the last mark is believed", reservations, "_certainty", lambda write: write.stamp),
    Mutant("clashes are told to nobody", of_documents, "situations_of_floor", lambda _: iter(())),
    Mutant("a reservation is awaited all day", Reservation, "is_awaited", lambda self, minute: (
        self.state in ("booked", "arrived")
    )),
    Mutant("a sign lasts for ever", DiningRoom, "_hold", lambda self, table: table.hold),
    Mutant("a sign is never taken away", DiningTable, "hold", property(
        lambda self: next((w.value for w in reversed(self.holds.writes) if w.value), None)
    )),
    Mutant("a price that was copied is meant", LineAdded, "relied_on", lambda self: frozenset()),
    Mutant("a product stays as it was added", Product, "values", property(
        lambda self: self.wrote[0].values
    )),
    Mutant("a part of a whole is the whole", left, "taken_of", lambda product, modifiers, much: (
        _taken_of(product, (), much)
    )),
    Mutant("what is cancelled is not back", left, "taken_in", lambda order: [
        left.Taken(each.id, each.fact.product, each.fact.thousandths, each.added.stamp.hlc)
        for each in order.lines
    ]),
    Mutant("two products of one id are nobody's", of_documents, "_of_catalog", lambda _: iter(())),
    Mutant("a shift belongs to whoever opened it first", ShiftView, "opening", property(
        lambda self: next(iter(self.told(ShiftOpened)), None)
    )),
    Mutant("whoever writes of a shift moves its money", ShiftView, "mine", lambda self, kind: (
        self.all(kind)
    )),
    Mutant("what came late is counted", ShiftView, "figures", property(
        lambda self: self.figures_of(lambda _: True)
    )),
    Mutant("what is on its way is late", cash_view, "_after", lambda entry: ()),
    Mutant("a refund stays in the drawer", cash_view, "_SIGNS", {**cash_view._SIGNS, "refund": 0}),
    Mutant("the first count is compared", ShiftView, "declared", property(
        lambda self: self.counts[0].fact.amounts if self.counts else {}
    )),
    Mutant("differences are told to nobody", ShiftView, "differences", property(lambda _: {})),
    Mutant("a lost drawer is still open", ShiftView, "write_offs", ()),
    Mutant("whoever writes of the staff is believed", judging, "_is_in_order", lambda *_: True),
    Mutant("a permission that was set is nobody's", judging, "least", lambda *_: None),
    Mutant("the dismissed are told to nobody", StaffView, "overtaken", ()),
    Mutant("who was dismissed elsewhere knew it", StaffView, "_reached", lambda _, fact, changes: (
        frozenset(each.id for each in changes)
    )),
    Mutant("two prices are told to nobody", findings, "_of_prices", lambda _: iter(())),
]  # fmt: skip


@cache
def told(seed: int) -> list[bytes]:
    return history(seed, nonsense=seed % 3 == 2)


def test_the_product_as_it_is_is_no_mutant() -> None:
    assert [each for seed in range(30) for each in judged.disagreements(told(seed), seed)] == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_seen(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(HISTORIES):
        told(seed)  # made by the right product
    monkeypatch.setattr(mutant.where, mutant.attribute, mutant.wrong, raising=False)
    assert any(judged.disagreements(told(seed), seed) for seed in range(HISTORIES))
