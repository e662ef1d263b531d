"""One replication link: what two peers say to each other, and in which order.

Rules of this file:
1. No I/O, no clock, no dice: bytes and times (monotonic seconds) are arguments.
2. Both ends run this same class; nothing here knows who dialled.
3. What may come when is one transition table. What breaks it closes the link with a typed reason;
   bytes from outside never raise.
4. Nothing is queued but pushed changes (bounded in bytes) and Wants to answer (bounded in number).
   Everything else is composed from state when the shell asks for output, so it cannot pile up and
   what is sent is never stale.
5. What the other peer says it has is replaced by each Have, never merged.

The exchange of trust chains, once there is one, is a state between GREETING and TALKING: nothing
else passes before it is complete. Until then `author_opened` travels in front of what it proves.
"""

from collections import deque
from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

from crdt_models.ids import ChangeId, DeviceId, SiteId
from crdt_models.replication.anti_entropy import Wanted
from crdt_models.replication.figures import LinkFigures, LinkStatistics
from crdt_models.replication.frames import (
    MalformedFrame,
    UnknownMajor,
    decode_message,
    encode_message,
)
from crdt_models.replication.messages import (
    MAX_CHANGES,
    MAX_CHANGES_BYTES,
    Addresses,
    Changes,
    Goodbye,
    Have,
    HaveEntry,
    Hello,
    Holds,
    Ignored,
    Inquire,
    Message,
    Neighbours,
    Ping,
    Pong,
    Want,
)
from crdt_models.replication.pace import Pace
from crdt_models.replication.patience import FRAMES_PER_SECOND, Patience

MAX_PENDING_WANTS = 32  # unanswered Wants of the other peer; it asks 16 at a time
_ENTRY_BYTES, _MISSING_BYTES = 80, 34  # of a Have: an entry at least, and an id that it misses
HAVE_SHARE = 0.25  # of a link at most; a slow one shall bring changes, too
NO_WAIT = 0.1  # seconds: a link on which a Have is so quickly over is not slow


class State(StrEnum):
    """Where a conversation stands."""

    GREETING = "greeting"  # ours is said, theirs is awaited
    TALKING = "talking"
    CLOSED = "closed"


class CloseReason(StrEnum):
    """Why this end wants the link closed. The value travels in the Goodbye."""

    MALFORMED = "malformed"
    UNKNOWN_MAJOR = "unknown_major"
    OUT_OF_TURN = "out_of_turn"
    WRONG_SITE = "wrong_site"
    WRONG_DEVICE = "wrong_device"
    SILENT = "silent"
    FLOODING = "flooding"
    TOO_MANY_REFUSED = "too_many_refused"
    TOLD_GOODBYE = "told_goodbye"  # the other peer closed; `detail` has its reason
    OURS = "ours"  # this peer's shell asked for it; `detail` has its reason


