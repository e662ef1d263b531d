"""The table of campaigns in a document: a row for each, added at its foot.

Rules of this file:
1. The table is found by its header; a document without it is refused, and left as it is.
2. A row says what ran and what came of it. What became of a bug is written by people.
"""

from datetime import date
from pathlib import Path

from simulations.campaign.many import Tally

COLUMNS = (
    "date",
    "seeds",
    "virtual time",
    "virtual hours per CPU minute",
    "faults fired",
    "bugs found",
)
HEADER = f"| {' | '.join(COLUMNS)} |"
SEEDS_NAMED = 3


class NoTable(Exception):
    """The document has no table of campaigns."""


def row_of(figures: Tally, day: date) -> str:
    """One line of the table."""
    kinds = sum(1 for times in figures.fired.values() if times)
    bugs = "0"
    if figures.failing:
        named = ", ".join(map(str, figures.failing[:SEEDS_NAMED]))
        bugs = f"{figures.failed} runs failed: seeds {named}"
        bugs += " …" if len(figures.failing) > SEEDS_NAMED else ""
    cells = (
        day.isoformat(),
        f"{figures.runs:,}",
        f"{figures.virtual / 3600:,.1f} h",
        f"{figures.hours_per_minute:.1f}",
        f"{sum(figures.fired.values()):,} of {kinds} kinds",
        bugs,
    )
    return f"| {' | '.join(cells)} |"


def with_row(document: str, row: str) -> str:
    """The document with one row more. Raises NoTable."""
    lines = document.splitlines()
    if HEADER not in lines:
        raise NoTable(f"no table with the header {HEADER}")
    end = lines.index(HEADER)
    while end < len(lines) and lines[end].startswith("|"):
        end += 1
    return "\n".join([*lines[:end], row, *lines[end:]]) + "\n"


def append_row(file: Path, figures: Tally, day: date) -> None:
    """Raises NoTable."""
    changed = with_row(file.read_text("utf-8"), row_of(figures, day))
    file.write_text(changed, "utf-8")
