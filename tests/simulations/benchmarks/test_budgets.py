from pathlib import Path

import pytest
from rich.console import Console

from simulations.benchmarks.budgets import Row, table_of
from simulations.benchmarks.limits import measure_limits, quantile

POST = Row(
    what="order POST", unit="ms", measured=(3.5, 6.0), bound=(5, 20), aim=(2.5, 5), limit=1.75
)
RATE = Row(what="rate", unit="/s", measured=(399,), bound=(400,), aim=(1000,), at_least=True)


def test_quantiles_are_samples() -> None:
    seconds = [0.001 * n for n in range(1, 101)]
    assert quantile(seconds, 0.5) == pytest.approx(51)
    assert quantile(seconds, 0.99) == pytest.approx(100)
    assert quantile([0.002], 0.99) == pytest.approx(2)


def test_every_figure_must_keep_its_bound() -> None:
    assert POST.is_kept
    late = Row(what="", unit="ms", measured=(3.5, 20.1), bound=(5, 20), aim=(2.5, 5))
    assert not late.is_kept
    assert not RATE.is_kept
    assert Row(
        what="", unit="/s", measured=(400,), bound=(400,), aim=(1000,), at_least=True
    ).is_kept


def test_ratios_say_how_many_times_worse() -> None:
    rate = Row(what="", unit="/s", measured=(200,), bound=(1,), aim=(1,), limit=1000, at_least=True)
    assert POST.ratio == 2 and rate.ratio == 5 and RATE.ratio is None


def test_the_table_shows_figures_bounds_and_the_limit() -> None:
    console = Console(width=120)
    with console.capture() as captured:
        console.print(table_of([POST, RATE]))
    shown = captured.get()
    for part in ("3.5 / 6 ms", "5 / 20", "2.5 / 5", "2.0", "1.75", "399 /s", "1,000"):
        assert part in shown


async def test_limits_are_measured(tmp_path: Path) -> None:
    limits = await measure_limits(tmp_path)
    assert limits.sync > 0 and limits.http > 0
    assert limits.durable_request == limits.sync + limits.http
