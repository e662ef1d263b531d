"""The uplink: brings the log to the relay, and takes from it what others brought.

Rules of this file:
1. The author uploads its own changes within a moment (`GATHER_SECONDS`); others wait for their
   turn (`turns`), then ask first and upload only what nobody brought.
2. Nothing counts as delivered without a verified receipt (`relay_client`, `outbox`). What the relay
   did not keep is tried again, later and later, and holds nothing else up.
3. One task talks to the relay, one exchange at a time. A failure waits: doubling, with jitter, no
   longer than the longest delay unless the relay itself says so. OFFLINE_MODE dials nothing.
4. What it waits on comes from the environment; it knows no HTTP and no SQL.
"""

import math
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import TypeVar

import httpx
import trio

from crdt_models.change import Change
from crdt_models.errors import MalhaError, RefusedBytes
from crdt_models.ids import ChangeId, DeviceId, DocumentId
from crdt_models.receipts import (
    MAX_BATCH_CHANGES,
    MAX_UPLOAD_BYTES,
    Question,
    Receipt,
    Upload,
    verify_receipt,
)
from peer.service.sqlite_errors import StorageBroken
from peer.storage.records import Receipt as StoredReceipt
from peer.uplink.journal import Journal, State, SyncLogRow, UplinkStatus
from peer.uplink.outbox import (
    SLICE,
    Held,
    Outbox,
    OutboxLog,
    Outstanding,
    claims_of,
    held_among,
    read_slice,
)
from peer.uplink.relay_client import Exchange, RelayClient, RelayFailure, make_client
from peer.uplink.surroundings import UplinkNode, UplinkSettings, World
from peer.uplink.turns import Turns

__all__ = ["Uplink", "UplinkSettings", "make_client"]

_T = TypeVar("_T")

FIRST_BATCH_BYTES = 256 * 1024  # in time on 256 kbit/s; grows while exchanges succeed
SMALLEST_BATCH_BYTES = 8 * 1024
LARGEST_BATCH_BYTES = MAX_UPLOAD_BYTES - 1024
GATHER_SECONDS = 0.05  # from a commit to its upload; a rush goes up in fewer, larger uploads
NOTE_SECONDS = 30.0  # between two receipts written to the disk, each of which is a commit
ANSWERS_IN_A_ROW = 100  # 50,000 changes; then uploads have their turn
SOURCE = "relay"


