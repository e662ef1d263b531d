from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.ids import DeviceId
from peer.links.address_book import (
    CAPACITY,
    DIAL_BURST,
    DIALS_PER_SECOND,
    DOUBT_WAIT_SECONDS,
    FIRST_WAIT_SECONDS,
    KNOWN_WAIT_SECONDS,
    STEADY_SECONDS,
    UNKNOWN_WAIT_SECONDS,
    AddressBook,
    Process,
    Source,
    join_address,
    split_address,
)

B, C = Process(DeviceId(b"b" * 32), b"1"), Process(DeviceId(b"c" * 32), b"1")
CLONE_OF_B = Process(B.device, b"2")
ONE, TWO = "10.0.0.1:3002", "10.0.0.2:3002"


def longest(low: float, high: float) -> float:
    return high


def book() -> AddressBook:
    return AddressBook(longest)


def address(number: int) -> str:
    return f"10.1.{number // 250}.{number % 250}:3002"


def test_a_learned_address_is_due_once_until_its_dial_is_over():
    peers = book()
    assert peers.learn(ONE, Source.STATIC, 0)
    assert peers.due(0) == [ONE]
    assert peers.due(1) == []
    peers.failed(ONE, 1)
    assert peers.due(1) == []
    assert peers.due(1 + FIRST_WAIT_SECONDS) == [ONE]


def test_a_dial_that_nobody_reports_on_is_forgotten():
    peers = book()
    peers.learn(ONE, Source.STATIC, 0)
    assert peers.due(0) == [ONE]
    assert peers.due(31) == [ONE]


def waits(peers: AddressBook, count: int) -> list[float]:
    now, found = 0.0, []
    for _ in range(count):
        peers.failed(ONE, now)
        step = 0.0
        while peers.due(now + step) != [ONE]:
            step += 0.25
        found.append(step)
        now += step
    return found


def test_a_known_address_is_never_left_for_long():
    peers = book()
    peers.learn(ONE, Source.STATIC, 0)
    assert waits(peers, 6) == [0.5, 1, 2, 2, 2, KNOWN_WAIT_SECONDS]


def test_an_address_that_never_led_anywhere_waits_a_minute():
    peers = book()
    peers.learn(ONE, Source.DISCOVERED, 0)
    assert waits(peers, 9)[-2:] == [UNKNOWN_WAIT_SECONDS] * 2


def test_one_liar_does_not_delay_the_true_address_of_a_device():
    peers = book()
    peers.learn(ONE, Source.DISCOVERED, 0)
    for now in range(10):
        peers.failed(ONE, now)
    peers.learn(TWO, Source.DISCOVERED, 10)
    assert peers.due(10) == [TWO]


def test_linked_devices_are_not_dialled_by_any_of_their_addresses():
    peers = book()
    for each in (ONE, TWO):
        peers.learn(each, Source.STATIC, 0)
    assert peers.due(0) == [ONE, TWO]
    peers.succeeded(ONE, B, 0)
    peers.succeeded(TWO, B, 0)
    peers.lost(TWO, 20)
    assert peers.due(30, linked=frozenset({B})) == []
    assert peers.due(30, linked=frozenset({C})) == [TWO]


def test_where_another_process_of_a_linked_device_answered_is_dialled_once_a_minute():
    """A clone moved there, and then away: whoever answers there now may know no way to us."""
    peers = book()
    peers.learn(TWO, Source.STATIC, 0)
    peers.succeeded(TWO, CLONE_OF_B, 0)
    peers.lost(TWO, 20)
    due = 20 + FIRST_WAIT_SECONDS + DOUBT_WAIT_SECONDS
    assert peers.due(due - 1, linked=frozenset({B})) == []
    assert peers.due(due, linked=frozenset({B, CLONE_OF_B})) == []
    assert peers.due(due, linked=frozenset({B})) == [TWO]
    peers.failed(TWO, due)
    assert peers.due(due + DOUBT_WAIT_SECONDS, linked=frozenset({B})) == []


def test_flapping_keeps_backing_off_and_a_steady_link_starts_anew():
    peers = book()
    peers.learn(ONE, Source.STATIC, 0)
    for now in (0, 10, 20):
        peers.succeeded(ONE, B, now)
        peers.lost(ONE, now + 1)
    assert peers.due(21 + KNOWN_WAIT_SECONDS - 0.1) == []
    assert peers.due(21 + KNOWN_WAIT_SECONDS) == [ONE]
    peers.succeeded(ONE, B, 30)
    peers.lost(ONE, 30 + STEADY_SECONDS)
    assert peers.due(30 + STEADY_SECONDS + FIRST_WAIT_SECONDS) == [ONE]


