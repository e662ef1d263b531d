"""The terminal: everything put together, in one nursery.

Rules of this file:
1. It decides the order of starting and stopping and nothing else: config → identity → key → log →
   quick check → rows → writer → mesh → uplink → API. Stopping goes the other way.
2. Nothing is served before what it serves is whole, and the one line that says "ready" is printed
   last.
3. A task that ends unexpectedly ends the process: a till that half works is worse than one that
   restarts in a second.
"""

import gc
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import httpx
import msgspec
import trio

import crdt_models
from crdt_models.documents.command import Moment
from crdt_models.documents.settings.commands import settings_view
from crdt_models.read_models import TABLES
from crdt_models.replication.settings import GossipSettings
from peer.config import ADMIN_TOKEN, API_ADDRESS, Config
from peer.environment import Environment, RealEnvironment
from peer.http_api.app import LocalApp, create_app
from peer.http_api.front_ends import FrontEnds
from peer.http_api.server import HttpServer
from peer.identity import Identity, load
from peer.identity.admissions import Admissions
from peer.identity.key_files import load_database_key, write_private
from peer.identity.membership import time_floor
from peer.links import LanNetwork
from peer.live_events import LiveEvents
from peer.mesh import Mesh, MeshSettings
from peer.node.authorship import Credentials
from peer.node.members import announce_all
from peer.node.node import Node, fill_rows
from peer.service.sqlite_driver import SQLCIPHER, Driver
from peer.service.sqlite_errors import DatabaseDamaged, StorageBroken, is_damage
from peer.service.sqlite_writer import set_aside_damaged
from peer.storage.change_log import ChangeLog
from peer.uplink.relay_client import make_client
from peer.uplink.uplink import Uplink, UplinkSettings

API_HOST = "127.0.0.1"
GOSSIP = GossipSettings()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_logger = logging.getLogger("malha.terminal")


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """What a started terminal says of itself. links: addresses where other terminals connect."""

    letters: str
    name: str
    api: str
    links: tuple[str, ...]


class Parts(NamedTuple):
    """A running terminal without its HTTP server: what production and the simulator share."""

    node: Node
    mesh: Mesh
    uplink: Uplink | None
    events: LiveEvents
    front_ends: FrontEnds
    app: LocalApp
    admin_token: str


def business_day_of(
    config: Config, cutoff_of_site: Callable[[], int | None]
) -> Callable[[int], int]:
    """The business day (days since 1970-01-01) of a time in milliseconds. It ends at the minute
    that the site's settings say now, or else at this terminal's own."""
    zone = ZoneInfo(config.time_zone)

    def day_of(wall_ms: int) -> int:
        said = cutoff_of_site()
        cutoff = timedelta(minutes=config.day_cutoff if said is None else said)
        return ((_local(wall_ms, zone) - cutoff).date() - _EPOCH.date()).days

    return day_of


def moment_of(config: Config) -> Callable[[int], Moment]:
    """Weekday and minute, where the shop is, of a time in milliseconds."""
    zone = ZoneInfo(config.time_zone)

    def moment(wall_ms: int) -> Moment:
        local = _local(wall_ms, zone)
        return Moment(local.weekday(), local.hour * 60 + local.minute)

    return moment


def _local(wall_ms: int, zone: ZoneInfo) -> datetime:
    # A wrong clock may say any time; datetime knows the years 1 to 9999.
    bounded = min(max(wall_ms, 0), 253_000_000_000_000)
    return (_EPOCH + timedelta(milliseconds=bounded)).astimezone(zone)


def open_log(config: Config, *, create: bool = False, driver: Driver = SQLCIPHER) -> ChangeLog:
    """The terminal's log. create: make an empty one when there is none; otherwise a lost database
    is an error, never silently a new one. Raises KeyMissing, DatabaseDamaged and what
    `ChangeLog.open` raises."""
    key = load_database_key(config.key_file)
    create = create and not (config.database.exists() and config.database.stat().st_size)
    try:
        log = ChangeLog.open(config.database, key, tables=TABLES, create=create, driver=driver)
        try:
            _make_whole(log)
        except BaseException:
            log.close(orderly=False)  # what was found wrong is looked for again, not served
            raise
    except StorageBroken as broken:
        cause = broken.__cause__
        if isinstance(cause, Exception) and not is_damage(driver.code(cause)):
            raise  # a sync that failed, say: the file may be whole
        reason = broken.details["reason"]
        raise DatabaseDamaged(path=str(config.database), reason=reason) from broken
    return log


def _make_whole(log: ChangeLog) -> None:
    if log.unclean:
        wrong = log.quick_check()
        if wrong:
            raise StorageBroken(reason=wrong[0].splitlines()[-1])
    if log.rows_are_stale:
        fill_rows(log)


def rebuild_log(config: Config, told: Callable[[Path], None]) -> ChangeLog:
    """The log, empty when it is lost; a damaged one is moved aside, and `told` where to. A whole
    one stays. Raises what `open_log` raises."""
    aside = set_aside_damaged(config.database, load_database_key(config.key_file))
    if aside is not None:
        _logger.warning("database_set_aside path=%s", aside)
        told(aside)
    return open_log(config, create=True)


def credentials_of(identity: Identity, config: Config) -> Credentials:
    """Who writes on this terminal."""
    return Credentials(
        site=identity.site,
        device=identity.device,
        letters=config.letters or identity.letters,
        chain=identity.encoded_chain,
        signer=identity.signing_key,
        program=crdt_models.__version__,
    )


