"""Addresses where peers may be, and when each is worth dialling.

Rules of this file:
1. Pure: time is an argument (seconds, monotonic), dice are handed in, nothing is read or written.
2. An address is a hint. It is backed off by itself, so a liar that announces a peer's name at its
   own address never delays the true one.
3. Bounded: 64 addresses. Those found by mDNS have the least right to a place, then those told by
   peers, then remembered ones; the owner's own are never put out. Within a kind, the one that was
   useful or heard of longest ago goes.
4. Dials have a budget, spent on whoever has waited longest, so that neither dead addresses nor a
   flood of new ones keeps a live one waiting for more than a round (64 addresses, 8 s).
5. Who answers at an address is a process: a device and its boot. Where the linked process itself
   answered there is nobody else to find; where an earlier or a second one of that device did, a
   clone may be, or whoever has that address now: it is looked up once a minute.
"""

import enum
import ipaddress
import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from crdt_models.ids import DeviceId

CAPACITY = 64
REMEMBERED = 32  # as many as are worth a line in a file; a shop has 3 to 20 terminals
FIRST_WAIT_SECONDS = 0.5
# A peer that was here before is dialled every 2 s at most: a healed link is back within 3 s, and a
# refused connection on a LAN costs nothing. An address that never led anywhere waits a minute.
KNOWN_WAIT_SECONDS = 2.0
UNKNOWN_WAIT_SECONDS = 60.0
DOUBT_WAIT_SECONDS = 60.0  # after the usual wait, for an address of a device that is linked already
STEADY_SECONDS = (
    10.0  # a link that lived less counts as a failure: flapping does not reset back-off
)
DIAL_BURST = 8
DIALS_PER_SECOND = 8.0
DIAL_LASTS_SECONDS = 30.0  # a dial nobody reported on is forgotten: more than all its deadlines
_LONGEST_ADDRESS = 300  # a name of 253, its port, and a few blanks


class Source(enum.IntEnum):
    """Who told us, most trusted first."""

    STATIC = 0
    REMEMBERED = 1
    EXCHANGED = 2
    DISCOVERED = 3


class Process(NamedTuple):
    """Who answers: clones share the device, boots of one machine share it too."""

    device: DeviceId
    boot: bytes


class _Place:
    """What is known of one address. Times are seconds of the caller's clock."""

    __slots__ = (
        "dialling_until", "failures", "linked_since", "next_dial", "process", "source", "used",
    )  # fmt: skip

    def __init__(self, source: Source, now: float) -> None:
        self.source = source
        self.used = now
        self.next_dial = now
        self.failures = 0
        self.process: Process | None = None
        self.dialling_until = 0.0
        self.linked_since: float | None = None

    def leads_to(self, devices: frozenset[DeviceId]) -> bool:
        return self.process is not None and self.process.device in devices


