"""Front ends that shops already have, as their own documents describe them, written in Python.

`OrdersScreen` is the pair of hooks `useWebSocket` and `usePedidosSync`; `RealtimeSync` the service
that all components of a till share, with its queue for when it is offline and its request cache.
They know addresses, names and messages, and nothing else of this program. Of what they were, one
thing differs: a key, sent as a header with requests and as the first frame of a WebSocket.
"""

import json
import uuid
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import trio
from trio_websocket import (
    ConnectionClosed,
    HandshakeError,
    WebSocketConnection,
    wrap_client_stream,
)

Pedido = dict[str, Any]


INVALIDATES = {
    "order": ("/api/pedidos", "/api/mesas"),
    "table": ("/api/mesas",),
    "inventory": ("/api/estoque",),
    "catalog": ("/api/produtos",),
}


class Client:
    """What both have: an address, a key, and a WebSocket that comes back."""

    path = ""
    reconnect_seconds = 0.01  # three in a shop

    def __init__(self, port: int, key: str) -> None:
        self.port = port
        self.key = key
        self.state = "disconnected"
        self.reconnect_attempt = 0
        self.heard: list[dict[str, Any]] = []
        self.http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers={"x-api-key": key}, verify=False
        )
        self._stream: trio.SocketStream
        self._socket: WebSocketConnection
        self._changed = trio.Event()
        self._cable = trio.Event()
        self._cable.set()

    @property
    def connected(self) -> bool:
        return self.state == "connected"

    async def run(self) -> None:
        """Connects, listens, and connects again, for ever."""
        try:
            while True:
                await self._cable.wait()
                self.state = "connecting"
                await self._converse()
                self.state = "disconnected"
                self.reconnect_attempt += 1
                self._note()
                await trio.sleep(self.reconnect_seconds)
        finally:
            with trio.CancelScope(shield=True):
                await self.http.aclose()

    async def _converse(self) -> None:
        self._stream = await trio.open_tcp_stream("127.0.0.1", self.port)
        host = f"127.0.0.1:{self.port}"
        async with self._stream, trio.open_nursery() as nursery:
            with suppress(ConnectionClosed, HandshakeError):
                self._socket = await wrap_client_stream(nursery, self._stream, host, self.path)
                await self.say(type="auth", key=self.key)
                await self._listen(self._socket)
            nursery.cancel_scope.cancel()

    async def _listen(self, socket: WebSocketConnection) -> None:
        while True:
            message = json.loads(await socket.get_message())
            self.heard.append(message)
            if message["type"] == "connection":
                self.state, self.reconnect_attempt = "connected", 0
                await self.on_connect()
            else:
                await self.on_message(message)
            self._note()

    async def say(self, **message: Any) -> None:
        await self._socket.send_message(json.dumps(message))

    async def on_connect(self) -> None:
        raise NotImplementedError

    async def on_message(self, message: dict[str, Any]) -> None:
        raise NotImplementedError

    async def until(self, holds: Callable[[], bool]) -> None:
        with trio.fail_after(20):
            while not holds():
                self._changed = trio.Event()
                await self._changed.wait()

    def pull_cable(self) -> None:
        self._cable = trio.Event()
        self._stream.socket.shutdown(trio.socket.SHUT_RDWR)

    def plug_in(self) -> None:
        self._cable.set()

    def _note(self) -> None:
        self._changed.set()


