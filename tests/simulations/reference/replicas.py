"""Terminals that decide and sign as real ones do, without a disk or a network: see `histories`."""

from collections.abc import Iterable, Sequence
from copy import copy
from functools import cache
from typing import Any, cast

from crdt_models.certificates import AuthorOpened
from crdt_models.change import Change, decode_change
from crdt_models.dining_room import left_by
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.catalog.left import taken_since
from crdt_models.documents.catalog.view import CatalogView
from crdt_models.documents.command import Command, Context, Moment
from crdt_models.documents.day.money import Known, fallen_into, told_by
from crdt_models.documents.floor.view import FloorView
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.stock.ledger import standing_counts
from crdt_models.documents.stock.movements import seen_of
from crdt_models.documents.stock.view import StockView
from crdt_models.documents.tables.view import TablesView
from crdt_models.documents.view import View
from crdt_models.fact import body_of
from crdt_models.hybrid_logical_clock import next_stamp
from crdt_models.ids import (
    CATALOG,
    TABLES,
    TERMINALS,
    ChangeId,
    CommandId,
    CreatedId,
    DeviceId,
    DocumentId,
    Epoch,
    FactId,
    OperatorId,
    OrderId,
    ProductId,
    ShiftId,
    TableId,
    day_of_floor,
    order_document,
)
from simulations.fuzz.members import Author, Site
from simulations.fuzz.nonsense import KINDS

DAY = 20_000
NOW_MS = DAY * 86_400_000 + 12 * 3_600_000
HALF_HOUR_MS = 30 * 60_000
HOUR_MS, YEAR_MS = 3_600_000, 365 * 86_400_000
CLOCKS = (0, NOW_MS - 40 * YEAR_MS, NOW_MS, NOW_MS + 3 * HOUR_MS, NOW_MS + 10 * YEAR_MS, 2**48 - 1)