async def run_terminal(
    config: Config,
    ready: Callable[[Ready], None],
    *,
    stopping: trio.Event,
    opening: Callable[[Config], ChangeLog] = open_log,
) -> None:
    """Run until `stopping`: then the API says goodbye, and everything ends. Cancelling ends it at
    once. opening: `rebuild_log` fetches from the neighbours what was lost.

    Raises NoIdentity, KeyMissing, StorageError, OSError (a port is taken).
    """
    environment = RealEnvironment()
    identity = await environment.run_blocking(load, config.home)
    log = await environment.run_blocking(partial(opening, config))
    async with AsyncExitStack() as stack:
        stack.push(lambda kind, _, __: log.close(orderly=kind is None))
        nursery = await stack.enter_async_context(trio.open_nursery())
        environment.network = LanNetwork(
            identity,
            nursery=nursery,
            dice=environment.dice,
            floor=lambda: time_floor(environment.wall_ms() // 1000),
        )
        await _serve(config, identity, log, environment, stack, nursery, ready, stopping)
        nursery.cancel_scope.cancel()


async def _serve(
    config: Config,
    identity: Identity,
    log: ChangeLog,
    environment: RealEnvironment,
    stack: AsyncExitStack,
    nursery: trio.Nursery,
    ready: Callable[[Ready], None],
    stopping: trio.Event,
) -> None:
    """Returns when the API has ended; the rest still runs."""
    http = None
    if config.relay_url is not None:
        http = make_client(config.relay_ca)
        stack.push_async_callback(http.aclose)
    parts = await start_parts(config, identity, log, environment, http, nursery)
    server, over = HttpServer(parts.app, goodbye=parts.events.goodbye), trio.Event()
    port = await nursery.start(_serve_api, server, config.port, over)
    parts.app.listening_at(port)
    api = f"http://{API_HOST}:{port}"
    await environment.run_blocking(_write_boot_files, config.home, parts.admin_token, api)
    node, links = parts.node, parts.mesh.addresses
    admitted = await environment.run_blocking(Admissions(config.home).chains)
    await announce_all(node, admitted)  # those let in while this terminal was off
    _settle_memory()
    ready(Ready(letters=node.letters, name=identity.name, api=api, links=links))
    await stopping.wait()
    server.stop()
    await over.wait()


def _settle_memory() -> None:
    """What stands now stays until the end: the collector need not walk it with each request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def start_parts(
    config: Config,
    identity: Identity,
    log: ChangeLog,
    environment: Environment,
    http: httpx.AsyncClient | None,
    nursery: trio.Nursery,
    gossip: GossipSettings = GOSSIP,
) -> Parts:
    """Start all of a terminal but its HTTP server; it runs in `nursery` from here on.

    http: how the relay is reached, None when it is not. OSError: the links' port is taken.
    """
    days: list[Mesh] = []  # the mesh needs the node, which asks the mesh for its neighbours' days
    nodes: list[Node] = []  # and the day of the node ends when its own settings say
    node = Node(
        credentials_of(identity, config),
        log,
        environment,
        business_day_of(config, lambda: settings_view(nodes[0].view).day_cutoff if nodes else None),
        lambda: days[0].neighbours_days() if days else (),
        moment_of(config),
    )
    nodes.append(node)
    await nursery.start(node.run)
    mesh = Mesh(node, environment, _mesh_settings(config, gossip))
    days.append(mesh)
    await nursery.start(mesh.run)
    uplink = _uplink(config, node, mesh, environment, http)
    if uplink is not None:
        nursery.start_soon(uplink.run)
    events = LiveEvents(node)
    nursery.start_soon(events.run)
    admin_token = environment.dice.random_bytes(32).hex()
    front_ends = FrontEnds(log, environment, admin_token)
    app = create_app(
        node,
        environment=environment,
        front_ends=front_ends,
        uplink=uplink,
        mesh=mesh,
        events=events,
        config=config,
        name=identity.name,
    )
    return Parts(node, mesh, uplink, events, front_ends, app, admin_token)


async def _serve_api(
    server: HttpServer, port: int, over: trio.Event, task_status: trio.TaskStatus[int]
) -> None:
    await server.serve(API_HOST, port, task_status=task_status)
    over.set()


def _write_boot_files(home: Path, admin_token: str, api: str) -> None:
    """How `malha status` on this machine finds and enters the running terminal."""
    write_private(home / ADMIN_TOKEN, admin_token.encode("ascii"))
    write_private(home / API_ADDRESS, api.encode("ascii"))


def _mesh_settings(config: Config, gossip: GossipSettings) -> MeshSettings:
    return MeshSettings(
        host=config.link_host,
        port=config.link_port,
        peers=tuple(f"{host}:{port}" for host, port in config.peers),
        discover=config.discovery == "mdns",
        program=crdt_models.__version__,
        gossip=gossip,
    )


def _uplink(
    config: Config,
    node: Node,
    mesh: Mesh,
    environment: Environment,
    http: httpx.AsyncClient | None,
) -> Uplink | None:
    """The connection with the relay; None when none is configured."""
    if http is None or config.relay_url is None or config.relay_token is None:
        return None
    settings = UplinkSettings(
        url=config.relay_url,
        token=config.relay_token,
        interval_ms=config.sync_interval_ms,
        auto=config.sync_auto,
        retry_attempts=config.retry_attempts,
        retry_base_delay_ms=config.retry_base_delay_ms,
        retry_max_delay_ms=config.retry_max_delay_ms,
        offline=config.offline_mode,
    )
    return Uplink(node, environment, http, settings, online=mesh.online)
