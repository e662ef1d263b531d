"""The door in front of every request and WebSocket: whose name was called, and from which page.

Rules of this file:
1. The Host must be exactly one of ours, or 421: a rebound DNS name gets nothing (CVE-2018-5702).
2. An Origin, when there is one, must be our own or on the list, or 403 before any upgrade. No
   Origin is a native program, which still needs its key; `null` is a page that hides, and refused.
3. CORS answers go to listed origins by name, never to `*`, and never allow cookies.
4. Every answer leaves with the security headers, also the refusals.
5. A request with both Content-Length and Transfer-Encoding ends its connection: a proxy in front
   may have cut it elsewhere than we do (RFC 9112 6.3), and what follows would be somebody else's.
"""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crdt_models.errors import MalhaError
from peer.service.http_errors import OriginRefused, TwoLengths, WrongHost
from peer.service.problems import MEDIA_TYPE, encoded, problem_of

SECURITY_HEADERS = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
}
# What every answer bears that does not say otherwise itself.
_EVERYWHERE = [
    (name.encode("ascii"), value.encode("ascii"))
    for name, value in {**SECURITY_HEADERS, "cache-control": "no-store", "vary": "origin"}.items()
]
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
_REQUEST_HEADERS = (
    "authorization, content-type, idempotency-key, if-match, if-none-match, x-api-key,"
    " x-autorizacao, x-operador"
)
_SHOWN_HEADERS = "etag, location, retry-after, idempotency-replayed, malha-durability"
_PREFLIGHT_SECONDS = 600


def local_hosts(port: int) -> frozenset[str]:
    """The names under which a program that listens on loopback is called."""
    return frozenset({f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"})


class Guard:
    """ASGI middleware for HTTP and WebSocket."""

    def __init__(
        self, app: ASGIApp, *, hosts: Collection[str] | None, origins: Collection[str] = ()
    ) -> None:
        """hosts: `name:port` in lower case, exact; None only where a proxy in front checks them.

        origins: `https://host[:port]` of the pages that may call besides our own. Both are looked
        up at each request, so a live set may be given.
        """
        self._app = app
        self._hosts = hosts
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(headers)
        origin = None if refusal else headers.get("origin")
        guarded = _with_headers(send, origin)
        if refusal is not None:
            await _refuse(scope, receive, guarded, refusal)
        elif _is_preflight(scope, headers):
            await _answer_preflight(guarded, headers)
        else:
            await self._app(scope, receive, guarded)

    def _refusal(self, headers: Headers) -> MalhaError | None:
        if "content-length" in headers and "transfer-encoding" in headers:
            return TwoLengths()
        named = headers.getlist("host")
        if len(named) != 1 or (self._hosts is not None and named[0].lower() not in self._hosts):
            return WrongHost()
        origins = headers.getlist("origin")
        if not origins:
            return None
        own = {f"http://{named[0].lower()}", f"https://{named[0].lower()}"}
        known = origins[0] in self._origins or origins[0].lower() in own
        return None if len(origins) == 1 and known else OriginRefused()


def _with_headers(send: Send, origin: str | None) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            given = message.get("headers", ())
            names = {name.lower() for name, _ in given}
            headers = MutableHeaders(
                raw=[*given, *(each for each in _EVERYWHERE if each[0] not in names)]
            )
            if b"vary" in names:
                headers.add_vary_header("origin")
            if origin is not None:
                headers["access-control-allow-origin"] = origin
                headers["access-control-expose-headers"] = _SHOWN_HEADERS
            message["headers"] = headers.raw
        await send(message)

    return sending


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "OPTIONS"
        and "origin" in headers
        and "access-control-request-method" in headers
    )


async def _answer_preflight(send: Send, headers: Headers) -> None:
    answer = {
        "access-control-allow-methods": _METHODS,
        "access-control-allow-headers": _REQUEST_HEADERS,
        "access-control-max-age": str(_PREFLIGHT_SECONDS),
    }
    if headers.get("access-control-request-private-network") == "true":
        # A hosted front end that calls a program in its own shop: browsers ask for this consent.
        answer["access-control-allow-private-network"] = "true"
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b""})


async def _refuse(scope: Scope, receive: Receive, send: Send, error: MalhaError) -> None:
    status, members = problem_of(error)
    body = encoded(members)
    kind = "http"
    if scope["type"] == "websocket":
        await receive()  # the connect event; refusing before it is not allowed
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008})  # becomes 403 before the upgrade
            return
        kind = "websocket.http"
    headers = [
        (b"content-type", MEDIA_TYPE.encode("ascii")),
        (b"content-length", str(len(body)).encode("ascii")),
    ]
    if isinstance(error, TwoLengths):
        headers.append((b"connection", b"close"))
    await send({"type": f"{kind}.response.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.response.body", "body": body})