class OrdersScreen(Client):
    """`usePedidosSync`. The screen changes on what the server says, never before."""

    path = "/ws/pedidos"

    def __init__(self, port: int, key: str) -> None:
        super().__init__(port, key)
        self.pedidos: dict[str, Pedido] = {}
        self.sync_log: list[tuple[str, str]] = []

    async def on_connect(self) -> None:
        await self.fetch_pedidos()

    async def on_message(self, message: dict[str, Any]) -> None:
        self.sync_log.append(("websocket", message["type"]))
        match message["type"]:
            case "pedido_update":
                self.pedidos[message["pedido_id"]] = message["data"]
                if message["action"] == "delete":
                    del self.pedidos[message["pedido_id"]]
            case "status_update":
                pedido = self.pedidos[message["pedido_id"]]
                pedido[message["status_field"]] = message["new_value"]
            case "refresh_required":
                await self.fetch_pedidos()

    async def fetch_pedidos(self) -> None:
        answer = await self._asked("GET", "")
        shown = [each for each in answer["pedidos"] if each["status"] != "cancelado"]
        self.pedidos = {each["id"]: each for each in shown}

    async def fetch_pedido_by_id(self, pedido: str) -> Pedido:
        return await self._asked("GET", f"/{pedido}")

    async def create_pedido(self, data: Pedido) -> Pedido:
        return await self._asked("POST", "", data)

    async def update_pedido(self, pedido: str, data: Pedido) -> Pedido:
        return await self._asked("PATCH", f"/{pedido}", data)

    async def delete_pedido(self, pedido: str) -> Pedido:
        return await self._asked("DELETE", f"/{pedido}")

    async def _asked(self, method: str, end: str, body: Pedido | None = None) -> Any:
        answer = await self.http.request(method, f"/api/v1/pedidos{end}", json=body)
        self.sync_log.append(("success" if answer.is_success else "error", f"{method} {end}"))
        answer.raise_for_status()
        return answer.json()


class RealtimeSync(Client):
    """`RealtimeSyncService` and its `requestCache`."""

    path = "/ws/sync"
    max_entries = 50

    def __init__(self, port: int, key: str, kinds: list[str] | None = None) -> None:
        super().__init__(port, key)
        self.kinds = kinds or []
        self.cursor: int | None = None
        self.queue: OrderedDict[str, tuple[str, str, Pedido]] = OrderedDict()
        self.cache: OrderedDict[str, Any] = OrderedDict()
        self.hits = self.misses = 0

    async def on_connect(self) -> None:
        self.cursor = self.cursor if self.cursor is not None else self.heard[-1]["cursor"]
        await self.say(type="subscribe", kinds=self.kinds, cursor=self.cursor)
        await self.replay()

    async def on_message(self, message: dict[str, Any]) -> None:
        if "cursor" in message:
            self.cursor = message["cursor"]
        if message["type"] == "refresh_required":
            self.clear()
        for path in INVALIDATES.get(message["type"].partition(":")[0], ()):
            for cached in [each for each in self.cache if each.startswith(path)]:
                del self.cache[cached]

    async def notify_create(self, path: str, data: Pedido) -> Pedido | None:
        """None: this till is offline; it is sent when the connection is back."""
        return await self._send(str(uuid.uuid4()), "POST", path, data)

    async def notify_update(self, path: str, data: Pedido) -> Pedido | None:
        return await self._send(str(uuid.uuid4()), "PATCH", path, data)

    async def replay(self) -> None:
        """Everything that was queued, in its order, under the keys it had."""
        for key, (method, path, data) in list(self.queue.items()):
            await self._send(key, method, path, data)

    async def _send(self, key: str, method: str, path: str, data: Pedido) -> Pedido | None:
        self.queue[key] = method, path, data
        if not self.connected:
            return None
        answer = await self.http.request(method, path, json=data, headers={"idempotency-key": key})
        answer.raise_for_status()
        del self.queue[key]
        value: Pedido = answer.json()
        return value

    async def get(self, path: str) -> Any:
        if path in self.cache:
            self.hits += 1
            return self.cache[path]
        self.misses += 1
        answer = await self.http.get(path)
        answer.raise_for_status()
        self.cache[path] = answer.json()
        while len(self.cache) > self.max_entries:
            self.cache.popitem(last=False)
        return self.cache[path]

    def get_stats(self) -> dict[str, int]:
        return {"entries": len(self.cache), "hits": self.hits, "misses": self.misses}

    def clear(self) -> None:
        self.cache.clear()
