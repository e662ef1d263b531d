"""The seam: everything a peer takes from the world comes through an `Environment`.

Rules of this file:
1. The only clock, dice, threads and network of the peer. Whoever needs one is handed an Environment
   (or one of its parts); the simulator hands out its own, and nothing above can tell.
2. Dialling and listening give *authenticated message links*: whoever holds a MessageLink holds the
   verified certificate of its other end. TLS, WebSocket and mDNS are the network's own business.
3. It stays small: what cannot be simulated deterministically does not belong here.

It decides nothing: no retries, no back-off, no choice of peers (that is the mesh).
"""

import enum
import secrets
import time
from collections.abc import Awaitable, Callable
from random import SystemRandom
from typing import Protocol, TypeAlias, TypeVar, TypeVarTuple

import trio

from crdt_models.certificates import Certificate
from crdt_models.errors import MalhaError

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

MAX_FRAME_BYTES = 256 * 1024  # one message on a link; also what a receiver must be able to hold


class ClosedBy(enum.Enum):
    """Whose doing the end of a link was."""

    US = "us"
    PEER = "the peer"
    BROKEN = "broken"
    TOO_SLOW = "too slow"


class LinkClosed(MalhaError):
    """Raised by send and receive once a link is over. `by` says whose doing it was."""

    code = "link_closed"
    sentence = "The link is closed ({by}): {reason}."
    cure = "Nothing to do: the terminal dials again by itself."

    def __init__(self, by: ClosedBy, reason: str = "closed") -> None:
        self.by = by
        super().__init__(by=by.value, reason=reason)


class DialFailed(MalhaError):
    """No link came about: nobody answers there, or what answers is not a peer of this protocol."""

    code = "dial_failed"
    sentence = "No link to {address}: {reason}."
    cure = "Check that the other terminal is on, and its address, cable or Wi-Fi."


class SelfConnection(DialFailed):
    """The address is our own: the same process answered. (A clone answers with another boot.)"""

    code = "self_connection"
    sentence = "{address} is this very terminal."
    cure = "Remove this terminal's own address from MALHA_PEERS."


class MessageLink(Protocol):
    """One authenticated connection to one peer. Frames are whole messages of ≤ MAX_FRAME_BYTES."""

    @property
    def peer(self) -> Certificate:
        """The verified certificate of the other end."""

    @property
    def address(self) -> str:
        """`host:port` of the other end: what we dialled, or where it came from."""

    @property
    def dialled(self) -> bool:
        """Whether we dialled it (both ends need to know who did, to drop the same duplicate)."""

    @property
    def clone(self) -> bool:
        """The other end holds our own device key: a copied disk. Changes are still exchanged."""

    @property
    def boots(self) -> tuple[bytes, bytes]:
        """Our process and the other end's, each drawn anew at its start: two clones have one device
        and two of these."""

    async def send(self, frame: bytes) -> None:
        """One task only. A cancelled send ends the link. Raises LinkClosed."""

    async def receive(self) -> bytes:
        """The next frame. Raises LinkClosed."""

    async def aclose(self) -> None:
        """Ends the link; may be called again. When cancelled it closes without saying goodbye."""


LinkHandler: TypeAlias = Callable[[MessageLink], Awaitable[None]]
AddressSighted: TypeAlias = Callable[[str], None]


class Dice(Protocol):
    """Randomness: real from the system, simulated from the seed."""

    def random_bytes(self, count: int) -> bytes: ...

    def uniform(self, low: float, high: float) -> float: ...


class Network(Protocol):
    """Where links come from."""

    async def dial(self, address: str) -> MessageLink:
        """Raises DialFailed (SelfConnection among them) and UntrustedCertificate
        (CertificateExpired among them)."""

    async def listen(
        self,
        host: str | None,
        port: int,
        handler: LinkHandler,
        *,
        task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Serves until cancelled; reports the addresses it listens at. One handler task per link;
        the link is closed when its handler returns. Raises OSError when the port is taken."""

    async def discover(self, port: int, sighted: AddressSighted) -> None:
        """Announces `port` and calls `sighted(address)` for hints found, until cancelled."""


class Environment(Network, Protocol):
    """All a peer takes from the world."""

    @property
    def dice(self) -> Dice: ...

    def wall_ms(self) -> int:
        """Milliseconds since 1970 by the machine's clock, which may be wrong by decades."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment; never goes back. Callable from any thread."""

    async def run_blocking(self, function: Callable[[*_Ts], _T], *arguments: *_Ts) -> _T:
        """Runs a function that blocks, in a thread. Not abandoned when cancelled."""


class RealDice:
    """The system's randomness."""

    def __init__(self) -> None:
        self._random = SystemRandom()

    def random_bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)


class NoNetwork:
    """For commands that touch no link: every dial fails, listening and discovery only wait."""

    async def dial(self, address: str) -> MessageLink:
        await trio.lowlevel.checkpoint()
        raise DialFailed(address=address, reason="this process has no network")

    async def listen(
        self,
        host: str | None,
        port: int,
        handler: LinkHandler,
        *,
        task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        task_status.started([])
        await trio.sleep_forever()

    async def discover(self, port: int, sighted: AddressSighted) -> None:
        await trio.sleep_forever()


class RealEnvironment:
    """The machine's clock, randomness and threads, and the network it is given."""

    def __init__(self, network: Network | None = None, dice: Dice | None = None) -> None:
        self.network: Network = network or NoNetwork()
        self._dice: Dice = dice or RealDice()

    @property
    def dice(self) -> Dice:
        return self._dice

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    async def run_blocking(self, function: Callable[[*_Ts], _T], *arguments: *_Ts) -> _T:
        return await trio.to_thread.run_sync(function, *arguments)

    async def dial(self, address: str) -> MessageLink:
        return await self.network.dial(address)

    async def listen(
        self,
        host: str | None,
        port: int,
        handler: LinkHandler,
        *,
        task_status: trio.TaskStatus[list[str]] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        await self.network.listen(host, port, handler, task_status=task_status)

    async def discover(self, port: int, sighted: AddressSighted) -> None:
        await self.network.discover(port, sighted)
