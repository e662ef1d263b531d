"""The local API put together: routes, WebSockets and pages behind one guard.

In front of everything stands the guard (Host, Origin), then the cookie of our own page, then keys.
Whatever answers under `/api` answers under `/api/v1` too: front ends that shops already have ask
there. It is the same address under another name, to permissions and to an Idempotency-Key as well.
"""

import logging

from starlette.types import ASGIApp, Receive, Scope, Send

import crdt_models
from peer.config import Config
from peer.environment import Environment
from peer.http_api import pages
from peer.http_api.api import Api, Mesh, Uplink
from peer.http_api.front_ends import FrontEnd, FrontEnds
from peer.http_api.routes import ADMIN, FRONT_END, openapi_document, routes
from peer.http_api.staff.desk import Desk
from peer.http_api.websockets import websocket_routes
from peer.live_events import LiveEvents
from peer.node.node import Node
from peer.service.application import Service, starlette_app
from peer.service.guard import Guard, local_hosts

INCIDENT_BYTES = 6
# Desktop shells and the development server of the front ends that shops already have.
KNOWN_ORIGINS = frozenset({"tauri://localhost", "http://tauri.localhost", "http://localhost:5173"})
ROOT, FIRST_VERSION = "/api/", "/api/v1/"
_PERMISSIONS = {FRONT_END: frozenset({FRONT_END, ADMIN}), ADMIN: frozenset({ADMIN})}

_log = logging.getLogger("malha.http")

__all__ = ["LocalApp", "create_app", "openapi_document"]


class LocalApp:
    """The application. It answers to no Host until it knows the port it listens at."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        self._hosts: set[str] = set()
        allowed = KNOWN_ORIGINS.union(origins)
        self._app = Guard(pages.CookieKeys(_Versioned(app)), hosts=self._hosts, origins=allowed)

    def listening_at(self, port: int) -> None:
        """From now on the names of loopback with this port are ours."""
        self._hosts |= local_hosts(port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


class _Versioned:
    """ASGI middleware: the first version of the API is the API."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(FIRST_VERSION):
            scope = {**scope, "path": ROOT + scope["path"].removeprefix(FIRST_VERSION)}
        await self._app(scope, receive, send)


def create_app(
    node: Node,
    *,
    environment: Environment,
    front_ends: FrontEnds,
    events: LiveEvents,
    config: Config,
    uplink: Uplink | None = None,
    mesh: Mesh | None = None,
    name: str = "",
) -> LocalApp:
    """The local API of a running node. Call `listening_at` once the port is known."""
    api = Api(
        node=node,
        environment=environment,
        front_ends=front_ends,
        desk=Desk(node, environment, node.credentials.signer),
        live=events,
        uplink=uplink,
        mesh=mesh,
        name=name,
        version=crdt_models.__version__,
        scale_label=config.scale_label,
        time_zone=config.time_zone,
        log_file=config.log,
    )

    async def authenticate(key: str) -> FrontEnd | None:
        return front_ends.verify(key) or front_ends.verify_ticket(key)

    service = Service(
        authenticate=authenticate,
        permissions=_PERMISSIONS,
        incident=lambda: environment.dice.random_bytes(INCIDENT_BYTES).hex(),
        report=_report,
    )
    extra = [*websocket_routes(api, events), *pages.page_routes()]
    app = LocalApp(starlette_app(routes(api), service, extra), config.origins)
    if config.port:
        app.listening_at(config.port)
    return app


def _report(incident: str, what: str, error: Exception) -> None:
    _log.error("incident=%s request=%s", incident, what, exc_info=error)
