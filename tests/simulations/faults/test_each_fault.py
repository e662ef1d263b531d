"""Every fault of the table strikes, and the shop gets over it."""

import subprocess
import sys
from pathlib import Path

import pytest

from simulations.faults import clocks, disks, hostile, network, process, relay
from simulations.faults.table import FAULTS
from tests.simulations.faults.small_shop import SmallShop, recovered, strike_each

FAMILIES = {
    module.__name__.rpartition(".")[2]: [fault.name for fault in module.FAULTS]
    for module in (network, process, clocks, disks, relay, hostile)
}
# Longer than a link may be silent; long enough for the disk and the relay to be asked.
SECONDS = {"network": 11.0, "disks": 12.0, "relay": 20.0}


@pytest.mark.parametrize("family", FAMILIES)
def test_each_fault_strikes_and_the_shop_recovers(in_a_shop, family: str) -> None:
    names = FAMILIES[family]

    async def play(shop: SmallShop) -> None:
        await strike_each(shop, names, SECONDS.get(family, 5.0))
        fired = shop.world.trace.fired
        assert [name for name in names if not fired[name]] == []
        assert await recovered(shop) == []
        assert len(shop.orders) > len(names)

    in_a_shop(play)


def test_no_fault_is_in_two_families() -> None:
    assert sum(map(len, FAMILIES.values())) == len(FAULTS)


def test_one_seed_is_one_run_in_any_process() -> None:
    program = Path(__file__).with_name("small_shop.py")
    children = [
        subprocess.Popen(
            [sys.executable, str(program), "7"],
            env={"PYTHONHASHSEED": hashing, "PYTHONPATH": ":".join(filter(None, sys.path))},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for hashing in ("1", "2")
    ]
    said = [child.communicate(timeout=240)[0] for child in children]
    assert [child.returncode for child in children] == [0, 0], said[0]
    assert said[0] == said[1]
    assert len(said[0].strip()) == 64
