"""`?wait=`: a write is answered when it stands on other machines too, or when the time is over.

Rules of this file:
1. The write is durable here before anything is waited for, and stays written whatever is reached:
   no sale waits for a network unless its front end asks for it, and then no longer than it asks.
2. What was reached is said, never presumed: other devices count once they said that they stored the
   change, the relay once its receipt covers it.
"""

import re
from typing import Final, Protocol

import msgspec

from crdt_models.ids import ChangeId, DeviceId
from peer.environment import Environment
from peer.service.http_errors import InvalidField
from peer.service.routes import Answer, Call, QueryField

HEADER: Final = "malha-durability"
LOCAL: Final = "local"
CLOUD: Final = "cloud"
MOST_PEERS: Final = 20
DEFAULT_SECONDS: Final = 0.8
MOST_SECONDS: Final = 10.0
FIELDS: Final = (
    QueryField(
        "wait",
        f"`peers:1` a `peers:{MOST_PEERS}` ou `cloud`: responde quando tantos outros terminais, ou"
        f" o relay, guardarem; o que se alcançou vem em `{HEADER}`",
    ),
    QueryField("timeout", "por quanto tempo esperar, até `10s`: `800ms` (padrão), `2s`"),
)
NAMES: Final = frozenset(field.name for field in FIELDS)

_WAIT = re.compile(r"local|cloud|peers:([1-9]\d?)", re.ASCII)
_TIMEOUT = re.compile(r"(\d{1,5})(ms|s)?", re.ASCII)


class Wait(msgspec.Struct, frozen=True):
    """What a request waits for. peers: other devices; 0: the relay · seconds: at most."""

    peers: int
    seconds: float


class Mesh(Protocol):
    """The other terminals (`peer.mesh.Mesh`)."""

    async def holders(self, change: ChangeId, least: int, seconds: float) -> frozenset[DeviceId]:
        """Other devices that have stored `change`: at least so many, or those in time."""


class Uplink(Protocol):
    """The relay (`peer.uplink.uplink.Uplink`)."""

    async def receipted(self, change: ChangeId, seconds: float) -> bool:
        """Whether a receipt covers `change`, within that time."""


def wait_of(call: Call) -> Wait | None:
    """What `?wait` and `?timeout` ask for; None: nothing. Raises InvalidField."""
    wanted, longest = call.text("wait"), call.text("timeout")
    seconds = DEFAULT_SECONDS if longest is None else _seconds(longest)
    if wanted is None:
        return None
    match = _WAIT.fullmatch(wanted)
    if match is None or (match[1] and int(match[1]) > MOST_PEERS):
        reason = f"use peers:1 a peers:{MOST_PEERS}, cloud ou local"
        raise InvalidField(field="wait", reason=reason)
    if wanted == LOCAL:
        return None
    return Wait(int(match[1] or 0), seconds)


def _seconds(text: str) -> float:
    match = _TIMEOUT.fullmatch(text)
    seconds = 0.0 if match is None else int(match[1]) / (1 if match[2] == "s" else 1000)
    if match is None or seconds > MOST_SECONDS:
        raise InvalidField(field="timeout", reason="use 800ms ou 2s, até 10s")
    return seconds


async def told_how_far(
    call: Call,
    answer: Answer,
    wait: Wait,
    environment: Environment,
    mesh: Mesh | None,
    uplink: Uplink | None,
) -> Answer:
    """The answer with the level that was reached; waits for it first."""
    if answer.status is not None and answer.status >= 300:
        return answer  # refused: nothing was written
    until = environment.monotonic() + wait.seconds
    reached: list[str] = []
    for change in dict.fromkeys(call.wrote):
        seconds = max(0.0, until - environment.monotonic())
        reached.append(await _level(ChangeId(change), wait, seconds, mesh, uplink))
    level = min(reached, key=_rank, default=LOCAL)
    return msgspec.structs.replace(answer, headers={**answer.headers, HEADER: level})


async def _level(
    change: ChangeId, wait: Wait, seconds: float, mesh: Mesh | None, uplink: Uplink | None
) -> str:
    if not wait.peers:
        return CLOUD if uplink and await uplink.receipted(change, seconds) else LOCAL
    holders = await mesh.holders(change, wait.peers, seconds) if mesh else frozenset()
    return f"peers:{len(holders)}" if holders else LOCAL


def _rank(level: str) -> int:
    """The level that less is known of is lower: a request of several changes tells the lowest."""
    kind, _, number = level.partition(":")
    return int(number) if number else {LOCAL: 0, CLOUD: 1}[kind]