def test_a_flood_of_discovered_addresses_puts_out_discovered_ones_only():
    peers = book()
    kept = []
    for number, source in enumerate((Source.STATIC, Source.REMEMBERED, Source.EXCHANGED)):
        kept.append(address(number))
        peers.learn(kept[-1], source, 0)
    peers.learn(TWO, Source.DISCOVERED, 0)
    peers.succeeded(TWO, B, 0)
    peers.lost(TWO, 1)
    for number in range(100, 2100):
        assert peers.learn(address(number), Source.DISCOVERED, number)
    assert len(peers) == CAPACITY
    assert all(each in peers for each in [*kept, TWO])
    assert address(2099) in peers
    assert address(100) not in peers


def test_a_better_source_makes_room_and_a_full_book_of_static_ones_refuses():
    peers = book()
    for number in range(CAPACITY):
        peers.learn(address(number), Source.DISCOVERED, number)
    assert peers.learn(ONE, Source.EXCHANGED, 100)
    assert address(0) not in peers
    full = book()
    for number in range(CAPACITY):
        full.learn(address(number), Source.STATIC, 0)
    assert not full.learn("10.9.9.9:1", Source.STATIC, 0)
    assert not full.learn("10.9.9.9:1", Source.DISCOVERED, 0)


def test_a_worse_source_never_puts_out_a_better_one():
    peers = book()
    for number in range(CAPACITY):
        peers.learn(address(number), Source.EXCHANGED, 0)
    assert not peers.learn(ONE, Source.DISCOVERED, 1)
    assert peers.learn(ONE, Source.EXCHANGED, 1)


def test_addresses_that_are_linked_are_not_put_out():
    peers = book()
    peers.learn(ONE, Source.DISCOVERED, 0)
    peers.succeeded(ONE, B, 0)
    for number in range(100, 400):
        peers.learn(address(number), Source.STATIC, 1)
    assert ONE in peers


def test_remembered_are_those_that_led_somewhere_latest_first():
    peers = book()
    for number in range(3):
        peers.learn(address(number), Source.DISCOVERED, 0)
    peers.succeeded(address(0), B, 5)
    peers.lost(address(0), 6)
    peers.succeeded(address(1), C, 7)
    peers.lost(address(1), 8)
    peers.failed(address(2), 9)
    assert peers.remembered() == [address(1), address(0)]


def test_forgotten_addresses_are_gone_and_late_reports_are_harmless():
    peers = book()
    peers.learn(ONE, Source.STATIC, 0)
    peers.forget(ONE)
    peers.succeeded(ONE, B, 1)
    peers.failed(ONE, 1)
    peers.lost(ONE, 1)
    assert (len(peers), peers.due(2), peers.remembered()) == (0, [], [])


@settings(max_examples=100)
@given(st.lists(st.tuples(st.floats(0, 0.5), st.integers(0, 90)), max_size=200))
def test_dials_stay_within_the_budget_whatever_is_learned(steps):
    """After t seconds at most burst + rate × t dials, and never an address twice at once."""
    peers, now, dialled = book(), 0.0, 0
    for step, number in steps:
        now += step
        peers.learn(address(number), Source(number % 4), now)
        chosen = peers.due(now)
        assert len(set(chosen)) == len(chosen)
        dialled += len(chosen)
        for each in chosen:
            peers.failed(each, now)
        assert len(peers) <= CAPACITY
        assert dialled <= DIAL_BURST + DIALS_PER_SECOND * now + 1e-6


@settings(max_examples=50)
@given(st.integers(1, CAPACITY))
def test_everyone_waits_at_most_a_round(count):
    """Dead addresses that are dialled for ever leave every other its turn."""
    peers = book()
    for number in range(count - 1):
        peers.learn(address(number), Source.STATIC, 0)
    now = 0.0
    for _ in range(40):
        for each in peers.due(now):
            peers.failed(each, now)
        now += 0.25
    peers.learn(ONE, Source.DISCOVERED, now)
    start = now
    while ONE not in (chosen := peers.due(now)):
        for each in chosen:
            peers.failed(each, now)
        now += 0.25
    assert now - start <= CAPACITY / DIALS_PER_SECOND


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_nothing(text):
    parts = split_address(text)
    assert book().learn(text, Source.EXCHANGED, 0) == (parts is not None)
    if parts is not None:
        assert split_address(join_address(*parts)) == parts


def test_what_an_address_is():
    assert split_address(" Caixa-2.local:3002 ") == ("caixa-2.local", 3002)
    assert split_address("[FE80::1]:80") == ("fe80::1", 80)
    assert join_address("fe80::1", 80) == "[fe80::1]:80"
    bad = ["", ":1", "a", "a:", "a:0", "a:65536", "a:-1", "a b:1", "[::1]", "[a]:1", "::1:80"]
    bad += ["[fe80::1%eth0]:1", "a:٣", "a/b:1", "a" * 254 + ":1"]
    assert [text for text in bad if split_address(text)] == []
