"""What the node is writing is not asked for, and nothing is waited for for ever."""

from crdt_models.ids import ChangeId
from crdt_models.replication.arrivals import LONGEST_TAKING, MAX_ARRIVING, Arrivals

ONE, OTHER = ChangeId(b"1" * 32), ChangeId(b"2" * 32)
INTERVAL = 2.0


def test_a_node_may_need_long():
    arrivals = Arrivals(INTERVAL)
    arrivals.handed([ONE], 0.0)
    assert not arrivals.give_up(INTERVAL * LONGEST_TAKING - 0.1)
    assert ONE in arrivals
    assert arrivals.give_up(INTERVAL * LONGEST_TAKING)
    assert ONE not in arrivals


def test_what_it_dealt_with_and_did_not_store_is_given_up_soon():
    arrivals = Arrivals(INTERVAL)
    arrivals.handed([ONE, OTHER], 0.0)
    arrivals.taken([OTHER, ChangeId(b"3" * 32)], 10.0)
    assert len(arrivals) == 2
    assert not arrivals.give_up(10.0 + INTERVAL - 0.1)
    assert arrivals.give_up(10.0 + INTERVAL)
    assert (ONE in arrivals, OTHER in arrivals) == (True, False)


def test_what_was_committed_is_no_arrival_whoever_tells_first():
    arrivals = Arrivals(INTERVAL)
    arrivals.handed([ONE, OTHER], 0.0)
    arrivals.committed([ONE])
    arrivals.taken([ONE, OTHER], 1.0)
    arrivals.committed([OTHER])
    assert len(arrivals) == 0
    assert not arrivals.give_up(99.0)


def test_it_is_bounded():
    arrivals = Arrivals(INTERVAL)
    arrivals.handed((ChangeId(b"%032d" % number) for number in range(MAX_ARRIVING)), 0.0)
    arrivals.handed([ONE], 0.0)
    assert len(arrivals) == MAX_ARRIVING
