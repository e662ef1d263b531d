"""A log of real changes in memory: what Gossip asks of a log, and no disk.

Written for clarity; a campaign's conversations hold some dozens of changes.
"""

from collections.abc import Iterable, Sequence

import msgspec

from crdt_models.change import Change
from crdt_models.ids import ChangeId, DeviceId, Epoch


class MissingBelow(msgspec.Struct, frozen=True):
    """missing: an id that is not stored · below: the stored change that names it."""

    missing: ChangeId
    below: ChangeId


class MemoryLog:
    """See `crdt_models.replication.holdings.LogReader`."""

    def __init__(self, changes: Iterable[Change] = ()) -> None:
        self._changes = {change.id: change for change in changes}

    def add(self, change: Change) -> None:
        self._changes[change.id] = change

    def holds(self, change: ChangeId, /) -> bool:
        return change in self._changes

    def holds_many(self, changes: Iterable[ChangeId], /) -> frozenset[ChangeId]:
        return frozenset(each for each in changes if each in self._changes)

    def header(self, change: ChangeId, /) -> Change | None:
        return self._changes.get(change)

    def headers_of(
        self, device: DeviceId, /, *, below: int | None = None, limit: int | None = None
    ) -> Sequence[Change]:
        found = [
            each
            for each in self._changes.values()
            if each.device == device and (below is None or each.sequence < below)
        ]
        return sorted(found, key=lambda each: (each.sequence, each.id), reverse=True)[:limit]

    def author_headers(self, device: DeviceId, epoch: Epoch, limit: int, /) -> Sequence[Change]:
        found = [each for each in self._changes.values() if each.author == (device, epoch)]
        return sorted(found, key=lambda each: (each.sequence, each.id))[:limit]

    def data(self, changes: Iterable[ChangeId], /) -> list[bytes]:
        return [self._changes[each].data for each in changes]

    def children(self, change: ChangeId, /) -> frozenset[ChangeId]:
        return frozenset(each.id for each in self._changes.values() if change in each.previous)

    def tips(self) -> Sequence[Change]:
        parents = {
            (parent, each.device) for each in self._changes.values() for parent in each.previous
        }
        return [each for each in self._changes.values() if (each.id, each.device) not in parents]

    def missing(self) -> Sequence[MissingBelow]:
        return [
            MissingBelow(parent, each.id)
            for each in self._changes.values()
            for parent in each.previous
            if parent not in self._changes
        ]
