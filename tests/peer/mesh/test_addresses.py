"""Where terminals are found without multicast, and what a false hint can cost."""

import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count

import pytest
import trio

from crdt_models.ids import DeviceId
from crdt_models.replication.messages import MAX_ADDRESS_DEVICES, MAX_ADDRESSES, Addresses
from peer.links.address_book import DIAL_BURST, DIALS_PER_SECOND
from tests.peer.mesh.conftest import MeshShop, converged, linked, until
from tests.peer.mesh.liar import lying
from tests.peer.mesh.spoiled_links import WithoutMulticast

Answer = Callable[["trio.SSLStream[trio.SocketStream]"], Awaitable[None]]


async def test_a_neighbour_tells_where_it_reaches_the_others(open_mesh_shop):
    async with open_mesh_shop() as shop:
        kind = {"wrap": WithoutMulticast, "discover": True}
        a, c = await shop.start("A", **kind), await shop.start("C", **kind)
        b = await shop.start("B", [a.address, c.address], **kind)
        await linked([a, b, c])


async def test_a_flood_of_false_hints_costs_a_budget_of_dials(open_mesh_shop):
    dialled: list[str] = []

    class Counting(WithoutMulticast):
        async def dial(self, address: str):
            dialled.append(address)
            return await super().dial(address)

    async with open_mesh_shop() as shop:
        a = await shop.start("A", wrap=Counting, discover=True)
        b = await shop.start("B")
        ports = count(1)  # nobody listens at the first five hundred
        hints = tuple(
            (
                DeviceId(bytes([number]) * 32),
                tuple(f"127.0.0.1:{next(ports)}" for _ in range(MAX_ADDRESSES)),
            )
            for number in range(MAX_ADDRESS_DEVICES)
        )
        start = trio.current_time()
        async with lying(shop.identity("Z"), a.address) as liar:
            await liar.say(Addresses(hints))
            await until(lambda: len(dialled) >= 2 * DIAL_BURST)
            late = await shop.start("C", [a.address, b.address])
            await until(lambda: late.node.device in a.mesh.online())
            await a.sell()
            await converged([a, b, late], 2)
        elapsed = trio.current_time() - start
        assert len(dialled) <= DIAL_BURST + DIALS_PER_SECOND * (elapsed + 1)


async def say_garbage(stream: "trio.SSLStream[trio.SocketStream]") -> None:
    await stream.send_all(b"\x00\xff" * 4096)


async def say_not_found(stream: "trio.SSLStream[trio.SocketStream]") -> None:
    await stream.receive_some()
    await stream.send_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


async def say_another_protocol(stream: "trio.SSLStream[trio.SocketStream]") -> None:
    await stream.receive_some()
    await stream.send_all(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: bm90IHRoZSBrZXkgeW91IGdhdmU=\r\n\r\n"
    )


async def say_an_endless_header(stream: "trio.SSLStream[trio.SocketStream]") -> None:
    await stream.receive_some()
    await stream.send_all(b"HTTP/1.1 101 Switching Protocols\r\n")
    for _ in range(1000):
        await stream.send_all(b"X-Long: " + b"a" * 1000 + b"\r\n")


async def hang_up(stream: "trio.SSLStream[trio.SocketStream]") -> None:
    pass


async def hang_up_rudely(stream: "trio.SSLStream[trio.SocketStream]") -> None:
    await trio.aclose_forcefully(stream)


ANSWERS: list[Answer] = [
    say_garbage,
    say_not_found,
    say_another_protocol,
    say_an_endless_header,
    hang_up,
    hang_up_rudely,
]


class FalseDoor:
    """A member's address at which something else than a terminal answers."""

    def __init__(self, shop: MeshShop, answer: Answer) -> None:
        self._context: ssl.SSLContext = shop.identity("Z").server_context()
        self._answer = answer
        self.visits = 0

    async def listen(self, task_status: trio.TaskStatus[str]) -> None:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        port = listeners[0].socket.getsockname()[1]
        task_status.started(f"127.0.0.1:{port}")
        await trio.serve_listeners(self._visit, listeners)

    async def _visit(self, transport: trio.SocketStream) -> None:
        stream = trio.SSLStream(transport, self._context, server_side=True)
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await stream.do_handshake()
            self.visits += 1
            await self._answer(stream)
        await trio.aclose_forcefully(stream)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.__name__)
async def test_what_answers_at_a_members_address_may_be_anything(open_mesh_shop, answer: Answer):
    async with open_mesh_shop() as shop, trio.open_nursery() as nursery:
        door = FalseDoor(shop, answer)
        false = await nursery.start(door.listen)
        b = await shop.start("B")
        a = await shop.start("A", [false, b.address])
        await until(lambda: door.visits >= 2)  # dialled again after it failed
        await linked([a, b])
        await a.sell()
        await converged([a, b], 2)
        nursery.cancel_scope.cancel()
