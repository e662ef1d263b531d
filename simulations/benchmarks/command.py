"""`python -m simulations bench`: the table of budgets, measured here and now.

Some minutes. Exit code 0 whatever was measured, unless asked to judge: a figure of a noisy machine
is not a defect, the ratio beside it tells more.
"""

import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import trio
from rich.console import Console

from crdt_models.errors import MalhaError
from simulations.arguments import INTERRUPTED
from simulations.benchmarks.budgets import Row, table_of
from simulations.benchmarks.measures import Bench
from simulations.demo.processes import end_when_signalled
from simulations.demo.shop import Shop, open_shop
from simulations.demo.till import Till

LATENCY_SAMPLES = 300
DAY_ORDERS = 2000
CLIENTS = 16
WEIGHED_ORDERS = 200
CHANGES_BEHIND = 5000


def run_bench(console: Console, *, share: float, judges: bool) -> int:
    """The exit code. share: of the usual number of samples · judges: 1 when a bound is broken."""
    with tempfile.TemporaryDirectory(prefix="malha-bench-") as folder:
        try:
            rows = trio.run(_until_signalled, Path(folder), console, share)
        except BaseExceptionGroup as group:
            failures, rest = group.split(MalhaError)
            if failures is None or rest is not None:
                raise
            console.print(f"{failures.exceptions[0]}", markup=False)
            return 1
    if rows is None:
        return INTERRUPTED
    return int(judges and not all(row.is_kept for row in rows))


async def _until_signalled(home: Path, console: Console, share: float) -> list[Row] | None:
    """None: somebody ended it, and nothing of it runs any more."""
    rows = None
    async with trio.open_nursery() as nursery:
        await nursery.start(end_when_signalled, nursery.cancel_scope)
        rows = await _bench(home, console, share)
        nursery.cancel_scope.cancel()
    return rows


async def _bench(home: Path, console: Console, share: float) -> list[Row]:
    rows: list[Row] = []
    async with open_shop(home, ("A", "B"), has_relay=False) as shop:
        a, b = (_till(shop, letters) for letters in "AB")
        try:
            for measure in _measures(Bench(shop, a, b, home), share):
                row = await measure()
                if row is not None:
                    rows.append(row)
                    console.print(f"  {row.what}", markup=False)
        finally:
            await a.close()
            await b.close()
    console.print(table_of(rows))
    return rows


def _measures(bench: Bench, share: float) -> list[Callable[[], Awaitable[Row | None]]]:
    """In the order in which each finds the data that it needs."""

    def some(usual: int) -> int:
        return max(10, int(usual * share))

    return [
        bench.memory_empty,
        lambda: bench.order_post(some(LATENCY_SAMPLES)),
        lambda: bench.event_elsewhere(some(LATENCY_SAMPLES)),
        lambda: bench.throughput(some(DAY_ORDERS), CLIENTS),
        bench.healed,
        bench.killed,
        bench.cold_start,
        lambda: bench.disk_per_order(some(WEIGHED_ORDERS)),
        lambda: bench.catch_up(some(CHANGES_BEHIND)),
    ]


def _till(shop: Shop, letters: str) -> Till:
    terminal = shop.terminals[letters]
    return Till(letters, terminal.url, terminal.key)
