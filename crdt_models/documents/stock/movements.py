"""What moved and what was counted, wherever it was told: what the ledger adds up.

Rules of this file:
1. A movement is before a count when the counter had seen it or its clock is lower; then it takes
   nothing from it, nor adds. One that is earlier but was not seen is for a person to confirm.
2. The counter had seen what the count's `seen` covers: of each terminal everything up to a clock.
   Of several tellings of one count the furthest is believed.
3. Facts of two days that one command told, alike, are one: the least stamp represents it.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from crdt_models.documents.catalog.left import GREATEST_HLC
from crdt_models.documents.stock.facts import AUTHOR_BYTES
from crdt_models.fact import Stamp
from crdt_models.ids import DeviceId, FactId

MovementKind = Literal["sale", "loss", "purchase", "transfer"]
Author = int
"""The beginning of a device id, as a number."""


class Movement(NamedTuple):
    """So much of a product came to a place, or (below zero) left it.

    id: of the fact. product: in hexadecimal. day: business day of the writer. told: equal for what
    one command told at one place of it, at whichever terminal. reason: of a loss; or from
    whom, or where to.
    """

    id: FactId
    kind: MovementKind
    product: str
    place: str
    thousandths: int
    stamp: Stamp
    author: Author
    day: int
    told: bytes
    reason: str = ""

    @property
    def clock(self) -> int:
        """Of the stamp, as a database holds it; only a hostile clock says more."""
        return min(self.stamp.hlc, GREATEST_HLC)


class Count(NamedTuple):
    """So much of a product was at a place. ids: of all tellings. replaces: ids of counts that the
    counter knew. seen: by author the greatest clock that the counter knew of it."""

    id: FactId
    ids: tuple[FactId, ...]
    product: str
    place: str
    thousandths: int
    stamp: Stamp
    author: Author
    day: int
    told: bytes
    is_opening: bool
    replaces: tuple[FactId, ...]
    seen: Mapping[Author, int]

    @property
    def clock(self) -> int:
        """Of the stamp, as a database holds it."""
        return min(self.stamp.hlc, GREATEST_HLC)

    def has_seen(self, author: Author, hlc: int) -> bool:
        """Whether the counter knew what an author wrote at a clock."""
        return hlc <= self.seen.get(author, -1)

    def is_after(self, author: Author, hlc: int) -> bool:
        """Whether what an author wrote at a clock changes what was counted."""
        return hlc >= self.clock and not self.has_seen(author, hlc)

    def is_doubtful(self, author: Author, hlc: int) -> bool:
        """Whether it is before the count by the clocks alone."""
        return hlc < self.clock and not self.has_seen(author, hlc)


def author_of(device: DeviceId) -> Author:
    """How the stock names a terminal."""
    return int.from_bytes(device[:AUTHOR_BYTES])


def seen_of(known: Mapping[DeviceId, int]) -> tuple[bytes, ...]:
    """The field `seen` of a count by somebody who knew each device up to a clock."""
    return tuple(sorted(device[:AUTHOR_BYTES] + hlc.to_bytes(8) for device, hlc in known.items()))


def read_seen(seen: Iterable[bytes]) -> dict[Author, int]:
    """The same read back: by author its greatest clock."""
    found: dict[Author, int] = {}
    for each in seen:
        author, hlc = int.from_bytes(each[:AUTHOR_BYTES]), int.from_bytes(each[AUTHOR_BYTES:])
        found[author] = max(min(hlc, GREATEST_HLC), found.get(author, 0))
    return found


def packed_seen(seen: Mapping[Author, int]) -> bytes:
    """What `read_seen` reads back once it is cut into pieces of SEEN_BYTES."""
    return packed_pairs(seen.items())


def packed_pairs(pairs: Iterable[tuple[Author, int]]) -> bytes:
    """Authors and clocks as bytes; an author may be there more than once."""
    return b"".join(
        author.to_bytes(AUTHOR_BYTES) + hlc.to_bytes(8) for author, hlc in sorted(pairs)
    )


def read_pairs(packed: bytes) -> tuple[tuple[Author, int], ...]:
    """The same read back."""
    size = AUTHOR_BYTES + 8
    pieces = (packed[at : at + size] for at in range(0, len(packed), size))
    return tuple(
        (int.from_bytes(each[:AUTHOR_BYTES]), int.from_bytes(each[AUTHOR_BYTES:]))
        for each in pieces
    )


def movements_once(movements: Iterable[Movement]) -> list[Movement]:
    """Each once, by stamp."""
    found: dict[object, Movement] = {}
    for each in sorted(movements, key=by_stamp):
        key = each.told, each.kind, each.product, each.place, each.thousandths
        found.setdefault(key, each)
    return list(found.values())


def counts_once(counts: Iterable[Count]) -> list[Count]:
    """Each once, by stamp, with what all its tellings knew."""
    found: dict[object, Count] = {}
    for each in sorted(counts, key=by_stamp):
        key = each.told, each.product, each.place, each.thousandths, each.is_opening
        first = found.get(key)
        found[key] = each if first is None else _united(first, each)
    return list(found.values())


def _united(first: Count, again: Count) -> Count:
    seen = {
        author: max(first.seen.get(author, 0), again.seen.get(author, 0))
        for author in (*first.seen, *again.seen)
    }
    return first._replace(
        ids=tuple(sorted({*first.ids, *again.ids})),
        replaces=tuple(sorted({*first.replaces, *again.replaces})),
        seen=seen,
    )


def by_stamp(each: Movement | Count) -> tuple[Stamp, bytes]:
    """In what order they are told."""
    return each.stamp, each.told
