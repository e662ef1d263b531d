"""The cloud relay of a simulated world: the real application and database, reached through trouble.

Rules of this file:
1. `RelayDoor` is a transport of httpx: what a peer's client sends goes through the way's condition
   (refused, slow, an answer lost on the way …) and then to the real ASGI application.
2. Each condition is one named function in `TROUBLES`; adding one is one function there.
3. The relay's machine may stop, lose its disk, or be put back to an earlier day.
"""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any, TypeVar, TypeVarTuple

import httpx
import trio
from msgspec import Struct
from msgspec.structs import replace

from cloud_relay.environment import RelayEnvironment
from cloud_relay.server import OpenRelay, application, open_relay
from cloud_relay.settings import settings_from
from cloud_relay.storage.port import NODE, Site, Tenant
from cloud_relay.tenants import create_token
from crdt_models.digests import content_digest
from crdt_models.ids import ChangeId, SiteId
from peer.service.logs import Sink, make_logger
from simulations.simulator.asgi import call
from simulations.simulator.clocks import WallClock
from simulations.simulator.impostor import Impostor
from simulations.simulator.timers import sleep
from simulations.simulator.trace import Trace
from simulations.simulator.wires import Gate, Wires

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

RELAY = "relay"
URL = "https://relay.invalid"
COMPANY = "pizzaria"
CONNECT_SECONDS = 5.0
SLOW_SECONDS = (5.0, 60.0)
UPLOADS = "/v1/changes"
CBOR = {"content-type": "application/cbor"}
WAY_SECONDS = (0.01, 0.08)  # to a data centre and back


class Reply(Struct, frozen=True):
    """An answer on its way. breaks: the connection ends after these bytes of the body."""

    status: int
    headers: dict[str, str]
    body: bytes
    breaks: bool = False


class _Body(httpx.AsyncByteStream):
    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._reply.body
        if self._reply.breaks:
            raise httpx.RemoteProtocolError("the connection ended in the middle")


def _response(reply: Reply) -> httpx.Response:
    return httpx.Response(reply.status, headers=reply.headers, stream=_Body(reply))


class SimRelayEnvironment(RelayEnvironment):
    """The relay's world."""

    def __init__(self, clock: WallClock, dice: Random) -> None:
        super().__init__()
        self._clock, self._dice = clock, dice

    def wall_ms(self) -> int:
        return self._clock.now_ms()

    def monotonic(self) -> float:
        return trio.current_time()

    def random_bytes(self, count: int) -> bytes:
        return self._dice.randbytes(count)

    async def run_blocking(self, function: Callable[[*_Ts], _T], *arguments: *_Ts) -> _T:
        await trio.lowlevel.checkpoint()
        return function(*arguments)


