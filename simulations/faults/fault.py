"""What a fault is, and how it finds whom to strike.

Rules of this file:
1. A fault is one function `async (world, dice, seconds)`: it strikes, lasts about that long and
   undoes itself, also when cancelled; or it says that it leaves something behind. Its name is the
   function's.
2. A fault that really struck says so by `world.trace.fire(its name, host)`. One that found nobody
   to strike raises Nowhere.
3. A machine is in the hands of one fault at a time (`claim`): whoever killed it brings it back.
   Cables, clocks and the relay's troubles are not claimed: those faults may overlap.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random

from msgspec import Struct

from simulations.simulator.terminal import SimTerminal
from simulations.simulator.world import World

Act = Callable[[World, Random, float], Awaitable[None]]

BRIEF = (2.0, 90.0)  # virtual seconds, for most faults: shorter and longer than every time limit


class Fault(Struct, frozen=True, kw_only=True):
    """name: what reports call it · numbers: of the fault tables · act: what it does · seconds: how
    long it lasts, least and most · most: how often in one run."""

    name: str
    numbers: tuple[int, ...]
    act: Act
    seconds: tuple[float, float] = BRIEF
    most: int = 1000


class Nowhere(Exception):
    """There is nobody that this fault could strike now."""


def fault(act: Act, *numbers: int, seconds: tuple[float, float] = BRIEF, most: int = 1000) -> Fault:
    """The fault of a function."""
    name = getattr(act, "__name__", "")
    return Fault(name=name, numbers=numbers, act=act, seconds=seconds, most=most)


def present(world: World) -> list[str]:
    """The machines that are not gone for ever, on or off, by host."""
    return [host for host in world.hosts if not world.terminals[host].gone]


def some(dice: Random, among: Sequence[str], least: int = 1) -> list[str]:
    """At least `least` of them, in their order."""
    if len(among) < least:
        raise Nowhere
    chosen = set(dice.sample(among, dice.randint(least, len(among))))
    return [each for each in among if each in chosen]


def one_of(dice: Random, among: Sequence[str]) -> str:
    if not among:
        raise Nowhere
    return dice.choice(among)


def two_of(dice: Random, among: Sequence[str]) -> tuple[str, str]:
    if len(among) < 2:
        raise Nowhere
    one, other = dice.sample(among, 2)
    return one, other


def free(world: World) -> list[str]:
    """The machines that are on and in no fault's hands."""
    return [each.host for each in world.standing() if each.host not in world.claimed]


@contextmanager
def claim(world: World, dice: Random) -> Iterator[SimTerminal]:
    """A machine that is on and in no other fault's hands. Raises Nowhere."""
    with claim_these(world, [one_of(dice, free(world))]) as (terminal,):
        yield terminal


@contextmanager
def claim_these(world: World, hosts: Sequence[str]) -> Iterator[list[SimTerminal]]:
    """These machines, or the relay's, for as long as the block runs."""
    if not world.claimed.isdisjoint(hosts):
        raise Nowhere
    world.claimed.update(hosts)
    try:
        yield [world.terminals[host] for host in hosts if host in world.terminals]
    finally:
        world.claimed.difference_update(hosts)
