"""Simulated message links: what `peer.environment.MessageLink` promises, over `wires`.

Rules of this file:
1. Each end keeps what is on its way to it, by time of arrival. Frames arrive in order unless a
   condition says otherwise.
2. The sender has a window, as TCP has: once so many bytes are on their way or unread it waits, and
   gives up after the time that production's links grant.
3. An end that closes says goodbye, one whose process is killed is reset by its system, one whose
   machine lost power says nothing at all: the other side must find out.
"""

import heapq
from random import Random

import trio
from msgspec import Struct

from crdt_models.certificates import Certificate
from peer.environment import MAX_FRAME_BYTES, ClosedBy, LinkClosed
from peer.links.doorkeeper import Limits
from simulations.simulator import version_before
from simulations.simulator.timers import Alarm
from simulations.simulator.trace import Trace
from simulations.simulator.wires import Conditions, Gate, Path

WINDOW_BYTES = 512 * 1024  # socket buffers of both ends and the library's queue of frames
RETRANSMIT_SECONDS = (0.2, 1.6)  # TCP's first retransmissions
AFTER_CUT_SECONDS = (0.01, 2.0)  # until TCP tries again after the path is back
REORDER_SECONDS = (0.001, 0.5)


class _Arriving(Struct, order=True):
    at: float
    number: int
    frame: bytes | None  # None: goodbye
    by: str = "the peer"


