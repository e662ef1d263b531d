"""Changes on their way to the disk: what a link brought and the node has not committed yet.

Rules of this file:
1. Nothing in here is asked for. A node that needs long, on a slow disk, is not sent again what it
   is writing; what it is done with and has not stored is asked for after an interval.
2. Bounded in number and in time: a node that never tells is waited for LONGEST_TAKING intervals.
"""

from collections.abc import Iterable

from crdt_models.ids import ChangeId

MAX_ARRIVING = 20_000  # beyond it what comes may be asked for twice, and nothing is lost
LONGEST_TAKING = 16  # intervals that a node may need for what it was handed: a disk that stalls


class Arrivals:
    """interval: T, seconds."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        # Until when each is waited for; the oldest stand in front of either.
        self._with_node: dict[ChangeId, float] = {}
        self._taken: dict[ChangeId, float] = {}

    def __contains__(self, change: ChangeId) -> bool:
        return change in self._with_node or change in self._taken

    def __len__(self) -> int:
        return len(self._with_node) + len(self._taken)

    def handed(self, changes: Iterable[ChangeId], now: float) -> None:
        """The node gets them."""
        if len(self) < MAX_ARRIVING:
            until = now + self._interval * LONGEST_TAKING
            self._with_node.update(dict.fromkeys(changes, until))

    def taken(self, changes: Iterable[ChangeId], now: float) -> None:
        """The node has dealt with them; those it stored are told as `committed`."""
        until = now + self._interval
        known = [change for change in changes if self._with_node.pop(change, None) is not None]
        self._taken.update(dict.fromkeys(known, until))

    def committed(self, changes: Iterable[ChangeId]) -> None:
        for change in changes:
            self._with_node.pop(change, None)
            self._taken.pop(change, None)

    def give_up(self, now: float) -> bool:
        """Forget what was not committed in time. True when there was any: it may be asked for."""
        late = False
        for waiting in (self._with_node, self._taken):
            while waiting:
                change = next(iter(waiting))
                if waiting[change] > now:
                    break
                del waiting[change]
                late = True
        return late
