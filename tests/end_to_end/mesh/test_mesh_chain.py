"""Three processes sell together, also where two of them never see each other."""

from crdt_models.change import verify_signature
from tests.end_to_end.mesh.peers import converged, linked, open_peers


async def test_what_a_sells_reaches_c_through_b_and_back(tmp_path):
    async with open_peers(tmp_path) as peers:
        a, b, c = peers.site("shop", "ABC")
        await a.start()
        await b.start([a.address])
        to_b = await peers.cable(b)
        await c.start([to_b.address])
        await linked([a, b, c], [1, 2, 1])
        for each in (a, b, c):
            await each.sell(3)
        await converged([a, b, c], 3 * 4)
        assert await a.neighbours() == await c.neighbours() == {b.identity.device.hex()}

        await to_b.pull()
        await linked([a, b, c], [1, 1, 0])
        await a.sell(2)
        await c.sell(2)
        await to_b.plug()
        await converged([a, b, c], 3 * 4 + 4)

        for each in (a, b, c):
            await each.stop()
        at_a, at_c = a.changes(), c.changes()
        assert {change.data for change in at_a} == {change.data for change in at_c}
        of_a = [change for change in at_c if change.device == a.identity.device]
        assert len(of_a) == 6
        for change in of_a:
            verify_signature(change, a.identity.certificate.signing_key)
