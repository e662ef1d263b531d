"""Every message that is really sent is held against the description of it, and every one that is
described is really sent."""

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any, get_args

import pytest
import trio

from crdt_models.replication.figures import Lag
from peer.http_api import live_peers
from peer.http_api.live_messages import HEARD, SENT
from peer.http_api.routes import openapi_document
from peer.identity import Identity
from peer.live_sightings import EventType
from tests.peer.http_api.test_lag_map import talk_with
from tests.peer.http_api.test_members import Member, Mesh, told

SCHEMA_OF_DATA = {
    "catalog": "CardapioMudou",
    "inventory": "EstoqueContado",
    "order": "Pedido",
    "payment": "Pedido",
    "table": "Mesa",
    "dispute": "Conflito",
    "settings": "Configuracoes",
    "cashier": "Caixa",
    "day": "Dia",
    "peer": "Atraso",
    "account": "Cliente",
}
COFFEE = {"nome": "Café", "preco_unitario": 4.5}


class Talk:
    """A WebSocket without a network: what the application sends is noted as it was sent."""

    def __init__(self, path: str, to_app: trio.MemorySendChannel[dict[str, Any]]) -> None:
        self.path = path
        self.heard: list[dict[str, Any]] = []
        self.said: list[dict[str, Any]] = []
        self._to_app = to_app
        self._told = trio.Event()

    async def say(self, *messages: dict[str, Any]) -> None:
        for message in messages:
            self.said.append(message)
            await self.say_text(json.dumps(message))

    async def say_text(self, text: str) -> None:
        await self._to_app.send({"type": "websocket.receive", "text": text})

    def note(self, event: dict[str, Any]) -> None:
        if event["type"] == "websocket.send":
            self.heard.append(json.loads(event["text"]))
            self._told.set()

    async def until(self, kind: str, count: int = 1) -> None:
        with trio.fail_after(30):
            while sum(each["type"] == kind for each in self.heard) < count:
                self._told = trio.Event()
                await self._told.wait()


@asynccontextmanager
async def talking(shop: Any, path: str) -> AsyncIterator[Talk]:
    to_app, from_client = trio.open_memory_channel[dict[str, Any]](100)
    headers = [(b"host", b"127.0.0.1:3000"), (b"x-api-key", shop.key.encode())]
    scope = {
        "type": "websocket",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "scheme": "ws",
        "subprotocols": [],
    }
    talk = Talk(path, to_app)

    async def send(event: dict[str, Any]) -> None:
        talk.note(event)

    async with trio.open_nursery() as nursery:
        await to_app.send({"type": "websocket.connect"})
        nursery.start_soon(shop.app, scope, from_client.receive, send)
        yield talk
        await to_app.send({"type": "websocket.disconnect", "code": 1000})


async def a_neighbour(shop: Any, mesh: Mesh, bar: Member) -> None:
    """It comes, lags, and goes."""
    await told(shop, bar.chain.hex())
    mesh.looking()
    mesh.talks = {1: talk_with(bar)}
    mesh.looking()
    mesh.lag = {bar.device: Lag(1, 4)}
    mesh.looking()
    mesh.talks.clear()
    mesh.looking()


async def a_day(shop: Any, other: Any) -> None:
    """Something of everything that is told live."""
    area = await shop.post("/api/areas", {"nome": "Salão"}, 201)
    table = await shop.post("/api/mesas", {"nome": "7", "area_id": area["id"]}, 201)
    await shop.post(f"/api/mesas/{table['id']}/reservar", {"nome": "Ana"})
    await shop.post(f"/api/mesas/{table['id']}/garcom", {"garcom": "Bia"})
    pedido = await shop.open(tipo="mesa", mesa_id=table["id"], itens=[COFFEE])
    order = f"/api/pedidos/{pedido['id']}"
    await shop.post(f"{order}/enviar")
    await shop.ask("PATCH", order, {"financeiro": True, "observacao": "sem açúcar"})
    paid = await shop.post(f"{order}/pagamentos", {"forma": "pix", "valor": 4.5}, 201)
    await shop.post(f"{order}/fechar")
    payment = paid["pagamentos"][0]["id"]
    await shop.post(f"{order}/pagamentos/{payment}/estornar", {}, 201)
    await shop.post(f"/api/pedidos/{(await shop.open())['id']}/cancelar", {"motivo": "saiu"})
    # Another machine with our key sold too: numbers are equal, and a technician must come.
    await other.open(itens=[COFFEE])
    await shop.node.receive([each.data for each in other.log.since(0, 100)], source=1)
    (dispute, *_) = [
        each
        for each in (await shop.get("/api/conflitos"))["conflitos"]
        if each["tipo"] == "equal_numbers"
    ]
    await shop.ask("PUT", "/api/configuracoes", {"nome": "Bar"})
    water = await shop.post("/api/produtos", {"nome": "Água", "preco": 5}, 201)
    came = [{"produto_id": water["id"], "quantidade": 12}]
    await shop.post("/api/estoque/entrada", {"itens": came}, 201)
    await shop.post("/api/clientes", {"nome": "Zé"}, 201)
    shift = await shop.post("/api/caixa/abrir", {"fundo_troco": 100}, 201)
    drawer = f"/api/caixa/{shift['id']}"
    await shop.post(f"{drawer}/declarar", {"valores": {"dinheiro": 100}}, 201)
    await shop.post(f"{drawer}/fechar")
    await shop.post("/api/dia/hoje/fechar")
    await shop.post(f"/api/conflitos/{dispute['id']}/resolver", {"escolha": "seen"})


