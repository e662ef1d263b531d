"""One table of routes, and the ASGI application made from it.

Rules of this file:
1. A `Route` says everything about an address: what it takes, gives and refuses, and who may call.
   Routing, permissions, OpenAPI and the tests of the documentation all read the same table.
2. Endpoints receive decoded, checked values and return plain ones. They raise MalhaError; the table
   of problems says how that reads. Anything else they raise is a fault of ours: 500 with an id.
3. Whoever calls is decided on the path that is routed (`scope["path"]`), never on a URL put
   together from headers (CVE-2026-48710).
4. A body is counted while it is read, and read within a deadline; nothing else sets those limits.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias, TypeVar
from urllib.parse import parse_qsl

import msgspec
import trio
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Router
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from crdt_models.errors import MalhaError
from peer.service.http_errors import (
    BodyTooLarge,
    BodyTooSlow,
    InvalidField,
    InvalidJson,
    KeyMissing,
    MethodNotAllowed,
    NotJson,
    NotPermitted,
    UnknownRoute,
)
from peer.service.problem_texts import PROBLEMS
from peer.service.problems import MEDIA_TYPE, encoded, has_text, problem_of, unexpected
from peer.service.strict_json import check_text, read_json, shaped

PUBLIC = "public"  # the role of a route that wants no key
MAX_BODY_BYTES = 256 * 1024
BODY_SECONDS = 10.0
MAX_QUERY_FIELDS = 32
JSON = "application/json"
BINARY = ("application/cbor", "application/octet-stream")

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
QueryValue: TypeAlias = str | int | bool
Shape = TypeVar("Shape")


class Caller(Protocol):
    """Whose key a request carried."""

    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...


class QueryField(msgspec.Struct, frozen=True):
    """A parameter after the `?`. kind: str, int or bool · required: 422 without it · values: the
    texts it may be, empty for any · least and most: of a number."""

    name: str
    description: str = ""
    kind: type[str] | type[int] | type[bool] = str
    required: bool = False
    values: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that needs more than a value.

    value: encoded as JSON unless `content` is given · status: the route's own unless given ·
    headers: in lower case · content and media_type: bytes to send as they are.
    """

    value: object = None
    status: int | None = None
    headers: Mapping[str, str] = {}
    content: bytes | None = None
    media_type: str = JSON


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request, as an endpoint sees it.

    path: the values of `{…}` in the route's path · query: the declared fields that came · body: of
    the route's body type, None without one · caller: None on public routes · headers: all of them ·
    route: the method and the path as the table has it.
    """

    path: Mapping[str, str]
    query: Mapping[str, QueryValue]
    body: object
    caller: Caller | None
    headers: Mapping[str, str]
    route: str = ""

    def body_as(self, shape: type[Shape]) -> Shape:
        """The body, which the route declared as `shape`."""
        assert isinstance(self.body, shape), "the route's body type"
        return self.body

    def caller_as(self, kind: type[Shape]) -> Shape:
        """The caller, which `authenticate` made as `kind`."""
        assert isinstance(self.caller, kind), "what authenticate returns"
        return self.caller

    def text(self, name: str) -> str | None:
        """A query field of kind str."""
        value = self.query.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        """A query field of kind int."""
        value = self.query.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, name: str) -> bool | None:
        """A query field of kind bool."""
        value = self.query.get(name)
        return value if isinstance(value, bool) else None

    @property
    def idempotency_key(self) -> str | None:
        return self.headers.get("idempotency-key")

    @property
    def if_match(self) -> str | None:
        """The version in If-Match without its quotes; `*` and absence are None."""
        given = self.headers.get("if-match", "*").strip().removeprefix("W/").strip('"')
        return None if given in ("*", "") else given


Endpoint: TypeAlias = Callable[[Call], Awaitable[object]]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One address.

    path: `/api/pedidos/{id}` · endpoint: async, Call → value, Answer or None (204) · answer: the
    type of what it returns, None for nothing · body: a Struct (JSON), `bytes` (binary) or None ·
    query: fields or bare names · errors: codes beyond those that every route has · role: who may
    call, PUBLIC for anybody · summary: a line of Portuguese · status: of a success · body_optional:
    nothing at all is taken as `{}` · body_shown: the body's type in the description, where the
    endpoint reads a looser one · media_type: of an answer in bytes · takes and gives: names of
    headers that it reads and sends, see `openapi.HEADERS` · also: other statuses of a success, and
    what they mean · beside: a member that stands beside an error's own, by its code.
    """

    method: Method
    path: str
    endpoint: Endpoint
    answer: Any  # a type expression: a Struct, `list[…]`, `dict[…]` …
    role: str
    summary: str
    body: Any = None
    query: tuple[QueryField | str, ...] = ()
    errors: tuple[str, ...] = ()
    status: int = 200
    max_body_bytes: int = MAX_BODY_BYTES
    body_optional: bool = False
    body_shown: Any = None
    media_type: str = BINARY[0]
    takes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    also: Mapping[int, str] = {}
    beside: Mapping[str, tuple[str, Any]] = {}

    @property
    def query_fields(self) -> tuple[QueryField, ...]:
        return tuple(QueryField(it) if isinstance(it, str) else it for it in self.query)


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """What the application asks of the program that it is part of.

    authenticate: key → its owner, or None · permissions: a route's role → the callers' roles that
    may use it · incident: a new id for a fault of ours · report: where such a fault is logged.
    """

    authenticate: Callable[[str], Awaitable[Caller | None]]
    permissions: Mapping[str, frozenset[str]]
    incident: Callable[[], str]
    report: Callable[[str, str, Exception], None]


