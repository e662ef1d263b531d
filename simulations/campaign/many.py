"""Many runs at once, in processes of their own; and the smallest run that still fails.

Rules of this file:
1. A run is a pure function of its seed and choices, so it may run in any process.
2. A process that dies is a finding of the seeds that were under way, and the others go on.
"""

import multiprocessing
import signal
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import replace

from simulations.campaign.service_run import Choices, Verdict, run
from simulations.simulator.trace import total

DIED = "its process, or that of a run beside it, was ended from outside"
MAX_SHRINKS = 60  # runs spent on making a failing one smaller


class Outcome(Struct, frozen=True):
    """verdict: None when the run itself broke; then `broke` says how."""

    seed: int
    verdict: Verdict | None
    broke: str = ""

    @property
    def passed(self) -> bool:
        return self.verdict is not None and self.verdict.passed

    @property
    def findings(self) -> Sequence[str]:
        return (self.broke,) if self.verdict is None else self.verdict.findings


class Tally(Struct, frozen=True):
    """Sums over runs. virtual, cpu: seconds · acts: acknowledged ones · failing: seeds."""

    runs: int
    failed: int
    virtual: float
    cpu: float
    orders: int
    acknowledged: int
    changes: int
    fired: dict[str, int]
    acts: dict[str, int] = {}
    scenes: dict[str, int] = {}
    failing: tuple[int, ...] = ()

    @property
    def hours_per_minute(self) -> float:
        """Virtual hours for a minute of CPU."""
        return (self.virtual / 3600) / (self.cpu / 60) if self.cpu else 0.0


def attempt(seed: int, choices: Choices) -> Outcome:
    """One run; what breaks the simulator itself is an outcome too. The trace stays behind."""
    try:
        return Outcome(seed, replace(run(seed, choices), trace=()))
    except BaseException as error:
        if _is_interruption(error):
            raise
        return Outcome(seed, None, traceback.format_exc())


def _is_interruption(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(KeyboardInterrupt) is not None
    return isinstance(error, KeyboardInterrupt)


def run_many(seeds: Iterable[int], choices: Choices, *, jobs: int) -> Iterator[Outcome]:
    """Outcomes as they come. Stops taking seeds when the caller stops asking."""
    source, under_way = iter(seeds), list[int]()
    while True:
        yield from _in_a_pool(source, choices, jobs, under_way)
        if not under_way:
            return
        yield from (Outcome(seed, None, DIED) for seed in under_way)
        under_way.clear()


def _in_a_pool(
    source: Iterator[int], choices: Choices, jobs: int, under_way: list[int]
) -> Iterator[Outcome]:
    """Until the seeds end, or a process does: then some are still `under_way`."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_leave_signals) as pool:
        waiting: set[Future[Outcome]] = set()
        try:
            while True:
                while len(under_way) < jobs * 2 and (seed := next(source, None)) is not None:
                    under_way.append(seed)
                    with _children_ignoring_ctrl_c():
                        waiting.add(pool.submit(attempt, seed, choices))
                if not waiting:
                    return
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for each in done:
                    outcome = each.result()
                    under_way.remove(outcome.seed)
                    yield outcome
        except BrokenProcessPool:
            return
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _children_ignoring_ctrl_c() -> Iterator[None]:
    """A process that is started now is deaf from its first moment, not from `_leave_signals` on."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _leave_signals() -> None:
    """Ctrl-C is the parent's to handle: it takes no more seeds, and waits for those under way."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def tally(outcomes: Sequence[Outcome]) -> Tally:
    """The sums that a report shows."""
    verdicts = [each.verdict for each in outcomes if each.verdict is not None]
    fired: Counter[str] = total(each.fired for each in verdicts)
    acts: Counter[str] = Counter()
    for verdict in verdicts:
        acts.update({act: told.get("acknowledged", 0) for act, told in verdict.acts.items()})
    return Tally(
        runs=len(outcomes),
        failed=sum(not each.passed for each in outcomes),
        virtual=sum(each.seconds for each in verdicts),
        cpu=sum(each.cpu for each in verdicts),
        orders=sum(each.orders for each in verdicts),
        acknowledged=sum(each.acknowledged for each in verdicts),
        changes=sum(each.changes for each in verdicts),
        fired=dict(sorted(fired.items())),
        acts=dict(sorted(acts.items())),
        scenes=dict(sorted(total(each.scenes for each in verdicts).items())),
        failing=tuple(each.seed for each in outcomes if not each.passed),
    )


def shrink(
    failed: Verdict, told: Callable[[str], None], *, most: int = MAX_SHRINKS
) -> tuple[Verdict, int]:
    """The smallest run found that still fails in the same check, and how many runs it took.

    Strikes are taken away in halves, then one by one (delta debugging: Zeller and Hildebrandt, IEEE
    TSE 2002, in its plainest form).
    """
    best, runs = failed, 0
    kinds = _kinds(failed)
    drawn = failed.choices.strikes
    kept = list(range(len(failed.strikes)) if drawn is None else drawn)
    size = max(1, len(kept) // 2)

    def fails(choices: Choices) -> bool:
        nonlocal best, runs
        runs += 1
        outcome = attempt(failed.seed, choices)
        if outcome.verdict is not None and kinds & _kinds(outcome.verdict):
            best = outcome.verdict
            told(f"still fails with {len(best.strikes)} strikes, {choices.orders} orders")
            return True
        return False

    while kept and runs < most:
        for start in range(0, len(kept), size):
            fewer = kept[:start] + kept[start + size :]
            if fails(replace(best.choices, strikes=tuple(fewer))):
                kept = fewer
                break
            if runs >= most:
                break
        else:
            if size == 1:
                break
            size //= 2
    return best, runs


def _kinds(verdict: Verdict) -> set[str]:
    """The checks that found something."""
    return {each.partition(":")[0] for each in verdict.findings}
