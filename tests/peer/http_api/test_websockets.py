"""WebSockets on real sockets: keys, cursors, limits, slow clients."""

import json
import socket

import pytest
import trio

from peer.http_api import http_connection, websockets
from peer.http_api import server as server_module
from tests.peer.http_api.served import (
    SECONDS,
    Served,
    closed_with,
    heard,
    subscribed,
    until,
)

ADMIN = "the-token-of-this-boot"


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
        '{"type": "subscribe", "kinds": ["pedidos"]}',
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


async def test_the_version_told_of_a_table_is_the_one_that_if_match_wants(served: Served) -> None:
    shop = served.shop
    table = await shop.post("/api/mesas", {"nome": "7"}, 201)
    async with served.socket() as talk:
        await subscribed(talk)
        await shop.open(mesa_id=table["id"])
        told = [await heard(talk) for _ in range(2)]
        version = next(each["version"] for each in told if each["type"].startswith("table:"))
        answer = await shop.ask(
            "PATCH", f"/api/mesas/{table['id']}", {"lugares": 4}, if_match=f'"{version}"'
        )
        assert answer.status_code == 200, answer.text


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
