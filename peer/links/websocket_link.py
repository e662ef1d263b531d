"""A MessageLink over trio-websocket, on a TLS stream whose other end is already known.

Rules of this file:
1. Binary messages of at most MAX_FRAME_BYTES, no compression, 4 messages of queue: a slow reader
   stops the sender through TCP, not through our memory.
2. One task writes. A send that is cancelled or too slow may have left half a frame on the wire, so
   it always ends the link; the rest of the frame is never mistaken for the next one.
3. Every end has a doer: us, the peer, the world (broken) or slowness.
4. The library's reader task runs in our hands: whatever bytes make it raise end this link only.
"""

import logging
import math
from collections.abc import Awaitable, Callable
from typing import TypeAlias, cast

import trio
from trio_websocket import (
    ConnectionClosed,
    WebSocketConnection,
    WebSocketRequest,
    wrap_client_stream,
    wrap_server_stream,
)

from crdt_models.certificates import Certificate
from peer.environment import MAX_FRAME_BYTES, ClosedBy, LinkClosed
from peer.links.doorkeeper import Limits

TlsStream: TypeAlias = "trio.SSLStream[trio.SocketStream]"

RESOURCE = "/malha-link"
SUBPROTOCOL = "malha-link-v1"
HOST_HEADER = "malha"  # no name or address means anything here
BOOT_HEADER = b"x-malha-boot"  # tells our own process from a clone of our disk
_QUEUE_MESSAGES = 4
_RECEIVE_BYTES = 64 * 1024
_NORMAL_CODES = (1000, 1001)
_ABNORMAL = 1006

_logger = logging.getLogger("malha.links")


class HandshakeFailed(Exception):
    """The WebSocket did not open in time, or what answered speaks something else."""


class _Reader:
    """Runs the library's reader task and tells when it ended.

    It stands where `wrap_*_stream` expects a nursery (of which they use `start_soon` only): in a
    plain nursery an unforeseen error of the reader would end the process, and a stream that closes
    before the opening handshake would never wake who waits for it.
    """

    def __init__(self, nursery: trio.Nursery, stream: TlsStream) -> None:
        self._nursery = nursery
        self._socket = stream.transport_stream.socket
        self._running = trio.CancelScope()
        self.opening = trio.CancelScope()
        self.failure: Exception | None = None

    def start_soon(self, task: Callable[[], Awaitable[None]]) -> None:
        self._nursery.start_soon(self._run, task)

    def cancel(self) -> None:
        self._running.cancel()

    async def _run(self, task: Callable[[], Awaitable[None]]) -> None:
        try:
            with self._running:
                await task()
        except Exception as error:  # noqa: BLE001 - bytes from outside end their link, not us
            self.failure = error
            _logger.info("link_reader_failed reason=%r", error)
        finally:
            self._socket.close()  # nothing can follow; and nobody may be left to do it
            self.opening.cancel()


class WebSocketLink:
    """See `peer.environment.MessageLink`."""

    def __init__(
        self,
        opened: "Opened",
        *,
        peer: Certificate,
        address: str,
        dialled: bool,
        clone: bool,
        boots: tuple[bytes, bytes],
        limits: Limits,
    ) -> None:
        self._connection = opened.connection
        self._reader = opened.reader
        self._stream = opened.stream
        self._peer = peer
        self._address = address
        self._dialled = dialled
        self._clone = clone
        self._boots = boots
        self._limits = limits
        self._ended_by: LinkClosed | None = None
        self._sending = False
        self._sent = self._received = self._sent_bytes = self._received_bytes = 0

    @property
    def peer(self) -> Certificate:
        return self._peer

    @property
    def address(self) -> str:
        return self._address

    @property
    def dialled(self) -> bool:
        return self._dialled

    @property
    def clone(self) -> bool:
        return self._clone

    @property
    def boots(self) -> tuple[bytes, bytes]:
        return self._boots

    async def send(self, frame: bytes) -> None:
        assert not self._sending, "only one task writes to a link"
        assert len(frame) <= MAX_FRAME_BYTES, "the caller keeps frames within the limit"
        self._sending, whole = True, False
        try:
            with trio.move_on_after(self._limits.send_seconds) as deadline:
                await self._connection.send_message(frame)
                whole = True
            if deadline.cancelled_caught:
                self._end(ClosedBy.TOO_SLOW, "a frame was not taken in time")
                raise self._reason()
        except ConnectionClosed:
            raise self._reason() from None
        finally:
            self._sending = False
            if not whole:
                self._cut()
        self._sent += 1
        self._sent_bytes += len(frame)

    async def receive(self) -> bytes:
        try:
            message = await self._connection.get_message()
        except ConnectionClosed:
            raise self._reason() from None
        if not isinstance(message, bytes):
            self._end(ClosedBy.BROKEN, "a text message")
            self._cut()
            raise self._reason()
        self._received += 1
        self._received_bytes += len(message)
        return message

    async def aclose(self) -> None:
        self._end_unless_closed()
        try:
            with trio.move_on_after(self._limits.close_seconds):
                await self._connection.aclose()
        finally:
            self._cut()

    def statistics(self) -> dict[str, int]:
        """Frames and bytes, sent and received."""
        return {
            "frames_sent": self._sent,
            "frames_received": self._received,
            "bytes_sent": self._sent_bytes,
            "bytes_received": self._received_bytes,
        }

    def _end(self, by: ClosedBy, reason: str) -> None:
        self._ended_by = self._ended_by or LinkClosed(by, reason)

    def _end_unless_closed(self) -> None:
        if self._connection.closed is None:
            self._end(ClosedBy.US, "closed")

    def _cut(self) -> None:
        """Closes the socket now, and with it everything above it."""
        self._end_unless_closed()
        self._stream.transport_stream.socket.close()
        self._reader.cancel()

    def _reason(self) -> LinkClosed:
        if self._ended_by is None:
            self._ended_by = self._observed()
        return LinkClosed(self._ended_by.by, str(self._ended_by.details["reason"]))

    def _observed(self) -> LinkClosed:
        closed = self._connection.closed
        if self._reader.failure is not None:
            return LinkClosed(ClosedBy.BROKEN, type(self._reader.failure).__name__)
        if closed is None or closed.code == _ABNORMAL:
            return LinkClosed(ClosedBy.BROKEN, "the connection broke")
        by = ClosedBy.PEER if closed.code in _NORMAL_CODES else ClosedBy.BROKEN
        return LinkClosed(by, f"{closed.code} {closed.reason or closed.name}")