class Replica:
    """One terminal without disk or network. What it signs goes to `told`, which all share."""

    def __init__(self, letters: str, author: Author, told: dict[bytes, Change]) -> None:
        self.letters = letters
        self.author = author
        self.told = told
        self.clock_ms = NOW_MS
        self.day = DAY
        self.changes: dict[bytes, Change] = {}
        self.views: dict[DocumentId, View] = {}
        self.stamp = 0
        self.number = 0

    def read(self, document: DocumentId) -> View:
        view = self.views.get(document) or empty_view(document)
        return view.joined(self._alone) if isinstance(view, OrderView) else view

    def _alone(self, order: OrderId) -> OrderView:
        document = order_document(order)
        return cast(OrderView, self.views.get(document) or empty_view(document))

    def open(self, epoch: bytes) -> None:
        """Begin an epoch, on top of what this terminal wrote last."""
        self.author.epoch = Epoch(epoch)
        opened = AuthorOpened(self.author.chain, tags=tuple(kind.tag() for kind in KINDS))
        self.write([[TERMINALS, body_of(opened)]])

    def give(
        self, command: Command, key: bytes, operator: OperatorId | None = None
    ) -> dict[str, CreatedId]:
        """Decide and keep. operator: who gives it. Raises DomainError."""
        context = Context(
            site=self.author.site,
            device=self.author.device,
            command_id=CommandId(key),
            letters=self.letters,
            business_day=self.day,
            next_order_number=self._next_number,
            open_tabs=self._open_tabs,
            open_labels=self._open_labels,
            left_at=self._left_at,
            open_shifts=self.open_shifts,
            tips=tuple(map(ChangeId, self.author.previous)),
            moment=Moment(self.clock_ms // 1000 % 7, self.clock_ms % 1440),
            taken=lambda product, since: taken_since(self.orders, product, since),
            counts_at=self._counts_at,
            seen=self._seen,
            operator=operator,
            day_money=self.day_money,
        )
        decision = command.decide(self.read, context)
        if decision.facts:
            facts = [[document, body_of(fact)] for document, fact in decision.facts]
            self.write(facts, key, operator=operator)
        return decision.ids

    def write(
        self,
        facts: Sequence[Any],
        key: bytes | None = None,
        clock: int = -1,
        operator: OperatorId | None = None,
    ) -> None:
        """Sign and keep. clock: as is; without it, the next one here."""
        self.clock_ms += 1
        self.stamp = next_stamp(self.stamp, self.clock_ms)
        clock = self.stamp if clock < 0 else clock
        data = self.author.write(facts, hlc=clock, day=self.day, command=key, operator=operator)
        self.receive([decode_change(data)])

    def receive(self, changes: Iterable[Change]) -> None:
        for change in changes:
            self.told[change.id] = change
            if change.id in self.changes:
                continue
            self.changes[change.id] = change
            self.stamp = next_stamp(self.stamp, self.clock_ms, change.hlc)
            for document, entry in change.entries():
                self.views.setdefault(document, empty_view(document)).apply(entry)

    def copy(self) -> "Replica":
        """The same disk a second time."""
        other = copy(self)
        other.author = copy(self.author)
        other.changes = dict(self.changes)
        other.views = {document: view.copy() for document, view in self.views.items()}
        return other

    @property
    def orders(self) -> list[OrderView]:
        shown = map(self.read, self.views)
        return [view for view in shown if isinstance(view, OrderView)]

    @property
    def accounts(self) -> list[AccountView]:
        return [view for view in self.views.values() if isinstance(view, AccountView)]

    @property
    def shifts(self) -> list[ShiftView]:
        return [view for view in self.views.values() if isinstance(view, ShiftView)]

    def open_shifts(self) -> tuple[ShiftId, ...]:
        """Of this terminal."""
        mine = [each for each in self.shifts if each.is_open and each.owner == self.author.device]
        return tuple(sorted(each.shift for each in mine))

    def day_money(self, day: int) -> Known:
        """As `peer.node.days` has it of rows."""
        told = [each for view in (*self.orders, *self.accounts) for each in told_by(view)]
        told += [each for shift in self.shifts for each in fallen_into(shift)]
        is_open = [
            each
            for each in self.shifts
            if each.is_open and each.opening is not None and each.opening.business_day <= day
        ]
        return Known(tuple(each for each in told if each.day == day), tuple(is_open))

    @property
    def catalog(self) -> CatalogView:
        view = self.read(CATALOG)
        assert isinstance(view, CatalogView)
        return view

    @property
    def room(self) -> TablesView:
        view = self.read(TABLES)
        assert isinstance(view, TablesView)
        return view

    def _next_number(self) -> int:
        self.number += 1
        return self.number

    def _open_tabs(self, table: TableId) -> tuple[OrderId, ...]:
        return tuple(each.order for each in self.orders if each.is_open and each.table == table)

    def _open_labels(self) -> dict[OrderId, str]:
        labels = {each.order: each.text("tab") for each in self.orders if each.is_open}
        return {order: label for order, label in labels.items() if label is not None}

    def _left_at(self, table: TableId) -> tuple[FactId, ...]:
        closed = [each for each in self.orders if each.closed is not None and each.table == table]
        return tuple(fact for each in closed for fact in left_by(each))

    def _counts_at(self, product: ProductId, place: str) -> tuple[FactId, ...]:
        days = [view for view in self.views.values() if isinstance(view, StockView)]
        known = [count for view in days for count in view.counts]
        key = product.hex(), place
        return tuple(
            each.id for each in standing_counts(c for c in known if (c.product, c.place) == key)
        )

    def _seen(self) -> tuple[bytes, ...]:
        known: dict[DeviceId, int] = {}
        for change in self.changes.values():
            known[change.device] = max(change.hlc, known.get(change.device, 0))
        return seen_of(known)

    def floors(self) -> dict[int, FloorView]:
        """By day."""
        return {
            day_of_floor(view.document): view
            for view in self.views.values()
            if isinstance(view, FloorView)
        }


@cache
def site() -> Site:
    return Site("reference")


@cache
def member(name: str) -> Author:
    return site().author(name)
