"""The change: the signed unit of replication. All facts that one command wrote, atomically.

Rules of this file:
1. A change travels and is stored as its original bytes, a canonical CBOR array of 13. Its id is the
   SHA-256 of those complete bytes, signature included, so that one good signature at the end of a
   chain proves everything it names.
2. Decoding checks everything that can be checked from the bytes alone. Who may sign is the gate's
   question; whether the facts make sense is the views'.
3. The signature (Ed25519, RFC 8032) covers a domain prefix and the array of the first 12.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, Protocol, cast

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from crdt_models.canonical_cbor import EXACT_LIMIT, decode, decode_own, encode
from crdt_models.errors import BadSignature, MalformedChange
from crdt_models.fact import Body, Entry, Fact, Stamp, body_of, fact_of, is_body
from crdt_models.ids import (
    CHANGE_BYTES,
    DEVICE_BYTES,
    EPOCH_BYTES,
    SHORT_BYTES,
    SITE_BYTES,
    ChangeId,
    CommandId,
    DeviceId,
    DocumentId,
    Epoch,
    FactId,
    OperatorId,
    SiteId,
    fact_prefix,
)

VERSION = 1
MAX_CHANGE_BYTES = 64 * 1024  # one command of a very large table is about 20 KiB
MAX_FACTS = 512
MAX_PREVIOUS = 8
MAX_BUSINESS_DAY = 2**31  # days; the year 5,881,000
MAX_HLC = 2**64 - 1
SIGNATURE_BYTES = 64
_DOMAIN = b"malha-change-v1\0"
_ARRAY_OF_12, _ARRAY_OF_13, _BYTES_OF_64 = b"\x8c", b"\x8d", b"\x58\x40"  # CBOR heads
_ONE_BYTE_FOLLOWS, _NOBODY = 24, 0xF6  # CBOR: a number of one byte; null, where an operator may be
# The array's head, version, site, device and epoch: alike in all changes of one author.
AUTHOR_BYTES = 3 + SITE_BYTES + 2 + DEVICE_BYTES + 1 + EPOCH_BYTES
_DOCUMENT = re.compile(r"[a-z_]{1,24}(:[0-9a-z-]{1,40})?")


class Signer(Protocol):
    """Something that signs with an Ed25519 key, such as cryptography's Ed25519PrivateKey."""

    def sign(self, data: bytes, /) -> bytes:
        """64 bytes."""


class Unsigned(msgspec.Struct, frozen=True, kw_only=True):
    """What the author of a change decides.

    site 16 bytes · device 32 · epoch 8 · sequence ≥ 1 · previous ≤ 8 change ids · hlc packed clock
    · business_day days since 1970-01-01 · operator 16 bytes or None · command_id 16 bytes · seen:
    the sequence of the author's `roster_seen` in force · facts: 1 to 512 of (document, fact).
    """

    site: SiteId
    device: DeviceId
    epoch: Epoch
    sequence: int
    previous: tuple[ChangeId, ...]
    hlc: int
    business_day: int
    operator: OperatorId | None
    command_id: CommandId
    seen: int
    facts: tuple[tuple[DocumentId, Fact], ...]


