"""A disk that was copied: a clone beside its original, and a backup that was put back.

Every write is kept on every terminal, and every terminal says that a person must look.
"""

from collections.abc import Sequence
from contextlib import closing

from crdt_models.ids import ChangeId
from tests.end_to_end.mesh.peers import PeerProcess, converged, copy_home, linked, open_peers, until


async def everyone_is_told(peers: Sequence[PeerProcess]) -> None:
    async def told() -> bool:
        kinds = [await each.disputes() for each in peers]
        return all(each.count("lineage_forked") == 1 for each in kinds)

    await until(told)


def tips_of(peer: PeerProcess) -> set[ChangeId]:
    """The ends of its own chain, while it is off."""
    with closing(peer.open_log()) as log:
        return {tip.id for tip in log.tips() if tip.device == peer.identity.device}


async def test_a_clone_and_its_original_keep_all_they_sold(tmp_path):
    async with open_peers(tmp_path) as peers:
        original, b, c = peers.site("shop", "ABC")
        await b.start()
        await c.start([b.address])
        await original.start([b.address])
        await original.sell()
        await converged([original, b, c], 2)
        await original.stop()
        clone = peers.copy(original, "clone")
        everyone = [original, clone, b, c]
        await original.start([b.address])
        await clone.start([b.address, c.address])
        await linked(everyone, [1, 2, 2, 2])  # one device at B and C, by two links
        for each in everyone:
            await each.sell(2)
        await converged(everyone, 2 + 4 * 3)
        await everyone_is_told(everyone)


async def test_a_backup_put_back_keeps_what_was_sold_before_and_after(tmp_path):
    async with open_peers(tmp_path) as peers:
        machine, b, c = everyone = peers.site("shop", "ABC")
        await b.start()
        await c.start([b.address])
        to_b = await peers.cable(b)
        await machine.start([to_b.address])
        await machine.sell()
        await converged(everyone, 2)
        await machine.stop()
        backup = machine.home.with_name("backup")
        copy_home(machine.home, backup)
        await machine.start([to_b.address])
        await machine.sell(3)
        await converged(everyone, 2 + 4)
        await machine.stop()

        copy_home(backup, machine.home)
        await to_b.pull()
        await machine.start([to_b.address])
        assert (await machine.figures())[0] == 2
        await machine.sell(2)  # before anybody could tell what it had forgotten
        await to_b.plug()
        await converged(everyone, 2 + 4 + 3)
        await everyone_is_told(everyone)

        await machine.stop()
        tips = tips_of(machine)
        assert len(tips) == 2
        await machine.start([to_b.address])
        await machine.sell()
        await converged(everyone, 2 + 4 + 3 + 2)
        await machine.stop()
        assert len(tips_of(machine)) == 1
        opening = machine.changes()[-2]
        assert set(opening.previous) == tips, "the next boot goes on from both branches"
        await everyone_is_told([b, c])
