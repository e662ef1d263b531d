"""Frames: the one encoding of messages, and what is refused of bytes from outside.

Rules of this file:
1. A frame is the canonical CBOR of `[type, version, {field: value}]`, at most 256 KiB. `version` is
   major × 256 + the minor in which its form appeared; that of a Hello is the sender's own.
2. Another major is refused (UnknownMajor). Of our major, what a newer minor added is tolerated:
   unknown types become `Ignored`, unknown fields are skipped. Anything else is MalformedFrame.
3. A frame may come packed. What it unpacks to is bounded before it is unpacked.
"""

import re
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias, TypeVar, cast

import msgspec

from crdt_models.canonical_cbor import EXACT_LIMIT, Value, decode, encode
from crdt_models.certificates import are_letters
from crdt_models.change import MAX_BUSINESS_DAY, MAX_CHANGE_BYTES
from crdt_models.errors import NotCanonical, RefusedBytes
from crdt_models.ids import (
    CHANGE_BYTES,
    DEVICE_BYTES,
    EPOCH_BYTES,
    SITE_BYTES,
    ChangeId,
    DeviceId,
    Epoch,
    SiteId,
)
from crdt_models.replication.messages import (
    INQUIRING_MINOR,
    MAJOR,
    MAX_ADDRESS_DEVICES,
    MAX_ADDRESS_LENGTH,
    MAX_ADDRESSES,
    MAX_CHANGES,
    MAX_CHANGES_BYTES,
    MAX_ENTRIES,
    MAX_ENTRIES_PER_DEVICE,
    MAX_FRAME_BYTES,
    MAX_INQUIRED,
    MAX_MISSING,
    MAX_NEIGHBOURS,
    MAX_PROGRAM_LENGTH,
    MINOR,
    PACKING_MINOR,
    Addresses,
    Changes,
    Goodbye,
    Have,
    HaveEntry,
    Hello,
    Holds,
    Ignored,
    Inquire,
    Message,
    Neighbours,
    Ping,
    Pong,
    Want,
)

_PACKED_TYPE = 10
_PACKING_LEVEL = 1  # of changes it leaves 40 %, like the highest, in half the time
_REASON = re.compile(r"[a-z_]{1,32}")


class MalformedFrame(RefusedBytes):
    """A frame that breaks the form of its message."""

    code = "malformed_frame"
    sentence = "This frame is malformed: {reason}."


class UnknownMajor(RefusedBytes):
    """A frame of a protocol that this program does not speak."""

    code = "unknown_major"
    sentence = "The other peer speaks protocol {theirs}; this one speaks {ours}."
    cure = "Update the older of the two programs."


Fields: TypeAlias = "dict[str, Value]"
_M = TypeVar("_M", bound=Message)


def encode_message(message: Message) -> bytes:
    """The frame of `message`. Too large a message is the caller's mistake."""
    minor = message.minor if isinstance(message, Hello) else _MINORS.get(message.TYPE, 0)
    frame = encode([message.TYPE, MAJOR << 8 | minor, _fields_of(message)])
    assert len(frame) <= MAX_FRAME_BYTES, f"a frame of {len(frame)} bytes"
    return frame


def packed(frame: bytes) -> bytes:
    """The frame of Changes in fewer bytes, for a peer of PACKING_MINOR or later."""
    fields = {"packed": zlib.compress(frame, _PACKING_LEVEL)}
    return encode([_PACKED_TYPE, MAJOR << 8 | PACKING_MINOR, fields])


def _unpacked(fields: Fields) -> bytes:
    """The frame inside a packed one. Never makes more than the largest frame of it."""
    inside = fields.get("packed")
    if type(inside) is not bytes:
        raise MalformedFrame(reason="packed")
    inflating = zlib.decompressobj()
    try:
        frame = inflating.decompress(inside, MAX_FRAME_BYTES)
    except zlib.error as error:
        raise MalformedFrame(reason="packed") from error
    # Not at its end: cut short, or larger than any frame.
    _require(inflating.eof and not inflating.unused_data, "packed")
    return frame


