"""Nodes with real keys and a real encrypted database, in one process, on a clock of their own."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, TypeVar, TypeVarTuple

import pytest
import trio

from crdt_models.ids import CommandId
from crdt_models.read_models import TABLES
from peer.environment import NoNetwork
from peer.identity import Identity, Place, create_site
from peer.node.authorship import Credentials
from peer.node.node import Node, fill_rows
from peer.storage.change_log import ChangeLog

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
KEY = b"k" * 32
DAY_MS = 86_400_000
START_MS = 21_000 * DAY_MS + 12 * 3_600_000


class SeededDice:
    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def random_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)


class TestEnvironment(NoNetwork):
    """Seeded dice, a clock that the test moves, threads as in production."""

    __test__ = False

    def __init__(self, seed: str = "0") -> None:
        self.now_ms = START_MS
        self.dice = SeededDice(seed)
        self.before_blocking: Callable[[], Awaitable[None]] | None = None

    def wall_ms(self) -> int:
        self.now_ms += 1
        return self.now_ms

    def monotonic(self) -> float:
        return trio.current_time()

    async def run_blocking(self, function: Callable[[*Ts], T], *arguments: *Ts) -> T:
        if self.before_blocking is not None:
            await self.before_blocking()
        return await trio.to_thread.run_sync(function, *arguments)


def day_of(wall_ms: int) -> int:
    return wall_ms // DAY_MS


def command_id(text: str) -> CommandId:
    return CommandId(hashlib.sha256(text.encode()).digest()[:16])


@pytest.fixture
def identity(tmp_path: Path) -> Identity:
    place = Place(tmp_path / "home", tmp_path / "key")
    return create_site(
        place, name="Balcão", letters="A", wall_seconds=0, dice=SeededDice("site")
    ).identity


@pytest.fixture
def environment() -> TestEnvironment:
    return TestEnvironment()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., ChangeLog]]:
    """`opened(name="a", **options)` → an open log; closed at the end if still open."""
    logs: list[ChangeLog] = []

    def open_log(name: str = "a", **options: Any) -> ChangeLog:
        log = ChangeLog.open(tmp_path / f"{name}.db", KEY, tables=TABLES, create=True, **options)
        if log.rows_are_stale:
            fill_rows(log)
        logs.append(log)
        return log

    yield open_log
    for log in logs:
        log.close()


@pytest.fixture
def running(
    identity: Identity, environment: TestEnvironment
) -> Callable[..., AbstractAsyncContextManager[Node]]:
    """`async with running(log) as node`: a node whose writer runs."""

    @asynccontextmanager
    async def run(
        log: ChangeLog,
        *,
        with_environment: TestEnvironment | None = None,
        who: Identity = identity,
        **options: Any,
    ) -> AsyncIterator[Node]:
        credentials = Credentials(
            site=who.site,
            device=who.device,
            letters=who.letters,
            chain=who.encoded_chain,
            signer=who.signing_key,
            program="test",
        )
        node = Node(credentials, log, with_environment or environment, day_of, **options)
        async with trio.open_nursery() as nursery:
            await nursery.start(node.run)
            try:
                yield node
            finally:
                nursery.cancel_scope.cancel()

    return run


@pytest.fixture
def command() -> Callable[[str], CommandId]:
    return command_id
