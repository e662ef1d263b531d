"""Serves an ASGI application over HTTP/1.1 and WebSocket, inside the caller's nursery.

Rules of this file:
1. Requests are served by `http_connection`. From the one that asks for a WebSocket on Hypercorn
   speaks (h11, wsproto); sockets, deadlines and the end stay ours, because Hypercorn on trio sets
   no deadline on sending and shields it from cancellation.
2. HTTP/2 is not offered: nothing here needs it, and it is a large surface.
3. Every wait on a client has a deadline, see `http_connection`.
4. The end: stop listening, let `goodbye` tell the WebSockets, wait a little, close what is left.
"""

import errno
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import cast

import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.protocol.h11 import H11Protocol
from hypercorn.trio.task_group import TaskGroup
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ASGIFramework, ConnectionState
from starlette.types import ASGIApp

from peer.http_api import http_connection
from peer.http_api.http_connection import HEADER_BYTES, RECEIVE_BYTES, Address, HttpConnection

MAX_CONNECTIONS = 256  # a till has a handful of front ends; a shop, some dozens of phones
WEBSOCKET_MESSAGE_BYTES = 256 * 1024
PING_SECONDS = 4.0  # below READ_SECONDS: the answer to a ping is what keeps a silent WebSocket open
GRACE_SECONDS = 3.0

log = logging.getLogger("malha.http")


class ApiPortTaken(OSError):
    """Another program listens at the API's address."""