def starlette_app(
    routes: Sequence[Route], service: Service, extra: Sequence[BaseRoute] = ()
) -> Router:
    """The application: one resource per path. Put a `Guard` in front of it.

    extra: WebSockets and pages, which are not in the table. A table that contradicts itself, or
    names an error with no text, is a bug.
    """
    resources: dict[str, dict[str, Route]] = {}
    for route in routes:
        methods = resources.setdefault(route.path, {})
        assert route.method not in methods, f"{route.method} {route.path} stands twice"
        assert route.role == PUBLIC or route.role in service.permissions, route.role
        assert set(route.errors) <= PROBLEMS.keys(), f"no text: {route.errors} at {route.path}"
        methods[route.method] = route
    # `{` sorts after every letter: /pedidos/abertos is tried before /pedidos/{id}.
    table = [
        StarletteRoute(path, _Resource(resources[path], service)) for path in sorted(resources)
    ]
    return _Table(table, extra, _Nothing(service))


class _Table(Router):
    """A router that finds what stands in the table word for word without trying all routes."""

    def __init__(
        self, table: Sequence[StarletteRoute], extra: Sequence[BaseRoute], default: ASGIApp
    ) -> None:
        # Redirects would be built from the Host header.
        super().__init__([*extra, *table], redirect_slashes=False, default=default)
        self._plain = {each.path: each.app for each in table if "{" not in each.path}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        plain = self._plain.get(scope["path"]) if scope["type"] == "http" else None
        await (plain or super().__call__)(scope, receive, send)


class _Resource:
    """The methods of one path, as an ASGI application."""

    def __init__(self, methods: Mapping[str, Route], service: Service) -> None:
        self._methods = methods
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, headers, body = await self._answer(scope, receive)
        await _send(send, status, headers, b"" if scope["method"] == "HEAD" else body, len(body))

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, dict[str, str], bytes]:
        try:
            return await self._run(scope, receive)
        except MalhaError as error:
            if has_text(type(error)):
                return _refused(error)
            return self._fault(scope, error)
        except Exception as error:  # noqa: BLE001 - reported under an id; the program goes on
            return self._fault(scope, error)

    async def _run(self, scope: Scope, receive: Receive) -> tuple[int, dict[str, str], bytes]:
        wanted = "GET" if scope["method"] == "HEAD" else scope["method"]
        route = self._methods.get(wanted)
        if route is None:
            raise MethodNotAllowed(allowed=", ".join(sorted(self._methods)))
        headers = Headers(scope=scope)
        caller = await self._caller(route, headers)
        call = Call(
            path=_path_values(scope),
            query=_query_values(route, scope),
            body=await _body(route, headers, receive),
            caller=caller,
            headers=headers,
            route=f"{route.method} {route.path}",
        )
        return _encoded(route, await route.endpoint(call))

    async def _caller(self, route: Route, headers: Headers) -> Caller | None:
        if route.role == PUBLIC:
            return None
        key = key_of(headers)
        caller = await self._service.authenticate(key) if key else None
        if caller is None:
            raise KeyMissing
        if caller.role not in self._service.permissions[route.role]:
            raise NotPermitted
        return caller

    def _fault(self, scope: Scope, error: Exception) -> tuple[int, dict[str, str], bytes]:
        incident = self._service.incident()
        self._service.report(incident, f"{scope['method']} {scope['path']}", error)
        status, members = unexpected(incident)
        return status, {"content-type": MEDIA_TYPE}, encoded(members)


