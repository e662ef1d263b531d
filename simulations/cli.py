"""`malha-sim`: what a buyer, an engineer or a build machine runs to see the product under load."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from simulations.arguments import Minutes, Output, Program

if TYPE_CHECKING:
    from simulations.campaign.service_run import Choices


@click.group(cls=Program)
def main() -> None:
    """Shops that are run, hurt and measured on this machine alone."""


_MAP = click.option(
    "--map",
    "mapping",
    metavar="order=…,time=…,product=…,quantity=…,price=…",
    help="Which column of FILE is what; join columns with + (time=date+time)."
    " Without time the order of the file is kept, without quantity it is 1."
    " Prices are exact: 44.50, 44,50 or R$ 1.234,50.",
)


@main.command()
@click.option("--exit", "ends", is_flag=True, help="End after the table instead of staying up.")
@click.option("--full-year", is_flag=True, help="Replay all 21,350 orders instead of one day.")
@click.option(
    "--orders",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Replay the order lines of this CSV file instead of pizzaplace.",
)
@_MAP
@click.option("--keep", "keeps", is_flag=True, help="Keep the terminals' data and logs.")
@click.option("--cashiers", type=click.IntRange(1, 64), help="Orders under way at a time.")
def demo(
    *,
    ends: bool,
    full_year: bool,
    file: Path | None,
    mapping: str | None,
    keeps: bool,
    cashiers: int | None,
) -> None:
    """Three terminals and a relay sell a real day, are cut off and killed, and agree.

    Exit code 0: all have the same, to the centavo. 1: they do not, or something failed.
    2: the orders cannot be read.
    """
    from rich.console import Console

    from simulations.demo.command import Choices, run_demo

    if (file is None) != (mapping is None):
        raise click.UsageError("--orders and --map go together.")
    choices = Choices(
        ends=ends,
        full_year=full_year,
        file=file,
        mapping=mapping,
        keeps=keeps,
        cashiers=cashiers,
    )
    sys.exit(run_demo(choices, Console(highlight=False)))


_TERMINALS = click.option("--terminals", type=click.IntRange(1, 50), default=4, help="(4)")
_ORDERS = click.option("--orders", type=click.IntRange(1), default=40, help="Of a service (40).")
_MINUTES = click.option(
    "--minutes", type=Minutes(1), default=30.0, help="Virtual ones, of a service (30)."
)
_FAULTS = click.option("--fault", "faults", multiple=True, help="Only this one; again for more.")
_LEAN = click.option("--lean", is_flag=True, help="Little happens to most orders: a cheap run.")
_JOBS = click.option("--jobs", type=click.IntRange(1, 64), default=2, help="Processes (2).")
_JSON = click.option(
    "--json", type=Output(screen=True), help="Write what came out there; - for the screen."
)


@main.command()
@click.option("--seed", type=click.IntRange(0), help="One run: decides everything in it.")
@click.option("--seeds", type=click.IntRange(1), help="Many runs: the seeds 1 to N.")
@click.option("--fresh", type=click.IntRange(0), default=0, help="With --seeds: so many new ones.")
@_TERMINALS
@_ORDERS
@_MINUTES
@_FAULTS
@click.option("--strikes", help="Of one run: only these of the strikes drawn, as 0,3,7.")
@click.option("--mutant", help="With a bug put in on purpose; see prove.")
@click.option("--scenario", help="A named story instead of a service; see list.")
@click.option("--small", is_flag=True, help="With --scenario: its short form.")
@click.option("--no-relay", is_flag=True, help="Of a service: nobody has a way to a relay.")
@click.option(
    "--sales",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Instead of drawn guests: the first --orders of this CSV file, in its rhythm.",
)
@_MAP
@_LEAN
@_JOBS
@_JSON
@click.option("--html", type=Output(), help="Of one run: a page with pictures.")
@click.option("--svg", type=Output(), help="Of one run: its timeline.")
def run(
    *,
    seed: int | None,
    seeds: int | None,
    fresh: int,
    terminals: int,
    orders: int,
    minutes: float,
    faults: tuple[str, ...],
    strikes: str | None,
    mutant: str | None,
    scenario: str | None,
    small: bool,
    no_relay: bool,
    file: Path | None,
    mapping: str | None,
    lean: bool,
    jobs: int,
    json: str | None,
    html: str | None,
    svg: str | None,
) -> None:
    """A service in a simulated shop, with what goes wrong in it, all drawn from a seed.

    The real peers and relay run under a virtual clock, network, disk and dice. Exit code 0: nothing
    was found. 1: something was, and the command that repeats it is printed. 2: it cannot run.
    """
    from msgspec.structs import replace
    from rich.console import Console

    from simulations.campaign.command import fixed_and_fresh, run_seed, run_seeds
    from simulations.scenarios.table import SCENARIOS

    if scenario is not None and scenario not in SCENARIOS:
        raise click.UsageError(f"No scenario {scenario}. There are: {', '.join(SCENARIOS)}.")
    if scenario is not None and seeds is None and seed is None:
        seed = 1
    if fresh and seeds is None:
        raise click.UsageError("--fresh goes with --seeds.")
    if (seed is None) == (seeds is None):
        raise click.UsageError("Give --seed N for one run, or --seeds N for many.")
    _check_together(scenario=scenario, small=small, many=seeds is not None, pictures=html or svg)
    choices = _choices(terminals, orders, minutes, faults, strikes, mutant, lean=lean)
    if seed is not None and choices.strikes:
        _check_strikes(seed, choices)
    choices = replace(choices, scenario=scenario, small=small, keep_all=bool(html or svg))
    choices = replace(choices, relay=not no_relay)
    if file is not None:
        choices = replace(choices, sales=_sales(file, mapping, lean=lean))
    elif mapping is not None:
        raise click.UsageError("--map is of --sales.")
    console = Console(highlight=False, stderr=json == "-")
    if seed is not None:
        sys.exit(run_seed(console, seed, choices, json=json, html=html, svg=svg))
    several = fixed_and_fresh(seeds or 0, fresh)
    sys.exit(run_seeds(console, several, choices, jobs=jobs, json=json))


def _check_together(*, scenario: str | None, small: bool, many: bool, pictures: str | None) -> None:
    """Raises UsageError for options that would be ignored."""
    if scenario is None and small:
        raise click.UsageError("--small is of a --scenario.")
    if many and pictures:
        raise click.UsageError("--html and --svg show one run: give --seed N.")
    given = click.get_current_context().get_parameter_source
    names = {"faults": "fault", "file": "sales", "mapping": "map"}
    for name in ("terminals", "orders", "minutes", "strikes", "no_relay", "lean", *names):
        if scenario is not None and given(name) is ParameterSource.COMMANDLINE:
            option = f"--{names.get(name, name).replace('_', '-')}"
            raise click.UsageError(f"{option} is of a service; a scenario brings its own shop.")


def _sales(file: Path, mapping: str | None, *, lean: bool) -> tuple[str, str]:
    """Raises UsageError when the orders cannot be read."""
    from simulations.demo.orders_csv import (
        OrdersUnreadable,
        bad_rows_told,
        parse_mapping,
        read_orders,
    )

    if mapping is None:
        raise click.UsageError("--sales and --map go together.")
    if lean:
        raise click.UsageError("--lean is of drawn guests; --sales brings its own.")
    try:
        read = read_orders(file, parse_mapping(mapping))
    except OrdersUnreadable as error:
        raise click.UsageError(str(error)) from error
    for told in bad_rows_told(read):
        click.echo(told, err=True)
    return str(file.resolve()), mapping


def _check_strikes(seed: int, choices: "Choices") -> None:
    """Raises UsageError for strikes that this seed does not draw."""
    from msgspec.structs import replace

    from simulations.campaign.service_run import drawn_strikes
    from simulations.simulator.determinism import dice_of

    count = len(drawn_strikes(dice_of(seed, "faults"), replace(choices, strikes=None)))
    beyond = [str(each) for each in choices.strikes or () if each >= count]
    if beyond:
        raise click.UsageError(f"Seed {seed} draws {count} strikes; there is no {beyond[0]}.")


@main.command()
@click.option("--seed", type=click.IntRange(0), required=True, help="Of a run that fails.")
@_TERMINALS
@_ORDERS
@_MINUTES
@_FAULTS
@_LEAN
@click.option("--mutant", help="With a bug put in on purpose.")
def shrink(
    *,
    seed: int,
    terminals: int,
    orders: int,
    minutes: float,
    faults: tuple[str, ...],
    lean: bool,
    mutant: str | None,
) -> None:
    """The smallest run that still fails as this one does: which strikes it takes."""
    from rich.console import Console

    from simulations.campaign.command import shrink_seed

    choices = _choices(terminals, orders, minutes, faults, None, mutant, lean=lean)
    sys.exit(shrink_seed(Console(highlight=False), seed, choices))


@main.command("list")
@click.argument("names", nargs=-1, metavar="[scenarios] [faults] [mutants] [checkers] [flows]")
def list_all(*, names: tuple[str, ...]) -> None:
    """What there is to run, to strike, to catch and to check, with a line each."""
    from rich.console import Console

    from simulations.report.listing import LISTS, show

    unknown = sorted(set(names) - LISTS.keys())
    if unknown:
        raise click.UsageError(f"No list of {', '.join(unknown)}. There are: {', '.join(LISTS)}.")
    show(Console(highlight=False), names)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def replay(*, file: Path) -> None:
    """Run again what a file of `run --json FILE` says.

    Exit code 0: the same run, event by event. 1: another one. 2: no such file.
    """
    from rich.console import Console

    from simulations.report.again import NotAVerdict, read_verdict
    from simulations.report.command import replay_verdict

    try:
        verdict = read_verdict(file.read_bytes())
    except NotAVerdict as error:
        raise click.UsageError(f"{file}: {error}") from error
    if verdict.choices.sales is not None:
        _sales(Path(verdict.choices.sales[0]), verdict.choices.sales[1], lean=False)
    sys.exit(replay_verdict(Console(highlight=False), verdict))


@main.command()
@click.option("--minutes", type=Minutes(0.05), default=60.0, help="Of real time (60).")
@click.option(
    "--table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Append a row to the table of campaigns in this document.",
)
@_JOBS
def campaign(*, minutes: float, table: Path | None, jobs: int) -> None:
    """Services under fresh seeds, one after the other. Exit code 1: a run failed."""
    from rich.console import Console

    from simulations.report.campaigns import NoTable
    from simulations.report.command import run_and_append

    try:
        sys.exit(run_and_append(Console(highlight=False), minutes, table, jobs=jobs))
    except NoTable as error:
        raise click.UsageError(f"{table}: {error}") from error


@main.command("prove")
@click.option("--mutant", "mutants", multiple=True, help="Only this one; again for more.")
@_JOBS
def prove_checks(*, mutants: tuple[str, ...], jobs: int) -> None:
    """Bugs put in on purpose, one after the other: which check sees each, and in which seed.

    It says first about how long it will take. Exit code 0: every one is caught. 1: some are not;
    they come first.
    """
    from rich.console import Console

    from simulations.campaign.command import prove_mutants
    from simulations.campaign.service_run import Choices
    from simulations.mutants import MUTANTS

    unknown = sorted(set(mutants) - MUTANTS.keys())
    if unknown:
        raise click.UsageError(f"No mutant {', '.join(unknown)}. There are: {', '.join(MUTANTS)}.")
    choices = Choices(terminals=3, orders=10, minutes=8.0)
    sys.exit(prove_mutants(Console(highlight=False), mutants, choices, jobs=jobs))


@main.command("coverage")
def show_coverage() -> None:
    """Every fault that a shop must survive: what strikes it here, or what it waits for."""
    from rich.console import Console

    from simulations.campaign.command import tell_coverage

    tell_coverage(Console(highlight=False))


@main.command("crash-points")
@click.option("--flow", "flows", multiple=True, help="Only this one; again for more.")
@click.option(
    "--share", type=click.FloatRange(0.001, 1), default=1.0, help="Of all places, drawn (1: all)."
)
def crash_points(*, flows: tuple[str, ...], share: float) -> None:
    """Every kind of business cut off at every frame and sector of the log, and on failing disks.

    Some 40 minutes for all of it. Exit code 0: whatever was acknowledged was there, whole, and the
    terminal went on. 1: a place where that was not so.
    """
    from rich.console import Console

    from simulations.campaign.crash_points import run_crash_points
    from simulations.disk.flows import FLOWS

    unknown = sorted(set(flows) - FLOWS.keys())
    if unknown:
        raise click.UsageError(f"No flow {', '.join(unknown)}. There are: {', '.join(FLOWS)}.")
    sys.exit(run_crash_points(Console(highlight=False), flows, share))


def _choices(
    terminals: int,
    orders: int,
    minutes: float,
    faults: tuple[str, ...],
    strikes: str | None,
    mutant: str | None,
    *,
    lean: bool,
) -> "Choices":
    """Raises UsageError for names and numbers that do not exist."""
    from simulations.campaign.service_run import Choices
    from simulations.faults.table import FAULTS
    from simulations.mutants import MUTANTS

    unknown = sorted(set(faults) - FAULTS.keys())
    if unknown:
        raise click.UsageError(f"No fault {', '.join(unknown)}. There are: {', '.join(FAULTS)}.")
    if mutant is not None and mutant not in MUTANTS:
        raise click.UsageError(f"No mutant {mutant}. There are: {', '.join(MUTANTS)}.")
    if strikes is not None and not re.fullmatch(r"(\d{1,9}(,\d{1,9})*)?", strikes):
        raise click.UsageError("--strikes takes numbers with commas, such as 0,3,7.")
    only = None if strikes is None else tuple(int(each) for each in strikes.split(",") if each)
    return Choices(
        terminals=terminals,
        orders=orders,
        minutes=minutes,
        faults=faults or None,
        strikes=only,
        mutant=mutant,
        lean=lean,
    )


@main.command()
@click.option(
    "--share", type=click.FloatRange(0.01, 10), default=1.0, help="Of the usual number of samples."
)
@click.option("--judge", "judges", is_flag=True, help="Exit code 1 when a bound is broken.")
def bench(*, share: float, judges: bool) -> None:
    """The budgets, measured on two terminals of this machine. Some minutes."""
    from rich.console import Console

    from simulations.benchmarks.command import run_bench

    sys.exit(run_bench(Console(highlight=False), share=share, judges=judges))


@main.command()
@click.option("--minutes", type=Minutes(0.05), default=5.0, help="For all doors together (5).")
@click.option("--inputs", type=click.IntRange(1), help="For each door, instead of minutes.")
@click.option("--seed", type=click.IntRange(0), help="Repeats a run; random unless given.")
@click.option("--door", "doors", multiple=True, help="Only this door; may be given again.")
@click.option("--at", type=click.IntRange(0), help="Only the input at this index (with --seed).")
@click.option("--from", "first", type=click.IntRange(0), help="With --at: after those from here.")
@click.option("--hex", "given", help="Only this input, in hexadecimal digits.")
@_JSON
def fuzz(
    *,
    minutes: float,
    inputs: int | None,
    seed: int | None,
    doors: tuple[str, ...],
    at: int | None,
    first: int | None,
    given: str | None,
    json: str | None,
) -> None:
    """Hostile input at every door of a terminal, in child processes that may die of it.

    Exit code 0: nothing was found. 1: a death, a hang or an unforeseen error. 2: it cannot run.
    """
    from rich.console import Console

    from simulations.fuzz.command import Choices, run_fuzz

    choices = Choices(
        minutes=minutes,
        inputs=inputs,
        seed=seed,
        doors=doors,
        at=at,
        first=first,
        given=given,
        json=json,
    )
    sys.exit(run_fuzz(choices, Console(highlight=False, stderr=json == "-")))
