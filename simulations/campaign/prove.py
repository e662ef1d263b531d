"""Whether the checks see: every mutant is run until a run finds something.

Rules of this file:
1. A mutant is caught when a seed finds something with it, and nothing without it under the same
   choices. A seed that finds something without a mutant proves nothing and is told apart.
2. A run that breaks or does not end is caught by `broke` or `hangs`, under rule 1 as well.
3. Seeds in which the mutant's faults hardly strike are passed over: which strikes a seed draws is
   known before it is run.
4. The cheapest comes first: the stories that are named with a mutant, then the seed in which it
   showed before, then seeds in order, then the same in larger services.
5. Mutants are shared out among processes, those without a story first: they take longest.
"""

import multiprocessing
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from itertools import islice
from types import FrameType

from msgspec import Struct
from msgspec.structs import replace
from rich.markup import escape
from rich.table import Table

from simulations.campaign.many import Outcome, attempt
from simulations.campaign.service_run import Choices, drawn_strikes
from simulations.faults.table import FAULTS
from simulations.mutants import MUTANTS, Mutant
from simulations.report.naming import replay
from simulations.simulator.determinism import dice_of

RUN_SECONDS = 120.0  # of CPU, for one run: some twenty times what a small service needs
RUNS = 6  # of one mutant in services as chosen, then as many in larger ones
LARGER = 3  # times the orders
LONGER = 2  # times the minutes
LEAST_STRIKES = 3  # of a seed that is worth a run
STORY_SEED = 1
# What a mutant takes, in runs of a service, roughly: a story and the same without the mutant; or a
# few services, of which the one that fails waits long for an agreement that does not come.
COST_OF_A_STORY, COST_OF_A_SEARCH = 1.0, 5.0
BROKE, HANGS = "broke", "hangs"


class Proof(Struct, frozen=True, kw_only=True):
    """What became of one mutant.

    checks: that caught it, none when nothing did · seed, orders, scenario: of that run · again: the
    command that repeats it · finding: its first sentence · runs, cpu: spent, seconds · struck:
    faults that fired, over all runs · unsound: runs that find something without the mutant too.
    """

    name: str
    sentence: str
    checks: tuple[str, ...] = ()
    seed: int | None = None
    orders: int = 0
    scenario: str = ""
    again: str = ""
    finding: str = ""
    runs: int = 0
    cpu: float = 0.0
    struck: dict[str, int]
    unsound: tuple[str, ...] = ()

    @property
    def caught(self) -> bool:
        return bool(self.checks)

    @property
    def where(self) -> str:
        """The story, or the seed of a service."""
        return self.scenario or ("" if self.seed is None else f"seed {self.seed}")


class _Hangs(BaseException):
    """A run takes more CPU than any run may."""


def prove(
    names: Iterable[str],
    seeds: Sequence[int],
    choices: Choices,
    *,
    jobs: int,
    told: Callable[[Proof], None],
) -> list[Proof]:
    """One proof for each mutant, in the given order. told: each as it comes.

    choices: of every run, but for the faults and the mutant, which the mutant decides.
    """
    names = list(names)
    context = multiprocessing.get_context("spawn")
    proofs: dict[str, Proof] = {}
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        longest_first = sorted(names, key=lambda name: bool(MUTANTS[name].scenes))
        waiting = {pool.submit(prove_one, name, seeds, choices): name for name in longest_first}
        for done in as_completed(waiting):
            proof = proofs[waiting[done]] = done.result()
            told(proof)
    return [proofs[name] for name in names]


def minutes_for(names: Iterable[str], choices: Choices, *, jobs: int) -> float:
    """About how long `prove` takes here: one service is run to see how fast this machine is."""
    began = time.monotonic()
    limited(STORY_SEED, choices)
    service = time.monotonic() - began
    costs = [COST_OF_A_STORY if MUTANTS[name].scenes else COST_OF_A_SEARCH for name in names]
    return max(sum(costs) / jobs, *costs, 0.0) * service / 60


