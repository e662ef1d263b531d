"""The table of budgets: what was measured, what is allowed, what is aimed at."""

from collections.abc import Sequence

import msgspec
from rich.box import SIMPLE_HEAVY
from rich.table import Table

CAPTION = "limit: a durable 4 kB write and a bare HTTP round trip, measured just before the row"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One budget. measured, bound, aim: figures in the row's own order and units.

    limit: what the machine allows at best, measured just before, in the unit of the first figure.
    A bound that is a floor (`at_least`) is kept from below.
    """

    what: str
    unit: str
    measured: tuple[float, ...]
    bound: tuple[float, ...]
    aim: tuple[float, ...]
    limit: float | None = None
    at_least: bool = False

    @property
    def ratio(self) -> float | None:
        """How many times worse than the limit."""
        if self.limit is None:
            return None
        first = self.measured[0]
        return self.limit / first if self.at_least else first / self.limit

    @property
    def is_kept(self) -> bool:
        """Whether every figure keeps its bound."""
        pairs = zip(self.measured, self.bound, strict=True)
        return all((m >= b) if self.at_least else (m <= b) for m, b in pairs)


def table_of(rows: Sequence[Row]) -> Table:
    """For people."""
    table = Table(
        title="Budgets",
        title_justify="left",
        caption=CAPTION,
        caption_justify="left",
        box=SIMPLE_HEAVY,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
    )
    table.add_column("what")
    for name in ("measured", "bound", "aim", "limit", "× limit", "kept"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            row.what,
            f"{_figures(row.measured)} {row.unit}",
            _figures(row.bound),
            _figures(row.aim),
            "" if row.limit is None else _figures((row.limit,)),
            "" if row.ratio is None else f"{row.ratio:.1f}",
            "yes" if row.is_kept else "[bold red]no[/]",
        )
    return table


def _figures(figures: Sequence[float]) -> str:
    return " / ".join(f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}" for figure in figures)