def decode_message(frame: bytes) -> Message | Ignored:
    """Raises MalformedFrame or UnknownMajor, never anything else, for bytes from outside."""
    kind, version, fields = _parts_of(frame)
    if kind == _PACKED_TYPE:
        _require(version & 0xFF > MINOR or len(fields) == 1, "an unknown field")
        kind, version, fields = _parts_of(_unpacked(fields))
        _require(kind == Changes.TYPE, "only Changes are packed")
    newer = version & 0xFF > MINOR
    if kind not in _READERS:
        _require(newer, "an unknown message type")
        return Ignored(kind)
    message_type, read = _READERS[kind]
    known = set(_names(message_type))
    _require(newer or fields.keys() <= known, "an unknown field")
    _require(fields.keys() >= known, "a field is missing")
    message = read(fields)
    if isinstance(message, Hello):
        return msgspec.structs.replace(message, minor=version & 0xFF)
    return message


def _parts_of(frame: bytes) -> "tuple[int, int, Fields]":
    """(type, version, fields) of a frame of our major."""
    try:
        value = decode(frame, max_bytes=MAX_FRAME_BYTES)
    except NotCanonical as error:
        raise MalformedFrame(reason=str(error)) from error
    if type(value) is not list or len(value) != 3:
        raise MalformedFrame(reason="not an array of three")
    kind, version, fields = value
    if type(kind) is not int or type(version) is not int or type(fields) is not dict:
        raise MalformedFrame(reason="not [type, version, fields]")
    if version >> 8 != MAJOR:
        raise UnknownMajor(theirs=version >> 8, ours=MAJOR)
    return kind, version, fields


def _names(message_type: type[Message]) -> tuple[str, ...]:
    """The fields that travel."""
    return tuple(name for name in message_type.__struct_fields__ if name != "minor")


def _fields_of(message: Message) -> dict[str, object]:
    fields: dict[str, object] = {name: getattr(message, name) for name in _names(type(message))}
    if isinstance(message, Have | Want):
        fields["entries"] = [
            (each.device, each.epoch, each.sequence, each.tip, each.missing)
            for each in message.entries
        ]
    return fields


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise MalformedFrame(reason=reason)


def _bytes(value: Value, size: int, name: str) -> bytes:
    _require(type(value) is bytes and len(value) == size, name)
    return cast(bytes, value)


def _count(value: Value, limit: int, name: str) -> int:
    """An integer from 0 to below `limit`."""
    _require(type(value) is int and 0 <= value < limit, name)
    return cast(int, value)


def _text(value: Value, longest: int, name: str) -> str:
    _require(type(value) is str and len(value) <= longest and value.isprintable(), name)
    return cast(str, value)


def _list(value: Value, longest: int, name: str) -> "list[Value]":
    _require(type(value) is list and len(value) <= longest, name)
    return cast("list[Value]", value)


def _ascending(keys: Sequence[bytes], name: str) -> None:
    _require(all(a < b for a, b in pairwise(keys)), f"{name} not ascending")


def _entry(value: Value) -> HaveEntry:
    fields = _list(value, 5, "an entry")
    _require(len(fields) == 5, "an entry")
    missing = [
        _bytes(it, CHANGE_BYTES, "missing") for it in _list(fields[4], MAX_MISSING, "missing")
    ]
    _ascending(missing, "missing")
    return HaveEntry(
        DeviceId(_bytes(fields[0], DEVICE_BYTES, "device")),
        Epoch(_bytes(fields[1], EPOCH_BYTES, "epoch")),
        _count(fields[2], EXACT_LIMIT, "sequence"),
        ChangeId(_bytes(fields[3], CHANGE_BYTES, "tip")),
        tuple(map(ChangeId, missing)),
    )


def _entries(value: Value) -> tuple[HaveEntry, ...]:
    entries = tuple(map(_entry, _list(value, MAX_ENTRIES, "entries")))
    _ascending([entry.device + entry.tip for entry in entries], "entries")
    _require(sum(len(entry.missing) for entry in entries) <= MAX_MISSING, "too many missing")
    for first, last in zip(entries, entries[MAX_ENTRIES_PER_DEVICE:], strict=False):
        _require(first.device != last.device, "too many entries of one device")
    return entries


def _hello(fields: Fields) -> Hello:
    _require(are_letters(fields["letters"]), "letters")
    return Hello(
        site=SiteId(_bytes(fields["site"], SITE_BYTES, "site")),
        device=DeviceId(_bytes(fields["device"], DEVICE_BYTES, "device")),
        letters=cast(str, fields["letters"]),
        program=_text(fields["program"], MAX_PROGRAM_LENGTH, "program"),
        business_day=_count(fields["business_day"], MAX_BUSINESS_DAY, "business day"),
    )


