"""The conversations on `/ws/sync` and `/ws/pedidos`.

Rules of this file:
1. A client is known before it hears anything: by a key in the handshake, by our page's cookie, or
   by its first message within AUTH_SECONDS. Otherwise the conversation ends with 1008.
2. One task reads, one writes, and only the writer sends. Whoever ends first ends both.
3. A message that is not understood is answered with an `error` message, a flood of them ends with
   1008. Nothing a client says changes any data: writes are HTTP.
4. A client is told everything from its `connection` on. `subscribe` narrows that to kinds, and with
   a cursor begins earlier. What may be said and heard is described in `live_messages`.
5. Events go out in the order of their cursors, so the last one dealt with says all. That is why a
   new client is given a moment to name its cursor before any event is sent, and why one that names
   it after it was told of something later must load everything again.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, get_args

import msgspec
import trio
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from crdt_models.hybrid_logical_clock import iso
from crdt_models.ids import (
    TableId,
    account_of,
    day_of,
    kind_of,
    order_of,
    shift_of,
)
from crdt_models.pedido import JsonObject
from peer.http_api.api import Api
from peer.http_api.cash.shifts import shown_shift
from peer.http_api.catalog.products import shown_changes
from peer.http_api.customers import shown_customer
from peer.http_api.days.handlers import shown_day
from peer.http_api.dining_room.committed import room_now, room_version, shown_table
from peer.http_api.front_ends import FrontEnd
from peer.http_api.live_peers import LivePeers
from peer.http_api.settings.settings import shown_settings
from peer.http_api.shown import MILLISECOND_BITS, shown_order
from peer.http_api.stock.handlers import shown_stock
from peer.live_events import Channel, Client, LiveEvents
from peer.live_sightings import EventType, Sighting
from peer.service.http_errors import InvalidJson
from peer.service.requests import key_of
from peer.service.strict_json import read_json

AUTH_SECONDS = 5.0
FIRST_WORD_SECONDS = 1.0  # in which a client says where it resumes; nothing is lost by being later
MAX_MESSAGES = 100  # that a client may send in WINDOW_SECONDS
WINDOW_SECONDS = 10.0
POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013
GOING_AWAY = 1001

_KINDS = get_args(EventType)

Handle = Callable[["Conversation", dict[str, Any]], Awaitable[None]]


def websocket_routes(api: Api, events: LiveEvents) -> list[BaseRoute]:
    """Both addresses. Makes the events show what the API shows."""

    def room() -> dict[TableId, JsonObject]:
        now = room_now(api)
        return {table: shown_table(api, table, now) for table in now.furniture.tables}

    def version(sighting: Sighting) -> str:
        """What `If-Match` wants of whatever is shown."""
        is_table = sighting.table is not None
        return room_version(api.node) if is_table else api.node.version(sighting.document)

    events.present = partial(_presented, api)
    events.room, events.version = room, version
    if api.mesh is not None:
        api.mesh.looking = LivePeers(api, events).look

    async def sync(socket: WebSocket) -> None:
        await Conversation(api, events, socket, "global", _sync_message).run()

    async def orders(socket: WebSocket) -> None:
        await Conversation(api, events, socket, "pedidos", _orders_message).run()

    return [WebSocketRoute("/ws/sync", sync), WebSocketRoute("/ws/pedidos", orders)]


def _presented(api: Api, sighting: Sighting) -> JsonObject:
    """What the API shows of it."""
    if sighting.table is not None:
        return shown_table(api, sighting.table)
    match kind_of(sighting.document):
        case "catalog":
            return shown_changes(api, sighting.products)
        case "settings":
            return shown_settings(api)
        case "shift":
            return shown_shift(api, shift_of(sighting.document))
        case "day":
            return shown_day(api, day_of(sighting.document))
        case "account":
            return shown_customer(api, account_of(sighting.document))
        case "stock":
            return shown_stock(api, sighting.products)
    return shown_order(api, order_of(sighting.document))


class Conversation:
    """One WebSocket, from its acceptance to its end."""

    def __init__(
        self, api: Api, events: LiveEvents, socket: WebSocket, channel: Channel, handle: Handle
    ) -> None:
        self.api = api
        self.events = events
        self.channel = channel
        self._socket = socket
        self._handle = handle
        self._caller: FrontEnd | None = None
        self.client: Client | None = None
        self._spoken = trio.Event()
        self._window_began = 0.0
        self._messages = 0

    async def run(self) -> None:
        """Serves until either side ends it."""
        await self._socket.accept()
        try:
            self._caller = await self._authenticated()
            if self._caller is None:
                await self._socket.close(POLICY_VIOLATION, "chave ausente ou inválida")
                return
            self.client = self.events.follow(self._caller.name, self.channel)
            if self.client is None:
                await self._socket.close(TRY_AGAIN_LATER, "conexões demais")
                return
            try:
                await self._converse(self.client)
            finally:
                self.events.leave(self.client)
        except WebSocketDisconnect:
            pass

    def say(self, message: dict[str, Any]) -> None:
        """Queue a message of our own, with the time."""
        assert self.client is not None, "only a known client is spoken to"
        self.client.offer(self._stamped(message))

    def _stamped(self, message: dict[str, Any]) -> str:
        return msgspec.json.encode({**message, "timestamp": self.now()}).decode("utf-8")

    def now(self) -> str:
        """The time, as ISO text."""
        return iso(self.api.environment.wall_ms() << MILLISECOND_BITS)

    async def _authenticated(self) -> FrontEnd | None:
        shown = key_of(self._socket.headers)
        if shown is not None:
            return self._verify(shown)
        with trio.move_on_after(AUTH_SECONDS):
            message = _read(await self._received())
            if message is not None and message.get("type") == "auth":
                key = message.get("key")
                return self._verify(key) if isinstance(key, str) else None
        return None

    async def _received(self) -> str | None:
        """The next message; None for a binary one. Raises WebSocketDisconnect."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", GOING_AWAY))
        text: str | None = message.get("text")
        return text

    def _verify(self, key: str) -> FrontEnd | None:
        return self.api.front_ends.verify(key) or self.api.front_ends.verify_ticket(key)

    async def _converse(self, client: Client) -> None:
        hello = {
            "type": "connection",
            "status": "connected",
            "message": f"Conectado ao canal {self.channel}",
            **self._place(),
        }
        await self._socket.send_text(self._stamped(hello))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._write, client, nursery.cancel_scope)
            await self._listen(client)
            nursery.cancel_scope.cancel()

    async def _listen(self, client: Client) -> None:
        while True:
            try:
                text = await self._received()
            except WebSocketDisconnect:
                return
            if self._is_flooding():
                client.close(POLICY_VIOLATION, "mensagens demais")
                await trio.sleep_forever()
            message = _read(text)
            if message is None:
                self.say({"type": "error", "message": "Mensagem não entendida"})
            else:
                await self._handle(self, message)
            self._spoken.set()

    async def _write(self, client: Client, both: trio.CancelScope) -> None:
        try:
            if self.channel == "global":
                with trio.move_on_after(FIRST_WORD_SECONDS):
                    await self._spoken.wait()
            while client.closing is None:
                for text in await client.wait():
                    await self._socket.send_text(text)
                if client.is_lost:
                    client.is_lost = False
                    self.start_over()
            await self._socket.close(client.closing, client.reason)
        except WebSocketDisconnect:
            pass
        both.cancel()

    def start_over(self) -> None:
        """Tell the client to load everything again; it is told all that comes after."""
        self.say(
            {
                "type": "refresh_required",
                "message": "Por favor, recarregue os dados",
                **self._place(),
            }
        )

    def _place(self) -> dict[str, int]:
        """Where a client stands, for who can resume there: `/ws/pedidos` knows no cursors."""
        return {"cursor": self.events.position} if self.channel == "global" else {}

    def _is_flooding(self) -> bool:
        now = self.api.environment.monotonic()
        if now - self._window_began > WINDOW_SECONDS:
            self._window_began, self._messages = now, 0
        self._messages += 1
        return self._messages > MAX_MESSAGES


