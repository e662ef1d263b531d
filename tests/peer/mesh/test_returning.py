"""A terminal that comes back: where it finds the others, and what it missed."""

from peer.mesh import REMEMBERED
from tests.peer.mesh.conftest import Standing, converged, linked, until

MISSED = 500


def remembered(terminal: Standing) -> set[str]:
    return set((terminal.node.log.setting(REMEMBERED) or "").split())


async def test_without_static_addresses_it_finds_the_neighbours_it_had(open_mesh_shop):
    async with open_mesh_shop() as shop:
        neighbours = [await shop.start("A"), await shop.start("B")]
        there = {each.address for each in neighbours}
        returning = await shop.start("C", there)
        await until(lambda: remembered(returning) == there)
        await returning.stop()
        returning = await shop.start("C")
        await until(lambda: len(returning.mesh.online()) == 2)


async def test_it_does_not_forget_a_neighbour_that_is_off_today(open_mesh_shop):
    async with open_mesh_shop() as shop:
        off, on = await shop.start("A"), await shop.start("B")
        there = {off.address, on.address}
        returning = await shop.start("C", there)
        await until(lambda: remembered(returning) == there)
        await returning.stop()
        await off.stop()
        new = await shop.start("D")
        returning = await shop.start("C", [new.address])
        await until(lambda: remembered(returning) == {*there, new.address})
        await until(lambda: len(returning.mesh.online()) == 2)


async def test_it_catches_up_on_what_it_missed(open_mesh_shop):
    async with open_mesh_shop() as shop:
        seller = await shop.start("A")
        returning = await shop.start("B", [seller.address])
        await linked([seller, returning])
        await returning.sell()
        await converged([seller, returning], 2)
        await returning.stop()
        await seller.sell(MISSED)
        returning = await shop.start("B", [seller.address])
        await converged([seller, returning], 2 + 1 + MISSED)
