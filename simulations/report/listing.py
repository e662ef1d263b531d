"""`malha-sim list`: every story, fault, bug put in on purpose and check, with a line each."""

from collections.abc import Callable, Mapping

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simulations.checkers.checks import CHECKS, WATCHED
from simulations.disk.flows import FLOWS
from simulations.faults.fault import Fault
from simulations.faults.table import FAULTS
from simulations.mutants import MUTANTS
from simulations.scenarios.table import SCENARIOS


def scenarios() -> dict[str, str]:
    """Name → sentence; so are all of these."""
    return {name: each.sentence for name, each in SCENARIOS.items()}


def faults() -> dict[str, str]:
    return {name: _fault_sentence(each) for name, each in FAULTS.items()}


def mutants() -> dict[str, str]:
    return {name: each.sentence for name, each in MUTANTS.items()}


def checkers() -> dict[str, str]:
    return {name: _first_line(check.__doc__) for name, check in CHECKS.items()} | WATCHED


def flows() -> dict[str, str]:
    return {name: _first_line(flow.__doc__) for name, flow in FLOWS.items()}


LISTS: Mapping[str, Callable[[], dict[str, str]]] = {
    "scenarios": scenarios,
    "faults": faults,
    "mutants": mutants,
    "checkers": checkers,
    "flows": flows,
}


def show(console: Console, names: tuple[str, ...]) -> None:
    """These lists, or all."""
    for name in names or tuple(LISTS):
        rows = LISTS[name]()
        table = Table(box=None, padding=(0, 2, 0, 0))
        table.add_column(f"{len(rows)} {name}", no_wrap=True)
        table.add_column("")
        for row, sentence in rows.items():
            table.add_row(row, escape(sentence))
        console.print(table)
        console.print()


def _fault_sentence(fault: Fault) -> str:
    act = fault.act
    partial = getattr(act, "func", None)  # one function for all that may be wrong with the relay
    return _first_line((partial or act).__doc__)


def _first_line(text: str | None) -> str:
    return " ".join((text or "").split()).partition(". ")[0].rstrip(".")