class SimRelay:
    """The relay's machine."""

    def __init__(self, folder: Path, dice: Random, trace: Trace) -> None:
        self._folder, self._dice, self._trace = folder, dice, trace
        self._home = folder / "home"
        self.clock = WallClock()
        self.environment = SimRelayEnvironment(self.clock, dice)
        self.impostor = Impostor(dice)
        self.troubles: dict[str, str] = {}  # host ("" = everyone) → its name in TROUBLES
        self._saved = 0
        self._starts = 0
        self._found: set[ChangeId] = set()  # in its database, since its start
        self._founded: Path | None = None
        self._stack = ExitStack()
        self._open: OpenRelay | None = None
        self._app: Any = None

    @property
    def on(self) -> bool:
        return self._open is not None

    @property
    def open(self) -> OpenRelay:
        assert self._open is not None, "the relay is off"
        return self._open

    def start(self) -> None:
        """Raises what production raises."""
        settings = settings_from(
            {
                "MALHA_RELAY_HOME": str(self._home),
                "MALHA_RELAY_RATE": "1000",
                "MALHA_RELAY_BURST": "1000",
            }
        )
        self._starts += 1
        self._found = set()
        self._open = self._stack.enter_context(open_relay(settings, self.environment))
        log = make_logger(Sink(), self.environment.wall_ms)
        self._app = application(self._open, settings, self.environment, log)

    def stop(self) -> None:
        self._open = self._app = None
        self._stack.close()

    def register(self, site: SiteId, nodes: list[str]) -> dict[str, str]:
        """A site and a token for each of its terminals: letters → token."""
        tenant = Tenant(COMPANY, site)
        now = self.environment.wall_ms()
        self.open.storage.add_site(Site(tenant=tenant, name="Pizzaria", created=now))
        tokens = {node: self.admit(site, node) for node in nodes}
        self._founded = self.save()
        return tokens

    def admit(self, site: SiteId, node: str) -> str:
        """A token for one more terminal."""
        return create_token(
            self.open.storage,
            Tenant(COMPANY, site),
            node,
            NODE,
            secret=self._dice.randbytes(32),
            relay_key=self.open.identity.key,
            now_ms=self.environment.wall_ms(),
        )

    def save(self) -> Path:
        """A backup of the machine as it is now; for `put_back`."""
        self.stop()
        self._saved += 1
        saved = self._folder / f"saved-{self._saved}"
        shutil.copytree(self._home, saved)
        self.start()
        return saved

    def put_back(self, saved: Path) -> None:
        """Yesterday's backup: the keys are the same, what came since is gone."""
        self.stop()
        shutil.rmtree(self._home)
        shutil.copytree(saved, self._home)
        self.start()

    def wipe(self) -> None:
        """The disk died; keys and tokens were kept elsewhere, no change was."""
        assert self._founded is not None, "register first"
        self.put_back(self._founded)

    def held(self, site: SiteId, changes: Iterable[ChangeId]) -> frozenset[ChangeId]:
        """Those of `changes` that it holds. Nothing leaves it but with its whole disk: what was
        found since its start is not looked up again."""
        asked = frozenset(changes)
        with self.open.storage.reading(Tenant(COMPANY, site)) as reads:
            self._found |= reads.holds_many(asked - self._found)
        return asked & self._found

    def content_digest(self, site: SiteId) -> bytes:
        """As a peer's, over what the relay holds."""
        with self.open.storage.reading(Tenant(COMPANY, site)) as reads:
            return content_digest(reads.digests())

    async def answer(self, request: httpx.Request) -> Reply:
        """The real application's."""
        if self._app is None:
            raise httpx.ConnectError("refused")
        start = self._starts
        place = request.url.raw_path.decode("ascii")
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        headers["host"] = "relay.invalid"
        content = await request.aread()
        try:
            status, answered, body = await call(self._app, request.method, place, headers, content)
        except Exception as error:
            if self._open is None or self._starts != start:  # stopped under the request
                raise httpx.ReadError("connection reset") from error
            raise
        return Reply(status, answered, body)


class Way(Struct, frozen=True):
    """What a trouble may do with one exchange. go_on: as if there were no trouble · path, body: of
    the request · before: the last answer that this terminal had to an upload, if any · impostor:
    a relay with a key of its own."""

    go_on: Callable[[], Awaitable[Reply]]
    path: str
    body: bytes
    before: Reply | None
    impostor: Impostor


