"""A paired terminal that lies to real ones: the fourth member here is a program of the test."""

import trio

from crdt_models.replication.messages import Changes
from crdt_models.replication.patience import REFUSED_LIMIT
from crdt_models.replication.settings import GossipSettings
from crdt_models.replication.wants import MAX_IN_FLIGHT, MAX_MISSES
from tests.end_to_end.mesh.peers import converged, linked, open_peers, until
from tests.peer.mesh.liar import Liar, forged, invented_tips, lying

INTERVAL_SECONDS = GossipSettings().interval


async def test_three_terminals_stay_one_shop_beside_a_liar(tmp_path):
    async with open_peers(tmp_path) as peers:
        a, b, c, z = peers.site("shop", "ABCZ")
        honest = [a, b, c]
        await a.start()
        await b.start([a.address])
        await c.start([a.address, b.address])
        await linked(honest)
        await a.sell()
        await converged(honest, 2)
        pids = [each.pid for each in honest]
        start = trio.current_time()
        async with lying(z.identity, a.address) as mute, lying(z.identity, b.address) as liar:
            mute.answers = False
            for each in (mute, liar):
                await each.say(invented_tips(c.identity.device, 1500))
            await until(lambda: asked(mute, liar))
            for each in honest:
                await each.sell(2)
            await converged(honest, 2 + 2 + 3 * 2)
            intervals = (trio.current_time() - start) / INTERVAL_SECONDS
            for each in (mute, liar):
                assert each.wants.total() <= (MAX_MISSES + MAX_IN_FLIGHT) * (intervals + 1)

            await c.stop()
            lies = forged(c.changes()[-1], z.identity, REFUSED_LIMIT + 1)
            await liar.say(Changes(tuple(lies)))
            await mute.send(b"\xff" * 1000)
            await until(lambda: ended(mute, liar))
            assert liar.goodbyes() == ["too_many_refused"]
            assert mute.goodbyes() == ["malformed"]
        await c.start([a.address, b.address])
        await linked(honest)
        await a.sell()
        await converged(honest, 2 + 2 + 3 * 2 + 1)
        assert [each.pid for each in (a, b)] == pids[:2]


async def asked(*liars: Liar) -> bool:
    return all(each.wants for each in liars)


async def ended(*liars: Liar) -> bool:
    return all(each.ended.is_set() for each in liars)
