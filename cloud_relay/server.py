"""The composition root: settings → storage → application → Hypercorn, in one nursery.

Rules of this file:
1. Every limit of Hypercorn is set here and named; its defaults are for other programs.
2. SIGTERM and SIGINT stop it gracefully: requests under way are answered, then it ends.
3. One line on standard output says that it is ready, and where.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

import trio
from hypercorn.config import Config
from hypercorn.trio import serve
from starlette.types import ASGIApp
from structlog.typing import FilteringBoundLogger

from cloud_relay.environment import RelayEnvironment
from cloud_relay.http_api import Limits, Relay, World, make_app
from cloud_relay.ingest import Ingest, RelayIdentity
from cloud_relay.key_files import (
    DATABASE_KEY,
    KEY_BYTES,
    SIGNING_KEY,
    KeyFileMissing,
    identity_of,
    make_key,
    read_key,
)
from cloud_relay.projection import TABLES, fill_rows
from cloud_relay.settings import BadSetting, Settings
from cloud_relay.storage.port import RelayStorage
from cloud_relay.storage.sqlite import SqliteStorage
from cloud_relay.tenants import Tenants
from peer.service.logs import adopt_standard_logging, make_logger, stderr_sink
from peer.service.sqlite_errors import DatabaseMissing

GRACE_SECONDS = 5.0
KEEP_ALIVE_SECONDS = 75.0  # longer than the slowest interval of a peer's questions
KEEP_ALIVE_REQUESTS = 1_000_000  # the default of 1,000 closes a busy peer's connection
HEADER_BYTES = 16 * 1024
QUEUED_MESSAGES = 10  # parts of a body read ahead of the handler: 64 KiB each
CONNECTIONS_WAITING = 256


class OpenRelay:
    """An open relay: its identity, its database."""

    def __init__(self, identity: RelayIdentity, storage: RelayStorage) -> None:
        self.identity = identity
        self.storage = storage


@contextmanager
def open_relay(
    settings: Settings, environment: RelayEnvironment, *, rebuild: bool = False
) -> Iterator[OpenRelay]:
    """Keys and database of the settings, made when neither is there yet.

    rebuild: the database is lost; begin with an empty one under the keys that are left. Without it
    a relay whose disk is not mounted would answer every terminal that its token is revoked.
    Raises KeyFileMissing, DatabaseMissing, BadSetting, and what opening a database raises
    (StorageError).
    """
    if settings.postgres is not None:
        raise BadSetting(name="DATABASE_URL", reason="PostgreSQL is not built into this version")
    fresh = not settings.database.exists()
    keys = [settings.home / SIGNING_KEY, settings.home / DATABASE_KEY]
    if fresh and not rebuild and any(each.exists() for each in keys):
        raise DatabaseMissing(path=str(settings.database))
    signing = _key(settings, SIGNING_KEY, environment, fresh=fresh)
    database = _key(settings, DATABASE_KEY, environment, fresh=fresh)
    storage = SqliteStorage.open(
        settings.database, database, tables=TABLES, create=fresh or rebuild
    )
    try:
        if storage.rows_are_stale:
            fill_rows(storage)
        yield OpenRelay(identity_of(signing), storage)
    finally:
        storage.close()


def application(
    relay: OpenRelay, settings: Settings, environment: RelayEnvironment, log: FilteringBoundLogger
) -> ASGIApp:
    """The ASGI application over an open relay."""
    world = World(
        environment.run_blocking,
        environment.wall_ms,
        environment.monotonic,
        lambda: environment.random_bytes(6).hex(),
    )
    face = Relay(
        relay.storage,
        Ingest(relay.storage, relay.identity),
        Tenants(relay.storage, relay.identity.key, settings.admin_key),
        identity=relay.identity,
        limits=Limits(settings.rate, settings.burst),
        world=world,
    )
    return make_app(face, world, log, origins=settings.origins)


async def run(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until a signal. say: called once with the ready line."""
    environment = RelayEnvironment()
    log = make_logger(stderr_sink(None), environment.wall_ms)
    adopt_standard_logging(log)
    with open_relay(settings, environment) as relay:
        app = cast(Any, application(relay, settings, environment, log))
        stop = trio.Event()
        async with trio.open_nursery() as nursery:
            await nursery.start(_stop_on_signal, stop)
            addresses = await nursery.start(
                partial(
                    serve, app, hypercorn_config(settings), shutdown_trigger=stop.wait, mode="asgi"
                )
            )
            say(f"malha-relay ready {' '.join(addresses)}")
            await stop.wait()
    log.info("stopped")


def hypercorn_config(settings: Settings) -> Config:
    """Hypercorn with every limit named."""
    config = Config()
    config.bind = [f"{_bracketed(settings.host)}:{settings.port}"]
    config.backlog = CONNECTIONS_WAITING
    config.graceful_timeout = GRACE_SECONDS
    config.shutdown_timeout = GRACE_SECONDS
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
    config.keep_alive_max_requests = KEEP_ALIVE_REQUESTS
    config.h11_max_incomplete_size = HEADER_BYTES
    config.h2_max_header_list_size = HEADER_BYTES
    config.max_app_queue_size = QUEUED_MESSAGES
    config.alpn_protocols = ["http/1.1"]
    config.include_server_header = False
    config.accesslog = None
    config.loglevel = "WARNING"
    if settings.certificate is not None and settings.tls_key is not None:
        config.certfile = str(settings.certificate)
        config.keyfile = str(settings.tls_key)
    return config


async def _stop_on_signal(
    stop: trio.Event, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        task_status.started()
        async for _ in signals:
            stop.set()
            return


def _key(settings: Settings, name: str, environment: RelayEnvironment, *, fresh: bool) -> bytes:
    path = settings.home / name
    key = read_key(path)
    if key is None:
        if not fresh:
            raise KeyFileMissing(path=str(path))
        key = environment.random_bytes(KEY_BYTES)
        make_key(path, key)
    return key


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
