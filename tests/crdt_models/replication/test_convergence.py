"""Whole shops in memory: whatever is lost, all end with the same set."""

import random

import pytest

from crdt_models.replication.messages import Changes, Have, Want


def is_push(message) -> bool:
    return isinstance(message, Changes) and message.answer is None


def test_three_peers_converge(shop):
    a, b, c = (shop.peer(name) for name in "abc")
    shop.mesh(a, b, c)
    for _ in range(5):
        for peer in (a, b, c):
            peer.write()
        shop.run(0.1)
    assert shop.equal()  # by gossip alone: no interval has passed
    assert len(a.ids) == 18  # fifteen sales and three openings


def test_a_middle_peer_forwards_what_the_ends_cannot_send_each_other(shop):
    a, b, c = (shop.peer(name) for name in "abc")
    shop.join(a, b)
    shop.join(b, c)
    shop.run(0.1)
    sale = a.write()
    shop.run(0.1)
    assert sale.id in c.ids


def test_with_all_gossip_lost_nothing_is_lost(shop):
    shop.drop = lambda message, *_: is_push(message)
    peers = [shop.peer(name) for name in "abcd"]
    shop.mesh(*peers)
    for _ in range(20):
        for peer in peers:
            peer.write()
        shop.run(0.2)
    assert shop.settle(limit=3 * shop.settings.interval) <= 3 * shop.settings.interval
    assert len(peers[0].ids) == 84


@pytest.mark.parametrize("nth", [2, 3, 5])
def test_every_nth_frame_lost_after_queueing(new_shop, nth):
    shop = new_shop(seed=nth)
    counter = iter(range(10**9))
    shop.drop = lambda *_: next(counter) % nth == 0
    peers = [shop.peer(name) for name in "abc"]
    shop.mesh(*peers)
    for _ in range(40):
        shop.dice.choice(peers).write()
        shop.run(shop.dice.uniform(0.0, 0.4))
    shop.settle(limit=200)


def test_a_newcomer_takes_everything(shop):
    a, b = shop.peer("a"), shop.peer("b")
    shop.mesh(a, b)
    for _ in range(1300):
        a.write()
    shop.settle()
    newcomer = shop.peer("n")
    shop.join(newcomer, b)
    assert shop.settle() <= 1.0  # answers follow each other; nothing waits for an interval
    wants = [m for who, _, m in shop.sent if who == "n" and isinstance(m, Want)]
    assert len(wants) == 3  # 1,301 changes at 500 an answer


def test_an_answer_below_an_old_fork_does_not_loop(shop):
    """Answered oldest first, the asker would be sent the shared history for ever."""
    a = shop.peer("a")
    for _ in range(700):
        a.write()
    b = shop.peer("b", log=a.log)
    for _ in range(30):
        a.write()
    clone = shop.peer("clone", log=b.log, device=a.device)
    for _ in range(40):
        clone.write()
    shop.join(a, b)
    shop.join(clone, b)
    shop.settle(limit=5)
    assert len(a.ids) == 701 + 30 + 41
    wants = [message for _, _, message in shop.sent if isinstance(message, Want)]
    assert len(wants) <= 4  # each branch to the middle and on to the other end


def test_a_lost_predecessor_whose_successor_is_held_is_fetched(shop):
    a, b = shop.peer("a"), shop.peer("b")
    shop.join(a, b)
    shop.run(0.1)
    a.write()
    shop.run(0.1)
    shop.drop = lambda message, *_: is_push(message)
    lost = a.write()
    shop.run(0.05)
    shop.drop = lambda *_: False
    a.write()
    shop.run(0.05)
    assert lost.id not in b.ids  # a gap below b's tip
    shop.settle(limit=2 * shop.settings.interval)


def test_two_peers_that_lack_different_things_below_one_tip(shop, memory_log):
    a = shop.peer("a")
    for _ in range(9):
        a.write()
    chain = sorted(a.log.changes.values(), key=lambda each: each.sequence)
    b = shop.peer("b", log=memory_log(e for e in chain if e.sequence not in (3, 4)))
    c = shop.peer("c", log=memory_log(e for e in chain if e.sequence not in (6, 8)))
    del shop.peers["a"]
    shop.join(b, c)
    shop.settle(limit=1)
    assert len(b.ids) == 10


def test_haves_do_not_ping_pong(shop):
    """Two peers that differ and cannot help each other stay at one Have an interval."""
    a, b = shop.peer("a"), shop.peer("b")
    shop.join(a, b)
    a.write()
    shop.drop = lambda message, *_: isinstance(message, Changes)
    shop.run(20 * shop.settings.interval)
    assert not shop.equal()
    haves = sum(isinstance(message, Have) for _, _, message in shop.sent)
    assert haves <= 2 * (20 / 0.75 + 3)


def test_a_thousand_reboots_leave_one_entry(shop):
    a, b = shop.peer("a"), shop.peer("b")
    for _ in range(1000):
        a.start()
        a.write()
    shop.join(a, b)
    shop.settle()
    have, _ = b.gossip._holdings.have()
    assert len(have.entries) == 1
    assert have.entries[0].sequence == 2000


