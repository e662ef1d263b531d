"""The node: the one writer of a terminal, and the committed state it lets everyone read.

Rules of this file:
1. Two verbs: `execute` a command, `receive` changes. Both go through one bounded queue to one task.
2. That task decides a batch, makes it durable in one transaction, and only then, without awaiting,
   puts the new documents in place, answers, and tells the watchers. Nothing is sent or shown before
   it is committed.
3. A commit that fails answers its whole batch, and nothing of the batch remains. A disk that cannot
   be believed ends the process.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

import msgspec
import trio

from crdt_models.change import Change, decode_change
from crdt_models.change_gate import ChangeGate
from crdt_models.digests import content_digest
from crdt_models.disputes import Dispute
from crdt_models.document import Document
from crdt_models.documents.command import Command, Moment
from crdt_models.documents.staff.permission import Grant
from crdt_models.documents.view import View
from crdt_models.ids import CommandId, DeviceId, DocumentId, OperatorId, OrderId, ProductId, SiteId
from crdt_models.read_models import rows_of
from peer.environment import Environment
from peer.node.authorship import Author, Credentials, utc_moment
from peer.node.batch import Preparation
from peer.node.committed_state import CommittedState, own_chain
from peer.node.requests import Busy, Commit, Execute, Outcome, Receive, Received
from peer.node.shelf import Shelf, is_open
from peer.node.site_disputes import SiteDisputes
from peer.node.stock import StockKeeping
from peer.node.watchers import Watchers
from peer.service.http_errors import Unexpected
from peer.service.sqlite_errors import NotDurable, StorageError
from peer.storage.change_log import ChangeLog
from peer.storage.records import Appended, Batch, DocumentState

QUEUE_LENGTH = 256  # requests; beyond it callers wait: slow front ends, nothing lost
BATCH_LENGTH = 64  # requests in one commit: they share one fsync, and the first is not kept long
SLICE = 500  # changes from outside in one batch, so that local commands are never far behind
SLICE_BYTES = 192 * 1024  # the same for changes full of facts: work grows with bytes, not changes

_logger = logging.getLogger("malha.node")


class NodeStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Named figures of a node. position: last committed place in the log. waiting: changes from
    authors not yet known. batches, commands, received, refused: since the start. poisoned: requests
    that met a fault of ours and were put aside; the log says more."""

    position: int
    business_day: int
    waiting: int
    batches: int
    commands: int
    received: int
    refused: int
    failed_batches: int
    poisoned: int
    watchers: int
    watchers_dropped: int
    documents_in_memory: int


