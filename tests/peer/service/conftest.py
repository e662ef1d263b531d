"""An ASGI client without a server: it says exactly the bytes it is told to."""

from collections.abc import Sequence

import msgspec
import pytest


class Reply(msgspec.Struct, frozen=True):
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self):
        return msgspec.json.decode(self.body)


async def ask(
    app,
    method: str,
    path: str,
    *,
    headers: Sequence[tuple[str, str]] = (),
    body: bytes | Sequence[bytes] = b"",
    query: str = "",
    host: str | None = "127.0.0.1:3000",
) -> Reply:
    """One request; `body` may come in pieces."""
    pieces = [body] if isinstance(body, bytes) else list(body)
    given = [(name.lower(), value) for name, value in headers]
    if host is not None:
        given.insert(0, ("host", host))
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "scheme": "http",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given],
        "server": ("127.0.0.1", 3000),
        "client": ("127.0.0.1", 50000),
        "http_version": "1.1",
        "extensions": {},
    }
    sent: list[dict] = []

    async def receive():
        if not pieces:
            raise AssertionError("read beyond the end")
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    assert start["type"] == "http.response.start"
    names = {name.decode(): value.decode("latin-1") for name, value in start.get("headers", [])}
    content = b"".join(message.get("body", b"") for message in sent[1:])
    return Reply(start["status"], names, content)


@pytest.fixture
def asked():
    return ask
