"""Doors of the links: frames into Gossip, bytes under its WebSocket.

Rules of this file:
1. A conversation is a script: which link says what, and when time passes. Gossip never raises,
   whatever it is told, and what it says is itself well formed.
2. The WebSocket's bytes go through the real library in memory, on a clock that jumps: deadlines
   cost nothing.
"""

import math
from contextlib import suppress
from functools import cache
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import trio
import trio.testing

from crdt_models.change import decode_change
from crdt_models.change_gate import ChangeGate
from crdt_models.ids import ChangeId, DeviceId
from crdt_models.replication.frames import decode_message, encode_message
from crdt_models.replication.gossip import Committed, Gossip
from crdt_models.replication.link import Me
from crdt_models.replication.messages import (
    MAX_FRAME_BYTES,
    Addresses,
    Changes,
    Goodbye,
    Have,
    HaveEntry,
    Hello,
    Neighbours,
    Ping,
    Pong,
    Want,
)
from peer.environment import LinkClosed
from peer.links.doorkeeper import Limits
from peer.links.websocket_link import (
    RESOURCE,
    SUBPROTOCOL,
    HandshakeFailed,
    WebSocketLink,
    open_server,
)
from simulations.fuzz.door import Door, require
from simulations.fuzz.memory_log import MemoryLog
from simulations.fuzz.mutation import any_bytes, bytes_changed, few
from simulations.fuzz.nonsense import packed, unpacked
from simulations.fuzz.seeds import KeysOfAccepted, changed_cbor, good_changes, opened, site

LINKS = 3
NOW = 1000.0
MAX_OUTPUT = 200  # frames after one input: sixteen Wants, an answer, and what is due anyway
_STEP_SECONDS = (0.0, 0.01, 1.0, 3.0, 30.0)


# --- gossip


@cache
def good_frames() -> tuple[bytes, ...]:
    """One of each message and more: what an honest peer of the site says."""
    changes = [decode_change(each) for each in good_changes()]
    first, last = changes[0], changes[-1]
    unheld = ChangeId(b"u" * 32)
    entries = tuple(
        sorted(
            (HaveEntry(each.device, each.epoch, each.sequence, each.id) for each in (first, last)),
            key=lambda each: each.device + each.tip,
        )
    )
    gap = HaveEntry(last.device, last.epoch, 900, unheld, (ChangeId(b"v" * 32),))
    data = tuple(each.data for each in changes)
    devices = [DeviceId(bytes([number]) * 32) for number in range(1, 5)]
    messages = (
        Have(entries),
        Have((gap,)),
        Have((), True),  # noqa: FBT003 - `more`
        Want(last.id, entries[:1]),
        Want(first.id),
        Want(unheld, (gap,), 1),
        Changes(data[:3]),
        Changes(data, last.id),
        Changes((), unheld),
        Neighbours(tuple(devices)),
        Addresses(((devices[0], ("192.0.2.1:3002", "[2001:db8::1]:3002")),)),
        Ping(1, 2, 20_000),
        Pong(1, 2, 20_000),
        Goodbye("closing"),
    )
    return tuple(encode_message(each) for each in messages)


def _hello(link: int) -> bytes:
    letters = "ABC"[link]
    device = _device(link)
    hello = Hello(site=site().id, device=device, letters=letters, program="1", business_day=1)
    return encode_message(hello)


def _device(link: int) -> DeviceId:
    return DeviceId(bytes([link + 1]) * 32)


def _make_frames(dice: Random) -> bytes:
    """Steps of [kind, link, what]: frames as they are, changed, and in another order."""
    greeted = [link for link in range(LINKS) if dice.random() < 0.95]
    steps: list[list[Any]] = [["frame", link, _hello(link)] for link in greeted]
    for _ in range(dice.choice((1, 3, 10, 30))):
        link, throw = dice.randrange(LINKS), dice.random()
        if throw < 0.35:
            steps.append(["frame", link, dice.choice(good_frames())])
        elif throw < 0.75:
            steps.append(["frame", link, changed_cbor(dice, good_frames())])
        elif throw < 0.78:
            steps.append(["frame", link, any_bytes(dice)])
        elif throw < 0.9:
            steps.append(["time", link, dice.choice(_STEP_SECONDS)])
        elif throw < 0.95:
            steps.append(["down", link, None])
        else:
            steps.append(["refused", link, few(dice, 300)])
    if dice.random() < 0.2:
        dice.shuffle(steps)
    return packed([dice.randrange(2**32), dice.randrange(len(good_changes())), steps])


def _use_frames(data: bytes) -> bool:
    seed, held, steps = unpacked(data)
    return _Conversation(seed, held).run(steps)


