"""Reads the rest of a refused body before the refusal is sent, within limits.

An answer sent while the client still writes is followed by a reset that may swallow it (RFC 9112,
section 9.6), and Hypercorn closes at once. So a body that was refused early, for its size or for
whose it is, is read and thrown away for a moment; whoever sends more than that is cut off.
"""

import trio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crdt_models.receipts import MAX_UPLOAD_BYTES

DRAINED_BYTES = 2 * MAX_UPLOAD_BYTES
DRAIN_SECONDS = 5.0


class Drain:
    """ASGI middleware for HTTP."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_read = False

        async def receiving() -> Message:
            nonlocal is_read
            message = await receive()
            is_read = is_read or not message.get("more_body", False)
            return message

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                left = DRAINED_BYTES
                with trio.move_on_after(DRAIN_SECONDS):
                    while not is_read and left > 0:
                        left -= len((await receiving()).get("body", b""))
            await send(message)

        await self._app(scope, receiving, sending)
