"""Who gets a link over TLS, who does not, and how links end."""

import shutil
import ssl
from pathlib import Path

import pytest
import trio
import trio.testing
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from crdt_models.errors import UntrustedCertificate
from peer.environment import ClosedBy, DialFailed, LinkClosed, MessageLink, SelfConnection
from peer.identity import load
from peer.identity.errors import CertificateExpired
from peer.identity.membership import Grant, TerminalKeys
from peer.identity.pem_files import link_pem
from peer.identity.x509_certificates import leaf_certificate
from peer.links.doorkeeper import Limits
from tests.peer.links.listening import (
    NOW,
    echo,
    eventually,
    listening,
    network,
    never,
    trusting,
)

DAY = 24 * 3600
Accepted = list[MessageLink]


async def test_two_terminals_of_one_site_exchange_frames(shop):
    frames = [b"", b"x", bytes(range(256)) * 1024]
    async with listening(shop.admin) as there, trio.open_nursery() as nursery:
        link = await network(nursery, shop.terminal("B")).dial(there.address)
        for frame in frames:
            await link.send(frame)
        assert [await link.receive() for _ in frames] == frames
        assert (link.peer.letters, link.dialled, link.clone) == ("A", True, False)
        assert link.address == there.address
        assert link.statistics()["frames_received"] == 3
        await link.aclose()
        nursery.cancel_scope.cancel()


async def test_the_accepting_end_knows_who_came(shop):
    seen: list[tuple[str, bool]] = []

    async def handler(link: MessageLink) -> None:
        seen.append((link.peer.letters, link.dialled))

    async with listening(shop.admin, handler) as there, trio.open_nursery() as nursery:
        link = await network(nursery, shop.terminal("B")).dial(there.address)
        with pytest.raises(LinkClosed) as closed:
            await link.receive()
        assert closed.value.by is ClosedBy.PEER
        await link.aclose()
        nursery.cancel_scope.cancel()
    assert seen == [("B", False)]


async def test_closing_names_the_doer(shop):
    async with listening(shop.admin) as there, trio.open_nursery() as nursery:
        link = await network(nursery, shop.terminal("B")).dial(there.address)
        await link.aclose()
        await link.aclose()
        with pytest.raises(LinkClosed) as closed:
            await link.receive()
        assert closed.value.by is ClosedBy.US
        with pytest.raises(LinkClosed):
            await link.send(b"x")
        await eventually(lambda: there.net.doorkeeper.statistics()["members"] == 0)
        nursery.cancel_scope.cancel()


async def test_a_cancelled_send_ends_the_link(shop):
    async with listening(shop.admin, never) as there, trio.open_nursery() as nursery:
        link = await network(nursery, shop.terminal("B")).dial(there.address)
        with trio.CancelScope() as scope:
            nursery.start_soon(cancel_when_blocked, scope)
            await send_without_end(link)
        with pytest.raises(LinkClosed) as closed:
            await link.send(b"x")
        assert closed.value.by is ClosedBy.US
        nursery.cancel_scope.cancel()


async def send_without_end(link: MessageLink) -> None:
    while True:
        await link.send(bytes(256 * 1024))


async def cancel_when_blocked(scope: trio.CancelScope) -> None:
    await trio.testing.wait_all_tasks_blocked(0.05)
    scope.cancel()


async def test_who_does_not_read_is_cut_as_too_slow(shop):
    async with listening(shop.admin, never) as there, trio.open_nursery() as nursery:
        net = network(nursery, shop.terminal("B"), limits=Limits(send_seconds=0.2))
        link = await net.dial(there.address)
        with pytest.raises(LinkClosed) as closed:
            await send_without_end(link)
        assert closed.value.by is ClosedBy.TOO_SLOW
        await link.aclose()
        nursery.cancel_scope.cancel()


# Who is not of the site gets no byte -------------------------------------------------------------


