"""Two shops on one network, told to dial each other: they never mix, and both sell on."""

from collections.abc import Sequence
from contextlib import suppress

import trio

from peer.identity import Identity
from peer.identity.tls_contexts import link_client, link_server
from simulations.demo.cables import LOOPBACK
from tests.end_to_end.mesh.peers import PeerProcess, converged, linked, open_peers, until

DIALS = 3  # of one terminal at a stranger's door, each refused


class Spy:
    """Listens where the shop dials, with another site's certificate, and keeps what it gets."""

    def __init__(self, spy: Identity, victim: Identity) -> None:
        # It would accept the victim, as a terminal of the victim's own site would.
        self._context = link_server(victim.root_der, spy.link_file)
        self.visits = 0
        self.heard = b""

    async def listen(self, task_status: trio.TaskStatus[str]) -> None:
        listeners = await trio.open_tcp_listeners(0, host=LOOPBACK)
        port = listeners[0].socket.getsockname()[1]
        task_status.started(f"{LOOPBACK}:{port}")
        await trio.serve_listeners(self._visit, listeners)

    async def _visit(self, transport: trio.SocketStream) -> None:
        self.visits += 1
        with suppress(trio.BrokenResourceError):
            stream = trio.SSLStream(transport, self._context, server_side=True)
            await stream.do_handshake()
            while data := await stream.receive_some():
                self.heard += data


async def said_to(stranger: Identity, peer: PeerProcess) -> bytes:
    """All that a terminal says to who dials it with a certificate of another site."""
    host, port = peer.address.split(":")
    transport = await trio.open_tcp_stream(host, int(port))
    context = link_client(peer.identity.root_der, stranger.link_file)
    stream = trio.SSLStream(transport, context)
    heard = b""
    with suppress(trio.BrokenResourceError), trio.fail_after(20):
        await stream.do_handshake()
        await stream.send_all(b"GET /malha-link HTTP/1.1\r\nHost: malha\r\n\r\n")
        while data := await stream.receive_some():
            heard += data
    await trio.aclose_forcefully(stream)
    return heard


async def devices(peers: Sequence[PeerProcess]) -> list[set[str]]:
    return [await each.neighbours() for each in peers]


async def test_two_sites_that_dial_each_other_never_mix(tmp_path):
    async with open_peers(tmp_path) as peers, trio.open_nursery() as nursery:
        ours, theirs = peers.site("ours", "AB"), peers.site("theirs", "AB")
        cables = [await peers.cable(each) for each in theirs]
        spy = Spy(theirs[0].identity, ours[0].identity)
        abroad = [await nursery.start(spy.listen), *(cable.address for cable in cables)]
        homes = [each.address for each in ours]
        await ours[0].start([*abroad, ours[1].address])
        await ours[1].start([*abroad, ours[0].address])
        await theirs[0].start([*homes, theirs[1].address])
        await theirs[1].start([*homes, theirs[0].address])
        for shop in (ours, theirs):
            await linked(shop)
            for each in shop:
                await each.sell(2)
            await converged(shop, 2 * 3)

        async def all_tried() -> bool:
            doors = [cable.statistics()["connections"] for cable in cables]
            return min(doors) >= DIALS and spy.visits >= DIALS

        await until(all_tried)
        assert spy.heard == b""
        assert await said_to(theirs[0].identity, ours[0]) == b""
        for shop in (ours, theirs):
            one, other = shop
            assert await devices(shop) == [
                {other.identity.device.hex()},
                {one.identity.device.hex()},
            ]
            await one.sell()
            await converged(shop, 2 * 3 + 1)
        assert (await ours[0].figures())[1] != (await theirs[0].figures())[1]
        nursery.cancel_scope.cancel()
