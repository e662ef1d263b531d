"""A terminal that listens on loopback, and what its tests do with the links."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import trio

from peer.environment import LinkClosed, MessageLink
from peer.identity import Identity
from peer.identity.membership import BUILD_SECONDS, time_floor
from peer.identity.tls_contexts import applicant_client
from peer.links.doorkeeper import Limits
from peer.links.tls_websocket import TlsWebSocketNetwork

NOW = BUILD_SECONDS + 40 * 24 * 3600


def network(
    nursery: trio.Nursery,
    identity: Identity,
    *,
    boot: bytes = b"",
    now: int = NOW,
    limits: Limits | None = None,
) -> TlsWebSocketNetwork:
    return TlsWebSocketNetwork(
        identity,
        nursery=nursery,
        boot=boot or identity.device[:16],
        floor=lambda: time_floor(now),
        limits=limits or Limits(),
    )


async def echo(link: MessageLink) -> None:
    try:
        while True:
            await link.send(await link.receive())
    except LinkClosed:
        pass


async def never(_: object) -> None:
    await trio.sleep_forever()


class Listening:
    """A listening peer and what came to it."""

    def __init__(self, net: TlsWebSocketNetwork, address: str) -> None:
        self.net = net
        self.address = address
        self.port = int(address.rpartition(":")[2])


@asynccontextmanager
async def listening(
    identity: Identity,
    handler: Callable[[MessageLink], Awaitable[None]] = echo,
    *,
    now: int = NOW,
    limits: Limits | None = None,
) -> AsyncIterator[Listening]:
    async with trio.open_nursery() as nursery:
        net = network(nursery, identity, now=now, limits=limits)
        addresses = await nursery.start(net.listen, "127.0.0.1", 0, handler)
        yield Listening(net, addresses[0])
        nursery.cancel_scope.cancel()


async def eventually(condition: Callable[[], bool]) -> None:
    with trio.fail_after(10):
        while not condition():  # noqa: ASYNC110 - the condition belongs to another object
            await trio.sleep(0.005)


def trusting(identity: Identity) -> ssl.SSLContext:
    return applicant_client(identity.root_der)
