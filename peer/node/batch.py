"""One batch of the writer: decide, sign, judge and collect, without touching committed state.

Rules of this file:
1. No await and no write: between reading a view and signing what was decided nothing can happen.
2. Everything lives in this object. A batch that does not become durable is dropped with it, and the
   sequence, the clock and the order numbers it used with it.
3. A refused command leaves no trace: it reads and decides before it gets a sequence.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from crdt_models.change import Change, decode_change
from crdt_models.change_gate import Author as AuthorKey
from crdt_models.change_gate import ChangeGate, key_opened_by
from crdt_models.dining_room import left_by
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.catalog.left import taken_since
from crdt_models.documents.command import Context, Moment
from crdt_models.documents.day.money import Known
from crdt_models.documents.orders.facts import SuppliesTaken
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.staff.permission import allowed
from crdt_models.documents.stock.ledger import Key, standing_counts
from crdt_models.documents.stock.movements import seen_of
from crdt_models.documents.stock.view import StockView
from crdt_models.documents.view import View
from crdt_models.errors import DomainError
from crdt_models.ids import (
    KEY_BYTES,
    SHIFT_KIND,
    ChangeId,
    CommandId,
    DeviceId,
    DocumentId,
    FactId,
    OrderId,
    ProductId,
    ShiftId,
    TableId,
    kind_of,
)
from crdt_models.read_models import REPLACED_BY_KEY, changed_rows
from peer.node.authorship import Author, Authorship, Credentials
from peer.node.created import created
from peer.node.days import money_of_day
from peer.node.requests import (
    CommandReused,
    Execute,
    Outcome,
    Receive,
    Received,
    Staged,
    StaleVersion,
)
from peer.node.shelf import Held, Shelf, WorkingCopies, beside, is_open
from peer.node.stock import counts_at, orders_before
from peer.storage.change_log import ChangeLog
from peer.storage.records import BODY_HASH_BYTES, Batch, CommandRecord, DocumentState
from peer.storage.stored_changes import short_of

DAY_MS = 86_400_000
BUSINESS_DAY = "business_day"  # setting: the last business day this terminal has written under


class Committed(Protocol):
    """What a batch asks of committed state beside the documents."""

    def signing_key(self, author: AuthorKey) -> bytes | None: ...
    def vouched(self, change: ChangeId, author: AuthorKey) -> bool: ...
    def greatest_number(self, day: int) -> int: ...
    def open_tabs(self, table: TableId) -> tuple[OrderId, ...]: ...
    def open_shifts(self) -> tuple[ShiftId, ...]: ...
    def open_labels(self) -> Mapping[OrderId, str]: ...
    def taken(self, product: ProductId, since: int) -> dict[DocumentId, int]: ...
    def left_at(self, table: TableId, day: int) -> dict[OrderId, tuple[FactId, ...]]: ...
    def known_clocks(self) -> dict[DeviceId, int]: ...


class Preparation:
    """A batch being prepared."""

    def __init__(
        self,
        *,
        credentials: Credentials,
        author: Author,
        authorship: Authorship,
        shelf: Shelf,
        log: ChangeLog,
        committed: Committed,
        neighbours_days: Sequence[int],
        now_ms: int,
        moment: Moment,
    ) -> None:
        self.authorship = authorship
        self.staged: list[Staged] = []
        self.opened: dict[AuthorKey, bytes] = {}
        self._credentials = credentials
        self._author = author
        self._shelf = shelf
        self._copies = WorkingCopies(shelf)
        self._log = log
        self._committed = committed
        self._day = author.business_day(authorship, neighbours_days)
        self._first_day = authorship.day
        self._now_ms = now_ms
        self._moment = moment
        self._commands: dict[CommandId, CommandRecord] = {}
        self._retold: list[CommandRecord] = []  # of commands that wrote before, elsewhere
        self.keys_alike: set[int] = set()  # see `SiteDisputes.take`
        self._keys: dict[bytes, CommandRecord] = {}  # the same by what stands for the key
        self._number: int | None = None
        self._ids: set[ChangeId] = set()
        self._settle: list[Callable[[Mapping[ChangeId, int]], None]] = []

    # --- local commands

    def execute(self, request: Execute) -> None:
        """Decide one command. What it answers is given by `settle`, after the commit."""
        try:
            self._execute(request)
        except DomainError as error:
            # Bound to a name of its own: the except clause unbinds `error`.
            refused = error
            self._settle.append(lambda _: request.fail(refused))

    def _execute(self, request: Execute) -> None:
        fingerprint = (request.asked or request.command.fingerprint())[:BODY_HASH_BYTES]
        known = self._known(request)
        if known is not None:
            self._replay(request, known, fingerprint)
            return
        for document, version in request.expect.items():
            found = self._copies.shown(document).version
            if found != version:
                raise StaleVersion(document=document, version=found)
        context = self._context(request)
        decision = request.command.decide(self._read, context)
        beside = allowed(
            self._read,
            request.operator,
            decision.facts,
            request.grant,
            asks=request.asks_roles,
        )
        change = None
        if decision.facts:
            self.authorship, changes = self._author.write(
                self.authorship,
                (*decision.facts, *beside),
                command=request.command_id,
                operator=request.operator,
                day=self._day,
            )
            for each in changes:
                self._stage(each, None)
            change = changes[-1]
        record = CommandRecord(
            id=request.command_id,
            body_hash=fingerprint,
            day=self._now_ms // DAY_MS,
            change=change.id if change else None,
        )
        self._note(record)
        self._answer(request, record, change, replayed=False)

    def _read(self, document: DocumentId) -> View:
        return self._copies.shown(document).view

    def _known(self, request: Execute) -> CommandRecord | None:
        """What was executed under this command's id, or under its idempotency key."""
        command = request.command_id
        if request.asked:
            return self._keys.get(command[:KEY_BYTES]) or self._log.command_of_key(command)
        return self._commands.get(command) or self._log.command(command)

    def _note(self, record: CommandRecord) -> None:
        self._commands[record.id] = record
        self._keys.setdefault(record.id[:KEY_BYTES], record)

    def _replay(self, request: Execute, known: CommandRecord, fingerprint: bytes) -> None:
        written = self._written_by(known)
        if known.id != request.command_id or known.body_hash not in (fingerprint, b""):
            raise CommandReused
        is_told = bool(known.body_hash or request.asked)  # the id tells what was asked for
        if not is_told and written and not self._could_have_written(request, written):
            raise CommandReused
        self._answer(request, known, written, replayed=True)

    def _could_have_written(self, request: Execute, written: Change) -> bool:
        """Whether a command seen only in another terminal's change may be this one: the same kinds
        of facts in the same documents. When it is refused now, it may have been accepted then."""
        try:
            context = self._context(request)
            decision = request.command.decide(self._read, context)
        except DomainError:
            documents = request.command.reads()[:1]
            # What was said of a line that had moved stands in its home, beside the order.
            known = [*documents, *(it for each in documents for it in beside(self._read(each)))]
            return not known or any(each in written.documents for each in known)
        # The drawer is another at each terminal, and by which recipes a sale takes from the stock
        # is no part of what was asked for.
        told = {
            (document, fact.tag())
            for document, fact in decision.facts
            if kind_of(document) != SHIFT_KIND and not isinstance(fact, SuppliesTaken)
        }
        return told <= {(document, body[0]) for document, body in written.facts}

    def _written_by(self, known: CommandRecord) -> Change | None:
        if known.change is None:
            return None
        for each in self.staged:
            if each.id == known.change:
                return each.change
        return decode_change(self._log.data([known.change])[0])

    def _answer(
        self, request: Execute, record: CommandRecord, change: Change | None, *, replayed: bool
    ) -> None:
        """Always told from the change, so that a retry is answered as the first one was."""
        ids = created(change) if change else {}
        documents = change.documents if change else request.command.reads()

        def settle(positions: Mapping[ChangeId, int]) -> None:
            place = positions.get(record.change) if record.change else None
            position = place or record.position or 0
            request.answer(Outcome(ids, documents, position, replayed, record.change))

        self._settle.append(settle)

    def _context(self, request: Execute) -> Context:
        return Context(
            site=self._credentials.site,
            device=self._credentials.device,
            command_id=request.command_id,
            letters=self._credentials.letters,
            business_day=self._day,
            next_order_number=self._next_order_number,
            open_tabs=self._open_tabs,
            open_labels=self._open_labels,
            moment=self._moment,
            taken=self._taken,
            left_at=self._left_at,
            operator=request.operator,
            open_shifts=self._open_shifts,
            tips=self.authorship.previous,
            counts_at=self._counts_at,
            seen=self._seen,
            day_money=self._day_money,
        )

    def _next_order_number(self) -> int:
        greatest = self._committed.greatest_number(self._day)
        self._number = 1 + max(greatest, self._number or 0)
        return self._number

    def _open_tabs(self, table: TableId) -> tuple[OrderId, ...]:
        """Open orders at a table: the committed ones, and those of this batch."""
        tabs = dict.fromkeys(self._committed.open_tabs(table))
        for document in self._copies.touched:
            order = self._read(document)
            if isinstance(order, OrderView):
                tabs.pop(order.order, None)
                if order.is_open and order.table == table:
                    tabs[order.order] = None
        return tuple(sorted(tabs))

    def _open_shifts(self) -> tuple[ShiftId, ...]:
        """This terminal's: the committed ones, and those of this batch."""
        shifts = dict.fromkeys(self._committed.open_shifts())
        for held in self._copies.touched.values():
            if isinstance(held.view, ShiftView):
                shifts.pop(held.view.shift, None)
                if held.view.is_open and held.view.owner == self._credentials.device:
                    shifts[held.view.shift] = None
        return tuple(sorted(shifts))

    def _open_labels(self) -> Mapping[OrderId, str]:
        """The comandas of open orders: of the committed ones, and of those of this batch."""
        labels = dict(self._committed.open_labels())
        for document in self._copies.touched:
            order = self._read(document)
            if isinstance(order, OrderView):
                labels.pop(order.order, None)
                label = order.text("tab")
                if order.is_open and label is not None:
                    labels[order.order] = label
        return labels

    def _taken(self, product: ProductId, since: int) -> int:
        """What lines take of a product: by committed orders, and by this batch's in their place."""
        by_order = self._committed.taken(product, since)
        orders = [each.view for each in self._copies.affected().values()]
        touched = [view for view in orders if isinstance(view, OrderView)]
        for view in touched:
            by_order.pop(view.document, None)
        return sum(by_order.values()) + taken_since(touched, product, since)

    def _left_at(self, table: TableId) -> tuple[FactId, ...]:
        """Closings of this business day at a table: the committed ones, and those of this batch."""
        left = self._committed.left_at(table, self._day)
        for held in self._copies.touched.values():
            if isinstance(held.view, OrderView):
                left.pop(held.view.order, None)
                closed = held.view.closed
                if closed and closed.entry.business_day == self._day and held.view.table == table:
                    left[held.view.order] = left_by(held.view)
        return tuple(fact for facts in left.values() for fact in facts)

    def _counts_at(self, product: ProductId, place: str) -> tuple[FactId, ...]:
        """Counts that no other replaces: of committed days, and of this batch's."""
        key = Key(product.hex(), place)
        counts = {each.id: each for each in counts_at(self._log.projections, key)}
        for held in self._copies.touched.values():
            if isinstance(held.view, StockView):
                own = (each for each in held.view.counts if (each.product, each.place) == key)
                counts |= {each.id: each for each in own}
        return tuple(each.id for each in standing_counts(counts.values()))

    def _seen(self) -> tuple[bytes, ...]:
        """How far each terminal is known, by complete chains and by this batch."""
        known = self._committed.known_clocks()
        for each in self.staged:
            change = each.change
            known[change.device] = max(change.hlc, known.get(change.device, 0))
        return seen_of(known)

    def _day_money(self, day: int) -> Known:
        """Of committed documents, and of this batch's in their place."""
        touched = {document: held.view for document, held in self._copies.affected().items()}
        return money_of_day(self._log.projections, self._read, day, touched)

    # --- changes from outside

    def receive(self, request: Receive, gate: ChangeGate) -> None:
        """Judge changes from outside and stage the authentic ones that are new."""
        by_id = {ChangeId(hashlib.sha256(data).digest()): data for data in request.batch}
        held = self._log.holds_many(by_id) | self._ids
        verdict = gate.judge([data for change, data in by_id.items() if change not in held])
        # One that waited in the gate was not asked for above.
        waited = {change.id for change in verdict.authentic} - by_id.keys()
        known = self._log.holds_many(waited) | self._ids
        fresh = [change for change in verdict.authentic if change.id not in known]
        self._copies.expect(fresh)
        self._remember(fresh)
        for change in fresh:
            self._stage(change, request.source)
        received = Received(
            len(fresh), len(held & by_id.keys()), verdict.waiting, len(verdict.refused)
        )
        self._settle.append(lambda _: request.answer(received))

    def signing_key(self, author: AuthorKey) -> bytes | None:
        """For the gate: from this batch, else from committed state."""
        return self.opened.get(author) or self._committed.signing_key(author)

    def vouched(self, change: ChangeId, author: AuthorKey) -> bool:
        """For the gate: named by a staged or stored change of the same author."""
        return any(
            change in each.change.previous for each in self.staged if each.change.author == author
        ) or self._committed.vouched(change, author)

    def _remember(self, changes: Sequence[Change]) -> None:
        """A retry of these commands here must find that they were executed elsewhere."""
        ids = [change.command_id for change in changes]
        known, alike = self._log.commands_known(ids), self._log.keys_known(ids)
        for change in changes:
            command = change.command_id
            record = CommandRecord(
                id=command,
                body_hash=b"",  # the request's wording is known only where it was made
                day=self._now_ms // DAY_MS,
                change=change.id,
            )
            if short_of(command) in alike or command[:KEY_BYTES] in self._keys:
                self.keys_alike.add(short_of(command))
            if command in self._commands or command in known:
                self._retold.append(record)
            else:
                self._note(record)

    # --- both

    def _stage(self, change: Change, source: object | None) -> None:
        key = key_opened_by(change)
        if key is not None:
            self.opened[change.author] = key
        self._ids.add(change.id)
        self.staged.append(Staged(change, source))
        self._copies.apply(change)
        if change.device != self._credentials.device:
            self.authorship = self.authorship.heard(change.hlc)

    @property
    def documents(self) -> dict[DocumentId, Held]:
        """What the shelf holds after the commit."""
        return self._copies.touched

    @cached_property
    def affected(self) -> dict[DocumentId, Held]:
        """As people will see them: these, and what means something else because of them. Asked for
        when the batch is complete."""
        return self._copies.affected()

    @cached_property
    def orders_before(self) -> dict[DocumentId, View]:
        """What moves stock, as it was: first asked for before the commit."""
        return orders_before(self.affected, self._shelf)

    def to_append(self) -> Batch:
        """All that must become durable together."""
        settings = {}
        _ = self.orders_before  # kept: after the commit the log tells what is so then
        if self.authorship.day != self._first_day:
            settings[BUSINESS_DAY] = str(self.authorship.day)
        return Batch(
            changes=[each.change for each in self.staged],
            documents=[
                DocumentState(document, self._copies.get(document).digest, is_open(held.view))
                for document, held in self.affected.items()
            ],
            commands=[*self._commands.values(), *self._retold],
            rows={d: changed_rows(d, held.view) for d, held in self.affected.items()},
            by_key=REPLACED_BY_KEY,
            settings=settings,
        )

    def settle(self, positions: Mapping[ChangeId, int]) -> None:
        """Give every answer. Only after the commit, or when there was nothing to commit."""
        for each in self._settle:
            each(positions)
