"""The relay's clock, dice and threads: the only place in this program that touches them.

Everything else is handed what it needs, so that a simulator can hand it something else.
"""

import secrets
import time
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

import trio

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

THREADS = 16  # blocking calls at once: one writes, four read, the rest check signatures


class RelayEnvironment:
    """The machine's own."""

    def __init__(self) -> None:
        self._threads = trio.CapacityLimiter(THREADS)

    def wall_ms(self) -> int:
        """Milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment."""
        return time.monotonic()

    def random_bytes(self, count: int) -> bytes:
        """Bytes that nobody can guess."""
        return secrets.token_bytes(count)

    async def run_blocking(self, function: Callable[[*_Ts], _T], *arguments: *_Ts) -> _T:
        """Runs in a thread; not abandoned when cancelled, so a begun commit is never left alone."""
        return await trio.to_thread.run_sync(function, *arguments, limiter=self._threads)
