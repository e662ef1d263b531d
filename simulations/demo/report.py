"""What every participant says it has, compared to the centavo.

Rules of this file:
1. Pure, but for `figures_of_*`, which ask. Expected figures come from the orders file alone.
2. Differences are sentences: who says what, and what it should be.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from rich.box import SIMPLE_HEAVY
from rich.table import Table

from crdt_models.money import to_brl
from simulations.demo.orders_csv import Totals
from simulations.demo.till import Till

DIGEST_SHOWN = 8  # hexadecimal digits: enough to see a difference, few enough to read
RELAY_PAGE = 500


class Figures(msgspec.Struct, frozen=True):
    """What one participant says. totals: of all orders · digest: of its content · pending: changes
    that the relay is not known to have, or that the relay knows to be missing."""

    who: str
    totals: Totals
    digest: str
    pending: int


async def figures_of_terminal(till: Till) -> Figures:
    """Raises Away, Refused."""
    said = await till.get("/api/estatisticas")
    totals = Totals(said["pedidos"], said["itens"], said["receita_centavos"])
    return Figures(f"terminal {till.letters}", totals, said["digest"], int(said["pendentes"]))


async def figures_of_relay(relay: Till) -> Figures:
    """Sums over all its orders, page by page. Raises Away, Refused."""
    stats = await relay.get("/api/stats")
    rows: list[dict[str, Any]] = []
    total = 1
    while len(rows) < total:
        page = await relay.get(f"/api/orders?limit={RELAY_PAGE}&offset={len(rows)}")
        total = page["total"]
        if not page["orders"]:
            break
        rows += page["orders"]
    lines = sum(row["line_count"] for row in rows)
    revenue = sum(row["revenue_centavos"] for row in rows)
    totals = Totals(len(rows), lines, revenue)
    return Figures("relay", totals, stats["content_digest"], stats["missing"])


def differences(figures: Sequence[Figures], expected: Totals) -> list[str]:
    """Nothing when all say the expected figures, one digest, and that nothing is pending."""
    found = [_wrong_totals(each, expected) for each in figures if each.totals != expected]
    found += [f"{each.who} has {each.pending} changes pending" for each in figures if each.pending]
    if len({each.digest for each in figures}) > 1:
        said = ", ".join(f"{each.who} {each.digest[:DIGEST_SHOWN]}" for each in figures)
        found.append(f"the contents differ: {said}")
    if not figures:
        found.append("nobody said anything")
    return found


def table_of(figures: Sequence[Figures], expected: Totals) -> Table:
    """For people; the last row is what the orders file says."""
    # Without edges a whole year's figures fit into 80 characters.
    table = Table(
        title="What everybody has, at the end",
        title_justify="left",
        box=SIMPLE_HEAVY,
        show_edge=False,
        pad_edge=False,
    )
    for name in ("", "orders", "lines", "revenue", "centavos", "digest", "pending"):
        justify: Literal["left", "right"] = "left" if name in {"", "digest"} else "right"
        table.add_column(name, justify=justify, no_wrap=True)
    for each in figures:
        digest = each.digest[:DIGEST_SHOWN]
        table.add_row(each.who, *_totals(each.totals), digest, f"{each.pending:,}")
    table.add_section()
    table.add_row("expected", *_totals(expected), "one", "0")
    return table


def _totals(totals: Totals) -> Sequence[str]:
    revenue = to_brl(totals.centavos)
    return f"{totals.orders:,}", f"{totals.lines:,}", revenue, f"{totals.centavos:,}"


def _wrong_totals(figures: Figures, expected: Totals) -> str:
    wanted: Mapping[str, int] = msgspec.structs.asdict(expected)
    said: Mapping[str, int] = msgspec.structs.asdict(figures.totals)
    parts = [f"{n} {said[n]:,}, not {wanted[n]:,}" for n in wanted if said[n] != wanted[n]]
    return f"{figures.who} has {'; '.join(parts)}"
