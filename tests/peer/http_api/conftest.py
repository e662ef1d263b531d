"""A real node with real keys and a real encrypted database, behind the local API."""

import hashlib
import importlib.util
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, TypeVar, TypeVarTuple

import httpx
import pytest
import trio

from crdt_models.read_models import TABLES
from peer.config import read_config
from peer.environment import NoNetwork
from peer.http_api.app import LocalApp, create_app
from peer.http_api.front_ends import FrontEnds
from peer.http_api.server import HttpServer
from peer.identity import Identity, Place, create_site, install, keys_for_joining
from peer.identity.membership import admit, applicant_of
from peer.live_events import LiveEvents
from peer.node.authorship import Credentials
from peer.node.node import Node, fill_rows
from peer.storage.change_log import ChangeLog
from tests.peer.http_api.served import Served

_SPEC = importlib.util.spec_from_file_location("declared", Path(__file__).with_name("declared.py"))
assert _SPEC is not None and _SPEC.loader is not None
declared = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(declared)
check_declared = declared.check

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
DATABASE_KEY = b"k" * 32
DAY_MS = 86_400_000
START_MS = 20_000 * DAY_MS + 12 * 3_600_000
ADMIN = "the-token-of-this-boot"
PORT = 3000


class SeededDice:
    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def random_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)


class ApiEnvironment(NoNetwork):
    """Seeded dice, a clock of its own, threads as in production."""

    def __init__(self, seed: str = "0") -> None:
        self.now_ms = START_MS
        self.step_ms = 1
        self.waited = 0.0  # seconds that a test lets pass at once
        self.dice = SeededDice(seed)

    def wall_ms(self) -> int:
        self.now_ms += self.step_ms
        return self.now_ms

    def monotonic(self) -> float:
        return trio.current_time() + self.waited

    async def run_blocking(self, function: Callable[[*Ts], T], *arguments: *Ts) -> T:
        return await trio.to_thread.run_sync(function, *arguments)


@dataclass
class Shop:
    """One terminal's API and what stands behind it. `key` is a front end's."""

    app: LocalApp
    node: Node
    events: LiveEvents
    front_ends: FrontEnds
    environment: ApiEnvironment
    log: ChangeLog
    key: str
    nursery: trio.Nursery
    client: httpx.AsyncClient

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One request; header names with underscores. `content` bytes are sent as they are."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, bytes):
            named.setdefault("content-type", "application/json")
            return await self.client.request(method, path, content=body, headers=named)
        return await self.client.request(method, path, json=body, headers=named)

    async def open(self, **body: Any) -> dict[str, Any]:
        """A new order."""
        answer = await self.ask("POST", "/api/pedidos", body)
        assert answer.status_code == 201, answer.text
        pedido: dict[str, Any] = answer.json()
        return pedido

    async def post(self, path: str, body: Any = None, status: int = 200) -> dict[str, Any]:
        """A POST that must answer `status`."""
        answer = await self.ask("POST", path, {} if body is None else body)
        assert answer.status_code == status, answer.text
        value: dict[str, Any] = answer.json()
        return value

    async def get(self, path: str) -> dict[str, Any]:
        answer = await self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        value: dict[str, Any] = answer.json()
        return value

    async def all_told(self) -> None:
        """Events of everything that was committed are out."""
        with trio.fail_after(10):
            while self.events.position < self.node.position:
                await trio.lowlevel.checkpoint()


MakeShop = Callable[..., Awaitable[Any]]


def new_key(text: str) -> str:
    """An idempotency key."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@pytest.fixture
def openapi_mistakes() -> Callable[..., list[str]]:
    """`declared.mistakes`: what a value holds that a schema does not declare."""
    found: Callable[..., list[str]] = declared.mistakes
    return found


@pytest.fixture
def identity(tmp_path: Path) -> Identity:
    place = Place(tmp_path / "home", tmp_path / "key")
    made = create_site(place, name="Balcão", letters="A", wall_seconds=0, dice=SeededDice("site"))
    return made.identity


@pytest.fixture
def neighbour(tmp_path: Path, identity: Identity) -> Identity:
    """Another terminal of the same shop."""
    place = Place(tmp_path / "neighbour", tmp_path / "neighbour.key")
    keys = keys_for_joining(place.home, identity.site, SeededDice("neighbour"))
    wanted = applicant_of(keys)
    grant = admit(identity.issuing(), wanted, letters="B", name="Salão", now_seconds=0)
    return install(place, keys, identity.root_der, grant, dice=SeededDice("B"))


@pytest.fixture
def running(tmp_path: Path, identity: Identity) -> Any:
    """`async with running() as shop`: everything runs until the block ends. settings: variables of
    the environment. member: whose terminal it is, unless the first one's."""

    @asynccontextmanager
    async def run(
        name: str = "a",
        settings: Mapping[str, str] | None = None,
        member: Identity = identity,
        **options: Any,
    ) -> AsyncIterator[Shop]:
        variables = {"MALHA_HOME": str(tmp_path), "PORT": str(PORT), **(settings or {})}
        log = ChangeLog.open(tmp_path / f"{name}.db", DATABASE_KEY, tables=TABLES, create=True)
        if log.rows_are_stale:
            fill_rows(log)
        boot = len(log.front_ends()) or ""  # each boot has dice and a key of its own
        environment = ApiEnvironment(f"{name}{boot}")
        credentials = Credentials(
            site=member.site,
            device=member.device,
            letters=member.letters,
            chain=member.encoded_chain,
            signer=member.signing_key,
            program="test",
        )
        node = Node(credentials, log, environment, lambda ms: ms // DAY_MS)
        front_ends = FrontEnds(log, environment, ADMIN)
        events = LiveEvents(node)
        app = create_app(
            node,
            environment=environment,
            front_ends=front_ends,
            events=events,
            config=read_config(variables),
            name="Balcão",
            **options,
        )
        key = front_ends.issue(f"Teste{boot}")
        transport = httpx.ASGITransport(app=app)
        async with (
            httpx.AsyncClient(
                transport=transport,
                base_url=f"http://127.0.0.1:{PORT}",
                headers={"x-api-key": key},
                event_hooks={"response": [check_declared]},
            ) as client,
            trio.open_nursery() as nursery,
        ):
            await nursery.start(node.run)
            await nursery.start(events.run)
            shop = Shop(app, node, events, front_ends, environment, log, key, nursery, client)
            try:
                yield shop
            finally:
                nursery.cancel_scope.cancel()
        log.close()

    return run


@pytest.fixture
async def shop(running: Any) -> AsyncIterator[Shop]:
    async with running() as made:
        yield made


@pytest.fixture
def at_a_socket(running: Any) -> Any:
    """`async with at_a_socket() as served`: `running`, behind a real socket."""

    @asynccontextmanager
    async def serve(name: str = "a", **options: Any) -> AsyncIterator[Served]:
        async with running(name, **options) as shop, trio.open_nursery() as nursery:
            server = HttpServer(shop.app, goodbye=shop.events.goodbye)
            port = await nursery.start(server.serve, "127.0.0.1", 0)
            with trio.fail_after(60):
                yield Served(shop, server, port, nursery)
            nursery.cancel_scope.cancel()

    return serve


@pytest.fixture
async def served(at_a_socket: Any) -> AsyncIterator[Served]:
    async with at_a_socket() as made:
        yield made
