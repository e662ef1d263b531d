"""The terminal: everything put together, in one nursery.

Rules of this file:
1. It decides the order of starting and stopping and nothing else: config → identity → key → log →
   quick check → rows → writer → mesh → uplink → API. Stopping goes the other way.
2. Nothing is served before what it serves is whole, and the one line that says "ready" is printed
   last.
3. A task that ends unexpectedly ends the process: a till that half works is worse than one that
   restarts in a second.
"""

import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import trio

import crdt_models
from crdt_models.read_models import TABLES
from peer.config import ADMIN_TOKEN, API_ADDRESS, Config
from peer.environment import RealEnvironment
from peer.http_api.app import create_app
from peer.http_api.front_ends import FrontEnds
from peer.http_api.server import HttpServer
from peer.identity import Identity, load
from peer.identity.key_files import load_database_key, write_private
from peer.identity.membership import time_floor
from peer.links import LanNetwork
from peer.live_events import LiveEvents
from peer.mesh import Mesh, MeshSettings
from peer.node.authorship import Credentials
from peer.node.node import Node, fill_rows
from peer.service.sqlite_errors import StorageBroken
from peer.storage.change_log import ChangeLog
from peer.uplink.relay_client import make_client
from peer.uplink.uplink import Uplink, UplinkSettings

API_HOST = "127.0.0.1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_logger = logging.getLogger("malha.terminal")


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """What a started terminal says of itself. links: addresses where other terminals connect."""

    letters: str
    name: str
    api: str
    links: tuple[str, ...]


def business_day_of(config: Config) -> Callable[[int], int]:
    """The business day (days since 1970-01-01) of a time in milliseconds."""
    zone = ZoneInfo(config.time_zone)
    cutoff = timedelta(minutes=config.day_cutoff)

    def day_of(wall_ms: int) -> int:
        # A wrong clock may say any time; datetime knows the years 1 to 9999.
        bounded = min(max(wall_ms, 0), 253_000_000_000_000)
        local = (_EPOCH + timedelta(milliseconds=bounded)).astimezone(zone) - cutoff
        return (local.date() - _EPOCH.date()).days

    return day_of


def open_log(config: Config, *, create: bool = False) -> ChangeLog:
    """The terminal's log. create: make an empty one when there is none; otherwise a lost database
    is an error, never silently a new one. Raises KeyMissing and StorageError."""
    key = load_database_key(config.key_file)
    create = create and not (config.database.exists() and config.database.stat().st_size)
    log = ChangeLog.open(config.database, key, tables=TABLES, create=create)
    try:
        if log.unclean:
            wrong = log.quick_check()
            if wrong:
                raise StorageBroken(reason=wrong[0])
        if log.rows_are_stale:
            fill_rows(log)
    except BaseException:
        log.close()
        raise
    return log


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
    rebuild: bool = False,
) -> None:
    """Run until `stopping`: then the API says goodbye, and everything ends. Cancelling ends it at
    once. rebuild: begin with an empty database and fetch all from the neighbours.

    Raises NoIdentity, KeyMissing, StorageError, OSError (a port is taken).
    """
    environment = RealEnvironment()
    identity = await environment.run_blocking(load, config.home)
    log = await environment.run_blocking(partial(open_log, config, create=rebuild))
    async with AsyncExitStack() as stack:
        stack.callback(log.close)
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
    days: list[Mesh] = []  # the mesh needs the node, which asks the mesh for its neighbours' days
    node = Node(
        credentials_of(identity, config),
        log,
        environment,
        business_day_of(config),
        lambda: days[0].neighbours_days() if days else (),
    )
    await nursery.start(node.run)
    mesh = Mesh(node, environment, _mesh_settings(config))
    days.append(mesh)
    links = await nursery.start(mesh.run)
    uplink = _uplink(config, node, mesh, environment, stack)
    if uplink is not None:
        nursery.start_soon(uplink.run)
    events = LiveEvents(node)
    nursery.start_soon(events.run)
    admin_token = environment.dice.random_bytes(32).hex()
    app = create_app(
        node,
        environment=environment,
        front_ends=FrontEnds(log, environment, admin_token),
        uplink=uplink,
        mesh=mesh,
        events=events,
        config=config,
        name=identity.name,
    )
    server, over = HttpServer(app, goodbye=events.goodbye), trio.Event()
    port = await nursery.start(_serve_api, server, config.port, over)
    app.listening_at(port)
    api = f"http://{API_HOST}:{port}"
    await environment.run_blocking(_write_boot_files, config.home, admin_token, api)
    ready(Ready(letters=node.letters, name=identity.name, api=api, links=tuple(links)))
    await stopping.wait()
    server.stop()
    await over.wait()


async def _serve_api(
    server: HttpServer, port: int, over: trio.Event, task_status: trio.TaskStatus[int]
) -> None:
    await server.serve(API_HOST, port, task_status=task_status)
    over.set()


def _write_boot_files(home: Path, admin_token: str, api: str) -> None:
    """How `malha status` on this machine finds and enters the running terminal."""
    write_private(home / ADMIN_TOKEN, admin_token.encode("ascii"))
    write_private(home / API_ADDRESS, api.encode("ascii"))


def _mesh_settings(config: Config) -> MeshSettings:
    return MeshSettings(
        host=config.link_host,
        port=config.link_port,
        peers=tuple(f"{host}:{port}" for host, port in config.peers),
        discover=config.discovery == "mdns",
        program=crdt_models.__version__,
    )


def _uplink(
    config: Config,
    node: Node,
    mesh: Mesh,
    environment: RealEnvironment,
    stack: AsyncExitStack,
) -> Uplink | None:
    """The connection with the relay; None when none is configured."""
    if config.relay_url is None or config.relay_token is None:
        return None
    http = make_client(config.relay_ca)
    stack.push_async_callback(http.aclose)
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
