"""Doors of the local API: requests to the application, WebSocket messages, raw bytes at the port.

Rules of this file:
1. Requests are made from the route table and the types of its bodies, so a new route is tried
   without a word here. Ids of this terminal stand in inputs as placeholders such as `@order@`.
2. Whatever is asked, the answer is one well-formed answer and no 500.
3. Raw bytes go through the server's own connection shell in memory, on a clock that jumps.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from functools import cache
from random import Random
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import unquote

import h11
import msgspec
import trio
import trio.testing

from peer.http_api.routes import routes
from peer.http_api.server import HttpServer
from peer.service.routes import Route
from simulations.fuzz.door import Door, Use, require
from simulations.fuzz.memory_terminal import Booted, MemoryTerminal, open_terminal
from simulations.fuzz.mutation import (
    any_bytes,
    bytes_changed,
    few,
    text_changed,
    tree_changed,
)
from simulations.fuzz.nonsense import Pools, fields_of, packed, unpacked

HOST = b"127.0.0.1:3000"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "X" * 40)
_IDS = {"id": "@order@", "item": "@line@", "pagamento": "@payment@", "nome": "fuzz"}
_QUERIES = (
    "", "dia=todos", "dia=hoje", "dia=2015-11-27", "dia=x", "limite=2", "limite=-1",
    "limite=99999999999999999999", "desde=gaFh", "desde=%FF", "status=aberto", "aberto=false",
    "mesa=@table@", "motivo=%F0%9F%8D%95", "&&&==", "a=1&" * 40, "sucesso=talvez", "tipo=%00",
)  # fmt: skip
_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"if-match", b'"@version@"'), (b"if-match", b"*"), (b"if-match", b'W/"x"'),
    (b"if-match", b"\xff"),
    (b"if-none-match", b'"@version@"'), (b"origin", b"http://localhost:5173"), (b"origin", b"null"),
    (b"origin", b"https://evil.example"), (b"host", b"evil.example"), (b"range", b"bytes=0-,0-,0-"),
    (b"content-length", b"99999999999999999999999"), (b"content-length", b"-1"),
    (b"content-length", b"\xb2"), (b"content-type", b"text/plain"), (b"content-encoding", b"gzip"),
    (b"content-type", b"application/json; charset=utf-16"), (b"cookie", b"malha=mft_x; a=\xff"),
    (b"authorization", b"Bearer @key@"), (b"authorization", b"Basic \xff\xfe"),
    (b"x-api-key", b"\xff"),
    (b"x-api-key", b"@admin@"), (b"accept", b"*/*"), (b"accept-encoding", b"gzip;q=2"),
    (b"idempotency-key", b"\xe9" * 40), (b"idempotency-key", b"0" * 32), (b"idempotency-key", b""),
    (b"access-control-request-method", b"PUT"),
    (b"access-control-request-private-network", b"true"),
    (b"upgrade", b"websocket"), (b"connection", b"upgrade"), (b"expect", b"100-continue"),
    (b"x" * 300, b"y" * 5000),
)  # fmt: skip
_UPGRADE = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
)
_RAW_HEADERS = (
    b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked", b"Content-Length: 5",
    b"Content-Length: 5, 6", b"Content-Length: +5", b"Expect: 100-continue", b"Connection: close",
    b"Upgrade: h2c\r\nHTTP2-Settings: AAAA\r\nConnection: Upgrade, HTTP2-Settings", b" folded",
    _UPGRADE, b"Host: b", b"X: \0", b"X\xff: y", b": z",
)  # fmt: skip


@cache
def _routes() -> tuple[Route, ...]:
    return tuple(routes())


def _seed_body(dice: Random, route: Route) -> bytes:
    """What the route's type accepts, then changed, then perhaps broken."""
    if route.body is None:
        return b"" if dice.random() < 0.8 else any_bytes(dice)
    tree: Any = {"cliente": "Ana", "flags": {"a": True}, "mesa_id": "@table@"}
    if isinstance(route.body, type) and issubclass(route.body, msgspec.Struct):
        tree = fields_of(Pools(dice), route.body)
    if dice.random() < 0.6:
        tree = tree_changed(dice, tree)
    text = json.dumps(tree, default=_as_json, ensure_ascii=dice.random() < 0.5)
    if dice.random() < 0.1:
        text = text_changed(dice, text)
    data = text.encode("utf-8", "surrogatepass")
    return bytes_changed(dice, data) if dice.random() < 0.1 else data


