"""Peers as real processes on loopback, and the cables between them.

Identities and databases are made here in this process, as `malha site create`, `invite` and `join`
would make them (the demo walks that way); everything else is the program's own.
"""

import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from re import compile as pattern

import trio

from crdt_models.change import Change, decode_change
from peer.config import read_config
from peer.environment import RealEnvironment
from peer.http_api.front_ends import FrontEnds
from peer.identity import Identity, load
from peer.storage.change_log import ChangeLog
from peer.terminal import open_log
from simulations.demo.cables import LOOPBACK, Cable
from simulations.demo.processes import Child, ended_with_us
from simulations.demo.shop import free_ports, new_key
from simulations.demo.till import Away, Till
from tests.peer.conftest import Shop

PATIENCE_SECONDS = 40.0  # a deadline for conditions, never a measurement
LOOK_SECONDS = 0.05
SELLERS = 8  # front ends that sell at once
_READY = pattern(r"^malha \S+ pronto http://")
ORDER = {
    "tipo": "balcao",
    "itens": [
        {
            "produto_id": "hawaiian_m",
            "nome": "Hawaiian M",
            "quantidade": 1,
            "preco_unitario": 13.25,
        }
    ],
}


class PeerProcess:
    """One terminal: a home, two ports, a process that may come and go."""

    def __init__(self, nursery: trio.Nursery, home: Path, name: str) -> None:
        self.name = name
        self.home = home
        self.api_port, self.link_port = free_ports(2)
        self._nursery = nursery
        self._settings = {
            "MALHA_HOME": str(home),
            "PORT": str(self.api_port),
            "MALHA_LINK_HOST": LOOPBACK,
            "MALHA_LINK_PORT": str(self.link_port),
            "MALHA_DISCOVERY": "off",
        }
        with closing(self.open_log(create=not (home / "malha.db").exists())) as log:
            key = FrontEnds(log, RealEnvironment()).issue(f"test {name}")
        self.till = Till(name, f"http://{LOOPBACK}:{self.api_port}", key)
        self.child: Child | None = None

    @property
    def identity(self) -> Identity:
        return load(self.home)

    @property
    def address(self) -> str:
        """Where others link to it without a cable."""
        return f"{LOOPBACK}:{self.link_port}"

    @property
    def pid(self) -> int:
        assert self.child is not None and self.child.pid is not None, f"{self.name} does not run"
        return self.child.pid

    def open_log(self, *, create: bool = False) -> ChangeLog:
        """Its database, while it is off."""
        return open_log(read_config(self._settings), create=create)

    def changes(self) -> list[Change]:
        """All it holds, while it is off."""
        with closing(self.open_log()) as log:
            return [decode_change(logged.data) for logged in log.since(0, 100_000)]

    async def start(self, peers: Iterable[str] = ()) -> None:
        settings = {**self._settings, "MALHA_PEERS": ",".join(peers)}
        log = self.home.with_suffix(".out")
        self.child = Child(self.name, ["peer", "run"], settings, log)
        await self._nursery.start(self.child.run, _READY)

    async def stop(self) -> None:
        if self.child is not None:
            await self.child.stop()

    async def kill(self) -> None:
        """SIGKILL."""
        assert self.child is not None
        await self.child.kill()

    def freeze(self) -> None:
        """SIGSTOP: its sockets stand, and nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    # --- as a front end sees it

    async def sell(self, orders: int = 1) -> None:
        waiting = iter(range(orders))

        async def seller() -> None:
            for _ in waiting:
                await self.till.post("/api/pedidos", new_key(), ORDER)

        async with trio.open_nursery() as nursery:
            for _ in range(min(orders, SELLERS)):
                nursery.start_soon(seller)

    async def figures(self) -> tuple[int, str]:
        """How many changes it holds, and their digest."""
        found = await self.till.get("/api/estatisticas")
        return int(found["posicao"]), str(found["digest"])

    async def neighbours(self) -> set[str]:
        """The devices it has links with."""
        found = await self.till.get("/api/sync/malha")
        return {str(each["dispositivo"]) for each in found["ligacoes"]}

    async def disputes(self) -> list[str]:
        """The kinds of what a person must settle."""
        found = await self.till.get("/api/conflitos")
        return [str(each["tipo"]) for each in found["conflitos"]]


class Peers:
    """Processes and cables of one test, in one folder. `site` makes the terminals of a site."""

    def __init__(self, nursery: trio.Nursery, folder: Path) -> None:
        self._nursery = nursery
        self._folder = folder
        self.all: list[PeerProcess] = []

    def site(self, name: str, letters: str) -> list[PeerProcess]:
        """The terminals of a new site, none of them running."""
        now = int(time.time())
        made = Shop(self._folder / name, name, now=now)
        for each in letters[1:]:
            made.terminal(each, now=now)
        return [self._peer(self._folder / name / each, f"{name} {each}") for each in letters]

    def copy(self, peer: PeerProcess, name: str) -> PeerProcess:
        """Another machine with this one's disk, which must be off."""
        home = peer.home.with_name(name)
        copy_home(peer.home, home)
        return self._peer(home, name)

    def _peer(self, home: Path, name: str) -> PeerProcess:
        peer = PeerProcess(self._nursery, home, name)
        self.all.append(peer)
        return peer

    async def cable(self, to: PeerProcess) -> "HeldCable":
        cable = HeldCable(self._nursery, to.link_port)
        await cable.plug()
        return cable


