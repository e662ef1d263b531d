"""What a batch asks of committed state beside the documents: keys, numbers, tabs, the own chain.

Rules of this file:
1. Answers come from the log, or from memory that is told of every commit.
2. The own chain is read from the log at the start and after every failed commit, so that memory can
   never disagree with the disk.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from crdt_models.change import Change, decode_change
from crdt_models.change_gate import Author as AuthorKey
from crdt_models.change_gate import key_opened_by
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.catalog.left import GREATEST_HLC
from crdt_models.documents.orders.facts import OrderNumbered
from crdt_models.documents.orders.view import OrderView
from crdt_models.fact import fact_of
from crdt_models.ids import (
    ChangeId,
    CreatedId,
    DeviceId,
    DocumentId,
    Epoch,
    FactId,
    OrderId,
    ProductId,
    ShiftId,
    TableId,
)
from crdt_models.read_models import CASH_SHIFT, ORDER_ROW, PRODUCT_TAKEN
from peer.node.authorship import Authorship
from peer.node.batch import BUSINESS_DAY
from peer.node.shelf import Held
from peer.storage.change_log import ChangeLog
from peer.storage.projections import MAX_PAGE, Condition, Is, Query
from peer.storage.records import Tip

MAX_PREVIOUS = 8  # tips that an epoch's opening names: more would mean eight living clones
_ORDERS = ORDER_ROW.name
_NUMBERED = OrderNumbered.tag().encode("ascii")  # stands as it is in a change's bytes
_PAGE = 500  # own changes looked at together
_MAX_KEYS = 4096  # authors whose key is remembered; a boot a day of ten terminals for a year
_OPENING_AT_MOST = 4  # an epoch's opening is its first change; forks of it stand beside it


class CommittedState:
    """Questions with short answers, for one terminal's own device."""

    def __init__(self, log: ChangeLog, device: DeviceId, letters: str) -> None:
        self._log = log
        self._device = device
        self._letters = letters
        self._keys: dict[AuthorKey, bytes] = {}
        self._greatest: dict[int, int] = {}
        self._tabs: dict[OrderId, TableId] = {}
        self._labels: dict[OrderId, str] = {}
        self._load_open()
        self._shifts = self._load_shifts()

    def add(
        self,
        changes: Iterable[Change],
        opened: Mapping[AuthorKey, bytes],
        documents: Mapping[DocumentId, Held],
    ) -> None:
        """Told of every commit."""
        if len(self._keys) > _MAX_KEYS:
            self._keys.clear()
        self._keys.update(opened)
        for change in changes:
            if change.device == self._device:
                self._note_numbers(change)
        for held in documents.values():
            if isinstance(held.view, OrderView):
                self._note_place(held.view)
            elif isinstance(held.view, ShiftView):
                self._note_shift(held.view)

    def _note_numbers(self, change: Change) -> None:
        day = change.business_day
        if day in self._greatest:
            self._greatest[day] = max([self._greatest[day], *_numbers_given([change], day)])

    def _note_place(self, order: OrderView) -> None:
        self._tabs.pop(order.order, None)
        self._labels.pop(order.order, None)
        label = order.text("tab")
        if order.is_open and order.table is not None:
            self._tabs[order.order] = order.table
        if order.is_open and label is not None:
            self._labels[order.order] = label

    def _note_shift(self, shift: ShiftView) -> None:
        if shift.is_open and shift.owner == self._device:
            self._shifts.add(shift.shift)
        else:
            self._shifts.discard(shift.shift)

    def signing_key(self, author: AuthorKey) -> bytes | None:
        """The key announced by the epoch's stored `author_opened`."""
        key = self._keys.get(author)
        if key is None:
            key = self._key_from_log(author)
            if key is not None:
                self._keys[author] = key
        return key

    def _key_from_log(self, author: AuthorKey) -> bytes | None:
        for header in self._log.author_headers(*author, limit=_OPENING_AT_MOST):
            change = decode_change(self._log.data([header.id])[0])
            key = key_opened_by(change)
            if key is not None:
                return key
        return None

    def vouched(self, change: ChangeId, author: AuthorKey) -> bool:
        """Whether a stored change of this author names `change`."""
        naming = self._log.headers(self._log.children(change)).values()
        return any((each.device, each.epoch) == author for each in naming)

    def greatest_number(self, day: int) -> int:
        """The greatest number this device has given on a business day, over all its epochs."""
        if day not in self._greatest:
            self._greatest = {day: self._given_on(day)}
        return self._greatest[day]

    def _given_on(self, day: int) -> int:
        """By what this device wrote lately: of an order that was opened at two terminals under one
        key, the rows show only one number. And by the rows: a wrong clock may have been at that day
        long ago."""
        greatest, below = self._greatest_shown(day), None
        while headers := self._log.headers_of(self._device, below=below, limit=_PAGE):
            written = self._log.data(header.id for header in headers)
            numbering = (decode_change(data) for data in written if _NUMBERED in data)
            greatest = max([greatest, *_numbers_given(numbering, day)])
            # Around the end of a day it may move by one, and back.
            if decode_change(written[-1]).business_day < day - 1:
                break
            below = headers[-1].sequence + (len({each.sequence for each in headers}) > 1)
        return greatest

    def _greatest_shown(self, day: int) -> int:
        own = Condition("device", self._device.hex()), Condition("letters", self._letters)
        query = Query(
            table=_ORDERS,
            where=(Condition("business_day", day), *own),
            order=("number",),
            descending=True,
            limit=1,
        )
        rows = self._log.projections.page(query).rows
        return max((int(str(row["number"])) for row in rows), default=0)

    def taken(self, product: ProductId, since: int) -> dict[DocumentId, int]:
        """Thousandths of a product that lines stamped after an hlc take, by order's document."""
        where = (
            Condition("product_id", product.hex()),
            Condition("added_hlc", min(since, GREATEST_HLC), Is.MORE),
        )
        return self._log.projections.summed(PRODUCT_TAKEN.name, "thousandths", where)

    def open_tabs(self, table: TableId) -> tuple[OrderId, ...]:
        """Open orders that stand at this dining table."""
        return tuple(order for order, at in self._tabs.items() if at == table)

    def open_shifts(self) -> tuple[ShiftId, ...]:
        """This terminal's cash shifts that have not ended."""
        return tuple(self._shifts)

    def open_labels(self) -> Mapping[OrderId, str]:
        """The comandas of all open orders that have one."""
        return self._labels

    def left_at(self, table: TableId, day: int) -> dict[OrderId, tuple[FactId, ...]]:
        """`left_by` of the orders that were closed at a table on a business day."""
        where = (Condition("closed_day", day), Condition("table_id", table.hex()))
        query = Query(table=_ORDERS, where=where, limit=MAX_PAGE)  # more at one table is an attack
        return {
            OrderId(_id(str(row["order_id"]))): tuple(map(FactId, str(row["left_by"]).split()))
            for row in self._log.projections.page(query).rows
            if row["left_by"]
        }

    def known_clocks(self) -> dict[DeviceId, int]:
        """How far each device is known: the clock of its last change below which nothing is
        missing."""
        return known_clocks(self._log)

    def tables_in_use(self) -> frozenset[TableId]:
        """Where open orders stand."""
        return frozenset(self._tabs.values())

    def _load_shifts(self) -> set[ShiftId]:
        mine = Condition("device", self._device.hex()), Condition("is_open", 1)
        rows = self._log.projections.rows(Query(table=CASH_SHIFT.name, where=mine))
        return {ShiftId(_id(str(row["shift_id"]))) for row in rows}

    def _load_open(self) -> None:
        query = Query(table=_ORDERS, where=(Condition("is_open", 1),))
        for row in self._log.projections.rows(query):
            order = OrderId(_id(str(row["order_id"])))
            if row["table_id"] is not None:
                self._tabs[order] = TableId(_id(str(row["table_id"])))
            if row["tab"] is not None:
                self._labels[order] = str(row["tab"])


