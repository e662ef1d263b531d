import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.ids import DeviceId, Epoch
from crdt_models.replication import anti_entropy
from crdt_models.replication.anti_entropy import answer, missing_from
from crdt_models.replication.holdings import Holdings
from crdt_models.replication.messages import MAX_CHANGES, MAX_CHANGES_BYTES, HaveEntry, Want

A = DeviceId(b"a" * 32)
E1, E2 = Epoch(b"1" * 8), Epoch(b"2" * 8)


@pytest.fixture
def chain(make_change):
    def build(length, *, start=None, epoch=E1, payload=b"", opens=True):
        made: list = []
        for number in range(length):
            before = made[-1] if made else start
            made.append(
                make_change(
                    A, epoch, 1 + (before.sequence if before else 0),
                    [before.id] if before else [], opens=opens and not number, payload=payload,
                )
            )  # fmt: skip
        return made

    return build


def count_header_reads(log) -> list:
    """What is asked of the log, one header at a time, from now on."""
    reads: list = []
    header_of = log.header
    log.header = lambda change: (reads.append(change), header_of(change))[1]
    log.headers_of = lambda *_, **__: []
    return reads


def wanted_ids(mine, theirs):
    mine_log, their_log = mine, theirs
    found = missing_from(Holdings(mine_log), Holdings(their_log).have()[0].entries, mine_log.holds)
    return {each.id for each in found}


def test_equal_peers_want_nothing(chain, memory_log):
    log = memory_log(chain(3))
    assert wanted_ids(log, log) == set()


def test_an_unknown_tip_is_wanted(chain, memory_log):
    c = chain(3)
    assert wanted_ids(memory_log(c[:1]), memory_log(c)) == {c[2].id}
    assert wanted_ids(memory_log(c), memory_log(c[:1])) == set()


def test_a_gap_is_wanted_of_who_has_it_and_of_nobody_else(chain, memory_log):
    c = chain(6)
    mine = memory_log(e for e in c if e is not c[3])
    assert wanted_ids(mine, memory_log(c)) == {c[3].id}
    assert wanted_ids(mine, memory_log(c[:5])) == {c[3].id}  # behind us, but above the gap
    assert wanted_ids(mine, memory_log(c[:3])) == set()  # its tip stands below the gap
    assert wanted_ids(mine, mine) == set()  # it has the same gap


def test_an_answer_is_the_newest_part_oldest_first(chain, memory_log):
    c = chain(10)
    data = answer(memory_log(c), Want(c[9].id, (), 3))
    assert data == [c[0].data, c[7].data, c[8].data, c[9].data]  # the opening stands in front


def test_the_opening_is_left_out_when_something_of_the_epoch_was_named(chain, memory_log):
    c = chain(10)
    mine = Holdings(memory_log(c[:5]))
    assert answer(memory_log(c), Want(c[9].id, mine.entries_of(A), 3)) == [e.data for e in c[7:]]


def test_what_is_held_is_not_sent_again(chain, memory_log):
    c = chain(10)
    mine = Holdings(memory_log([*c[:4], *c[8:]]))
    data = answer(memory_log(c), Want(c[7].id, mine.entries_of(A)))
    assert data == [e.data for e in c[4:8]]


@pytest.mark.parametrize("held", [2, 5, 9])
def test_the_other_branch_of_a_fork_is_sent_without_the_shared_part(chain, memory_log, held):
    shared = chain(50)
    left = chain(held, start=shared[-1], payload=b"left", opens=False)
    right = chain(5, start=shared[-1], epoch=E2, payload=b"right")
    mine = Holdings(memory_log([*shared, *left]))
    data = answer(memory_log([*shared, *left, *right]), Want(right[-1].id, mine.entries_of(A)))
    assert data == [e.data for e in right]


def test_what_is_held_above_a_gap_covers_nothing_below_it(chain, memory_log):
    c = chain(10)
    mine = Holdings(memory_log([c[4], *c[8:]]))  # gaps at 3 and at 7
    data = answer(memory_log(c), Want(c[3].id, mine.entries_of(A)))
    assert data == [e.data for e in c[:4]]


def test_filling_a_gap_does_not_walk_down_to_it(chain, memory_log):
    """A newcomer takes history backwards; each answer must not cost all that it took before."""
    c = chain(600)
    log = memory_log(c)
    reads = count_header_reads(log)
    mine = Holdings(memory_log(c[300:]))
    data = answer(log, Want(c[299].id, mine.entries_of(A), 10))
    assert data == [e.data for e in c[290:300]]
    assert len(reads) <= 15


def test_what_is_not_held_is_answered_with_nothing(chain, memory_log):
    c = chain(2)
    assert answer(memory_log(c[:1]), Want(c[1].id)) == []


def test_an_answer_fits_into_one_frame(make_change, memory_log):
    changes: list = []
    for number in range(1, 20):
        previous = [changes[-1].id] if changes else []
        changes.append(make_change(A, E1, number, previous, payload=bytes(60_000)))
    data = answer(memory_log(changes), Want(changes[-1].id))
    assert sum(map(len, data)) <= MAX_CHANGES_BYTES
    assert data[-1] == changes[-1].data
    assert len(data) == 3


def test_an_answer_has_at_most_500_changes_openings_included(chain, memory_log):
    data = answer(memory_log(chain(700)), Want(chain(700)[-1].id))
    assert len(data) == MAX_CHANGES


def test_a_lying_want_costs_bounded_work(chain, memory_log, monkeypatch):
    """Entries far above the wanted id would have the whole chain walked to find where they end."""
    monkeypatch.setattr(anti_entropy, "COVER_STEPS", 50)
    c = chain(600)
    log = memory_log(c)
    reads = count_header_reads(log)
    data = answer(log, Want(c[5].id, (HaveEntry(A, E1, 600, c[-1].id),), 500))
    assert len(reads) <= 50 + 10
    assert data[-1] == c[5].data


@settings(max_examples=150)
@given(st.data())
def test_two_logs_become_equal_by_answers_alone(make_change, memory_log, data):
    """Whatever either lacks of a forked history, following the Wants ends in equality."""
    made: list = []
    for index in range(data.draw(st.integers(1, 16))):
        parents = (
            data.draw(st.lists(st.sampled_from(made), max_size=2, unique=True)) if made else []
        )
        if made and data.draw(st.booleans()):
            parents = [made[-1]]
        sequence = 1 + max((each.sequence for each in parents), default=0)
        epoch = E1 if data.draw(st.booleans()) else E2
        ids = [each.id for each in parents]
        made.append(make_change(A, epoch, sequence, ids, payload=bytes([index])))
    logs = [memory_log(data.draw(st.sets(st.sampled_from(made)))) for _ in range(2)]
    limit = data.draw(st.integers(1, 4))
    whole = set(logs[0].changes) | set(logs[1].changes)
    for _ in range(len(whole) + 1):
        for mine, theirs in (logs, logs[::-1]):
            holdings = Holdings(mine)
            claims = Holdings(theirs).have()[0].entries
            for each in missing_from(holdings, claims, mine.holds):
                want = Want(each.id, holdings.entries_of(A), limit)
                brought = answer(theirs, want)
                by_data = {change.data: change for change in made}
                for bytes_ in brought:
                    mine.add(by_data[bytes_])
    assert set(logs[0].changes) == set(logs[1].changes) == whole
