"""Faults of disks.

Rules of this file:
1. Faults of single operations need a disk that has conditions (`simulations.disk.SimDisk`); on
   another they find nobody. Images can be taken of any disk.
2. What a machine may have lost by a fault is noted (`World.forget`) when it loses it: a promise
   that nobody else holds is then nobody's to keep.
3. A fault that was armed strikes when the disk is next asked; it is counted when it did.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

import trio

from simulations.disk.conditions import Conditions
from simulations.disk.conditions import Fault as DiskFault
from simulations.disk.sim_disk import SimDisk
from simulations.faults.fault import Fault, Nowhere, claim, claim_these, fault, free, one_of
from simulations.faults.process import give_up_database
from simulations.simulator.terminal import SimTerminal
from simulations.simulator.world import World

LOOK_SECONDS = 0.25  # how often an armed fault is asked whether it struck
SAG_SECONDS = 0.01  # the power fails: the disk first, the rest of the machine this much later
MOST_ROOM_BYTES = 200_000
SLOW_SECONDS = (0.05, 0.4)  # a call to a worn-out card
MOST_CLONES = 1


@contextmanager
def _claim_disk(world: World, dice: Random) -> Iterator[tuple[SimTerminal, SimDisk]]:
    """A free machine with a disk that can fail in detail."""
    able = [host for host in free(world) if isinstance(world.terminals[host].disk, SimDisk)]
    with claim_these(world, [one_of(dice, able)]) as (terminal,):
        disk = terminal.disk
        assert isinstance(disk, SimDisk), "chosen for that"
        try:
            yield terminal, disk
        finally:
            disk.conditions.calm()


async def _struck(conditions: Conditions, which: DiskFault, seconds: float) -> bool:
    """Wait for an armed fault."""
    before = conditions.fired[which]
    until = trio.current_time() + seconds
    while conditions.fired[which] == before and trio.current_time() < until:  # noqa: ASYNC110
        await trio.sleep(LOOK_SECONDS)
    return conditions.fired[which] > before


async def _refusing(
    world: World, dice: Random, seconds: float, name: str, which: DiskFault,
    begin: Callable[[Conditions], None],
) -> None:  # fmt: skip
    """Something is wrong with the disk for a while; counted if it was noticed."""
    with _claim_disk(world, dice) as (terminal, disk):
        before = disk.conditions.fired[which]
        begin(disk.conditions)
        try:
            await trio.sleep(seconds)
        finally:
            if disk.conditions.fired[which] > before:
                world.trace.fire(name, terminal.host)
            disk.conditions.calm()
        if not terminal.on:
            await world.boot(terminal.host)


async def disk_full(world: World, dice: Random, seconds: float) -> None:
    """Full, then freed."""
    room = dice.randrange(MOST_ROOM_BYTES)
    await _refusing(
        world, dice, seconds, "disk_full", DiskFault.FULL, lambda it: it.full_after(room)
    )


async def disk_read_only(world: World, dice: Random, seconds: float) -> None:
    """The system mounted it read-only after an error."""
    await _refusing(
        world, dice, seconds, "disk_read_only", DiskFault.READ_ONLY,
        lambda it: it.read_only(on=True),
    )  # fmt: skip


async def _once(world: World, dice: Random, seconds: float, name: str, which: DiskFault) -> None:
    """One operation fails."""
    with _claim_disk(world, dice) as (terminal, disk):
        disk.conditions.arm(which, dice.randrange(20))
        if await _struck(disk.conditions, which, seconds):
            world.trace.fire(name, terminal.host)


async def disk_read_failed(world: World, dice: Random, seconds: float) -> None:
    """EIO on a read."""
    await _once(world, dice, seconds, "disk_read_failed", DiskFault.READ_FAILED)


async def disk_write_failed(world: World, dice: Random, seconds: float) -> None:
    """EIO on a write."""
    await _once(world, dice, seconds, "disk_write_failed", DiskFault.WRITE_FAILED)


async def disk_short_write(world: World, dice: Random, seconds: float) -> None:
    """A write that stops in the middle, and says so."""
    await _once(world, dice, seconds, "disk_short_write", DiskFault.SHORT_WRITE)


async def disk_sync_failed(world: World, dice: Random, seconds: float) -> None:
    """One fsync fails; its pages are dropped, and the next one says that all is well. At times the
    power goes before anything else could save them."""
    with _claim_disk(world, dice) as (terminal, disk):
        disk.conditions.arm(DiskFault.SYNC_FAILED, dice.randrange(20))
        if not await _struck(disk.conditions, DiskFault.SYNC_FAILED, seconds):
            return
        world.trace.fire("disk_sync_failed", terminal.host)
        await world.boot(terminal.host)
        if dice.random() < 0.5:
            await trio.sleep(dice.uniform(0.0, 10.0))
            terminal.kill(power=True)
            await world.boot(terminal.host)


async def disk_sync_lost(world: World, dice: Random, seconds: float) -> None:
    """A disk that says "written" and has not, found out by a power cut."""
    with _claim_disk(world, dice) as (terminal, disk):
        kept = dict(terminal.seen)
        disk.conditions.arm(DiskFault.SYNC_LOST, dice.randrange(20))
        if not await _struck(disk.conditions, DiskFault.SYNC_LOST, seconds):
            return
        world.trace.fire("disk_sync_lost", terminal.host)
        terminal.kill(power=True)
        world.forget(terminal.host, kept)
        await trio.sleep(dice.uniform(0.0, 10.0))
        await world.boot(terminal.host)


async def disk_torn_write(world: World, dice: Random, seconds: float) -> None:
    """The power goes in the middle of a write or a sync: what was under way tears."""
    with _claim_disk(world, dice) as (terminal, disk):
        disk.conditions.cut_power(dice.randrange(40))
        until = trio.current_time() + seconds
        while not disk.conditions.dark and trio.current_time() < until:  # noqa: ASYNC110
            await trio.sleep(SAG_SECONDS)
        if not disk.conditions.dark:
            return
        world.trace.fire("disk_torn_write", terminal.host)
        terminal.kill(power=True)
        await trio.sleep(dice.uniform(0.0, 10.0))
        await world.boot(terminal.host)


async def disk_bit_flipped(world: World, dice: Random, seconds: float) -> None:
    """A stored bit turns; it is found when it is read, at the latest after a power cut."""
    with _claim_disk(world, dice) as (terminal, disk):
        world.trace.fire("disk_bit_flipped", terminal.host)
        world.rotten.add(terminal.host)
        disk.flip_bit()
        await trio.sleep(seconds)
        await check_disk(world, terminal)


async def check_disk(world: World, terminal: SimTerminal) -> None:
    """Off and on again: a start after a power cut reads every page. What does not start then is
    given up."""
    terminal.kill(power=True)
    world.rotten.discard(terminal.host)
    if not await world.boot(terminal.host):
        give_up_database(world, terminal)
        await world.boot(terminal.host)


async def disk_slow(world: World, dice: Random, seconds: float) -> None:
    """Every call takes long."""
    with claim(world, dice) as terminal:
        world.trace.fire("disk_slow", terminal.host)
        pace = terminal.pace
        before = pace.low, pace.high
        pace.low, pace.high = SLOW_SECONDS
        try:
            await trio.sleep(seconds)
        finally:
            pace.low, pace.high = before


async def image_restored(world: World, dice: Random, seconds: float) -> None:
    """A backup of the whole machine is put back over what came after it."""
    with claim(world, dice) as terminal:
        image, kept = terminal.disk.snapshot(), dict(terminal.seen)
        await trio.sleep(seconds)
        world.trace.fire("image_restored", terminal.host)
        terminal.put_image(image)
        world.forget(terminal.host, kept)
        await world.boot(terminal.host)


async def image_cloned(world: World, dice: Random, seconds: float) -> None:
    """A second machine from a copy of the disk; both go on."""
    clones = [host for host in world.hosts if host.endswith("'")]
    if len(clones) >= MOST_CLONES:
        raise Nowhere
    with claim(world, dice) as terminal:
        world.trace.fire("image_cloned", terminal.host)
        clone = world.clone(terminal.host)
    with claim_these(world, [clone.host]):
        await world.boot(clone.host)


async def database_lost(world: World, dice: Random, seconds: float) -> None:
    """The disk is replaced by an empty one; the neighbours fill it."""
    with claim(world, dice) as terminal:
        world.trace.fire("database_lost", terminal.host)
        terminal.kill(power=True)
        give_up_database(world, terminal)
        await trio.sleep(dice.uniform(0.0, seconds))
        await world.boot(terminal.host)


FAULTS: tuple[Fault, ...] = (
    fault(disk_full, 7),
    fault(disk_read_only, 8),
    fault(disk_read_failed, 9),
    fault(disk_write_failed, 9),
    fault(disk_short_write, 9),
    fault(disk_sync_failed, 9),
    fault(disk_sync_lost, 2, 5),
    fault(disk_torn_write, 3, 4),
    fault(disk_bit_flipped, 5, 10),
    fault(disk_slow, 19),
    fault(image_restored, 24, 26, most=3),
    fault(image_cloned, 25, 28, 69, most=1),
    fault(database_lost, 6, 24, most=2),
)
