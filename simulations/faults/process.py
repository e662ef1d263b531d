"""Faults of processes and machines: killed, dark, stopped, gone, new.

Rules of this file:
1. Who takes a machine down brings it back, unless it is cancelled first; then whoever ends the
   faults does (`swarm.calm`).
2. `keep_up` is the service manager: it starts again what ended by itself. A database with which
   no process lives for long is given up by people, and built again from the neighbours.
"""

from random import Random

import trio

from simulations.disk.sim_disk import Image
from simulations.faults.fault import Fault, Nowhere, claim, claim_these, fault, free, present
from simulations.simulator.terminal import SimTerminal
from simulations.simulator.world import World, letters_of

PAUSE_SECONDS = 600.0
LOOK_SECONDS = (0.5, 2.0)  # between two looks of a service manager
FAILED_BOOTS = 3  # in a row; then people give the database up
SETTLED_SECONDS = 10.0  # a process that lives so long has read what it needs every day
LEAST_PRESENT = 2  # so many machines must stay when one leaves for ever
MOST_PRESENT = 50


async def sigkill(world: World, dice: Random, seconds: float) -> None:
    """A process is killed and started again at once, or after a while."""
    with claim(world, dice) as terminal:
        terminal.kill()
        await trio.sleep(seconds * dice.choice((0.0, 0.1, 1.0)))
        await world.boot(terminal.host)


async def power_cut(world: World, dice: Random, seconds: float) -> None:
    """A machine goes dark; only what was synced is left."""
    with claim(world, dice) as terminal:
        terminal.kill(power=True)
        await trio.sleep(seconds)
        await world.boot(terminal.host)


async def restarted(world: World, dice: Random, seconds: float) -> None:
    """Ended in order, and started again."""
    with claim(world, dice) as terminal:
        world.trace.fire("restarted", terminal.host)
        await terminal.stop()
        await trio.sleep(seconds * dice.random())
        await world.boot(terminal.host)


async def paused(world: World, dice: Random, seconds: float) -> None:
    """A laptop's lid: nothing of it proceeds, then all does."""
    with claim(world, dice) as terminal:
        terminal.pause()
        try:
            await trio.sleep(seconds)
        finally:
            terminal.resume()


async def all_power_cut(world: World, dice: Random, seconds: float) -> None:
    """The street is dark: every machine, at one moment."""
    hosts = free(world)
    if not hosts:
        raise Nowhere
    with claim_these(world, hosts) as terminals:
        world.trace.fire("all_power_cut", machines=len(hosts))
        for terminal in terminals:
            terminal.kill(power=True)
        await trio.sleep(seconds)
        for host in dice.sample(hosts, len(hosts)):
            await world.boot(host)


async def crash_loop(world: World, dice: Random, seconds: float) -> None:
    """Killed again and again, also while it starts."""
    with claim(world, dice) as terminal:
        world.trace.fire("crash_loop", terminal.host)
        for _ in range(dice.randint(3, 12)):
            terminal.kill(power=dice.random() < 0.2)
            with trio.move_on_after(dice.choice((0.001, 0.01, 0.1, 3.0))):
                await world.boot(terminal.host)
                await trio.sleep_forever()
        await world.boot(terminal.host)


async def left_for_ever(world: World, dice: Random, seconds: float) -> None:
    """A machine falls into the fryer, with all that it alone held."""
    if len(present(world)) <= LEAST_PRESENT:
        raise Nowhere
    with claim(world, dice) as terminal:
        world.trace.fire("left_for_ever", terminal.host)
        world.leave(terminal.host)
    await trio.lowlevel.checkpoint()


async def joined(world: World, dice: Random, seconds: float) -> None:
    """A new machine, in the middle of the service."""
    if len(present(world)) >= MOST_PRESENT:
        raise Nowhere
    used = {terminal.letters for terminal in world.terminals.values()}
    letters = next(it for it in map(letters_of, range(len(used) + 1)) if it not in used)
    world.trace.fire("joined", letters)
    world.add_terminal(letters)
    with claim_these(world, [letters]):
        await world.boot(letters)


async def keep_up(world: World, dice: Random) -> None:
    """What ended by itself is started again; for as long as it runs."""
    failed: dict[str, int] = {}
    while True:
        await trio.sleep(dice.uniform(*LOOK_SECONDS))
        for host in present(world):
            if host not in world.claimed and not world.terminals[host].on:
                await _start_again(world, world.terminals[host], failed)


async def _start_again(world: World, terminal: SimTerminal, failed: dict[str, int]) -> None:
    host = terminal.host
    lived = trio.current_time() - terminal.booted_at
    failed[host] = failed.get(host, 0) + 1 if lived < SETTLED_SECONDS else 0
    with claim_these(world, [host]):
        if failed[host] >= FAILED_BOOTS:
            failed[host] = 0
            give_up_database(world, terminal)
        await world.boot(host)


def give_up_database(world: World, terminal: SimTerminal) -> None:
    """What `malha run --rebuild` is for: an empty database, filled by the neighbours."""
    world.trace.reach("database_given_up")
    world.trace.record(terminal.host, "database_given_up")
    terminal.put_image(Image({}))
    world.forget(terminal.host)


FAULTS: tuple[Fault, ...] = (
    fault(sigkill, 1, 3, 13, seconds=(0.1, 60.0)),
    fault(power_cut, 1, 2, 3),
    fault(restarted, 13),
    fault(paused, 13, seconds=(2.0, PAUSE_SECONDS)),
    fault(all_power_cut, 2, 41, most=3),
    fault(crash_loop, 4, 13),
    fault(left_for_ever, 30, most=1),
    fault(joined, 29, most=2),
)
