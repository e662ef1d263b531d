"""The status page, and how it gets in: a key pasted once becomes a cookie of this terminal.

Rules of this file:
1. A secret never stands in an address, in a page or in a readable cookie. The cookie holds a ticket
   made from the stored hash of the key (HMAC), not the key: browsers send cookies to every port of
   a host, so another program on this machine may see it.
2. A ticket counts only for requests of our own page: whatever writes, and every WebSocket, must
   come with our own Origin. Cookies are looked at only where no key header came.
3. Pages are files of this package, read once at start.
"""

from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files

import msgspec
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from peer.http_api.api import Api
from peer.service.http_errors import KeyMissing
from peer.service.routes import Answer, Call

COOKIE = "malha_entrada"
COOKIE_SECONDS = 30 * 24 * 3600  # a shop's browser stays; revoking the key ends it at once
SAFE_METHODS = frozenset({"GET", "HEAD"})

_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/web/status.css": ("status.css", "text/css; charset=utf-8"),
    "/web/status.js": ("status.js", "text/javascript; charset=utf-8"),
    "/web/icone.svg": ("icone.svg", "image/svg+xml"),
}


class SignInBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A chave colada na página."""

    chave: str


async def sign_in(api: Api, call: Call) -> Answer:
    """POST /entrar."""
    ticket = api.front_ends.ticket(call.body_as(SignInBody).chave.strip())
    if ticket is None:
        raise KeyMissing
    return Answer(status=204, headers={"set-cookie": _cookie(ticket, COOKIE_SECONDS)})


async def sign_out(api: Api, call: Call) -> Answer:
    """POST /sair."""
    return Answer(status=204, headers={"set-cookie": _cookie("", 0)})


def page_routes() -> list[BaseRoute]:
    """The page and its files."""
    return [StarletteRoute(path, _file(*described)) for path, described in _FILES.items()]


class CookieKeys:
    """ASGI middleware: the ticket in our cookie becomes the key header that the routes look for."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            headers = Headers(scope=scope)
            ticket = _ticket(headers)
            shows_key = "x-api-key" in headers or "authorization" in headers
            if ticket and not shows_key and _is_ours(scope, headers):
                added = (b"x-api-key", ticket.encode("latin-1", "replace"))
                scope = {**scope, "headers": [*scope["headers"], added]}
        await self._app(scope, receive, send)


def _is_ours(scope: Scope, headers: Headers) -> bool:
    """Whether the request can only be our own page's."""
    origin = headers.get("origin")
    if origin is None:
        # Browsers leave Origin out of plain reads; they never do for writes or WebSockets.
        return scope["type"] == "http" and scope["method"] in SAFE_METHODS
    host = headers.get("host", "")
    return origin.lower() in (f"http://{host.lower()}", f"https://{host.lower()}")


def _ticket(headers: Headers) -> str | None:
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return cookie.value if cookie else None


def _cookie(value: str, seconds: int) -> str:
    return f"{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict"


def _file(name: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    content = (files("peer.web") / name).read_bytes()

    async def answer(request: Request) -> Response:
        return Response(content, media_type=media_type)

    return answer
