"""How a change lies in its row, and how it is found by its id.

Rules of this file:
1. The bytes are kept once. What all changes of an author begin with stands in the author's row; the
   id is the SHA-256 of the bytes and the head is read from them, so neither has a column.
2. An index holds the first bits of an id, sized for speed and not for trust: whoever comes out of
   it is compared in full. Equal first bits, by chance or by malice, cost time and nothing else.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from crdt_models.change import AUTHOR_BYTES, head_of
from crdt_models.ids import SHORT_BYTES, ChangeId
from peer.storage.lookup import Fetch, rows_in
from peer.storage.records import Header

# First bits of an id that the indexes hold: what SQLite stores in six bytes. Among a million
# changes one pair in three hundred logs begins alike.
SHORT_BITS = 47
_ARRAY = 0x80  # CBOR: the head of an array; no number begins so high

# For rows that `stored` reads; more columns may follow.
# CROSS: the change is found first, whatever SQLite believes about the sizes.
COLUMNS = "change.position, head, bytes"
TABLES = "change CROSS JOIN author ON author.number = change.author"
_FIND = (
    f"SELECT {COLUMNS} FROM change_id CROSS JOIN {TABLES}"  # noqa: S608
    " WHERE short IN (??) AND change.position = change_id.position"
)


class Stored(NamedTuple):
    """One change as it lies in the log. `data`: its original bytes."""

    position: int
    data: bytes

    @property
    def id(self) -> ChangeId:
        return ChangeId(hashlib.sha256(self.data).digest())

    @property
    def header(self) -> Header:
        device, epoch, sequence, previous, hlc, _ = head_of(self.data)
        return Header(
            position=self.position,
            id=self.id,
            device=device,
            epoch=epoch,
            sequence=sequence,
            hlc=hlc,
            previous=previous,
        )


def short_of(identity: bytes) -> int:
    """The first bits of a change's or a command's id, as the indexes hold them."""
    return int.from_bytes(identity[:8], "big") >> (64 - SHORT_BITS)


def author_head(data: bytes) -> bytes:
    """What the changes of one author begin with."""
    return data[:AUTHOR_BYTES]


def kept(head: bytes, data: bytes) -> bytes:
    """What the row of a change keeps, given the head in its author's row.

    Bytes that begin otherwise, as a later version's might, are kept whole.
    """
    return data.removeprefix(head)


def stored(position: int, head: bytes, rest: bytes) -> Stored:
    """The inverse of `kept`: behind the head stands a number, at the beginning an array."""
    return Stored(position, rest if rest[0] >= _ARRAY else head + rest)


def find(fetch: Fetch, changes: Iterable[ChangeId]) -> Iterator[tuple[ChangeId, Stored]]:
    """Those of `changes` that are stored, with their ids, each once and in no order."""
    wanted = set(changes)
    for row in rows_in(fetch, _FIND, map(short_of, wanted)):
        found = stored(*row)
        change = found.id
        if change in wanted:
            yield change, found


def find_beginning(fetch: Fetch, prefixes: Iterable[bytes]) -> Iterator[Stored]:
    """The stored changes whose ids begin with one of `prefixes`, each of SHORT_BYTES."""
    wanted = set(prefixes)
    for row in rows_in(fetch, _FIND, map(short_of, wanted)):
        found = stored(*row)
        if found.id[:SHORT_BYTES] in wanted:
            yield found
