import pytest

from crdt_models.ids import ChangeId, DeviceId
from crdt_models.replication.anti_entropy import Wanted
from crdt_models.replication.wants import (
    LAG_MISSES,
    LONGEST_ANSWERING,
    MAX_IN_FLIGHT,
    MAX_MISSES,
    WantBook,
)

T = 2.0
DEADLINE = 4.0


def wanted(number: int, device: bytes = b"d", *, is_tip: bool = False) -> Wanted:
    return Wanted(ChangeId(number.to_bytes(32)), DeviceId(device * 32), 1, is_tip)


@pytest.fixture
def book():
    return WantBook(T, DEADLINE)


def asked(book, claims, now=0.0):
    return [(link, each.id) for link, each in book.choose(claims, now)[0]]


def test_one_want_per_id(book):
    one = wanted(1)
    assert asked(book, {1: [one], 2: [one]}) == [(1, one.id)]
    assert asked(book, {1: [one], 2: [one]}) == []


def test_after_the_deadline_another_link_is_asked(book):
    one = wanted(1)
    asked(book, {1: [one], 2: [one]})
    assert book.next_deadline() == DEADLINE
    assert book.expire(DEADLINE) == [1]
    assert asked(book, {1: [one], 2: [one]}, DEADLINE) == [(2, one.id)]


def test_what_comes_meanwhile_puts_the_deadline_off_but_not_for_ever(book):
    """A slow link answers one after the other; a lying one may bring everything else."""
    one = wanted(1)
    asked(book, {1: [one]})
    book.progress(1, DEADLINE - 1)
    book.progress(2, DEADLINE)
    assert book.next_deadline() == 2 * DEADLINE - 1
    for now in range(LONGEST_ANSWERING * int(T)):
        assert book.expire(now) == []
        book.progress(1, now)
    assert book.expire(LONGEST_ANSWERING * T) == [1]


def test_from_the_second_miss_a_pair_waits_1_2_4_to_16_intervals(book):
    one = wanted(1)
    now, waits = 0.0, []
    for _ in range(8):
        while not asked(book, {1: [one]}, now):
            _, due = book.choose({1: [one]}, now)
            assert due is not None
            waits.append(round((due - now) / T))
            now = due
        assert book.answered_in_vain(1, one.id, now)
    assert waits == [1, 2, 4, 8, 16, 16]


def test_anything_new_resets(book):
    one = wanted(1)
    for _ in range(2):
        asked(book, {1: [one]})
        book.answered_in_vain(1, one.id, 0.0)
    assert asked(book, {1: [one]}) == []
    assert book.progress(1, 0.0)
    assert asked(book, {1: [one]}) == [(1, one.id)]
    assert not book.progress(2, 0.0)


def test_the_link_with_fewest_misses_is_asked(book):
    one = wanted(1)
    asked(book, {1: [one]})
    book.answered_in_vain(1, one.id, 0.0)
    assert asked(book, {1: [one], 2: [one]}) == [(2, one.id)]


def test_an_answer_of_somebody_else_is_no_miss(book):
    one = wanted(1)
    asked(book, {1: [one]})
    assert not book.answered_in_vain(2, one.id, 0.0)
    assert book.in_flight == 1


def test_what_arrived_is_asked_no_more(book):
    one = wanted(1)
    asked(book, {1: [one]})
    assert book.arrived([one.id])
    assert book.next_deadline() is None


def test_a_dropped_link_frees_what_it_was_asked_for(book):
    one = wanted(1)
    asked(book, {1: [one]})
    book.forget(1)
    assert asked(book, {2: [one]}) == [(2, one.id)]


def test_few_wants_at_a_time(book):
    many = [wanted(number) for number in range(100)]
    assert len(asked(book, {1: many})) == MAX_IN_FLIGHT


def test_a_liar_is_asked_in_vain_a_bounded_number_of_times_an_interval(book):
    lies = [wanted(number) for number in range(1000)]
    vain = 0
    for _ in range(1000):
        for link, change in asked(book, {1: lies}):
            vain += book.answered_in_vain(link, change, 0.0)
    assert vain <= MAX_MISSES + MAX_IN_FLIGHT
    assert asked(book, {1: lies}, T + 0.01)


def test_two_tips_of_one_device_are_asked_for_one_after_the_other(book):
    one, two = wanted(1, is_tip=True), wanted(2, is_tip=True)
    assert len(asked(book, {1: [one], 2: [two]})) == 1
    assert asked(book, {2: [wanted(3, b"e", is_tip=True)]})  # another device is not held up
    assert asked(book, {2: [wanted(4)]})  # nor is a gap


def test_a_link_with_misses_holds_up_nobody(book):
    lie, truth = wanted(1, is_tip=True), wanted(2, is_tip=True)
    asked(book, {1: [lie]})
    book.answered_in_vain(1, lie.id, 0.0)
    assert asked(book, {1: [lie]}) == [(1, lie.id)]
    assert asked(book, {2: [truth]}) == [(2, truth.id)]


def test_misses_of_what_is_no_longer_claimed_are_forgotten(book):
    one = wanted(1)
    for _ in range(LAG_MISSES):
        asked(book, {1: [one]}, 1000.0)
        book.answered_in_vain(1, one.id, 0.0)
    assert book.misses(1, one.id) == LAG_MISSES
    book.keep_only(1, [])
    assert book.misses(1, one.id) == 0
