"""Serves an ASGI application over HTTP/1.1 and WebSocket, inside the caller's nursery.

Rules of this file:
1. Hypercorn speaks the protocol (h11, wsproto); sockets, deadlines and the end are ours, because
   Hypercorn on trio sets no deadline on sending and shields it from cancellation.
2. HTTP/2 is not offered: nothing here needs it, and it is a large surface.
3. Every wait on a client has a deadline: headers (IDLE_SECONDS from the end of the last request),
   each piece of a body, each send. A client that stops reading loses its connection.
4. The end: stop listening, let `goodbye` tell the WebSockets, wait a little, close what is left.
"""

import errno
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias, cast

import h11
import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.protocol.h11 import (
    H2CProtocolRequiredError,
    H2ProtocolAssumedError,
    H11Protocol,
)
from hypercorn.trio.task_group import TaskGroup
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ASGIFramework, ConnectionState
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_CONNECTIONS = 256  # a till has a handful of front ends; a shop, some dozens of phones
HEADER_BYTES = 16 * 1024
WEBSOCKET_MESSAGE_BYTES = 256 * 1024
READ_SECONDS = 10.0
SEND_SECONDS = 10.0
PING_SECONDS = 4.0  # below READ_SECONDS: the answer to a ping is what keeps a silent WebSocket open
IDLE_SECONDS = 9.0
GRACE_SECONDS = 3.0
LINGER_SECONDS = 2.0  # after an early answer (413), so that a reset does not swallow it
RECEIVE_BYTES = 64 * 1024
_WITHOUT_LIMIT = 2**62  # Hypercorn would close a kept-alive connection after 1,000 requests

Address: TypeAlias = tuple[str, int]

log = logging.getLogger("malha.http")


class ApiPortTaken(OSError):
    """Another program listens at the API's address."""


class HttpServer:
    """One listening socket and its connections. `serve` once; `statistics` at any time."""

    def __init__(self, app: ASGIApp, *, goodbye: Callable[[], None] = lambda: None) -> None:
        """goodbye: called when stopping, before connections are closed; must not block."""
        # An application that checks the Host header must know the port, which may be any.
        self._app_at: Callable[[int], None] | None = getattr(app, "listening_at", None)
        self._app = ASGIWrapper(cast(ASGIFramework, _reading_to_the_end(app)))
        self._goodbye = goodbye
        self._config = _limits()
        self._context = WorkerContext(None)
        self._streams: set[trio.SocketStream] = set()
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
            await _Connection(self._app, self._config, self._context, stream).run()
        except Exception:  # a fault met by one client must not end the others'
            log.exception("a connection failed")
        finally:
            self._streams.discard(stream)
            self._one_ended.set()


class _Connection:
    """The I/O shell around Hypercorn's HTTP/1.1 protocol (after its `trio/tcp_server.py`)."""

    def __init__(
        self, app: ASGIWrapper, config: Config, context: WorkerContext, stream: trio.SocketStream
    ) -> None:
        self._app = app
        self._config = config
        self._context = context
        self._stream = stream
        self._one_sender = trio.Lock()
        self._idle = trio.CancelScope()
        self._reading = trio.CancelScope()
        self._over = False
        self._deaf = False

    async def run(self) -> None:
        """Serves one client until either side ends it."""
        try:
            addresses = _addresses(self._stream)
            self._stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:  # gone before it began
            await trio.aclose_forcefully(self._stream)
            return
        try:
            with trio.CancelScope() as everything:
                async with TaskGroup() as tasks:
                    self._begin(tasks, *addresses)
                    with self._reading:
                        await self._read()
                    # Nobody is left to answer. A command that was given is not withdrawn by this.
                    everything.cancel()
        finally:
            await trio.aclose_forcefully(self._stream)

    def _begin(self, tasks: TaskGroup, client: Address, server: Address) -> None:
        self._tasks = tasks
        self._protocol = H11Protocol(
            self._app,
            self._config,
            self._context,
            tasks,
            ConnectionState({}),
            False,  # noqa: FBT003  # `ssl`, in Hypercorn's order of arguments
            client,
            server,
            self._send,
        )
        self._set_idle(idle=True)

    async def _read(self) -> None:
        try:
            while True:
                with trio.fail_after(READ_SECONDS):
                    data = await self._stream.receive_some(RECEIVE_BYTES)
                if not (self._over or self._deaf):
                    await self._protocol.handle(RawData(bytes(data)))
                if not data:
                    break
        except (trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError):
            pass
        except (H2CProtocolRequiredError, H2ProtocolAssumedError):
            log.info("a client asked for HTTP/2; closed")
            await trio.aclose_forcefully(self._stream)
        await self._protocol.handle(Closed())

    async def _send(self, event: Event) -> None:
        if isinstance(event, RawData):
            await self._send_bytes(event.data)
        elif isinstance(event, Updated):
            self._set_idle(idle=event.idle)
        elif isinstance(event, Closed) and self._is_answering():
            # Nonsense behind a good request: that one still gets its whole answer, then the end.
            self._deaf = True
        elif isinstance(event, Closed):
            await self._hang_up()

    def _is_answering(self) -> bool:
        if self._protocol.stream is None:
            return False
        return bool(self._protocol.connection.our_state is h11.SEND_BODY)

    async def _send_bytes(self, data: bytes) -> None:
        try:
            async with self._one_sender:
                with trio.fail_after(SEND_SECONDS):
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
        self._reading.deadline = trio.current_time() + LINGER_SECONDS
        await self._protocol.handle(Closed())

    def _set_idle(self, *, idle: bool) -> None:
        self._idle.cancel()
        if idle:
            self._idle = trio.CancelScope()
            self._tasks.spawn(self._end_when_idle, self._idle)

    async def _end_when_idle(self, scope: trio.CancelScope) -> None:
        with scope:
            with trio.move_on_after(IDLE_SECONDS):
                await self._context.terminated.wait()
            await self._hang_up()


def _reading_to_the_end(app: ASGIApp) -> ASGIApp:
    """Takes what the application left of a request's body, for a little while.

    Hypercorn hands the body over through a short queue and waits for ever when nobody takes it.
    """

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        unread = scope["type"] == "http"

        async def counting() -> Message:
            nonlocal unread
            message = await receive()
            unread = message["type"] == "http.request" and bool(message.get("more_body"))
            return message

        await app(scope, counting if unread else receive, send)
        with trio.move_on_after(LINGER_SECONDS):
            while unread:
                await counting()

    return application


def _limits() -> Config:
    config = Config()
    config.h11_max_incomplete_size = HEADER_BYTES
    config.websocket_max_message_size = WEBSOCKET_MESSAGE_BYTES
    config.websocket_ping_interval = PING_SECONDS
    config.keep_alive_max_requests = _WITHOUT_LIMIT
    config.include_server_header = False
    config.errorlog = log
    config.accesslog = None
    return config


async def _listen(host: str, port: int) -> trio.SocketListener:
    try:
        (listener, *others) = await trio.open_tcp_listeners(port, host=host)
    except OSError as failure:
        if failure.errno == errno.EADDRINUSE:
            raise ApiPortTaken(failure.errno, f"{host}:{port} is in use") from failure
        raise
    for other in others:  # `localhost` may mean two families; one address is what we promise
        await other.aclose()
    return listener


def _addresses(stream: trio.SocketStream) -> tuple[Address, Address]:
    peer, own = stream.socket.getpeername(), stream.socket.getsockname()
    return (str(peer[0]), int(peer[1])), (str(own[0]), int(own[1]))
