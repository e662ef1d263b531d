from crdt_models.ids import ChangeId, DeviceId
from crdt_models.replication.spread import (
    Recent,
    Route,
    targets,
    uncovered_by_drop,
    uncovered_by_loss,
)

A, B, C, D = (DeviceId(letter * 32) for letter in (b"a", b"b", b"c", b"d"))
ROUTES = {
    1: Route(A, frozenset({B})),
    2: Route(B, frozenset({A})),
    3: Route(C, frozenset()),
    4: Route(D, frozenset({C})),
}


def test_ours_goes_everywhere():
    assert targets(None, ROUTES) == [1, 2, 3, 4]


def test_received_goes_to_whom_the_sender_does_not_see():
    assert targets(1, ROUTES) == [3, 4]
    assert targets(4, ROUTES) == [1, 2]


def test_a_second_link_to_the_sender_gets_nothing_back():
    assert targets(1, {**ROUTES, 9: Route(A, frozenset())}) == [3, 4]


def test_what_came_by_a_link_that_has_gone_goes_everywhere():
    assert targets(7, ROUTES) == [1, 2, 3, 4]


def test_a_dropped_link_leaves_out_its_neighbourhood():
    remaining = {number: route for number, route in ROUTES.items() if number != 1}
    assert uncovered_by_drop(ROUTES[1], remaining) == [2]


def test_a_lost_neighbour_is_left_out_alone():
    assert uncovered_by_loss({C}, 4, ROUTES) == [3]
    assert uncovered_by_loss({D}, 4, ROUTES) == []


def test_arrivals_are_remembered_for_a_while():
    recent = Recent(4.0)
    one, two = ChangeId(b"1" * 32), ChangeId(b"2" * 32)
    recent.note([one], 1, now=0.0)
    recent.note([two], 1, now=3.0)
    recent.note([two], 2, now=3.0)
    assert recent.from_link(1, now=3.9) == [one, two]
    assert recent.from_link(1, now=4.0) == [two]
    assert recent.from_link(3, now=4.0) == []