class _Conversation:
    """A Gossip with three links whose other ends are the script."""

    def __init__(self, seed: int, held: int) -> None:
        self._now = NOW
        self._known = KeysOfAccepted()
        self._gate = ChangeGate(site().id, self._known)
        changes = self._gate.judge(good_changes()[:held]).authentic
        self._log = MemoryLog()
        self._gossip = Gossip(
            Me(site=site().id, device=DeviceId(b"\x09" * 32), letters="I", program="fuzz"),
            self._log,
            Random(seed),
            wall_ms=lambda: 1,
        )
        self._store(changes, None)
        for link in range(LINKS):
            self._gossip.link_up(link, _device(link), self._now)

    def run(self, steps: list[list[Any]]) -> bool:
        for kind, link, what in steps:
            if kind == "frame":
                self._receive(link, what)
            elif kind == "time":
                self._now += what
                self._gossip.tick(self._now)
            elif kind == "down":
                self._again(link)
            else:
                self._gossip.refused(link, what, self._now)
            self._send()
        self._gossip.statistics()
        require(not math.isnan(self._gossip.next_deadline()), "a deadline that is no time")
        return self._gossip.statistics().total.frames_in > 0

    def _receive(self, link: int, frame: bytes) -> None:
        told = self._gossip.receive(link, frame, self._now)
        require(len(told) <= 500, "more changes than a frame holds")
        verdict = self._gate.judge(told)
        if verdict.refused:
            self._gossip.refused(link, len(verdict.refused), self._now)
        self._store([each for each in verdict.authentic if not self._log.holds(each.id)], link)
        self._gossip.taken(told, self._now)

    def _store(self, changes: Any, link: int | None) -> None:
        for change in changes:
            self._known.learn(change)
            self._log.add(change)
        self._gossip.committed([Committed(each, each.data) for each in changes], link, self._now)

    def _again(self, link: int) -> None:
        self._gossip.link_down(link, self._now)
        self._gossip.link_up(link, _device(link), self._now)

    def _send(self) -> None:
        for link in list(self._gossip.links_with_output()):
            frames = self._gossip.outgoing(link)
            require(len(frames) <= MAX_OUTPUT, f"{len(frames)} frames for one")
            for frame in frames:
                require(len(frame) <= MAX_FRAME_BYTES, "a frame beyond the limit")
                decode_message(frame)
        for link in range(LINKS):
            if self._gossip.should_close(link) is not None:
                self._again(link)


# --- what is under a link: WebSocket bytes

_UPGRADE = (
    f"GET {RESOURCE} HTTP/1.1\r\nHost: malha\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\nX-Malha-Boot: 00\r\n\r\n"
).encode("ascii")


def _ws_frame(dice: Random, payload: bytes) -> bytes:
    """A client's frame: mostly a whole masked binary one."""
    opcode = dice.choice((2, 2, 2, 2, 1, 0, 8, 9, 10, 3, 15))
    final = 0x80 if dice.random() < 0.85 else 0
    reserved = 0x40 if dice.random() < 0.03 else 0
    length = len(payload)
    if length < 126 and dice.random() < 0.9:
        head = bytes([0x80 | length])
    elif length < 65_536:
        head = bytes([0x80 | 126]) + length.to_bytes(2, "big")
    else:
        head = bytes([0x80 | 127]) + length.to_bytes(8, "big")
    if dice.random() < 0.04:
        head = bytes([0x80 | 127]) + dice.choice((2**63 - 1, 2**64 - 1, 2**18 + 1)).to_bytes(
            8, "big"
        )
    if dice.random() < 0.03:
        head = bytes([head[0] & 0x7F]) + head[1:]  # not masked
    mask = dice.choice((b"\0\0\0\0", dice.randbytes(4)))
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return bytes([final | reserved | opcode]) + head + mask + masked


def _make_websocket(dice: Random) -> bytes:
    upgrade = bytes_changed(dice, _UPGRADE) if dice.random() < 0.15 else _UPGRADE
    frames = b"".join(
        _ws_frame(dice, dice.choice((*good_frames(), any_bytes(dice), b"\x03\xe8bye", b"\0")))
        for _ in range(dice.choice((0, 1, 3, 12)))
    )
    told = upgrade + frames
    return bytes_changed(dice, told) if dice.random() < 0.2 else told


def _use_websocket(data: bytes) -> bool:
    clock = trio.testing.MockClock(autojump_threshold=0)
    return bool(trio.run(_speak_websocket, data, clock=clock))


async def _speak_websocket(data: bytes) -> bool:
    ours, theirs = trio.testing.memory_stream_pair()
    stream = cast(Any, _SocketLike(ours))
    received = 0
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_speak, theirs, data)
        nursery.start_soon(_hear_all, theirs)
        try:
            link_opened = await open_server(stream, nursery, b"\1" * 16, Limits())
        except HandshakeFailed:
            nursery.cancel_scope.cancel()
            return False
        link = WebSocketLink(
            link_opened,
            peer=cast(Any, None),
            address="192.0.2.1:1",
            dialled=False,
            clone=False,
            boots=(b"", b""),
            limits=Limits(),
        )
        try:
            while True:
                frame = await link.receive()
                require(len(frame) <= MAX_FRAME_BYTES, "a message beyond the limit")
                received += 1
        except LinkClosed:
            await link.aclose()
        nursery.cancel_scope.cancel()
    return received > 0


async def _speak(stream: Any, data: bytes) -> None:
    """The request, then the rest, then nothing more; the clock jumps over the pauses."""
    request, end, rest = data.partition(b"\r\n\r\n")
    with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
        for part in (request + end, rest):
            await stream.send_all(part)
            await trio.sleep(1)
        await stream.send_eof()


async def _hear_all(stream: Any) -> None:
    with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
        while await stream.receive_some():
            pass


class _SocketLike:
    """A memory stream where a TLS stream over a socket is expected."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        closed = SimpleNamespace(close=self._close)
        self.transport_stream = SimpleNamespace(socket=closed)

    def _close(self) -> None:
        self._stream.send_stream.close()
        self._stream.receive_stream.close()

    async def send_all(self, data: bytes) -> None:
        await self._stream.send_all(data)

    async def receive_some(self, count: int | None = None) -> bytes:
        return bytes(await self._stream.receive_some(count))

    async def aclose(self) -> None:
        self._close()
        await trio.lowlevel.checkpoint()


def link_doors() -> list[Door]:
    """What another terminal may say on a link."""
    return [
        Door(
            name="frames",
            what="conversations of frames into Gossip",
            make=_make_frames,
            open=opened(_use_frames),
        ),
        Door(
            name="websocket",
            what="bytes under a link's WebSocket",
            make=_make_websocket,
            open=opened(_use_websocket),
        ),
    ]