class LinkEnd:
    """One end; see `peer.environment.MessageLink`. Use `connect`."""

    def __init__(
        self,
        *,
        owner: str,
        peer: Certificate,
        address: str,
        dialled: bool,
        clone: bool,
        boots: tuple[bytes, bytes],
        incoming: Path,
        outgoing: Path,
        gate: Gate,
        dice: Random,
        trace: Trace,
        limits: Limits,
        before: bool = False,
    ) -> None:
        """before: its program is of the version before; see `version_before`."""
        self.owner = owner
        self.peer = peer
        self.address = address
        self.dialled = dialled
        self.clone = clone
        self.boots = boots
        self.before = before
        self.vanished = False  # its machine lost power: it says nothing any more
        self._other: LinkEnd = self
        self._incoming, self._outgoing, self._gate = incoming, outgoing, gate
        self._dice, self._trace, self._limits = dice, trace, limits
        self._arriving: list[_Arriving] = []
        self._numbers = 0
        self._last_at = 0.0
        self._waiting_bytes = 0  # on their way to us, or arrived and unread
        self._changed = trio.Event()  # for the sender: room was made, or it is over
        self._reading = Alarm()  # rings when the reader has something to read
        self._ended: LinkClosed | None = None
        self._stop_listening = incoming.listen(self._wake)
        self.sent = self.received = self.sent_bytes = 0

    async def send(self, frame: bytes) -> None:
        assert len(frame) <= MAX_FRAME_BYTES, "the caller keeps frames within the limit"
        await trio.lowlevel.checkpoint()
        other = self._other
        deadline = trio.current_time() + self._limits.send_seconds
        while self._ended is None and other._waiting_bytes > WINDOW_BYTES:
            if trio.current_time() >= deadline:
                self._end(ClosedBy.TOO_SLOW, "a frame was not taken in time")
                break
            with trio.move_on_at(deadline):
                await self._changed.wait()
        await self._gate.passed()
        if self._ended is not None:
            raise self._reason()
        self.sent, self.sent_bytes = self.sent + 1, self.sent_bytes + len(frame)
        self._outgoing.frames += 1
        self._outgoing.bytes += len(frame)
        self._put(frame)

    def _put(self, frame: bytes) -> None:
        conditions, other, dice = self._outgoing.conditions, self._other, self._dice
        if self.before:
            frame = version_before.said(frame)
        if other.before and not version_before.is_known(frame):
            self._trace.fired["frame_not_understood"] += 1
            return
        if self._struck(conditions.drop, "frame_dropped"):
            return
        at = self._arrival(conditions, len(frame))
        if self._struck(conditions.reorder, "frame_reordered"):
            other._arrive(at + dice.uniform(*REORDER_SECONDS), frame, in_order=False)
        else:
            other._arrive(at, frame)
        if self._struck(conditions.duplicate, "frame_duplicated"):
            other._arrive(at + dice.uniform(*REORDER_SECONDS), frame, in_order=False)

    def _struck(self, probability: float, fault: str) -> bool:
        struck = probability > 0 and self._dice.random() < probability
        if struck:
            self._trace.fired[fault] += 1
        return struck

    def _arrival(self, conditions: Conditions, size: int) -> float:
        now = trio.current_time()
        if conditions.rate is not None:
            self._outgoing.busy_until = max(now, self._outgoing.busy_until) + size / conditions.rate
            now = self._outgoing.busy_until
        now += conditions.latency + self._dice.uniform(0, conditions.jitter)
        if self._struck(conditions.loss, "packet_lost"):
            now += self._dice.uniform(*RETRANSMIT_SECONDS)
        return now

    def _arrive(self, at: float, frame: bytes | None, *, in_order: bool = True) -> None:
        if in_order:
            at = self._last_at = max(at, self._last_at)
        self._numbers += 1
        heapq.heappush(self._arriving, _Arriving(at, self._numbers, frame))
        self._waiting_bytes += len(frame or b"")
        self._wake()

    async def receive(self) -> bytes:
        await trio.lowlevel.checkpoint()
        while True:
            await self._gate.passed()
            if self._ended is not None:
                raise self._reason()
            due = self._due_at()
            if due <= trio.current_time():
                item = heapq.heappop(self._arriving)
                if item.frame is not None:
                    return self._taken(item.frame)
                self._end(ClosedBy.PEER if item.by == "the peer" else ClosedBy.BROKEN, "it ended")
                continue
            await self._reading.wait(due)

    def _taken(self, frame: bytes) -> bytes:
        self._waiting_bytes -= len(frame)
        self.received += 1
        self._other._make_room()
        return frame

    def _due_at(self) -> float:
        """When the next frame can be read: what waited for a closed path comes after it opens."""
        if not self._arriving or not self._incoming.open:
            return float("inf")
        at = self._arriving[0].at
        opened = self._incoming.opened_at
        if opened and at < opened:
            at = opened + self._dice.uniform(*AFTER_CUT_SECONDS)
            self._arriving[0].at = at
            self._last_at = max(self._last_at, at)
        return at

    async def aclose(self) -> None:
        self._say_goodbye("the peer")
        self._end(ClosedBy.US, "closed")
        await trio.lowlevel.cancel_shielded_checkpoint()

    def kill(self, *, power: bool) -> None:
        """The process is gone. power: nobody is told, for its machine is gone too, or the way."""
        self.vanished = power
        if not power:
            self._say_goodbye("its system")
        self._end(ClosedBy.BROKEN, "killed")

    def reset(self) -> None:
        """The other machine answers again and knows nothing of this link."""
        self._end(ClosedBy.BROKEN, "reset")

    @property
    def other(self) -> "LinkEnd":
        return self._other

    @property
    def ended(self) -> bool:
        return self._ended is not None

    def _say_goodbye(self, by: str) -> None:
        if self._ended is None and not self.vanished:
            other = self._other
            at = max(trio.current_time() + self._outgoing.conditions.latency, other._last_at)
            other._numbers += 1
            heapq.heappush(other._arriving, _Arriving(at, other._numbers, None, by))
            other._last_at = at
            other._wake()

    def _end(self, by: ClosedBy, reason: str) -> None:
        if self._ended is None:
            self._ended = LinkClosed(by, reason)
            self._stop_listening()
            self._arriving.clear()
            self._waiting_bytes = 0
            self._wake()
            self._make_room()
            self._other._make_room()

    def _reason(self) -> LinkClosed:
        assert self._ended is not None
        return LinkClosed(self._ended.by, str(self._ended.details["reason"]))

    def _wake(self) -> None:
        """The reader looks again, when there is something to see."""
        self._reading.set(trio.current_time() if self._ended is not None else self._due_at())

    def _make_room(self) -> None:
        """The sender looks again."""
        self._changed.set()
        self._changed = trio.Event()


def join(one: LinkEnd, other: LinkEnd) -> None:
    """Make two ends one link."""
    one._other, other._other = other, one