class RelayDoor(httpx.AsyncBaseTransport):
    """How one terminal reaches the relay."""

    def __init__(
        self,
        relay: SimRelay,
        wires: Wires,
        host: str,
        gate: Gate,
        dice: Random,
        trace: Trace,
    ) -> None:
        self._relay, self._wires, self._host, self._gate = relay, wires, host, gate
        self._dice, self._trace = dice, trace
        self._uploaded: Reply | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self._gate.passed()
        try:
            return await self._exchange(request)
        finally:
            await self._gate.passed()

    async def _exchange(self, request: httpx.Request) -> httpx.Response:
        if not self._wires.reachable(self._host, RELAY):
            await sleep(CONNECT_SECONDS)
            raise httpx.ConnectTimeout("no answer", request=request)
        await sleep(self._dice.uniform(*WAY_SECONDS))

        async def go_on() -> Reply:
            reply = await self._relay.answer(request)
            await sleep(self._dice.uniform(*WAY_SECONDS))
            if not self._wires.reachable(self._host, RELAY):
                raise httpx.ReadTimeout("cut", request=request)
            if request.url.path == UPLOADS and reply.status == 200:
                self._uploaded = reply
            return reply

        name = self._relay.troubles.get(self._host) or self._relay.troubles.get("")
        if name is None:
            return _response(await go_on())
        self._trace.fired[f"relay_{name}"] += 1
        body = await request.aread()
        way = Way(go_on, request.url.path, body, self._uploaded, self._relay.impostor)
        return _response(await TROUBLES[name](way, self._dice))


class RelayClient(httpx.AsyncClient):
    """What a terminal talks through: httpx without what it does beside (cookies, redirects, logs),
    which no terminal asks for and every exchange would pay for."""

    def __init__(self, door: RelayDoor) -> None:
        super().__init__(transport=door, trust_env=False)
        self._door = door

    async def send(self, request: httpx.Request, **_: Any) -> httpx.Response:
        response = await self._door.handle_async_request(request)
        response.request = request
        return response


async def _refused(way: Way, dice: Random) -> Reply:
    raise httpx.ConnectError("refused")


async def _broken(way: Way, dice: Random) -> Reply:
    return Reply(500, {}, b"oops")


async def _busy(way: Way, dice: Random) -> Reply:
    return Reply(503, {"retry-after": str(dice.randrange(1, 20))}, b"")


async def _slow(way: Way, dice: Random) -> Reply:
    await sleep(dice.uniform(*SLOW_SECONDS))
    return await way.go_on()


async def _answer_lost(way: Way, dice: Random) -> Reply:
    await way.go_on()
    raise httpx.ReadError("connection reset")


async def _truncated(way: Way, dice: Random) -> Reply:
    whole = await way.go_on()
    return replace(whole, body=whole.body[: dice.randrange(len(whole.body) + 1)], breaks=True)


async def _garbage(way: Way, dice: Random) -> Reply:
    return Reply(200, CBOR, dice.randbytes(200))


async def _flipped(way: Way, dice: Random) -> Reply:
    whole = await way.go_on()
    body = bytearray(whole.body)
    if body:
        body[dice.randrange(len(body))] ^= 1 << dice.randrange(8)
    return replace(whole, body=bytes(body))


async def _captive_portal(way: Way, dice: Random) -> Reply:
    page = b"<html><body>Bem-vindo ao Wi-Fi do shopping</body></html>"
    return Reply(200, {"content-type": "text/html"}, page)


async def _redirect(way: Way, dice: Random) -> Reply:
    return Reply(302, {"location": "http://portal.invalid/"}, b"")


async def _told_before(way: Way, dice: Random) -> Reply:
    """Something in between answers an upload with what it kept of an earlier one."""
    if way.path != UPLOADS or way.before is None:
        return await way.go_on()
    return way.before


async def _impostor(way: Way, dice: Random) -> Reply:
    """Another relay answers, for a site that it never heard of, and keeps nothing."""
    return Reply(200, CBOR, way.impostor.answer(way.path == UPLOADS, way.body))


TROUBLES: dict[str, Callable[[Way, Random], Awaitable[Reply]]] = {
    "refused": _refused,
    "broken": _broken,
    "busy": _busy,
    "slow": _slow,
    "answer_lost": _answer_lost,
    "truncated": _truncated,
    "garbage": _garbage,
    "flipped": _flipped,
    "captive_portal": _captive_portal,
    "redirect": _redirect,
    "told_before": _told_before,
    "impostor": _impostor,
}
