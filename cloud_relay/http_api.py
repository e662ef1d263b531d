"""The relay's HTTP face: one route table (`peer.service.routes`) over its two verbs and reports.

Rules of this file:
1. The table says of each route who may call it; nothing is reachable that is not in it. Bodies and
   waiting are bounded by the table's machinery. No redirects, no cookies, no compression.
2. Blocking work (disk, signatures) goes through `run_blocking`; endpoints only translate.
3. An endpoint learns its tenant from the caller, never from the request; what the request names
   must agree with it, or it is answered like what does not exist.
"""

import datetime
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Literal, NamedTuple, Protocol, TypeVar, TypeVarTuple

import msgspec
from starlette.types import ASGIApp
from structlog.typing import FilteringBoundLogger

from cloud_relay.drain import Drain
from cloud_relay.ingest import Ingest, RelayIdentity
from cloud_relay.reports import OrdersPage, Reports, Stats
from cloud_relay.storage.port import BACK_OFFICE, NODE, RelayStorage, Tenant, UnknownSite
from cloud_relay.tenants import ADMIN, Buckets, Caller, NotAuthenticated, Tenants, TooManyRequests
from cloud_relay.tenants import site_of as site_of_text
from crdt_models import __version__
from crdt_models.errors import MalhaError
from crdt_models.ids import DocumentId
from crdt_models.receipts import MAX_UPLOAD_BYTES, VERSION
from peer.service.application import Service
from peer.service.application import starlette_app as router
from peer.service.guard import Guard
from peer.service.http_errors import InvalidField
from peer.service.openapi import openapi
from peer.service.problems import MEDIA_TYPE, encoded, problem_of
from peer.service.routes import PUBLIC, Answer, Call, Endpoint, QueryField, Route

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

CBOR = "application/cbor"
YJS = "application/octet-stream"  # one Yjs update, version 1
READER = "reader"
PERMISSIONS = {NODE: frozenset({NODE}), READER: frozenset({NODE, BACK_OFFICE, ADMIN})}
MAX_PAGE = 500
DEFAULT_PAGE = 100
FARTHEST_DAY = 2**31 - 1  # days since 1970, as in a change
_EPOCH_DAY = datetime.date(1970, 1, 1)
_STORAGE_ERRORS = ("not_durable", "disk_full", "storage_broken")
_TENANT = (
    QueryField("company", "Só com API_SECRET_KEY: a empresa."),
    QueryField("site", "O estabelecimento, 32 dígitos hexadecimais; precisa ser o do token."),
)
_RANGE = (
    QueryField("start_date", "Primeiro dia comercial, AAAA-MM-DD."),
    QueryField("end_date", "Último dia comercial, AAAA-MM-DD."),
    QueryField("limit", f"De 1 a {MAX_PAGE}.", int),
    QueryField("offset", "Quantos pular.", int),
)


class UnknownDocument(MalhaError):
    """No such document, or not one of this tenant."""

    code = "not_found"
    sentence = "There is no such document."


class About(msgspec.Struct, frozen=True):
    """public_key: of the receipts, hexadecimal · version: of the program · api: wire versions."""

    public_key: str
    version: str
    api: tuple[int, ...]


class Health(msgspec.Struct, frozen=True):
    """status: `ok`, or the answer is a problem · version: of the program."""

    status: str
    version: str


class RunBlocking(Protocol):
    """Runs a function that blocks, in a thread."""

    async def __call__(self, function: Callable[[*_Ts], _T], *arguments: *_Ts) -> _T: ...


class World(msgspec.Struct, frozen=True):
    """What the relay takes from the world: threads, clocks, and an id for each fault of ours."""

    run_blocking: RunBlocking
    wall_ms: Callable[[], int]
    monotonic: Callable[[], float]
    incident: Callable[[], str]


class Limits(msgspec.Struct, frozen=True):
    """Of one tenant: requests a second, and how many may be saved up."""

    rate: float
    burst: float


