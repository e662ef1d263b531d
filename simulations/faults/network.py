"""Faults of cables, switches and Wi-Fi.

Rules of this file:
1. A cut has a reason of its own, drawn, so that overlapping cuts heal one by one.
2. Conditions of a path are not stacked: of two storms on one path the first to end ends both.
3. The relay is reached over paths too: some cuts take it along.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations
from random import Random

import trio

from simulations.faults.fault import Fault, Nowhere, fault, one_of, present, some, two_of
from simulations.simulator.links import LinkEnd
from simulations.simulator.relay import RELAY
from simulations.simulator.wires import Conditions
from simulations.simulator.world import World

FLAP_SECONDS = 1.0
SLOW_BYTES_PER_SECOND = 1000.0
STALE_ADDRESSES = 1000
NOBODY = "10.66.{}.{}:3002"


def _reason(dice: Random) -> str:
    return f"{dice.getrandbits(32):08x}"


@contextmanager
def _cut(world: World, pairs: Sequence[tuple[str, str]], why: str) -> Iterator[None]:
    """These directions carry nothing."""
    for source, target in pairs:
        world.wires.cut(source, target, why)
    try:
        yield
    finally:
        for source, target in pairs:
            world.wires.mend(source, target, why)


def _both_ways(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [way for one, other in pairs for way in ((one, other), (other, one))]


def _between(groups: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Both directions of every pair of machines in different groups."""
    pairs = [
        (one, other) for here, there in combinations(groups, 2) for one in here for other in there
    ]
    return _both_ways(pairs)


def _split(world: World, dice: Random, hosts: list[str], near: int) -> list[list[str]]:
    """Two groups, the first of `near` machines; the relay with one of them, or reached by all."""
    dice.shuffle(hosts)
    groups = [hosts[:near], hosts[near:]]
    side = dice.randrange(3)
    if world.relay is not None and side < 2:
        groups[side].append(RELAY)
    return groups


