"""What a campaign found, for people and for machines, with the command that shows it again."""

from collections.abc import Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from simulations.fuzz.campaign import DoorResult
from simulations.fuzz.door import Door, input_of
from simulations.fuzz.forks import Finding

SHOWN_DIGITS = 2000  # of an input on the screen; the JSON has all of it
MILLISECONDS = 1000


def table_of(results: Sequence[DoorResult], seed: int) -> Table:
    """A row for each door and one for all."""
    table = Table(title=f"Hostile input, seed {seed}", title_justify="left")
    for name in ("door", "what comes in", "inputs", "taken", "deaths", "findings", "slowest ms"):
        table.add_column(name, justify="left" if name in ("door", "what comes in") else "right")
    for each in results:
        table.add_row(each.door, each.what, *_figures(each))
    table.add_section()
    table.add_row(
        "all",
        "",
        f"{sum(each.tried for each in results):,}",
        "",
        _alarming(sum(each.deaths for each in results)),
        _alarming(sum(len(each.findings) for each in results)),
        "",
    )
    return table


def _figures(result: DoorResult) -> tuple[str, ...]:
    seconds, index = result.slowest
    return (
        f"{result.tried:,}",
        f"{100 * result.taken / max(1, result.tried):.0f} %",
        _alarming(result.deaths),
        _alarming(len(result.findings)),
        f"{seconds * MILLISECONDS:,.1f} (at {index})",
    )


def _alarming(count: int) -> str:
    return f"[bold red]{count}[/]" if count else "0"


def show_findings(
    console: Console, results: Sequence[DoorResult], doors: Sequence[Door], seed: int
) -> None:
    """Each finding with its trace, its input and how to see it again."""
    by_name = {door.name: door for door in doors}
    for finding in (finding for result in results for finding in result.findings):
        door = by_name[finding.door]
        console.rule(f"{finding.door}: {finding.kind}", style="red")
        console.print(f"{finding.what}  ({finding.times}×)", markup=False, style="bold")
        if finding.where:
            console.print(f"at {finding.where}", markup=False)
        console.print(finding.trace, markup=False, style="dim")
        if digits := _digits(door, seed, finding):
            rest = len(digits) - SHOWN_DIGITS
            cut = f"… and {rest} digits more (--json has all)" if rest > 0 else ""
            console.print(f"input: {digits[:SHOWN_DIGITS]}{cut}", markup=False, soft_wrap=True)
        console.print(f"again: {replay_command(finding, door, seed)}", markup=False, soft_wrap=True)


def _digits(door: Door, seed: int, finding: Finding) -> str:
    """The input; nothing where making it is what failed."""
    return "" if finding.kind == "fuzzer" else input_of(door, seed, finding.index).hex()


def replay_command(finding: Finding, door: Door, seed: int) -> str:
    """Tries that input again; where a door keeps something, after those that its child tried."""
    command = f"python -m simulations fuzz --seed {seed} --door {door.name} --at {finding.index}"
    return f"{command} --from {finding.first}" if door.keeps else command


def as_json(results: Sequence[DoorResult], doors: Sequence[Door], seed: int) -> bytes:
    """All figures and findings; inputs in hexadecimal digits."""
    by_name = {door.name: door for door in doors}
    told: dict[str, Any] = {"seed": seed, "doors": []}
    for result in results:
        found = [
            {
                **msgspec.to_builtins(finding),
                "input": _digits(by_name[finding.door], seed, finding),
                "again": replay_command(finding, by_name[finding.door], seed),
            }
            for finding in result.findings
        ]
        told["doors"].append(
            {
                **msgspec.to_builtins(result),
                "slowest": {
                    "milliseconds": round(result.slowest[0] * MILLISECONDS, 3),
                    "index": result.slowest[1],
                },
                "findings": found,
            }
        )
    return msgspec.json.format(msgspec.json.encode(told), indent=2)
