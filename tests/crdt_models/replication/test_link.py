import pytest

from crdt_models.canonical_cbor import encode
from crdt_models.ids import ChangeId, DeviceId, SiteId
from crdt_models.replication import link as link_module
from crdt_models.replication.frames import decode_message, encode_message
from crdt_models.replication.link import (
    TRANSITIONS,
    CloseReason,
    Closing,
    Link,
    Me,
    State,
)
from crdt_models.replication.messages import (
    VERSION,
    Changes,
    Goodbye,
    Have,
    Hello,
    Ping,
    Pong,
    Want,
)
from crdt_models.replication.pace import MOST_BYTES
from crdt_models.replication.patience import FRAMES_AT_ONCE, REFUSED_LIMIT

SITE = SiteId(b"s" * 16)
ME, PEER = DeviceId(b"m" * 32), DeviceId(b"p" * 32)
HELLO = Hello(site=SITE, device=PEER, letters="B", program="0.1", business_day=5)


@pytest.fixture
def link():
    me = Me(site=SITE, device=ME, letters="A", program="0.1")
    return Link(me, PEER, 0.0, silence=10.0, on_way=3.0, queue=1000)


def hear(link, message, now=0.0):
    return link.receive(encode_message(message), now)


@pytest.fixture
def talking(link):
    assert hear(link, HELLO) == HELLO
    return link


def test_a_hello_opens_the_conversation(talking):
    assert talking.state is State.TALKING
    assert talking.have_due
    assert talking.business_day == 5


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (Have(()), CloseReason.OUT_OF_TURN),
        (Hello(site=SiteId(b"x" * 16), device=PEER, letters="B", program="", business_day=0),
         CloseReason.WRONG_SITE),
        (Hello(site=SITE, device=ME, letters="B", program="", business_day=0),
         CloseReason.WRONG_DEVICE),
    ],
)  # fmt: skip
def test_a_wrong_first_frame_closes(link, first, reason):
    assert hear(link, first) is None
    assert link.closing is not None
    assert link.closing.reason is reason
    assert link.state is State.CLOSED
    assert link.goodbye_due


def test_a_second_hello_closes(talking):
    hear(talking, HELLO)
    assert talking.closing.reason is CloseReason.OUT_OF_TURN


def test_after_a_goodbye_nothing_is_heard(talking):
    hear(talking, Goodbye("duplicate_link"))
    assert talking.closing == Closing(CloseReason.TOLD_GOODBYE, "duplicate_link")
    assert not talking.goodbye_due
    assert hear(talking, Have(())) is None


def test_another_major_and_malformed_frames_close(link, talking):
    link.receive(encode([1, 2 << 8, {}]), 0.0)
    assert link.closing.reason is CloseReason.UNKNOWN_MAJOR


def test_malformed_frames_close(talking):
    talking.receive(b"\xff" * 9, 0.0)
    assert talking.closing.reason is CloseReason.MALFORMED


def test_a_newer_minor_is_ignored_and_counted(talking):
    talking.receive(encode([77, VERSION + 1, {}]), 0.0)
    assert talking.figures.ignored == 1
    assert talking.state is State.TALKING


def test_every_state_says_what_it_takes():
    assert set(TRANSITIONS) == set(State)
    assert TRANSITIONS[State.CLOSED] == {}
    for table in TRANSITIONS.values():
        assert set(table.values()) <= set(State)


def test_silence_closes(talking):
    talking.check_silence(9.9)
    assert talking.closing is None
    talking.check_silence(10.0)
    assert talking.closing.reason is CloseReason.SILENT


def test_a_peer_that_never_says_hello_is_closed(link):
    link.check_silence(10.0)
    assert link.closing.reason is CloseReason.SILENT


def test_a_peer_that_talks_but_does_not_hear_is_closed(talking):
    talking.ping(1, 1000, 5, 1.0)
    hear(talking, Have(()), 10.9)
    talking.check_silence(10.9)
    assert talking.closing is None
    talking.check_silence(11.0)
    assert talking.closing.reason is CloseReason.SILENT


def test_a_pong_measures_the_clocks(talking):
    talking.ping(1, 5_000, 5, 1.0)
    hear(talking, Pong(1, 9_100, 6), 1.2)
    assert talking.round_trip == pytest.approx(0.2)
    assert talking.clock_difference_ms == 4_000
    assert talking.business_day == 6


def test_a_ping_is_answered(talking):
    hear(talking, Ping(42, 0, 7))
    assert talking.pong_token == 42
    assert talking.business_day == 7


def test_a_full_queue_drops_pushes_and_counts_them(talking):
    assert talking.push(bytes(600))
    assert not talking.push(bytes(600))
    assert talking.push(bytes(400))
    assert talking.figures.dropped == 1
    assert len(decode_message(talking.push_frame()).changes) == 2
    assert talking.push_frame() is None
    assert talking.push(bytes(600))


def test_pushes_fill_frames_up_to_their_limits(link):
    link._queue = 10**6
    hear(link, HELLO)
    for _ in range(501):
        link.push(b"x")
    for _ in range(4):
        link.push(bytes(60_000))
    link.pace.window = MOST_BYTES
    sizes = [len(decode_message(frame).changes) for frame in iter(link.push_frame, None)]
    assert sizes == [500, 4, 1]


def test_nothing_is_pushed_before_the_greeting(link):
    assert not link.push(b"x")


def test_a_repeated_want_is_answered_once(talking):
    want = Want(ChangeId(b"w" * 32))
    for _ in range(5):
        hear(talking, want)
    assert list(talking.to_answer) == [want]


def test_unanswered_wants_are_bounded(talking):
    for number in range(100):
        hear(talking, Want(ChangeId(number.to_bytes(32))))
    assert len(talking.to_answer) == link_module.MAX_PENDING_WANTS


def test_a_flood_of_frames_closes(talking):
    frame = encode_message(Changes((b"x",)))
    for _ in range(FRAMES_AT_ONCE + 1):
        talking.receive(frame, 0.0)
    assert talking.closing.reason is CloseReason.FLOODING


def test_refused_changes_close_in_the_end_and_are_forgiven_with_time(talking):
    for second in range(1000):
        talking.refused(1, float(second))
    assert talking.closing is None
    talking.refused(REFUSED_LIMIT + 1, 1000.0)
    assert talking.closing.reason is CloseReason.TOO_MANY_REFUSED


def test_the_same_have_again_is_not_decoded(talking, monkeypatch):
    have = Have(())
    hear(talking, have)
    monkeypatch.setattr(link_module, "decode_message", None)
    assert hear(talking, have) == have
