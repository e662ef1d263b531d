"""`malha-sim crash-points`: every business flow cut off everywhere, and on failing disks."""

from collections.abc import Sequence
from random import Random

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simulations.disk.crash_points import enumerate_crash_points, enumerate_faults
from simulations.disk.flows import FLOWS

SHOWN = 10


def run_crash_points(console: Console, names: Sequence[str], share: float) -> int:
    """A table row per flow. 0: nothing was found. 1: something was."""
    table = Table("flow", "cut off at", "of them torn", "disk faults", "told", "failures")
    failures: list[str] = []
    for name in names or list(FLOWS):
        cuts = enumerate_crash_points(FLOWS[name], Random(name), share=share)
        faults = enumerate_faults(FLOWS[name], Random(name), share=share)
        found = [*cuts.failures, *faults.failures]
        told = ", ".join(f"{error} {times:,}" for error, times in sorted(faults.told.items()))
        counts = f"{cuts.points:,}", f"{cuts.torn:,}", f"{sum(faults.fired.values()):,}"
        table.add_row(name, *counts, told, str(len(found)))
        failures += [f"{name}: {each}" for each in found]
    console.print(table)
    for failure in failures[:SHOWN]:
        console.print(f"[red]✗[/] {escape(failure)}")
    return 1 if failures else 0
