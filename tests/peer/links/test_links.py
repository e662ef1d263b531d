import pytest
import trio

from peer.environment import DialFailed, LinkClosed, MessageLink, NoNetwork, RealEnvironment
from peer.identity.membership import BUILD_SECONDS
from peer.links import LanNetwork


def environment_of(nursery: trio.Nursery, identity, dice) -> RealEnvironment:
    network = LanNetwork(identity, nursery=nursery, dice=dice, floor=lambda: BUILD_SECONDS)
    return RealEnvironment(network, dice)


async def test_the_environment_dials_and_listens(shop):
    async def greet(link: MessageLink) -> None:
        await link.send(b"hello " + link.peer.letters.encode())

    async with trio.open_nursery() as nursery:
        here = environment_of(nursery, shop.admin, shop.dice)
        there = environment_of(nursery, shop.terminal("B"), shop.dice)
        [address] = await nursery.start(here.listen, "127.0.0.1", 0, greet)
        link = await there.dial(address)
        assert await link.receive() == b"hello B"
        with pytest.raises(LinkClosed):
            await link.receive()
        await link.aclose()
        nursery.cancel_scope.cancel()


async def test_without_a_network_every_dial_fails():
    environment = RealEnvironment()
    assert isinstance(environment.network, NoNetwork)
    with pytest.raises(DialFailed):
        await environment.dial("127.0.0.1:3002")
    assert await environment.run_blocking(divmod, 7, 2) == (3, 1)
    assert environment.wall_ms() > BUILD_SECONDS * 1000 or environment.monotonic() > 0
    assert len(environment.dice.random_bytes(16)) == 16
    assert 1 <= environment.dice.uniform(1, 2) <= 2
