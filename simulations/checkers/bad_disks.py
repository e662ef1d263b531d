"""Reading what a terminal stores while its disk may be bad.

Rules of this file:
1. What cannot be read is absent from the evidence. That is no excuse by itself: it is a finding
   unless the world knows that this disk is bad, or that a fault struck during this very reading.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from peer.service.sqlite_errors import StorageError
from simulations.disk.sim_disk import SimDisk
from simulations.reference.peer_shop import UnexpectedAnswer
from simulations.simulator.terminal import SimTerminal
from simulations.simulator.world import World
from simulations.workload.till import TillDown


@contextmanager
def reading(world: World, terminal: SimTerminal) -> Iterator[None]:
    """A block that reads from one terminal; it ends early when that cannot be read."""
    struck, was_rotten = _struck(terminal), terminal.host in world.rotten
    try:
        yield
    except (StorageError, UnexpectedAnswer, TillDown) as error:
        if not was_rotten and _struck(terminal) == struck:
            sentence = f"evidence: {terminal.host} cannot be read ({type(error).__name__})"
            world.findings += [sentence] if sentence not in world.findings else []


def _struck(terminal: SimTerminal) -> int:
    """How many faults of its disk have happened so far."""
    disk = terminal.disk
    return disk.conditions.fired.total() if isinstance(disk, SimDisk) else 0
