"""The outbox as a value: what receipts settle, and what they contradict."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from crdt_models.change import Change
from crdt_models.ids import ChangeId
from crdt_models.receipts import Receipt, ReceiptTip, kept_bits
from peer.uplink.outbox import Outbox, held_among, read_slice
from tests.cloud_relay.shop import LogNode, Terminal


@pytest.fixture
def node(tmp_path: Path) -> Iterator[LogNode]:
    node = LogNode(tmp_path / "node.db", Terminal("counter"))
    yield node
    node.log.close()


def receipt_of(stored: Sequence[Change], kept: bytes = b"", *, more: bool = False) -> Receipt:
    """What a relay that stores exactly `stored` says."""
    ids = {each.id for each in stored}
    named = {(parent, each.device) for each in stored for parent in each.previous}
    tips = [
        ReceiptTip(each.device, each.epoch, each.sequence, each.id)
        for each in stored
        if (each.id, each.device) not in named
    ]
    missing = {parent for parent, _ in named} - ids
    return Receipt(
        site=Terminal("counter").site,
        relay=bytes(32),
        time=1,
        kept=kept,
        tips=tuple(sorted(tips)),
        missing=tuple(sorted(missing)),
        more=more,
    )


def filled(node: LogNode) -> Outbox:
    outbox = Outbox()
    while found := read_slice(node.log, outbox.loaded_to, 3, {}):
        outbox.add(found)
    return outbox


def left(outbox: Outbox) -> set[ChangeId]:
    return {each.id for each in outbox}


def believe(outbox: Outbox, node: LogNode, receipt: Receipt, *uploaded: Change) -> bool:
    held = held_among(node.log, receipt)
    return outbox.believe(receipt, held, [each.id for each in uploaded])


@pytest.mark.parametrize("seed", range(20))
def test_only_what_the_relay_stores_is_ever_settled(node: LogNode, seed: int) -> None:
    """Safe always; and complete for a relay that stores all that it names."""
    chosen = random.Random(seed)
    counter, kitchen = Terminal("counter"), Terminal("kitchen")
    changes = [*counter.day(8), *kitchen.day(5), *counter.day(3, boot=2)]
    arriving = list(changes)
    chosen.shuffle(arriving)
    outbox, stored = Outbox(), []
    while arriving or len(stored) < len(changes):
        part, arriving = arriving[:3], arriving[3:]
        node.store(*part)
        outbox.add(read_slice(node.log, outbox.loaded_to, 500, {}))
        missing = [each for each in changes if each not in stored]
        stored += chosen.sample(missing, min(len(missing), chosen.randint(0, 3)))
        assert believe(outbox, node, receipt_of(stored)), "it lost nothing"
        assert not {each.id for each in stored if each.id in outbox} & {
            tip.id for tip in receipt_of(stored).tips
        }
        for each in changes:
            if node.log.holds(each.id) and each.id not in outbox:
                assert each in stored
    believe(outbox, node, receipt_of(changes))
    assert left(outbox) == set()
    assert outbox.settled_to == node.log.last_position()


def test_bits_settle_exactly_what_they_say(node: LogNode) -> None:
    day = Terminal("counter").day(3)
    node.store(*day)
    outbox = filled(node)
    assert outbox.touches(day[2].documents[0])
    told = receipt_of([], kept_bits([2], 3))
    told = Receipt(site=told.site, relay=told.relay, time=1, kept=told.kept, missing=(day[1].id,))
    assert believe(outbox, node, told, day[0], day[1], day[2])
    assert left(outbox) == {day[0].id, day[1].id, day[3].id}
    assert not outbox.touches(day[2].documents[0])
    assert outbox.settled_to == 0


def test_a_cut_list_settles_its_tips_and_nothing_below(node: LogNode) -> None:
    day = Terminal("counter").day(3)
    node.store(*day)
    outbox = filled(node)
    assert believe(outbox, node, receipt_of(day, more=True))
    assert left(outbox) == {each.id for each in day[:-1]}


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_a_relay_that_lost_its_newest_is_found_out(node: LogNode, kept: int) -> None:
    day = Terminal("counter").day(4)
    node.store(*day)
    outbox = filled(node)
    assert believe(outbox, node, receipt_of(day))
    assert left(outbox) == set()
    assert not believe(outbox, node, receipt_of(day[:kept]))
    assert outbox.loaded_to == 0


def test_a_relay_that_lost_something_in_the_middle_is_found_out(node: LogNode) -> None:
    day = Terminal("counter").day(4)
    node.store(*day)
    outbox = filled(node)
    assert believe(outbox, node, receipt_of(day))
    assert not believe(outbox, node, receipt_of([*day[:2], *day[3:]]))


def test_what_we_do_not_know_yet_is_no_loss(node: LogNode) -> None:
    day = Terminal("counter").day(6)
    node.store(*day[:3])
    outbox = filled(node)
    assert believe(outbox, node, receipt_of(day[:3]))
    assert believe(outbox, node, receipt_of(day)), "another peer brought more"
    node.store(day[6])  # repair brings the newest first
    outbox.add(read_slice(node.log, outbox.loaded_to, 500, {}))
    assert believe(outbox, node, receipt_of(day)), "what lies between has not come yet"
    node.store(*day[3:6])
    outbox.add(read_slice(node.log, outbox.loaded_to, 500, {}))
    assert believe(outbox, node, receipt_of(day))
    assert left(outbox) == set()
    assert not believe(outbox, node, receipt_of(day[:6])), "now it would be one"


def test_what_was_stored_while_we_asked_is_no_loss(node: LogNode) -> None:
    """Another peer brought it to the relay and to us; only the outbox has not read it yet."""
    day = Terminal("counter").day(6)
    node.store(*day[:3])
    outbox = filled(node)
    assert believe(outbox, node, receipt_of(day[:3]))
    node.store(*day[3:6])
    assert believe(outbox, node, receipt_of(day[:6]))
    outbox.add(read_slice(node.log, outbox.loaded_to, 500, {}))
    assert left(outbox) == set()
    assert not believe(outbox, node, receipt_of(day[:3])), "what it vouched for then counts"


def test_a_restart_remembers_what_was_vouched_for(node: LogNode) -> None:
    day = Terminal("counter").day(3)
    node.store(*day)
    outbox = filled(node)
    told = receipt_of(day[:3])
    assert believe(outbox, node, told)
    assert outbox.settled_to == 3
    again = Outbox()
    again.restore(outbox.settled_to, told, held_among(node.log, told))
    again.add(read_slice(node.log, again.loaded_to, 500, {}))
    assert left(again) == {day[3].id}
    assert not believe(again, node, receipt_of(day[:2]))