async def partition_halves(world: World, dice: Random, seconds: float) -> None:
    """Two parts of about the same size."""
    hosts = present(world)
    if len(hosts) < 2:
        raise Nowhere
    groups = _split(world, dice, hosts, len(hosts) // 2)
    world.trace.fire("partition_halves", near=",".join(groups[0]))
    with _cut(world, _between(groups), _reason(dice)):
        await trio.sleep(seconds)


async def partition_one(world: World, dice: Random, seconds: float) -> None:
    """A minority of one."""
    hosts = present(world)
    if len(hosts) < 2:
        raise Nowhere
    groups = _split(world, dice, hosts, 1)
    world.trace.fire("partition_one", groups[0][0])
    with _cut(world, _between(groups), _reason(dice)):
        await trio.sleep(seconds)


async def partition_every_pair(world: World, dice: Random, seconds: float) -> None:
    """Everybody is alone; at times with the relay."""
    groups = [[host] for host in present(world)]
    if world.relay is not None and dice.random() < 0.5:
        groups.append([RELAY])
    world.trace.fire("partition_every_pair")
    with _cut(world, _between(groups), _reason(dice)):
        await trio.sleep(seconds)


async def relay_cut_off(world: World, dice: Random, seconds: float) -> None:
    """The way to the internet is down, for one terminal or all."""
    hosts = present(world)
    if world.relay is None:
        raise Nowhere
    cut = hosts if dice.random() < 0.5 else [one_of(dice, hosts)]
    world.trace.fire("relay_cut_off", hosts=",".join(cut))
    with _cut(world, _between([cut, [RELAY]]), _reason(dice)):
        await trio.sleep(seconds)


async def asymmetric_cut(world: World, dice: Random, seconds: float) -> None:
    """One hears the other, and is not heard."""
    pair = two_of(dice, present(world))
    world.trace.fire("asymmetric_cut", pair[0], to=pair[1])
    with _cut(world, [pair], _reason(dice)):
        await trio.sleep(seconds)


async def non_transitive(world: World, dice: Random, seconds: float) -> None:
    """Some pairs do not reach each other, though others reach both."""
    hosts = present(world)
    if len(hosts) < 3:
        raise Nowhere
    middle = one_of(dice, hosts)
    rest = [host for host in hosts if host != middle]
    pairs = [pair for pair in combinations(rest, 2) if dice.random() < 0.5] or [(rest[0], rest[1])]
    world.trace.fire("non_transitive", middle, pairs=len(pairs))
    with _cut(world, _both_ways(pairs), _reason(dice)):
        await trio.sleep(seconds)


async def flapping(world: World, dice: Random, seconds: float) -> None:
    """A bad plug: a second with, a second without."""
    host = one_of(dice, present(world))
    others = [other for other in present(world) if other != host]
    ways = _between([[host], others])
    world.trace.fire("flapping", host)
    until = trio.current_time() + seconds
    while trio.current_time() < until:
        with _cut(world, ways, f"flap {host}"):
            await trio.sleep(FLAP_SECONDS)
        await trio.sleep(FLAP_SECONDS)


async def half_open(world: World, dice: Random, seconds: float) -> None:
    """Its ends of all links are dead, and the other ends were never told."""
    linked = [each.host for each in world.standing() if each.links]
    host = one_of(dice, linked)
    links: list[LinkEnd] = world.terminals[host].links
    world.trace.fire("half_open", host, links=len(links))
    for link in links:
        link.kill(power=True)
    await trio.lowlevel.checkpoint()


async def slow_peer(world: World, dice: Random, seconds: float) -> None:
    """One machine behind a line of 1 kB a second."""
    host = one_of(dice, present(world))
    others = [other for other in present(world) if other != host]
    world.trace.fire("slow_peer", host)
    slow = Conditions(latency=0.05, jitter=0.05, rate=SLOW_BYTES_PER_SECOND)
    with _worse(world, _between([[host], others]), slow):
        await trio.sleep(seconds)


@contextmanager
def _worse(world: World, ways: Sequence[tuple[str, str]], conditions: Conditions) -> Iterator[None]:
    for source, target in ways:
        world.wires.path(source, target).conditions = conditions
    try:
        yield
    finally:
        for source, target in ways:
            path = world.wires.path(source, target)
            path.conditions, path.busy_until = world.wires.conditions, 0.0


def _ways(world: World, dice: Random) -> list[tuple[str, str]]:
    """Between some machines, or all."""
    hosts = some(dice, present(world), 2)
    return _both_ways(list(combinations(hosts, 2)))


async def lossy(world: World, dice: Random, seconds: float) -> None:
    """Packets get lost and are sent again."""
    loss = dice.choice((0.01, 0.05, 0.3))
    world.trace.fire("lossy", percent=round(loss * 100))
    with _worse(world, _ways(world, dice), Conditions(loss=loss)):
        await trio.sleep(seconds)


async def laggy(world: World, dice: Random, seconds: float) -> None:
    """Everything takes long, unevenly; at worst longer than a link may be silent."""
    latency = dice.choice((0.05, 0.5, 5.0, 30.0))
    world.trace.fire("laggy", seconds=latency)
    conditions = Conditions(latency=latency, jitter=latency * dice.random())
    with _worse(world, _ways(world, dice), conditions):
        await trio.sleep(seconds)


async def frames_dropped(world: World, dice: Random, seconds: float) -> None:
    """Whole frames vanish: harsher than TCP ever is."""
    world.trace.fire("frames_dropped")
    with _worse(world, _ways(world, dice), Conditions(drop=dice.choice((0.02, 0.3)))):
        await trio.sleep(seconds)


async def frames_duplicated(world: World, dice: Random, seconds: float) -> None:
    """Frames come twice."""
    world.trace.fire("frames_duplicated")
    with _worse(world, _ways(world, dice), Conditions(duplicate=dice.choice((0.05, 0.3)))):
        await trio.sleep(seconds)


async def frames_reordered(world: World, dice: Random, seconds: float) -> None:
    """Frames overtake each other."""
    world.trace.fire("frames_reordered")
    with _worse(world, _ways(world, dice), Conditions(reorder=dice.choice((0.05, 0.3)))):
        await trio.sleep(seconds)


async def held(world: World, dice: Random, seconds: float) -> None:
    """All that two machines say to each other is kept back, then comes at once."""
    one, other = two_of(dice, present(world))
    world.trace.fire("held", one, other=other)
    with _cut(world, _between([[one], [other]]), _reason(dice)):
        await trio.sleep(seconds)


async def swizzle(world: World, dice: Random, seconds: float) -> None:
    """Machines are cut off one after the other, and come back in another order."""
    hosts = some(dice, present(world), 2)
    everyone = present(world)
    world.trace.fire("swizzle", hosts=",".join(hosts))
    ways = {
        host: _between([[host], [other for other in everyone if other != host]]) for host in hosts
    }
    why, step = _reason(dice), seconds / (2 * len(hosts))
    try:
        for host in dice.sample(hosts, len(hosts)):
            for source, target in ways[host]:
                world.wires.cut(source, target, f"{why} {host}")
            await trio.sleep(step)
        for host in dice.sample(hosts, len(hosts)):
            _mend(world, ways[host], f"{why} {host}")
            await trio.sleep(step)
    finally:
        for host in hosts:
            _mend(world, ways[host], f"{why} {host}")


def _mend(world: World, ways: Sequence[tuple[str, str]], why: str) -> None:
    for source, target in ways:
        world.wires.mend(source, target, why)


async def no_multicast(world: World, dice: Random, seconds: float) -> None:
    """The guest Wi-Fi keeps its guests apart from each other's announcements."""
    world.trace.fire("no_multicast")
    world.lan.multicast = False
    try:
        await trio.sleep(seconds)
    finally:
        world.lan.multicast = True


async def stale_addresses(world: World, dice: Random, seconds: float) -> None:
    """A thousand records of machines that left long ago."""
    world.trace.fire("stale_addresses")
    stale = [
        NOBODY.format(number // 250, number % 250 + 1)
        for number in dice.sample(range(60_000), STALE_ADDRESSES)
    ]
    world.lan.stale += stale
    try:
        await trio.sleep(seconds)
    finally:
        world.lan.stale = [each for each in world.lan.stale if each not in set(stale)]


async def address_changed(world: World, dice: Random, seconds: float) -> None:
    """The router gave a machine another address; or two that of the other."""
    hosts = present(world)
    if len(hosts) > 1 and dice.random() < 0.5:
        one, other = two_of(dice, hosts)
        world.trace.fire("address_changed", one, swapped=other)
        world.lan.swap(one, other)
    else:
        host = one_of(dice, hosts)
        world.trace.fire("address_changed", host)
        world.lan.move(host)
    await trio.lowlevel.checkpoint()


FAULTS: tuple[Fault, ...] = (
    fault(partition_halves, 34),
    fault(partition_one, 34, 26),
    fault(partition_every_pair, 34),
    fault(relay_cut_off, 41, 42),
    fault(asymmetric_cut, 36),
    fault(non_transitive, 35),
    fault(flapping, 37),
    fault(half_open, 38),
    fault(slow_peer, 39),
    fault(lossy, 33),
    fault(laggy, 33),
    fault(frames_dropped, 33),
    fault(frames_duplicated, 33, 53),
    fault(frames_reordered, 33),
    fault(held, 33, 34),
    fault(swizzle, 34),
    fault(no_multicast, 47),
    fault(stale_addresses, 32),
    fault(address_changed, 47, 49),
)
