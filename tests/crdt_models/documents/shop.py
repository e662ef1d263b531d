"""A shop without network or disk: tills that decide commands and hand changes to one another."""

import hashlib
from collections.abc import Iterable, Mapping

from crdt_models.change import Change, Unsigned, sign_change
from crdt_models.disputes import Dispute, SettleDispute
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.catalog.left import taken_since
from crdt_models.documents.catalog.view import CatalogView
from crdt_models.documents.command import Command, Context, Moment
from crdt_models.documents.day.money import Known, fallen_into, told_by
from crdt_models.documents.day.view import DayView
from crdt_models.documents.floor.view import FloorView
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.staff.permission import Grant, allowed
from crdt_models.documents.stock.ledger import standing_counts
from crdt_models.documents.stock.movements import Count, seen_of
from crdt_models.documents.stock.view import StockView
from crdt_models.documents.tables.view import TablesView
from crdt_models.documents.view import View
from crdt_models.fact import Fact
from crdt_models.hybrid_logical_clock import next_stamp
from crdt_models.ids import (
    CATALOG,
    TABLES,
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
    SiteId,
    TableId,
    day_document,
    floor_document,
    order_document,
    shift_document,
)

SITE = SiteId(bytes(16))
NOW_MS = 1_448_600_000_000  # 2015-11-27
DAY = 16_766


class HashSigner:
    """Signs nothing; views never look at signatures."""

    def sign(self, data: bytes, /) -> bytes:
        return hashlib.sha512(data).digest()


