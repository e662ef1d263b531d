"""What the uplink is given: its settings, and what it takes from the environment and the node.

Forms only, so that tests can stand a world of their own around it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar, TypeVarTuple

import msgspec

from crdt_models.change import Change
from crdt_models.ids import DeviceId, SiteId
from peer.environment import Dice
from peer.service.settings import Secret
from peer.uplink.outbox import OutboxLog

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")


class UplinkSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings API_NUVEM_*, SYNC_* and OFFLINE_MODE; times in milliseconds.

    auto: exchange without being asked · retry_attempts: failures in a row after which at least the
    interval is waited for · offline: dial nothing.
    """

    url: str
    token: Secret
    interval_ms: int = 5000
    auto: bool = True
    retry_attempts: int = 3
    retry_base_delay_ms: int = 500
    retry_max_delay_ms: int = 5000
    offline: bool = False


class World(Protocol):
    """What the uplink takes from the environment."""

    @property
    def dice(self) -> Dice: ...
    def wall_ms(self) -> int: ...
    def monotonic(self) -> float: ...
    async def run_blocking(self, function: Callable[[*_Ts], _T], *arguments: *_Ts) -> _T: ...


class Committed(Protocol):
    """A commit; the log says where its changes stand."""

    @property
    def changes(self) -> Sequence[Change]: ...


class Watched(Protocol):
    """Commits as they happen."""

    def __aiter__(self) -> AsyncIterator[Committed]: ...


class Stored(Protocol):
    """What became of received changes."""

    @property
    def stored(self) -> int: ...
    @property
    def refused(self) -> int: ...


class UplinkNode(Protocol):
    """What the uplink asks of the node; `peer.node.Node` is one."""

    @property
    def site(self) -> SiteId: ...
    @property
    def device(self) -> DeviceId: ...
    @property
    def log(self) -> OutboxLog: ...
    def receive(self, changes: Sequence[bytes], source: object | None = None) -> Awaitable[Stored]:
        """Take in changes from outside."""

    def watch(self) -> AbstractAsyncContextManager[Watched]:
        """Commits from now on; ends when the watcher lags too far."""