def _as_json(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else repr(value)


def _any_path(dice: Random, route: Route) -> str:
    path = route.path
    for name, value in _IDS.items():
        given = "@table@" if name == "id" and "mesas" in path else value
        given = "order:@order@" if "documentos" in path else given
        if dice.random() < 0.1:
            given = dice.choice(
                ("%00", "%ED%A0%80", "..", "x" * 3000, "0" * 32, "%2F", "tables", "")
            )
        path = path.replace("{" + name + "}", given)
    if dice.random() < 0.03:
        path = text_changed(dice, path).encode("ascii", "replace").decode("ascii")
    query = dice.choice(_QUERIES) if dice.random() < 0.4 else ""
    if dice.random() < 0.03:
        query = text_changed(dice, query).encode("ascii", "replace").decode("ascii")
    return f"{path}?{query}" if query else path


def _any_headers(dice: Random, body: bytes) -> list[list[bytes]]:
    """As a good client sends them; one or two missing, doubled or strange."""
    key = b"@admin@" if dice.random() < 0.3 else b"@key@"
    headers = [
        [b"host", HOST],
        [b"x-api-key", key],
        [b"content-type", b"application/json"],
        [b"content-length", str(len(body)).encode()],
        [b"idempotency-key", dice.randbytes(16).hex().encode()],
    ]
    while dice.random() < 0.35:
        at = dice.randrange(len(headers)) if headers else 0
        throw = dice.random()
        if throw < 0.2 and headers:
            del headers[at]
        elif throw < 0.3 and headers:
            headers.append(headers[at])
        else:
            headers.append(list(dice.choice(_HEADERS)))
    return headers


def _any_request(dice: Random) -> list[Any]:
    """[method, path with query, headers, body in pieces]"""
    route = dice.choice(_routes())
    body = _seed_body(dice, route)
    method = route.method if dice.random() < 0.93 else dice.choice(_METHODS)
    cut = dice.randrange(len(body) + 1) if dice.random() < 0.2 else len(body)
    return [method, _any_path(dice, route), _any_headers(dice, body), [body[:cut], body[cut:]]]


def _make_http(dice: Random) -> bytes:
    return packed([_any_request(dice) for _ in range(few(dice, 5))])


@contextmanager
def _open_http() -> Iterator[Use]:
    with open_terminal() as terminal:

        def use(data: bytes) -> bool:
            return bool(trio.run(_ask_all, terminal, unpacked(data), clock=_jumping()))

        yield use


async def _ask_all(terminal: MemoryTerminal, requests: Sequence[Any]) -> bool:
    good = False
    async with terminal.boot() as booted:
        for method, path, headers, pieces in requests:
            told = [[name, terminal.told(value)] for name, value in headers]
            place = terminal.told(path.encode("ascii")).decode("ascii")
            body = [terminal.told(piece) for piece in pieces]
            good = await ask(booted, method, place, told, body) < 400 or good
    return good


async def ask(
    booted: Booted,
    method: str,
    place: str,
    headers: Sequence[Sequence[bytes]],
    body: Sequence[bytes] = (),
) -> int:
    """One request as the server would hand it over. The status; raises Broken for a bad answer."""
    path, _, query = place.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method.upper(),
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": [(bytes(name), bytes(value)) for name, value in headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 3000),
    }
    waiting = [
        {"type": "http.request", "body": piece, "more_body": index + 1 < len(body)}
        for index, piece in enumerate(body)
    ] or [{"type": "http.request", "body": b"", "more_body": False}]
    sent: list[Any] = []

    async def receive() -> Any:
        await trio.lowlevel.checkpoint()
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        await trio.lowlevel.checkpoint()
        sent.append(message)

    await booted.app(scope, receive, send)
    return _checked_answer(sent)


def _checked_answer(sent: Sequence[Any]) -> int:
    require(len(sent) >= 2 and sent[0]["type"] == "http.response.start", "no answer")
    require(sum(each["type"] == "http.response.start" for each in sent) == 1, "two answers")
    status = int(sent[0]["status"])
    kind = b""
    for name, value in sent[0]["headers"]:
        require(type(name) is bytes and type(value) is bytes, "a header that is no bytes")
        require(not set(name + value) & {0, 10, 13}, f"a header with a line end: {name!r}")
        kind = value if name == b"content-type" else kind
    body = b"".join(each.get("body", b"") for each in sent[1:])
    if b"json" in kind and body:
        msgspec.json.decode(body)
    require(status < 500, f"status {status}: {body[:200]!r}")
    return status


def _jumping() -> Any:
    return trio.testing.MockClock(autojump_threshold=0)


# --- WebSocket messages

_MESSAGES = (
    '{"type":"auth","key":"@key@"}', '{"type":"auth","key":5}', '{"type":"ping"}', '{"type":[]}',
    '{"type":"subscribe","kinds":[],"cursor":0}', '{"type":"subscribe","cursor":-9007199254740991}',
    '{"type":"subscribe","kinds":["pedido_criado",""],"cursor":9007199254740991}', "[]", "null", "",
    '{"type":"subscribe","kinds":{"a":1}}', '{"type":"get_pedidos"}', "{", "[" * 3000, "\ud800",
)  # fmt: skip


def _make_live(dice: Random) -> bytes:
    texts = [dice.choice(_MESSAGES) for _ in range(dice.choice((1, 3, 8)))]
    if dice.random() < 0.03:
        texts *= 120 // len(texts)
    told = [text_changed(dice, each) if dice.random() < 0.3 else each for each in texts]
    messages = [each.encode("utf-8", "surrogatepass") for each in told]
    headers = _any_headers(dice, b"") if dice.random() < 0.7 else [[b"host", HOST]]
    path = dice.choice(("/ws/sync", "/ws/pedidos", "/ws/outro"))
    return packed([path, headers, messages, dice.random() < 0.05])


