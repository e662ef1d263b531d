"""Faults of the relay and of the way to it.

Rules of this file:
1. Each of the simulator's TROUBLES is a fault here, for one terminal or for all; how often it met
   an exchange is counted there, under the same name.
2. A relay without its disk still has its keys and tokens: those are kept apart in production.
"""

from functools import partial
from random import Random

import trio

from simulations.faults.fault import BRIEF, Fault, Nowhere, claim_these, fault, one_of, present
from simulations.simulator.relay import RELAY, TROUBLES, SimRelay
from simulations.simulator.world import World

ALL = ""


async def _trouble(name: str, world: World, dice: Random, seconds: float) -> None:
    """What one terminal, or all, meet on the way to the relay."""
    if world.relay is None:
        raise Nowhere
    host = ALL if dice.random() < 0.5 else one_of(dice, present(world))
    troubles = world.relay.troubles
    troubles[host] = name
    world.trace.record(host, "relay_trouble", name=name)
    try:
        await trio.sleep(seconds)
    finally:
        if troubles.get(host) == name:
            del troubles[host]


def _running(world: World) -> SimRelay:
    if world.relay is None or not world.relay.on:
        raise Nowhere
    return world.relay


async def relay_stopped(world: World, dice: Random, seconds: float) -> None:
    """Its machine is restarted, or down for long."""
    relay = _running(world)
    with claim_these(world, [RELAY]):
        world.trace.fire("relay_stopped", RELAY)
        relay.stop()
        try:
            await trio.sleep(seconds * dice.choice((0.01, 1.0)))
        finally:
            relay.start()


async def relay_wiped(world: World, dice: Random, seconds: float) -> None:
    """It lost all that it acknowledged."""
    relay = _running(world)
    with claim_these(world, [RELAY]):
        world.trace.fire("relay_wiped", RELAY)
        world.relay_forgets()
        relay.wipe()
    await trio.lowlevel.checkpoint()


async def relay_put_back(world: World, dice: Random, seconds: float) -> None:
    """A backup from earlier is put back."""
    relay = _running(world)
    with claim_these(world, [RELAY]):
        saved = relay.save()
        await trio.sleep(seconds)
        world.trace.fire("relay_put_back", RELAY)
        world.relay_forgets()
        relay.put_back(saved)


def _fault_of(name: str) -> Fault:
    return Fault(name=f"relay_{name}", numbers=(42,), act=partial(_trouble, name), seconds=BRIEF)


FAULTS: tuple[Fault, ...] = (
    *map(_fault_of, TROUBLES),
    fault(relay_stopped, 41, 42),
    fault(relay_wiped, 44, most=2),
    fault(relay_put_back, 43, 44, most=2),
)
