"""`malha-sim run`, `campaign` and `shrink`: runs by seed, told as a person or a program reads it.

Exit code 0: nothing was found. 1: something was; the one command that repeats it is printed.
"""

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from simulations.arguments import STDOUT
from simulations.campaign.many import Outcome, Tally, run_many, shrink, tally
from simulations.campaign.prove import Proof, minutes_for, prove, table_of
from simulations.campaign.service_run import Choices, Verdict, run
from simulations.faults.coverage import coverage
from simulations.mutants import MUTANTS
from simulations.report.naming import replay, title_of
from simulations.report.page import page
from simulations.report.timeline import timeline

LAST_EVENTS = 40
FINDINGS_SHOWN = 20
FRESH_BITS = 32
PROOF_SEEDS = 200  # to look among for those in which a mutant's faults strike


def run_seed(
    console: Console,
    seed: int,
    choices: Choices,
    *,
    json: str | None,
    html: str | None = None,
    svg: str | None = None,
) -> int:
    """json: a file, `-` for the screen, None for text · html, svg: files, of a recorded run."""
    verdict = run(seed, choices)
    if html is not None:
        Path(html).write_text(page(verdict), "utf-8")
    if svg is not None:
        drawn = timeline(verdict, title_of(verdict), standalone=True)
        Path(svg).write_text(f"{drawn}\n", "utf-8")
    if json != STDOUT:
        tell(console, verdict)
    if json is not None:
        write_json(verdict, json)
    return 0 if verdict.passed else 1


def run_seeds(
    console: Console, seeds: Sequence[int], choices: Choices, *, jobs: int, json: str | None = None
) -> int:
    """Many seeds, a bar while they run, and a table of what struck."""
    outcomes = list(_watched(console, run_many(seeds, choices, jobs=jobs), choices, len(seeds)))
    figures = tally(outcomes)
    if json != STDOUT:
        tell_tally(console, figures)
    if json is not None:
        write_json(figures, json)
    return 1 if figures.failed else 0


def run_campaign(console: Console, minutes: float, choices: Choices, *, jobs: int) -> Tally:
    """Fresh seeds for so many minutes of real time."""
    deadline = time.monotonic() + minutes * 60
    first = secrets.randbits(FRESH_BITS)
    console.print(f"seeds from {first} on")

    def fresh() -> Iterator[int]:
        for seed in count(first):
            if time.monotonic() >= deadline:
                return
            yield seed

    outcomes = list(_watched(console, run_many(fresh(), choices, jobs=jobs), choices, None))
    figures = tally(outcomes)
    tell_tally(console, figures)
    return figures


def fixed_and_fresh(fixed: int, fresh: int) -> list[int]:
    """The seeds 1 … fixed, and some that nobody ran before."""
    return [*range(1, fixed + 1), *(secrets.randbits(FRESH_BITS) for _ in range(fresh))]


def shrink_seed(console: Console, seed: int, choices: Choices) -> int:
    """Find a smaller run that fails as this one does. 0: found or not needed; 2: it passes."""
    verdict = run(seed, choices)
    if verdict.passed:
        console.print(f"seed {seed} passes: there is nothing to make smaller")
        return 2
    if not verdict.strikes:
        console.print("it fails without any strike: there is nothing to leave out")
    smaller, runs = shrink(verdict, console.print)
    console.print(f"{runs} runs; {len(verdict.strikes)} strikes became {len(smaller.strikes)}")
    tell(console, smaller)
    return 0


def prove_mutants(console: Console, names: Sequence[str], choices: Choices, *, jobs: int) -> int:
    """Which mutants the checks catch. 0: all of them. 1: not all."""

    names = names or list(MUTANTS)
    minutes = minutes_for(names, choices, jobs=jobs)
    console.print(f"{len(names)} mutants, {jobs} at a time: about {minutes:.0f} minutes")
    done: list[Proof] = []

    def told(proof: Proof) -> None:
        done.append(proof)
        by = " ".join(proof.checks) or "nothing"
        last = f"; {proof.again}" if proof.again else ""
        console.print(f"{len(done)}/{len(names)} {proof.name}: caught by {by}{last}")

    proofs = prove(names, range(1, PROOF_SEEDS), choices, jobs=jobs, told=told)
    console.print(table_of(proofs))
    caught = sum(proof.caught for proof in proofs)
    console.print(f"{caught} of {len(proofs)} mutants are caught")
    return 0 if caught == len(proofs) else 1


