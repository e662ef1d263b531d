"""Who may come in: caps on connections, counted before anything is spent on them.

Rules of this file:
1. Strangers (not yet authenticated) have few places, in all and per address, and only for as long
   as a handshake may take; members have their own, which strangers can never fill.
2. A device has two places: a second connection may come before we notice that the first one died.
3. Pure: time is an argument. Refusals are worth one log line a minute per address, no more.
"""

from collections import Counter, OrderedDict
from typing import TypeVar

from msgspec import Struct

from crdt_models.ids import DeviceId

_Key = TypeVar("_Key")

_LOG_EVERY_SECONDS = 60.0
_ADDRESSES_REMEMBERED = 64  # a flood of addresses must not grow memory


class Limits(Struct, frozen=True):
    """What the accepting end of links grants. Counts of connections, and seconds."""

    members: int = 64
    per_device: int = 2
    strangers: int = 8
    strangers_per_address: int = 4
    connect_seconds: float = 5.0
    # 3.3 kB and four trips: 4 s at 1 kB/s, and as long again when both ends dial at once.
    tls_handshake_seconds: float = 10.0
    websocket_handshake_seconds: float = 5.0
    send_seconds: float = 10.0  # one frame of 256 KiB at 26 kB/s; slower than that is cut
    close_seconds: float = 1.0  # for saying goodbye; afterwards the socket is just closed


class Doorkeeper:
    """Counts strangers and members."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._strangers: Counter[str] = Counter()
        self._members: Counter[DeviceId] = Counter()
        self._logged: OrderedDict[str, float] = OrderedDict()
        self.refused = 0

    def admit_stranger(self, address: str) -> bool:
        """Whether one from `address` may try its handshake; if so, call `stranger_left` later."""
        full = (
            self._strangers.total() >= self._limits.strangers
            or self._strangers[address] >= self._limits.strangers_per_address
        )
        if full:
            self.refused += 1
            return False
        self._strangers[address] += 1
        return True

    def stranger_left(self, address: str) -> None:
        """The handshake ended, well or badly."""
        _decrement(self._strangers, address)

    def seat(self, device: DeviceId) -> bool:
        """Whether an authenticated device may stay; if so, call `member_left`."""
        full = (
            self._members.total() >= self._limits.members
            or self._members[device] >= self._limits.per_device
        )
        if full:
            self.refused += 1
            return False
        self._members[device] += 1
        return True

    def member_left(self, device: DeviceId) -> None:
        """Its link ended."""
        _decrement(self._members, device)

    def may_log(self, address: str, now: float) -> bool:
        """True once a minute per address."""
        last = self._logged.get(address)
        if last is not None and now - last < _LOG_EVERY_SECONDS:
            return False
        self._logged[address] = now
        self._logged.move_to_end(address)
        if len(self._logged) > _ADDRESSES_REMEMBERED:
            self._logged.popitem(last=False)
        return True

    def statistics(self) -> dict[str, int]:
        """strangers, members, refused."""
        return {
            "strangers": self._strangers.total(),
            "members": self._members.total(),
            "refused": self.refused,
        }


def _decrement(counter: Counter[_Key], key: _Key) -> None:
    counter[key] -= 1
    assert counter[key] >= 0, "left without having come"
    if not counter[key]:
        del counter[key]
