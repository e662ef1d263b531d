"""One run: a seed becomes a shop, a service, its faults, quiet again, and a verdict.

Rules of this file:
1. The seed and the choices decide everything; the same pair gives the same trace in any process.
2. Two phases: while faults strike, safety only; then they end, machines come back, and within a
   bounded virtual time all must be equal.
3. The verdict is findings, in sentences. A run without findings passed.
"""

import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Annotated

import trio
from msgspec import Meta, Struct

from simulations.checkers.back_office import look_at_relay, watch_relay
from simulations.checkers.checks import findings
from simulations.checkers.evidence import take_evidence
from simulations.checkers.healing import Healing
from simulations.demo.orders_csv import parse_mapping, read_orders
from simulations.disk.apsw_driver import QUICK
from simulations.disk.sim_disk import SimDisk
from simulations.faults.swarm import (
    LEAN_MOST,
    LEAN_RATES,
    RATES,
    Strike,
    calm,
    draw_strikes,
    draw_swarm,
    run_strikes,
)
from simulations.mutants import mutated
from simulations.report.recording import Recorder, Recording
from simulations.scenarios.scenario import play
from simulations.scenarios.table import SCENARIOS
from simulations.simulator.determinism import run_seeded
from simulations.simulator.trace import Event
from simulations.simulator.world import World, draw_lean_shape, draw_shape, open_world
from simulations.workload.ledger import Ledger
from simulations.workload.service import draw_plan, replay_orders, run_service

CONVERGE_SECONDS = 300.0  # the longest wait of a repair rule is 16 T = 32 s; several may follow
SCRATCH = Path("/dev/shm")  # where there is one: memory is faster than a disk


class Choices(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """terminals: 1 to 50 · orders: in the service · minutes: virtual, of the service · faults:
    which may be drawn, None for all · lean: little happens to most orders, so that a run is cheap ·
    strikes: only these of those drawn, by index, to find a smaller run that still fails · mutant: a
    bug put in on purpose · scenario: a story instead of a service, by name; it brings its own shop
    · small: the story's short form · sales: a file, and which column of it is what: its first
    orders instead of drawn guests · keep_all: of the trace, and a recording for pictures."""

    terminals: Annotated[int, Meta(ge=1, le=50)] = 4
    orders: Annotated[int, Meta(ge=1)] = 40
    minutes: Annotated[float, Meta(gt=0)] = 30.0
    relay: bool = True
    faults: tuple[str, ...] | None = None
    lean: bool = False
    strikes: tuple[Annotated[int, Meta(ge=0)], ...] | None = None
    mutant: str | None = None
    scenario: str | None = None
    small: bool = False
    sales: tuple[str, str] | None = None
    keep_all: bool = False


class Verdict(Struct, frozen=True, kw_only=True):
    """What became of a run. digest: of its trace · seconds: virtual · cpu: seconds of this process
    · healed: virtual seconds from the end of the last fault until all were equal · fired, reached,
    acts, scenes: counts by name."""

    seed: int
    choices: Choices
    digest: str
    seconds: float
    cpu: float
    healed: float | None
    events: int
    orders: int
    calls: int
    acknowledged: int
    changes: int
    fired: dict[str, int]
    reached: dict[str, int]
    acts: dict[str, dict[str, int]]
    scenes: dict[str, int]
    findings: tuple[str, ...]
    strikes: tuple[Strike, ...]
    trace: tuple[Event, ...] = ()
    recording: Recording | None = None

    @property
    def passed(self) -> bool:
        return not self.findings


def run(seed: int, choices: Choices) -> Verdict:
    """Run one seed in this process."""
    began = time.process_time()

    async def main() -> Verdict:
        with tempfile.TemporaryDirectory(dir=_scratch()) as folder:
            async with open_world(seed, Path(folder), _disk, keep_all=choices.keep_all) as world:
                recorder = Recorder(world) if choices.keep_all else None
                if recorder is not None:
                    trio.lowlevel.add_instrument(recorder)
                return await _live(world, seed, choices, began, recorder)

    with mutated(choices.mutant):
        return run_seeded(seed, main)


async def _live(
    world: World, seed: int, choices: Choices, began: float, recorder: Recorder | None
) -> Verdict:
    ledger, strikes, healing = Ledger(), list[Strike](), Healing(world)
    world.nursery.start_soon(watch_relay, world)
    world.nursery.start_soon(healing.watch)
    if choices.scenario is not None:
        await play(SCENARIOS[choices.scenario], world, ledger, small=choices.small)
        world.struck_until = trio.current_time()  # what a story leaves behind ends now
    else:
        strikes = await _serve(world, ledger, choices)
    await calm(world)
    converged = await world.converge(CONVERGE_SECONDS)
    healed = healing.took()
    look_at_relay(world)
    evidence = await take_evidence(world, ledger, converged=converged)
    trace = world.trace
    return Verdict(
        seed=seed,
        choices=choices,
        digest=trace.digest,
        seconds=trio.current_time(),
        cpu=time.process_time() - began,
        healed=healed if converged else None,
        events=trace.recorded,
        orders=len(ledger.orders),
        calls=ledger.calls,
        acknowledged=sum(1 for _ in ledger.acknowledged()),
        changes=max((len(copy.changes) for copy in evidence.copies), default=0),
        fired=_counts(trace.fired),
        reached=_counts(trace.reached),
        acts={name: _counts(told) for name, told in ledger.coverage.items()},
        scenes=_counts(ledger.scenes),
        findings=(*world.findings, *findings(evidence)),
        strikes=tuple(strikes),
        trace=tuple(trace.events),
        recording=None if recorder is None else recorder.finish(evidence),
    )


async def _serve(world: World, ledger: Ledger, choices: Choices) -> list[Strike]:
    """A service, and all that went wrong meanwhile."""
    draw = draw_lean_shape if choices.lean else draw_shape
    world.found(draw(world.dice("shape"), choices.terminals, relay=choices.relay))
    await world.boot_all()
    strikes = drawn_strikes(world.dice("faults"), choices)
    minutes = choices.minutes * 60
    until = trio.current_time() + minutes
    async with trio.open_nursery() as nursery:
        nursery.start_soon(run_strikes, world, strikes, world.dice("service manager"), until)
        await _sell(world, ledger, choices, minutes)
    return strikes


async def _sell(world: World, ledger: Ledger, choices: Choices, seconds: float) -> None:
    dice = world.dice("service")
    if choices.sales is None:
        turn = world.seed if isinstance(world.seed, int) else 0
        drawn = world.dice("plan")
        plan = draw_plan(drawn, choices.orders, seconds, lean=choices.lean, turn=turn)
        await run_service(world, plan, dice, ledger)
        return
    file, mapping = choices.sales
    read = read_orders(Path(file), parse_mapping(mapping))
    await replay_orders(world, read.orders[: choices.orders], dice, ledger, seconds=seconds)


def drawn_strikes(dice: Random, choices: Choices) -> list[Strike]:
    """What goes wrong when; all of it, or the part that was chosen."""
    rates = LEAN_RATES if choices.lean else RATES
    swarm = draw_swarm(dice, choices.faults, choices.minutes, rates)
    most = LEAN_MOST if choices.lean else None
    strikes = draw_strikes(swarm, dice, choices.minutes * 60, most)
    if choices.strikes is None:
        return strikes
    return [strikes[index] for index in choices.strikes if index < len(strikes)]


def _disk(folder: Path, dice: Random) -> SimDisk:
    return SimDisk(folder, dice, QUICK)


def _counts(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items()))


def _scratch() -> str | None:
    return str(SCRATCH) if SCRATCH.is_dir() else None