class Stranger:
    """A TLS client with any context, and what it received before the end."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self.received = b""
        self.failure: BaseException | None = None

    async def call(self, port: int) -> None:
        transport = await trio.open_tcp_stream("127.0.0.1", port)
        stream = trio.SSLStream(transport, self.context, https_compatible=True)
        try:
            with trio.fail_after(10):
                await stream.send_all(UPGRADE)
                while data := await stream.receive_some():
                    self.received += data
        except trio.BrokenResourceError as error:
            self.failure = error.__cause__
        finally:
            await trio.aclose_forcefully(stream)


UPGRADE = (
    b"GET /malha-link HTTP/1.1\r\nHost: malha\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: malha-link-v1\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
)


def anonymous(folder: Path, shop, other) -> ssl.SSLContext:
    return trusting(shop.admin)


def self_signed(folder: Path, shop, other) -> ssl.SSLContext:
    keys = TerminalKeys(Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate())
    return showing(folder, shop, keys, shop.admin.encoded_chain, keys.link)


def other_sites(folder: Path, shop, other) -> ssl.SSLContext:
    context = trusting(shop.admin)
    context.load_cert_chain(other.terminal("B").link_file)
    return context


def copied_chain(folder: Path, shop, other) -> ssl.SSLContext:
    """B's member chain in a certificate for a thief's key, issued by the site's own X.509 CA."""
    keys = TerminalKeys(Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate())
    chain = shop.terminal("B").encoded_chain
    return showing(folder, shop, keys, chain, shop.admin.issuing().x509_key)


def no_chain(folder: Path, shop, other) -> ssl.SSLContext:
    keys = TerminalKeys(Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate())
    return showing(folder, shop, keys, b"", shop.admin.issuing().x509_key)


def issued_by_a_terminal(folder: Path, shop, other) -> ssl.SSLContext:
    """B, no admin, signs an X.509 certificate for its own chain with its link key."""
    terminal = shop.terminal("B")
    return showing(folder, shop, terminal.keys, terminal.encoded_chain, terminal.keys.link)


def other_chain_under_our_ca(folder: Path, shop, other) -> ssl.SSLContext:
    """Another site's genuine member under this site's X.509 CA."""
    terminal = other.terminal("B")
    x509_key = shop.admin.issuing().x509_key
    return showing(folder, shop, terminal.keys, terminal.encoded_chain, x509_key)


def expired(folder: Path, shop, other) -> ssl.SSLContext:
    context = trusting(shop.admin)
    context.load_cert_chain(shop.terminal("B", now=NOW - 401 * DAY).link_file)
    return context


def old_tls(folder: Path, shop, other) -> ssl.SSLContext:
    context = trusting(shop.admin)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(shop.terminal("B").link_file)
    return context


def showing(folder, shop, keys: TerminalKeys, chain: bytes, issuer: Ed25519PrivateKey):
    leaf = leaf_certificate(keys.link.public_key(), chain, issuer)
    above = shop.admin.issuing().x509_certificate
    grant = Grant(leaf.public_bytes(Encoding.DER), above.public_bytes(Encoding.DER))
    file = folder / "shown.pem"
    file.write_bytes(link_pem(keys, grant))
    context = trusting(shop.admin)
    context.load_cert_chain(file)
    return context


STRANGERS = [
    anonymous,
    self_signed,
    other_sites,
    copied_chain,
    no_chain,
    issued_by_a_terminal,
    other_chain_under_our_ca,
    expired,
    old_tls,
]


@pytest.mark.parametrize("kind", STRANGERS)
async def test_a_stranger_gets_no_byte(kind, shop, new_shop, tmp_path):
    came: Accepted = []

    async def handler(link: MessageLink) -> None:
        came.append(link)

    stranger = Stranger(kind(tmp_path, shop, new_shop("other")))
    async with listening(shop.admin, handler) as there:
        await stranger.call(there.port)
        await eventually(lambda: there.net.doorkeeper.statistics()["strangers"] == 0)
        assert there.net.doorkeeper.statistics()["members"] == 0
    assert (stranger.received, came) == (b"", [])


async def test_the_stranger_of_these_tests_gets_in_with_a_good_certificate(shop):
    """The control of the test above: the same calls, a member's certificate, an answer."""
    context = trusting(shop.admin)
    context.load_cert_chain(shop.terminal("B").link_file)
    stranger = Stranger(context)

    async def hang_up(link: MessageLink) -> None:
        await link.send(b"welcome")

    async with listening(shop.admin, hang_up) as there:
        with trio.move_on_after(10):
            await stranger.call(there.port)
    assert stranger.received.startswith(b"HTTP/1.1 101")
    assert b"welcome" in stranger.received
    assert b"permessage-deflate" not in stranger.received.lower()


