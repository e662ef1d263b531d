"""A wire in user space that loses, doubles, reorders, delays, slows and swallows Ethernet frames.

Every machine is a network namespace with one TAP device; the frames its kernel sends are read here
and written to the devices they are for, or not. netem, which would do some of it, is a kernel
module that many machines lack.

Rules of this file:
1. Each direction between two machines is a `Way` of its own, with its own quality and counters:
   everything that befalls a frame is counted under one name, and the test prints it.
2. All chance comes from one seeded source. Which frame meets which chance is the kernel's timing.
3. Nothing here knows what Malha sends. TCP connections are told apart only by `forget`.
4. Where a machine may not make this, `why_no_wire` says exactly what was refused.
"""

import heapq
import math
import os
import random
import struct
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import NamedTuple

import msgspec
import trio

from tests.real.namespaces import Namespace, Refused, inside, ip, namespaces_removed

_TUNSETIFF = 0x400454CA
_IFF_TAP, _IFF_NO_PI = 0x0002, 0x1000
_DEVICE = "eth0"
_MTU = 1500
_HEADER_BYTES = 14  # of Ethernet: to, from, type
_IPV4 = b"\x08\x00"
_TCP = 6
_MULTICAST_BIT = 1
_FRAMES_AT_ONCE = 64  # then the other machines are looked at
# A frame that is overtaken: held as long as it takes a few others to pass.
_HELD_SECONDS = (0.005, 0.060)


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """What one direction does to frames.

    loss, duplication, reordering: chances, 0 to 1 · latency, jitter: seconds, jitter is added and
    keeps the order · bytes_per_second: 0 is no limit · queue_bytes: wait for that rate; what comes
    on top is dropped, as by any modem.
    """

    loss: float = 0.0
    duplication: float = 0.0
    reordering: float = 0.0
    latency: float = 0.0
    jitter: float = 0.0
    bytes_per_second: int = 0
    queue_bytes: int = 64 * 1024


PERFECT = Quality()
Flow = tuple[bytes, bytes]  # the two ends of a TCP connection, smaller first


class Way:
    """One direction. seen: what befell its frames, by name."""

    def __init__(self) -> None:
        self.quality = PERFECT
        self.cut = False
        self.seen: Counter[str] = Counter()
        self._flows: set[Flow] = set()
        self._forgotten: set[Flow] = set()
        self._sent_until = 0.0  # when the last byte taken so far has left, at our rate
        self._last_due = 0.0

    def forget(self) -> None:
        """The connections that stand here are swallowed from now on; new ones are not."""
        self._forgotten |= self._flows
        self._flows.clear()

    def times(self, frame: bytes, now: float, dice: random.Random) -> Iterator[float]:
        """When this frame arrives: never, once or twice."""
        fate = self._fate(frame, now, dice)
        self.seen[fate] += 1
        if fate != "carried":
            return
        self.seen["bytes"] += len(frame)
        yield self._due(now, dice)
        if dice.random() < self.quality.duplication:
            self.seen["doubled"] += 1
            yield self._due(now, dice)

    def _fate(self, frame: bytes, now: float, dice: random.Random) -> str:
        if self.cut:
            return "cut"
        if self._is_forgotten(frame):
            return "swallowed"
        if dice.random() < self.quality.loss:
            return "lost"
        return "carried" if self._queued(len(frame), now) else "overflowed"

    def _queued(self, size: int, now: float) -> bool:
        rate = self.quality.bytes_per_second
        start = max(now, self._sent_until)
        if not rate:
            return True
        if (start - now) * rate + size > self.quality.queue_bytes:
            return False
        self._sent_until = start + size / rate
        return True

    def _due(self, now: float, dice: random.Random) -> float:
        quality = self.quality
        due = max(now, self._sent_until) + quality.latency + dice.uniform(0, quality.jitter)
        if dice.random() < quality.reordering:
            self.seen["reordered"] += 1
            return due + dice.uniform(*_HELD_SECONDS)
        self._last_due = max(self._last_due, due)
        return self._last_due

    def _is_forgotten(self, frame: bytes) -> bool:
        flow = _flow_of(frame)
        if flow is None or flow in self._forgotten:
            return flow is not None
        self._flows.add(flow)
        return False


class TapMachine(Namespace):
    """A namespace whose network card is a file here."""

    def __init__(self, wire_name: str, letters: str, address: str, number: int) -> None:
        """number: 1 to 254, the last byte of its hardware address."""
        super().__init__(wire_name, letters, address)
        self.hardware = bytes((2, 0, 0, 0, 0, number))
        self.file = self._device()
        ip("-n", self.namespace, "link", "set", _DEVICE, "address", self.hardware.hex(":"))
        self.raise_card()

    def _device(self) -> int:
        import fcntl  # Linux has it; elsewhere nobody comes as far as this

        with inside(self.namespace):
            try:
                file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            except OSError as error:
                raise Refused(f"/dev/net/tun: {error.strerror}") from error
            try:
                wanted = struct.pack("16sH14x", _DEVICE.encode(), _IFF_TAP | _IFF_NO_PI)
                fcntl.ioctl(file, _TUNSETIFF, wanted)
            except OSError as error:
                os.close(file)
                reason = f"a TAP device (ioctl TUNSETIFF): {error.strerror}"
                raise Refused(reason) from error
        return file

    def close(self) -> None:
        """The device goes with its file."""
        os.close(self.file)


