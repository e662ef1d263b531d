"""The relay's client against everything that is not a relay: real sockets, scripted bytes."""

import gzip
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest
import trio

from crdt_models.receipts import (
    MAX_RECEIPT_BYTES,
    Answer,
    Question,
    Receipt,
    RelayToken,
    Upload,
    batch_hash,
    encode_answer,
    encode_token,
    encode_upload,
    sign_receipt,
)
from peer.uplink.relay_client import RelayClient, RelayFailure, make_client
from tests.cloud_relay.shop import Terminal, key_of, public

RELAY = key_of("relay")
COUNTER = Terminal("counter")
UPLOAD = Upload(COUNTER.site, (COUNTER.boot().data,))
TOKEN = encode_token(RelayToken(bytes(32), public(RELAY)))


def response(
    body: bytes, *headers: str, status: str = "200 OK", media_type: str = "application/cbor"
) -> bytes:
    head = [f"HTTP/1.1 {status}", f"content-type: {media_type}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


def sized(body: bytes, *headers: str, **more: str) -> bytes:
    return response(body, f"content-length: {len(body)}", *headers, **more)


def receipt(**more: object) -> Receipt:
    fields: dict[str, object] = {
        "site": COUNTER.site,
        "relay": public(RELAY),
        "time": 1,
        "batch": batch_hash(encode_upload(UPLOAD)),
        "kept": b"\1",
        **more,
    }
    return Receipt(**fields)  # type: ignore[arg-type]


def signed(**more: object) -> bytes:
    return sign_receipt(receipt(**more), RELAY)


def gzip_bomb() -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(64):
            file.write(bytes(1024 * 1024))
    return packed.getvalue()


async def play(script: bytes, seen: list[bytes], stream: trio.SocketStream) -> None:
    """Read one request, answer with `script` whatever it was, and close."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += await stream.receive_some(65536)
    head, _, body = request.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += await stream.receive_some(65536)
    seen.append(head)
    try:
        await stream.send_all(script)
    except trio.BrokenResourceError:
        return
    await stream.aclose()


@asynccontextmanager
async def impostor(script: bytes, seen: list[bytes] | None = None) -> AsyncIterator[RelayClient]:
    """A client of something on a real socket that always answers with `script`."""
    heads: list[bytes] = [] if seen is None else seen
    async with trio.open_nursery() as nursery, make_client() as http:
        listeners = await nursery.start(
            partial(trio.serve_tcp, partial(play, script, heads), 0, host="127.0.0.1")
        )
        port = listeners[0].socket.getsockname()[1]
        yield RelayClient(http, f"http://127.0.0.1:{port}", TOKEN, COUNTER.site)
        nursery.cancel_scope.cancel()


PORTAL = b"<html>Bem-vindo ao Wi-Fi</html>"
FAULTS = {
    "refused 500": (sized(b"", status="500 Oops"), "refused"),
    "refused 400": (sized(b"", status="400 Bad"), "refused"),
    "busy": (sized(b"", "retry-after: 7", status="429 Slow down"), "busy"),
    "not admitted": (sized(b"", status="401 Who"), "not_admitted"),
    "another tenant": (sized(b"", status="404 What"), "not_admitted"),
    "redirect": (sized(b"", "location: http://127.0.0.1:1/", status="302 There"), "redirect"),
    "captive portal": (sized(PORTAL, media_type="text/html"), "not_a_relay"),
    "portal that lies": (sized(PORTAL), "malformed_answer"),
    "truncated": (response(signed()[:40], f"content-length: {len(signed())}"), "truncated"),
    "truncated chunk": (response(b"400\r\nabc", "transfer-encoding: chunked"), "truncated"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", "truncated"),
    "closed": (b"", "truncated"),
    "gzip bomb": (sized(gzip_bomb(), "content-encoding: gzip"), "compressed_answer"),
    "announced too large": (response(b"", f"content-length: {2**40}"), "answer_too_large"),
    "endless": (
        response(
            b"".join(b"10000\r\n" + bytes(0x10000) + b"\r\n" for _ in range(20)),
            "transfer-encoding: chunked",
        ),
        "answer_too_large",
    ),
    "forged": (sized(sign_receipt(receipt(), key_of("forger"))), "forged_receipt"),
    "another relay": (
        sized(sign_receipt(receipt(relay=public(key_of("forger"))), key_of("forger"))),
        "forged_receipt",
    ),
    "another site": (
        sized(signed(site=Terminal("x", shop="another").site)),
        "receipt_of_another",
    ),
    "another batch": (sized(signed(batch=bytes(32))), "receipt_of_another"),
    "a receipt and more": (sized(signed() + b"\0"), "malformed_answer"),
    "empty": (sized(b""), "malformed_answer"),
}


@pytest.mark.parametrize("name", sorted(FAULTS))
async def test_what_is_no_relay_gives_no_receipt(name: str) -> None:
    script, reason = FAULTS[name]
    seen: list[bytes] = []
    async with impostor(script, seen) as client:
        with pytest.raises(RelayFailure) as caught:
            await client.upload(UPLOAD)
    assert caught.value.reason == reason
    assert len(seen) == 1, "nothing is followed or repeated here"
    assert caught.value.retry_after == (7 if name == "busy" else None)


async def test_a_good_receipt_is_believed() -> None:
    seen: list[bytes] = []
    async with impostor(sized(signed()), seen) as client:
        found = await client.upload(UPLOAD)
    assert found.keeps(0)
    assert not found.keeps(1)
    assert b"accept-encoding: identity" in seen[0].lower()


async def test_an_answer_needs_a_receipt_of_ours() -> None:
    question = Question(COUNTER.site, ())
    good = encode_answer(Answer((b"change",), False, signed()))
    async with impostor(sized(good)) as client:
        answer, _ = await client.ask(question)
        assert answer.changes == (b"change",)
    forged = encode_answer(Answer((), False, sign_receipt(receipt(), key_of("forger"))))
    async with impostor(sized(forged)) as client:
        with pytest.raises(RelayFailure) as caught:
            await client.ask(question)
    assert caught.value.reason == "forged_receipt"


async def test_nobody_there() -> None:
    listener = (await trio.open_tcp_listeners(0, host="127.0.0.1"))[0]
    port = listener.socket.getsockname()[1]
    await listener.aclose()
    async with make_client() as http:
        client = RelayClient(http, f"http://127.0.0.1:{port}", TOKEN, COUNTER.site)
        with pytest.raises(RelayFailure) as caught:
            await client.upload(UPLOAD)
    assert caught.value.reason == "unreachable"
    assert caught.value.is_away


@pytest.mark.parametrize("beginning", [b"", response(signed()[:9], "content-length: 5000")])
async def test_silence_ends_after_a_while(beginning: bytes) -> None:
    async def dawdle(stream: trio.SocketStream) -> None:
        await stream.send_all(beginning)
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery, make_client() as http:
        serve = partial(trio.serve_tcp, dawdle, 0, host="127.0.0.1")
        listeners = await nursery.start(serve)
        port = listeners[0].socket.getsockname()[1]
        client = RelayClient(
            http, f"http://127.0.0.1:{port}", TOKEN, COUNTER.site, exchange_seconds=0.2
        )
        with pytest.raises(RelayFailure) as caught:
            await client.upload(UPLOAD)
        nursery.cancel_scope.cancel()
    assert caught.value.reason == "slow"


def test_receipt_limits_are_below_what_is_read() -> None:
    assert len(signed()) < MAX_RECEIPT_BYTES