class Uplink:
    """One peer's connection with the relay."""

    def __init__(
        self,
        node: UplinkNode,
        world: World,
        http: httpx.AsyncClient,
        settings: UplinkSettings,
        *,
        online: Callable[[], Collection[DeviceId]],
        outbox: Outbox | None = None,
    ) -> None:
        """http: from `make_client`, the caller's · online: devices of the mesh, ours or not.

        Raises MalformedToken.
        """
        self._node = node
        self._log: OutboxLog = node.log
        self._exchange: Exchange = RelayClient(
            http, settings.url, settings.token.reveal(), node.site
        )
        self._world = world
        self._settings = settings
        self._outbox = outbox or Outbox()
        self._wake = trio.Event()
        # Changes of the last commits, so that reading the log need not decode them again.
        self._decoded: dict[ChangeId, Change] = {}
        self._requested = False
        self._turns = Turns(node.device, world, online, settings.retry_max_delay_ms / 1000)
        self._next_ask = self._next_note = 0.0
        self._blocked_until = 0.0
        self._batch_bytes = FIRST_BATCH_BYTES
        self._is_talking = False
        self._stored_position = -1
        self._journal = Journal(world.wall_ms)
        self._believed = trio.Event()  # since somebody waits for a receipt

    # --- what others ask

    @property
    def dials(self) -> bool:
        """Whether this uplink may use the network at all."""
        return not self._settings.offline

    def request_now(self) -> bool:
        """Begin an exchange at once, whatever is being waited for. False: nothing is dialled."""
        if self.dials:
            self._requested = True
            self._blocked_until = self._next_ask = 0.0
            self._turns.hurry()
            self._wake.set()
        return self.dials

    def covered(self, change: ChangeId) -> bool:
        """Whether a receipt covers a change of the log."""
        header = self._log.headers((change,)).get(change)
        return (
            header is not None
            and header.position <= self._outbox.loaded_to
            and change not in self._outbox
        )

    async def receipted(self, change: ChangeId, seconds: float) -> bool:
        """Whether a receipt covers a change of the log, within that time."""
        with trio.move_on_after(seconds):
            while not self.covered(change):
                if self._believed.is_set():
                    self._believed = trio.Event()
                await self._believed.wait()
        return self.covered(change)

    def is_synced(self, document: DocumentId) -> bool:
        """Whether receipts cover all that the log holds of `document`."""
        is_all_read = self._outbox.loaded_to >= self._log.last_position()
        return is_all_read and not self._outbox.touches(document)

    def pending(self, limit: int = 100) -> list[Outstanding]:
        """The oldest changes that no receipt covers."""
        return [each for each, _ in zip(self._outbox, range(limit), strict=False)]

    def log(
        self, *, kind: str | None = None, success: bool | None = None, limit: int = 100
    ) -> list[SyncLogRow]:
        """The last exchanges, newest first."""
        return self._journal.rows(kind, success, limit)

    def status(self) -> UplinkStatus:
        journal = self._journal
        pending = len(self._outbox) + max(0, self._log.last_position() - self._outbox.loaded_to)
        return UplinkStatus(
            state=self._state(pending),
            relay=self._settings.url,
            online=self.dials and journal.failures == 0 and journal.last_success is not None,
            pending=pending,
            through=self._outbox.settled_to,
            set_aside=self._turns.set_aside,
            attempts=journal.failures,
            losses=journal.losses,
            last_success_ms=journal.last_success,
            last_attempt_ms=journal.last_attempt,
            last_error=None if journal.failure is None else str(journal.failure),
        )

    def _state(self, pending: int) -> State:
        journal = self._journal
        if not self.dials:
            return State.OFFLINE
        if journal.failure is not None and journal.failures > self._settings.retry_attempts:
            return State.OFFLINE if journal.failure.is_away else State.FAILED
        if self._turns.set_aside:
            return State.DIVERGENT
        if self._is_talking and pending:
            return State.SYNCING
        return State.WAITING if pending or journal.last_success is None else State.SYNCED

    # --- the task

    async def run(self) -> None:
        """Until cancelled. Raises StorageBroken when the disk cannot be believed any more."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._follow)
            nursery.start_soon(self._talk)

    async def _follow(self) -> None:
        """Wake at each commit; a watcher that lagged too far just begins again."""
        while True:
            async with self._node.watch() as commits:
                self._wake.set()
                async for commit in commits:
                    if len(self._decoded) < SLICE:
                        self._decoded.update((change.id, change) for change in commit.changes)
                    self._wake.set()
            await trio.lowlevel.checkpoint()

    async def _talk(self) -> None:
        await self._restore()
        while True:
            self._wake = trio.Event()
            await self._read_log()
            if self._is_time():
                await self._try_round()
            await self._wait()

    async def _try_round(self) -> None:
        self._requested, self._is_talking = False, True
        try:
            await self._round()
        except RelayFailure as failure:
            self._failed(failure)
        except StorageBroken:
            raise
        except MalhaError as error:  # our own disk or node would not take it: not the relay's doing
            self._failed(RelayFailure("not_stored_here", str(error)))
        else:
            self._journal.succeeded()
        finally:
            self._is_talking = False
        await self._remember()

    async def _round(self) -> None:
        """Everything that is due now: ask, then upload."""
        others_due = any(
            each.device != self._node.device and self._turns.is_due(each) for each in self._outbox
        )
        if others_due or self._world.monotonic() >= self._next_ask:
            await self._ask()
        while found := self._outbox.batch(self._turns.is_due, self._batch_bytes):
            await self._upload(found)
            await self._read_log()

    async def _upload(self, batch: Sequence[Outstanding]) -> None:
        ids = [each.id for each in batch]
        data = await self._world.run_blocking(self._log.data, ids)
        told = f"{len(batch)} alterações, {sum(map(len, data))} bytes"
        receipt = await self._exchanged("alteracoes", "envio", told, self._uploading(data))
        self._batch_bytes = min(LARGEST_BATCH_BYTES, self._batch_bytes * 2)
        if not await self._believe(receipt, ids):
            return  # all of it is outstanding again, this upload's part as well
        for change in ids:
            if change in self._outbox:
                self._turns.not_kept(change)
        if any(change in self._outbox for change in ids):
            refused = ", ".join(f"{code} × {count}" for code, count in receipt.refused)
            self._journal.note(
                "alteracoes", "envio", told, f"not_kept {refused or 'waiting'}".strip()
            )

    def _uploading(self, data: Sequence[bytes]) -> Awaitable[Receipt]:
        return self._exchange.upload(Upload(self._node.site, tuple(data)))

    async def _ask(self) -> None:
        """Take in what the relay has and we lack, until it has nothing new."""
        for _ in range(ANSWERS_IN_A_ROW):
            claims = await self._world.run_blocking(claims_of, self._log, self._outbox.receipt)
            question = Question(self._node.site, claims, MAX_BATCH_CHANGES)
            answer, receipt = await self._exchanged(
                "comparacao", "recebimento", f"{len(claims)} cadeias", self._exchange.ask(question)
            )
            await self._believe(receipt)
            self._next_ask = self._world.monotonic() + self._interval()
            if not answer.changes:
                return
            received = await self._node.receive(answer.changes, source=SOURCE)
            await self._read_log()
            told = f"{received.stored} novas, {received.refused} recusadas"
            self._journal.note("alteracoes", "recebimento", told)
            if received.stored == 0:
                return

    async def _exchanged(self, tipo: str, operation: str, told: str, answer: Awaitable[_T]) -> _T:
        """`answer`, noted in the log whatever becomes of it."""
        try:
            found = await answer
        except RelayFailure as failure:
            self._journal.note(tipo, operation, told, failure.reason)
            raise
        self._journal.note(tipo, operation, told)
        return found

    async def _believe(self, receipt: Receipt, uploaded: Sequence[ChangeId] = ()) -> bool:
        """False: the relay has lost data, and everything will be sent again."""
        held: Held = await self._world.run_blocking(held_among, self._log, receipt)
        is_whole = self._outbox.believe(receipt, held, uploaded)
        if not is_whole:
            self._journal.losses += 1
            self._stored_position = -1
            self._journal.note("relay", "recebimento", "tudo é enviado de novo", "relay_lost_data")
        await self._read_log()
        self._believed.set()
        return is_whole

    # --- when

    def _is_time(self) -> bool:
        now = self._world.monotonic()
        if not self.dials or now < self._blocked_until:
            return False
        return self._requested or (self._settings.auto and now >= self._next_moment())

    def _next_moment(self) -> float:
        """When something is due: the next question, or the first outstanding change."""
        return min(self._next_ask, self._turns.next(self._outbox))

    async def _wait(self) -> None:
        """Until something may be due: a moment, a commit, a request."""
        seconds = math.inf
        if self.dials and self._settings.auto:
            seconds = max(self._blocked_until, self._next_moment()) - self._world.monotonic()
        with trio.move_on_after(max(0.0, seconds)):
            await self._wake.wait()
            if not self._requested:  # what is sold at about the same time goes up together
                await trio.sleep(GATHER_SECONDS)

    def _failed(self, failure: RelayFailure) -> None:
        self._journal.failed(failure)
        failures, settings = self._journal.failures, self._settings
        self._batch_bytes = max(SMALLEST_BATCH_BYTES, self._batch_bytes // 2)
        delay = min(
            settings.retry_base_delay_ms * 2 ** min(failures - 1, 20), settings.retry_max_delay_ms
        )
        if failures > settings.retry_attempts:
            delay = max(delay, settings.interval_ms)
        wait = delay / 1000 * self._world.dice.uniform(0.5, 1.0)
        if failure.retry_after is not None:  # and not all peers of a shop at the same moment
            spread = self._world.dice.uniform(0.0, settings.retry_max_delay_ms / 1000)
            wait = max(wait, failure.retry_after + spread)
        self._blocked_until = self._world.monotonic() + wait

    def _interval(self) -> float:
        return self._settings.interval_ms / 1000 * self._world.dice.uniform(0.8, 1.2)

    # --- the log

    async def _restore(self) -> None:
        name = self._exchange.relay.hex()
        stored = await self._world.run_blocking(self._log.receipt, name)
        if stored is None:
            return
        try:
            receipt = verify_receipt(stored.data, self._exchange.relay, self._node.site)
        except RefusedBytes:  # another version's form: everything is compared again
            return
        held = await self._world.run_blocking(held_among, self._log, receipt)
        self._outbox.restore(stored.position, receipt, held)
        self._stored_position = stored.position

    async def _read_log(self) -> None:
        """Read what was committed since, as far as there is room."""
        while self._outbox.has_room:
            found = await self._world.run_blocking(
                read_slice, self._log, self._outbox.loaded_to, SLICE, self._decoded
            )
            self._turns.arrived(self._outbox.add(found))
            if len(found) < SLICE:
                self._decoded.clear()
                return

    async def _remember(self) -> None:
        """Write the last receipt down when it settles more than the stored one, but not with every
        sale: what an older one does not settle, a start asks the relay again."""
        receipt, position = self._outbox.receipt, self._outbox.settled_to
        self._turns.forget(self._outbox)
        now = self._world.monotonic()
        if receipt is None or position == self._stored_position or now < self._next_note:
            return
        self._next_note = now + NOTE_SECONDS
        stored = StoredReceipt(
            relay=receipt.relay.hex(), position=position, data=receipt.signed, at=receipt.time
        )
        try:
            await self._world.run_blocking(self._log.put_receipt, stored)
        except StorageBroken:
            raise
        except MalhaError as error:  # the disk is full: only a start takes longer
            self._journal.note("relay", "recebimento", f"posição {position}", error.code)
        else:
            self._stored_position = position