def schemas_of(path: str, direction: str) -> list[str]:
    described = openapi_document()["paths"][path]["get"]["x-websocket"][direction]
    return [each["$ref"].rpartition("/")[2] for each in described]


def named(schema: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{schema}"}


@pytest.fixture
async def day(running: Any, identity: Identity, monkeypatch: pytest.MonkeyPatch) -> dict[str, Talk]:
    """What was said and heard at both addresses over `a_day`."""
    monkeypatch.setattr(live_peers, "LAG_SECONDS", 0.0)
    mesh = Mesh()
    async with (
        running("a", mesh=mesh) as shop,
        running("b") as other,
        talking(shop, "/ws/sync") as sync,
        talking(shop, "/ws/pedidos") as orders,
    ):
        await sync.say({"type": "subscribe"}, {"type": "ping"})
        await orders.say({"type": "ping"})
        await sync.until("subscribed")
        await orders.until("pong")
        await a_neighbour(shop, mesh, Member(identity, "B", "Bar"))
        await a_day(shop, other)
        await sync.until("dispute:resolved")
        await orders.until("status_update")
        await sync.say({"type": "auth", "key": "shown twice"}, {"type": "nonsense"})
        await sync.say({"type": "subscribe", "kinds": [], "cursor": 10**9})
        await sync.say({"type": "subscribe", "kinds": "order:created"})
        await sync.say_text("{")
        await orders.say({"type": "auth", "key": "shown twice"}, {"type": "get_pedidos"})
        await orders.say_text("[]")
        await sync.until("error", 3)
        await sync.until("refresh_required")
        await orders.until("error")
        await orders.until("refresh_required")
    async with running("a") as shop, talking(shop, "/ws/sync") as again:
        await again.say({"type": "subscribe", "cursor": 0})
        await again.until("subscribed")
        sync.heard += again.heard
    return {"/ws/sync": sync, "/ws/pedidos": orders}


async def test_what_is_sent_is_described_and_what_is_described_is_sent(
    day: dict[str, Talk], openapi_mistakes: Callable[..., list[str]]
) -> None:
    for path, talk in day.items():
        names = schemas_of(path, "recebe")
        assert names == [kind.__name__ for kind in HEARD[path]]
        seen = set()
        for message in talk.heard:
            mistakes = {name: openapi_mistakes(message, named(name)) for name in names}
            fitting = [name for name, found in mistakes.items() if not found]
            assert len(fitting) == 1, f"{path} {message}: {mistakes}"
            seen.add(fitting[0])
        assert seen == set(names), path
    kinds = {each["type"] for each in day["/ws/sync"].heard if "data" in each}
    assert kinds == set(get_args(EventType))
    actions = {each["action"] for each in day["/ws/pedidos"].heard if "action" in each}
    assert actions == {"create", "update", "delete"}


async def test_the_data_of_an_event_is_what_its_type_says(
    day: dict[str, Talk], openapi_mistakes: Callable[..., list[str]]
) -> None:
    for message in day["/ws/sync"].heard:
        if "data" in message:
            schema = SCHEMA_OF_DATA[message["type"].partition(":")[0]]
            assert not openapi_mistakes(message["data"], named(schema)), message


def test_the_status_page_has_a_text_for_every_event() -> None:
    page = (files("peer.web") / "status.js").read_text("utf-8")
    texts = page.partition("const EVENT_TEXTS = {")[2].partition("};")[0]
    assert set(re.findall(r"'([a-z:]+)':", texts)) == set(get_args(EventType))


async def test_what_a_client_may_say_is_described(
    day: dict[str, Talk], openapi_mistakes: Callable[..., list[str]]
) -> None:
    answered_with_errors = ("nonsense", "order:created")
    for path, talk in day.items():
        names = schemas_of(path, "envia")
        assert names == [kind.__name__ for kind in SENT[path]]
        seen = set()
        for message in talk.said:
            fitting = [name for name in names if not openapi_mistakes(message, named(name))]
            wrong = (
                message["type"] in answered_with_errors or message.get("kinds") == "order:created"
            )
            assert (fitting == []) is wrong, message
            seen |= set(fitting)
        assert seen == set(names), path
