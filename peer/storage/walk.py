"""Walking a chain backwards from one change, newest first: what anti-entropy answers are made of.

The usual chain is straight, so a run of the device is fetched at once and walked in memory.
Forks and joins of epochs are followed through `previous`; holes are stepped over.
"""

import heapq
from collections.abc import Collection, Iterator

from crdt_models.ids import ChangeId
from peer.storage.reads import CommittedReads
from peer.storage.records import Header

RUN = 128  # headers fetched at once: about 0.3 ms, a quarter of the largest answer


def walk(
    reads: CommittedReads, start: ChangeId, *, stop: Collection[ChangeId] = ()
) -> Iterator[Header]:
    """The stored ancestors of `start`, itself first, by descending (sequence, id).

    stop: ids that are neither yielded nor walked past. Nothing is yielded when `start` is not
    stored. A caller that needs n stops after n: the walk is lazy.
    """
    cache: dict[ChangeId, Header] = {}
    seen = set(stop)
    queue: list[tuple[int, int, Header]] = []
    _push(reads, cache, seen, queue, (start,))
    while queue:
        header = heapq.heappop(queue)[2]
        yield header
        _push(reads, cache, seen, queue, header.previous)


def _push(
    reads: CommittedReads,
    cache: dict[ChangeId, Header],
    seen: set[ChangeId],
    queue: list[tuple[int, int, Header]],
    changes: tuple[ChangeId, ...],
) -> None:
    for change in changes:
        if change in seen:
            continue
        seen.add(change)
        header = cache.pop(change, None) or _fetch(reads, cache, change)
        if header is not None:
            descending = -header.sequence, -int.from_bytes(header.id, "big")
            heapq.heappush(queue, (*descending, header))  # a heap pops the least


def _fetch(reads: CommittedReads, cache: dict[ChangeId, Header], change: ChangeId) -> Header | None:
    """The header of `change`; its device's run below it goes into the cache."""
    header = reads.header(change)
    if header is not None:
        run = reads.headers_of(header.device, below=header.sequence, limit=RUN)
        cache.update((found.id, found) for found in run)
    return header