class Relay:
    """The endpoints, and what they need."""

    def __init__(
        self,
        storage: RelayStorage,
        ingest: Ingest,
        tenants: Tenants,
        *,
        identity: RelayIdentity,
        limits: Limits,
        world: World,
    ) -> None:
        self._ingest = ingest
        self._reports = Reports(storage)
        self._tenants = tenants
        self._identity = identity
        self._buckets = Buckets(world.monotonic, limits.rate, limits.burst)
        self._world = world

    async def authenticate(self, key: str) -> Caller | None:
        """See `peer.service.routes.Service`."""
        try:
            return await self._world.run_blocking(self._tenants.caller, key)
        except NotAuthenticated:
            return None

    async def upload(self, call: Call) -> Answer:
        caller = call.caller_as(Caller)
        receipt = await self._world.run_blocking(
            self._ingest.accept,
            _tenant(call),
            caller.name,
            call.body_as(bytes),
            self._world.wall_ms(),
        )
        return Answer(content=receipt, media_type=CBOR)

    async def have(self, call: Call) -> Answer:
        answer = await self._world.run_blocking(
            self._ingest.reply, _tenant(call), call.body_as(bytes), self._world.wall_ms()
        )
        return Answer(content=answer, media_type=CBOR)

    async def document(self, call: Call) -> Answer:
        document = DocumentId(call.path["id"])
        update = await self._world.run_blocking(self._reports.document, _tenant(call), document)
        if update is None:
            raise UnknownDocument
        return Answer(content=update, media_type=YJS)

    async def orders(self, call: Call) -> OrdersPage:
        first, last = _day(call, "start_date", 0), _day(call, "end_date", FARTHEST_DAY)
        limit = _number(call, "limit", DEFAULT_PAGE, 1, MAX_PAGE)
        offset = _number(call, "offset", 0, 0, 2**31)
        return await self._world.run_blocking(
            self._reports.orders, _tenant(call), first, last, limit, offset
        )

    async def stats(self, call: Call) -> Stats:
        return await self._world.run_blocking(self._reports.stats, _tenant(call))

    async def about(self, call: Call) -> About:
        return About(self._identity.key.hex(), __version__, (VERSION,))

    async def health(self, call: Call) -> Health:
        await self._world.run_blocking(self._reports.check)
        return Health("ok", __version__)

    async def description(self, call: Call) -> Answer:
        return Answer(value=describe())

    def limited(self, endpoint: Endpoint) -> Endpoint:
        """`endpoint` behind the tenant's bucket of requests."""

        async def within(call: Call) -> object:
            caller = call.caller_as(Caller)
            try:
                self._buckets.take(caller.tenant or caller.name)
            except TooManyRequests as error:
                status, members = problem_of(error)
                headers = {"retry-after": str(error.seconds)}
                content = encoded(members)
                return Answer(
                    status=status, headers=headers, content=content, media_type=MEDIA_TYPE
                )
            return await endpoint(call)

        return within


class Entry(NamedTuple):
    """A route and the method of `Relay` behind it."""

    handler: Callable[[Relay, Call], Awaitable[object]]
    route: Route


async def _unbound(call: Call) -> object:
    raise AssertionError("a route of the description, not of an application")


def _entry(
    handler: Callable[[Relay, Call], Awaitable[object]],
    method: Literal["GET", "POST"],
    path: str,
    role: str,
    answer: object,
    summary: str,
    *,
    body: object = None,
    query: tuple[QueryField | str, ...] = (),
    errors: tuple[str, ...] = (),
) -> Entry:
    route = Route(
        method=method,
        path=path,
        endpoint=_unbound,
        answer=answer,
        role=role,
        summary=summary,
        body=body,
        query=query,
        errors=errors if role == PUBLIC else (*errors, "unknown_site", "too_many_requests"),
        max_body_bytes=MAX_UPLOAD_BYTES,
    )
    return Entry(handler, route)


