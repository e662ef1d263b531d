"""Stamps rise on one device whatever its wall clock does, and no neighbour drags them far."""

from hypothesis import given
from hypothesis import strategies as st

from crdt_models.hybrid_logical_clock import COUNTER_BITS, MAX_AHEAD_MS, iso, next_stamp, wall_ms

YEAR_MS = 365 * 86_400_000
NOW = 1_795_000_000_000

clocks = st.integers(-50 * YEAR_MS, NOW + 50 * YEAR_MS)
stamps = st.integers(0, (NOW + 10 * YEAR_MS) << COUNTER_BITS)


@given(stamps, st.lists(st.tuples(clocks, st.none() | stamps), max_size=20))
def test_stamps_always_rise(first: int, steps: list[tuple[int, int | None]]) -> None:
    previous = first
    for wall, remote in steps:
        following = next_stamp(previous, wall, remote)
        assert following > previous
        previous = following


@given(st.integers(0, NOW), stamps)
def test_a_neighbour_drags_by_ten_minutes_at_most(wall: int, remote: int) -> None:
    assert wall_ms(next_stamp(0, wall, remote)) <= wall + MAX_AHEAD_MS


@given(st.integers(1, NOW))
def test_an_honest_neighbour_is_followed(wall: int) -> None:
    remote = next_stamp(0, wall + 1000)
    assert next_stamp(0, wall, remote) == remote + 1


def test_a_full_counter_carries_into_the_milliseconds() -> None:
    full = (NOW << COUNTER_BITS) | 0xFFFF
    assert next_stamp(full, NOW) == (NOW + 1) << COUNTER_BITS


def test_shown_as_iso_time() -> None:
    assert iso(next_stamp(0, 1_795_312_345_678)) == "2026-11-22T01:52:25.678Z"
    assert iso(0) == "1970-01-01T00:00:00.000Z"
    assert iso(2**64 - 1).startswith("9999-12-31")
