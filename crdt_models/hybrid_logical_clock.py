"""The hybrid logical clock: stamps that never run backwards on one device and stay near real time.

Source: Kulkarni et al., "Logical Physical Clocks and Consistent Snapshots" (2014), packed in one
integer: 48 bits of milliseconds since 1970, then a 16-bit counter. Adding one to the packed integer
carries a full counter into the milliseconds, which is the overflow rule.

A stamp breaks ties between truly concurrent writes and is shown to people. It decides nothing else.
"""

from datetime import UTC, datetime

COUNTER_BITS = 16
MAX_STAMP = 2**64 - 1
MAX_AHEAD_MS = 10 * 60 * 1000  # a neighbour's wrong clock drags ours by ten minutes at most
_LAST_MS_SHOWN = 253_402_300_799_999  # the end of the year 9999, the last that datetime can show


def next_stamp(previous: int, wall_ms: int, remote: int | None = None) -> int:
    """The stamp after `previous`, near `wall_ms`, above `remote` unless that is far ahead.

    `max(previous + 1, wall, min(remote + 1, wall + 10 min))`; all stamps are packed, `wall_ms` is
    milliseconds since 1970 and counts as 0 when the clock says an earlier time.
    """
    wall = min(max(wall_ms, 0) << COUNTER_BITS, MAX_STAMP)
    candidates = [previous + 1, wall]
    if remote is not None:
        ahead = (max(wall_ms, 0) + MAX_AHEAD_MS) << COUNTER_BITS
        candidates.append(min(remote + 1, ahead))
    return min(max(candidates), MAX_STAMP)


def wall_ms(stamp: int) -> int:
    """Milliseconds since 1970 of a packed stamp."""
    return stamp >> COUNTER_BITS


def iso(stamp: int) -> str:
    """`2026-11-22T02:17:10.123Z`. A stamp beyond the year 9999 is shown as its last millisecond."""
    moment = datetime.fromtimestamp(min(wall_ms(stamp), _LAST_MS_SHOWN) // 1000, UTC)
    millisecond = min(wall_ms(stamp), _LAST_MS_SHOWN) % 1000
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{millisecond:03d}Z"
