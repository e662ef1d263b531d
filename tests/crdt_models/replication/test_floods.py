"""What one device may cost the others: gaps it invents, forks, and talk that brings nothing."""

import hashlib

import pytest

from crdt_models.ids import ChangeId, DeviceId, Epoch, SiteId
from crdt_models.replication.anti_entropy import MAX_GAPS_WANTED, missing_from
from crdt_models.replication.frames import encode_message
from crdt_models.replication.holdings import MISSING_LISTED_OF_A_DEVICE, Holdings
from crdt_models.replication.link import Link, Me
from crdt_models.replication.messages import (
    MAX_ENTRIES_PER_DEVICE,
    MAX_FRAME_BYTES,
    Changes,
    Have,
    HaveEntry,
    Hello,
    Neighbours,
)
from crdt_models.replication.patience import BYTES_AT_ONCE, BYTES_PER_SECOND

GAPS = 1500
SITE = SiteId(b"s" * 16)
PEER = DeviceId(b"p" * 32)


def invented(count, name="x"):
    return [ChangeId(hashlib.sha256(f"{name}{n}".encode()).digest()) for n in range(count)]


@pytest.fixture
def talking():
    link = Link(Me(site=SITE, device=DeviceId(b"m" * 32), letters="A", program=""), PEER, 0.0,
                silence=10.0, on_way=3.0, queue=1000)  # fmt: skip
    hello = Hello(site=SITE, device=PEER, letters="B", program="", business_day=1)
    link.receive(encode_message(hello), 0.0)
    return link


def riddled(peer, make_change, *, forks=1):
    """A chain in which every change names seven changes that do not exist, then some forks."""
    device, epoch = DeviceId(b"h" * 32), Epoch(b"hostile!")
    chain = [make_change(device, epoch, 1, [], opens=True)]
    gaps = invented(GAPS)
    for start in range(0, GAPS, 7):
        named = [chain[-1].id, *gaps[start : start + 7]]
        chain.append(make_change(device, epoch, len(chain) + 1, named))
    for number in range(forks if forks > 1 else 0):
        payload = b"%d" % number
        chain.append(make_change(device, epoch, 9999, [chain[-1 - number].id], payload=payload))
    peer.node_receives([change.data for change in chain], 0)
    return device


@pytest.mark.parametrize("forks", [1, MAX_ENTRIES_PER_DEVICE])
def test_one_device_leaves_room_for_the_gaps_of_the_others(shop, make_change, forks):
    a = shop.peer("a")
    other, epoch = DeviceId(b"z" * 32), Epoch(b"z" * 8)
    lost = invented(1, "lost")[0]
    device = riddled(a, make_change, forks=forks)
    a.node_receives([make_change(other, epoch, 1, [lost], opens=True).data], 0)
    have, frame = Holdings(a.log).have()
    listed = {e.device: sum(len(i.missing) for i in have.entries if i.device == e.device)
              for e in have.entries}  # fmt: skip
    assert have.more
    assert listed[device] == MISSING_LISTED_OF_A_DEVICE
    assert listed[other] == 1
    assert len(frame) < MAX_FRAME_BYTES / 4


@pytest.mark.parametrize("forks", [1, MAX_ENTRIES_PER_DEVICE])
def test_of_many_gaps_some_are_asked_for_and_in_time_all(shop, make_change, forks):
    a = shop.peer("a")
    device = riddled(a, make_change, forks=forks)
    mine = Holdings(a.log)
    entries = tuple(
        HaveEntry(each.device, each.epoch, each.sequence, each.tip)
        for each in mine.have()[0].entries
    )
    asked = set()
    for beginning in range(256):
        wanted = missing_from(mine, entries, lambda _: True, beginning=beginning)
        assert len(wanted) == MAX_GAPS_WANTED
        assert {each.device for each in wanted} == {device}
        asked |= {each.id for each in wanted}
    assert asked == set(invented(GAPS))