class Change(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A change as stored: the fields of `Unsigned` (facts as bodies), its id and its bytes."""

    site: SiteId
    device: DeviceId
    epoch: Epoch
    sequence: int
    previous: tuple[ChangeId, ...]
    hlc: int
    business_day: int
    operator: OperatorId | None
    command_id: CommandId
    seen: int
    facts: tuple[tuple[DocumentId, Body], ...]
    signature: bytes
    id: ChangeId
    data: bytes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Change) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def author(self) -> tuple[DeviceId, Epoch]:
        """The signing identity: one boot of one device."""
        return self.device, self.epoch

    @property
    def documents(self) -> tuple[DocumentId, ...]:
        """The documents it touches, each once, in order of first mention."""
        return tuple(dict.fromkeys(document for document, _ in self.facts))

    def entries(self) -> Iterator[tuple[DocumentId, Entry]]:
        """Each fact with what the change says about it."""
        prefix, short_id = fact_prefix(self.id), self.id[:SHORT_BYTES]
        for index, (document, body) in enumerate(self.facts):
            yield (
                document,
                Entry(
                    id=FactId(f"{prefix}.{index}"),
                    stamp=Stamp(self.hlc, short_id, index),
                    fact=fact_of(body),
                    body=body,
                    device=self.device,
                    operator=self.operator,
                    business_day=self.business_day,
                    command_id=self.command_id,
                    index=index,
                    site=self.site,
                ),
            )


class Head(NamedTuple):
    """What a log asks of a stored change; see the fields of `Unsigned`."""

    device: DeviceId
    epoch: Epoch
    sequence: int
    previous: tuple[ChangeId, ...]
    hlc: int
    command_id: CommandId


def sign_change(unsigned: Unsigned, signer: Signer) -> Change:
    """Sign and encode. Raises MalformedChange or NotCanonical when the result would be refused."""
    head = [
        VERSION,
        unsigned.site,
        unsigned.device,
        unsigned.epoch,
        unsigned.sequence,
        sorted(unsigned.previous),
        unsigned.hlc,
        unsigned.business_day,
        unsigned.operator,
        unsigned.command_id,
        unsigned.seen,
        [[document, body_of(fact)] for document, fact in unsigned.facts],
    ]
    signed = encode(head)
    signature = signer.sign(_DOMAIN + signed)
    # An array of 12 becomes the array of 13: another first byte, and the signature behind.
    data = _ARRAY_OF_13 + signed[1:] + _BYTES_OF_64 + signature
    if len(data) > MAX_CHANGE_BYTES:
        raise MalformedChange(reason=f"{len(data)} bytes, limit {MAX_CHANGE_BYTES}")
    # Decoded again so that a change is the same value at its author and everywhere else.
    return _change_of(decode_own(data), data)


def decode_change(data: bytes) -> Change:
    """Check the form of a change. Raises MalformedChange or NotCanonical (both RefusedBytes)."""
    fields = decode(data, max_bytes=MAX_CHANGE_BYTES)
    if type(fields) is not list or len(fields) != 13:
        raise MalformedChange(reason="not an array of 13")
    return _change_of(fields, data)


def head_of(data: bytes) -> Head:
    """The head of a change, cut out of its bytes without decoding the facts behind it.

    Only for bytes that `decode_change` has accepted once: nothing is checked again.
    """
    epoch = AUTHOR_BYTES - EPOCH_BYTES
    device = epoch - 1 - DEVICE_BYTES
    sequence, at = _count_at(data, AUTHOR_BYTES)
    item = 2 + CHANGE_BYTES
    end = at + 1 + item * (data[at] & 0x1F)
    previous = tuple(ChangeId(data[start + 2 : start + item]) for start in range(at + 1, end, item))
    hlc, at = _count_at(data, end)
    _, at = _count_at(data, at)  # the business day
    at += 1 if data[at] == _NOBODY else 1 + SHORT_BYTES
    return Head(
        DeviceId(data[device : device + DEVICE_BYTES]),
        Epoch(data[epoch:AUTHOR_BYTES]),
        sequence,
        previous,
        hlc,
        CommandId(data[at + 1 : at + 1 + SHORT_BYTES]),
    )


def _count_at(data: bytes, at: int) -> tuple[int, int]:
    """The CBOR integer ≥ 0 that begins at `at`, and where it ends."""
    first = data[at]
    if first < _ONE_BYTE_FOLLOWS:
        return first, at + 1
    end = at + 1 + (1 << (first - _ONE_BYTE_FOLLOWS))
    return int.from_bytes(data[at + 1 : end], "big"), end


def _change_of(fields: Sequence[Any], data: bytes) -> Change:
    """The change of 13 decoded fields and the bytes that encode them. Raises MalformedChange."""
    _require(fields[0] == VERSION and type(fields[0]) is int, "unknown version")
    _check_author(fields)
    _check_place(fields)
    facts = _checked_facts(fields[11])
    site, device, epoch, sequence, previous, hlc, day, operator, command, seen = fields[1:11]
    return Change(
        site=cast(SiteId, site),
        device=cast(DeviceId, device),
        epoch=cast(Epoch, epoch),
        sequence=cast(int, sequence),
        previous=tuple(cast(list[ChangeId], previous)),
        hlc=cast(int, hlc),
        business_day=cast(int, day),
        operator=cast(OperatorId | None, operator),
        command_id=cast(CommandId, command),
        seen=cast(int, seen),
        facts=facts,
        signature=cast(bytes, fields[12]),
        id=ChangeId(hashlib.sha256(data).digest()),
        data=data,
    )


def verify_signature(change: Change, public_key: bytes) -> None:
    """Raises BadSignature unless the holder of `public_key` (32 bytes) signed the change."""
    # The signed bytes are cut out of the stored ones instead of being encoded again.
    signed = _DOMAIN + _ARRAY_OF_12 + change.data[1 : -(len(_BYTES_OF_64) + SIGNATURE_BYTES)]
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(change.signature, signed)
    except (InvalidSignature, ValueError) as error:
        raise BadSignature(what="a change") from error


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise MalformedChange(reason=reason)


def _is_bytes(value: Any, size: int) -> bool:
    return type(value) is bytes and len(value) == size


def _is_count(value: Any, limit: int) -> bool:
    return type(value) is int and 0 <= value < limit


def _check_author(fields: Sequence[Any]) -> None:
    _require(_is_bytes(fields[1], SITE_BYTES), "site")
    _require(_is_bytes(fields[2], DEVICE_BYTES), "device")
    _require(_is_bytes(fields[3], EPOCH_BYTES), "epoch")
    _require(fields[8] is None or _is_bytes(fields[8], SHORT_BYTES), "operator")
    _require(_is_bytes(fields[9], SHORT_BYTES), "command id")
    _require(_is_bytes(fields[12], SIGNATURE_BYTES), "signature")


def _check_place(fields: Sequence[Any]) -> None:
    _require(_is_count(fields[4], EXACT_LIMIT) and fields[4] >= 1, "sequence")
    previous = fields[5]
    _require(type(previous) is list and len(previous) <= MAX_PREVIOUS, "previous")
    _require(all(_is_bytes(item, CHANGE_BYTES) for item in previous), "previous")
    _require(all(a < b for a, b in pairwise(previous)), "previous order")
    _require(_is_count(fields[6], MAX_HLC + 1), "hlc")
    _require(_is_count(fields[7], MAX_BUSINESS_DAY), "business day")
    _require(_is_count(fields[10], EXACT_LIMIT), "seen")


def _checked_facts(value: Any) -> tuple[tuple[DocumentId, Body], ...]:
    _require(type(value) is list and 1 <= len(value) <= MAX_FACTS, "facts")
    for item in value:
        _require(type(item) is list and len(item) == 2 and is_body(item[1]), "a fact")
        _require(type(item[0]) is str and bool(_DOCUMENT.fullmatch(item[0])), "a document id")
        _require(_is_exact(item[1][2]), "an integer of 2^53 or more")
    return tuple([(DocumentId(document), body) for document, body in value])


def _is_exact(value: Any) -> bool:
    """Whether every integer inside a list or a map is below 2^53 in size."""
    for item in value if type(value) is list else value.values():
        kind = type(item)
        if kind is int and not -EXACT_LIMIT < item < EXACT_LIMIT:
            return False
        if (kind is list or kind is dict) and not _is_exact(item):
            return False
    return True