class Till:
    """One terminal: what it holds, a clock that may be wrong, and the two verbs of a node."""

    def __init__(self, letters: str = "A", *, clock_ms: int = NOW_MS) -> None:
        self.letters = letters
        self.site = SITE
        self.device = DeviceId(hashlib.sha256(letters.encode()).digest())
        self.clock_ms = clock_ms
        self.changes: dict[bytes, Change] = {}
        self.views: dict[DocumentId, View] = {}
        self.tabs: dict[CreatedId, tuple[OrderId, ...]] = {}
        self.moment = Moment(4, 20 * 60)  # Friday evening
        self.left: dict[TableId, tuple[FactId, ...]] = {}
        self.day = DAY
        self.operator: OperatorId | None = None
        self.tips: tuple[ChangeId, ...] = ()
        self._stamp = 0
        self._count = 0
        self._numbers = 0

    def read(self, document: DocumentId) -> View:
        view = self.views.get(document) or empty_view(document)
        return view.joined(self._alone) if isinstance(view, OrderView) else view

    def _alone(self, order: OrderId) -> OrderView:
        """The order as its own document tells it."""
        document = order_document(order)
        view = self.views.get(document) or empty_view(document)
        assert isinstance(view, OrderView)
        return view

    def give(
        self,
        command: Command,
        key: str = "",
        operator: CreatedId | None = None,
        grant: Grant | None = None,
    ) -> dict[str, CreatedId]:
        """Decide and keep. `key` makes the command id; without it every command is another.
        operator: who gives it. grant: what somebody else allowed for it."""
        who = self.operator if operator is None else OperatorId(operator)
        self._count += 1
        command_id = command_key(key or f"{self.letters}{self._count}")
        context = Context(
            site=self.site,
            device=self.device,
            command_id=command_id,
            letters=self.letters,
            business_day=self.day,
            next_order_number=self._next_number,
            open_tabs=lambda table: self.tabs.get(table, ()),
            open_labels=self._open_labels,
            moment=self.moment,
            taken=lambda product, since: taken_since(self.orders, product, since),
            left_at=lambda table: self.left.get(table, ()),
            operator=who,
            open_shifts=lambda: self.open_shifts,
            tips=self.tips,
            counts_at=self._counts_at,
            seen=lambda: seen_of(self.known),
            day_money=self.day_money,
        )
        decision = command.decide(self.read, context)
        beside = allowed(self.read, context.operator, decision.facts, grant)
        if decision.facts:
            self.write((*decision.facts, *beside), command_id, operator)
        return decision.ids

    def day_money(self, day: int) -> Known:
        """As `peer.node.days` has it of rows."""
        told = [each for view in self.orders for each in told_by(view)]
        told += [
            each
            for view in self.views.values()
            if isinstance(view, AccountView)
            for each in told_by(view)
        ]
        told += [each for shift in self.shifts for each in fallen_into(shift)]
        is_open = [
            each
            for each in self.shifts
            if each.is_open and each.opening is not None and each.opening.business_day <= day
        ]
        return Known(tuple(each for each in told if each.day == day), tuple(is_open))

    def business_day(self, day: int) -> DayView:
        view = self.read(day_document(day))
        assert isinstance(view, DayView)
        return view

    def _open_labels(self) -> dict[OrderId, str]:
        labels = {each.order: each.text("tab") for each in self.orders if each.is_open}
        return {order: label for order, label in labels.items() if label is not None}

    def write(
        self,
        facts: Iterable[tuple[DocumentId, Fact]],
        command_id: CommandId | None = None,
        operator: CreatedId | None = None,
    ) -> Change:
        """Sign facts as they are, sensible or not, and keep them."""
        who = self.operator if operator is None else OperatorId(operator)
        self.clock_ms += 1
        self._stamp = next_stamp(self._stamp, self.clock_ms)
        change = sign_change(
            Unsigned(
                site=self.site,
                device=self.device,
                epoch=Epoch(bytes(8)),
                sequence=len(self.changes) + 1,
                previous=(),
                hlc=self._stamp,
                business_day=self.day,
                operator=who,
                command_id=command_id or command_key(f"{self.letters}/{self._stamp}"),
                seen=0,
                facts=tuple(facts),
            ),
            HashSigner(),
        )
        self.receive([change])
        return change

    def receive(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if change.id in self.changes:
                continue
            self.changes[change.id] = change
            self._stamp = next_stamp(self._stamp, self.clock_ms, change.hlc)
            if change.device == self.device:
                self.tips = (change.id,)
            for document, entry in change.entries():
                view = self.views.setdefault(document, empty_view(document))
                view.apply(entry)

    def sync(self, other: "Till") -> None:
        """Both hold afterwards what either held."""
        mine = list(self.changes.values())
        self.receive(list(other.changes.values()))
        other.receive(mine)

    def order(self, order: CreatedId) -> OrderView:
        view = self.read(order_document(OrderId(order)))
        assert isinstance(view, OrderView)
        return view

    @property
    def orders(self) -> list[OrderView]:
        return [view for view in self.views.values() if isinstance(view, OrderView)]

    @property
    def shifts(self) -> list[ShiftView]:
        return [view for view in self.views.values() if isinstance(view, ShiftView)]

    @property
    def open_shifts(self) -> tuple[ShiftId, ...]:
        """Of this terminal."""
        mine = [each for each in self.shifts if each.is_open and each.owner == self.device]
        return tuple(each.shift for each in mine)

    def shift(self, shift: CreatedId) -> ShiftView:
        view = self.read(shift_document(ShiftId(shift)))
        assert isinstance(view, ShiftView)
        return view

    def restored(self) -> "Till":
        """The same terminal, as a copy of its disk that was made now has it."""
        twin = Till(self.letters, clock_ms=self.clock_ms)
        twin.receive(self.changes.values())
        twin._count = self._count + 1_000  # its commands are others
        return twin

    @property
    def dining_room(self) -> TablesView:
        view = self.read(TABLES)
        assert isinstance(view, TablesView)
        return view

    @property
    def catalog(self) -> CatalogView:
        view = self.read(CATALOG)
        assert isinstance(view, CatalogView)
        return view

    @property
    def floor(self) -> FloorView:
        view = self.read(floor_document(self.day))
        assert isinstance(view, FloorView)
        return view

    def _counts_at(self, product: ProductId, place: str) -> tuple[FactId, ...]:
        own = (each for each in counts_of(self.views) if each.product == product.hex())
        return tuple(each.id for each in standing_counts(c for c in own if c.place == place))

    @property
    def known(self) -> dict[DeviceId, int]:
        """How far each device is known."""
        found: dict[DeviceId, int] = {}
        for change in self.changes.values():
            found[change.device] = max(change.hlc, found.get(change.device, 0))
        return found

    def _next_number(self) -> int:
        self._numbers += 1
        return self._numbers


def counts_of(views: Mapping[DocumentId, View]) -> list[Count]:
    """Every count of every day."""
    return [each for view in views.values() if isinstance(view, StockView) for each in view.counts]


def command_key(text: str) -> CommandId:
    return CommandId(hashlib.sha256(text.encode()).digest()[:16])


def settling(dispute: Dispute, choice: str, weighs: Iterable[str] | None = None) -> SettleDispute:
    """A decision over what is known, or over less of it."""
    return SettleDispute(
        document=dispute.document,
        kind=dispute.kind,
        subject=dispute.subject,
        choice=choice,
        weighs=tuple(dispute.facts if weighs is None else weighs),  # type: ignore[arg-type]  # ids
    )