class HttpServer:
    """One listening socket and its connections. `serve` once; `statistics` at any time."""

    def __init__(self, app: ASGIApp, *, goodbye: Callable[[], None] = lambda: None) -> None:
        """goodbye: called when stopping, before connections are closed; must not block."""
        # An application that checks the Host header must know the port, which may be any.
        self._app_at: Callable[[int], None] | None = getattr(app, "listening_at", None)
        self._app = app
        self._goodbye = goodbye
        self._config = _limits()
        self._context = WorkerContext(None)
        self._streams: set[trio.SocketStream] = set()
        self._serving: set[HttpConnection] = set()
        self._accepted = self._refused = 0
        self._stopping = trio.Event()
        self._one_ended = trio.Event()

    def statistics(self) -> dict[str, int]:
        """connections open · accepted · refused because there were too many."""
        return {
            "connections": len(self._streams),
            "accepted": self._accepted,
            "refused": self._refused,
        }

    def stop(self) -> None:
        """Ask `serve` to end gracefully. It does within GRACE_SECONDS plus a send."""
        self._stopping.set()

    async def serve(
        self,
        host: str,
        port: int,
        *,
        task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Serves until stopped or cancelled; reports the bound port (`port` 0 takes a free one).

        Raises ApiPortTaken.
        """
        listener = await _listen(host, port)
        bound = int(listener.socket.getsockname()[1])
        if self._app_at is not None:
            self._app_at(bound)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._close_when_over)
                task_status.started(bound)
                with trio.CancelScope() as listening:
                    nursery.start_soon(self._cancel_when_stopping, listening)
                    await self._accept(listener, nursery)
                await self._farewell()
                nursery.cancel_scope.cancel()
        finally:
            await listener.aclose()

    async def _accept(self, listener: trio.SocketListener, nursery: trio.Nursery) -> None:
        await trio.serve_listeners(self._connection, [listener], handler_nursery=nursery)

    async def _cancel_when_stopping(self, scope: trio.CancelScope) -> None:
        await self._stopping.wait()
        scope.cancel()

    async def _farewell(self) -> None:
        """Let running requests end and WebSockets say goodbye."""
        await self._context.terminated.set()
        for connection in self._serving:
            connection.stop()
        self._goodbye()
        with trio.move_on_after(GRACE_SECONDS):
            while self._streams:
                self._one_ended = trio.Event()
                await self._one_ended.wait()

    async def _close_when_over(self) -> None:
        """Closing the socket is what wakes a send that Hypercorn has shielded."""
        try:
            await trio.sleep_forever()
        finally:
            for stream in self._streams:
                stream.socket.close()

    async def _connection(self, stream: trio.SocketStream) -> None:
        if len(self._streams) >= MAX_CONNECTIONS:
            self._refused += 1
            await trio.aclose_forcefully(stream)
            return
        self._accepted += 1
        self._streams.add(stream)
        try:
            await self._converse(stream)
        except Exception:  # a fault met by one client must not end the others'
            log.exception("a connection failed")
        finally:
            self._streams.discard(stream)
            self._one_ended.set()
            await trio.aclose_forcefully(stream)

    async def _converse(self, stream: trio.SocketStream) -> None:
        try:
            addresses = _addresses(stream)
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:  # gone before it began
            return
        http = HttpConnection(
            self._app, stream, addresses, lambda: self._config.response_headers("h11")
        )
        self._serving.add(http)
        try:
            upgrade = await http.run()
        finally:
            self._serving.discard(http)
        if upgrade:
            app = ASGIWrapper(cast(ASGIFramework, self._app))
            await _WebSocket(app, self._config, self._context, stream).run(addresses, upgrade)


class _WebSocket:
    """The I/O shell around Hypercorn's protocol (after its `trio/tcp_server.py`)."""

    def __init__(
        self, app: ASGIWrapper, config: Config, context: WorkerContext, stream: trio.SocketStream
    ) -> None:
        self._app = app
        self._config = config
        self._context = context
        self._stream = stream
        self._one_sender = trio.Lock()
        self._reading = trio.CancelScope()
        self._over = False

    async def run(self, addresses: tuple[Address, Address], upgrade: bytes) -> None:
        """Serves one client until either side ends it. upgrade: what it began with."""
        with trio.CancelScope() as everything:
            async with TaskGroup() as tasks:
                self._protocol = H11Protocol(
                    self._app,
                    self._config,
                    self._context,
                    tasks,
                    ConnectionState({}),
                    False,  # noqa: FBT003  # `ssl`, in Hypercorn's order of arguments
                    *addresses,
                    self._send,
                )
                with self._reading:
                    await self._protocol.handle(RawData(upgrade))
                    await self._read()
                # Nobody is left to answer. A command that was given is not withdrawn by this.
                everything.cancel()

    async def _read(self) -> None:
        try:
            while True:
                with trio.fail_after(http_connection.READ_SECONDS):
                    data = await self._stream.receive_some(RECEIVE_BYTES)
                if not self._over:
                    await self._protocol.handle(RawData(bytes(data)))
                if not data:
                    break
        except (trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError):
            pass
        await self._protocol.handle(Closed())

    async def _send(self, event: Event) -> None:
        if isinstance(event, RawData):
            await self._send_bytes(event.data)
        elif isinstance(event, Closed) or (isinstance(event, Updated) and event.idle):
            await self._hang_up()  # idle: the WebSocket was refused in a plain answer

    async def _send_bytes(self, data: bytes) -> None:
        try:
            async with self._one_sender:
                with trio.fail_after(http_connection.SEND_SECONDS):
                    await self._stream.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError):
            await trio.aclose_forcefully(self._stream)
            await self._protocol.handle(Closed())

    async def _hang_up(self) -> None:
        """Say that nothing more comes, and read on a little: closing with bytes unread resets."""
        if self._over:
            return
        self._over = True
        async with self._one_sender:
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                await self._stream.send_eof()
        self._reading.deadline = trio.current_time() + http_connection.LINGER_SECONDS
        await self._protocol.handle(Closed())


def _limits() -> Config:
    config = Config()
    config.h11_max_incomplete_size = HEADER_BYTES
    config.websocket_max_message_size = WEBSOCKET_MESSAGE_BYTES
    config.websocket_ping_interval = PING_SECONDS
    config.include_server_header = False
    config.errorlog = log
    config.accesslog = None
    return config


async def _listen(host: str, port: int) -> trio.SocketListener:
    try:
        (listener, *others) = await trio.open_tcp_listeners(port, host=host)
    except OSError as failure:
        if failure.errno == errno.EADDRINUSE:
            raise ApiPortTaken(failure.errno, f"{host}:{port} já está em uso") from failure
        raise
    for other in others:  # `localhost` may mean two families; one address is what we promise
        await other.aclose()
    return listener


def _addresses(stream: trio.SocketStream) -> tuple[Address, Address]:
    peer, own = stream.socket.getpeername(), stream.socket.getsockname()
    return (str(peer[0]), int(peer[1])), (str(own[0]), int(own[1]))
