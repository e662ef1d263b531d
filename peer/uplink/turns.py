"""Whose turn it is: when this peer brings an outstanding change to the relay.

Rules of this file:
1. An author's own changes are due at once. Another's are due after rank × 2 s and a jitter, counted
   from the moment its wave of changes began to arrive; a wave stays together and in order.
2. What the relay did not keep is due again later, and twice as late each time.
3. Decides times only. Who asks first and what is sent is the uplink's.
"""

import math
from collections.abc import Callable, Collection, Iterable
from typing import Protocol

from crdt_models.ids import ChangeId, DeviceId, Epoch
from peer.environment import Dice
from peer.uplink.outbox import Outbox, Outstanding, rank_of

RANK_SECONDS = 2.0  # long enough for the one before to have uploaded
WAVE_SECONDS = 0.5  # what one peer sends at once arrives within it
LONGEST_SET_ASIDE_SECONDS = 3600.0


class Clock(Protocol):
    """The part of the environment that is needed here."""

    @property
    def dice(self) -> Dice: ...
    def monotonic(self) -> float: ...


class Turns:
    """Due times of the outstanding changes, in monotonic seconds."""

    def __init__(
        self,
        device: DeviceId,
        clock: Clock,
        online: Callable[[], Collection[DeviceId]],
        set_aside_seconds: float,
    ) -> None:
        """set_aside_seconds: half of the first delay of a change that was not kept."""
        self._device = device
        self._clock = clock
        self._online = online
        self._set_aside_seconds = set_aside_seconds
        self._due: dict[ChangeId, float] = {}
        self._misses: dict[ChangeId, int] = {}
        # Author → when its latest wave of changes began to arrive, and when that wave is due.
        self._waves: dict[tuple[DeviceId, Epoch], tuple[float, float]] = {}

    @property
    def set_aside(self) -> int:
        """How many changes the relay did not keep."""
        return len(self._misses)

    def arrived(self, changes: Iterable[Outstanding]) -> None:
        """Give newly outstanding changes their turn."""
        for each in changes:
            self._due[each.id] = self._first(each)

    def is_due(self, each: Outstanding) -> bool:
        return self._due.get(each.id, 0.0) <= self._clock.monotonic()

    def next(self, outbox: Outbox) -> float:
        """When the first outstanding change is due; never, when there is none."""
        return min((self._due.get(each.id, 0.0) for each in outbox), default=math.inf)

    def not_kept(self, change: ChangeId) -> None:
        """The relay has answered and does not have it."""
        misses = self._misses[change] = self._misses.get(change, 0) + 1
        delay = min(LONGEST_SET_ASIDE_SECONDS, self._set_aside_seconds * 2**misses)
        self._due[change] = self._clock.monotonic() + delay * self._clock.dice.uniform(0.75, 1.25)

    def hurry(self) -> None:
        """Everything is due now."""
        self._due.clear()

    def forget(self, outbox: Outbox) -> None:
        """Drop what is not outstanding any more, and waves that are over."""
        now = self._clock.monotonic()
        self._due = {each: at for each, at in self._due.items() if each in outbox}
        self._misses = {each: n for each, n in self._misses.items() if each in outbox}
        self._waves = {author: wave for author, wave in self._waves.items() if wave[1] > now}

    def _first(self, each: Outstanding) -> float:
        now = self._clock.monotonic()
        if each.device == self._device:
            return now
        author = (each.device, each.epoch)
        began, due = self._waves.get(author, (-math.inf, 0.0))
        if now - began > WAVE_SECONDS:
            rank = rank_of(each, self._device, self._online())
            jitter = self._clock.dice.uniform(0.0, RANK_SECONDS)
            due = max(due, now + rank * RANK_SECONDS + jitter)
            self._waves[author] = (now, due)
        return due
