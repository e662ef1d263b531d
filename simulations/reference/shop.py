"""The whole shop as its stored changes make it.

Rules of this file:
1. A function of the set of changes: order of arrival and repetition cannot matter, since the set is
   all it gets.
2. A day's totals are those of the orders opened on it. Cancelled orders are counted apart; their
   money stays in sight. An order whose opening has not come is part of none.
"""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Any

from msgspec import Struct

from simulations.reference.account import ReferenceAccount, of_account
from simulations.reference.cards import ReferenceCard, cards_of, of_cards, on_comandas
from simulations.reference.cash import ReferenceShift, of_shift
from simulations.reference.cash_schema import is_shift
from simulations.reference.catalog import ReferenceProduct, of_catalog, products_of
from simulations.reference.chains import Chain, chains_of
from simulations.reference.day import Deed, deeds_of, of_day
from simulations.reference.disputes import (
    Key,
    ReferenceDispute,
    judged,
    of_any_document,
    of_order,
    of_payments,
)
from simulations.reference.floor import (
    ReferenceFloor,
    clashes,
    floor_name,
    floor_of,
    service_day,
)
from simulations.reference.moves import homes_of, of_moves, put_lines_in_place
from simulations.reference.once import Meaning
from simulations.reference.order import ReferenceOrder
from simulations.reference.room import (
    ReferenceRoom,
    ReferenceTable,
    ReferenceTerminal,
    Seated,
    tables_of,
    terminals_of,
)
from simulations.reference.schema import is_account, is_order
from simulations.reference.settings import settings_of
from simulations.reference.site_disputes import (
    equal_numbers,
    forks,
    keys_used_twice,
    namesakes,
    two_tabs,
)
from simulations.reference.staff import ReferenceStaff
from simulations.reference.stock import (
    Place,
    ReferenceStock,
    stock_of,
    stock_situations,
)
from simulations.reference.stored import (
    EPOCH,
    Change,
    Fact,
    is_day,
    is_floor,
    is_stock,
    read_changes,
)


class DayTotals(Struct, kw_only=True):
    """orders, lines: without the cancelled. open: still at their tables. revenue: without service,
    which is the staff's. on_trust: of what was received, what customers owe. Money in centavos."""

    orders: int = 0
    lines: int = 0
    open: int = 0
    cancelled: int = 0
    revenue: int = 0
    received: int = 0
    on_trust: int = 0
    discount: int = 0
    service: int = 0
    tips: int = 0


