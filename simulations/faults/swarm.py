"""Which faults strike in a run, how often, when, and how they all end.

Rules of this file:
1. The seed draws the probabilities too (Groce et al., "Swarm Testing", ISSTA 2012): a run in which
   few kinds of faults strike reaches what a run with all kinds never does.
2. What strikes when is drawn before it begins (`draw_strikes`): a list, of which a part can be run
   again to find the smallest that still fails. Whom a strike hits is drawn when it strikes.
3. After `calm` no fault is left: all that is not gone is on and reaches all others. Clocks may stay
   wrong, and what was lost stays lost.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random

import trio
from msgspec import Struct

from simulations.faults.clocks import correct_unbelievable
from simulations.faults.disks import check_disk
from simulations.faults.fault import Nowhere, present
from simulations.faults.process import SETTLED_SECONDS, keep_up
from simulations.faults.table import FAULTS
from simulations.simulator.world import World

RATES = (0.05, 0.2, 1.0, 3.0)  # strikes a virtual minute, of all faults together
LEAN_RATES = (0.1, 0.1, 0.2, 0.3, 0.6)  # in a lean service, which is one of many
LEAN_MOST = 3  # strikes of one kind there: the next ones show less, and other seeds strike as well
LEAST_STRIKES = 3.0  # of a service, on average, where any fault was chosen: a short one is no rest
USUAL_MINUTES = 30.0
PATIENCE_SECONDS = 120.0  # for machines to come up and stay up


class Swarm(Struct, frozen=True):
    """rates: fault → strikes a virtual minute; a fault that is not in it never strikes."""

    rates: dict[str, float]


class Strike(Struct, frozen=True):
    """at: virtual seconds after the beginning · seed: of its dice · seconds: how long it lasts."""

    at: float
    fault: str
    seed: int
    seconds: float


def draw_swarm(
    dice: Random,
    among: Iterable[str] | None = None,
    minutes: float = USUAL_MINUTES,
    rates: Sequence[float] = RATES,
) -> Swarm:
    """No fault, one, several, or all, and how often. minutes: virtual, that they may strike."""
    names = sorted(FAULTS if among is None else among)
    count = dice.choices(
        (0, 1, dice.randint(2, max(2, len(names) // 2)), len(names)), weights=(1, 3, 6, 2)
    )[0]
    chosen = dice.sample(names, min(count, len(names)))
    weights = {name: dice.random() + 0.05 for name in chosen}
    rate = max(dice.choice(rates), LEAST_STRIKES / minutes)
    total = sum(weights.values())
    return Swarm({name: rate * weight / total for name, weight in sorted(weights.items())})


def draw_strikes(
    swarm: Swarm, dice: Random, lasting: float, most: int | None = None
) -> list[Strike]:
    """All strikes of so many virtual seconds, in order. most: of one kind, beside what each kind
    says itself."""
    strikes: list[Strike] = []
    total = sum(swarm.rates.values()) / 60.0
    if total <= 0:
        return strikes
    names, weights = list(swarm.rates), list(swarm.rates.values())
    counts: Counter[str] = Counter()
    at = dice.expovariate(total)
    while at < lasting:
        fault = FAULTS[dice.choices(names, weights)[0]]
        low, high = fault.seconds
        seconds = low * (high / low) ** dice.random()  # short ones as often as long ones
        if counts[fault.name] < (fault.most if most is None else min(fault.most, most)):
            strikes.append(Strike(at, fault.name, dice.getrandbits(64), seconds))
        counts[fault.name] += 1
        at += dice.expovariate(total)
    return strikes


async def run_strikes(world: World, strikes: Sequence[Strike], dice: Random, until: float) -> None:
    """These strikes, until that virtual moment; then every fault ends, but nothing is repaired:
    `calm`. dice: of the service manager."""
    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keep_up, world, dice)
        for strike in strikes:
            await trio.sleep_until(began + strike.at)
            nursery.start_soon(hit, world, strike)
        await trio.sleep_until(until)
        nursery.cancel_scope.cancel()


async def hit(world: World, strike: Strike) -> None:
    """One strike, to its end."""
    found = True
    world.striking += 1
    try:
        await FAULTS[strike.fault].act(world, Random(strike.seed), strike.seconds)
    except Nowhere:
        found = False
        world.trace.reach(f"nowhere {strike.fault}")
    finally:
        world.striking -= 1
        world.struck_until = trio.current_time() if found else world.struck_until


async def calm(world: World) -> None:
    """End all that faults left, and bring up all that is not gone. From here on a service manager
    starts again whatever ends by itself."""
    world.heal()
    if world.relay is not None and not world.relay.on:
        world.relay.start()
    correct_unbelievable(world)
    for host in present(world):
        if host in world.rotten:
            await check_disk(world, world.terminals[host])
        else:
            await world.boot(host)
    world.nursery.start_soon(keep_up, world, world.dice("service manager of quiet times"))
    with trio.move_on_after(PATIENCE_SECONDS):
        while not await _all_settled(world):
            pass
        return
    off = [each for each in present(world) if not world.terminals[each].on]
    world.findings.append(f"no end of restarts: {', '.join(off)}")


async def _all_settled(world: World) -> bool:
    """Whether nobody ended within the time in which a damaged database is met."""
    boots = [world.terminals[host].boots for host in present(world)]
    await trio.sleep(SETTLED_SECONDS)
    return boots == [world.terminals[host].boots for host in present(world)]
