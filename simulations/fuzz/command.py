"""`python -m simulations fuzz`: hostile input at every door, for some minutes, with a table.

Exit code 0: nothing was found. 1: a death, a hang or an unforeseen error. 2: it cannot run here.
"""

import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from simulations.arguments import STDOUT
from simulations.fuzz.campaign import DoorResult, Plan, run_campaign
from simulations.fuzz.catalog_doors import catalog_doors
from simulations.fuzz.door import Door
from simulations.fuzz.http_doors import http_doors
from simulations.fuzz.identity_doors import identity_doors
from simulations.fuzz.link_doors import link_doors
from simulations.fuzz.model_doors import model_doors
from simulations.fuzz.relay_doors import relay_doors
from simulations.fuzz.report import as_json, show_findings, table_of
from simulations.fuzz.shop_doors import shop_doors
from simulations.fuzz.view_doors import view_doors

SECONDS_PER_MINUTE = 60
SEED_BITS = 32


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """As the command line gives them. inputs: for each door, instead of minutes · doors: by name,
    none for all · at: only the input of this index, after those from `first` on · given: only this
    input, in hexadecimal."""

    minutes: float = 5.0
    inputs: int | None = None
    seed: int | None = None
    doors: tuple[str, ...] = ()
    at: int | None = None
    first: int | None = None
    given: str | None = None
    json: str | None = None


def all_doors() -> list[Door]:
    """Every way in that is tried."""
    outer = [*link_doors(), *identity_doors(), *relay_doors(), *http_doors(), *shop_doors()]
    return [*model_doors(), *view_doors(), *catalog_doors(), *outer]


def run_fuzz(choices: Choices, console: Console, doors: Sequence[Door] | None = None) -> int:
    """The exit code. doors: instead of all there are."""
    if sys.platform == "win32":
        console.print("Inputs are tried in forked children; Windows has no fork.")
        return 2
    known = {door.name: door for door in (all_doors() if doors is None else doors)}
    unknown = set(choices.doors) - known.keys()
    if unknown:
        console.print(f"No door {', '.join(sorted(unknown))}. There are: {', '.join(known)}.")
        return 2
    chosen = [known[name] for name in choices.doors or known]
    seed = secrets.randbits(SEED_BITS) if choices.seed is None else choices.seed
    if choices.given is not None or choices.at is not None:
        return _again(choices, chosen, seed, console)
    results = _with_progress(chosen, _plan(choices, seed), console)
    return _told(choices, results, chosen, seed, console)


def _plan(choices: Choices, seed: int) -> Plan:
    if choices.inputs is not None:
        return Plan(seed=seed, inputs=choices.inputs)
    return Plan(seed=seed, seconds=choices.minutes * SECONDS_PER_MINUTE)


def _again(choices: Choices, doors: Sequence[Door], seed: int, console: Console) -> int:
    """One input once more, in a child as before."""
    if len(doors) != 1:
        console.print("--at and --hex need exactly one --door.")
        return 2
    door, at = doors[0], choices.at or 0
    first = at if choices.first is None else min(choices.first, at)
    if choices.given is not None:
        data = bytes.fromhex(choices.given)
        door = msgspec.structs.replace(door, make=lambda _: data)
    plan = Plan(seed=seed, first=first, inputs=at + 1 - first)
    return _told(choices, _with_progress([door], plan, console), [door], seed, console)


def _with_progress(doors: Sequence[Door], plan: Plan, console: Console) -> list[DoorResult]:
    """Drawn by hand: a thread that draws would make forking unsafe."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as bar:
        task = bar.add_task("hostile input", total=1.0)

        def progress(share: float, results: list[DoorResult]) -> None:
            tried = sum(each.tried for each in results)
            found = sum(len(each.findings) for each in results)
            text = f"{tried:,} inputs at {len(results)} doors, {found} findings"
            bar.update(task, completed=share, description=text, refresh=console.is_terminal)

        return run_campaign(doors, plan, progress)


def _told(
    choices: Choices,
    results: Sequence[DoorResult],
    doors: Sequence[Door],
    seed: int,
    console: Console,
) -> int:
    console.print(table_of(results, seed))
    show_findings(console, results, doors, seed)
    if choices.json == STDOUT:
        sys.stdout.write(as_json(results, doors, seed).decode() + "\n")
    elif choices.json is not None:
        Path(choices.json).write_bytes(as_json(results, doors, seed))
    return int(any(each.findings for each in results))
