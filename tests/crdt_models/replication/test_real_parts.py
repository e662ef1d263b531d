"""Replication over the real log and the real gate, with changes that are really signed."""

import random
from pathlib import Path

import pytest

from crdt_models.change import Change
from crdt_models.change_gate import ChangeGate, key_opened_by
from crdt_models.ids import DeviceId, SiteId
from crdt_models.replication.gossip import Committed, Gossip
from crdt_models.replication.holdings import Holdings, LogReader
from crdt_models.replication.link import Me
from peer.storage.change_log import ChangeLog
from peer.storage.records import Batch, DocumentState


class Terminal:
    """A log on disk, a gate and a Gossip: what the node does, without its tasks."""

    def __init__(self, path: Path, site: SiteId, device: DeviceId) -> None:
        self.device = device
        self.log = ChangeLog.open(path, bytes(32), create=True)
        self.keys: dict = {}
        self.gate = ChangeGate(site, self)
        reader: LogReader = self.log
        me = Me(site=site, device=device, letters="A", program="test")
        self.gossip = Gossip(me, reader, random.Random(1))

    def signing_key(self, author):
        return self.keys.get(author)

    def vouched(self, change, author):
        return any(
            (found.device, found.epoch) == author
            for found in self.log.headers(self.log.children(change)).values()
        )

    def store(self, changes: list[Change], source: int | None) -> None:
        documents = {document for change in changes for document in change.documents}
        states = [DocumentState(document, 0, open=True) for document in documents]
        known = self.log.append(Batch(changes=changes, documents=states)).known
        new = [change for change in changes if change.id not in known]
        self.gossip.committed([Committed(change, change.data) for change in new], source, 0.0)

    def take(self, batch: list[bytes], source: int) -> None:
        verdict = self.gate.judge(batch)
        for change in verdict.authentic:
            key = key_opened_by(change)
            if key is not None:
                self.keys[change.author] = key
        self.store(verdict.authentic, source)
        self.gossip.refused(source, len(verdict.refused), 0.0)


@pytest.fixture
def terminals(tmp_path, member):
    writer = member("writer")
    made = [
        Terminal(tmp_path / name, writer.site, member(name).device) for name in ("writer", "other")
    ]
    yield writer, *made
    for terminal in made:
        terminal.log.close()


def talk(one: Terminal, other: Terminal) -> int:
    """Carry frames until nobody has anything to say; the bytes carried."""
    carried = 0
    while one.gossip.links_with_output() or other.gossip.links_with_output():
        for here, there in ((one, other), (other, one)):
            for frame in here.gossip.outgoing(1):
                carried += len(frame)
                batch = there.gossip.receive(1, frame, 0.0)
                if batch:
                    there.take(batch, 1)
                    there.gossip.taken(batch, 0.0)
    return carried


def test_signed_changes_cross_and_are_judged(terminals):
    writer, one, other = terminals
    one.store([writer.open_epoch(), *(writer.write() for _ in range(1100))], None)
    one.gossip.link_up(1, other.device, 0.0)
    other.gossip.link_up(1, one.device, 0.0)
    talk(one, other)
    assert other.log.counts().changes == 1101
    assert other.gossip.statistics().total.wants == 3
    assert other.gossip.statistics().total.misses == 0
    assert Holdings(one.log).have() == Holdings(other.log).have()
    one.store([writer.write()], None)
    talk(one, other)
    assert other.log.counts().changes == 1102


def test_a_forged_change_is_refused_and_scored(terminals):
    writer, one, other = terminals
    other.take([writer.open_epoch().data], 1)
    honest = writer.write()
    forged = bytearray(honest.data)
    forged[-1] ^= 1
    one.gossip.link_up(1, other.device, 0.0)
    other.gossip.link_up(1, one.device, 0.0)
    talk(one, other)
    other.take([bytes(forged)], 1)
    assert other.gossip.statistics().total.refused == 1
    assert other.log.counts().changes == 1


def test_the_real_log_tells_the_same_as_the_plain_one(terminals, memory_log):
    writer, one, _ = terminals
    changes = [writer.open_epoch(), *(writer.write() for _ in range(300))]
    fork = changes[200]
    writer.sequence, writer.previous = fork.sequence, (fork.id,)
    changes += [writer.open_epoch("clone"), *(writer.write() for _ in range(20))]
    dice = random.Random(7)
    dice.shuffle(changes)
    kept = changes[:280]
    one.store(kept, None)
    plain = memory_log(kept)
    assert Holdings(one.log).have() == Holdings(plain).have() == one.gossip._holdings.have()
    for change in dice.sample(kept, 20):
        below = {"below": change.sequence, "limit": 7}
        real, mine = (log.headers_of(change.device, **below) for log in (one.log, plain))
        assert [each.id for each in real] == [each.id for each in mine]
        assert one.log.children(change.id) == plain.children(change.id)
        first = [log.author_headers(change.device, change.epoch, 1) for log in (one.log, plain)]
        assert first[0][0].id == first[1][0].id
