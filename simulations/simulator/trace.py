"""What happened, in order: every event of a run with its virtual time, and one digest of them all.

Rules of this file:
1. An event is (seconds, host, what, detail). "The same run" means: the same events. File bytes and
   wire bytes are not events; digests of content are.
2. The digest covers every event; only the last ones are kept (memory), or all for a report.
3. Counters (`count`) say how often a fault fired or a place was reached. They are part of a run's
   result, so a campaign can show which faults it never produced.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Iterable, Mapping

import trio
from msgspec import Struct

Detail = str | int | float | None
KEPT = 4000


class Event(Struct, frozen=True, array_like=True):
    """at: virtual seconds. host: who it happened to ("" for the world)."""

    at: float
    host: str
    what: str
    detail: tuple[tuple[str, Detail], ...] = ()

    def __str__(self) -> str:
        said = " ".join(f"{name}={value}" for name, value in self.detail)
        return f"{self.at:10.3f}  {self.host or '-':<7} {self.what} {said}".rstrip()


class Trace:
    """The one list of what happened in a world."""

    def __init__(self, *, keep_all: bool = False) -> None:
        self._digest = hashlib.sha256()
        self.events: deque[Event] = deque(maxlen=None if keep_all else KEPT)
        self.recorded = 0
        self.fired: Counter[str] = Counter()
        self.reached: Counter[str] = Counter()

    def record(self, host: str, what: str, **detail: Detail) -> None:
        """Something happened now."""
        event = Event(round(trio.current_time(), 6), host, what, tuple(detail.items()))
        self._digest.update(repr((event.at, host, what, event.detail)).encode())
        self.events.append(event)
        self.recorded += 1

    def fire(self, fault: str, host: str = "", **detail: Detail) -> None:
        """A fault really struck: counted and recorded."""
        self.fired[fault] += 1
        self.record(host, fault, **detail)

    def reach(self, mark: str, times: int = 1) -> None:
        """A place worth reaching was reached."""
        self.reached[mark] += times

    @property
    def digest(self) -> str:
        """64 hexadecimal digits; equal for two runs iff every event was equal."""
        return self._digest.hexdigest()


def total(counters: Iterable[Mapping[str, int]]) -> Counter[str]:
    """The sum of several runs' counters."""
    sum_: Counter[str] = Counter()
    for counter in counters:
        sum_.update(counter)
    return sum_
