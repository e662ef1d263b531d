"""Faults of wall clocks. Nothing may depend on them but dates that people read, and certificates.

Rules of this file:
1. Half of these faults are undone after a while, by the same amount; the others stay. The relay's
   clock is nobody's clock but its own: names of its faults do not begin with `clock_`.
2. `calm` corrects only clocks beyond the life of certificates: a machine whose clock is years ahead
   cannot link, by design, until somebody sets it.
"""

from random import Random

import trio

from simulations.faults.fault import Fault, Nowhere, fault, one_of, present
from simulations.simulator.clocks import FRIDAY_MS, WallClock
from simulations.simulator.relay import RELAY
from simulations.simulator.world import World

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
BELIEVABLE_MS = 14 * DAY_MS  # ahead; certificates of terminals live longer than twice that
YEAR_1970 = 0
YEAR_2001 = 978_307_200_000
YEAR_2036 = 2_085_978_496_000  # NTP's first era ends
YEAR_2038 = 2_147_483_647_000 + 1000  # signed 32-bit seconds end
TEN_YEARS_MS = 3653 * DAY_MS
BETWEEN_JUMPS_SECONDS = (0.2, 5.0)
FASTEST_PPM = 50_000.0  # far worse than any quartz: 3 minutes an hour


async def clock_drifts(world: World, dice: Random, seconds: float) -> None:
    """It runs fast or slow, and nobody corrects it."""
    host = one_of(dice, present(world))
    ppm = dice.uniform(-FASTEST_PPM, FASTEST_PPM)
    world.trace.fire("clock_drifts", host, ppm=round(ppm))
    world.terminals[host].clock.drift(ppm)
    await trio.sleep(seconds)
    if dice.random() < 0.5:
        world.terminals[host].clock.drift(0.0)


async def _moved(world: World, dice: Random, seconds: float, name: str, by_ms: int) -> None:
    host = one_of(dice, present(world))
    world.trace.fire(name, host, by_ms=by_ms)
    await _stays_or_not(world.terminals[host].clock, dice, seconds, by_ms)


async def _stays_or_not(clock: WallClock, dice: Random, seconds: float, by_ms: int) -> None:
    clock.jump(by_ms)
    await trio.sleep(seconds)
    if dice.random() < 0.5:
        clock.jump(-by_ms)


async def clock_minutes_off(world: World, dice: Random, seconds: float) -> None:
    """No time server for months."""
    by = dice.choice((-5, -1, 1, 5)) * MINUTE_MS
    await _moved(world, dice, seconds, "clock_minutes_off", by)


async def clock_hours_off(world: World, dice: Random, seconds: float) -> None:
    """The wrong time zone, as installed."""
    await _moved(world, dice, seconds, "clock_hours_off", dice.choice((-3, -1, 1, 3)) * HOUR_MS)


async def clock_day_off(world: World, dice: Random, seconds: float) -> None:
    """Somebody set the date by hand."""
    await _moved(world, dice, seconds, "clock_day_off", dice.choice((-1, 1)) * DAY_MS)


async def clock_ten_years_ahead(world: World, dice: Random, seconds: float) -> None:
    """It stamps what it writes with a year that others will not see for long."""
    await _moved(world, dice, seconds, "clock_ten_years_ahead", TEN_YEARS_MS)


async def _set(world: World, dice: Random, seconds: float, name: str, ms: int) -> None:
    host = one_of(dice, present(world))
    world.trace.fire(name, host)
    clock = world.terminals[host].clock
    await _stays_or_not(clock, dice, seconds, ms - clock.now_ms())


async def clock_1970(world: World, dice: Random, seconds: float) -> None:
    """A board that never had a clock."""
    await _set(world, dice, seconds, "clock_1970", YEAR_1970)


async def clock_2001(world: World, dice: Random, seconds: float) -> None:
    """The battery is dead: it starts on the day its firmware knows."""
    await _set(world, dice, seconds, "clock_2001", YEAR_2001)


async def clock_2036(world: World, dice: Random, seconds: float) -> None:
    """A time server's number ran over."""
    await _set(world, dice, seconds, "clock_2036", YEAR_2036 - int(seconds * 500))


async def clock_2038(world: World, dice: Random, seconds: float) -> None:
    """Half of the time before the last second of 32 bits, half after it."""
    await _set(world, dice, seconds, "clock_2038", YEAR_2038 - int(seconds * 500))


async def relay_clock_off(world: World, dice: Random, seconds: float) -> None:
    """The relay is hours, days or years off; it dates receipts with it."""
    if world.relay is None:
        raise Nowhere
    by = dice.choice((-3 * HOUR_MS, HOUR_MS, -DAY_MS, DAY_MS, -TEN_YEARS_MS, TEN_YEARS_MS))
    world.trace.fire("relay_clock_off", RELAY, by_ms=by)
    await _stays_or_not(world.relay.clock, dice, seconds, by)


async def relay_clock_jumps(world: World, dice: Random, seconds: float) -> None:
    """Two time servers disagree, and the relay follows both."""
    if world.relay is None:
        raise Nowhere
    by = dice.choice((MINUTE_MS, HOUR_MS, DAY_MS))
    world.trace.fire("relay_clock_jumps", RELAY, by_ms=by)
    until = trio.current_time() + seconds
    while trio.current_time() < until:
        world.relay.clock.jump(by)
        by = -by
        await trio.sleep(dice.uniform(*BETWEEN_JUMPS_SECONDS))


def correct_unbelievable(world: World) -> None:
    """People set the clocks with which no link is possible."""
    right = WallClock().now_ms() if world.terminals else FRIDAY_MS
    for host in present(world):
        clock = world.terminals[host].clock
        if clock.now_ms() > right + BELIEVABLE_MS:
            clock.set(right)
            world.trace.record(host, "clock_corrected")


async def clock_server_wrong(world: World, dice: Random, seconds: float) -> None:
    """The time server in the shop's router is wrong, and is found out: all follow it both times."""
    hosts = present(world)
    by_ms = dice.choice((-DAY_MS, DAY_MS, TEN_YEARS_MS))
    world.trace.fire("clock_server_wrong", "shop", by_ms=by_ms)
    for host in hosts:
        world.terminals[host].clock.jump(by_ms)
    await trio.sleep(seconds)
    for host in hosts:
        world.terminals[host].clock.jump(-by_ms)


FAULTS: tuple[Fault, ...] = (
    fault(clock_drifts, 20, 21),
    fault(clock_minutes_off, 21),
    fault(clock_hours_off, 20),
    fault(clock_day_off, 20),
    fault(clock_ten_years_ahead, 20, 22),
    fault(clock_1970, 20, 23),
    fault(clock_2001, 20, 23),
    fault(clock_2036, 20),
    fault(clock_2038, 20),
    fault(clock_server_wrong, 20, 22),
    fault(relay_clock_off, 20, 21),
    fault(relay_clock_jumps, 20, 21),
)