@pytest.mark.parametrize("kind", [self_signed, other_sites, copied_chain, no_chain, expired])
async def test_a_server_that_is_no_member_gets_no_byte(kind, shop, new_shop, tmp_path):
    """The same certificates, shown by who answers."""
    client_context = kind(tmp_path, shop, new_shop("other"))
    file = tmp_path / "shown.pem"
    if not file.exists():
        source = shop if kind is expired else new_shop("other2")
        now = NOW - 401 * DAY if kind is expired else NOW
        file = source.terminal("C", now=now).link_file
    del client_context
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    received: list[bytes] = []

    async def serve(transport: trio.SocketStream) -> None:
        stream = trio.SSLStream(transport, context, server_side=True, https_compatible=True)
        try:
            while data := await stream.receive_some():
                received.append(bytes(data))
        except trio.BrokenResourceError:
            pass
        finally:
            await trio.aclose_forcefully(stream)

    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(trio.serve_tcp, serve, 0)
        port = listeners[0].socket.getsockname()[1]
        with pytest.raises((DialFailed, UntrustedCertificate)):
            await network(nursery, shop.terminal("B")).dial(f"127.0.0.1:{port}")
        nursery.cancel_scope.cancel()
    assert received == []


async def test_an_expired_terminal_is_told_so_with_the_cure_before_it_dials(shop):
    old = shop.terminal("B", now=NOW - 401 * DAY)
    async with trio.open_nursery() as nursery:
        with pytest.raises(CertificateExpired) as expired_error:
            await network(nursery, old).dial("127.0.0.1:9")
    assert expired_error.value.details["letters"] == "B"
    assert "malha invite" in expired_error.value.cure


async def test_renewal_brings_it_back(shop):
    old = shop.terminal("B", now=NOW - 401 * DAY)
    async with listening(shop.admin) as there, trio.open_nursery() as nursery:
        net = network(nursery, old)
        with pytest.raises(CertificateExpired):
            await net.dial(there.address)
        renewed = shop.terminal("B")
        assert renewed.device == old.device
        net.use(renewed)
        link = await net.dial(there.address)
        await link.aclose()
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("now", [0, 978_307_200, NOW])
async def test_a_dead_clock_still_connects(shop, now):
    """1970, 2001: the floor is the build, and a certificate `from the future` is no reason."""
    async with listening(shop.admin) as there, trio.open_nursery() as nursery:
        link = await network(nursery, shop.terminal("B"), now=now).dial(there.address)
        await link.send(b"alive")
        assert await link.receive() == b"alive"
        await link.aclose()
        nursery.cancel_scope.cancel()


# Ourselves and our clone -------------------------------------------------------------------------


async def test_our_own_process_is_an_error(shop):
    came: Accepted = []

    async def handler(link: MessageLink) -> None:
        came.append(link)

    async with listening(shop.admin, handler) as there:
        with pytest.raises(SelfConnection):
            await there.net.dial(there.address)
        await eventually(lambda: there.net.doorkeeper.statistics()["strangers"] == 0)
    assert came == []


async def test_a_clone_is_marked_and_let_in(shop, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(shop.admin.home, copy)
    marks: list[bool] = []

    async def handler(link: MessageLink) -> None:
        marks.append(link.clone)
        await echo(link)

    async with listening(shop.admin, handler) as there, trio.open_nursery() as nursery:
        link = await network(nursery, load(copy), boot=b"another boot").dial(there.address)
        await link.send(b"what I sold")
        assert await link.receive() == b"what I sold"
        assert (link.clone, link.peer.device) == (True, shop.admin.device)
        await link.aclose()
        nursery.cancel_scope.cancel()
    assert marks == [True]


def test_contexts_are_strict(shop):
    for context in (shop.admin.server_context(), shop.admin.client_context()):
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.minimum_version is context.maximum_version is ssl.TLSVersion.TLSv1_3
        assert context.verify_flags & ssl.VERIFY_X509_STRICT
        assert len(context.get_ca_certs()) == 1  # the site root; no system store
    assert "keys" not in repr(shop.admin)
