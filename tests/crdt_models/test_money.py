"""Centavos are never lost, invented or guessed."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt_models.errors import InvalidAmount
from crdt_models.money import (
    divide_half_up,
    line_amount,
    parse_brl,
    parse_decimal,
    percentage,
    split,
    split_by_weights,
    to_brl,
    to_decimal,
)

amounts = st.integers(-(10**12), 10**12)


@given(amounts, st.integers(1, 10**6))
def test_rounding_is_half_away_from_zero(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    expected = int(abs(exact) + Fraction(1, 2)) * (1 if exact >= 0 else -1)
    assert divide_half_up(numerator, denominator) == expected


@given(amounts, st.integers(1, 50))
def test_equal_shares_add_up_and_differ_by_one_at_most(amount: int, parts: int) -> None:
    shares = split(amount, parts)
    assert sum(shares) == amount
    assert max(shares) - min(shares) <= 1
    assert shares == sorted(shares, key=abs, reverse=True)


@given(amounts, st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_weighted_shares_add_up_and_stay_near_their_part(amount: int, weights: list[int]) -> None:
    shares = split_by_weights(amount, weights)
    assert sum(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(amount * weight, sum(weights))) < 1


@given(amounts)
def test_what_is_shown_is_read_back(amount: int) -> None:
    assert parse_decimal(to_decimal(amount)) == amount
    assert parse_brl(to_brl(amount).removeprefix("-").removeprefix("R$ ")) == abs(amount)


def test_examples_of_the_shop() -> None:
    assert split(1000, 3) == [334, 333, 333]
    assert line_amount(1500, 333) == 500  # one and a half at 3,33
    assert line_amount(250, 4490) == 1123  # 11,225 rounds up
    assert percentage(442_245, 1000) == 44_225
    assert parse_brl("R$ 1.234,56") == 123_456
    assert parse_brl("44,00") == parse_brl("44") == parse_decimal(44) == parse_decimal("44.0")
    assert to_brl(123_456) == "R$ 1.234,56"
    assert to_decimal(-5) == "-0.05"


@pytest.mark.parametrize("text", ["", "1,2", "1.234", "1e3", "NaN", " 1", "1.2.3", "٣", "9" * 13])
def test_inexact_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidAmount):
        parse_decimal(text)


@pytest.mark.parametrize("text", ["", "1.2", "R$", "1,234", "12.34,5", "1.2345"])
def test_inexact_brazilian_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidAmount):
        parse_brl(text)


@pytest.mark.parametrize("given_", [1.5, None, True, b"1"])
def test_other_types_are_refused(given_: object) -> None:
    with pytest.raises(InvalidAmount):
        parse_decimal(given_)  # type: ignore[arg-type]


def test_nobody_to_share_with() -> None:
    with pytest.raises(InvalidAmount):
        split(100, 0)
    with pytest.raises(InvalidAmount):
        split_by_weights(100, [0, 0])
