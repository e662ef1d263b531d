"""Spreading: which links get which change, so that a full mesh sends each change once to each peer.

Rules of this file:
1. A change of ours goes to all links.
2. A change received from its own author is not forwarded to the author's neighbours, for the author
   sends it to them itself; one received from a third party is not forwarded to the sender's.
3. Each change remembers for two intervals the link it came by. When that link drops, it goes to the
   links that rule 2 left out; when the sender's neighbour set loses a device, to that device.
4. Whatever is missed by this is repaired by anti-entropy: spreading is for speed only.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Set

import msgspec

from crdt_models.ids import ChangeId, DeviceId

MAX_RECENT = 10_000  # changes remembered; two intervals of a shop's busiest hour are about 100


class Route(msgspec.Struct, frozen=True):
    """One link as spreading sees it. peer: the device at its end · neighbours: as it told last."""

    peer: DeviceId
    neighbours: Set[DeviceId]


def targets(source: int | None, routes: Mapping[int, Route]) -> list[int]:
    """The links that a newly stored change is pushed to.

    source: the link it came by; None when it is ours, or when that link has gone and nobody knows
    any more who was covered.
    """
    if source is None or source not in routes:
        return list(routes)
    sender = routes[source]
    return [
        link
        for link, route in routes.items()
        if link != source and route.peer != sender.peer and route.peer not in sender.neighbours
    ]


class _Arrival(msgspec.Struct, frozen=True):
    change: ChangeId
    source: int
    until: float


class Recent:
    """The changes of the last two intervals and the link each came by (rule 3)."""

    def __init__(self, keep: float) -> None:
        self._keep = keep  # seconds
        self._arrivals: deque[_Arrival] = deque(maxlen=MAX_RECENT)

    def note(self, changes: Iterable[ChangeId], source: int, now: float) -> None:
        self._arrivals.extend(_Arrival(change, source, now + self._keep) for change in changes)

    def from_link(self, source: int, now: float) -> list[ChangeId]:
        """What came by `source` and is still remembered, oldest first."""
        while self._arrivals and self._arrivals[0].until <= now:
            self._arrivals.popleft()
        return [arrival.change for arrival in self._arrivals if arrival.source == source]


def uncovered_by_drop(dropped: Route, remaining: Mapping[int, Route]) -> list[int]:
    """The links that were left to the dropped one's neighbourhood."""
    return [link for link, route in remaining.items() if route.peer in dropped.neighbours]


def uncovered_by_loss(lost: Set[DeviceId], source: int, routes: Mapping[int, Route]) -> list[int]:
    """The links to devices that the neighbour set of `source` lost."""
    return [link for link, route in routes.items() if link != source and route.peer in lost]
