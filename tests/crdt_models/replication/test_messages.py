import contextlib
import json
import re
import tracemalloc
import zlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crdt_models.replication.frames as frames_module
import crdt_models.replication.messages as messages_module
from crdt_models.canonical_cbor import decode, encode
from crdt_models.ids import ChangeId, DeviceId, Epoch, SiteId
from crdt_models.replication.frames import (
    MalformedFrame,
    UnknownMajor,
    decode_message,
    encode_message,
    packed,
)
from crdt_models.replication.messages import (
    MAJOR,
    MAX_CHANGES,
    MAX_CHANGES_BYTES,
    MAX_ENTRIES,
    MAX_FRAME_BYTES,
    MAX_MISSING,
    MINOR,
    VERSION,
    Addresses,
    Changes,
    Goodbye,
    Have,
    HaveEntry,
    Hello,
    Holds,
    Ignored,
    Inquire,
    Neighbours,
    Ping,
    Pong,
    Want,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "replication" / "messages.json"
PACKED = VECTORS.with_name("packed.json")
PROTOCOL = Path(messages_module.__file__).with_name("PROTOCOL.md")


def device(number: int) -> DeviceId:
    return DeviceId(bytes([number]) * 32)


def change(number: int) -> ChangeId:
    return ChangeId(bytes([number]) * 32)


ENTRY = HaveEntry(device(1), Epoch(b"e" * 8), 7, change(2), (change(3), change(4)))
HELLO = Hello(
    site=SiteId(b"s" * 16), device=device(1), letters="AB", program="0.1.0", business_day=16766
)
SAMPLES = {
    "hello": msgspec.structs.replace(HELLO, minor=0),
    "hello_of_1_1": msgspec.structs.replace(HELLO, minor=1),
    "hello_of_1_2": HELLO,
    "have": Have((ENTRY, HaveEntry(device(2), Epoch(b"f" * 8), 2**40, change(5)))),
    "have_of_nothing": Have(()),
    "have_with_more": Have((ENTRY,), more=True),
    "want": Want(change(2), (ENTRY,), 500),
    "changes_pushed": Changes((b"one", b"two")),
    "changes_answered": Changes((b"one",), change(2)),
    "changes_not_held": Changes((), change(2)),
    "neighbours": Neighbours((device(1), device(2))),
    "addresses": Addresses(((device(1), ("192.168.0.10:3002", "[fe80::1]:3002")),)),
    "ping": Ping(1, 1_448_582_400_000, 16766),
    "pong": Pong(1, 1_448_582_400_123, 16766),
    "goodbye": Goodbye("shutting_down"),
    "inquire": Inquire((change(2), change(3))),
    "holds": Holds((change(3),)),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_message_survives_the_wire(name):
    assert decode_message(encode_message(SAMPLES[name])) == SAMPLES[name]


@pytest.mark.parametrize("vector", json.loads(VECTORS.read_text()), ids=lambda each: each["name"])
def test_golden_vectors_decode_and_encode_to_the_same_bytes(vector):
    """Only ever added to: they are what older programs speak."""
    frame = bytes.fromhex(vector["hex"])
    message = decode_message(frame)
    assert type(message).__name__ == vector["message"]
    assert encode_message(message) == frame
    assert message == SAMPLES[vector["name"]]


@pytest.mark.parametrize("vector", json.loads(PACKED.read_text()), ids=lambda each: each["name"])
def test_golden_packed_frames_unpack_to_the_frame_inside(vector):
    """Only ever added to. Packing again may give other bytes: zlib's are its own."""
    inside = bytes.fromhex(vector["inside"])
    assert decode_message(bytes.fromhex(vector["hex"])) == decode_message(inside)
    assert decode_message(packed(inside)) == decode_message(inside)


def test_every_message_has_a_golden_vector():
    named = {vector["message"] for vector in json.loads(VECTORS.read_text())}
    assert named == {type(sample).__name__ for sample in SAMPLES.values()}
    assert named == {kind.__name__ for kind, _ in frames_module._READERS.values()}


def frame_of(kind: int, fields: object, version: int = MAJOR << 8) -> bytes:
    return encode([kind, version, fields])


def fields_of(name: str) -> dict:
    return decode(encode_message(SAMPLES[name]), max_bytes=MAX_FRAME_BYTES)[2]


NEWER = VERSION + 1
BROKEN = {
    "empty": b"",
    "no array": encode({}),
    "two elements": encode([1, VERSION]),
    "a text type": encode(["hello", VERSION, {}]),
    "a bool type": encode([True, VERSION, {}]),
    "fields as a list": encode([2, VERSION, []]),
    "an unknown type of our minor": frame_of(99, {}),
    "a missing field": frame_of(2, {"entries": []}),
    "an unknown field": frame_of(2, {"entries": [], "more": False, "extra": 1}),
    "a missing field of a newer minor": frame_of(2, {"entries": []}, NEWER),
    "more as a number": frame_of(2, {"entries": [], "more": 1}),
    "trailing bytes": encode_message(SAMPLES["ping"]) + b"\0",
    "not canonical": b"\x83\x18\x02" + encode_message(SAMPLES["have"])[2:],
    "a short device": frame_of(5, {"devices": [b"short"]}),
    "devices twice": frame_of(5, {"devices": [device(1), device(1)]}),
    "devices unsorted": frame_of(5, {"devices": [device(2), device(1)]}),
    "too many neighbours": frame_of(5, {"devices": [i.to_bytes(32, "big") for i in range(256)]}),
    "limit 0": frame_of(3, {**fields_of("want"), "limit": 0}),
    "limit 501": frame_of(3, {**fields_of("want"), "limit": 501}),
    "a Want over two devices": frame_of(3, {**fields_of("want"), **fields_of("have")}),
    "an empty change": frame_of(4, {"answer": None, "changes": [b""]}),
    "a change too large": frame_of(4, {"answer": None, "changes": [bytes(65_537)]}),
    "501 changes": frame_of(4, {"answer": None, "changes": [b"x"] * 501}),
    "201 KiB of changes": frame_of(4, {"answer": None, "changes": [bytes(1024)] * 201}),
    "a token of 2^53": frame_of(7, {"token": 2**53, "wall_ms": 1, "business_day": 1}),
    "a negative clock": frame_of(7, {"token": 1, "wall_ms": -1, "business_day": 1}),
    "a reason with spaces": frame_of(9, {"reason": "so long"}),
    "a control character": frame_of(1, {**fields_of("hello"), "program": "a\nb"}),
    "letters": frame_of(1, {**fields_of("hello"), "letters": "a1"}),
    "no address": frame_of(6, {"known": [[device(1), []]]}),
    "an empty address": frame_of(6, {"known": [[device(1), [""]]]}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_frame_is_refused(name):
    with pytest.raises(MalformedFrame):
        decode_message(BROKEN[name])


SEVERAL = encode_message(Changes(tuple(bytes([n]) * 400 for n in range(50)), change(2)))
STREAM = zlib.compress(SEVERAL)
BOMB = zlib.compress(encode([4, MAJOR << 8, {"answer": None, "changes": [bytes(64 << 20)]}]))


def packed_frame(fields: object, version: int = VERSION) -> bytes:
    return frame_of(10, fields, version)


def test_packed_changes_are_fewer_bytes_and_the_same_message():
    assert len(packed(SEVERAL)) < len(SEVERAL) / 10
    assert decode_message(packed(SEVERAL)) == decode_message(SEVERAL)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"packed": "text"},
        {"packed": b""},
        {"packed": b"no stream"},
        {"packed": STREAM[:-1]},
        {"packed": STREAM + b"\0"},
        {"packed": STREAM, "more": 1},
        {"packed": zlib.compress(b"")},
        {"packed": zlib.compress(encode_message(SAMPLES["have"]))},
        {"packed": zlib.compress(packed(SEVERAL))},
        {"packed": zlib.compress(SEVERAL + b"\0")},
    ],
)
def test_a_broken_packed_frame_is_refused(fields):
    with pytest.raises(MalformedFrame):
        decode_message(packed_frame(fields))


def test_a_bomb_is_refused_before_it_is_unpacked():
    assert len(BOMB) < MAX_FRAME_BYTES
    tracemalloc.start()
    try:
        with pytest.raises(MalformedFrame):
            decode_message(packed_frame({"packed": BOMB}))
        assert tracemalloc.get_traced_memory()[1] < 8 * MAX_FRAME_BYTES
    finally:
        tracemalloc.stop()


def test_another_major_inside_a_packed_frame_is_refused_by_name():
    inside = frame_of(4, fields_of("changes_pushed"), version=(MAJOR + 1) << 8)
    with pytest.raises(UnknownMajor):
        decode_message(packed(inside))


def test_another_major_is_refused_by_name():
    with pytest.raises(UnknownMajor):
        decode_message(frame_of(1, {}, version=(MAJOR + 1) << 8))


def test_a_newer_minor_may_add_types_and_fields():
    assert decode_message(frame_of(99, {"x": 1}, NEWER)) == Ignored(99)
    assert decode_message(frame_of(2, {"entries": [], "more": False, "new": 1}, NEWER)) == Have(())


def test_more_than_64_entries_of_one_device_are_refused():
    entries = tuple(
        HaveEntry(device(1), Epoch(b"e" * 8), 1, ChangeId(index.to_bytes(32, "big")))
        for index in range(65)
    )
    assert decode_message(encode_message(Have(entries[:64]))) == Have(entries[:64])
    with pytest.raises(MalformedFrame):
        decode_message(encode_message(Have(entries)))


def test_the_largest_have_and_changes_fit_into_a_frame():
    ids = [ChangeId(index.to_bytes(32, "big")) for index in range(MAX_MISSING)]
    entries = [
        HaveEntry(DeviceId(index.to_bytes(32, "big")), Epoch(b"e" * 8), 2**53 - 1, ids[index])
        for index in range(MAX_ENTRIES)
    ]
    entries[0] = msgspec.structs.replace(entries[0], missing=tuple(ids))
    have = Have(tuple(entries), more=True)
    assert decode_message(encode_message(have)) == have
    size, rest = divmod(MAX_CHANGES_BYTES, MAX_CHANGES)
    changes = Changes((bytes(size + rest), *[bytes(size)] * (MAX_CHANGES - 1)), change(1))
    assert decode_message(encode_message(changes)) == changes
    assert decode_message(packed(encode_message(changes))) == changes


@given(st.binary(max_size=300))
def test_random_bytes_never_raise_anything_else(data):
    with contextlib.suppress(MalformedFrame, UnknownMajor):
        decode_message(data)


_scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**64 - 1) | st.binary(max_size=40)
_values = st.recursive(
    _scalars | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_a_message_with_a_field_replaced_is_refused_or_means_itself(name, data):
    fields = fields_of(name)
    fields[data.draw(st.sampled_from(sorted(fields)))] = data.draw(_values)
    frame = frame_of(SAMPLES[name].TYPE, fields)
    try:
        message = decode_message(frame)
    except (MalformedFrame, UnknownMajor):
        return
    assert encode_message(message) == frame


def test_the_protocol_names_every_message_field_limit_and_version():
    text = PROTOCOL.read_text(encoding="utf-8")
    assert "### 10 · Packed (since 1.1)" in text
    for kind, _ in frames_module._READERS.values():
        minor = frames_module._MINORS.get(kind.TYPE, 0)
        since = f" (since {MAJOR}.{minor})" if minor else ""
        title = f"\n### {kind.TYPE} · {kind.__name__}{since}\n"
        assert title in text, kind
        section = text.split(title)[1].split("\n#")[0]
        for field in frames_module._names(kind):
            assert f"`{field}`" in section, (kind, field)
    limits = {n: v for n, v in vars(messages_module).items() if n.startswith("MAX_")}
    for name, value in limits.items():
        if name.endswith("BUSINESS_DAY"):
            continue
        assert re.search(rf"`{name}` \| {value:,} ", text), (name, value)
    assert f"version {MAJOR}.{MINOR}" in text