class _Arrival(NamedTuple):
    at: float
    number: int
    machine: TapMachine
    frame: bytes


class LossyWire:
    """The machines and every way between them. Use `lossy_wire`."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.seed = seed
        self.machines: dict[str, TapMachine] = {}
        self._dice = random.Random(seed)
        self._ways: dict[tuple[str, str], Way] = {}
        self._arrivals: list[_Arrival] = []
        self._numbers = count()
        self._sooner = trio.Event()

    def way(self, source: str, to: str) -> Way:
        """The direction from one machine to another, by their letters."""
        return self._ways.setdefault((source, to), Way())

    def ways(self) -> Iterator[Way]:
        """All of them."""
        for source in self.machines:
            yield from (self.way(source, to) for to in self.machines if to != source)

    def become(self, quality: Quality) -> None:
        """Every direction has this quality from now on."""
        for way in self.ways():
            way.quality = quality

    def cut(self, one: str, other: str) -> None:
        """Whatever either sends the other is swallowed, as by a switch that died."""
        self.way(one, other).cut = self.way(other, one).cut = True

    def mend(self, one: str, other: str) -> None:
        """Both directions carry again."""
        self.way(one, other).cut = self.way(other, one).cut = False

    def forget(self, one: str, other: str) -> None:
        """Half-open: connections that stand between them carry nothing any more and nobody is
        told; a new one works. A rebooted router does this."""
        self.way(one, other).forget()
        self.way(other, one).forget()

    def seen(self) -> Counter[str]:
        """What befell frames, over all ways."""
        return sum((way.seen for way in self.ways()), Counter[str]())

    async def run(self) -> None:
        """Carries until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._deliver)
            for machine in self.machines.values():
                nursery.start_soon(self._read, machine)

    async def _read(self, machine: TapMachine) -> None:
        while True:
            await trio.lowlevel.wait_readable(machine.file)
            with suppress(BlockingIOError):
                for _ in range(_FRAMES_AT_ONCE):
                    self._take(machine, os.read(machine.file, _MTU + _HEADER_BYTES))

    def _take(self, source: TapMachine, frame: bytes) -> None:
        now = trio.current_time()
        for target in self._targets(source, frame):
            for at in self.way(source.letters, target.letters).times(frame, now, self._dice):
                heapq.heappush(self._arrivals, _Arrival(at, next(self._numbers), target, frame))
        self._sooner.set()

    def _targets(self, source: TapMachine, frame: bytes) -> list[TapMachine]:
        everybody = frame[0] & _MULTICAST_BIT
        return [
            each
            for each in self.machines.values()
            if each is not source and (everybody or frame[:6] == each.hardware)
        ]

    async def _deliver(self) -> None:
        while True:
            self._sooner = trio.Event()
            with trio.move_on_at(self._arrivals[0].at if self._arrivals else math.inf):
                await self._sooner.wait()
            while self._arrivals and self._arrivals[0].at <= trio.current_time():
                arrival = heapq.heappop(self._arrivals)
                os.write(arrival.machine.file, arrival.frame)


@asynccontextmanager
async def lossy_wire(letters: str, seed: int) -> AsyncIterator[LossyWire]:
    """A machine for each letter, joined by perfect ways; removed whatever happens inside. Raises
    Refused."""
    name = f"malha{os.getpid()}w"
    wire = LossyWire(name, seed)
    with namespaces_removed(name):
        try:
            for number, each in enumerate(letters, 1):
                wire.machines[each] = TapMachine(name, each, f"10.203.8.{number}", number)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(wire.run)
                yield wire
                nursery.cancel_scope.cancel()
        finally:
            for machine in wire.machines.values():
                machine.close()


async def why_no_wire() -> str | None:
    """Why this machine may not make such a wire; None where it may."""
    try:
        async with lossy_wire("P", 0):
            return None
    except Refused as error:
        return f"this machine may not make a wire in user space: {error}"


def _flow_of(frame: bytes) -> Flow | None:
    """The TCP connection that a frame belongs to."""
    packet = memoryview(frame)[_HEADER_BYTES:]
    if frame[12:14] != _IPV4 or packet[9] != _TCP:
        return None
    ports = (packet[0] & 0x0F) * 4
    ends = (
        bytes(packet[12:16]) + bytes(packet[ports : ports + 2]),
        bytes(packet[16:20]) + bytes(packet[ports + 2 : ports + 4]),
    )
    return min(ends), max(ends)
