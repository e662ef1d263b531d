"""One value, one encoding; everything else is refused with one type of error."""

import contextlib

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt_models.canonical_cbor import decode, encode
from crdt_models.errors import NotCanonical

LIMIT = 1 << 16

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**64 - 1) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@given(values)
def test_a_value_survives_and_its_bytes_are_stable(value: object) -> None:
    data = encode(value)
    assert decode(data, max_bytes=LIMIT) == value
    assert encode(decode(data, max_bytes=LIMIT)) == data


@given(values)
def test_it_is_what_another_implementation_calls_canonical(value: object) -> None:
    assert encode(value) == cbor2.dumps(value, canonical=True)


@pytest.mark.parametrize("number", [23, 24, 2**8 - 1, 2**8, 2**16 - 1, 2**16, 2**32 - 1, 2**32])
def test_every_size_of_head_is_the_shortest(number: int) -> None:
    for value in (number, -number, number + 2**52):
        assert encode(value) == cbor2.dumps(value, canonical=True)
    if number <= 2**16:
        for sized in (
            "x" * number,
            b"x" * number,
            [0] * number,
            dict.fromkeys(map(str, range(number))),
        ):
            assert encode(sized) == cbor2.dumps(sized, canonical=True)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_typed_refusal(data: bytes) -> None:
    try:
        value = decode(data, max_bytes=LIMIT)
    except NotCanonical:
        return
    assert encode(value) == data


@given(values, st.data())
def test_one_changed_byte_is_never_the_same_value(value: object, data: st.DataObject) -> None:
    good = bytearray(encode(value))
    place = data.draw(st.integers(0, len(good) - 1))
    good[place] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(NotCanonical):
        assert decode(bytes(good), max_bytes=LIMIT) != value or bytes(good) == encode(value)


REFUSED = {
    "trailing bytes": "0100",
    "a longer integer than needed": "1801",
    "float": "f93c00",
    "float 64": "fb3ff0000000000000",
    "NaN": "f97e00",
    "undefined": "f7",
    "simple value": "f820",
    "indefinite array": "9f01ff",
    "indefinite map": "bf616101ff",
    "indefinite text": "7f6161ff",
    "duplicate key": "a2616101616102",
    "unsorted keys": "a2616201616101",
    "integer key": "a10102",
    "bignum": "c249010000000000000000",
    "date tag": "c11a514b67b0",
    "regular expression tag": "d8236161",
    "self-described": "d9d9f701",
    "shared reference": "d81c81d81d00",
    "unknown tag": "d903e701",
    "too negative": "3b0020000000000000",
    "array of 2^62": "9b4000000000000000",
    "text of 2^62": "7b4000000000000000",
    "invalid UTF-8": "61ff",
    "surrogate in UTF-8": "63eda080",
    "empty": "",
    "17 arrays deep": "81" * 17 + "01",
    "100,000 arrays deep": "81" * 100_000 + "01",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_refused(data: str) -> None:
    with pytest.raises(NotCanonical):
        decode(bytes.fromhex(data), max_bytes=1 << 20)


def test_the_size_limit_comes_first() -> None:
    with pytest.raises(NotCanonical):
        decode(encode([0] * 100), max_bytes=50)


@pytest.mark.parametrize("value", [1.5, {1: 2}, {1}, 2**64, "\ud800", object(), cbor2.undefined])
def test_what_we_never_write(value: object) -> None:
    with pytest.raises(NotCanonical):
        encode(value)
