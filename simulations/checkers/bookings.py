"""Whoever was promised a table is in the book, once, on every terminal.

Rules of this file:
1. A name carries the mark of its key, so that a booking can be found again. Names are not changed.
2. One that no terminal acknowledged may be there or not; one that was refused must not.
"""

from collections import Counter
from collections.abc import Iterator

from simulations.checkers.evidence import Evidence
from simulations.checkers.excuses import WorldExcuses
from simulations.workload.promises import audited
from simulations.workload.room_scenes import RESERVATIONS

BOOKING = ("POST", RESERVATIONS)


def bookings(evidence: Evidence) -> Iterator[str]:
    """Every reservation that was acknowledged is there once, and none that was refused."""
    deeds = [
        each
        for each in audited(evidence.ledger, WorldExcuses(evidence))
        if (each.method, each.path) == BOOKING
    ]
    for copy in evidence.copies:
        names = Counter(each["nome"] for each in copy.shop.reservations.values())
        for deed in deeds:
            found = names[deed.body["nome"]]
            if deed.outcome == "acknowledged" and not found:
                yield f"{copy.host} does not have the reservation of {deed.body['nome']}"
            if found > 1 or (found and deed.outcome == "refused"):
                yield f"{copy.host} has {found} reservations of {deed.body['nome']}"