class AddressBook:
    """Static, remembered, exchanged and discovered addresses. `uniform(low, high)`: the jitter."""

    def __init__(self, uniform: Callable[[float, float], float]) -> None:
        self._uniform = uniform
        self._places: dict[str, _Place] = {}
        self._budget = float(DIAL_BURST)
        self._budget_at: float | None = None
        self.forgotten = 0

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, address: str) -> bool:
        return address in self._places

    def learn(self, address: str, source: Source, now: float) -> bool:
        """Takes a hint. False when it is no `host:port` or there is no place for its kind."""
        parts = split_address(address)
        if parts is None:
            return False
        address = join_address(*parts)
        place = self._places.get(address)
        if place is not None:
            place.source = min(place.source, source)
            place.used = now
            return True
        if len(self._places) >= CAPACITY and not self._make_room(source):
            return False
        self._places[address] = _Place(source, now)
        return True

    def due(self, now: float, linked: frozenset[Process] = frozenset()) -> list[str]:
        """Addresses to dial now, longest waiting first; each then needs `succeeded` or `failed`.

        `linked`: who we already have a link with; addresses known to lead to them are skipped.
        """
        self._refill(now)
        devices = _devices(linked)
        waiting = [
            (place.next_dial, place.source, address)
            for address, place in self._places.items()
            if place.process not in linked and self._may_dial(place, now, devices)
        ]
        chosen = [address for _, _, address in sorted(waiting)[: int(self._budget)]]
        self._budget -= len(chosen)
        for address in chosen:
            self._places[address].dialling_until = now + DIAL_LASTS_SECONDS
        return chosen

    def next_due(self, linked: frozenset[Process] = frozenset()) -> float:
        """When an address that leads to no linked device is due; infinity when there is none."""
        devices = _devices(linked)
        return min(
            (
                max(place.next_dial, place.dialling_until)
                for place in self._places.values()
                if place.linked_since is None and not place.leads_to(devices)
            ),
            default=math.inf,
        )

    def succeeded(self, address: str, process: Process, now: float) -> None:
        """The dial led to `process`. Call `lost` when that link ends."""
        place = self._places.get(address)
        if place is None:
            return
        place.process = process
        place.source = min(place.source, Source.REMEMBERED)  # proved: no flood puts it out
        place.used = place.linked_since = now
        place.dialling_until = 0.0

    def lost(self, address: str, now: float) -> None:
        """The link that was dialled there ended."""
        place = self._places.get(address)
        if place is None or place.linked_since is None:
            return
        steady = now - place.linked_since >= STEADY_SECONDS
        place.linked_since = None
        place.used = now
        place.failures = 0 if steady else place.failures
        self._back_off(place, now)

    def failed(self, address: str, now: float) -> None:
        """The dial led nowhere."""
        place = self._places.get(address)
        if place is None:
            return
        place.dialling_until = 0.0
        place.linked_since = None
        self._back_off(place, now)

    def forget(self, address: str) -> None:
        """It is our own address, or the owner took it out."""
        self._places.pop(address, None)

    def remembered(self) -> list[str]:
        """Addresses that led to a peer, linked and latest first: worth keeping over a restart."""
        good = [
            (place.linked_since is None, -place.used, address)
            for address, place in self._places.items()
            if place.process is not None
        ]
        return [address for _, _, address in sorted(good)[:REMEMBERED]]

    def statistics(self) -> dict[str, int]:
        """addresses, linked, forgotten."""
        linked = sum(place.linked_since is not None for place in self._places.values())
        return {"addresses": len(self), "linked": linked, "forgotten": self.forgotten}

    def _may_dial(self, place: _Place, now: float, linked: frozenset[DeviceId]) -> bool:
        busy = place.linked_since is not None or now < place.dialling_until
        longer = DOUBT_WAIT_SECONDS if place.leads_to(linked) else 0.0
        return not busy and now >= place.next_dial + longer

    def _back_off(self, place: _Place, now: float) -> None:
        known = place.process is not None or place.source <= Source.REMEMBERED
        longest = KNOWN_WAIT_SECONDS if known else UNKNOWN_WAIT_SECONDS
        wait = min(longest, FIRST_WAIT_SECONDS * 2 ** min(place.failures, 16))
        place.failures += 1
        place.next_dial = now + self._uniform(wait / 2, wait)

    def _make_room(self, source: Source) -> bool:
        """Puts out the least useful address that has no better right than `source`."""
        rivals = [
            (-place.source, place.used, address)
            for address, place in self._places.items()
            if place.source is not Source.STATIC
            and place.source >= source
            and place.linked_since is None
        ]
        if not rivals:
            return False
        del self._places[min(rivals)[2]]
        self.forgotten += 1
        return True

    def _refill(self, now: float) -> None:
        if self._budget_at is not None:
            earned = max(0.0, now - self._budget_at) * DIALS_PER_SECOND
            self._budget = min(float(DIAL_BURST), self._budget + earned)
        self._budget_at = now


def _devices(processes: frozenset[Process]) -> frozenset[DeviceId]:
    return frozenset(each.device for each in processes)


def split_address(address: str) -> tuple[str, int] | None:
    """`host:port` or `[IPv6]:port`, lower case; None for anything else."""
    return _split(address) if len(address) <= _LONGEST_ADDRESS else None


@lru_cache(maxsize=256)  # the same few are told again and again
def _split(address: str) -> tuple[str, int] | None:
    host, colon, port = address.strip().rpartition(":")
    if not colon or not port.isascii() or not port.isdecimal() or len(port) > 5:
        return None
    if not 1 <= int(port) <= 65535:
        return None
    if host.startswith("[") and host.endswith("]"):
        return (host[1:-1].lower(), int(port)) if _is_ipv6(host[1:-1]) else None
    return (host.lower(), int(port)) if _is_host(host) else None


def join_address(host: str, port: int) -> str:
    """`host:port`, with brackets around IPv6."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _is_ipv6(text: str) -> bool:
    try:  # no zone: `%eth0` means something on one machine only
        return ipaddress.ip_address(text).version == 6 and "%" not in text
    except ValueError:
        return False


def _is_host(text: str) -> bool:
    return (
        1 <= len(text) <= 253
        and text.isascii()
        and all(character.isalnum() or character in ".-_" for character in text)
    )
