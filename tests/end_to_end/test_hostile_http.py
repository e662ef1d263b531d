"""Hostile bytes over real sockets: each gets a typed answer or a closed connection, and nobody else
notices.

Every test ends with the same process still serving (`unharmed`) and with nothing stored of what was
refused. Tables inside a test share one process; what failed is listed together.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest
import trio
from trio_websocket import ConnectionClosed

from tests.end_to_end.tills import PATIENCE_SECONDS, Json, Till, order_body

JSON_TYPE = "application/json"
PROBLEM = "application/problem+json"
TEN_MB = 10_000_000
MOST_GROWTH_BYTES = 40_000_000  # far below what eight bodies of 10 MB would need
CLOSING_SECONDS = 25.0  # every wait on a client is bounded by 10 s, twice in the worst case


@pytest.fixture
def till(standing: Till) -> Till:
    """One process takes all of it."""
    return standing


@asynccontextmanager
async def unharmed(till: Till) -> AsyncIterator[None]:
    """The same process serves afterwards, and holds what it held before."""
    pid, before = till.pid, await till.figures()
    yield
    assert till.pid == pid
    assert await till.figures() == before
    async with till.client() as client:
        assert (await client.get("/health")).json()["status"] == "ok"
    assert "incident=" not in till.log()  # no fault of ours was behind any refusal
    assert "Traceback" not in till.log()


def wrong(answer: httpx.Response, status: int, code: str) -> str | None:
    """What is not as it must be in an answer to something hostile."""
    if answer.status_code != status or answer.headers["content-type"] != PROBLEM:
        return f"{answer.status_code} {answer.headers.get('content-type')} {answer.text[:200]}"
    told = answer.json()
    if told["code"] != code or told["status"] != status or not told["como_resolver"]:
        return f"{told}"
    if "Expected" in told["detail"] or told["detail"] == "Campo inválido.":
        return f"not in the words of the front end: {told}"
    if answer.headers["x-content-type-options"] != "nosniff":
        return "no security headers"
    return None


BODIES: Sequence[tuple[str, bytes, int, str]] = [
    ("lone surrogate", rb'{"cliente": "\ud800"}', 400, "invalid_json"),
    ("lone low surrogate as a key", rb'{"\udc00": 1}', 400, "invalid_json"),
    ("half a pair in an item", rb'{"itens": [{"nome": "a\ud83d"}]}', 400, "invalid_json"),
    ("2^64", b'{"pessoas": 18446744073709551616}', 400, "invalid_json"),
    ("2^53", b'{"pessoas": 9007199254740992}', 400, "invalid_json"),
    ("4,000 digits", b'{"pessoas": ' + b"9" * 4000 + b"}", 400, "invalid_json"),
    ("1e400", b'{"itens": [{"nome": "x", "preco_unitario": 1e400}]}', 400, "invalid_json"),
    ("1e999999999", b'{"itens": [{"nome":"x","quantidade":1e999999999}]}', 400, "invalid_json"),
    ("1e-400", b'{"itens": [{"nome": "x", "preco_unitario": 1e-400}]}', 400, "invalid_json"),
    ("NaN", b'{"itens": [{"nome": "x", "preco_unitario": NaN}]}', 400, "invalid_json"),
    ("Infinity", b'{"itens": [{"nome": "x", "preco_unitario": -Infinity}]}', 400, "invalid_json"),
    ("100,000 arrays deep", b"[" * 100_000, 400, "invalid_json"),
    ("closed arrays", b"[" * 50_000 + b"]" * 50_000, 400, "invalid_json"),
    ("deep objects", b'{"a":' * 20_000 + b"1" + b"}" * 20_000, 400, "invalid_json"),
    ("17 levels", b'{"flags":' + b"[" * 17 + b"]" * 17 + b"}", 400, "invalid_json"),
    ("NUL", rb'{"cliente": "a\u0000b"}', 400, "invalid_json"),
    ("raw NUL", b'{"cliente": "a\0b"}', 400, "invalid_json"),
    ("not UTF-8", b'{"cliente": "\xff\xfe"}', 400, "invalid_json"),
    ("overlong UTF-8", b'{"cliente": "\xc0\xaf"}', 400, "invalid_json"),
    ("UTF-16", '{"cliente": "x"}'.encode("utf-16"), 400, "invalid_json"),
    ("nothing", b"", 400, "invalid_json"),
    ("half", b'{"itens": [', 400, "invalid_json"),
    ("two", b"{}{}", 400, "invalid_json"),
    ("an array", b"[]", 422, "invalid_field"),
    ("a text", b'"x"', 422, "invalid_field"),
    ("null", b"null", 422, "invalid_field"),
    ("negative price", b'{"itens":[{"nome":"x","preco_unitario":-1}]}', 422, "invalid_field"),
    ("no people", b'{"pessoas": 0}', 422, "invalid_field"),
    ("a name of 121", b'{"cliente": "' + b"x" * 121 + b'"}', 422, "invalid_field"),
    ("three places", b'{"itens":[{"nome":"x","preco_unitario":1.005}]}', 422, "invalid_amount"),
    ("no price", b'{"itens":[{"nome":"x"}]}', 422, "invalid_field"),
    ("true as a number", b'{"pessoas": true}', 422, "invalid_field"),
    ("an object as a text", b'{"cliente": {"$ne": null}}', 422, "invalid_field"),
    ("SQL as an id", b'{"mesa_id": "x\' OR 1=1 --"}', 404, "unknown_table"),
]


async def test_hostile_bodies(till: Till) -> None:
    failed = {}
    async with unharmed(till), till.client() as client:
        for name, body, status, code in BODIES:
            answer = await client.post(
                "/api/pedidos", content=body, headers={"content-type": JSON_TYPE}
            )
            found = wrong(answer, status, code)
            if found is not None:
                failed[name] = found
    assert failed == {}


async def test_text_that_deceives_the_eye_is_stored_without_its_tricks(till: Till) -> None:
    body, _ = order_body(1)
    body["cliente"] = "\u202eoãoJ\u202c\u200b\x07 \u2066Silva\u2069"
    body["observacao"] = "<script>alert(1)</script>"
    async with till.client() as client:
        made = await client.post("/api/pedidos", json=body)
        shown = await client.get(made.headers["location"])
        page = await client.get("/")
    assert shown.json()["cliente"] == "oãoJ Silva"
    assert shown.json()["observacao"] == body["observacao"]  # text; the page shows it as such
    assert (
        "script-src" in page.headers["content-security-policy"]
        or "default-src 'self'" in (page.headers["content-security-policy"])
    )


async def test_a_page_of_another_site_cannot_post_forms(till: Till) -> None:
    """What a browser sends without asking first: forms and text/plain, here even with the key."""
    failed = {}
    data = json.dumps(order_body(1)[0]).encode()
    async with unharmed(till), till.client() as client:
        for media_type in (
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/json-patch+json",
            "application/cbor",
            "text/json",
            "",
        ):
            answer = await client.post(
                "/api/pedidos", content=data, headers={"content-type": media_type}
            )
            failed[media_type] = wrong(answer, 415, "unsupported_media_type")
    assert set(failed.values()) == {None}, failed


async def test_strange_hosts_origins_and_keys(till: Till) -> None:
    port = till.address.partition(":")[2]
    hosts = ["evil.example", f"evil.example:{port}", "127.0.0.1:1", f"127.0.0.1.:{port}", ""]
    origins = ["null", "http://evil.example", "http://127.0.0.1:1", f"http://evil.127.0.0.1:{port}"]
    keys = ["", "x", "mfe_" + "A" * 43, till.key[:-1], till.key + "x", "x" * 5000]
    body = order_body(1)[0]
    failed: list[str] = []
    async with unharmed(till), till.client() as client, till.client(key="") as stranger:
        for host in hosts:
            answer = await client.post("/api/pedidos", json=body, headers={"host": host})
            failed += filter(None, [wrong(answer, 421, "wrong_host")])
        for origin in origins:
            answer = await client.post("/api/pedidos", json=body, headers={"origin": origin})
            failed += filter(None, [wrong(answer, 403, "origin_refused")])
            assert "access-control-allow-origin" not in answer.headers
        for key in keys:
            answer = await stranger.post("/api/pedidos", json=body, headers={"x-api-key": key})
            failed += filter(None, [wrong(answer, 401, "unauthenticated")])
        for path in ("/api/pedidos", "/api/terminal", "/api/front-ends", "/api/sync/status"):
            failed += filter(None, [wrong(await stranger.get(path), 401, "unauthenticated")])
        answer = await client.post("/api/front-ends", json={"nome": "meu"})
        failed += filter(None, [wrong(answer, 403, "forbidden")])
    assert failed == []


async def test_a_preflight_of_a_stranger_is_refused(till: Till) -> None:
    asking = {
        "origin": "http://evil.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-api-key",
    }
    async with till.client(key="") as client:
        answer = await client.options("/api/pedidos", headers=asking)
        assert wrong(answer, 403, "origin_refused") is None
        known = await client.options(
            "/api/pedidos", headers={**asking, "origin": "http://localhost:5173"}
        )
    assert known.status_code == 204
    assert known.headers["access-control-allow-origin"] == "http://localhost:5173"
    assert "access-control-allow-credentials" not in known.headers


async def test_strange_paths_and_methods(till: Till) -> None:
    table: Sequence[tuple[str, str, int, str]] = [
        ("GET", "/api/nada", 404, "not_found"),
        ("GET", "/api/pedidos/" + "f" * 32, 404, "unknown_order"),
        ("GET", "/api/pedidos/%00", 404, "not_found"),
        ("GET", "/api/pedidos/..%2f..%2fmalha.db", 404, "not_found"),
        ("GET", "/..%2fmalha.db", 404, "not_found"),
        ("GET", "/api/pedidos/%ff%fe", 404, "unknown_order"),
        ("GET", "/api/pedidos?dia=%ff", 422, "invalid_field"),
        ("GET", "/api/pedidos?dia=ontem", 422, "invalid_field"),
        ("GET", "/api/pedidos?limite=abc", 422, "invalid_field"),
        ("GET", "/api/pedidos?desde=xxx", 400, "bad_cursor"),
        ("GET", "/api/pedidos?" + "&".join(f"a{i}=1" for i in range(40)), 422, "invalid_field"),
        ("GET", "/api/documentos/x", 404, "not_found"),
        ("PATCH", "/api/pedidos", 405, "method_not_allowed"),
        ("TRACE", "/api/pedidos", 405, "method_not_allowed"),
        ("CONNECT", "/api/pedidos", 405, "method_not_allowed"),
        ("MALHA", "/api/pedidos", 405, "method_not_allowed"),
    ]
    failed = {}
    async with unharmed(till), till.client() as client:
        for method, path, status, code in table:
            answer = await client.request(method, path)
            found = wrong(answer, status, code)
            if found is not None:
                failed[method, path[:60]] = found
    assert failed == {}


def head(till: Till, *headers: str, method: str = "POST", path: str = "/api/pedidos") -> bytes:
    """The head of a good request, up to what `headers` make of it."""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {till.address}",
        f"x-api-key: {till.key}",
        f"Content-Type: {JSON_TYPE}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def upgrade(till: Till, *headers: str) -> bytes:
    """The handshake of a WebSocket."""
    wanted = ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    asked = ("Upgrade: websocket", "Connection: Upgrade")
    return head(till, *asked, *wanted, *headers, method="GET", path="/ws/sync")


def first_line(answer: bytes) -> str:
    return answer.partition(b"\r\n")[0].decode("latin-1")


async def test_ten_megabytes_are_refused_in_bounded_memory(till: Till) -> None:
    """Announced or in chunks, eight at once: 413 while it is being sent, and no memory for it."""
    announced = head(till, f"Content-Length: {TEN_MB}") + b"a" * TEN_MB
    chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    chunked = head(till, "Transfer-Encoding: chunked") + chunk * (TEN_MB // 65536) + b"0\r\n\r\n"
    lying = head(till, "Content-Length: 99999999999999999999") + b"{}"
    answers: list[bytes] = []

    async def ask(data: bytes) -> None:
        answers.append(await till.raw(data))

    async with unharmed(till):
        before = till.resident_bytes()
        async with trio.open_nursery() as nursery:
            for _ in range(4):
                nursery.start_soon(ask, announced)
                nursery.start_soon(ask, chunked)
        assert {first_line(each) for each in answers} == {"HTTP/1.1 413 "}
        assert all(b'"code":"body_too_large"' in each for each in answers)
        assert till.resident_bytes() - before < MOST_GROWTH_BYTES
        assert first_line(await till.raw(lying)) in ("HTTP/1.1 413 ", "HTTP/1.1 400 ")


async def test_requests_that_two_readers_would_cut_differently(till: Till) -> None:
    """Smuggling: a second request hidden in the body of the first must not be answered."""
    hidden = head(till, method="GET", path="/api/terminal")
    inside = b"0\r\n\r\n" + hidden
    cases = {
        "TE and CL": head(till, f"Content-Length: {len(inside)}", "Transfer-Encoding: chunked")
        + inside,
        "two CL": head(till, "Content-Length: 2", "Content-Length: 0") + b"{}" + hidden,
        "CL list": head(till, "Content-Length: 2, 0") + b"{}" + hidden,
        "CL with a sign": head(till, "Content-Length: +2") + b"{}" + hidden,
        "unknown TE": head(till, "Transfer-Encoding: xchunked") + inside,
        "TE twice": head(till, "Transfer-Encoding: chunked", "Transfer-Encoding: identity")
        + inside,
        "TE with a space": head(till, "Transfer-Encoding : chunked", "Content-Length: 0") + hidden,
        "bad chunk size": head(till, "Transfer-Encoding: chunked") + b"0x2\r\n{}\r\n0\r\n\r\n",
    }
    failed = {}
    async with unharmed(till):
        for name, data in cases.items():
            answer = await till.raw(data)
            starts = answer.count(b"HTTP/1.1 ")
            if starts != 1 or b"dispositivo" in answer or b"HTTP/1.1 2" in answer:
                failed[name] = answer[:400]
    assert failed == {}


async def test_nonsense_behind_a_good_request_does_not_cut_its_answer(till: Till) -> None:
    """After a request that ends the connection: its answer comes whole, or a whole refusal."""
    asking = head(till, "Connection: close", method="GET", path="/api/terminal")
    failed = []
    async with unharmed(till):
        for _ in range(30):
            answer = await till.raw(asking + b"nonsense\r\n\r\n")
            top, _, body = answer.partition(b"\r\n\r\n")
            length = [line for line in top.split(b"\r\n") if line.startswith(b"content-length: ")]
            if len(length) != 1 or len(body) != int(length[0].partition(b": ")[2]):
                failed.append(answer)
    assert failed == []


async def test_floods_of_headers_end_their_own_connection(till: Till) -> None:
    floods = [
        head(till, "a: " + "b" * 400_000),
        head(till, *(f"a{number}: b" for number in range(50_000))),
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"\0" * 50_000,
    ]
    async with unharmed(till):
        for data in floods:
            line = first_line(await till.raw(data))
            assert line in ("HTTP/1.1 400 ", "HTTP/1.1 431 ", ""), line


async def test_slow_clients_are_closed_and_others_do_not_wait(till: Till) -> None:
    """Nothing, half a head, a head byte by byte, half a body, a WebSocket that answers no
    ping. All at once."""
    begun = [
        b"",
        b"GET / HTTP/1.1\r\nHost:",
        head(till, "Content-Length: 100") + b"{",
        head(till, "Transfer-Encoding: chunked") + b"5\r\n{",
        upgrade(till),
    ]
    ended: list[bytes] = []

    async def stall(data: bytes) -> None:
        ended.append(await till.raw(data, seconds=CLOSING_SECONDS))

    async def drip() -> None:
        with trio.fail_after(CLOSING_SECONDS):
            async with await till.connect() as stream:
                await stream.send_all(b"GET / HTTP/1.1\r\n")
                while True:
                    with trio.move_on_after(0.5):
                        if not await stream.receive_some():
                            break
                    try:
                        await stream.send_all(b"a: b\r\n")
                    except trio.BrokenResourceError:
                        break
        ended.append(b"")

    async with unharmed(till), trio.open_nursery() as nursery:
        for data in begun:
            for _ in range(20):
                nursery.start_soon(stall, data)
        nursery.start_soon(drip)
        async with till.client() as client:
            for number in range(5):  # served while all of them hang
                answer = await client.get("/api/pedidos")
                assert answer.status_code == 200, number
    assert len(ended) == 20 * len(begun) + 1
    late = {first_line(each) for each in ended}
    assert late <= {"", "HTTP/1.1 408 ", "HTTP/1.1 400 ", "HTTP/1.1 101 "}


async def test_websockets_want_a_key_and_sense(till: Till) -> None:

    async def closed_with(messages: Sequence[str | bytes], key: str = "") -> int:
        with trio.fail_after(PATIENCE_SECONDS):
            async with till.socket(key=key) as talk:
                try:
                    for each in messages:
                        await talk.send_message(each)
                    while True:
                        await talk.get_message()
                except ConnectionClosed as closed:
                    return int(closed.reason.code)

    async with unharmed(till):
        assert await closed_with([], key="mfe_wrong") == 1008
        assert await closed_with(['{"type": "auth", "key": "wrong"}']) == 1008
        assert await closed_with(['{"type": "auth", "key": 18446744073709551616}']) == 1008
        assert await closed_with([b"\0\xff"]) == 1008
        assert await closed_with(["[" * 100_000]) == 1008
        assert await closed_with(["x" * 300_000], key=till.key) == 1009
        assert await closed_with(['{"type": "ping"}'] * 101, key=till.key) == 1008
        refused = await till.raw(upgrade(till, "Origin: http://evil.example"))
        assert first_line(refused) == "HTTP/1.1 403 "


async def test_what_is_not_understood_is_said_and_the_talk_goes_on(till: Till) -> None:
    strange = [
        '{"type": "subscribe", "cursor": 18446744073709551616}',
        '{"type": "subscribe", "cursor": 1e400}',
        r'{"type": "\ud800"}',
        '{"type": "subscribe", "kinds": {"a": 1}}',
        "[" * 1000,
        "null",
    ]
    async with unharmed(till), till.socket() as talk:
        assert msgspec.json.decode(await talk.get_message())["type"] == "connection"
        for text in (b"\0\xff", *strange):
            await talk.send_message(text)
            told: Json = json.loads(await talk.get_message())
            assert told["type"] == "error", text
        await talk.send_message('{"type": "ping"}')
        assert json.loads(await talk.get_message())["type"] == "pong"
