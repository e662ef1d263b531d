"""What one link, one device and all strangers together may take of a terminal."""

import contextlib

import pytest
import trio
from trio_websocket import ConnectionClosed

from peer.environment import ClosedBy, DialFailed, LinkClosed, MessageLink
from peer.links.doorkeeper import Limits
from tests.peer.links.listening import (
    eventually,
    listening,
    network,
    never,
    trusting,
)

LONG = 60.0
FAST = Limits(tls_handshake_seconds=0.2, websocket_handshake_seconds=0.2)


async def test_a_frame_of_16_mib_ends_the_link_only(shop):
    received: list[bytes] = []
    ends: list[LinkClosed] = []

    async def handler(link: MessageLink) -> None:
        try:
            while True:
                received.append(await link.receive())
        except LinkClosed as closed:
            ends.append(closed)

    async with listening(shop.admin, handler) as there, trio.open_nursery() as nursery:
        net = network(nursery, shop.terminal("B"))
        link = await net.dial(there.address)
        with pytest.raises(ConnectionClosed), trio.fail_after(10):
            await link._connection.send_message(bytes(16 * 1024 * 1024))
        with pytest.raises(LinkClosed):
            await link.receive()
        await eventually(lambda: bool(ends))
        await link.aclose()
        again = await net.dial(there.address)
        await again.send(b"still here")
        await eventually(lambda: received == [b"still here"])
        await again.aclose()
        nursery.cancel_scope.cancel()
    assert ends[0].by is ClosedBy.BROKEN
    assert "256" in str(ends[0]) or "262144" in str(ends[0])


async def test_the_dialling_end_refuses_such_a_frame_too(shop):
    async def handler(link: MessageLink) -> None:
        with contextlib.suppress(ConnectionClosed):
            await link._connection.send_message(bytes(1024 * 1024))
        await never(link)

    async with listening(shop.admin, handler) as there, trio.open_nursery() as nursery:
        link = await network(nursery, shop.terminal("B")).dial(there.address)
        with pytest.raises(LinkClosed), trio.fail_after(10):
            await link.receive()
        await link.aclose()
        nursery.cancel_scope.cancel()


async def test_a_text_message_ends_the_link(shop):
    ends: list[LinkClosed] = []

    async def handler(link: MessageLink) -> None:
        try:
            await link.receive()
        except LinkClosed as closed:
            ends.append(closed)

    async with listening(shop.admin, handler) as there, trio.open_nursery() as nursery:
        link = await network(nursery, shop.terminal("B")).dial(there.address)
        await link._connection.send_message("text")
        await eventually(lambda: bool(ends))
        nursery.cancel_scope.cancel()
    assert ends[0].by is ClosedBy.BROKEN


async def test_a_silent_client_is_cut_by_the_handshake_deadline(shop):
    async with listening(shop.admin, limits=FAST) as there:
        silent = await trio.open_tcp_stream("127.0.0.1", there.port)
        with trio.fail_after(10):
            assert await silent.receive_some() == b""
        await silent.aclose()


async def test_a_member_that_never_opens_the_websocket_is_cut(shop):
    context = trusting(shop.admin)
    context.load_cert_chain(shop.terminal("B").link_file)
    async with listening(shop.admin, limits=FAST) as there:
        transport = await trio.open_tcp_stream("127.0.0.1", there.port)
        stream = trio.SSLStream(transport, context, https_compatible=True)
        await stream.do_handshake()
        with trio.fail_after(10):
            assert await stream.receive_some() == b""
        await trio.aclose_forcefully(stream)


async def test_a_server_that_never_answers_does_not_hold_the_dial(shop):
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(trio.serve_tcp, never, 0)
        port = listeners[0].socket.getsockname()[1]
        with pytest.raises(DialFailed) as failed, trio.fail_after(10):
            await network(nursery, shop.admin, limits=FAST).dial(f"127.0.0.1:{port}")
        assert "in time" in str(failed.value)
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense", "a..b:1", "127.0.0.1:0"])
async def test_addresses_that_lead_nowhere_are_typed(shop, address):
    async with trio.open_nursery() as nursery:
        with pytest.raises(DialFailed):
            await network(nursery, shop.admin).dial(address)


async def test_strangers_beyond_the_cap_are_closed_at_once(shop):
    limits = Limits(strangers=3, strangers_per_address=2, tls_handshake_seconds=LONG)
    async with listening(shop.admin, limits=limits) as there:
        silent = [await trio.open_tcp_stream("127.0.0.1", there.port) for _ in range(5)]
        await eventually(lambda: there.net.doorkeeper.refused == 3)
        assert there.net.doorkeeper.statistics()["strangers"] == 2
        for stream in silent:
            await trio.aclose_forcefully(stream)
        await eventually(lambda: there.net.doorkeeper.statistics()["strangers"] == 0)


async def test_a_device_has_two_places(shop):
    async with listening(shop.admin) as there, trio.open_nursery() as nursery:
        net = network(nursery, shop.terminal("B"))
        links = [await net.dial(there.address) for _ in range(3)]
        with pytest.raises(LinkClosed), trio.fail_after(10):
            await links[2].receive()
        for link in links[:2]:
            await link.send(b"x")
            assert await link.receive() == b"x"
        for link in links:
            await link.aclose()
        nursery.cancel_scope.cancel()


def test_the_limits_are_those_agreed():
    limits = Limits()
    assert (limits.members, limits.strangers, limits.per_device) == (64, 8, 2)
    assert (limits.tls_handshake_seconds, limits.websocket_handshake_seconds) == (10, 5)