class _Nothing:
    """Answers for every path that is not in the table."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        status, headers, body = _refused(UnknownRoute())
        await _send(send, status, headers, body, len(body))


def key_of(headers: Mapping[str, str]) -> str | None:
    """The key that a request shows: `x-api-key`, else `Authorization: Bearer`."""
    given = headers.get("x-api-key")
    if given is None:
        scheme, _, rest = headers.get("authorization", "").partition(" ")
        given = rest if scheme.lower() == "bearer" else ""
    return given.strip() or None


def _refused(error: MalhaError) -> tuple[int, dict[str, str], bytes]:
    status, members = problem_of(error)
    headers = {"content-type": MEDIA_TYPE}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    if status == 429 and "seconds" in members:
        headers["retry-after"] = str(members["seconds"])
    if isinstance(error, MethodNotAllowed):
        headers["allow"] = str(error.details["allowed"])
    return status, headers, encoded(members)


def _path_values(scope: Scope) -> dict[str, str]:
    values = {name: str(value) for name, value in scope.get("path_params", {}).items()}
    for value in values.values():
        try:
            check_text(value)
        except InvalidJson as error:
            raise UnknownRoute from error
    return values


def _query_values(route: Route, scope: Scope) -> dict[str, QueryValue]:
    """The declared fields; others are ignored (front ends add some against caches)."""
    try:
        text = scope.get("query_string", b"").decode("ascii")
        given = dict(parse_qsl(text, max_num_fields=MAX_QUERY_FIELDS, errors="strict"))
    except ValueError as error:
        raise InvalidField(field="?", reason="texto malformado") from error
    values: dict[str, QueryValue] = {}
    for field in route.query_fields:
        if field.name in given:
            values[field.name] = _query_value(field, given[field.name])
        elif field.required:
            raise InvalidField(field=field.name, reason="falta este parâmetro")
    return values


def _query_value(field: QueryField, text: str) -> QueryValue:
    try:
        check_text(text)
        value = shaped(text, field.kind, strict=False)
    except InvalidJson as error:
        raise InvalidField(field=field.name, reason="caractere não aceito") from error
    except InvalidField as error:
        raise InvalidField(field=field.name, reason=str(error.details["reason"])) from error
    if field.values and value not in field.values:
        raise InvalidField(field=field.name, reason=f"use um de {', '.join(field.values)}")
    if field.least is not None and int(value) < field.least:
        raise InvalidField(field=field.name, reason=f"o mínimo é {field.least}")
    if field.most is not None and int(value) > field.most:
        raise InvalidField(field=field.name, reason=f"o máximo é {field.most}")
    return value


async def _body(route: Route, headers: Headers, receive: Receive) -> object:
    if route.body is None:
        return None
    if route.body_optional and _has_no_body(headers):
        return shaped({}, route.body)
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    accepted = BINARY if route.body is bytes else (JSON,)
    if media_type not in accepted:
        raise NotJson(expected=accepted[0])
    data = await _read(receive, headers, route.max_body_bytes)
    return data if route.body is bytes else shaped(read_json(data), route.body)


def _has_no_body(headers: Headers) -> bool:
    return "transfer-encoding" not in headers and headers.get("content-length", "0") == "0"


async def _read(receive: Receive, headers: Headers, limit: int) -> bytes:
    """The whole body. Raises BodyTooLarge before more than `limit` bytes are kept, BodyTooSlow."""
    announced = headers.get("content-length", "")
    if (
        announced.isascii()
        and announced.isdigit()
        and (len(announced) > 18 or int(announced) > limit)
    ):
        raise BodyTooLarge(limit=limit)
    data = bytearray()
    with trio.move_on_after(BODY_SECONDS) as deadline:
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                raise InvalidJson(reason="conexão encerrada")
            data += message.get("body", b"")
            if len(data) > limit:
                raise BodyTooLarge(limit=limit)
            more = message.get("more_body", False)
    if deadline.cancelled_caught:
        raise BodyTooSlow(seconds=int(BODY_SECONDS))
    return bytes(data)


def _encoded(route: Route, given: object) -> tuple[int, dict[str, str], bytes]:
    answer = given if isinstance(given, Answer) else Answer(value=given)
    headers = dict(answer.headers)
    if answer.content is not None:
        headers.setdefault("content-type", answer.media_type)
        return answer.status or route.status, headers, answer.content
    if answer.value is None:
        return answer.status or 204, headers, b""
    headers.setdefault("content-type", answer.media_type)
    return answer.status or route.status, headers, msgspec.json.encode(answer.value)


async def _send(
    send: Send, status: int, headers: Mapping[str, str], body: bytes, length: int
) -> None:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    if status != 204:
        raw.append((b"content-length", str(length).encode("ascii")))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
