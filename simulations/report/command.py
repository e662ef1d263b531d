"""`malha-sim replay` and `campaign`, told as a person reads it."""

from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from simulations.campaign.command import run_campaign, tell
from simulations.campaign.service_run import Choices, Verdict
from simulations.report.again import repeat
from simulations.report.campaigns import append_row, with_row


def replay_verdict(console: Console, before: Verdict) -> int:
    """0: the same run. 1: another one."""
    repeated = repeat(before)
    tell(console, repeated.now)
    if repeated.same:
        console.print("[green]✓[/] the same run: every event is equal")
        return 0
    console.print(f"[red]✗[/] another run: {before.digest[:16]}… before")
    for difference in repeated.differences():
        console.print(escape(difference))
    return 1


def run_and_append(console: Console, minutes: float, table: Path | None, *, jobs: int) -> int:
    """0: no run failed. table: a document with a table of campaigns. Raises NoTable at once."""
    if table is not None:
        with_row(table.read_text("utf-8"), "")
    figures = run_campaign(console, minutes, Choices(), jobs=jobs)
    if table is not None and figures.runs:
        append_row(table, figures, datetime.now(UTC).date())
    return 1 if figures.failed else 0
