"""The contract of the log. Every implementation runs it, the simulated disk's included."""

import hashlib
import random

import msgspec
import pytest

from crdt_models.change import VERSION
from crdt_models.ids import KEY_BYTES, ChangeId, CommandId
from peer.service.sqlite_errors import NotDurable
from peer.storage.change_log import ChangeLog
from peer.storage.records import (
    Batch,
    CommandRecord,
    DocumentState,
    FrontEnd,
    Gap,
    Logged,
    Receipt,
)
from tests.contracts.samples import Sample, Shelf, chain, order, sample

NOWHERE = ChangeId(b"\xee" * 32)


def tip_ids(log: ChangeLog) -> set[ChangeId]:
    return {tip.id for tip in log.tips()}


def expected_tips(changes: list[Sample]) -> set[ChangeId]:
    named = {(parent, change.device) for change in changes for parent in change.previous}
    return {change.id for change in changes if (change.id, change.device) not in named}


def expected_gaps(changes: list[Sample]) -> set[tuple[ChangeId, ChangeId]]:
    stored = {change.id for change in changes}
    return {(p, c.id) for c in changes for p in c.previous if p not in stored}


def test_an_empty_log_answers_everything(log):
    assert log.last_position() == 0
    assert log.tips() == []
    assert log.missing() == []
    assert log.since(0, 10) == []
    assert log.documents() == []
    assert log.devices() == []
    assert log.header(NOWHERE) is None
    assert log.document(order("x")) is None
    assert log.changes_of(order("x")) == []
    assert not log.holds(NOWHERE)
    assert list(log.walk(NOWHERE)) == []
    assert log.append(Batch()).positions == ()
    assert log.quick_check() == []


def test_what_is_appended_is_read_back_byte_for_byte(shelf, log):
    changes = chain(3)
    assert shelf.put(*changes) == (1, 2, 3)
    assert log.last_position() == 3
    backwards = [change.id for change in reversed(changes)]
    assert log.data(backwards) == [change.data for change in reversed(changes)]
    assert log.since(1, 1) == [Logged(2, changes[1].id, changes[1].data)]
    assert log.holds_many([changes[0].id, NOWHERE]) == {changes[0].id}
    assert log.damaged_changes() == []
    with pytest.raises(KeyError):
        log.data([NOWHERE])


def test_a_header_says_what_the_change_says(shelf, log):
    change = sample("odd", sample("p"), sample("q"), hlc=2**64 - 1, sequence=2**53 - 1)
    shelf.put(change)
    header = log.header(change.id)
    assert header is not None
    assert (header.id, header.device, header.epoch) == (change.id, change.device, change.epoch)
    assert (header.sequence, header.hlc) == (2**53 - 1, 2**64 - 1)
    assert header.previous == change.previous
    assert header.position == 1
    assert log.parents(change.id) == change.previous


def test_a_known_change_is_skipped_and_reported(shelf, log):
    first, second = chain(2)
    shelf.put(first)
    batch = shelf.batch(second)
    appended = log.append(Batch(changes=[first, second, second], documents=batch.documents))
    assert appended.positions == (1, 2, 2)
    assert appended.known == {first.id}
    assert log.last_position() == 2
    assert log.append(Batch(changes=[first, second])).known == {first.id, second.id}
    assert log.changes_of(order("A-1-0")) == [first.data]
    assert log.counts().changes == 2


def test_tips_are_the_stored_changes_without_a_stored_child(shelf, log):
    changes = chain(4)
    shelf.put(*changes[:2])
    assert tip_ids(log) == {changes[1].id}
    shelf.put(changes[2])
    shelf.put(changes[3])
    (tip,) = log.tips()
    assert (tip.device, tip.epoch, tip.sequence, tip.id) == (
        changes[3].device,
        changes[3].epoch,
        4,
        changes[3].id,
    )


def test_a_fork_keeps_both_branches_as_tips(shelf, log):
    root = sample("root")
    left, right = sample("left", root), sample("right", root)
    shelf.put(root, left)
    shelf.put(right)
    assert tip_ids(log) == {left.id, right.id}
    assert log.children(root.id) == {left.id, right.id}
    join = sample("join", left, right, epoch=2)
    shelf.put(join)
    assert tip_ids(log) == {join.id}


