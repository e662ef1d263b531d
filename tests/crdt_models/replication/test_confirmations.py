"""Who holds a change: what is asked, of whom, and what counts."""

import msgspec
import pytest

from crdt_models.ids import ChangeId, DeviceId
from crdt_models.replication.confirmations import ASK_AGAIN, Confirmations
from crdt_models.replication.frames import decode_message, encode_message
from crdt_models.replication.messages import MAX_INQUIRED, Changes, Holds, Inquire

ME, B, C = (DeviceId(bytes([n]) * 32) for n in range(3))


def change(number: int) -> ChangeId:
    return ChangeId(number.to_bytes(32, "big"))


def test_a_device_counts_once_and_we_do_not():
    asked = Confirmations(ME)
    asked.wait_for(change(1), 0.0)
    for device in (B, B, ME, C):
        asked.told(device, [change(1), change(2)])
    assert asked.holders(change(1)) == {B, C}
    assert asked.holders(change(2)) == frozenset()


def test_what_nobody_waits_for_is_forgotten():
    asked = Confirmations(ME)
    asked.wait_for(change(1), 0.0)
    asked.wait_for(change(1), 0.0)
    asked.told(B, [change(1)])
    asked.forget(change(1))
    assert asked.holders(change(1)) == {B}
    assert asked.ask_at is not None
    asked.forget(change(1))
    assert asked.holders(change(1)) == frozenset()
    assert asked.ask_at is None
    assert asked.open_with(B) == ()


def test_a_question_is_repeated_until_it_is_answered():
    asked = Confirmations(ME)
    asked.wait_for(change(1), 5.0)
    assert asked.ask_at == 5.0
    asked.asked(5.0)
    assert asked.ask_at == 5.0 + ASK_AGAIN
    asked.sent([change(2)], 5.1)
    assert asked.ask_at == 5.0 + ASK_AGAIN
    asked.sent([change(1)], 5.1)
    assert asked.ask_at == 5.1
    assert asked.open_with(B) == (change(1),)
    asked.told(B, [change(1)])
    assert asked.open_with(B) == ()
    assert asked.open_with(C) == (change(1),)


def test_a_question_is_never_longer_than_a_message():
    asked = Confirmations(ME)
    for number in reversed(range(MAX_INQUIRED + 10)):
        asked.wait_for(change(number), 0.0)
    question = asked.open_with(B)
    assert decode_message(encode_message(Inquire(question))) == Inquire(question)
    assert change(MAX_INQUIRED + 9) in question  # the oldest comes first


def ask(peer, written):
    peer.gossip.confirmations.wait_for(written.id, peer.shop.now)
    peer.gossip.tick(peer.shop.now)


def holders(peer, written):
    return peer.gossip.confirmations.holders(written.id)


def spoken(shop, *kinds):
    return [(name, type(message)) for name, _, message in shop.sent if isinstance(message, kinds)]


@pytest.fixture
def trio_of(shop):
    peers = [shop.peer(name) for name in "abc"]
    shop.mesh(*peers)
    shop.run(5.0)
    return peers


def test_all_who_stored_it_say_so_at_once_and_the_push_goes_first(shop, trio_of):
    a, b, c = trio_of
    shop.sent.clear()
    written = a.write()
    ask(a, written)
    shop.run(0.05)
    assert holders(a, written) == {b.device, c.device}
    said = spoken(shop, Changes, Inquire, Holds)
    assert [kind for name, kind in said if name == "a"] == [Changes, Inquire] * 2
    assert sorted(name for name, kind in said if kind is Holds) == ["b", "c"]


def test_nobody_is_asked_when_nobody_waits(shop, trio_of):
    a, *_ = trio_of
    written = a.write()
    ask(a, written)
    a.gossip.confirmations.forget(written.id)
    shop.run(10.0)
    assert spoken(shop, Inquire) == []


def test_a_lost_push_is_asked_about_until_it_was_repaired(shop, trio_of):
    a, b, c = trio_of
    shop.drop = lambda message, _, there: isinstance(message, Changes) and there is b
    written = a.write()
    ask(a, written)
    shop.run(0.2)
    assert holders(a, written) == {c.device}
    shop.drop = lambda *_: False
    shop.run(6.0)
    assert holders(a, written) == {b.device, c.device}


def test_lost_questions_are_asked_again(shop, trio_of):
    a, b, c = trio_of
    shop.drop = lambda message, *_: isinstance(message, Inquire)
    written = a.write()
    ask(a, written)
    shop.run(0.2)
    assert holders(a, written) == frozenset()
    shop.drop = lambda *_: False
    shop.run(2 * ASK_AGAIN)
    assert holders(a, written) == {b.device, c.device}


def test_who_has_not_stored_it_says_nothing(shop, trio_of):
    a, b, _ = trio_of
    missing, written = change(7), a.write()
    shop.run(1.0)
    link = next(number for number, there in b.links.items() if there is a)
    b.gossip.receive(link, encode_message(Inquire((missing,))), shop.now)
    assert b.gossip.outgoing(link) == []
    frame = encode_message(Inquire(tuple(sorted([missing, written.id]))))
    b.gossip.receive(link, frame, shop.now)
    [answer] = map(decode_message, b.gossip.outgoing(link))
    assert answer == Holds((written.id,))


def test_a_clone_of_ours_is_no_other_device(shop):
    a = shop.peer("a")
    twin = shop.peer("twin", log=a.log, device=a.device)
    shop.join(a, twin)
    shop.run(5.0)
    written = a.write()
    ask(a, written)
    shop.run(1.0)
    assert written.id in twin.ids
    assert holders(a, written) == frozenset()


@pytest.mark.parametrize(("minor", "asks"), [(0, False), (1, False), (2, True), (7, True)])
def test_only_who_understands_is_asked(shop, minor, asks):
    a, b = shop.peer("a"), shop.peer("b")
    number = shop.join(a, b)
    shop.run(5.0)
    link = a.gossip._links[number]
    link.theirs = msgspec.structs.replace(link.theirs, minor=minor)
    written = a.write()
    ask(a, written)
    shop.run(0.05)
    assert (holders(a, written) == {b.device}) is asks
    assert bool(spoken(shop, Inquire)) is asks