async def _sync_message(talk: Conversation, message: dict[str, Any]) -> None:
    kind = message.get("type")
    if kind == "ping":
        talk.say({"type": "pong"})
    elif kind == "subscribe":
        _subscribe(talk, message)
    elif kind != "auth":  # a client that showed its key twice does no harm
        talk.say({"type": "error", "message": "Tipo de mensagem desconhecido"})


def _subscribe(talk: Conversation, message: dict[str, Any]) -> None:
    """Choose kinds, and resume after a cursor when there is one."""
    kinds, cursor = message.get("kinds", []), message.get("cursor")
    if isinstance(kinds, list) and (unknown := [each for each in kinds if each not in _KINDS]):
        talk.say({"type": "error", "message": f"subscribe: tipo desconhecido: {unknown[0]!r:.60}"})
        return
    is_list = isinstance(kinds, list) and all(isinstance(each, str) for each in kinds)
    is_cursor = cursor is None or (isinstance(cursor, int) and not isinstance(cursor, bool))
    if not is_list or not is_cursor:
        talk.say({"type": "error", "message": "subscribe: kinds é lista, cursor é inteiro"})
        return
    assert talk.client is not None, "only a known client subscribes"
    missed = None
    if cursor is not None and not talk.client.has_been_told:
        missed = talk.events.replay(cursor, kinds)
    talk.client.resume(kinds, missed)
    if cursor is not None and missed is None:
        talk.start_over()
    else:
        talk.say({"type": "subscribed", "cursor": talk.events.position, "kinds": kinds})


async def _orders_message(talk: Conversation, message: dict[str, Any]) -> None:
    kind = message.get("type")
    if kind == "ping":
        talk.say({"type": "pong"})
    elif kind == "get_pedidos":
        talk.start_over()
    elif kind != "auth":
        talk.say({"type": "error", "message": "Tipo de mensagem desconhecido"})


def _read(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        value = read_json(text.encode("utf-8", "surrogatepass"))
    except InvalidJson:
        return None
    return value if isinstance(value, dict) else None
