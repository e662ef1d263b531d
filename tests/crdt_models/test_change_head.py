"""The head that is cut out of stored bytes is the one that decoding finds."""

import hashlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.change import (
    AUTHOR_BYTES,
    MAX_BUSINESS_DAY,
    MAX_HLC,
    MAX_PREVIOUS,
    Head,
    Unsigned,
    decode_change,
    head_of,
    sign_change,
)
from crdt_models.documents.orders.facts import BillAsked
from crdt_models.ids import DocumentId


class Nobody:
    """Signs with what the bytes hash to: decoding does not ask whose signature it is."""

    def sign(self, data: bytes) -> bytes:
        return hashlib.sha512(data).digest()


def numbers(least: int, most: int) -> st.SearchStrategy[int]:
    """Also those around which CBOR takes one more byte."""
    edges = [e for w in (0, 5, 8, 16, 32, 53, 64) for e in (24, 2**w - 1, 2**w)]
    return st.integers(least, most) | st.sampled_from([e for e in edges if least <= e <= most])


def ids(size: int) -> st.SearchStrategy[Any]:
    return st.binary(min_size=size, max_size=size)


unsigned = st.builds(
    Unsigned,
    site=ids(16),
    device=ids(32),
    epoch=ids(8),
    sequence=numbers(1, 2**53 - 1),
    previous=st.sets(ids(32), max_size=MAX_PREVIOUS).map(tuple),
    hlc=numbers(0, MAX_HLC),
    business_day=numbers(0, MAX_BUSINESS_DAY - 1),
    operator=st.none() | ids(16),
    command_id=ids(16),
    seen=numbers(0, 2**53 - 1),
    facts=st.just(((DocumentId("order:" + "0" * 32), BillAsked()),)),
)


@settings(max_examples=200)
@given(unsigned)
def test_the_head_is_what_decoding_finds(given_fields: Unsigned) -> None:
    change = decode_change(sign_change(given_fields, Nobody()).data)
    assert head_of(change.data) == Head(
        change.device,
        change.epoch,
        change.sequence,
        change.previous,
        change.hlc,
        change.command_id,
    )


@given(unsigned, unsigned)
def test_an_author_s_changes_begin_alike_and_no_other_s_do(one: Unsigned, two: Unsigned) -> None:
    begin = [sign_change(each, Nobody()).data[:AUTHOR_BYTES] for each in (one, two)]
    authors = [(each.site, each.device, each.epoch) for each in (one, two)]
    assert (begin[0] == begin[1]) == (authors[0] == authors[1])
    assert sign_change(one, Nobody()).data[AUTHOR_BYTES] < 0x20  # a number: the sequence
