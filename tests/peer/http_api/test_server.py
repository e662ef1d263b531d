"""The server on real sockets: WebSockets, limits, slow clients, the end."""

import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
import trio
from trio_websocket import ConnectionClosed, wrap_client_stream

from peer.http_api import http_connection, websockets
from peer.http_api import server as server_module
from peer.http_api.server import ApiPortTaken, HttpServer

ADMIN = "the-token-of-this-boot"
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


@pytest.fixture
async def served(running: Any) -> AsyncIterator[Served]:
    async with running() as shop, trio.open_nursery() as nursery:
        server = HttpServer(shop.app, goodbye=shop.events.goodbye)
        port = await nursery.start(server.serve, "127.0.0.1", 0)
        with trio.fail_after(60):
            yield Served(shop, server, port, nursery)
        nursery.cancel_scope.cancel()


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


async def test_http_and_websocket_on_one_port(served: Served) -> None:
    url = f"http://127.0.0.1:{served.port}"
    client = httpx.AsyncClient(headers={"x-api-key": served.shop.key})
    async with client, served.socket() as talk:
        assert (await subscribed(talk))["type"] == "subscribed"
        body = {"itens": [{"nome": "Café", "preco_unitario": 4.5}]}
        answer = await client.post(f"{url}/api/pedidos", json=body)
        assert answer.status_code == 201
        event = await heard(talk)
        assert (event["type"], event["data"]) == ("order:created", answer.json())
        stats = (await client.get(f"{url}/ws/stats")).json()
        assert stats == {
            "total_connections": 1,
            "connections_by_type": {"pedidos": 0, "global": 1},
            "active_types": ["pedidos", "global"],
        }


async def test_a_cursor_resumes_after_a_cut(served: Served) -> None:
    async with served.socket() as talk:
        cursor = (await subscribed(talk))["cursor"]
    first = await served.shop.open()
    second = await served.shop.open()
    async with served.socket() as talk:
        await heard(talk)
        await talk.send_message(json.dumps({"type": "subscribe", "cursor": cursor}))
        events = [await heard(talk) for _ in range(3)]
        assert [each["type"] for each in events] == ["order:created"] * 2 + ["subscribed"]
        assert [each["data"]["id"] for each in events[:2]] == [first["id"], second["id"]]
        assert events[2]["cursor"] == events[1]["cursor"]


@pytest.mark.parametrize("cursor", [10**9, -1])
async def test_a_foreign_cursor_starts_over(served: Served, cursor: int) -> None:
    async with served.socket() as talk:
        assert (await subscribed(talk, cursor=cursor))["type"] == "refresh_required"


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", '"x"', '{"type": 1}', '{"type": "launch"}', "[" * 5000),
        *('{"type": "subscribe", "kinds": "all"}', '{"type": "subscribe", "cursor": "1"}'),
        *('{"type": "subscribe", "cursor": 1e3}', '{"type": "subscribe", "kinds": [1]}'),
    ],
)
async def test_what_is_not_understood_is_said_so(served: Served, text: str) -> None:
    async with served.socket() as talk:
        await heard(talk)
        await talk.send_message(text)
        assert (await heard(talk))["type"] == "error"
        await talk.send_message('{"type": "ping"}')
        assert (await heard(talk))["type"] == "pong"


async def test_pedidos_speaks_to_the_letter(served: Served) -> None:
    async with served.socket("/ws/pedidos") as talk:
        hello = await heard(talk)
        assert (hello["type"], hello["status"]) == ("connection", "connected")
        assert hello["message"] == "Conectado ao canal pedidos"
        await talk.send_message('{"type": "ping"}')
        assert set(await heard(talk)) == {"type", "timestamp"}
        await talk.send_message('{"type": "get_pedidos"}')
        assert (await heard(talk))["type"] == "refresh_required"
        pedido = await served.shop.open()
        made = await heard(talk)
        assert set(made) == {"type", "action", "pedido_id", "data", "timestamp"}
        assert (made["action"], made["pedido_id"], made["data"]) == ("create", pedido["id"], pedido)
        await served.shop.ask("DELETE", f"/api/pedidos/{pedido['id']}")
        assert (await heard(talk))["action"] == "delete"


async def test_the_key_may_come_in_the_first_message(served: Served) -> None:
    async with served.socket(key="") as talk:
        await talk.send_message(json.dumps({"type": "auth", "key": served.shop.key}))
        assert (await heard(talk))["type"] == "connection"


@pytest.mark.parametrize(
    "first", ['{"type": "auth", "key": "wrong"}', '{"type": "auth"}', '{"type": "ping"}', "x"]
)
async def test_a_bad_first_message_ends_with_1008(served: Served, first: str) -> None:
    async with served.socket(key="") as talk:
        await talk.send_message(first)
        assert await closed_with(talk) == 1008


async def test_a_bad_key_ends_with_1008(served: Served) -> None:
    async with served.socket(key="wrong") as talk:
        assert await closed_with(talk) == 1008


