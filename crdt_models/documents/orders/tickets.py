"""What the kitchen has of an order and has not brought out yet: a ticket a station.

Rules of this file:
1. A line is on the ticket of the station where it is made now, from its first send until it is
   delivered, whatever the bill says: a counter sale is paid first and made afterwards.
2. What was cancelled, a line or the whole order, is on no ticket.
3. What waits for its course is there too, and says so: a cook sees what is coming.
"""

from collections.abc import Iterable
from typing import NamedTuple

from crdt_models.documents.orders.lines import Line

_IN_THE_KITCHEN = frozenset({"sent", "preparing", "ready"})


class Ticket(NamedTuple):
    """lines: by stamp. sent_hlc: clock of the first send of any of them."""

    station: str
    lines: tuple[Line, ...]
    sent_hlc: int

    @property
    def waiting(self) -> int:
        """How many of its lines may not be made yet."""
        return sum(not line.is_fired for line in self.lines)


def tickets_of(lines: Iterable[Line]) -> tuple[Ticket, ...]:
    """The tickets of these lines, by station."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        if line.left and line.stage in _IN_THE_KITCHEN:
            found.setdefault(line.station, []).append(line)
    return tuple(
        Ticket(station, tuple(there), min((line.sent_hlc or 0) for line in there))
        for station, there in sorted(found.items())
    )
