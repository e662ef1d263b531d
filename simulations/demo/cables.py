"""Network cables between processes, so that one can be pulled: small TCP proxies on loopback.

Rules of this file:
1. A cable carries bytes as they come and knows nothing of them; TLS runs through it end to end.
2. A pulled cable resets what it carries and refuses what comes, since nobody listens on its port.
   So a process can be cut off with no switch in any product code.
3. A cable never retries: who wants a connection dials it anew.
"""

import socket
import struct
from contextlib import suppress

import trio

LOOPBACK = "127.0.0.1"
CHUNK_BYTES = 64 * 1024
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # struct linger: on, 0 seconds


class Cable:
    """A way to `target`, a port on loopback. Dial `address`; cut it with `pull`."""

    def __init__(self, nursery: trio.Nursery, target: int) -> None:
        self.port = 0
        self._nursery = nursery
        self._target = target
        self._carrying: trio.CancelScope | None = None
        self._silent = trio.Event()
        self._connections = self._refused = self._bytes = 0

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def plugged(self) -> bool:
        return self._carrying is not None

    def statistics(self) -> dict[str, int]:
        """Connections carried so far · those that found nobody behind it · bytes, both ways."""
        return {
            "connections": self._connections,
            "refused": self._refused,
            "bytes": self._bytes,
        }

    async def plug(self) -> None:
        """It carries from here on: the first time on a free port, later on the same one."""
        if not self.plugged:
            await self._nursery.start(self._carry)

    async def pull(self) -> None:
        """When it returns, what it carried is reset and its port refuses."""
        if self._carrying is not None:
            self._carrying.cancel()
            await self._silent.wait()

    async def _carry(self, task_status: trio.TaskStatus[None]) -> None:
        listener = (await trio.open_tcp_listeners(self.port, host=LOOPBACK))[0]
        self.port = listener.socket.getsockname()[1]
        self._silent = trio.Event()
        try:
            async with trio.open_nursery() as connections:
                self._carrying = connections.cancel_scope
                task_status.started()
                await trio.serve_listeners(self._connect, [listener], handler_nursery=connections)
        finally:
            listener.socket.close()
            self._carrying = None
            self._silent.set()

    async def _connect(self, near: trio.SocketStream) -> None:
        try:
            far = await trio.open_tcp_stream(LOOPBACK, self._target)
        except OSError:  # the machine behind it is off
            self._refused += 1
            _reset(near)
            return
        except BaseException:
            _reset(near)
            raise
        self._connections += 1
        try:
            async with trio.open_nursery() as both_ways:
                both_ways.start_soon(self._pump, near, far, both_ways.cancel_scope)
                both_ways.start_soon(self._pump, far, near, both_ways.cancel_scope)
        finally:
            _reset(near)
            _reset(far)

    async def _pump(
        self, source: trio.SocketStream, sink: trio.SocketStream, connection: trio.CancelScope
    ) -> None:
        """Carries one way. The end of one way is the end of both."""
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            while data := await source.receive_some(CHUNK_BYTES):
                self._bytes += len(data)
                await sink.send_all(data)
        connection.cancel()


def _reset(stream: trio.SocketStream) -> None:
    """Not awaiting: whoever is being cancelled still closes all it holds."""
    with suppress(OSError):
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    stream.socket.close()