def _have(fields: Fields) -> Have:
    _require(type(fields["more"]) is bool, "more")
    return Have(_entries(fields["entries"]), cast(bool, fields["more"]))


def _want(fields: Fields) -> Want:
    entries = _entries(fields["entries"])
    _require(len({entry.device for entry in entries}) <= 1, "entries of several devices")
    limit = _count(fields["limit"], MAX_CHANGES + 1, "limit")
    _require(limit > 0, "limit")
    return Want(ChangeId(_bytes(fields["wanted"], CHANGE_BYTES, "wanted")), entries, limit)


def _changes(fields: Fields) -> Changes:
    found = _list(fields["changes"], MAX_CHANGES, "changes")
    for each in found:
        _require(type(each) is bytes and 0 < len(each) <= MAX_CHANGE_BYTES, "a change")
    changes = cast("list[bytes]", found)
    _require(sum(map(len, changes)) <= MAX_CHANGES_BYTES, "too many bytes of changes")
    answer = fields["answer"]
    if answer is None:
        return Changes(tuple(changes))
    return Changes(tuple(changes), ChangeId(_bytes(answer, CHANGE_BYTES, "answer")))


def _neighbours(fields: Fields) -> Neighbours:
    found = _list(fields["devices"], MAX_NEIGHBOURS, "devices")
    devices = [_bytes(each, DEVICE_BYTES, "a device") for each in found]
    _ascending(devices, "devices")
    return Neighbours(tuple(map(DeviceId, devices)))


def _addresses(fields: Fields) -> Addresses:
    known = tuple(map(_reachable, _list(fields["known"], MAX_ADDRESS_DEVICES, "known")))
    _ascending([device for device, _ in known], "known")
    return Addresses(known)


def _reachable(value: Value) -> tuple[DeviceId, tuple[str, ...]]:
    pair = _list(value, 2, "known")
    _require(len(pair) == 2, "known")
    found = _list(pair[1], MAX_ADDRESSES, "addresses")
    addresses = tuple(_text(each, MAX_ADDRESS_LENGTH, "an address") for each in found)
    _require(bool(addresses) and all(addresses), "an address")
    return DeviceId(_bytes(pair[0], DEVICE_BYTES, "device")), addresses


def _beat(fields: Fields) -> tuple[int, int, int]:
    return (
        _count(fields["token"], EXACT_LIMIT, "token"),
        _count(fields["wall_ms"], EXACT_LIMIT, "wall_ms"),
        _count(fields["business_day"], MAX_BUSINESS_DAY, "business day"),
    )


def _asked(fields: Fields) -> tuple[ChangeId, ...]:
    found = _list(fields["changes"], MAX_INQUIRED, "changes")
    changes = [_bytes(each, CHANGE_BYTES, "a change") for each in found]
    _require(bool(changes), "changes")
    _ascending(changes, "changes")
    return tuple(map(ChangeId, changes))


def _goodbye(fields: Fields) -> Goodbye:
    reason = fields["reason"]
    _require(type(reason) is str and bool(_REASON.fullmatch(reason)), "reason")
    return Goodbye(cast(str, reason))


_READERS: dict[int, tuple[type[Message], Callable[[Fields], Message]]] = {
    Hello.TYPE: (Hello, _hello),
    Have.TYPE: (Have, _have),
    Want.TYPE: (Want, _want),
    Changes.TYPE: (Changes, _changes),
    Neighbours.TYPE: (Neighbours, _neighbours),
    Addresses.TYPE: (Addresses, _addresses),
    Ping.TYPE: (Ping, lambda fields: Ping(*_beat(fields))),
    Pong.TYPE: (Pong, lambda fields: Pong(*_beat(fields))),
    Goodbye.TYPE: (Goodbye, _goodbye),
    Inquire.TYPE: (Inquire, lambda fields: Inquire(_asked(fields))),
    Holds.TYPE: (Holds, lambda fields: Holds(_asked(fields))),
}
_MINORS: dict[int, int] = {Inquire.TYPE: INQUIRING_MINOR, Holds.TYPE: INQUIRING_MINOR}