class Node:
    """One terminal's replica. `run` is its writer; everything else may be called from any task."""

    def __init__(
        self,
        credentials: Credentials,
        log: ChangeLog,
        environment: Environment,
        day_of: Callable[[int], int],
        neighbours_days: Callable[[], Sequence[int]] = tuple,
        moment_of: Callable[[int], Moment] = utc_moment,
    ) -> None:
        """day_of: the business day of a time in ms. neighbours_days: by their clocks. moment_of:
        weekday and minute of a time in ms, where the shop is."""
        assert not log.rows_are_stale, "fill_rows comes first: numbers and tabs are read from rows"
        self.credentials = credentials
        self.log = log
        self._environment = environment
        self._neighbours_days = neighbours_days
        self._moment_of = moment_of
        self._shelf = Shelf(log)
        self._committed = CommittedState(log, credentials.device, credentials.letters)
        self._site_disputes = SiteDisputes(
            log, self.view, self._committed.open_tabs, self._committed.open_labels
        )
        self._stock = StockKeeping(log, self._shelf)
        self._spanning: tuple[tuple[Dispute, ...], ...] = ((), (), ())
        self._author = Author(credentials, environment.dice, environment.wall_ms, day_of)
        self._authorship = own_chain(log, credentials.device)
        self._judging: Preparation | None = None
        self._gate = ChangeGate(credentials.site, self)
        self._position = log.last_position()
        self._watchers = Watchers()
        self._counts = dict.fromkeys(
            ("batches", "commands", "received", "refused", "failed_batches", "poisoned"),
            0,
        )
        self.stopped = False
        self._queue_in, self._queue_out = trio.open_memory_channel[Execute | Receive](QUEUE_LENGTH)
        self._content: tuple[int, bytes] | None = None

    # --- who and where

    @property
    def site(self) -> SiteId:
        return self.credentials.site

    @property
    def device(self) -> DeviceId:
        return self.credentials.device

    @property
    def letters(self) -> str:
        return self.credentials.letters

    @property
    def position(self) -> int:
        """The last committed place in the log: the cursor of events."""
        return self._position

    @property
    def business_day(self) -> int:
        """The day that a command executed now would be written under."""
        return self._author.business_day(self._authorship, self._neighbours_days())

    @property
    def clock_day(self) -> int:
        """The day by this terminal's clock alone, which neighbours are told; 0: it is wrong."""
        return self._author.clock_day()

    # --- the two verbs

    async def execute(
        self,
        command: Command,
        *,
        command_id: CommandId,
        operator: OperatorId | None = None,
        expect: Mapping[DocumentId, str] | None = None,
        asked: bytes = b"",
        grant: Grant | None = None,
        asks_roles: bool = True,
    ) -> Outcome:
        """Execute a command once, durably.

        expect: versions that documents must be at. asked: SHA-256 of the request behind the
        command, of which the id is made (`command_id_of_key`). grant: what somebody else allowed
        for it. asks_roles: False while nobody can enter here. Raises DomainError (refused, nothing
        written), StaleVersion, CommandReused, NotDurable or Busy (not executed; retry with the same
        id).
        """
        request = Execute(command, command_id, operator, expect or {}, asked, grant, asks_roles)
        await self._put(request)
        return await request.result()

    async def receive(self, changes: Sequence[bytes], source: object | None = None) -> Received:
        """Take in changes from outside, as original bytes. Never raises for what they hold.

        source: who sent them, given back to watchers. Raises NotDurable or Busy.
        """
        parts = []
        for part in _slices(changes):
            request = Receive(part, source)
            await self._put(request)
            parts.append(await request.result())
        received = _total(parts)
        self._counts["refused"] += received.refused
        return received

    async def _put(self, request: Execute | Receive) -> None:
        try:
            await self._queue_in.send(request)
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise Busy from error

    # --- reading committed state

    def view(self, document: DocumentId) -> View:
        """What a document means now. Never changes under the reader; do not apply to it."""
        return self._shelf.shown(document).view

    def version(self, document: DocumentId) -> str:
        """32 hexadecimal digits, equal on every peer that holds the same changes of it, and of the
        orders beside it."""
        return self._shelf.shown(document).version

    def document(self, document: DocumentId) -> Document:
        """The CRDT document, for whoever speaks Yjs."""
        return Document(document, (decode_change(data) for data in self.log.changes_of(document)))

    def since(self, position: int, limit: int) -> list[tuple[int, Change]]:
        """Committed changes after a place in the log, in order: how a cursor resumes."""
        return [
            (logged.position, decode_change(logged.data))
            for logged in self.log.since(position, limit)
        ]

    def content_digest(self) -> bytes:
        """32 bytes that are equal on two peers iff they hold the same changes."""
        position = self.log.last_position()
        if self._content is None or self._content[0] != position:
            states = {state.id: state.digest for state in self.log.documents()}
            self._content = position, content_digest(states)
        return self._content[1]

    def taken(self, product: ProductId, since: int) -> int:
        """Thousandths of a product that lines stamped after an hlc take, see `catalog.left`."""
        return sum(self._committed.taken(product, since).values())

    def site_disputes(self) -> tuple[Dispute, ...]:
        """Disputes that span documents, settled ones included, by id; the same object until one
        changes. Those of before the start follow a moment after it: see `knows_the_past`."""
        site, stock = self._site_disputes.all(), self._stock.disputes()
        if self._spanning[0] is not site or self._spanning[1] is not stock:
            both = tuple(sorted((*site, *stock), key=lambda each: each.id))
            self._spanning = site, stock, both
        return self._spanning[2]

    @property
    def stock(self) -> StockKeeping:
        """What is on hand, by committed state."""
        return self._stock

    def number_rank(self, order: OrderId) -> int:
        """The `2` of `A-017/2`; 1 for the first, usually the only, order of its number."""
        return self._site_disputes.number_rank(order)

    @property
    def knows_the_past(self) -> bool:
        """Whether what the log said before the start counts in `site_disputes` already."""
        return self._site_disputes.knows_the_past and self._stock.knows_the_past

    def status(self) -> NodeStatus:
        return NodeStatus(
            position=self._position,
            business_day=self.business_day,
            waiting=self._gate.waiting,
            batches=self._counts["batches"],
            commands=self._counts["commands"],
            received=self._counts["received"],
            refused=self._counts["refused"],
            failed_batches=self._counts["failed_batches"],
            poisoned=self._counts["poisoned"],
            watchers=len(self._watchers),
            watchers_dropped=self._watchers.dropped,
            documents_in_memory=len(self._shelf),
        )

    async def put_setting(self, name: str, value: str) -> None:
        """Write down a small fact of this terminal alone. Raises NotDurable."""
        await self._environment.run_blocking(self.log.append, Batch(settings={name: value}))

    def watch(self) -> AbstractAsyncContextManager[trio.MemoryReceiveChannel[Commit]]:
        """Commits from now on, in order. A watcher that lags too far finds its channel ended and
        must start over from `position`."""
        return self._watchers.watch()

    # --- the gate asks here: what the batch has staged counts as known within the batch

    def signing_key(self, author: tuple[DeviceId, bytes]) -> bytes | None:
        assert self._judging is not None
        return self._judging.signing_key(author)  # type: ignore[arg-type]  # an Author

    def vouched(self, change: bytes, author: tuple[DeviceId, bytes]) -> bool:
        assert self._judging is not None
        return self._judging.vouched(change, author)  # type: ignore[arg-type]  # an Author

    # --- the writer

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """The writer task. Raises StorageBroken when the disk cannot be believed any more."""
        async with trio.open_nursery() as nursery:
            tables = self._committed.tables_in_use()
            nursery.start_soon(self._site_disputes.recall, self._environment, tables)
            nursery.start_soon(self._stock.recall)
            task_status.started()
            try:
                async for first in self._queue_out:
                    await self._write(self._drain(first))
            finally:
                self._stop()

    def _drain(self, first: Execute | Receive) -> list[Execute | Receive]:
        """Whatever queued while the last batch was written is the next batch."""
        batch, outside = [first], _size(first)
        while len(batch) < BATCH_LENGTH and outside < SLICE:
            try:
                following = self._queue_out.receive_nowait()
            except trio.WouldBlock:
                break
            batch.append(following)
            outside += _size(following)
        return batch

    async def _write(self, batch: list[Execute | Receive]) -> None:
        try:
            preparation = self._prepare(batch)
            to_append = preparation.to_append()
        except StorageError:
            raise
        except Exception as fault:  # noqa: BLE001 - told apart and logged: one poisoned change
            # must not stop a shop, however wrong the code is that it meets.
            await self._write_apart(batch, fault)
            return
        appended = Appended((), frozenset())
        if to_append.changes or to_append.commands:
            try:
                appended = await self._environment.run_blocking(self.log.append, to_append)
            except NotDurable as error:
                self._drop(batch, error)
                return
            except StorageError as error:
                # It may even be on disk: a retry with the same id finds out after the restart.
                self._drop(batch, Busy())
                _logger.critical("storage_broken reason=%s", error)
                raise
        self._publish(preparation, appended)

    async def _write_apart(self, batch: list[Execute | Receive], fault: Exception) -> None:
        """A fault of ours stopped this batch: find whose it is, and write all the rest."""
        if len(batch) > 1:
            for request in batch:
                await self._write([request])
            return
        (request,) = batch
        if isinstance(request, Receive) and len(request.batch) > 1:
            parts = [Receive([data], request.source) for data in request.batch]
            for part in parts:
                await self._write([part])
            request.answer(_total([await part.result() for part in parts]))
            return
        self._counts["poisoned"] += 1
        _logger.critical("request_poisoned", exc_info=fault)
        if isinstance(request, Receive):
            request.answer(Received(0, 0, 0, 1))
        else:
            request.fail(Unexpected(incident=request.command_id.hex()[:12]))

    def _prepare(self, batch: list[Execute | Receive]) -> Preparation:
        now_ms = self._environment.wall_ms()
        preparation = Preparation(
            credentials=self.credentials,
            author=self._author,
            authorship=self._authorship,
            shelf=self._shelf,
            log=self.log,
            committed=self._committed,
            neighbours_days=self._neighbours_days(),
            now_ms=now_ms,
            moment=self._moment_of(now_ms),
        )
        self._judging = preparation
        for request in batch:
            if isinstance(request, Execute):
                preparation.execute(request)
            else:
                preparation.receive(request, self._gate)
        self._judging = None
        self._counts["commands"] += sum(isinstance(request, Execute) for request in batch)
        return preparation

    def _publish(self, preparation: Preparation, appended: Appended) -> None:
        """After the commit. Must not await: everyone sees the whole batch at once."""
        self._authorship = preparation.authorship
        self._shelf.put(preparation.documents)
        staged = preparation.staged
        self._committed.add(
            [each.change for each in staged], preparation.opened, preparation.affected
        )
        positions = dict(zip((each.id for each in staged), appended.positions, strict=True))
        self._position = max(self._position, *appended.positions, 0)
        self._counts["batches"] += 1
        self._counts["received"] += sum(each.source is not None for each in staged)
        preparation.settle(positions)
        if staged:
            changes = tuple(each.change for each in staged)
            alike = preparation.keys_alike
            self._site_disputes.take(changes, preparation.affected, alike)
            self._stock.take(changes, preparation.orders_before, preparation.affected)
            commit = Commit(
                position=self._position,
                changes=changes,
                positions=appended.positions,
                sources=tuple(each.source for each in staged),
                documents=tuple(preparation.documents),
            )
            self._watchers.tell(commit)

    def _drop(self, batch: list[Execute | Receive], error: NotDurable | Busy) -> None:
        """Nothing of the batch stands. The disk says where our chain is."""
        self._counts["failed_batches"] += 1
        epoch = self._authorship.epoch
        self._authorship = own_chain(self.log, self.credentials.device, epoch)
        for request in batch:
            request.fail(error)
        _logger.error("batch_not_durable requests=%d reason=%s", len(batch), error)

    def _stop(self) -> None:
        """Nobody waits for ever on a writer that has ended."""
        self.stopped = True
        self._queue_out.close()
        while True:
            try:
                self._queue_out.receive_nowait().fail(Busy())
            except (trio.WouldBlock, trio.EndOfChannel, trio.ClosedResourceError):
                break
        self._watchers.end()


def fill_rows(log: ChangeLog) -> None:
    """Make all read-model rows from the log: after the tables changed, before a node is made."""
    shelf = Shelf(log)
    for state in log.documents():
        view = shelf.shown(state.id).view
        states = [DocumentState(state.id, shelf.get(state.id).digest, is_open(view))]
        log.append(Batch(documents=states, rows={state.id: rows_of(state.id, view)}))
    log.rows_filled()


def _slices(changes: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """At most SLICE changes and about SLICE_BYTES each, so that no batch keeps the shop waiting."""
    start = size = 0
    for index, data in enumerate(changes):
        size += len(data)
        if index + 1 - start == SLICE or size >= SLICE_BYTES or index + 1 == len(changes):
            yield changes[start : index + 1]
            start, size = index + 1, 0


def _total(parts: Sequence[Received]) -> Received:
    return Received(
        stored=sum(part.stored for part in parts),
        known=sum(part.known for part in parts),
        waiting=parts[-1].waiting if parts else 0,
        refused=sum(part.refused for part in parts),
    )


def _size(request: Execute | Receive) -> int:
    return len(request.batch) if isinstance(request, Receive) else 1