def test_who_has_what_so_many_gaps_hide_is_found(shop, make_change):
    """Among the inventions one gap is true, and one neighbour holds the change."""
    a, b = shop.peer("a"), shop.peer("b")
    device, epoch = DeviceId(b"h" * 32), Epoch(b"hostile!")
    opening = make_change(device, epoch, 1, [], opens=True)
    true = make_change(device, epoch, 2, [opening.id])
    above = [make_change(device, epoch, 3, [true.id])]
    gaps = invented(GAPS)
    for start in range(0, len(gaps), 7):
        named = [above[-1].id, *gaps[start : start + 7]]
        above.append(make_change(device, epoch, len(above) + 3, named))
    for peer, held in ((a, [opening, *above]), (b, [opening, true, *above])):
        peer.node_receives([change.data for change in held], 0)
    shop.join(a, b)
    shop.settle(limit=600.0)
    assert a.log.holds(true.id)


def test_forks_above_gaps_are_compared_without_walking_down_for_each(shop, make_change):
    a = shop.peer("a")
    riddled(a, make_change, forks=MAX_ENTRIES_PER_DEVICE)
    read = {"children": 0, "header": 0}
    for name in read:
        kept = getattr(a.log, name)

        def noting(change, name=name, kept=kept):
            read[name] += 1
            return kept(change)

        setattr(a.log, name, noting)
    again = Holdings(a.log)
    assert again.have() == Holdings(a.log).have()
    stored = len(a.log.changes)
    assert read["children"] <= 2 * 2 * stored
    assert read["header"] <= 2 * GAPS


class TestTalk:
    def haves(self, count):
        """Frames of the largest size that each say something else."""
        for number in range(count):
            entries = [
                HaveEntry(DeviceId(bytes([n]) * 32), Epoch(b"e" * 8), number + 1, each)
                for n in range(25)
                for each in sorted(invented(64, f"{n}"))
            ]
            yield encode_message(Have(tuple(entries)))

    def test_a_flood_of_haves_is_read_slower(self, talking):
        now, heard = 0.0, 0
        for frame in self.haves(90):
            talking.receive(frame, now)
            heard += len(frame)
            now += talking.pause(now)
        assert talking.closing is None
        assert now == pytest.approx((heard - BYTES_AT_ONCE) / BYTES_PER_SECOND, rel=0.02)

    def test_the_same_have_over_and_over_is_no_cheaper(self, talking):
        (frame,) = self.haves(1)
        for _ in range(BYTES_AT_ONCE // len(frame)):
            talking.receive(frame, 0.0)
            assert talking.pause(0.0) == 0
        talking.receive(frame, 0.0)
        pause = talking.pause(0.0)
        assert 0 < pause < len(frame) / BYTES_PER_SECOND
        assert talking.pause(pause) == 0

    def test_the_largest_shop_is_never_slowed(self, talking):
        """Fifty terminals whose neighbours all lie about their forks: two Haves an interval."""
        entries = [
            HaveEntry(DeviceId(bytes([n]) * 32), Epoch(b"e" * 8), 10**6, each)
            for n in range(31)
            for each in sorted(invented(64, f"{n}"))
        ]
        frames = [
            encode_message(Have(tuple(entries), more=True)),
            encode_message(Have(tuple(entries[1:]), more=True)),
            encode_message(Neighbours(tuple(DeviceId(bytes([n]) * 32) for n in range(49)))),
        ]
        now = 0.0
        while now < 45:
            for frame in frames:
                talking.receive(frame, now)
                assert talking.pause(now) == 0
            now += 1.5  # the shortest interval between two Haves, staggered

    def test_new_changes_cost_nothing_and_known_ones_do(self, shop, make_change):
        a, b = shop.peer("a"), shop.peer("b")
        number = shop.join(a, b)
        shop.run(0.1)
        opening = make_change(a.device, a.epoch, 1, [], opens=True)
        chain = [opening]
        for sequence in range(2, 400):
            chain.append(
                make_change(a.device, a.epoch, sequence, [chain[-1].id], payload=bytes(400))
            )
        frame = encode_message(Changes(tuple(change.data for change in chain)))
        assert b.gossip.receive(number, frame, shop.now)
        b.node_receives([change.data for change in chain], number)
        for _ in range(BYTES_AT_ONCE // len(frame)):
            assert b.gossip.pause(number, shop.now) == 0
            assert not b.gossip.receive(number, frame, shop.now)
        for _ in range(2):
            b.gossip.receive(number, frame, shop.now)
        assert b.gossip.pause(number, shop.now) > 0
        assert b.gossip.pause(99, shop.now) == 0  # a link that is gone
