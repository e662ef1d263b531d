"""Messages over the TLS stream of a pairing: canonical CBOR behind four bytes of length.

Rules of this file:
1. Every message is bounded and every step has a deadline.
2. Whatever goes wrong is `Malformed`: the other end is not there, or did not say what it must.
"""

from collections.abc import Sequence

import trio

from crdt_models.canonical_cbor import Value, decode, encode
from crdt_models.errors import NotCanonical
from peer.links.address_book import split_address
from peer.links.websocket_link import TlsStream

STEP_SECONDS = 5.0  # one handshake, one message; the installation on a slow disk included
_MAX_MESSAGE = 16 * 1024  # the grant has two certificates, about 1.5 kB
_LENGTH_BYTES = 4


class Malformed(Exception):
    """The other end is not there, or did not say what it must; nothing was decided."""


async def connect(address: str) -> trio.SocketStream:
    """To a checked `host:port`. Raises Malformed."""
    parts = split_address(address)
    assert parts is not None, "invitations hold checked addresses"
    try:
        with trio.fail_after(STEP_SECONDS):
            return await trio.open_tcp_stream(*parts)
    except (OSError, UnicodeError, trio.TooSlowError) as error:
        raise Malformed("ninguém responde") from error


async def handshake(stream: TlsStream) -> None:
    """Raises Malformed."""
    try:
        with trio.fail_after(STEP_SECONDS):
            await stream.do_handshake()
    except (trio.BrokenResourceError, trio.TooSlowError) as error:
        raise Malformed(f"TLS: {error.__cause__ or 'sem resposta a tempo'}") from error


async def say(stream: TlsStream, value: Sequence[object]) -> None:
    """Send one message. Raises Malformed."""
    data = encode(value)
    try:
        with trio.fail_after(STEP_SECONDS):
            await stream.send_all(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
    except (trio.BrokenResourceError, trio.TooSlowError) as error:
        raise Malformed("a ligação caiu") from error


async def hear(stream: TlsStream) -> Value:
    """The next message. Raises Malformed."""
    try:
        with trio.fail_after(STEP_SECONDS):
            length = int.from_bytes(await _exactly(stream, _LENGTH_BYTES), "big")
            if length > _MAX_MESSAGE:
                raise Malformed(f"uma mensagem de {length} bytes")
            return decode(await _exactly(stream, length), max_bytes=_MAX_MESSAGE)
    except (trio.BrokenResourceError, trio.TooSlowError) as error:
        raise Malformed("a ligação caiu ou ficou muda") from error
    except NotCanonical as error:
        raise Malformed(str(error)) from error


async def _exactly(stream: TlsStream, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = await stream.receive_some(count - len(data))
        if not part:
            raise Malformed("ele desligou")
        data += bytes(part)
    return data
