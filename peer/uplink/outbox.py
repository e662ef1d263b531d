"""What of the log is not with the relay yet: the outbox, which is a query and never a queue.

Rules of this file:
1. A change is settled when a signed receipt says so: by its bit in the answer to an upload, as a
   tip, or because a settled change names it and it is not listed as missing. Nothing else settles.
2. What a receipt settled, every later receipt must still say. When one does not, the relay has lost
   data, and the whole log is outstanding again until receipts say otherwise.
3. Bounded: at most `WINDOW` outstanding changes are held, the oldest of the log; the rest of a long
   backlog is read when these are settled.
4. No network, no clock, no dice. Only `read_slice` and `held_among` touch the disk; they change
   nothing here and may run in another thread.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import msgspec

from crdt_models.change import Change, decode_change
from crdt_models.ids import ChangeId, DeviceId, DocumentId, Epoch
from crdt_models.receipts import MAX_BATCH_CHANGES, MAX_MISSING, MAX_TIPS, Claim, Receipt
from peer.storage.records import Gap, Header, Logged, Tip
from peer.storage.records import Receipt as StoredReceipt

WINDOW = 20_000  # outstanding changes in memory: about 10 MB
SLICE = 500  # read from the log at once


class OutboxLog(Protocol):
    """What the uplink asks of the log; `peer.storage.change_log.ChangeLog` is one."""

    def since(self, position: int, limit: int) -> Sequence[Logged]: ...
    def last_position(self) -> int: ...
    def data(self, changes: Iterable[ChangeId]) -> list[bytes]: ...
    def headers(self, changes: Iterable[ChangeId]) -> dict[ChangeId, Header]: ...
    def early_children(self, after: int, through: int) -> dict[int, tuple[ChangeId, ...]]: ...
    def tips(self) -> Sequence[Tip]: ...
    def missing(self) -> Sequence[Gap]: ...
    def receipt(self, relay: str) -> StoredReceipt | None: ...
    def put_receipt(self, receipt: StoredReceipt) -> None: ...


class Outstanding(msgspec.Struct, frozen=True, kw_only=True):
    """A change that no receipt covers yet.

    position: in our log · children: stored changes that name it and came before it · size: bytes.
    """

    position: int
    id: ChangeId
    device: DeviceId
    epoch: Epoch
    previous: tuple[ChangeId, ...]
    documents: tuple[DocumentId, ...]
    children: tuple[ChangeId, ...]
    size: int


def read_slice(
    log: OutboxLog, position: int, limit: int, decoded: Mapping[ChangeId, Change]
) -> list[Outstanding]:
    """The changes stored after `position`, in order. decoded: those known already, of any."""
    stored = log.since(position, limit)
    if not stored:
        return []
    early = log.early_children(position, stored[-1].position)
    found = []
    for logged in stored:
        change = decoded.get(logged.id) or decode_change(logged.data)
        found.append(
            Outstanding(
                position=logged.position,
                id=logged.id,
                device=change.device,
                epoch=change.epoch,
                previous=change.previous,
                documents=change.documents,
                children=early.get(logged.position, ()),
                size=len(logged.data),
            )
        )
    return found


class Held(msgspec.Struct, frozen=True):
    """What of a receipt's ids is stored here: id → position · gappy: devices whose chains have
    holes in our log, so that nothing can be said about what stands above a change of theirs."""

    positions: dict[ChangeId, int]
    gappy: frozenset[DeviceId]


def held_among(log: OutboxLog, receipt: Receipt) -> Held:
    """Look up what `receipt` speaks of."""
    named = [tip.id for tip in receipt.tips] + list(receipt.missing)
    below = log.headers(gap.below for gap in log.missing())
    return Held(
        {change: header.position for change, header in log.headers(named).items()},
        frozenset(header.device for header in below.values()),
    )


def rank_of(each: Outstanding, device: DeviceId, online: Collection[DeviceId]) -> int:
    """Our place, from 1, among the online devices in the order that this author gives them."""

    def key(candidate: DeviceId) -> bytes:
        return hashlib.sha256(each.device + each.epoch + candidate).digest()

    others = set(online) - {device, each.device}
    return 1 + sum(key(other) < key(device) for other in others)


def claims_of(log: OutboxLog, receipt: Receipt | None) -> tuple[Claim, ...]:
    """What we hold: our tips, and those of the relay's tips that we hold, so that it need not
    send what stands below tips of ours that it does not know."""
    gaps = log.missing()
    below = log.headers(gap.below for gap in gaps)
    missing: dict[DeviceId, set[ChangeId]] = {}
    for gap in gaps[:MAX_MISSING]:
        missing.setdefault(below[gap.below].device, set()).add(gap.missing)
    claims = {tip.id: Claim(tip.device, tip.epoch, tip.sequence, tip.id) for tip in log.tips()}
    if receipt is not None:
        held = log.headers(tip.id for tip in receipt.tips)
        for tip in receipt.tips:
            if tip.id in held:
                claims.setdefault(tip.id, Claim(tip.device, tip.epoch, tip.sequence, tip.id))
    # What is missing of a device counts for all its claims; saying it once saves bytes.
    return tuple(
        msgspec.structs.replace(claim, missing=tuple(sorted(missing.pop(claim.device, ()))))
        for claim in list(claims.values())[:MAX_TIPS]
    )


class Outbox:
    """The outstanding changes, oldest first, and what moves them."""

    def __init__(self, window: int = WINDOW) -> None:
        self._window = window
        self._outstanding: dict[ChangeId, Outstanding] = {}
        self._documents: Counter[DocumentId] = Counter()
        self._receipt: Receipt | None = None
        # Tips of earlier receipts that no later one has confirmed or outgrown yet.
        self._vouched: dict[ChangeId, DeviceId] = {}
        # Outstanding changes that a settled one names: came after it, or were missing at the relay.
        self._below_settled: set[ChangeId] = set()
        self.loaded_to = 0
        """Position up to which the log has been looked at."""

    def __len__(self) -> int:
        return len(self._outstanding)

    def __contains__(self, change: object) -> bool:
        return change in self._outstanding

    def __iter__(self) -> Iterator[Outstanding]:
        return iter(self._outstanding.values())

    def touches(self, document: DocumentId) -> bool:
        """Whether an outstanding change speaks of `document`."""
        return self._documents[document] > 0

    @property
    def has_room(self) -> bool:
        return len(self._outstanding) < self._window

    @property
    def receipt(self) -> Receipt | None:
        """The last one believed."""
        return self._receipt

    @property
    def settled_to(self) -> int:
        """Everything up to this position of the log is with the relay."""
        first = next(iter(self._outstanding.values()), None)
        return self.loaded_to if first is None else first.position - 1

    def restore(self, position: int, receipt: Receipt, held: Held) -> None:
        """Begin where an earlier process ended."""
        self.loaded_to = position
        self._receipt = receipt
        self._vouch(receipt, held)

    def add(self, found: Iterable[Outstanding]) -> list[Outstanding]:
        """Note changes read from the log; returns those that the last receipt does not cover."""
        fresh = []
        for each in found:
            self.loaded_to = each.position
            self._outstanding[each.id] = each
            self._documents.update(each.documents)
            if any(child not in self._outstanding for child in each.children):
                self._below_settled.add(each.id)
            fresh.append(each)
        if self._receipt is not None and fresh:
            self._settle_by(self._receipt)
        return [each for each in fresh if each.id in self._outstanding]

    def believe(self, receipt: Receipt, held: Held, uploaded: Sequence[ChangeId] = ()) -> bool:
        """Take in a verified receipt. False: the relay has lost what it had vouched for.

        uploaded: the changes of the upload that it answers, in its order.
        """
        self._receipt = receipt
        self._settle(change for i, change in enumerate(uploaded) if receipt.keeps(i))
        self._settle_by(receipt)
        if receipt.more:
            return True
        if self._lost_any(receipt, held):
            self._start_over()
            return False
        self._vouch(receipt, held)
        return True

    def batch(self, ready: Callable[[Outstanding], bool], max_bytes: int) -> list[Outstanding]:
        """The oldest that are ready, within one upload."""
        found: list[Outstanding] = []
        size = 0
        for each in self._outstanding.values():
            if not ready(each):
                continue
            size += each.size + 5  # a byte string's head
            if found and (size > max_bytes or len(found) == MAX_BATCH_CHANGES):
                break
            found.append(each)
        return found

    def _settle_by(self, receipt: Receipt) -> None:
        """Settle what the tips and the missing ids of `receipt` cover."""
        self._settle(tip.id for tip in receipt.tips)
        if not receipt.more:
            missing = set(receipt.missing)
            self._settle(each for each in self._below_settled.copy() if each not in missing)

    def _settle(self, changes: Iterable[ChangeId]) -> None:
        """Settle `changes`, and all that they name and that the last receipt does not miss."""
        assert self._receipt is not None, "only receipts settle"
        stop = set(self._receipt.missing)
        queue = deque(each for each in changes if each in self._outstanding)
        while queue:
            each = self._outstanding.pop(queue.popleft(), None)
            if each is None:
                continue
            self._forget_documents(each.documents)
            self._below_settled.discard(each.id)
            for parent in each.previous:
                self._vouched.pop(parent, None)
                if parent in self._outstanding:
                    self._below_settled.add(parent)
                    if not self._receipt.more and parent not in stop:
                        queue.append(parent)

    def _forget_documents(self, documents: Iterable[DocumentId]) -> None:
        for document in documents:
            self._documents[document] -= 1
            if not self._documents[document]:
                del self._documents[document]

    def _lost_any(self, receipt: Receipt, held: Held) -> bool:
        """Whether the receipt contradicts an earlier one."""
        for change in receipt.missing:
            settled = held.positions.get(change, self.loaded_to + 1) <= self.loaded_to
            if settled and change not in self._outstanding:
                return True
        tips = {tip.id for tip in receipt.tips}
        # A tip that was not read yet may stand above one that was vouched for: not known yet.
        unread = self.loaded_to + 1
        unknown = {
            tip.device
            for tip in receipt.tips
            if held.positions.get(tip.id, unread) > self.loaded_to
        }
        unknown |= held.gappy
        return any(
            change not in tips and device not in unknown for change, device in self._vouched.items()
        )

    def _vouch(self, receipt: Receipt, held: Held) -> None:
        """From now on the relay must keep the tips of `receipt` that we hold."""
        mine = (tip for tip in receipt.tips if tip.id in held.positions)
        self._vouched.update({tip.id: tip.device for tip in mine})

    def _start_over(self) -> None:
        self._outstanding.clear()
        self._documents.clear()
        self._vouched.clear()
        self._below_settled.clear()
        self.loaded_to = 0
