"""A change is its bytes: form, limits, id and signature, before anybody asks who may sign."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt_models.canonical_cbor import decode, encode
from crdt_models.change import MAX_CHANGE_BYTES, MAX_FACTS, decode_change, verify_signature
from crdt_models.errors import BadSignature, MalformedChange, NotCanonical, RefusedBytes
from crdt_models.fact import Unknown, body_of, fact_of
from crdt_models.ids import fact_id, fact_origin


def fields_of(data: bytes) -> list[Any]:
    value = decode(data, max_bytes=MAX_CHANGE_BYTES)
    assert isinstance(value, list)
    return value


def test_it_survives_and_its_id_covers_every_byte(member: Callable[..., Any]) -> None:
    change = member().write()
    again = decode_change(change.data)
    assert again == change and again.facts == change.facts and again.author == change.author
    assert change.id == hashlib.sha256(change.data).digest()
    verify_signature(again, member().public)


def test_every_byte_is_signed(member: Callable[..., Any]) -> None:
    author = member()
    change = author.write()
    for place in range(len(change.data)):
        bad = bytearray(change.data)
        bad[place] ^= 1
        with pytest.raises(RefusedBytes):
            verify_signature(decode_change(bytes(bad)), author.public)


def test_another_key_does_not_fit(member: Callable[..., Any]) -> None:
    with pytest.raises(BadSignature):
        verify_signature(member().write(), member("kitchen").public)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, 2),
        (0, True),
        (1, b"short"),
        (2, b"d" * 31),
        (3, b"e" * 9),
        (4, 0),
        (4, 2**53),
        (4, True),
        (5, [b"x" * 32] * 2),
        (5, [b"b" * 32, b"a" * 32]),
        (5, [bytes([i]) * 32 for i in range(9)]),
        (6, -1),
        (7, -1),
        (7, 2**31),
        (8, b"x"),
        (9, None),
        (10, -1),
        (11, []),
        (11, [["order", "body"]]),
        (11, [["Order:1", ["a", False, {}]]]),
        (11, [["order:" + "x" * 41, ["a", False, {}]]]),
        (11, [["tables", ["", False, {}]]]),
        (11, [["tables", ["a", 1, {}]]]),
        (11, [["tables", ["a", False, {"n": 2**53}]]]),
        (11, [["tables", ["a", False, {"n": [{"m": -(2**53)}]}]]]),
        (11, [["tables", ["a", False, {}]]] * (MAX_FACTS + 1)),
        (12, b"s" * 63),
    ],
)
def test_a_broken_form_is_refused(member: Callable[..., Any], place: int, value: object) -> None:
    fields = fields_of(member().write().data)
    fields[place] = value
    with pytest.raises((MalformedChange, NotCanonical)):
        decode_change(encode(fields))


def test_too_large_is_refused_before_it_is_read(member: Callable[..., Any]) -> None:
    with pytest.raises(NotCanonical):
        decode_change(b"\x9f" * (MAX_CHANGE_BYTES + 1))


@given(st.binary(max_size=300))
def test_any_bytes_get_a_typed_refusal(data: bytes) -> None:
    with pytest.raises(RefusedBytes):
        decode_change(data)


def test_a_fact_id_leads_back_to_its_change(member: Callable[..., Any]) -> None:
    change = member().write()
    assert fact_origin(fact_id(change.id, 3)) == (change.id[:16], 3)


def test_what_we_cannot_read_is_kept_as_unknown(noted: Any) -> None:
    newer = fact_of(["from_the_future", True, {"x": 1}])
    assert isinstance(newer, Unknown) and newer.must_understand
    broken = fact_of(["test_noted", False, {"text": 3}])
    assert isinstance(broken, Unknown) and broken.named == "test_noted"
    assert fact_of(["test_noted", False, {"text": "a", "added_later": 1}]) == noted("a")


def test_defaults_are_left_out_and_come_back(noted: Any) -> None:
    assert body_of(noted("a")) == ["test_noted", False, {"text": "a"}]
    assert fact_of(body_of(noted("a", 7))) == noted("a", 7)