def _id(text: str) -> CreatedId:
    return CreatedId(bytes.fromhex(text))


def own_chain(log: ChangeLog, device: DeviceId, epoch: Epoch | None = None) -> Authorship:
    """Where the own chain stands on disk.

    epoch: this boot's, when it has one. Without it the next write opens an epoch whose `previous`
    are the device's complete tips, greatest (sequence, id) first, at most eight.
    """
    tips = [tip for tip in log.tips() if tip.device == device]
    mine = [tip for tip in tips if tip.epoch == epoch]
    hlc = max((header.hlc for header in log.headers(tip.id for tip in tips).values()), default=0)
    base = Authorship(hlc=hlc, day=int(log.setting(BUSINESS_DAY) or 0))
    if mine:
        tip = max(mine, key=lambda tip: tip.sequence)
        return msgspec.structs.replace(
            base, epoch=tip.epoch, previous=(tip.id,), sequence=tip.sequence
        )
    complete = sorted(_complete(log, tips), key=lambda tip: (tip.sequence, tip.id), reverse=True)
    chosen = complete[:MAX_PREVIOUS]
    return msgspec.structs.replace(
        base,
        previous=tuple(tip.id for tip in chosen),
        sequence=max((tip.sequence for tip in chosen), default=0),
    )


def known_clocks(log: ChangeLog) -> dict[DeviceId, int]:
    """See `CommittedState.known_clocks`."""
    tips: dict[DeviceId, list[Tip]] = {}
    for tip in log.tips():
        tips.setdefault(tip.device, []).append(tip)
    complete = [tip.id for own in tips.values() for tip in _complete(log, own)]
    known: dict[DeviceId, int] = {}
    for header in log.headers(complete).values():
        known[header.device] = max(header.hlc, known.get(header.device, 0))
    return known


def _numbers_given(changes: Iterable[Change], day: int) -> Iterator[int]:
    """The order numbers in these changes of one business day."""
    for change in changes:
        for _, body in change.facts if change.business_day == day else ():
            fact = fact_of(body) if body[0] == OrderNumbered.tag() else None
            if isinstance(fact, OrderNumbered):
                yield fact.number


def _complete(log: ChangeLog, tips: list[Tip]) -> list[Tip]:
    """Those of one device's tips with nothing missing anywhere below them."""
    incomplete: set[ChangeId] = set()
    stack = [gap.below for gap in log.missing(tips[0].device)] if tips else []
    while stack:
        change = stack.pop()
        if change not in incomplete:
            incomplete.add(change)
            stack.extend(log.children(change))
    return [tip for tip in tips if tip.id not in incomplete]
