"""The face: what a shell may rely on. Whole-shop behaviour is in test_convergence."""

import msgspec
import pytest

from crdt_models.ids import DeviceId
from crdt_models.replication.frames import decode_message, encode_message, packed
from crdt_models.replication.link import CloseReason
from crdt_models.replication.messages import (
    Addresses,
    Changes,
    Goodbye,
    Have,
    HaveEntry,
    Neighbours,
    Want,
)


@pytest.fixture
def pair(shop):
    a, b = shop.peer("a"), shop.peer("b")
    shop.number = shop.join(a, b)
    shop.run(0.1)
    return shop, a, b


def test_the_business_days_of_neighbours_are_known(pair):
    shop, a, b = pair
    a.gossip._clock_day = lambda: 16_766
    shop.run(3 * shop.settings.interval)
    assert b.gossip.neighbours_days() == [16_766]


def test_a_neighbour_with_two_links_has_one_voice(pair):
    shop, a, b = pair
    shop.join(a, b)
    shop.run(0.1)
    assert len(b.gossip.neighbours_days()) == 1


def test_neighbours_are_told_and_told_again_when_they_change(pair):
    shop, a, b = pair
    c = shop.peer("c")
    shop.join(b, c)
    shop.run(0.1)
    assert a.gossip._links[shop.number].neighbours == {a.device, c.device}
    assert b.gossip.neighbours() == sorted([a.device, c.device])
    told = [m for who, to, m in shop.sent if (who, to) == ("b", "a") and isinstance(m, Neighbours)]
    assert len(told) == 2


def test_addresses_are_passed_on(pair):
    shop, a, b = pair
    device = DeviceId(b"x" * 32)
    a.gossip.set_addresses({device: ("10.0.0.9:3002",)})
    shop.run(0.1)
    assert b.gossip.learned_addresses() == {device: ("10.0.0.9:3002",)}
    assert sum(isinstance(m, Addresses) for _, _, m in shop.sent) == 1


def test_clock_differences_are_measured(pair):
    shop, _, b = pair
    b.gossip._wall_ms = lambda: int(shop.now * 1000) + 60_000
    shop.run(6 * shop.settings.interval)
    figures = shop.peers["a"].gossip.statistics().links[shop.number]
    assert figures.clock_difference_ms == pytest.approx(60_000, abs=30)
    assert figures.round_trip == pytest.approx(0.02)


def test_statistics_name_the_lag(pair):
    shop, a, b = pair
    shop.drop = lambda *_: True
    a.write()
    shop.run(0.1)
    assert b.gossip.statistics().lag == {}
    shop.drop = lambda message, *_: type(message).__name__ == "Changes"
    shop.run(1.5 * shop.settings.interval)
    lag = b.gossip.statistics().lag[a.device]
    assert (lag.known, lag.claimed) == (0, 2)
    shop.drop = lambda *_: False
    shop.settle()
    shop.run(2 * shop.settings.interval)
    statistics = b.gossip.statistics()
    lag = statistics.lag[a.device]
    assert (lag.known, lag.claimed) == (2, 2)
    assert statistics.links[shop.number].in_step
    assert statistics.links[shop.number].claims == {a.device: 2}
    assert statistics.links[shop.number].neighbours == {b.device}
    assert statistics.total.wants >= 1
    assert statistics.total.bytes_in > 0


def test_an_asked_close_says_goodbye(pair):
    shop, a, _ = pair
    shop.reconnects = False
    a.gossip.close(shop.number, "duplicate_link")
    assert a.gossip.should_close(shop.number).reason is CloseReason.OURS
    shop.run(0.1)
    assert ("a", CloseReason.OURS) in shop.closed
    assert any(message == Goodbye("duplicate_link") for _, _, message in shop.sent)


def test_figures_of_closed_links_stay_in_the_total(pair):
    shop, a, _ = pair
    before = a.gossip.statistics().total.frames_out
    shop.cut(shop.number)
    assert a.gossip.statistics().total.frames_out == before > 0
    assert a.gossip.statistics().links == {}


