import json
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer.service.http_errors import InvalidField, InvalidJson
from peer.service.strict_json import read_json, shaped

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@settings(max_examples=200)
@given(VALUES)
def test_any_json_is_read_or_refused_by_type_and_never_holds_a_float(value):
    try:
        read = read_json(json.dumps(value).encode())
    except InvalidJson:
        return
    waiting = [read]
    while waiting:
        item = waiting.pop()
        assert not isinstance(item, float)
        if isinstance(item, str):
            item.encode("utf-8")
            assert "\0" not in item
        if isinstance(item, int):
            assert abs(item) < 2**53
        waiting += list(item.values()) if isinstance(item, dict) else []
        waiting += item if isinstance(item, list) else []


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_by_type(data):
    try:
        read_json(data)
    except InvalidJson as refused:
        assert refused.details["reason"]  # noqa: PT017


def test_fractions_are_exact():
    assert read_json(b"[0.1, 1e2, 12.30]") == [Decimal("0.1"), Decimal("1E+2"), Decimal("12.30")]
    assert str(read_json(b"12.30")) == "12.30"


def test_a_pair_of_surrogates_is_one_character():
    assert read_json(b'"\\ud83c\\udf55"') == "🍕"


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    quantidade: int


class Outer(msgspec.Struct):
    itens: list[Inner]


@pytest.mark.parametrize(
    ("value", "field", "reason"),
    [
        (
            {"itens": [{"quantidade": "x"}]},
            "itens[0].quantidade",
            "esperado número inteiro, veio texto",
        ),
        ({"itens": [{}]}, "itens[0].quantidade", "falta o campo quantidade"),
        ({"itens": [{"quantidade": 1, "y": 1}]}, "itens[0].y", "o campo y não existe"),
        ({}, "itens", "falta o campo itens"),
        ({"itens": 5}, "itens", "esperado lista, veio número inteiro"),
    ],
)
def test_the_field_is_named_by_its_path_in_portuguese(value, field, reason):
    with pytest.raises(InvalidField) as refused:
        shaped(value, Outer)
    assert refused.value.details == {"field": field, "reason": reason}


@pytest.mark.parametrize("number", [b"1e1", b"1E+1", b"1.5e1", b"10.0"])
def test_an_integer_is_written_as_one(number):
    body = b'{"itens": [{"quantidade": %s}]}' % number
    with pytest.raises(InvalidField) as refused:
        shaped(read_json(body), Outer)
    assert refused.value.details == {
        "field": "itens[0].quantidade",
        "reason": "esperado número inteiro, veio número",
    }