async def test_silence_instead_of_a_key_ends_with_1008(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websockets, "AUTH_SECONDS", 0.05)
    async with served.socket(key="") as talk:
        assert await closed_with(talk) == 1008


async def test_a_revoked_key_ends_the_conversation(served: Served) -> None:
    async with served.socket() as talk:
        await subscribed(talk)
        await served.shop.ask("DELETE", "/api/front-ends/Teste", x_api_key=ADMIN)
        assert await closed_with(talk) == 1008


@pytest.mark.parametrize("origin", ["null", "http://evil.example", "http://127.0.0.1:1"])
async def test_a_page_of_another_origin_is_refused_before_the_upgrade(
    served: Served, origin: str
) -> None:
    headers = {"origin": origin, "x-api-key": served.shop.key}
    assert (await served.upgrade(**headers)).startswith(b"HTTP/1.1 403")


async def test_another_host_name_is_refused_before_the_upgrade(served: Served) -> None:
    assert (await served.upgrade(host="evil.example")).startswith(b"HTTP/1.1 421")


async def test_a_websocket_anywhere_else_is_refused(served: Served) -> None:
    assert (await served.upgrade("/ws/nada")).startswith(b"HTTP/1.1 403")


async def test_a_flood_ends_with_1008(served: Served) -> None:
    async with served.socket() as talk:
        for _ in range(websockets.MAX_MESSAGES + 1):
            await talk.send_message('{"type": "ping"}')
        assert await closed_with(talk) == 1008


async def test_a_message_too_large_ends_with_1009(served: Served) -> None:
    async with served.socket() as talk:
        await talk.send_message("x" * (server_module.WEBSOCKET_MESSAGE_BYTES + 1))
        assert await closed_with(talk) == 1009


async def test_a_client_that_lags_is_told_to_start_over(served: Served) -> None:
    async with served.socket() as talk:
        await subscribed(talk)
        (client,) = served.shop.events._clients
        client.lose()
        assert (await heard(talk))["type"] == "refresh_required"
        await served.shop.open()
        assert (await heard(talk))["type"] == "order:created"


async def test_a_client_that_never_reads_loses_its_connection(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_connection, "SEND_SECONDS", 0.2)
    monkeypatch.setattr(http_connection, "READ_SECONDS", 1000.0)  # so that only sending can end it
    big = "x" * 60_000
    served.shop.events.present = lambda sighting: {"big": big}
    with socket.socket() as own:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        own.settimeout(SECONDS)
        await trio.to_thread.run_sync(own.connect, ("127.0.0.1", served.port))
        own.sendall(
            f"GET /ws/pedidos HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nUpgrade: websocket\r\n"
            f"x-api-key: {served.shop.key}\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        with trio.fail_after(SECONDS):
            await until(lambda: served.shop.events.connections()["pedidos"] == 1)
            while served.server.statistics()["connections"]:
                await served.shop.open()
    assert served.shop.events.connections()["pedidos"] == 0


async def test_a_large_body_is_refused_while_it_is_being_sent(served: Served) -> None:
    head = (
        f"POST /api/pedidos HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n"
        f"x-api-key: {served.shop.key}\r\nContent-Type: application/json\r\n"
    ).encode()
    announced = await served.raw(head + b"Content-Length: 10000000\r\n\r\n" + b"a" * 1_000_000)
    assert announced.startswith(b"HTTP/1.1 413")
    piece = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    chunked = await served.raw(head + b"Transfer-Encoding: chunked\r\n\r\n" + piece * 30)
    assert chunked.startswith(b"HTTP/1.1 413")


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[Served]:
    """An application of a test's own."""
    async with trio.open_nursery() as nursery:
        server = HttpServer(app)
        port = await nursery.start(server.serve, "127.0.0.1", 0)
        with trio.fail_after(60):
            yield Served(None, server, port, nursery)
        nursery.cancel_scope.cancel()


POST = b"POST /a%20b?c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
OK = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}


async def test_what_an_application_leaves_of_a_body_is_taken() -> None:
    async def answer_early(scope: Any, receive: Any, send: Any) -> None:
        await send(OK)
        await send({"type": "http.response.body", "body": scope["path"][-2:].encode()})

    async with serving(answer_early) as served:
        found = await served.raw(POST + b"1\r\na\r\n" * 30 + b"0\r\n\r\n" + LAST)
    first, second = found.split(b"HTTP/1.1 200")[1:]
    assert first.endswith(b"\r\n\r\n b")
    assert second.endswith(b"\r\n\r\nst")


async def test_a_body_comes_in_pieces_and_an_answer_leaves_in_pieces() -> None:
    async def echo(scope: Any, receive: Any, send: Any) -> None:
        await send({**OK, "headers": []})
        while (message := await receive())["type"] == "http.request" and message["more_body"]:
            await send({"type": "http.response.body", "body": message["body"], "more_body": True})
        await send({"type": "http.response.body"})
        assert await receive() == {"type": "http.disconnect"}

    asking = POST.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
    async with serving(echo) as served, await trio.open_tcp_stream("127.0.0.1", served.port) as one:
        await one.send_all(asking)
        assert (await one.receive_some()).startswith(b"HTTP/1.1 100")
        await one.send_all(b"2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n")
        found = b"".join([piece async for piece in one])
    assert found.startswith(b"HTTP/1.1 200")
    assert found.endswith(b"2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n")


