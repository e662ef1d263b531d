import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.ids import DeviceId, Epoch
from crdt_models.replication.holdings import Holdings
from crdt_models.replication.messages import MAX_ENTRIES_PER_DEVICE, MAX_MISSING

DEVICES = [DeviceId(bytes([number]) * 32) for number in (1, 2)]
EPOCHS = [Epoch(bytes([number]) * 8) for number in (1, 2, 3)]


@pytest.fixture
def chain(make_change):
    def build(length: int, device: DeviceId = DEVICES[0]) -> list:
        made: list = []
        for number in range(1, length + 1):
            previous = [made[-1].id] if made else []
            made.append(make_change(device, EPOCHS[0], number, previous, opens=number == 1))
        return made

    return build


def entries(holdings):
    return [(entry.sequence, entry.missing) for entry in holdings.have()[0].entries]


def test_a_complete_chain_is_one_entry(chain, memory_log):
    assert entries(Holdings(memory_log(chain(5)))) == [(5, ())]


def test_a_hole_is_listed_and_what_is_below_it_is_a_tip_of_its_own(chain, memory_log):
    c = chain(5)
    found = entries(Holdings(memory_log(e for e in c if e is not c[2])))
    assert sorted(found) == [(2, ()), (5, (c[2].id,))]


def test_nobody_hides_anothers_tip_by_naming_it(chain, memory_log, make_change):
    c = chain(3)
    thief = make_change(DEVICES[1], EPOCHS[1], 9, [c[-1].id], opens=True)
    log = memory_log()
    holdings = Holdings(log)
    for each in [*c, thief]:
        log.add(each)
    holdings.add([*c, thief])
    assert sorted(entries(holdings)) == [(3, ()), (9, ())]


def test_a_gap_named_by_another_device_closes_when_it_arrives(chain, memory_log, make_change):
    c = chain(1)
    thief = make_change(DEVICES[1], EPOCHS[1], 9, [c[0].id], opens=True)
    log = memory_log()
    holdings = Holdings(log)
    for each in (thief, c[0]):
        log.add(each)
        holdings.add([each])
    assert sorted(entries(holdings)) == [(1, ()), (9, ())]


def test_more_than_64_tips_are_cut_and_said_to_be(make_change, memory_log):
    changes = [
        make_change(DEVICES[0], EPOCHS[0], number, [], opens=True)
        for number in range(1, MAX_ENTRIES_PER_DEVICE + 2)
    ]
    have, _ = Holdings(memory_log(changes)).have()
    assert have.more
    assert len(have.entries) == MAX_ENTRIES_PER_DEVICE
    assert min(entry.sequence for entry in have.entries) == 2  # the greatest are listed
    assert not Holdings(memory_log(changes[1:])).have()[0].more


def test_too_many_gaps_are_cut_and_said_to_be(make_change, memory_log):
    def gappy(number: int):
        device = DeviceId(number.to_bytes(32))
        missing = [bytes([index]) * 16 + number.to_bytes(16) for index in range(8)]
        return make_change(device, EPOCHS[0], 2, missing, opens=True)

    changes = [gappy(number) for number in range(MAX_MISSING // 8 + 1)]
    assert not Holdings(memory_log(changes[1:])).have()[0].more
    have, _ = Holdings(memory_log(changes)).have()
    assert have.more
    assert sum(len(entry.missing) for entry in have.entries) == MAX_MISSING


@st.composite
def graphs(draw):
    """Chains with forks, joins and, rarely, hostile edges: (device, sequence, parents)."""
    nodes: list[tuple[int, int, list[int]]] = []
    for _ in range(draw(st.integers(1, 14))):
        device = draw(st.integers(0, 1))
        own = [i for i, node in enumerate(nodes) if node[0] == device]
        parents = draw(st.lists(st.sampled_from(own), max_size=3, unique=True)) if own else []
        if own and draw(st.integers(0, 3)):
            parents = [own[-1]]
        sequence = 1 + max((nodes[i][1] for i in parents), default=0)
        nodes.append((device, sequence, parents))
    return nodes


def build(nodes, make_change):
    made: list = []
    for index, (device, sequence, parents) in enumerate(nodes):
        ids = [made[i].id for i in parents]
        made.append(
            make_change(DEVICES[device], EPOCHS[device], sequence, ids, payload=bytes([index]))
        )
    return made


@settings(max_examples=200)
@given(graphs(), st.data())
def test_moved_by_commits_equals_read_from_the_log(make_change, memory_log, nodes, data):
    changes = build(nodes, make_change)
    arriving = data.draw(st.permutations(changes))
    log = memory_log()
    holdings = Holdings(log)
    while arriving:
        size = data.draw(st.integers(1, len(arriving)))
        batch, arriving = arriving[:size], arriving[size:]
        for each in batch:
            log.add(each)
        holdings.add(batch)
        fresh = Holdings(log)
        assert holdings.have() == fresh.have()
        assert holdings.entries_of(DEVICES[0]) == fresh.entries_of(DEVICES[0])
        assert [holdings.gaps(d) for d in DEVICES] == [fresh.gaps(d) for d in DEVICES]


@settings(max_examples=200)
@given(graphs(), st.data())
def test_the_log_may_be_ahead_of_what_is_told(make_change, memory_log, nodes, data):
    """A commit is told after the next one is in the log, and its parts in any order."""
    changes = build(nodes, make_change)
    log = memory_log()
    for each in changes[: data.draw(st.integers(0, len(changes)))]:
        log.add(each)
    holdings = Holdings(log)
    untold = data.draw(st.permutations([each for each in changes if not log.holds(each.id)]))
    untold = untold[: data.draw(st.integers(0, len(untold)))]  # the rest never comes
    stored = 0
    for told in range(1, len(untold) + 1):
        stored = data.draw(st.integers(max(told, stored), len(untold)))
        for each in untold[:stored]:
            log.add(each)
        holdings.add([untold[told - 1]])
    assert holdings.have() == Holdings(log).have()


def test_two_forks_above_a_change_that_is_told_late(make_change, memory_log):
    """Both lack what it lacks."""
    nodes = [(1, 1, []), (1, 2, [0]), (1, 3, [1]), (1, 3, [0, 1])]
    _, late, fork, other = build(nodes, make_change)
    log = memory_log()
    holdings = Holdings(log)
    for each in (fork, other, late):
        log.add(each)
    for each in (fork, other, late):
        holdings.add([each])
    assert holdings.have() == Holdings(log).have()


@settings(max_examples=200)
@given(graphs(), st.data())
def test_equal_haves_mean_equal_sets_and_the_reverse(make_change, memory_log, nodes, data):
    changes = build(nodes, make_change)
    one = data.draw(st.sets(st.sampled_from(changes)))
    other = data.draw(st.sets(st.sampled_from(changes)))
    frames = [Holdings(memory_log(held)).have()[1] for held in (one, other)]
    assert (frames[0] == frames[1]) == (one == other)