TABLE = (
    _entry(
        Relay.upload, "POST", "/v1/changes", NODE, bytes,
        "Recebe alterações assinadas; responde com o recibo assinado.",
        body=bytes, errors=("malformed_message", *_STORAGE_ERRORS),
    ),
    _entry(
        Relay.have, "POST", "/v1/have", NODE, bytes,
        "Responde o que falta a quem pergunta, com o recibo assinado.",
        body=bytes, errors=("malformed_message", "storage_broken"),
    ),
    _entry(
        Relay.document, "GET", "/v1/documents/{id}", READER, bytes,
        "O documento como uma atualização Yjs.",
        query=_TENANT, errors=("not_found", "storage_broken"),
    ),
    _entry(
        Relay.orders, "GET", "/api/orders", READER, OrdersPage,
        "Pedidos de um intervalo de dias comerciais, do mais novo ao mais antigo.",
        query=(*_RANGE, *_TENANT), errors=("storage_broken",),
    ),
    _entry(
        Relay.stats, "GET", "/api/stats", READER, Stats,
        "Quanto o relay guarda do estabelecimento, e o resumo do conteúdo.",
        query=_TENANT, errors=("storage_broken",),
    ),
    _entry(Relay.about, "GET", "/v1/relay", PUBLIC, About, "Quem é este relay."),
    _entry(
        Relay.health, "GET", "/health", PUBLIC, Health,
        "Se responde e lê o banco de dados.", errors=("storage_broken",),
    ),
    _entry(
        Relay.description, "GET", "/openapi.json", PUBLIC, dict[str, Any], "Esta descrição."
    ),
)  # fmt: skip


def make_app(
    relay: Relay, world: World, log: FilteringBoundLogger, *, origins: tuple[str, ...] = ()
) -> ASGIApp:
    """The ASGI application. origins: web pages that may call (CORS_ORIGINS); none by default."""

    def report(incident: str, where: str, error: Exception) -> None:
        log.error("internal_error", incident=incident, where=where, exc_info=error)

    service = Service(
        authenticate=relay.authenticate,
        permissions=PERMISSIONS,
        incident=world.incident,
        report=report,
    )
    # The relay has as many names as its proxy gives it; that is the proxy's to check.
    app = Guard(router(_bound(relay), service), hosts=None, origins=frozenset(origins))
    return Drain(app)


def _bound(relay: Relay) -> list[Route]:
    routes = []
    for handler, route in TABLE:
        endpoint: Endpoint = partial(handler, relay)
        limited = endpoint if route.role == PUBLIC else relay.limited(endpoint)
        routes.append(msgspec.structs.replace(route, endpoint=limited))
    return routes


def describe() -> dict[str, object]:
    """The OpenAPI document."""
    return openapi([route for _, route in TABLE], "Malha relay", __version__)


def _tenant(call: Call) -> Tenant:
    """Whose data the call is about. Raises UnknownSite."""
    caller = call.caller_as(Caller)
    company, site = call.text("company"), call.text("site")
    named = site_of_text(site or "")
    if caller.tenant is None:
        if company is None or named is None:
            raise UnknownSite
        return Tenant(company, named)
    disagrees = (site is not None and named != caller.tenant.site) or (
        company is not None and company != caller.tenant.company
    )
    if disagrees:
        raise UnknownSite
    return caller.tenant


def _day(call: Call, name: str, default: int) -> int:
    """A query field `AAAA-MM-DD` as days since 1970-01-01."""
    text = call.text(name)
    if text is None:
        return default
    try:
        return (datetime.date.fromisoformat(text) - _EPOCH_DAY).days
    except ValueError as error:
        raise InvalidField(field=name, reason="use AAAA-MM-DD") from error


def _number(call: Call, name: str, default: int, least: int, most: int) -> int:
    given = call.number(name)
    value = default if given is None else given
    if not least <= value <= most:
        raise InvalidField(field=name, reason=f"de {least} a {most}")
    return value