@contextmanager
def _open_live() -> Iterator[Use]:
    with open_terminal() as terminal:

        def use(data: bytes) -> bool:
            return bool(trio.run(_talk, terminal, *unpacked(data), clock=_jumping()))

        yield use


async def _talk(
    terminal: MemoryTerminal, path: str, headers: Any, messages: Any, is_binary: bool
) -> bool:
    waiting: list[Any] = [{"type": "websocket.connect"}]
    for each in messages:
        told = terminal.told(each)
        text = {"text": told.decode("utf-8", "surrogatepass")}
        waiting.append({"type": "websocket.receive", **({"bytes": told} if is_binary else text)})
    sent: list[Any] = []

    async def receive() -> Any:
        await trio.sleep(0.01)
        return waiting.pop(0) if waiting else {"type": "websocket.disconnect", "code": 1006}

    async def send(message: Any) -> None:
        await trio.lowlevel.checkpoint()
        sent.append(message)

    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "path": path,
        "query_string": b"",
        "headers": [(name, terminal.told(value)) for name, value in headers],
        "extensions": {"websocket.http.response": {}},
    }
    async with terminal.boot() as booted:
        with trio.fail_after(60):
            await booted.app(scope, receive, send)
    require(bool(sent), "a conversation without an answer")
    for each in sent:
        if each["type"] == "websocket.send":
            msgspec.json.decode(each["text"])
    return len(sent) > 2


# --- raw bytes at the port


def _make_raw(dice: Random) -> bytes:
    """One to three requests on one connection, as text of HTTP, then broken."""
    told = b""
    for _ in range(few(dice, 3)):
        method, place, headers, pieces = _any_request(dice)
        lines = [f"{method} {place} HTTP/1.1".encode("ascii")]
        lines += [name + b": " + value for name, value in headers]
        lines += [dice.choice(_RAW_HEADERS) for _ in range(few(dice, 3) - 1)]
        told += b"\r\n".join(lines) + b"\r\n\r\n" + b"".join(pieces)
    return bytes_changed(dice, told) if dice.random() < 0.5 else told


@contextmanager
def _open_raw() -> Iterator[Use]:
    with open_terminal() as terminal:
        # Hypercorn 0.18 answers a malformed WebSocket handshake itself, then lets the application
        # answer too. h11 refuses the second answer and that connection ends.
        terminal.tolerate(h11.LocalProtocolError)

        def use(data: bytes) -> bool:
            return bool(trio.run(_connect, terminal, terminal.told(data), clock=_jumping()))

        yield use


async def _connect(terminal: MemoryTerminal, data: bytes) -> bool:
    async with terminal.boot() as booted:
        server = HttpServer(cast(Any, booted.app), goodbye=booted.events.goodbye)
        ours, theirs = trio.testing.memory_stream_pair()
        heard = bytearray()
        with trio.fail_after(600):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_say, theirs, data)
                nursery.start_soon(_hear, theirs, heard)
                await server._connection(cast(Any, _SocketStream(ours)))
                await theirs.aclose()
        require(not server.statistics()["connections"], "a connection that never ends")
    require(not heard or heard.startswith(b"HTTP/1.1 "), f"an answer that is none: {heard[:80]!r}")
    require(not heard.startswith(b"HTTP/1.1 500"), f"a fault: {heard[-300:]!r}")
    return heard.startswith((b"HTTP/1.1 20", b"HTTP/1.1 101"))


async def _say(stream: Any, data: bytes) -> None:
    with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
        for at in range(0, len(data), 4096):
            await stream.send_all(data[at : at + 4096])


async def _hear(stream: Any, heard: bytearray) -> None:
    with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
        while piece := await stream.receive_some():
            heard += piece


class _SocketStream:
    """A memory stream where a socket's is expected."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.socket = SimpleNamespace(
            getpeername=lambda: ("127.0.0.1", 1),
            getsockname=lambda: ("127.0.0.1", 3000),
            close=self._close,
        )

    def setsockopt(self, *_: int) -> None:
        """A memory stream has none."""

    async def receive_some(self, count: int | None = None) -> bytes:
        return bytes(await self._stream.receive_some(count))

    async def send_all(self, data: bytes) -> None:
        await self._stream.send_all(data)

    async def send_eof(self) -> None:
        await self._stream.send_eof()

    async def aclose(self) -> None:
        self._close()
        await trio.lowlevel.checkpoint()

    def _close(self) -> None:
        self._stream.send_stream.close()
        self._stream.receive_stream.close()


def http_doors() -> list[Door]:
    """The doors of the local API."""
    return [
        Door(
            name="http",
            what="requests to the local API",
            make=_make_http,
            open=_open_http,
            keeps=True,
        ),
        Door(
            name="live",
            what="WebSocket messages of front ends",
            make=_make_live,
            open=_open_live,
            keeps=True,
        ),
        Door(
            name="port",
            what="raw bytes at the API's port",
            make=_make_raw,
            open=_open_raw,
            keeps=True,
        ),
    ]