class HeldCable(Cable):
    """A cable that can also fall silent without breaking: nothing arrives, nothing is reset."""

    def __init__(self, nursery: trio.Nursery, target: int) -> None:
        super().__init__(nursery, target)
        self._passing = trio.Event()
        self._passing.set()

    def hold(self) -> None:
        self._passing = trio.Event()

    async def _pump(
        self, source: trio.SocketStream, sink: trio.SocketStream, connection: trio.CancelScope
    ) -> None:
        await super()._pump(_Gate(source, self), sink, connection)  # type: ignore[arg-type]

    async def passing(self) -> None:
        await self._passing.wait()


class _Gate:
    """What is received waits here while the cable is held."""

    def __init__(self, stream: trio.SocketStream, cable: HeldCable) -> None:
        self._stream = stream
        self._cable = cable

    async def receive_some(self, most: int) -> bytes:
        data = await self._stream.receive_some(most)
        await self._cable.passing()
        return bytes(data)


def copy_home(source: Path, target: Path) -> None:
    """A disk image: MALHA_HOME and the key beside it."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    shutil.copy(source.with_name(source.name + ".key"), target.with_name(target.name + ".key"))


@asynccontextmanager
async def open_peers(folder: Path) -> AsyncIterator[Peers]:
    """Whatever a test starts here has ended afterwards."""
    async with trio.open_nursery() as nursery:
        peers = Peers(nursery, folder)
        try:
            yield peers
        finally:
            children = [each.child for each in peers.all if each.child is not None]
            async with ended_with_us(children):
                for each in peers.all:
                    await each.till.close()
        nursery.cancel_scope.cancel()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for it; a terminal that gives no answer now is asked again. Raises TooSlowError."""
    with trio.fail_after(PATIENCE_SECONDS):
        while True:
            try:
                if await condition():
                    return
            except Away:
                pass
            await trio.sleep(LOOK_SECONDS)


async def converged(peers: Sequence[PeerProcess], changes: int | None = None) -> None:
    """Wait until all hold the same changes: so many, when that is known."""

    async def equal() -> bool:
        figures = [await each.figures() for each in peers]
        return len(set(figures)) == 1 and changes in (None, figures[0][0])

    await until(equal)


async def linked(peers: Sequence[PeerProcess], counts: Sequence[int] | None = None) -> None:
    """Wait until each has so many links; a full mesh when nothing is said."""
    wanted = counts or [len(peers) - 1] * len(peers)

    async def stand() -> bool:
        found = [len(await each.neighbours()) for each in peers]
        return found == list(wanted)

    await until(stand)