class Closing(msgspec.Struct, frozen=True):
    """reason · detail: English, for the log."""

    reason: CloseReason
    detail: str = ""


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who this peer is. letters: A … ZZZ · program: its version, ≤ 32 characters."""

    site: SiteId
    device: DeviceId
    letters: str
    program: str


_ANY_TIME: Final[dict[type[Message | Ignored], State]] = dict.fromkeys(
    (Have, Want, Changes, Neighbours, Addresses, Ping, Pong, Inquire, Holds, Ignored), State.TALKING
)
# state → message → next state. What is not listed closes the link as OUT_OF_TURN.
TRANSITIONS: Final[dict[State, dict[type[Message | Ignored], State]]] = {
    State.GREETING: {Hello: State.TALKING, Goodbye: State.CLOSED, Ignored: State.GREETING},
    State.TALKING: {**_ANY_TIME, Goodbye: State.CLOSED},
    State.CLOSED: {},
}

Received: TypeAlias = Message | Ignored


class Link:
    """One end of one conversation. peer: the device that the link's handshake authenticated."""

    def __init__(
        self, me: Me, peer: DeviceId, now: float, *, silence: float, on_way: float, queue: int
    ) -> None:
        """silence: seconds without a frame after which it closes · on_way: seconds that anything
        sent may need to arrive · queue: bytes of pushes kept."""
        self.peer = peer
        self.state = State.GREETING
        self.closing: Closing | None = None
        self.theirs: Hello | None = None
        self._me = me
        self._silence = silence
        self._queue = queue
        self._heard = now
        self._patience = Patience(now)
        # what the other peer told
        self.claims: tuple[HaveEntry, ...] = ()
        self.claims_more = False
        self.unheld: set[ChangeId] = set()
        self.wanted: list[Wanted] = []
        self.neighbours: frozenset[DeviceId] = frozenset()
        self.business_day = 0
        self.clock_difference_ms: int | None = None
        self.round_trip: float | None = None
        self._have_frame: bytes | None = None
        self._have_cost = 0
        self._have: Have | None = None
        self._ping: tuple[int, float, int] | None = None
        # what is to be sent
        self.hello_due = True
        self.have_due = False
        self.neighbours_due = False
        self.addresses_due = False
        self.goodbye_due = False
        self.ping_due: Ping | None = None
        self.pong_token: int | None = None
        self.asking: deque[Want] = deque()
        self.inquiry_due = False
        self.inquired: tuple[ChangeId, ...] = ()  # by the other peer
        self.to_answer: deque[Want] = deque()
        self.have_sent_version = -1
        self._have_sent = 0, now  # bytes, when
        self.next_have = now
        self.next_ping = now
        self._pushes: deque[bytes] = deque()
        self._pushed_bytes = 0
        self.pace = Pace(on_way)
        self.figures = LinkFigures()

    # -- receiving

    def receive(self, frame: bytes, now: float) -> Received | None:
        """The message in `frame`, or None when there is nothing to act on."""
        if self.state is State.CLOSED:
            return None
        self._heard = now
        self.figures.frames_in += 1
        self.figures.bytes_in += len(frame)
        if not self._patience.admits_frame(now):
            return self._close_for(
                CloseReason.FLOODING, f"over {FRAMES_PER_SECOND} frames a second"
            )
        if frame == self._have_frame and self.state is State.TALKING:
            self.charge(self._have_cost, now)
            return self._have  # the same Have again, as in every idle shop: nothing to decode
        try:
            message = decode_message(frame)
        except UnknownMajor as error:
            return self._close_for(CloseReason.UNKNOWN_MAJOR, str(error))
        except MalformedFrame as error:
            return self._close_for(CloseReason.MALFORMED, str(error))
        following = TRANSITIONS[self.state].get(type(message))
        if following is None:
            return self._close_for(
                CloseReason.OUT_OF_TURN, f"{type(message).__name__} while {self.state}"
            )
        self.state = following
        if not isinstance(message, Changes):
            self.charge(_cost(frame, message), now)
        return self._understood(message, frame, now)

    def _understood(self, message: Received, frame: bytes, now: float) -> Received | None:
        """What a message changes in the link itself."""
        match message:
            case Hello():
                return self._greeted(message)
            case Have():
                self._have_frame, self._have = frame, message
                self._have_cost = _cost(frame, message)
                self.claims, self.claims_more = message.entries, message.more
            case Neighbours():
                pass  # the conductor compares old and new
            case Want():
                self._take_want(message)
            case Ping():
                self.pong_token = message.token
                self.business_day = message.business_day
            case Pong():
                self._returned(message, now)
            case Inquire():
                self.inquired = message.changes
            case Goodbye():
                self.closing = Closing(CloseReason.TOLD_GOODBYE, message.reason)
            case Ignored():
                self.figures.ignored += 1
            case _:
                pass
        return message

    def _greeted(self, hello: Hello) -> Hello | None:
        if hello.site != self._me.site:
            self._close_for(CloseReason.WRONG_SITE, "the other peer belongs to another shop")
            return None
        if hello.device != self.peer:
            self._close_for(
                CloseReason.WRONG_DEVICE, "the Hello names another device than the link"
            )
            return None
        self.theirs = hello
        self.business_day = hello.business_day
        self.have_due = self.neighbours_due = self.addresses_due = True
        return hello

    def _take_want(self, want: Want) -> None:
        """A repeated Want replaces the one still waiting; above the bound the newest is dropped."""
        for index, waiting in enumerate(self.to_answer):
            if waiting.wanted == want.wanted:
                self.to_answer[index] = want
                return
        if len(self.to_answer) < MAX_PENDING_WANTS:
            self.to_answer.append(want)

    def _returned(self, pong: Pong, now: float) -> None:
        self.business_day = pong.business_day
        if self._ping is not None and self._ping[0] == pong.token:
            _, sent, wall_ms = self._ping
            self._ping = None
            self.pace.answered(now)
            self.round_trip = now - sent
            self.clock_difference_ms = round(pong.wall_ms - wall_ms - self.round_trip * 500)

    def charge(self, size: int, now: float) -> None:
        """`size` bytes were looked at that hold no new change; see `pause`."""
        self._patience.charge(size, now)

    def pause(self, now: float) -> float:
        """Seconds for which nothing more is to be read: a peer that talks too much waits."""
        return self._patience.pause(now)

    def refused(self, count: int, now: float) -> None:
        """The node refused `count` changes that came by this link."""
        self.figures.refused += count
        if not self._patience.admits_refused(count, now):
            self._close_for(CloseReason.TOO_MANY_REFUSED, f"{self.figures.refused} changes refused")

    def _close_for(self, reason: CloseReason, detail: str) -> Received | None:
        """Close; nothing to act on."""
        self.close(Closing(reason, detail))
        return None

    def close(self, closing: Closing) -> None:
        """Say Goodbye and nothing more. The first reason stays."""
        if self.closing is None:
            self.closing = closing
            self.goodbye_due = True
        self.state = State.CLOSED

    # -- time

    def check_silence(self, now: float) -> None:
        """Close when nothing was heard, or nothing of ours was answered, for too long."""
        if self.state is State.CLOSED:
            return
        self.pace.presume(now)
        if now >= self._heard + self._silence:  # as in `silent_at`: rounded the same way
            self._close_for(CloseReason.SILENT, f"nothing heard for {now - self._heard:.1f} s")
        elif self._ping is not None and now >= self._ping[1] + self._silence:
            self._close_for(CloseReason.SILENT, "a ping was not answered: it may not hear us")

    def silent_at(self) -> float:
        """When `check_silence` would close the link."""
        heard = self._heard if self._ping is None else min(self._heard, self._ping[1])
        return heard + self._silence

    def must_ask(self) -> bool:
        """Whether so much is on its way that only a Pong lets more follow."""
        return self.state is State.TALKING and self._ping is None and self.pace.half_full

    def deadlines(self) -> tuple[float, ...]:
        """When time alone makes something due."""
        if self.state is State.CLOSED:
            return ()
        if self.state is State.GREETING:
            return (self.silent_at(),)
        return self.silent_at(), self.have_at(), self.next_ping

    def ping(self, token: int, wall_ms: int, business_day: int, now: float) -> None:
        """Measure the link, unless a measurement is still under way."""
        if self._ping is None:
            self._ping = (token, now, wall_ms)
            self.ping_due = Ping(token, wall_ms, business_day)

    # -- sending

    def push(self, change: bytes) -> bool:
        """Queue a pushed change. False when the queue is full; anti-entropy repairs that."""
        if self.state is not State.TALKING:
            return False  # the Have that follows the greeting lists it
        if self._pushed_bytes + len(change) > self._queue:
            self.figures.dropped += 1
            return False
        self._pushes.append(change)
        self._pushed_bytes += len(change)
        self.figures.pushed += 1
        return True

    def push_frame(self) -> bytes | None:
        """Queued pushes, the oldest first, as many as fit into a frame and may be on their way."""
        batch: list[bytes] = []
        room = min(self.pace.room, MAX_CHANGES_BYTES)
        while self._pushes and room > 0 and len(batch) < MAX_CHANGES:
            if batch and len(self._pushes[0]) > room:
                break
            change = self._pushes.popleft()
            self._pushed_bytes -= len(change)
            batch.append(change)
            room -= len(change)
        return encode_message(Changes(tuple(batch))) if batch else None

    def have_sent(self, version: int, size: int, now: float) -> None:
        """A Have of `size` bytes goes out, of our holdings' `version`."""
        self.have_due = False
        self.have_sent_version = version
        self._have_sent = size, now
        self.figures.haves_out += 1

    def have_from(self) -> float:
        """When the next Have may follow."""
        size, at = self._have_sent
        wait = self.pace.seconds_for(size / HAVE_SHARE)
        return at + wait if wait > NO_WAIT else at

    def reply_have(self, now: float) -> None:
        """A Have is worth saying now, or as soon as it may follow."""
        if now >= self.have_from():
            self.have_due = True
        else:
            self.next_have = min(self.next_have, now)

    def have_at(self) -> float:
        """When the next one is due, whatever is heard."""
        return max(self.next_have, self.have_from())

    @property
    def may_claim(self) -> bool:
        """Pushes that still wait took the room: what is claimed first would be asked for, and sent
        twice."""
        return self.pace.room > 0

    @property
    def may_answer(self) -> bool:
        """An answer is worth a good part of what may be on its way: small ones pack badly."""
        return not self.pace.half_full

    def has_output(self) -> bool:
        """Whether asking for output would give any."""
        if self.state is not State.TALKING:
            return self.hello_due or self.goodbye_due
        return bool(
            self.hello_due
            or self.neighbours_due
            or self.addresses_due
            or self.ping_due
            or self.pong_token is not None
            or self.inquired
            or (
                (self._pushes or self.have_due or self.asking or self.inquiry_due)
                and self.may_claim
            )
            or (self.to_answer and self.may_answer)
        )

    def statistics(self, *, in_step: bool) -> LinkStatistics:
        """As they are told to people."""
        theirs = self.theirs
        return LinkStatistics(
            peer=self.peer,
            state=self.state,
            letters="" if theirs is None else theirs.letters,
            program="" if theirs is None else theirs.program,
            wanted=len(self.wanted),
            in_step=in_step,
            claims={entry.device: entry.sequence for entry in sorted(self.claims, key=_height)},
            neighbours=self.neighbours,
            round_trip=self.round_trip,
            clock_difference_ms=self.clock_difference_ms,
            figures=msgspec.structs.replace(self.figures),
        )


def _height(entry: HaveEntry) -> int:
    return entry.sequence


def _cost(frame: bytes, message: Received) -> int:
    """Bytes of a frame, unpacked if it came packed."""
    if not isinstance(message, Have | Want):
        return len(frame)
    missing = sum(len(entry.missing) for entry in message.entries)
    return max(len(frame), len(message.entries) * _ENTRY_BYTES + missing * _MISSING_BYTES)
