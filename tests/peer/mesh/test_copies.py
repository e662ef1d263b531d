"""Two processes with one device key: a cloned disk, both alive. What each sold reaches everyone."""

import shutil

import pytest

from crdt_models.ids import DeviceId
from tests.peer.mesh.conftest import MeshShop, Standing, converged, until


def witness(shop: MeshShop, *, lower: bool) -> str:
    """A terminal whose device id is below or above A's: that decides which of two links stays."""
    letters = (chr(number) for number in range(ord("B"), ord("Z")))
    return next(
        each
        for each in letters
        if (shop.identity(each).device < shop.identity("A").device) == lower
    )


async def cloned(shop: MeshShop) -> None:
    """A sells, is stopped, and its database is copied."""
    machine = await shop.start("A")
    await machine.sell()
    await machine.stop()
    shutil.copy(shop.folder / "A.db", shop.folder / "clone.db")


def links_to(terminal: Standing, device: DeviceId) -> set[tuple[float, str]]:
    return {(each.since, each.address) for each in terminal.mesh.links() if each.device == device}


@pytest.mark.parametrize("lower", [False, True])
async def test_a_clone_and_its_original_are_both_heard(open_mesh_shop, lower: bool):
    """One is dialled by the witness, the other dials it: as one device, one would be refused."""
    async with open_mesh_shop() as shop:
        await cloned(shop)
        original = await shop.start("A")
        other = await shop.start(witness(shop, lower=lower), [original.address])
        clone = await shop.start("A", [other.address], database="clone")
        device = original.node.device
        await until(lambda: len(links_to(other, device)) == 2)
        links = links_to(other, device)
        for each in (original, clone, other):
            await each.sell(3)
        await converged([original, clone, other], 2 + 3 * 4)
        assert links_to(other, device) == links, "they put each other out"