def test_a_clone_and_a_restored_copy_keep_all_writes(shop):
    a, b, c = (shop.peer(name) for name in "abc")
    shop.mesh(a, b, c)
    for _ in range(10):
        a.write()
    shop.settle()
    backup = dict(a.log.changes)
    tail = [a.write() for _ in range(5)]
    shop.settle()
    clone = shop.peer("clone", log=a.log, device=a.device)
    shop.mesh(clone, b, c)
    a.log.changes = backup  # the disk was put back; five sales are known to the neighbours only
    shop.restart(a)
    a.write()
    clone.write()
    shop.settle()
    assert {each.id for each in tail} <= a.ids
    have, _ = b.gossip._holdings.have()
    tips = [entry for entry in have.entries if entry.device == a.device]
    assert len(tips) == 2  # two branches; the next boot of either adopts both
    a.start()
    shop.restart(a)
    a.write()
    shop.settle()
    have, _ = b.gossip._holdings.have()
    assert len([entry for entry in have.entries if entry.device == a.device]) == 1


def test_a_change_waits_until_its_opening_has_come(shop):
    a, b = shop.peer("a"), shop.peer("b")
    shop.join(a, b)
    shop.run(0.1)
    shop.drop = lambda message, *_: is_push(message)
    a.write()  # with the opening of its epoch
    shop.run(0.05)
    shop.drop = lambda *_: False
    sale = a.write()
    shop.run(0.05)
    assert sale.id in b.waiting
    assert not b.ids
    shop.settle(limit=3 * shop.settings.interval)
    assert not b.waiting


def test_the_death_of_an_author_after_its_first_send(shop):
    """Its other neighbours were left to it; who received it forwards when the link drops."""
    a, b, c, d = (shop.peer(name) for name in "abcd")
    shop.mesh(a, b, c, d)
    shop.run(0.1)
    shop.drop = lambda message, _, there: is_push(message) and there is not b
    sale = a.write()
    shop.flush()
    shop.drop = lambda *_: False
    shop.run(0.02)
    assert sale.id in b.ids
    assert sale.id not in c.ids
    for number in list(a.links):
        shop.cut(number)
    del shop.peers["a"]
    shop.run(0.05)
    assert sale.id in c.ids
    assert sale.id in d.ids


def test_a_neighbour_that_loses_a_device_has_it_served_by_others(shop):
    a, b, c = (shop.peer(name) for name in "abc")
    shop.join(a, b)
    a_c = shop.join(a, c)
    shop.join(b, c)
    shop.run(0.1)
    shop.drop = lambda message, _, there: is_push(message) and there is c
    sale = a.write()
    shop.run(0.05)
    shop.drop = lambda *_: False
    shop.cut(a_c)
    shop.run(0.05)
    assert sale.id in c.ids  # b heard that a lost c, long before the next interval


def test_a_full_mesh_of_twenty_sends_each_change_once_to_each(new_shop):
    shop = new_shop(interval=2.0)
    peers = [shop.peer(f"p{index}") for index in range(20)]
    shop.mesh(*peers)
    shop.run(0.5)
    for index in range(40):
        peers[index % 20].write()
        shop.run(0.1)
    shop.settle()
    changes = len(peers[0].ids)
    assert changes == 60
    sent = sum(len(m.changes) for _, _, m in shop.sent if isinstance(m, Changes))
    assert sent / changes <= 25
    assert shop.pushes() / changes >= 19


@pytest.mark.parametrize("seed", range(12))
def test_random_graphs_with_losses_cuts_and_restarts(new_shop, seed):
    shop = new_shop(seed=seed)
    dice = random.Random(seed)
    peers = [shop.peer(f"p{index}") for index in range(dice.randint(2, 7))]
    for index, peer in enumerate(peers[1:], start=1):
        shop.join(peer, dice.choice(peers[:index]))
    for _ in range(dice.randint(0, 4)):
        one, other = dice.sample(peers, 2)
        if other not in one.links.values():
            shop.join(one, other)
    loss = dice.choice([0.0, 0.1, 0.5])
    shop.drop = lambda *_: dice.random() < loss
    for _ in range(30):
        match dice.randint(0, 9):
            case 0:
                shop.restart(dice.choice(peers))
            case 1:
                one = dice.choice(peers)
                number, other = dice.choice(list(one.links.items()))
                shop.cut(number)
                shop.run(dice.uniform(0, 3))
                shop.join(one, other)
            case _:
                for _ in range(dice.choice([1, 1, 3, 20])):
                    dice.choice(peers).write()
        shop.run(dice.uniform(0.0, 1.0))
    shop.drop = lambda *_: False
    shop.settle(limit=60)
    frames = {peer.gossip._holdings.have()[1] for peer in peers}
    assert len(frames) == 1  # equal sets have equal Haves


@pytest.mark.parametrize("seed", range(6))
def test_sends_in_random_graphs_stay_near_one_a_peer(new_shop, seed):
    shop = new_shop(seed=seed)
    dice = random.Random(seed)
    peers = [shop.peer(f"p{index}") for index in range(10)]
    for index, peer in enumerate(peers[1:], start=1):
        shop.join(peer, dice.choice(peers[:index]))
    for one, other in (dice.sample(peers, 2) for _ in range(12)):
        if other not in one.links.values():
            shop.join(one, other)
    shop.run(1.0)
    before = shop.pushes()
    for peer in peers:
        peer.write()
        shop.run(0.2)
    assert shop.equal()
    assert (shop.pushes() - before) / (2 * len(peers)) <= 2.5 * (len(peers) - 1)