def test_no_other_device_ends_a_tip(shelf, log):
    """A hostile terminal names another's change; that one is still the end of its own chain."""
    ours = sample("ours")
    hostile = sample("hostile", ours, device="B")
    shelf.put(ours)
    shelf.put(hostile)
    assert tip_ids(log) == {ours.id, hostile.id}
    late = sample("late")
    shelf.put(sample("hostile before it", late, device="B"))
    shelf.put(late)
    assert late.id in tip_ids(log)


def test_a_missing_predecessor_is_a_gap_until_it_comes(shelf, log):
    a, b, c = chain(3)
    shelf.put(c)
    assert log.missing() == [Gap(b.id, c.id)]
    assert tip_ids(log) == {c.id}
    assert log.children(b.id) == {c.id}
    shelf.put(a)
    assert tip_ids(log) == {a.id, c.id}
    shelf.put(b)
    assert log.missing() == []
    assert tip_ids(log) == {c.id}
    assert log.children(b.id) == {c.id}
    position = {change: log.headers([change])[change].position for change in (a.id, b.id, c.id)}
    assert log.early_children(0, position[b.id]) == {position[b.id]: (c.id,)}
    assert log.early_children(position[b.id], position[b.id]) == {}
    assert log.early_children(0, position[a.id]) == {}, "a came after c, which does not name it"
    assert [header.id for header in log.walk(c.id)] == [c.id, b.id, a.id]


@pytest.mark.parametrize("seed", range(8))
def test_any_order_and_any_batches_end_in_the_same_log(shelf, log, seed):
    draw = random.Random(seed)
    changes: list[Sample] = []
    for index in range(60):
        previous = draw.sample(changes, k=min(len(changes), draw.choice([0, 1, 1, 1, 2, 3])))
        documents = [order(str(draw.randrange(10))) for _ in range(draw.choice([1, 1, 2]))]
        device = draw.choice("ABC")
        epoch = draw.randrange(3)
        changes.append(
            sample(f"{seed}/{index}", *previous, device=device, epoch=epoch, documents=documents)
        )
    left_out = set(draw.sample(range(60), k=5))
    arriving = [change for index, change in enumerate(changes) if index not in left_out]
    draw.shuffle(arriving)
    stored: list[Sample] = []
    while arriving:
        size = draw.choice([1, 1, 2, 7, 20])
        some, arriving = arriving[:size], arriving[size:]
        shelf.put(*some)
        stored += some
        assert tip_ids(log) == expected_tips(stored)
        assert {(gap.missing, gap.below) for gap in log.missing()} == expected_gaps(stored)
    for document in {document for change in stored for document in change.documents}:
        touching = [change.data for change in stored if document in change.documents]
        assert log.changes_of(document) == touching
        state = log.document(document)
        assert state is not None
        assert state.digest == shelf.digests[document]
    assert [logged.id for logged in log.since(0, 100)] == [change.id for change in stored]


def test_documents_have_a_kind_a_digest_and_may_be_closed(shelf, log):
    one = sample("one", documents=[order("o"), "tables"])
    shelf.put(one)
    two = sample("two", one, documents=[order("o")])
    log.append(Batch(changes=[two], documents=[DocumentState(order("o"), 2**256 - 1, False)]))
    assert log.document(order("o")) == DocumentState(order("o"), 2**256 - 1, open=False)
    assert [state.id for state in log.documents("order")] == [order("o")]
    assert [state.id for state in log.documents(open=True)] == ["tables"]
    assert log.documents("order", open=True) == []


def test_a_new_change_needs_the_state_of_what_it_touches(log):
    with pytest.raises(AssertionError):
        log.append(Batch(changes=[sample("a")]))
    assert log.last_position() == 0


def test_walk_goes_down_by_sequence_over_epochs_and_forks(shelf, log):
    first = chain(200, epoch=1)
    second = chain(5, epoch=2, start=first[-1])
    fork = sample("fork", first[150], epoch=3)
    join = sample("join", second[-1], fork, epoch=4)
    shelf.put(*first, *second, fork, join)
    walked = [header.id for header in log.walk(join.id)]
    keys = [(h.sequence, h.id) for h in log.walk(join.id)]
    assert keys == sorted(keys, reverse=True)
    assert set(walked) == {change.id for change in [*first, *second, fork, join]}
    assert len(walked) == len(set(walked))
    stop = {first[140].id}
    assert {h.id for h in log.walk(join.id, stop=stop)} == {
        change.id for change in [*first[141:], *second, fork, join]
    }


