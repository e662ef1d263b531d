"""Stored changes, read from their bytes with plain CBOR.

Rules of this file:
1. Only changes that a peer stored come here: their form and signatures were judged by others.
2. The id of a change is the SHA-256 of its complete bytes; a fact is known by the first 16 bytes of
   that and its place. So a change that is delivered twice is one change.
3. A stamp orders all writes: clock, then change, then place.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple, TypeAlias

import cbor2
from msgspec import Struct

Fields: TypeAlias = dict[str, Any]  # of a fact, as CBOR gives them
EPOCH = date(1970, 1, 1)  # days are counted from here
LARGEST_CLOCK = 2**63 - 1  # what a row of SQL can hold; later clocks count as equal to it
ID_BYTES = 16  # of a change id, in stamps and fact ids


class Stamp(NamedTuple):
    """clock: packed hybrid logical clock. change: first 16 bytes of its id. place: in the
    change."""

    clock: int
    change: bytes
    place: int


class Fact(Struct, frozen=True, kw_only=True):
    """One fact as it was written. day: days since 1970-01-01. command: (command id, place).
    operator: who acted, when anybody said."""

    id: str
    stamp: Stamp
    document: str
    tag: str
    must_understand: bool
    fields: Fields
    device: bytes
    day: int
    command: tuple[bytes, int]
    site: bytes
    operator: bytes | None


class Change(Struct, frozen=True, kw_only=True):
    """What one command wrote. previous: ids of the changes that it follows."""

    id: bytes
    device: bytes
    epoch: bytes
    sequence: int
    previous: tuple[bytes, ...]
    clock: int
    facts: tuple[Fact, ...]


def read_changes(deliveries: Iterable[bytes]) -> dict[bytes, Change]:
    """The changes by id, however often and in whatever order they were delivered."""
    return {change.id: change for change in map(read_change, set(deliveries))}


def read_change(data: bytes) -> Change:
    """The array of 13 that a change is."""
    (
        _version, site, device, epoch, sequence, previous, clock, day, operator, command, _seen,
        told, _signature,
    ) = cbor2.loads(data)  # fmt: skip
    change = hashlib.sha256(data).digest()
    facts = tuple(
        Fact(
            id=fact_id(change, place),
            stamp=Stamp(clock, change[:ID_BYTES], place),
            document=document,
            tag=tag,
            must_understand=must_understand,
            fields=fields,
            device=device,
            day=day,
            command=(command, place),
            site=site,
            operator=operator,
        )
        for place, (document, (tag, must_understand, fields)) in enumerate(told)
    )
    return Change(
        id=change,
        device=device,
        epoch=epoch,
        sequence=sequence,
        previous=tuple(previous),
        clock=clock,
        facts=facts,
    )


def floors_in(deliveries: Iterable[bytes]) -> list[str]:
    """The days, `AAAA-MM-DD`, of whose floor any of these changes tells."""
    documents = {
        fact.document for change in read_changes(deliveries).values() for fact in change.facts
    }
    return sorted(each.removeprefix("floor:") for each in documents if is_floor(each))


def is_floor(document: str) -> bool:
    """Whether it is the floor of a day that a calendar has."""
    return _is_of_day("floor", document)


def is_stock(document: str) -> bool:
    """Whether it is the stock of a day that a calendar has."""
    return _is_of_day("stock", document)


def is_day(document: str) -> bool:
    """Whether it is the end of a day that a calendar has."""
    return _is_of_day("day", document)


def _is_of_day(kind: str, document: str) -> bool:
    if not re.fullmatch(f"{kind}:[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}", document):
        return False
    try:
        return date.fromisoformat(document.removeprefix(f"{kind}:")) >= EPOCH
    except ValueError:
        return False


def fact_id(change: bytes, place: int) -> str:
    """`<22 characters of base64url>.<place>`."""
    prefix = base64.urlsafe_b64encode(change[:ID_BYTES]).decode().rstrip("=")
    return f"{prefix}.{place}"