def prove_one(name: str, seeds: Sequence[int], choices: Choices) -> Proof:
    """Run stories and seeds with one mutant until a run finds what it does not find without."""
    proof = Proof(name=name, sentence=MUTANTS[name].sentence, struck={})
    struck: Counter[str] = Counter()
    began = time.process_time()
    for seed, size in _runs(MUTANTS[name], seeds, choices):
        outcome = limited(seed, size)
        struck.update({} if outcome.verdict is None else outcome.verdict.fired)
        proof = replace(proof, runs=proof.runs + 1)
        if outcome.passed:
            continue
        if limited(seed, replace(size, mutant=None)).passed:
            checks, finding = _caught_by(outcome)
            proof = replace(
                proof,
                seed=seed,
                orders=0 if size.scenario else size.orders,
                scenario=size.scenario or "",
                again=replay(seed, size),
                checks=checks,
                finding=finding,
            )
            break
        proof = replace(proof, unsound=(*proof.unsound, size.scenario or f"seed {seed}"))
    spent = time.process_time() - began
    return replace(proof, cpu=spent, struck=dict(sorted(struck.items())))


def _runs(mutant: Mutant, seeds: Sequence[int], choices: Choices) -> Iterator[tuple[int, Choices]]:
    """What to try, in order; drawn when it is its turn."""
    choices = replace(choices, mutant=mutant.name)
    for scene in mutant.scenes:
        yield STORY_SEED, replace(choices, scenario=scene, small=True)
    choices = replace(choices, faults=mutant.faults, relay=choices.relay and mutant.relay)
    if mutant.seed is not None:
        yield mutant.seed, choices
    yield from _worth([each for each in seeds if each != mutant.seed], choices)
    larger = replace(choices, orders=choices.orders * LARGER, minutes=choices.minutes * LONGER)
    yield from _worth(seeds, larger)


def _worth(seeds: Iterable[int], choices: Choices) -> list[tuple[int, Choices]]:
    """The runs of one size."""
    return [(seed, choices) for seed in islice(striking(seeds, choices), RUNS)]


def striking(seeds: Iterable[int], choices: Choices) -> Iterator[int]:
    """The seeds that strike often enough; all, when any run will do."""
    least = 0
    if choices.faults is not None:
        least = min(LEAST_STRIKES, sum(FAULTS[each].most for each in choices.faults))
    for seed in seeds:
        if len(drawn_strikes(dice_of(seed, "faults"), choices)) >= least:
            yield seed


def limited(seed: int, choices: Choices) -> Outcome:
    """One run, within RUN_SECONDS of CPU where the system can count them."""
    try:
        with _at_most(RUN_SECONDS):
            return attempt(seed, choices)
    except _Hangs:
        return Outcome(seed, None, _Hangs.__name__)


def _caught_by(outcome: Outcome) -> tuple[tuple[str, ...], str]:
    """The checks that found something, and the first sentence."""
    if outcome.verdict is None:
        if _Hangs.__name__ in outcome.broke:
            return (HANGS,), f"no end after {RUN_SECONDS:g} s of CPU"
        said = [line.strip(" |+-") for line in outcome.broke.splitlines()]  # as groups are drawn
        return (BROKE,), next(filter(None, reversed(said)), "")
    findings = outcome.verdict.findings
    return tuple(dict.fromkeys(each.partition(":")[0] for each in findings)), findings[0]


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raises _Hangs in the block after so much CPU, and again: whatever runs may swallow it."""
    if not hasattr(signal, "SIGPROF"):
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise _Hangs

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


def table_of(proofs: Iterable[Proof]) -> Table:
    """Those that nothing caught come first."""
    table = Table(
        "mutant", "what is wrong", "caught by", "in", "orders", "runs", "CPU s", title="mutants"
    )
    for each in sorted(proofs, key=lambda proof: (proof.caught, proof.name)):
        caught = " ".join(each.checks) or "[red]nothing[/]"
        cells = escape(each.name), escape(each.sentence), caught, each.where
        table.add_row(*cells, str(each.orders or ""), str(each.runs), f"{each.cpu:.0f}")
    return table