def test_walk_passes_a_broken_sequence_and_a_hole(shelf, log):
    a = sample("a", sequence=9)
    b = sample("b", a, sequence=3)
    hole = sample("hole", b)
    c = sample("c", hole, a, sequence=2)
    shelf.put(a, b, c)
    assert [header.id for header in log.walk(c.id)] == [c.id, a.id]
    assert [header.id for header in log.walk(b.id)] == [b.id, a.id]


def test_headers_of_a_device_come_newest_first(shelf, log):
    changes = chain(6)
    other = chain(2, device="B")
    shelf.put(*changes, *other)
    mine = changes[0].device
    assert [h.sequence for h in log.headers_of(mine)] == [6, 5, 4, 3, 2, 1]
    assert [h.sequence for h in log.headers_of(mine, below=4, limit=2)] == [3, 2]
    assert sorted(log.devices()) == sorted({mine, other[0].device})
    assert [h.id for h in log.author_headers(mine, changes[0].epoch, 1)] == [changes[0].id]
    assert log.headers([changes[2].id, NOWHERE]).keys() == {changes[2].id}


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 7, 8, None])
def test_a_page_of_headers_cuts_a_fork_by_id(shelf, log, limit):
    trunk = chain(3)
    forks = [sample(f"fork {index}", trunk[-1]) for index in range(4)]
    shelf.put(*forks, *trunk)
    ordered = sorted([*trunk, *forks], key=lambda it: (it.sequence, it.id))
    oldest = log.author_headers(trunk[0].device, trunk[0].epoch, limit or 100)
    assert [it.id for it in oldest] == [it.id for it in ordered][:limit]
    newest = log.headers_of(trunk[0].device, limit=limit)
    assert [it.id for it in newest] == [it.id for it in reversed(ordered)][:limit]


def test_many_ids_are_looked_up_in_pieces(shelf, log):
    changes = chain(1100)
    shelf.put(*changes)
    assert log.holds_many(change.id for change in changes) == {change.id for change in changes}
    assert log.data([c.id for c in changes]) == [c.data for c in changes]


def test_a_command_is_remembered_with_the_change_it_wrote(shelf, log):
    changes = [sample(name) for name in "abcdef"]
    records = [
        CommandRecord(id=it.command, body_hash=b"h" * 16, day=5 + index, change=it.id)
        for index, it in enumerate(changes)
    ]
    idle = CommandRecord(id=CommandId(b"e" * 16), body_hash=b"i" * 16, day=9)
    batch = shelf.batch(*changes)
    log.append(Batch(changes=changes, documents=batch.documents, commands=[*records, idle]))
    for place, record in enumerate(records, start=1):
        assert log.command(record.id) == msgspec.structs.replace(record, position=place)
    assert log.command(idle.id) == idle
    assert log.command(CommandId(b"n" * 16)) is None
    executed = {idle.id, *(it.id for it in records)}
    assert log.commands_known([*executed, CommandId(b"n" * 16)]) == executed
    # Begins like one that was executed, as another request under its idempotency key would.
    assert not log.commands_known([CommandId(records[0].id[:12] + b"----")])
    again = msgspec.structs.replace(records[0], body_hash=b"x" * 16)
    log.append(Batch(commands=[msgspec.structs.replace(idle, body_hash=b"x" * 16)]))
    log.append(Batch(changes=changes[:1], commands=[again]))
    assert log.command(records[0].id).body_hash == log.command(records[1].id).body_hash
    assert log.command(idle.id) == idle


def test_a_command_is_found_by_its_key_whatever_was_asked_under_it(shelf, log):
    change = sample("a")
    wrote = CommandRecord(id=change.command, body_hash=b"", day=5, change=change.id)
    idle = CommandRecord(id=CommandId(b"e" * 16), body_hash=b"i" * 16, day=9)
    batch = shelf.batch(change)
    log.append(Batch(changes=[change], documents=batch.documents, commands=[wrote, idle]))
    for record in (wrote, idle):
        other_request = CommandId(record.id[:KEY_BYTES] + b"\xff\x00\xff\x00")
        assert log.command(other_request) is None
        assert log.command_of_key(other_request).id == record.id
        assert log.command_of_key(record.id) == log.command(record.id)
        other_key = CommandId(record.id[: KEY_BYTES - 1] + b"\xff" + record.id[KEY_BYTES:])
        assert log.command_of_key(other_key) is None
    both = CommandRecord(id=CommandId(b"e" * KEY_BYTES + b"rest"), body_hash=b"j" * 16, day=9)
    log.append(Batch(commands=[both]))
    assert log.command_of_key(both.id) == both
    assert log.command_of_key(idle.id) == idle


