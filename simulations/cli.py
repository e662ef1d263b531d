"""`malha-sim`: what a buyer, an engineer or a build machine runs to see the product under load."""

import sys
from pathlib import Path

import click


@click.group()
def main() -> None:
    """Shops that are run, hurt and measured on this machine alone."""


@main.command()
@click.option("--exit", "ends", is_flag=True, help="End after the table instead of staying up.")
@click.option("--full-year", is_flag=True, help="Replay all 21,350 orders instead of one day.")
@click.option(
    "--orders",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Replay the order lines of this CSV file instead of pizzaplace.",
)
@click.option(
    "--map",
    "mapping",
    metavar="order=…,time=…,product=…,quantity=…,price=…",
    help="Which column of FILE is what; join columns with + (time=date+time)."
    " Without time the order of the file is kept, without quantity it is 1."
    " Prices are exact: 44.50, 44,50 or R$ 1.234,50.",
)
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
@click.option(
    "--minutes", type=click.FloatRange(0.05), default=5.0, help="For all doors together (5)."
)
@click.option("--inputs", type=click.IntRange(1), help="For each door, instead of minutes.")
@click.option("--seed", type=click.IntRange(0), help="Repeats a run; random unless given.")
@click.option("--door", "doors", multiple=True, help="Only this door; may be given again.")
@click.option("--at", type=click.IntRange(0), help="Only the input at this index (with --seed).")
@click.option("--from", "first", type=click.IntRange(0), help="With --at: after those from here.")
@click.option("--hex", "given", help="Only this input, in hexadecimal digits.")
@click.option("--json", metavar="FILE", help="Write figures and findings there; - for the screen.")
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
