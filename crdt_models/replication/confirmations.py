"""Which other devices hold a change: known for those whose front end waits for it, of no others.

Rules of this file:
1. Nobody is asked unless somebody waits, and what nobody waits for any more is forgotten.
2. A device speaks for itself alone: what it says it holds counts once, however often and over how
   many links it says so. We are no other device, and neither is a clone of ours.
3. Who does not hold a change yet says nothing of it and is asked again, ASK_AGAIN seconds later.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from crdt_models.ids import ChangeId, DeviceId
from crdt_models.replication.messages import MAX_INQUIRED

ASK_AGAIN: Final = 0.25  # seconds; a neighbour's disk needs a hundredth of that


class Confirmations:
    """me: this device. Times are monotonic seconds."""

    def __init__(self, me: DeviceId) -> None:
        self._me = me
        self._waiting: Counter[ChangeId] = Counter()
        self._holders: dict[ChangeId, set[DeviceId]] = {}
        self.ask_at: float | None = None

    def wait_for(self, change: ChangeId, now: float) -> None:
        """Somebody wants to know; tell `forget` when it is over. Ask from `now` on."""
        self._waiting[change] += 1
        self._holders.setdefault(change, set())
        self.ask_at = now

    def forget(self, change: ChangeId) -> None:
        self._waiting[change] -= 1
        if not self._waiting[change]:
            del self._waiting[change], self._holders[change]
        if not self._waiting:
            self.ask_at = None

    def sent(self, changes: Iterable[ChangeId], now: float) -> None:
        """Changes were given to the links just now: whoever takes them can say so at once."""
        if self._waiting and not self._waiting.keys().isdisjoint(changes):
            self.ask_at = now

    def asked(self, now: float) -> None:
        """Every link was given its question."""
        self.ask_at = now + ASK_AGAIN if self._waiting else None

    def told(self, device: DeviceId, changes: Iterable[ChangeId]) -> None:
        """`device` says that it has stored these durably."""
        if device != self._me:
            for change in changes:
                if change in self._holders:
                    self._holders[change].add(device)

    def holders(self, change: ChangeId) -> frozenset[DeviceId]:
        return frozenset(self._holders.get(change, ()))

    def open_with(self, device: DeviceId) -> tuple[ChangeId, ...]:
        """What `device` is to be asked about: the oldest, ascending."""
        unsaid = [change for change, said in self._holders.items() if device not in said]
        return tuple(sorted(unsaid[:MAX_INQUIRED]))
