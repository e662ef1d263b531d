"""Calls an ASGI application as its HTTP server would, without one."""

import json
from collections.abc import Mapping
from urllib.parse import unquote

import trio
from starlette.types import ASGIApp, Message, Scope

from simulations.workload.till import JSON, Answer


async def call(
    app: ASGIApp, method: str, place: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    """One request. place: path and query. Status, headers (lower case), body."""
    path, _, query = place.partition("?")
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 3000),
    }
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Message] = []

    async def receive() -> Message:
        await trio.lowlevel.checkpoint()
        if waiting:
            return waiting.pop()
        await trio.sleep_forever()  # the front end stays on the line until it has its answer
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert sent and sent[0]["type"] == "http.response.start", "no answer"
    answered = {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in sent[0]["headers"]
    }
    return sent[0]["status"], answered, b"".join(part.get("body", b"") for part in sent[1:])


def answer_of(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """With its JSON read."""
    read: JSON = json.loads(body) if body else None
    return Answer(status, read, headers)
