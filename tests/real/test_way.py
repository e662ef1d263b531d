"""The wire does to frames what it says; otherwise the other tests here would show nothing."""

import random
from itertools import pairwise

import pytest

from tests.real.lossy_wire import Quality, Way

ENDS = (b"\x0a\xcb\x08\x01", b"\x0a\xcb\x08\x02")
HELD = 0.06  # the longest that a frame is held to be overtaken


def frame(port: int, *, size: int = 100, back: bool = False) -> bytes:
    """A TCP packet between two machines, from one port of the first to 3002 of the second."""
    ends = [(ENDS[0], port), (ENDS[1], 3002)]
    (source, source_port), (to, to_port) = reversed(ends) if back else ends
    head = bytes((0x45, 0, 0, 0, 0, 0, 0, 0, 64, 6, 0, 0)) + source + to
    ports = source_port.to_bytes(2, "big") + to_port.to_bytes(2, "big")
    return (bytes(12) + b"\x08\x00" + head + ports).ljust(size, b"\0")


def arrivals(way: Way, count: int, *, size: int = 100, every: float = 0.0) -> list[list[float]]:
    """When each of `count` frames of one connection arrives."""
    dice = random.Random(1)
    return [list(way.times(frame(4000, size=size), n * every, dice)) for n in range(count)]


def test_a_perfect_way_brings_each_frame_once_and_at_once() -> None:
    way = Way()
    assert arrivals(way, 5) == [[0.0]] * 5
    assert way.seen == {"carried": 5, "bytes": 500}


def test_loss_and_duplication_come_as_often_as_asked() -> None:
    way = Way()
    way.quality = Quality(loss=0.2, duplication=0.1)
    found = arrivals(way, 5000)
    assert found.count([]) == way.seen["lost"] == pytest.approx(1000, rel=0.1)
    doubled = sum(len(each) == 2 for each in found)
    assert doubled == way.seen["doubled"] == pytest.approx(400, rel=0.15)


def test_jitter_keeps_the_order_and_reordering_does_not() -> None:
    way = Way()
    way.quality = Quality(latency=0.01, jitter=0.01)
    times = [at for each in arrivals(way, 500, every=0.001) for at in each]
    assert times == sorted(times)
    assert all(n * 0.001 + 0.01 <= at <= n * 0.001 + 0.04 for n, at in enumerate(times))
    way = Way()
    way.quality = Quality(reordering=0.2)
    times = [at for each in arrivals(way, 500, every=0.001) for at in each]
    overtaken = sum(later < sooner for sooner, later in pairwise(times))
    assert overtaken > 50 and way.seen["reordered"] > 50
    assert all(n * 0.001 <= at <= n * 0.001 + HELD for n, at in enumerate(times))


def test_a_rate_makes_frames_wait_and_a_full_queue_drops_them() -> None:
    way = Way()
    way.quality = Quality(bytes_per_second=1000, queue_bytes=3000)
    found = arrivals(way, 5, size=1000)
    assert found == [[1.0], [2.0], [3.0], [], []]
    assert way.seen["overflowed"] == 2


def test_a_cut_way_swallows_all_and_a_mended_one_nothing() -> None:
    way = Way()
    way.cut = True
    assert arrivals(way, 3) == [[]] * 3
    way.cut = False
    assert arrivals(way, 1) == [[0.0]]
    assert way.seen["cut"] == 3


def test_only_connections_that_stood_are_forgotten() -> None:
    way, dice = Way(), random.Random(1)
    for each in (frame(4000), frame(4001, back=True)):
        assert list(way.times(each, 0.0, dice)) == [0.0]
    way.forget()
    for each in (frame(4000), frame(4000, back=True), frame(4001)):
        assert list(way.times(each, 1.0, dice)) == []
    assert list(way.times(frame(4002), 1.0, dice)) == [1.0]
    assert list(way.times(bytes(60), 1.0, dice)) == [1.0]  # no TCP: ARP and the like go on
    assert way.seen["swallowed"] == 3
