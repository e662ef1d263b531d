"""mDNS between machines that share nothing but a wire: real processes in network namespaces.

Nobody is told an address. Loopback has no multicast, so this is the only place where discovery is
seen working from end to end.
"""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from simulations.demo.processes import environment_of
from tests.real.namespaces import LINK_PORT, Machine, Till, Wire, cpu_seconds, found_site
from tests.real.shop_on_wire import until

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

FLOOD_SECONDS = 10.0
FLOOD_PER_SECOND = 200
MOST_ADDRESSES = 64


async def linked(*tills: Till) -> None:
    """Wait until each is linked with all others, and with nobody else."""

    async def all_are() -> bool:
        everyone = {till.letters for till in tills}
        found = [set(await till.links()) | {till.letters} for till in tills]
        return all(each == everyone for each in found)

    await until(f"{[till.letters for till in tills]} are linked", all_are)


async def converged(*tills: Till) -> str:
    """Wait until all hold the same; their one digest."""

    async def same() -> bool:
        return len({await till.digest() for till in tills}) == 1

    await until(f"{[till.letters for till in tills]} hold the same", same)
    return await tills[0].digest()


@asynccontextmanager
async def running(*tills_on: tuple[Till, Machine]) -> AsyncIterator[trio.Nursery]:
    """All started at once, ended with the block."""
    async with trio.open_nursery() as nursery:
        try:
            async with trio.open_nursery() as starting:
                for till, machine in tills_on:
                    starting.start_soon(till.start, nursery, machine)
            yield nursery
        finally:
            with trio.CancelScope(shield=True):
                for till, _ in tills_on:
                    if till.child is not None:
                        await till.child.stop()
            nursery.cancel_scope.cancel()


async def test_three_find_each_other_and_never_the_other_shop(
    lan: Wire, tills: dict[str, Till], tmp_path: Path
) -> None:
    a, b, c = tills.values()
    _, strangers = await found_site(tmp_path / "other", "X")
    stranger = strangers["X"]
    places = [lan.machine(each, f"10.203.7.{number}") for number, each in enumerate("ABCX", 1)]
    everyone = list(zip((a, b, c, stranger), places, strict=True))
    async with running(*everyone):
        for till, _ in everyone:
            await till.sell()
        await linked(a, b, c)
        digest = await converged(a, b, c)
        assert await stranger.digest() != digest
        assert await stranger.links() == {}
        assert stranger.child is not None
        # The stranger heard of them all the time and knows that they are of another shop.
        assert "link_refused" not in stranger.child.log.read_text("utf-8", "replace")


async def test_a_changed_address_is_followed(lan: Wire, tills: dict[str, Till]) -> None:
    """The whole shop is renumbered at once: nothing that was remembered is right any more."""
    a, b = tills["A"], tills["B"]
    one, two = lan.machine("A", "10.203.7.1"), lan.machine("B", "10.203.7.2")
    async with running((a, one), (b, two)):
        await linked(a, b)
        one.move("10.204.9.11")
        two.move("10.204.9.12")

        async def over_new_addresses() -> bool:
            found = [*(await a.links()).values(), *(await b.links()).values()]
            return len(found) == 2 and all(each.startswith("10.204.9.") for each in found)

        await until("they are linked at their new addresses", over_new_addresses)
        await a.sell()
        await converged(a, b)


async def test_stale_records_and_a_flood_stay_capped(
    lan: Wire, tills: dict[str, Till], site: bytes
) -> None:
    a, b, c = tills.values()
    places = [lan.machine(each, f"10.203.7.{number}") for number, each in enumerate("ABC", 1)]
    async with running(*zip((a, b, c), places, strict=True)) as nursery:
        await linked(a, b, c)
        assert c.child is not None and a.child is not None
        await c.child.kill()  # no goodbye: its record stays in every cache
        await a.sell()
        await converged(a, b)
        before = cpu_seconds(a)
        seen = await _flooded(lan, site)
        used = cpu_seconds(a) - before
        shown = (
            f"flood: {seen['sent']} records of {FLOOD_PER_SECOND}/s in {FLOOD_SECONDS:g} s;"
            f" terminal A used {used:.2f} s of CPU ({100 * used / FLOOD_SECONDS:.0f} %),"
            f" {_memory_mb(a):.0f} MB; observer: {seen}"
        )
        sys.stdout.write(shown + "\n")  # figures, for who runs this with -s; no bound on them here
        assert 0 < seen["addresses"] <= MOST_ADDRESSES
        assert seen["sent"] >= FLOOD_PER_SECOND * FLOOD_SECONDS / 2
        assert a.child.running
        await a.sell()
        await c.start(nursery, places[2])
        await linked(a, b, c)  # a true one is found although the book was full of lies
        await converged(a, b, c)


async def test_without_multicast_other_addresses_still_connect(
    lan: Wire, tills: dict[str, Till]
) -> None:
    """Static addresses at A; B and C learn each other's from A, and remember when A is gone."""
    a, b, c = tills.values()
    places = [lan.machine(each, f"10.203.7.{number}") for number, each in enumerate("ABC", 1)]
    for place in places:
        place.without_multicast()
    async with running((b, places[1]), (c, places[2])) as nursery:
        await b.sell()
        await trio.sleep(6)  # as long as it takes where there is multicast, three times over
        assert await b.links() == {} and await c.links() == {}
        reachable = f"{places[1].address}:{LINK_PORT},{places[2].address}:{LINK_PORT}"
        await a.start(nursery, places[0], peers=reachable)
        try:
            await linked(a, b, c)  # A by static addresses; B and C by what A told them
            digest = await converged(a, b, c)
            await until("they wrote down who was where", lambda: _remembers(b, c))
        finally:
            assert a.child is not None
            await a.child.stop()
        for till, place in ((b, places[1]), (c, places[2])):
            assert till.child is not None
            await till.child.stop()
            await till.start(nursery, place)
        await linked(b, c)  # nobody told them but their own memory
        assert await converged(b, c) == digest


async def _remembers(*tills: Till) -> bool:
    """Whether each has had a link for longer than the mesh takes to write addresses down."""
    await trio.sleep(35)
    return all([bool(await till.links()) for till in tills])


async def _flooded(lan: Wire, site: bytes) -> dict[str, int]:
    """A neighbour that announces thousands of peers, beside one that listens with our own parts."""
    bad, good = lan.machine("F", "10.203.7.66"), lan.machine("O", "10.203.7.67")
    figures: dict[str, int] = {}

    async def program(machine: Machine, script: str, *arguments: str) -> None:
        file = str(Path(__file__).with_name(script))
        command = [*machine.prefix, sys.executable, file, site.hex(), *arguments]
        done = await trio.run_process(command, capture_stdout=True, env=environment_of({}))
        figures.update(json.loads(done.stdout))

    seconds = str(FLOOD_SECONDS)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(program, good, "observing_neighbour.py", seconds)
        nursery.start_soon(
            program, bad, "flooding_neighbour.py", seconds, str(FLOOD_PER_SECOND), bad.address
        )
    return figures


def _memory_mb(till: Till) -> float:
    assert till.child is not None
    status = Path(f"/proc/{till.child.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
