"""The server on real sockets: bodies and answers, limits, the end."""

import json
from contextlib import suppress
from typing import Any

import httpx
import pytest
import trio

from peer.http_api import http_connection
from peer.http_api.server import ApiPortTaken, HttpServer
from tests.peer.http_api.served import (
    SECONDS,
    Served,
    closed_with,
    heard,
    serving,
    subscribed,
    until,
)


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
