"""The ASGI application made from the table of routes.

Rule of this file: whoever calls is decided on the path that is routed (`scope["path"]`), never on a
URL put together from headers (CVE-2026-48710).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Router
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from crdt_models.errors import MalhaError
from peer.service.http_errors import KeyMissing, MethodNotAllowed, NotPermitted, UnknownRoute
from peer.service.problem_texts import PROBLEMS
from peer.service.problems import MEDIA_TYPE, encoded, has_text, problem_of, unexpected
from peer.service.requests import body_of, key_of, path_values, query_values
from peer.service.routes import PUBLIC, Answer, Call, Caller, Route


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
            path=path_values(scope),
            query=query_values(route, scope),
            body=await body_of(route, headers, receive),
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
