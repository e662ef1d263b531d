"""One HTTP/1.1 connection: requests in, answers out, until one of them asks for a WebSocket.

Rules of this file:
1. h11 knows the protocol, the application the answers. Here are the waits, each with a deadline:
   for a request's head (IDLE_SECONDS from the end of the last one), each piece of a body, each
   send. A client that stops reading loses its connection.
2. One task and, for a short answer, one send: head and body leave together.
3. A client that goes away withdraws nothing: what it asked for is carried out to its end.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias
from urllib.parse import unquote

import h11
import trio
from starlette.types import ASGIApp, Message, Scope

from peer.service.http_errors import RequestError
from peer.service.problems import encoded, problem_of

HEADER_BYTES = 16 * 1024
RECEIVE_BYTES = 64 * 1024
READ_SECONDS = 10.0
SEND_SECONDS = 10.0
IDLE_SECONDS = 9.0
OUR_FAULT = 500  # the one refusal that is not the client's doing
LINGER_SECONDS = 2.0  # after an early answer (413), so that a reset does not swallow it

Address: TypeAlias = tuple[str, int]
Headers: TypeAlias = list[tuple[bytes, bytes]]

_GONE = (trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError)
_BODILESS = frozenset({204, 304})


class HttpConnection:
    """The server's end. `run` once; `stop` at any time."""

    def __init__(
        self,
        app: ASGIApp,
        stream: trio.SocketStream,
        addresses: tuple[Address, Address],
        own_headers: Callable[[], Headers],
    ) -> None:
        """addresses: the client's and ours · own_headers: what every answer bears (its date)."""
        self._app = app
        self._stream = stream
        self._client, self._server = addresses
        self._own_headers = own_headers
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=HEADER_BYTES)
        self._head = bytearray()  # all that came since the last request
        self._idle = trio.CancelScope()
        self._stopping = False
        self._start: Message | None = None
        self._is_read = False
        self._without_body = False

    def stop(self) -> None:
        """Take no further request. One that is being answered is answered."""
        self._stopping = True
        self._idle.cancel()

    async def run(self) -> bytes:
        """Serves until either side ends it, and returns nothing; or until a WebSocket is asked for,
        and returns all that was received of that request and behind it."""
        try:
            while True:
                self._head = bytearray(self._h11.trailing_data[0])
                request = await self._request()
                if request is not None and _asks_for_websocket(request):
                    return bytes(self._head)
                if request is None or not await self._serve(request):
                    break
            await self._hang_up()
        except h11.RemoteProtocolError as error:
            with suppress(*_GONE):
                await self._refuse(error.error_status_hint)
                await self._hang_up()
        except _GONE:
            pass
        return b""

    async def _request(self) -> h11.Request | None:
        """The next one; None when none came in time, or none will come."""
        with trio.CancelScope(deadline=trio.current_time() + IDLE_SECONDS) as self._idle:
            if not self._stopping:
                event = await self._next()
                return event if isinstance(event, h11.Request) else None
        return None

    async def _next(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """Raises RemoteProtocolError for nonsense, and what makes a client `_GONE`."""
        while True:
            event = self._h11.next_event()
            if event is not h11.NEED_DATA:
                return event
            with trio.fail_after(READ_SECONDS):
                data = await self._stream.receive_some(RECEIVE_BYTES)
            if self._h11.their_state is h11.IDLE:
                self._head += data
            self._h11.receive_data(data)

    async def _serve(self, request: h11.Request) -> bool:
        """Answer one request. Whether another may follow."""
        self._start, self._is_read = None, False
        self._without_body = request.method == b"HEAD"
        try:
            await self._app(self._scope(request), self._receive, self._send)
            assert self._h11.our_state is not h11.SEND_RESPONSE, "the application did not answer"
        except Exception:
            if self._h11.our_state is h11.SEND_RESPONSE:
                with suppress(*_GONE):
                    await self._refuse(500)
            raise
        with trio.move_on_after(LINGER_SECONDS):
            while not self._is_read:
                await self._receive()
        if self._h11.our_state is not h11.DONE or self._h11.their_state is not h11.DONE:
            return False
        self._h11.start_next_cycle()
        return True

    def _scope(self, request: h11.Request) -> Scope:
        path, _, query = request.target.partition(b"?")
        return {
            "type": "http",
            "http_version": request.http_version.decode("ascii"),
            "asgi": {"spec_version": "2.1", "version": "3.0"},
            "method": request.method.decode("ascii").upper(),
            "scheme": "http",
            "path": unquote(path.decode("ascii")),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": list(request.headers),
            "client": self._client,
            "server": self._server,
            "extensions": {},
        }

    async def _receive(self) -> Message:
        """ASGI. Whoever asks again after the end of the body hears that nobody is there."""
        if self._is_read:
            return {"type": "http.disconnect"}
        try:
            if self._h11.they_are_waiting_for_100_continue:
                await self._send_bytes(
                    self._h11.send(h11.InformationalResponse(status_code=100, headers=[]))
                )
            event = await self._next()
        except (h11.RemoteProtocolError, *_GONE):
            event = h11.ConnectionClosed()
        if isinstance(event, h11.Data):
            return {"type": "http.request", "body": bytes(event.data), "more_body": True}
        self._is_read = True
        if isinstance(event, h11.EndOfMessage):
            return {"type": "http.request", "body": b"", "more_body": False}
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        """ASGI. The head waits for the first piece of the body."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        data = b""
        if self._start is not None:
            start, self._start = self._start, None
            self._without_body |= start["status"] in _BODILESS
            headers = [*start["headers"], *self._own_headers()]
            data = self._told(h11.Response(status_code=start["status"], headers=headers))
        if not self._without_body:
            data += self._told(h11.Data(data=message.get("body", b"")))
        if not message.get("more_body", False):
            data += self._told(h11.EndOfMessage())
        await self._send_bytes(data)

    async def _refuse(self, status: int) -> None:
        """Answer what cannot be answered otherwise, as the last thing said."""
        if self._h11.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        headers = [(b"connection", b"close"), *self._own_headers()]
        body = b""
        if status != OUR_FAULT:
            body = _malformed(status)
            headers.append((b"content-type", b"application/problem+json"))
        headers.append((b"content-length", str(len(body)).encode("ascii")))
        response = h11.Response(status_code=status, headers=headers)
        said = self._told(response) + self._told(h11.Data(data=body))
        await self._send_bytes(said + self._told(h11.EndOfMessage()))

    def _told(self, event: h11.Response | h11.Data | h11.EndOfMessage) -> bytes:
        return self._h11.send(event) or b""

    async def _send_bytes(self, data: bytes | None) -> None:
        with trio.fail_after(SEND_SECONDS):
            await self._stream.send_all(data or b"")

    async def _hang_up(self) -> None:
        """Say that nothing more comes, and read on a little: closing with bytes unread resets."""
        await self._stream.send_eof()
        with trio.move_on_after(LINGER_SECONDS):
            while await self._stream.receive_some(RECEIVE_BYTES):
                pass


def _malformed(status: int) -> bytes:
    """The problem of a request that is no HTTP/1.1, or none that we take."""
    _, members = problem_of(RequestError(reason="não é HTTP bem formado"))
    return encoded(members | {"status": status})


def _asks_for_websocket(request: h11.Request) -> bool:
    """A handshake has no body. Of two headers of one name the last counts, as for Hypercorn, which
    goes on from there."""
    named = dict(request.headers)
    tokens = named.get(b"connection", b"").lower().split(b",")
    return (
        request.method.upper() == b"GET"
        and named.get(b"upgrade", b"").strip().lower() == b"websocket"
        and named.get(b"content-length", b"0") == b"0"
        and b"transfer-encoding" not in named
        and b"upgrade" in (token.strip() for token in tokens)
    )
