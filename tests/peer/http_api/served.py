"""The server on a real socket, and what tests say to it."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import trio
from trio_websocket import ConnectionClosed, wrap_client_stream

from peer.http_api.server import HttpServer

SECONDS = 20  # no test waits so long unless it fails


class Served:
    """A shop behind a real socket."""

    def __init__(self, shop: Any, server: HttpServer, port: int, nursery: trio.Nursery) -> None:
        self.shop = shop
        self.server = server
        self.port = port
        self.nursery = nursery

    @asynccontextmanager
    async def socket(
        self, path: str = "/ws/sync", *, key: str | None = None, **headers: str
    ) -> AsyncIterator[Any]:
        """A WebSocket with the front end's key in the handshake (`key=""`: without)."""
        shown = self.shop.key if key is None else key
        extra = [("x-api-key", shown)] if shown else []
        extra += list(headers.items())
        host = f"127.0.0.1:{self.port}"
        stream = await trio.open_tcp_stream("127.0.0.1", self.port)
        try:
            talk = await wrap_client_stream(self.nursery, stream, host, path, extra_headers=extra)
            yield talk
        finally:
            # The library leaves its socket open when the other side closed first.
            await trio.aclose_forcefully(stream)

    async def upgrade(self, path: str = "/ws/sync", **headers: str) -> bytes:
        """The first line that answers a handshake."""
        named = {
            "host": f"127.0.0.1:{self.port}",
            "upgrade": "websocket",
            "connection": "Upgrade",
            "sec-websocket-version": "13",
            "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
            **headers,
        }
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
        found = await self.raw("\r\n".join([*lines, "", ""]).encode())
        return found.partition(b"\r\n")[0]

    async def raw(self, data: bytes) -> bytes:
        """Everything that comes back until the other side closes."""
        stream = await trio.open_tcp_stream("127.0.0.1", self.port)
        async with stream:
            await stream.send_all(data)
            found = b""
            with trio.fail_after(SECONDS):
                while piece := await stream.receive_some():
                    found += piece
        return found


async def heard(talk: Any) -> dict[str, Any]:
    with trio.fail_after(SECONDS):
        message: dict[str, Any] = json.loads(await talk.get_message())
    return message


async def until(holds: Callable[[], bool]) -> None:
    with trio.fail_after(SECONDS):
        while not holds():  # noqa: ASYNC110  # the server has no event for what is asked here
            await trio.sleep(0.005)


async def closed_with(talk: Any) -> int:
    try:
        while True:
            await heard(talk)
    except ConnectionClosed as closed:
        return int(closed.reason.code)


async def subscribed(talk: Any, **more: Any) -> dict[str, Any]:
    assert (await heard(talk))["type"] == "connection"
    await talk.send_message(json.dumps({"type": "subscribe", **more}))
    return await heard(talk)


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[Served]:
    """An application of a test's own."""
    async with trio.open_nursery() as nursery:
        server = HttpServer(app)
        port = await nursery.start(server.serve, "127.0.0.1", 0)
        with trio.fail_after(60):
            yield Served(None, server, port, nursery)
        nursery.cancel_scope.cancel()
