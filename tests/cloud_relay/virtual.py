"""The real relay and real uplinks in one process and in virtual time: no sockets, no threads."""

import random
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar, TypeVarTuple

import httpx
import trio

from cloud_relay.http_api import Limits, Relay, World, make_app
from cloud_relay.ingest import Ingest, RelayIdentity
from cloud_relay.key_files import identity_of
from cloud_relay.projection import TABLES
from cloud_relay.storage.port import Site, Tenant
from cloud_relay.storage.sqlite import SqliteStorage
from cloud_relay.tenants import Tenants, create_token
from crdt_models.digests import content_digest
from crdt_models.ids import DeviceId, SiteId
from crdt_models.receipts import decode_upload
from peer.service.logs import Sink, make_logger
from peer.service.settings import Secret
from peer.uplink.uplink import Uplink, UplinkSettings
from tests.cloud_relay.shop import LogNode

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

KEY = bytes(range(32))
URL = "http://relay.invalid"
Answering = Callable[[httpx.Request], httpx.Response | None]


class SeededDice:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def random_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)


class VirtualWorld:
    """trio's clock, which the tests jump, and blocking calls that run where they are made."""

    def __init__(self, seed: int = 1) -> None:
        self.dice = SeededDice(seed)

    def wall_ms(self) -> int:
        return int(trio.current_time() * 1000)

    def monotonic(self) -> float:
        return trio.current_time()

    async def run_blocking(self, function: Callable[[*_Ts], _T], *arguments: *_Ts) -> _T:
        await trio.lowlevel.checkpoint()
        return function(*arguments)


class RelayInside(httpx.AsyncBaseTransport):
    """A relay without a process. `faults`, asked first, may answer in its place or raise."""

    def __init__(self, home: Path, site: SiteId) -> None:
        self._home, self._site = home, site
        self._world = VirtualWorld()
        self._identity: RelayIdentity = identity_of(KEY)
        self.faults: Answering = lambda request: None
        self.requests: list[tuple[float, str]] = []
        self.uploads: Counter[bytes] = Counter()
        self.tenant = Tenant("acme", site)
        self._opened = 0
        self._open()

    def _open(self) -> None:
        self._opened += 1
        path = self._home / f"relay{self._opened}.db"
        self.storage = SqliteStorage.open(path, KEY, tables=TABLES)
        self.storage.add_site(Site(tenant=self.tenant, name="", created=0))
        # The same secret after a wipe, as if the relay's registry had been restored.
        self.token = create_token(
            self.storage,
            self.tenant,
            "n",
            "node",
            secret=KEY,
            relay_key=self._identity.key,
            now_ms=0,
        )
        world = World(
            self._world.run_blocking, self._world.wall_ms, self._world.monotonic, lambda: "incident"
        )
        relay = Relay(
            self.storage,
            Ingest(self.storage, self._identity),
            Tenants(self.storage, self._identity.key, None),
            identity=self._identity,
            limits=Limits(1e9, 1e9),
            world=world,
        )
        log = make_logger(Sink(), world.wall_ms)
        self._inner = httpx.ASGITransport(app=make_app(relay, world, log))

    def wipe(self) -> None:
        """All tenants' data is gone; keys and registry are not."""
        self.storage.close()
        self._open()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append((trio.current_time(), request.url.path))
        answer = self.faults(request)
        if answer is not None:
            return answer
        if request.url.path == "/v1/changes":
            assert isinstance(request.stream, httpx.ByteStream)
            self.uploads.update(decode_upload(b"".join(request.stream)).changes)
        return await self._inner.handle_async_request(request)

    def digest(self) -> str:
        with self.storage.reading(self.tenant) as site:
            return content_digest(site.digests()).hex()

    def uplink(
        self,
        node: LogNode,
        online: Callable[[], Collection[DeviceId]] = lambda: (),
        *,
        seed: int = 1,
        **settings: int | bool,
    ) -> Uplink:
        # The client holds no socket: its transport is this object, which the test closes.
        return Uplink(
            node,
            VirtualWorld(seed),
            httpx.AsyncClient(transport=self),
            UplinkSettings(url=URL, token=Secret(self.token), **settings),  # type: ignore[arg-type]
            online=online,
        )


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for a condition under a deadline (virtual seconds where the clock is)."""
    with trio.fail_after(seconds):
        while not condition():  # noqa: ASYNC110  # what is waited for knows no events
            await trio.sleep(0.01)
