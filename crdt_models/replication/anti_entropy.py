"""Comparing what two peers hold: what to ask for, and what to answer.

Rules of this file:
1. Pure: a function of the two Haves and of the log. Who is asked, when and how often is decided in
   `wants`.
2. An answer is the newest part of what is asked. Answered oldest first, a peer with an old fork
   would be sent the same old changes for ever.
3. Whatever a Want or a Have claims, an answer reads a bounded number of headers, and its first
   change is always the wanted one. What it claims to cover only saves bytes.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence, Set

import msgspec

from crdt_models.ids import ChangeId, DeviceId, Epoch
from crdt_models.replication.holdings import Header, Holdings, LogReader
from crdt_models.replication.messages import MAX_CHANGES, MAX_CHANGES_BYTES, HaveEntry, Want

MAX_GAPS_WANTED = 128  # of one device, of one peer at a time: what it may miss in two intervals
MANY_GAPS = 1000  # of one device: more than any accident leaves, so not all entries are looked at
COVER_STEPS = 2000  # headers walked to find what the asker holds, four answers' worth
RUN = 128  # headers read at once: a straight chain costs one statement for each run


class Wanted(msgspec.Struct, frozen=True):
    """id: a change not stored here · device: whose · is_tip: claimed as a tip, or else a gap."""

    id: ChangeId
    device: DeviceId
    sequence: int
    is_tip: bool


def missing_from(
    mine: Holdings,
    theirs: Sequence[HaveEntry],
    held: Callable[[ChangeId], bool],
    *,
    beginning: int = 0,
) -> list[Wanted]:
    """What a peer with the entries `theirs` claims to have and we do not.

    held: whether a tip of theirs is stored here. beginning: 0 to 255, another one each time: where
    to begin among more gaps of a device than are worth asking for at once. First their tips that
    are not stored; then our gaps that one of their entries reaches. Reaching is exact when their
    tip is also ours; for a tip inside our chain, the sequence of the change above the gap decides.
    """
    tips = [
        Wanted(entry.tip, entry.device, entry.sequence, is_tip=True)
        for entry in theirs
        if not held(entry.tip)
    ]
    claimed = {each.id for each in tips}
    gaps: dict[DeviceId, set[ChangeId]] = {}
    start = len(theirs) * beginning // 256
    for entry in (*theirs[start:], *theirs[:start]):
        if entry.tip in claimed or not mine.gaps(entry.device):
            continue
        found = gaps.setdefault(entry.device, set())
        if len(found) < MANY_GAPS:
            found |= _reached(mine, entry)
    return tips + [
        Wanted(gap, device, mine.gaps(device)[gap] - 1, is_tip=False)
        for device, reached in gaps.items()
        for gap in _some(reached - claimed, beginning)
    ]


def _reached(mine: Holdings, entry: HaveEntry) -> Set[ChangeId]:
    """The gaps of ours that `entry` reaches and does not list."""
    below = mine.missing_below(entry.device, entry.tip)
    if below is None:
        gaps = mine.gaps(entry.device)
        below = {gap for gap, above in gaps.items() if above <= entry.sequence}
    return below.difference(entry.missing)


def _some(gaps: Set[ChangeId], beginning: int) -> Sequence[ChangeId]:
    """All, or a part: most of so many were invented, and any of them may be true."""
    ordered = sorted(gaps)
    start = len(ordered) * beginning // 256 if len(ordered) > MAX_GAPS_WANTED else 0
    return [*ordered[start:], *ordered[:start]][:MAX_GAPS_WANTED]


def answer(log: LogReader, want: Want, room: int = MAX_CHANGES_BYTES) -> list[bytes]:
    """The changes that answer `want`, oldest first; empty when the wanted one is not stored.

    At most `want.limit` changes and the `author_opened` of each epoch among them of which the asker
    named nothing, in `room` bytes: when it is too much, the oldest are left out, never the wanted.
    """
    newest_first = _Walk(log, want).run()
    if not newest_first:
        return []
    named = {entry.epoch for entry in want.entries}
    return _fitting(log, newest_first, named, room)


class _Walk:
    """From the wanted change downwards by descending sequence, leaving out what the asker covers.

    The asker's entries are walked along, marked as covered. What it misses is not covered, and its
    coverage does not pass below.
    """

    def __init__(self, log: LogReader, want: Want) -> None:
        self._log = log
        self._want = want
        self._missing = {change for entry in want.entries for change in entry.missing}
        self._missing.add(want.wanted)  # also when the asker misses more than it lists
        self._runs: dict[ChangeId, Header] = {}
        self._covered: dict[ChangeId, bool] = {}
        self._queue: list[tuple[int, ChangeId, Header]] = []
        self._uncovered = 0  # of those in the queue
        self._steps = 0

    def run(self) -> list[Header]:
        """The newest `limit`, newest first."""
        start = self._header(self._want.wanted)
        if start is None:
            return []
        self._device = start.device
        self._push(start.id, covered=False)
        for entry in self._want.entries:
            # The chain with the gap we fill covers nothing below the gap but by a second path,
            # which forks only; walking down to it would cost the whole chain above.
            if entry.missing == () or self._want.wanted not in entry.missing:
                self._push(entry.tip, covered=True)
        found: list[Header] = []
        while self._uncovered and len(found) < self._want.limit:
            _, change, header = heapq.heappop(self._queue)
            if self._covered[change]:
                self._pass_cover(header)
                continue
            self._uncovered -= 1
            found.append(header)
            for parent in header.previous:
                self._push(parent, covered=False)
        return found

    def _pass_cover(self, header: Header) -> None:
        self._steps += 1
        if self._steps <= COVER_STEPS:
            for parent in header.previous:
                if parent not in self._missing:
                    self._push(parent, covered=True)

    def _push(self, change: ChangeId, *, covered: bool) -> None:
        known = self._covered.get(change)
        if known is None:
            header = self._header(change)
            if header is not None and header.device == self._device:
                self._covered[change] = covered
                self._uncovered += not covered
                heapq.heappush(self._queue, (-header.sequence, change, header))
        elif covered and not known and self._is_queued(change):
            self._covered[change] = True
            self._uncovered -= 1

    def _is_queued(self, change: ChangeId) -> bool:
        return any(queued == change for _, queued, _ in self._queue)

    def _header(self, change: ChangeId) -> Header | None:
        header = self._runs.get(change)
        if header is None:
            header = self._log.header(change)
            if header is not None:
                self._runs[change] = header
                run = self._log.headers_of(header.device, below=header.sequence, limit=RUN)
                self._runs.update((each.id, each) for each in run)
        return header


def _fitting(
    log: LogReader, newest_first: Sequence[Header], named: set[Epoch], room: int
) -> list[bytes]:
    """Bytes of the newest changes that fit into `room` with the openings they need."""
    openings: dict[ChangeId, bytes] = {}
    asked_epochs = set(named)
    kept: list[tuple[ChangeId, bytes]] = []
    for header, change in _with_data(log, newest_first):
        fresh: list[ChangeId] = []
        if header.epoch not in asked_epochs:
            first = log.author_headers(header.device, header.epoch, 1)
            fresh = [each.id for each in first]
        opened = dict(zip(fresh, log.data(fresh), strict=True))
        cost = len(change) + sum(map(len, opened.values()))
        if kept and (cost > room or len(kept) + len(openings) + len(opened) >= MAX_CHANGES):
            break
        asked_epochs.add(header.epoch)
        openings.update(opened)
        kept.append((header.id, change))
        room -= cost
    rest = [change for change_id, change in reversed(kept) if change_id not in openings]
    return [*openings.values(), *rest]


def _with_data(log: LogReader, headers: Sequence[Header]) -> Iterator[tuple[Header, bytes]]:
    """Read piecemeal, so that 500 changes of 64 KiB are never in memory at once."""
    for start in range(0, len(headers), RUN):
        part = headers[start : start + RUN]
        yield from zip(part, log.data(each.id for each in part), strict=True)