@pytest.mark.parametrize("starts", [False, True])
async def test_a_fault_of_the_application_ends_its_connection_only(starts: bool) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        if starts:
            await send(OK)
            await send({"type": "http.response.body", "body": b"a", "more_body": True})
        raise RuntimeError("a fault")

    async with serving(broken) as served:
        for _ in range(2):
            found = await served.raw(LAST)
            assert found.startswith(b"HTTP/1.1 200" if starts else b"HTTP/1.1 500")


async def test_an_answer_to_head_has_no_body() -> None:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await send(OK)
        await send({"type": "http.response.body", "body": b"ab"})

    async with serving(answer) as served:
        found = await served.raw(LAST.replace(b"GET", b"HEAD"))
    assert b"content-length: 2" in found.lower()
    assert found.endswith(b"\r\n\r\n")


async def test_a_client_that_goes_away_withdraws_nothing() -> None:
    gone, done = trio.Event(), trio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await gone.wait()
        done.set()
        await send(OK)
        await send({"type": "http.response.body", "body": b"ab"})

    async with serving(slow) as served:
        stream = await trio.open_tcp_stream("127.0.0.1", served.port)
        await stream.send_all(LAST)
        await until(lambda: served.server.statistics()["connections"] == 1)
        await trio.aclose_forcefully(stream)
        gone.set()
        await done.wait()
        await until(lambda: served.server.statistics()["connections"] == 0)


async def test_stopping_ends_idle_connections_and_answers_the_others() -> None:
    asked, go_on = trio.Event(), trio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        asked.set()
        await go_on.wait()
        await send(OK)
        await send({"type": "http.response.body", "body": b"ab"})

    async with serving(slow) as served:
        idle = await trio.open_tcp_stream("127.0.0.1", served.port)
        busy = await trio.open_tcp_stream("127.0.0.1", served.port)
        await busy.send_all(LAST.replace(b"Connection: close\r\n", b""))
        await asked.wait()
        served.server.stop()
        assert await idle.receive_some() == b""
        await idle.aclose()
        go_on.set()
        assert b"".join([piece async for piece in busy]).endswith(b"ab")
        await busy.aclose()


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a: " + b"b" * 20_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 10_000 + b"\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x00\xa5\x01\x00",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        (
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c"
            b"\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n"
        ),
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n" * 100_000,
    ],
)
async def test_nonsense_ends_its_own_connection_only(
    served: Served, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_connection, "IDLE_SECONDS", 0.2)
    with trio.move_on_after(SECONDS) as scope:
        with suppress(trio.BrokenResourceError, ConnectionError):
            await served.raw(data)
    assert not scope.cancelled_caught
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{served.port}/health")
    assert answer.status_code == 200


async def test_what_is_no_http_gets_a_typed_answer(served: Served) -> None:
    said = await served.raw(b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n")
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ") and b"application/problem+json" in head
    problem = json.loads(body)
    assert (problem["code"], problem["status"]) == ("bad_request", 400)
    assert problem["como_resolver"]


async def test_a_websocket_handshake_with_a_body_is_an_ordinary_request(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    """Its body would be taken for frames."""
    head = b"GET /ws/sync HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
    asked = b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
    asked += b"dGhlIHNhbXBsZSBub25jZQ==\r\nContent-Length: 3\r\n\r\nabc"
    said = await served.raw(head + asked)
    assert said.startswith(b"HTTP/1.1 4")
    assert not caplog.records


async def test_an_idle_connection_is_closed(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_connection, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(http_connection, "LINGER_SECONDS", 0.05)
    assert await served.raw(b"GET / HTTP/1.1\r\nHost:") == b""


async def test_a_taken_port_is_said_so(served: Served) -> None:
    with pytest.raises(ApiPortTaken):
        await HttpServer(served.shop.app).serve("127.0.0.1", served.port)


async def test_stopping_says_goodbye_and_closes(served: Served) -> None:
    async with served.socket() as talk:
        await subscribed(talk)
        served.server.stop()
        assert await closed_with(talk) == 1001
    await until(lambda: served.server.statistics()["connections"] == 0)
    with pytest.raises(OSError):
        await trio.open_tcp_stream("127.0.0.1", served.port)


async def test_a_cancelled_server_leaves_no_connection(running: Any) -> None:
    async with running() as shop, trio.open_nursery() as nursery:
        server = HttpServer(shop.app)
        port = await nursery.start(server.serve, "127.0.0.1", 0)
        async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
            await stream.send_all(b"GET / HTTP/1.1\r\n")
            await until(lambda: server.statistics()["connections"] == 1)
            nursery.cancel_scope.cancel()
    assert server.statistics()["connections"] == 0