def test_commands_of_past_days_are_forgotten_their_changes_are_not(shelf, log):
    old, new = sample("old"), sample("new")
    written = [
        CommandRecord(id=it.command, body_hash=b"h" * 16, day=day, change=it.id)
        for it, day in ((old, 8), (new, 9))
    ]
    idle = [
        CommandRecord(id=CommandId(bytes([day]) * 16), body_hash=b"", day=day) for day in (8, 9)
    ]
    batch = shelf.batch(old, new)
    commands = [*written, *idle]
    log.append(Batch(changes=batch.changes, documents=batch.documents, commands=commands))
    log.forget_commands(before=9)
    assert [log.command(it.id) is None for it in commands] == [True, False, True, False]
    assert log.holds(old.id)


def test_a_change_that_is_not_what_it_was_is_found(shelf, log, short_bits):
    if short_bits == 1:
        pytest.skip("one bit of its id tells too little of what a change was")
    changes = chain(5)
    shelf.put(*changes)
    assert log.damaged_changes() == []
    with log._writer.transaction() as connection:
        ((rest,),) = connection.execute("SELECT bytes FROM change WHERE position = 3").fetchall()
        bent = rest[:-1] + bytes([rest[-1] ^ 1])
        connection.execute("UPDATE change SET bytes = ? WHERE position = 3", (bent,))
    assert log.damaged_changes() == [3]
    assert not log.holds(changes[2].id)


def test_bytes_that_begin_unlike_their_author_s_are_kept_whole(shelf, log):
    """As they would when a later version of the program writes under a known epoch."""
    first, second = chain(2)
    other = second.data[:1] + bytes([VERSION + 1]) + second.data[2:]
    later = msgspec.structs.replace(second, data=other, id=ChangeId(hashlib.sha256(other).digest()))
    shelf.put(first, later)
    assert log.data([first.id, later.id]) == [first.data, other]
    assert log.header(later.id).previous == (first.id,)
    assert [header.id for header in log.walk(later.id)] == [later.id, first.id]


def test_small_facts_are_kept_and_replaced(log):
    log.append(Batch(settings={"day": "16761", "letters": "A"}))
    log.append(Batch(settings={"day": "16762"}))
    assert (log.setting("day"), log.setting("letters"), log.setting("none")) == ("16762", "A", None)
    log.put_receipt(Receipt(relay="r", position=3, data=b"x", at=1))
    log.put_receipt(Receipt(relay="r", position=4, data=b"y", at=2))
    assert log.receipt("r") == Receipt(relay="r", position=4, data=b"y", at=2)
    assert log.receipt("other") is None
    till = FrontEnd(name="caixa", key_hash=b"k" * 32, role="operador", created=1)
    log.put_front_end(till)
    assert log.front_ends() == [till]
    log.remove_front_end("caixa")
    assert log.front_ends() == []


def test_a_refused_batch_leaves_nothing_and_the_log_goes_on(shelf, log):
    first, second = chain(2)
    shelf.put(first)
    bad = Batch(
        changes=[second],
        documents=shelf.batch(second).documents,
        settings={"day": None},  # type: ignore[dict-item]
    )
    with pytest.raises(NotDurable):
        log.append(bad)
    assert not log.holds(second.id)
    assert log.last_position() == 1
    assert log.setting("day") is None
    assert tip_ids(log) == {first.id}
    shelf.put(second)
    assert tip_ids(log) == {second.id}


def test_closing_and_opening_changes_nothing(open_log):
    log = open_log()
    shelf = Shelf(log)
    changes = chain(5)
    shelf.put(*changes[:4])
    log.close()
    again = open_log(create=False)
    assert not again.unclean
    assert [logged.data for logged in again.since(0, 10)] == [c.data for c in changes[:4]]
    again.append(Batch(changes=[changes[4]], documents=shelf.batch(changes[4]).documents))
    assert again.last_position() == 5
    assert tip_ids(again) == {changes[4].id}


def test_readers_see_one_committed_state_inside_a_snapshot(shelf, log):
    first, second = chain(2)
    shelf.put(first)
    with log.snapshot():
        before = tip_ids(log)
        shelf.put(second)
        assert tip_ids(log) == before == {first.id}
    assert tip_ids(log) == {second.id}
