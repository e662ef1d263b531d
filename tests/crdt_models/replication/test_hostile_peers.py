"""Peers that lie, flood and send garbage: bounded work, no exception, everybody else unhurt."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.canonical_cbor import encode
from crdt_models.ids import ChangeId, DeviceId, Epoch, SiteId
from crdt_models.replication.frames import encode_message
from crdt_models.replication.gossip import Committed, Gossip
from crdt_models.replication.link import CloseReason, Me
from crdt_models.replication.messages import (
    VERSION,
    Addresses,
    Changes,
    Goodbye,
    Have,
    HaveEntry,
    Hello,
    Neighbours,
    Ping,
    Pong,
    Want,
)

SITE = SiteId(b"s" * 16)
LIAR = DeviceId(b"L" * 32)
HELLO = Hello(site=SITE, device=LIAR, letters="L", program="", business_day=0)


def lies(device: bytes, count: int = 64) -> tuple[HaveEntry, ...]:
    return tuple(
        HaveEntry(DeviceId(device), Epoch(b"e" * 8), 9_000 + i, ChangeId(i.to_bytes(32)))
        for i in range(count)
    )


@pytest.fixture
def lying(shop):
    """A shop of three with a liar linked to one of them; speaks whole frames."""
    a, b, c = (shop.peer(name) for name in "abc")
    shop.mesh(a, b, c)
    shop.run(0.5)
    b.gossip.link_up(99, LIAR, shop.now)
    b.gossip.receive(99, encode_message(HELLO), shop.now)
    shop.liars_frames = []
    return shop


def wants_to_liar(shop, seconds: float, *, answers: bool) -> int:
    """How many Wants the liar gets; it answers each with nothing at once, or never."""
    b = shop.peers["b"]
    count = 0
    end = shop.now + seconds
    while shop.now < end:
        for frame in [] if 99 not in b.gossip.links_with_output() else b.gossip.outgoing(99):
            if frame[1] == Want.TYPE:
                count += 1
                wanted = frame[frame.index(b"\x58\x20", frame.index(b"wanted")) + 2 :][:32]
                if answers:
                    empty = encode_message(Changes((), ChangeId(wanted)))
                    b.gossip.receive(99, empty, shop.now)
        if 99 not in b.gossip.links_with_output():
            shop.now += 0.25
            b.gossip.receive(99, encode_message(Neighbours(())), shop.now)
            b.gossip.tick(shop.now)
    return count


@pytest.mark.parametrize("answers", [True, False])
def test_a_lying_have_costs_few_wants(lying, answers):
    b = lying.peers["b"]
    b.gossip.receive(99, encode_message(Have(lies(b"x" * 32))), lying.now)
    first = wants_to_liar(lying, 2.0, answers=answers)
    assert first <= 64 + 16
    later = [wants_to_liar(lying, 2.0, answers=answers) for _ in range(40)]
    assert sum(later[20:]) / 20 <= 64 / 16 + 4  # each lie waits 16 intervals by then


def test_a_lie_leaves_the_lag_figures_after_three_misses(lying):
    b = lying.peers["b"]
    b.gossip.receive(99, encode_message(Have(lies(b"x" * 32, 1))), lying.now)
    device = DeviceId(b"x" * 32)
    assert b.gossip.statistics().lag[device].claimed == 9_000
    wants_to_liar(lying, 8.0, answers=True)
    assert device not in b.gossip.statistics().lag


def test_lies_about_an_honest_device_do_not_keep_its_changes_away(lying):
    a, b, c = (lying.peers[name] for name in "abc")
    b.gossip.receive(99, encode_message(Have(lies(c.device))), lying.now)
    wants_to_liar(lying, 1.0, answers=False)
    lying.drop = lambda message, *_: isinstance(message, Changes) and message.answer is None
    c.write()
    lying.run(0.1)
    lying.drop = lambda *_: False
    lying.settle(limit=8 * lying.settings.interval)
    assert b.ids == a.ids


def test_a_have_that_claims_what_the_other_wrote_hides_nothing(lying):
    """A liar that claims everything but answers nothing delays a change by a deadline at most."""
    b, c = lying.peers["b"], lying.peers["c"]
    lying.drop = lambda message, *_: isinstance(message, Changes) and message.answer is None
    sale = c.write()
    claim = HaveEntry(c.device, c.epoch, sale.sequence, sale.id)
    b.gossip.receive(99, encode_message(Have((claim,))), lying.now)
    lying.settle(limit=2 * lying.settings.want_deadline)


FRAMES = st.sampled_from(
    [
        HELLO,
        Have(()),
        Have(lies(b"x" * 32, 3)),
        Want(ChangeId(b"w" * 32)),
        Changes((b"garbage",)),
        Changes((), ChangeId(b"w" * 32)),
        Neighbours((LIAR,)),
        Addresses(((LIAR, ("host:1",)),)),
        Ping(1, 1, 1),
        Pong(1, 1, 1),
        Goodbye("bye"),
    ]
).map(encode_message)
HOSTILE = st.one_of(
    FRAMES,
    FRAMES,
    FRAMES.flatmap(
        lambda f: st.integers(0, len(f) - 1).map(lambda i: f[:i] + b"\xff" + f[i + 1 :])
    ),
    FRAMES.flatmap(lambda f: st.integers(0, len(f)).map(lambda i: f[:i])),
    st.binary(max_size=60),
    st.integers(0, 20).map(lambda kind: encode([kind, VERSION + 1, {}])),
)


class Dice:
    def uniform(self, a, b):
        return a


@settings(max_examples=200)
@given(st.lists(st.tuples(HOSTILE, st.floats(0, 3)), max_size=25))
def test_no_frame_raises_and_whatever_closes_has_a_reason(memory_log, frames):
    gossip = Gossip(Me(site=SITE, device=DeviceId(b"m" * 32), letters="A", program=""),
                    memory_log(), Dice())  # fmt: skip
    now = 0.0
    gossip.link_up(1, LIAR, now)
    for frame, pause in frames:
        now += pause
        gossip.tick(now)
        for change in gossip.receive(1, frame, now):
            assert isinstance(change, bytes)
            gossip.refused(1, 1, now)
        for sent in gossip.outgoing(1):
            assert len(sent) <= 256 * 1024
        assert gossip.next_deadline() > 0
        gossip.statistics()
    closing = gossip.should_close(1)
    assert closing is None or isinstance(closing.reason, CloseReason)


def test_frames_on_a_link_that_is_gone_are_dropped(shop):
    a = shop.peer("a")
    assert a.gossip.receive(5, b"anything", 0.0) == []
    assert a.gossip.outgoing(5) == []
    assert a.gossip.should_close(5) is None
    a.gossip.link_down(5, 0.0)
    a.gossip.refused(5, 1, 0.0)


def test_a_peer_that_claims_changes_it_never_held_costs_bounded_memory(lying):
    b = lying.peers["b"]
    for round_number in range(50):
        entries = lies(bytes([round_number]) * 32)
        b.gossip.receive(99, encode_message(Have(entries)), lying.now)
        lying.now += 0.5
        b.gossip.tick(lying.now)
    assert len(b.gossip._links[99].unheld) == 64
    assert len(b.gossip._wants._record(99).misses) <= 64 + 16


def test_learned_addresses_are_bounded(lying):
    b = lying.peers["b"]
    for start in range(0, 640, 64):
        known = tuple((DeviceId((start + i).to_bytes(32)), ("h:1",)) for i in range(64))
        b.gossip.receive(99, encode_message(Addresses(known)), lying.now)
    assert len(b.gossip.learned_addresses()) == 64


def test_a_slow_link_loses_pushes_and_is_repaired(new_shop):
    shop = new_shop(queue_bytes=2_000)
    a, b = shop.peer("a"), shop.peer("b")
    shop.join(a, b)
    shop.run(0.1)
    for _ in range(100):
        a.write()  # nothing is flushed between: the queue fills up
    assert a.gossip.statistics().total.dropped > 50
    shop.settle(limit=2 * shop.settings.interval)


def test_nothing_is_sent_before_it_is_committed(shop, make_change):
    a, b = shop.peer("a"), shop.peer("b")
    shop.join(a, b)
    shop.run(0.1)
    unsaved = make_change(a.device, a.epoch, 1, [], opens=True)
    shop.run(5.0)
    assert all(not (isinstance(m, Changes) and m.changes) for _, _, m in shop.sent)
    a.log.add(unsaved)
    a.gossip.committed([Committed(unsaved, unsaved.data)], None, shop.now)
    shop.run(0.1)
    assert unsaved.id in b.ids