def test_an_idle_pair_sends_little(pair):
    shop, a, b = pair
    for _ in range(5):
        a.write()
        b.write()
    shop.settle()
    shop.run(10)
    before = len(shop.sent)
    shop.run(20 * shop.settings.interval)
    # one Have each per interval, a Ping and a Pong per two
    assert len(shop.sent) - before <= 2 * 20 / 0.75 * 2 + 8


def test_next_deadline_always_lies_ahead_after_a_tick(pair):
    shop, a, _ = pair
    for _ in range(200):
        shop.now += 0.37
        a.gossip.tick(shop.now)
        assert a.gossip.next_deadline() > shop.now or a.gossip.should_close(shop.number)
        a.gossip.outgoing(shop.number)


def test_a_peer_without_links_wants_no_tick(shop):
    assert shop.peer("a").gossip.next_deadline() == float("inf")


def test_a_differing_have_is_answered_at_once_if_ours_changed(pair):
    shop, a, b = pair
    shop.run(2 * shop.settings.interval)
    shop.drop = lambda message, *_: isinstance(message, Changes)
    b.write()
    shop.flush()
    before = haves_of(shop, "b")
    stale = a.gossip._holdings.have()[1]
    b.gossip.receive(shop.number, stale, shop.now)
    shop.flush()
    assert haves_of(shop, "b") == before + 1
    b.gossip.receive(shop.number, stale, shop.now)
    shop.flush()
    assert haves_of(shop, "b") == before + 1  # said already; the next interval says it again


def haves_of(shop, name: str) -> int:
    return sum(who == name and isinstance(message, Have) for who, _, message in shop.sent)


def test_what_the_node_is_busy_with_is_not_asked_for(pair, make_change):
    shop, a, b = pair
    sale = make_change(a.device, a.epoch, 1, [], opens=True)
    pushed = encode_message(Changes((sale.data,)))
    claim = encode_message(Have((HaveEntry(a.device, a.epoch, 1, sale.id),)))
    assert b.gossip.receive(shop.number, pushed, shop.now) == [sale.data]
    b.gossip.receive(shop.number, claim, shop.now)
    assert wants_in(b.gossip.outgoing(shop.number)) == 0
    shop.now += 2 * shop.settings.interval  # a slow disk
    b.gossip.tick(shop.now)
    assert wants_in(b.gossip.outgoing(shop.number)) == 0
    b.gossip.taken([sale.data], shop.now)
    b.gossip.tick(shop.now)
    assert wants_in(b.gossip.outgoing(shop.number)) == 0  # its commit is about to be told
    b.gossip.tick(shop.now + shop.settings.interval)
    assert wants_in(b.gossip.outgoing(shop.number)) == 1  # it never was committed


def wants_in(frames) -> int:
    return sum(isinstance(decode_message(frame), Want) for frame in frames)


def test_a_push_goes_before_the_have_that_lists_it(pair):
    shop, a, _ = pair
    shop.now += 2 * shop.settings.interval
    a.gossip.tick(shop.now)
    a.write()
    kinds = [type(decode_message(frame)) for frame in a.gossip.outgoing(shop.number)]
    assert kinds.index(Changes) < kinds.index(Have)


def test_one_answer_at_a_time(pair):
    shop, a, _ = pair
    sales = [a.write() for _ in range(3)]
    a.gossip.outgoing(shop.number)
    for sale in sales:
        a.gossip.receive(shop.number, encode_message(Want(sale.id)), shop.now)
    for left in (2, 1, 0):
        frames = [decode_message(frame) for frame in a.gossip.outgoing(shop.number)]
        assert sum(isinstance(frame, Changes) for frame in frames) == 1
        assert (shop.number in a.gossip.links_with_output()) == bool(left)


@pytest.mark.parametrize("minor", [0, 1, 7])
def test_answers_are_packed_for_whoever_understands_it(pair, minor):
    shop, a, _ = pair
    link = a.gossip._links[shop.number]
    link.theirs = msgspec.structs.replace(link.theirs, minor=minor)
    sale = a.write()
    a.gossip.outgoing(shop.number)
    a.gossip.receive(shop.number, encode_message(Want(sale.id)), shop.now)
    (frame,) = a.gossip.outgoing(shop.number)
    plain = encode_message(decode_message(frame))
    assert frame == (packed(plain) if minor else plain)