class Opened:
    """An open WebSocket, its reader, its stream, and what the other end said of its boot."""

    def __init__(
        self, connection: WebSocketConnection, reader: _Reader, stream: TlsStream, boot: bytes
    ) -> None:
        self.connection = connection
        self.reader = reader
        self.stream = stream
        self.boot = boot


async def open_client(
    stream: TlsStream, nursery: trio.Nursery, boot: bytes, limits: Limits
) -> Opened:
    """The dialling end's opening handshake. Raises HandshakeFailed."""
    reader = _Reader(nursery, stream)

    async def opening() -> Opened:
        connection = await wrap_client_stream(
            cast(trio.Nursery, reader),
            stream,
            HOST_HEADER,
            RESOURCE,
            subprotocols=[SUBPROTOCOL],
            extra_headers=[(BOOT_HEADER, boot.hex().encode("ascii"))],
            message_queue_size=_QUEUE_MESSAGES,
            max_message_size=MAX_FRAME_BYTES,
            receive_buffer_size=_RECEIVE_BYTES,
        )
        if connection.subprotocol != SUBPROTOCOL:
            raise HandshakeFailed("the other end speaks another version")
        return Opened(connection, reader, stream, _boot_in(connection.handshake_headers))

    return await _within_deadline(opening, reader, limits)


async def open_server(
    stream: TlsStream, nursery: trio.Nursery, boot: bytes, limits: Limits
) -> Opened:
    """The accepting end's opening handshake. Raises HandshakeFailed."""
    reader = _Reader(nursery, stream)

    async def opening() -> Opened:
        request: WebSocketRequest = await wrap_server_stream(
            cast(trio.Nursery, reader),
            stream,
            message_queue_size=_QUEUE_MESSAGES,
            max_message_size=MAX_FRAME_BYTES,
            receive_buffer_size=_RECEIVE_BYTES,
        )
        if request.path != RESOURCE or SUBPROTOCOL not in request.proposed_subprotocols:
            await request.reject(426)
            raise HandshakeFailed("the other end speaks another version")
        headers = tuple(request.headers)
        connection = await request.accept(
            subprotocol=SUBPROTOCOL, extra_headers=[(BOOT_HEADER, boot.hex().encode("ascii"))]
        )
        return Opened(connection, reader, stream, _boot_in(headers))

    return await _within_deadline(opening, reader, limits)


async def _within_deadline(
    opening: Callable[[], Awaitable[Opened]], reader: _Reader, limits: Limits
) -> Opened:
    opened = None
    reader.opening.deadline = trio.current_time() + limits.websocket_handshake_seconds
    try:
        with reader.opening:
            opened = await opening()
            reader.opening.deadline = math.inf
    except ConnectionClosed as error:
        raise HandshakeFailed("it closed") from error
    finally:
        if opened is None:
            reader.cancel()
    if opened is None:
        raise HandshakeFailed(repr(reader.failure) if reader.failure else "no answer, or it closed")
    return opened


def _boot_in(headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    for name, value in headers:
        if name.lower() == BOOT_HEADER:
            return value
    return b""