class ReferenceShop:
    """See `read_shop`."""

    def __init__(self, changes: dict[bytes, Change]) -> None:
        self.changes = changes
        facts: dict[str, list[Fact]] = {
            "tables": [], "terminals": [], "catalog": [], "settings": [], "staff": [],
        }  # fmt: skip
        for change in changes.values():
            for fact in change.facts:
                facts.setdefault(fact.document, []).append(fact)
        self._meanings = {document: Meaning(document, found) for document, found in facts.items()}
        elsewhere: dict[str, str] = {}
        for document, meaning in self._meanings.items():
            if is_order(document):  # what orders say of one another, since lines move
                elsewhere |= meaning.told_twice()
                meaning.elsewhere = elsewhere
        orders = [
            ReferenceOrder(meaning)
            for document, meaning in self._meanings.items()
            if is_order(document)
        ]
        self.orders: dict[str, ReferenceOrder] = {order.id: order for order in orders}
        put_lines_in_place(self.orders)
        for order in orders:
            order.homes = [self.orders[h] for h in homes_of(order) if h in self.orders]
        for same in namesakes(self.orders.values()).values():
            for rank, order in enumerate(same, start=1):
                order.rank = rank

    def room(self, day: int, now_ms: int) -> ReferenceRoom:
        """The dining room as it is at a moment. day: the business day."""
        nothing = floor_of(Meaning(floor_name(day), ()))
        return ReferenceRoom(
            tables=self.tables,
            floor=self.floors.get(floor_name(day), nothing),
            booked=self.floors.get(floor_name(service_day(now_ms)), nothing),
            orders=[_seated(order) for order in self.orders.values()],
            day=day,
            now_ms=now_ms,
        )

    @cached_property
    def accounts(self) -> dict[str, ReferenceAccount]:
        """By id."""
        found = [
            ReferenceAccount(meaning)
            for document, meaning in self._meanings.items()
            if is_account(document)
        ]
        return {each.id: each for each in found}

    @cached_property
    def shifts(self) -> dict[str, ReferenceShift]:
        """Cash shifts, by id."""
        found = [
            ReferenceShift(meaning)
            for document, meaning in self._meanings.items()
            if is_shift(document)
        ]
        return {each.id: each for each in found}

    @cached_property
    def deeds(self) -> list[Deed]:
        """All money that orders, accounts and drawers tell of."""
        return deeds_of(self.orders.values(), self.accounts.values(), self.shifts.values())

    @cached_property
    def days(self) -> dict[int, Meaning]:
        """What was written of the ends of business days, by day."""
        return {
            (date.fromisoformat(document.removeprefix("day:")) - EPOCH).days: meaning
            for document, meaning in self._meanings.items()
            if is_day(document)
        }

    @cached_property
    def products(self) -> dict[str, ReferenceProduct]:
        """By id."""
        return products_of(self._meanings["catalog"], self.orders.values())

    @cached_property
    def settings(self) -> dict[str, Any]:
        """By name."""
        return settings_of(self._meanings["settings"])

    @cached_property
    def staff(self) -> ReferenceStaff:
        return ReferenceStaff(self._meanings["staff"])

    @cached_property
    def tables(self) -> dict[str, ReferenceTable]:
        """By id."""
        return tables_of(self._meanings["tables"])

    @cached_property
    def cards(self) -> dict[int, ReferenceCard]:
        """By number."""
        return cards_of(self._meanings["tables"])

    @cached_property
    def comandas(self) -> dict[str, list[ReferenceOrder]]:
        """Those with open orders, or blocked, and their orders."""
        found = on_comandas(self.cards, self.orders.values())
        blocked = {str(card.number) for card in self.cards.values() if card.blocks}
        return {name: there for name, there in found.items() if there or name in blocked}

    @cached_property
    def floors(self) -> dict[str, ReferenceFloor]:
        """By document."""
        return {
            document: floor_of(meaning)
            for document, meaning in self._meanings.items()
            if is_floor(document)
        }

    @cached_property
    def stock(self) -> dict[Place, ReferenceStock]:
        """By product and place."""
        days = [meaning for document, meaning in self._meanings.items() if is_stock(document)]
        return stock_of(days, self.orders)

    @cached_property
    def terminals(self) -> dict[str, ReferenceTerminal]:
        """By device."""
        return terminals_of(self._meanings["terminals"])

    @cached_property
    def chains(self) -> dict[str, Chain]:
        """By device."""
        return chains_of(self.changes.values())

    @cached_property
    def disputes(self) -> dict[Key, ReferenceDispute]:
        """By (kind, subject, document), settled ones too."""
        found: list[ReferenceDispute] = []
        for document, meaning in self._meanings.items():
            situations = list(of_any_document(meaning))
            if is_order(document):
                order = self.orders[document.removeprefix("order:")]
                situations += [*of_order(order), *of_moves(order, self.orders)]
            elif is_account(document):
                account = self.accounts[document.removeprefix("account:")]
                situations += [*of_account(account), *of_payments(account.payments)]
            elif is_shift(document):
                situations += of_shift(self.shifts[document.removeprefix("shift:")])
            elif is_day(document):
                situations += of_day(meaning)
            elif is_floor(document):
                situations += clashes(self.floors[document])
            elif document == "staff":
                situations += self.staff.situations()
            elif document == "catalog":
                situations += of_catalog(self.products.values())
            found += judged(meaning, situations)
        orders = self.orders.values()
        at_places = [*two_tabs(orders), *of_cards(self.cards, orders)]
        found += judged(self._meanings["tables"], at_places)
        facts = [fact for change in self.changes.values() for fact in change.facts]
        of_site = [
            *equal_numbers(orders), *forks(self.chains.values()), *keys_used_twice(facts)
        ]  # fmt: skip
        found += judged(self._meanings["terminals"], of_site)
        for document, told in stock_situations(self.stock).items():
            found += judged(self._meanings.get(document) or Meaning(document, ()), told)
        return {each.key: each for each in found}

    @property
    def open_disputes(self) -> set[Key]:
        """Those that wait for a person."""
        return {key for key, dispute in self.disputes.items() if dispute.is_open}

    @cached_property
    def totals(self) -> dict[int, DayTotals]:
        """By business day, days since 1970-01-01."""
        days: dict[int, DayTotals] = {}
        for order in self.orders.values():
            if order.day is not None:
                _add(days.setdefault(order.day, DayTotals()), order)
        return days


def read_shop(deliveries: Iterable[bytes]) -> ReferenceShop:
    """The shop of stored changes, given as their bytes in any order, any number of times."""
    return ReferenceShop(read_changes(deliveries))


def _seated(order: ReferenceOrder) -> Seated:
    closing = order.closing if order.account in ("closed", "settled") else None
    return Seated(
        id=order.id,
        table=order.register("table"),
        people=order.register("people") or 0,
        is_open=order.is_open,
        closings=frozenset()
        if closing is None
        else frozenset(fact.id for each in order.closings for fact, _ in each.tellings),
        closed_day=None if closing is None else closing.first.day,
    )


def _add(totals: DayTotals, order: ReferenceOrder) -> None:
    totals.received += order.paid
    totals.on_trust += order.on_trust
    totals.tips += order.tipped
    if order.is_owed:
        totals.revenue += max(0, order.total - order.charge("service"))
        totals.discount += order.discount
        totals.service += order.charge("service")
    if order.account == "cancelled":
        totals.cancelled += 1
        return
    totals.orders += 1
    totals.lines += len(order.bill)
    totals.open += order.is_open
