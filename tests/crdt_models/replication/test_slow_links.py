"""A backlog over a link of 1 kB/s, in virtual time: it gets over, once, and the link stands."""

import heapq
from collections import Counter

import pytest

from crdt_models.replication.frames import decode_message
from crdt_models.replication.messages import Changes, Have
from crdt_models.replication.pace import FIRST_BYTES, LEAST_BYTES, MOST_BYTES, Pace

RATE = 1000.0  # bytes a second, each direction
LATENCY = 0.1
HEADERS = 100  # bytes around a frame: WebSocket, TLS, TCP, IP, Ethernet


class SlowWires:
    """The wires of a Shop: each direction of each pair carries one byte after the other."""

    def __init__(self, shop, rate=RATE):
        self.rate = rate
        self.longest = 0.0  # seconds that anything was on its way
        self.brought = Counter()
        self._shop = shop
        self._free = {}
        shop._send = self.send

    def send(self, peer, number, frame):
        shop, there = self._shop, peer.links.get(number)
        if there is None:
            return
        way = peer.name, number
        start = max(shop.now, self._free.get(way, 0.0))
        self._free[way] = start + (len(frame) + HEADERS) / self.rate
        arrival = self._free[way] + LATENCY
        self.longest = max(self.longest, arrival - shop.now)
        message = decode_message(frame)
        shop.sent.append((peer.name, there.name, message))
        if isinstance(message, Changes):
            self.brought.update((there.name, change) for change in message.changes)
        heapq.heappush(shop._wires, (arrival, next(shop._order), number, peer, there, frame))

    def twice(self):
        return [change for change, times in self.brought.items() if times > 1]


def text(shop) -> bytes:
    """As hard to pack as a signature and some ids, then what people write."""
    return shop.dice.randbytes(150) + bytes(200)


@pytest.fixture
def behind(shop):
    """Two peers that met before, one of them 120 changes ahead now: 45 kB."""
    a, b = shop.peer("a"), shop.peer("b")
    a.write()
    b.write()
    number = shop.join(a, b)
    shop.settle()
    shop.cut(number)
    for _ in range(120):
        a.write(text(shop))
    return shop, a, b


def test_a_backlog_gets_over(behind):
    shop, a, b = behind
    wires = SlowWires(shop)
    shop.join(a, b)
    assert shop.settle(limit=120) < 60
    assert shop.closed == []
    assert wires.twice() == []
    assert wires.longest < shop.settings.silence / 2


def test_a_backlog_of_many_authors_gets_over_while_both_sell(behind):
    """Several Wants wait for their answers at once."""
    shop, a, b = behind
    for name in "cdef":
        other = shop.peer(name)
        for _ in range(20):
            other.write(text(shop))
        a.node_receives([each.data for each in other.log.changes.values()], 0)
        del shop.peers[name]
    wires = SlowWires(shop)
    shop.join(a, b)
    for _ in range(10):
        shop.run(3.0)
        a.write(text(shop))
        b.write(text(shop))
    shop.settle(limit=120)
    assert shop.closed == []
    assert len(wires.twice()) <= 2
    assert wires.longest < shop.settings.silence / 2


def test_a_link_that_becomes_slow_goes_on(behind):
    """What was on its way at the old rate may end it once; the new one begins small."""
    shop, a, b = behind
    wires = SlowWires(shop, rate=10e6)
    shop.join(a, b)
    shop.settle()
    shop.run(10)
    wires.rate = RATE
    for _ in range(60):
        a.write(text(shop))
    shop.settle(limit=90)
    assert len(shop.closed) <= 2  # both ends tell


def test_a_fast_link_gets_full_answers(shop):
    a, b = shop.peer("a"), shop.peer("b")
    for _ in range(1000):
        a.write(text(shop))
    wires = SlowWires(shop, rate=10e6)
    shop.join(a, b)
    shop.settle()
    frames = sum(isinstance(m, Changes) and m.answer is not None for _, _, m in shop.sent)
    assert frames <= 5
    assert wires.twice() == []


def test_nothing_is_claimed_before_it_was_pushed(behind):
    shop, a, b = behind
    number = shop.join(a, b)
    shop.settle()
    shop.run(10)
    link = a.gossip._links[number]
    link.pace.window = link.pace.window - link.pace.room + 1000.0
    for _ in range(10):
        a.write(text(shop))
    shop.now = link.have_at()
    a.gossip.tick(shop.now)
    kinds = [type(decode_message(frame)) for frame in a.gossip.outgoing(number)]
    assert Changes in kinds
    assert Have not in kinds
    assert link.have_due


def test_what_fills_the_window_behind_a_ping_is_asked_about_when_its_pong_came(behind):
    shop, a, b = behind
    number = shop.join(a, b)
    shop.settle()
    shop.run(1.0)
    link = a.gossip._links[number]
    assert link.ping_due is None
    link.pace.sent(int(link.pace.window), shop.now)
    b.gossip.tick(shop.now)
    a.gossip.tick(shop.now)
    assert link.ping_due is not None


def pinged(pace: Pace, size: int, sent: float, answered: float) -> None:
    """So many bytes, a ping behind them, and its answer."""
    pace.sent(size, sent)
    pace.asked(sent)
    pace.answered(answered)


class TestPace:
    def test_a_new_link_is_unknown(self):
        assert Pace(3.0).window == FIRST_BYTES

    def test_what_arrived_in_time_raises_the_window(self):
        pace = Pace(3.0)
        pinged(pace, 1000, 0.0, 0.1)
        assert pace.window == pytest.approx(30_000)
        assert pace.room == pace.window

    def test_no_clock_makes_it_endless(self):
        pace = Pace(3.0)
        pinged(pace, 10_000, 0.0, 0.0)
        assert pace.window == MOST_BYTES

    def test_what_came_late_lowers_it(self):
        pace = Pace(3.0)
        pinged(pace, 2000, 0.0, 6.0)
        assert pace.window == pytest.approx(1000)
        pinged(pace, 1, 7.0, 14.0)
        assert pace.window == LEAST_BYTES

    def test_a_little_that_came_in_time_lowers_nothing(self):
        pace = Pace(3.0)
        pinged(pace, 50, 0.0, 2.9)
        assert pace.window == FIRST_BYTES

    def test_what_was_sent_long_before_the_ping_is_no_rate(self):
        pace = Pace(3.0)
        pace.sent(100_000, 0.0)
        pinged(pace, 50, 20.0, 20.1)
        assert pace.window == FIRST_BYTES
        assert pace.room == FIRST_BYTES

    def test_what_follows_a_ping_is_on_its_way(self):
        pace = Pace(3.0)
        pace.sent(50, 0.0)
        pace.asked(0.0)
        pace.sent(1500, 0.0)
        assert pace.half_full
        pace.answered(2.0)
        assert pace.room == FIRST_BYTES - 1500
