"""Several whole terminals in one process: real nodes, databases, TLS links and meshes on loopback.

Only time is shortened: the interval T of gossip is a tenth of the real one. Frames can be spoiled
on their way by `Spoiled`, which stands where a terminal's network stands.
"""

import hashlib
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path

import pytest
import trio

from crdt_models.documents.orders.commands import NewLine, OpenOrder
from crdt_models.ids import CommandId
from crdt_models.read_models import TABLES
from crdt_models.replication.settings import GossipSettings
from peer.environment import Network, RealEnvironment
from peer.identity import Identity
from peer.links import LanNetwork
from peer.links.doorkeeper import Limits
from peer.mesh import Mesh, MeshSettings
from peer.node.authorship import Credentials
from peer.node.node import Node, fill_rows
from peer.storage.change_log import ChangeLog
from tests.peer.conftest import Shop

INTERVAL_SECONDS = 0.2
PATIENCE_SECONDS = 120.0  # a deadline for conditions, never a measurement
DAY_MS = 86_400_000
DATABASE_KEY = b"k" * 32
PIZZA = NewLine(product="hawaiian_m", name="Hawaiian M", unit_centavos=1325)

WrapNetwork = Callable[[Network], Network]
_sales = count()  # no two commands of a test run have one id


def open_database(path: Path) -> ChangeLog:
    log = ChangeLog.open(path, DATABASE_KEY, tables=TABLES, create=not path.exists())
    fill_rows(log)
    return log


class Standing:
    """One terminal that runs. `stop` ends it in order; its database stays."""

    def __init__(self, identity: Identity, node: Node, mesh: Mesh, scope: trio.CancelScope) -> None:
        self.identity = identity
        self.node = node
        self.mesh = mesh
        self._scope = scope
        self._ended = trio.Event()

    @property
    def address(self) -> str:
        return self.mesh.addresses[0]

    async def sell(self, orders: int = 1) -> None:
        """Orders, one change each (and one more for the first of this boot)."""
        for _ in range(orders):
            key = CommandId(hashlib.sha256(str(next(_sales)).encode()).digest()[:16])
            await self.node.execute(
                OpenOrder(service_type="balcao", lines=(PIZZA,)), command_id=key
            )

    async def stop(self) -> None:
        self._scope.cancel()
        await self._ended.wait()

    def ended(self) -> None:
        self._ended.set()


class MeshShop:
    """Terminals of one site in one nursery. Start them with the addresses they shall dial."""

    def __init__(self, nursery: trio.Nursery, folder: Path, seed: str) -> None:
        self._nursery = nursery
        self.folder = folder
        self.site = Shop(folder, seed, now=int(time.time()))
        self._identities = {"A": self.site.admin}

    def identity(self, letters: str) -> Identity:
        if letters not in self._identities:
            self._identities[letters] = self.site.terminal(letters, now=int(time.time()))
        return self._identities[letters]

    async def start(
        self,
        letters: str,
        peers: Iterable[str] = (),
        *,
        wrap: WrapNetwork | None = None,
        limits: Limits | None = None,
        database: str | None = None,
        discover: bool = False,
        interval: float = INTERVAL_SECONDS,
        port: int = 0,
    ) -> Standing:
        """database: the name of its file, the letters when None. wrap: put around its network."""
        start = partial(
            self._run,
            self.identity(letters),
            self.folder / f"{database or letters}.db",
            MeshSettings(
                host="127.0.0.1",
                port=port,
                peers=tuple(peers),
                discover=discover,
                gossip=GossipSettings(interval=interval),
            ),
            wrap,
            limits,
        )
        standing: Standing = await self._nursery.start(start)
        return standing

    async def _run(
        self,
        identity: Identity,
        database: Path,
        settings: MeshSettings,
        wrap: WrapNetwork | None,
        limits: Limits | None,
        task_status: trio.TaskStatus[Standing],
    ) -> None:
        environment = RealEnvironment()
        log = open_database(database)
        meshes: list[Mesh] = []
        node = Node(
            Credentials(
                identity.site,
                identity.device,
                identity.letters,
                identity.encoded_chain,
                identity.signing_key,
                "test",
            ),
            log,
            environment,
            lambda ms: ms // DAY_MS,
            lambda: meshes[0].neighbours_days() if meshes else (),
        )
        mesh = Mesh(node, environment, settings)
        meshes.append(mesh)
        standing = None
        try:
            async with trio.open_nursery() as nursery:
                network: Network = LanNetwork(
                    identity,
                    nursery=nursery,
                    dice=environment.dice,
                    floor=lambda: int(time.time()),
                    limits=limits,
                )
                environment.network = network if wrap is None else wrap(network)
                await nursery.start(node.run)
                await nursery.start(mesh.run)
                standing = Standing(identity, node, mesh, nursery.cancel_scope)
                task_status.started(standing)
        finally:
            log.close()
            if standing is not None:
                standing.ended()


async def until(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for it. The deadline only turns a wait for ever into a failure."""
    with trio.fail_after(seconds):
        while not condition():  # noqa: ASYNC110 - it belongs to other tasks
            await trio.sleep(0.005)


async def converged(terminals: Sequence[Standing], changes: int) -> None:
    """Wait until all hold the same changes, so many."""
    await until(
        lambda: (
            {each.node.position for each in terminals} == {changes}
            and len({each.node.content_digest() for each in terminals}) == 1
        )
    )


async def linked(terminals: Sequence[Standing]) -> None:
    """Wait for a full mesh."""
    others = len(terminals) - 1
    await until(lambda: all(len(each.mesh.online()) == others for each in terminals))


OpenMeshShop = Callable[..., "AsyncIterator[MeshShop]"]


@pytest.fixture
def open_mesh_shop(tmp_path: Path):
    """`async with open_mesh_shop() as shop` → a MeshShop whose terminals end with the block."""

    @asynccontextmanager
    async def opened(seed: str = "shop") -> AsyncIterator[MeshShop]:
        folder = tmp_path / seed
        folder.mkdir()
        async with trio.open_nursery() as nursery:
            yield MeshShop(nursery, folder, seed)
            nursery.cancel_scope.cancel()

    return opened
