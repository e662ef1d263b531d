"""Machines that die, freeze or fall silent in the middle of it."""

from tests.end_to_end.mesh.peers import PeerProcess, converged, linked, open_peers, until

MISSED = 500


async def test_a_change_sent_to_one_peer_only_survives_its_author(tmp_path):
    """C is the author's neighbour, so B leaves it to the author: until the author is gone."""
    async with open_peers(tmp_path) as peers:
        author, b, c, d = peers.site("shop", "ABCD")
        await b.start()
        await c.start([b.address])
        await d.start([b.address, c.address])
        silent = [await peers.cable(c), await peers.cable(d)]
        await author.start([b.address, *(cable.address for cable in silent)])
        everyone = [author, b, c, d]
        await linked(everyone)
        await author.sell()
        await converged(everyone, 2)

        for cable in silent:
            cable.hold()
        await author.sell()
        await until(lambda: holds(b, 3))
        await author.kill()
        for cable in silent:
            await cable.pull()
        await converged([b, c, d], 3)
        await linked([b, c, d])

        await b.sell(MISSED)
        await author.start([b.address])
        await converged(everyone, 3 + 1 + MISSED)


async def holds(peer: PeerProcess, changes: int) -> bool:
    return (await peer.figures())[0] == changes


async def test_a_frozen_terminal_is_dropped_by_its_silence_and_catches_up(tmp_path):
    async with open_peers(tmp_path) as peers:
        a, b, c = everyone = peers.site("shop", "ABC")
        await a.start()
        await b.start([a.address])
        await c.start([a.address, b.address])
        await linked(everyone)
        await c.sell()
        await converged(everyone, 2)
        c.freeze()
        try:
            await a.sell()
            await linked([a, b], [1, 1])
            await b.sell()
            await converged([a, b], 2 + 4)
        finally:
            c.thaw()
        await linked(everyone)
        await c.sell()
        await converged(everyone, 2 + 4 + 1)