def tell_coverage(console: Console) -> None:
    """Every numbered fault, and what strikes or proves it."""
    table = Table("no.", "fault", "struck or proved by", title="faults that a shop must survive")
    lines = coverage()
    for line in lines:
        table.add_row(str(line.number), line.what, escape(line.by))
    console.print(table)
    waiting = sum(line.waits for line in lines)
    console.print(f"{len(lines)} faults, of which {waiting} wait, in whole or in part")


def write_json(told: object, file: str) -> None:
    """A verdict with its trace, or a tally."""
    data = msgspec.json.format(msgspec.json.encode(told), indent=1)
    if file == STDOUT:
        print(data.decode())
        return
    with open(file, "wb") as out:
        out.write(data + b"\n")


def tell(console: Console, verdict: Verdict) -> None:
    """What happened, and what should not have."""
    healed = "never equal" if verdict.healed is None else f"equal after {verdict.healed:.1f} s"
    console.print(
        f"seed {verdict.seed}: {verdict.seconds / 60:.0f} virtual minutes in {verdict.cpu:.1f} s of"
        f" CPU; {verdict.orders} orders, {verdict.calls} calls to the API"
        f" ({verdict.acknowledged} writes acknowledged), {verdict.changes} changes; {healed}"
    )
    console.print(f"trace {verdict.digest} ({verdict.events} events)")
    if verdict.fired:
        console.print(_counted("fault that fired", verdict.fired))
    else:
        console.print("no fault fired: this seed draws none, or they found nobody to strike")
    if verdict.passed:
        console.print("[green]✓[/] nothing lost, nothing doubled, everybody sees the same")
        return
    console.print("last events:")
    for event in verdict.trace[-LAST_EVENTS:]:
        console.print(escape(str(event)))
    _tell_findings(console, verdict.findings)
    console.print(f"again: {replay(verdict.seed, verdict.choices)}")


def tell_tally(console: Console, figures: Tally) -> None:
    """The sums of many runs."""
    if figures.fired:
        console.print(_counted("fault that fired", figures.fired))
    console.print(
        f"{figures.runs} runs, {figures.failed} failed; {figures.virtual / 3600:.1f} virtual hours"
        f" in {figures.cpu / 60:.1f} minutes of CPU ({figures.hours_per_minute:.1f} hours a"
        f" minute); {figures.orders:,} orders, {figures.acknowledged:,} writes acknowledged,"
        f" {figures.changes:,} changes"
    )


def _watched(
    console: Console, outcomes: Iterable[Outcome], choices: Choices, expected: int | None
) -> Iterator[Outcome]:
    """Each outcome as it comes, failed ones told at once."""
    columns = TextColumn("{task.completed} runs"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("runs", total=expected)
        for outcome in outcomes:
            progress.advance(bar)
            if not outcome.passed:
                console.print(f"seed {outcome.seed} failed; again: {replay(outcome.seed, choices)}")
                _tell_findings(console, outcome.findings)
            yield outcome


def _tell_findings(console: Console, findings: Sequence[str]) -> None:
    for finding in findings[:FINDINGS_SHOWN]:
        console.print(f"[red]✗[/] {escape(finding)}")
    if len(findings) > FINDINGS_SHOWN:
        console.print(f"  and {len(findings) - FINDINGS_SHOWN} more")


def _counted(title: str, counts: dict[str, int]) -> Table:
    table = Table(title, "times")
    for name, times in counts.items():
        table.add_row(name, f"{times:,}")
    return table
