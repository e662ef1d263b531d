"""A share of the campaign in every build: 108 services under everything that can go wrong.

Fixed seeds find what came back; a few that nobody ran before are told with the one command that
repeats them, and fail the build like any other. The longer search is `make campaign`.

Most services are short: 8 orders in 8 virtual minutes take about 3 s of CPU, a whole one (40 orders
in 30 minutes) about 14 s, of which most is spent on commits that the first ones have made as well.
Measured on every fifth mutant: both sizes caught the same ones, the short in 2/5 of the CPU.
"""

import sys
from collections.abc import Sequence

import pytest

from simulations.campaign.command import fixed_and_fresh
from simulations.campaign.many import Tally, run_many, tally
from simulations.campaign.service_run import Choices
from simulations.report.naming import replay

WHOLE = Choices(terminals=4, orders=40, minutes=30.0)
SHORT = Choices(terminals=4, orders=8, minutes=8.0)
WHOLE_SEEDS = (1, 2, 3, 4, 5, 6, 7, 11)  # 11 once gave two orders one number
SHORT_SEEDS = 98
FRESH = 2


def passed(seeds: Sequence[int], service: Choices) -> Tally:
    """The figures of these services, none of which found anything."""
    outcomes = list(run_many(seeds, service, jobs=2))
    failed = [
        f"{replay(each.seed, service)}: {finding}"
        for each in outcomes
        for finding in each.findings[:3]
    ]
    assert not failed, "\n".join(failed)
    return tally(outcomes)


@pytest.mark.timeout(1800)  # seconds: many times what it takes on two quiet cores
def test_whole_services_lose_nothing_and_end_equal() -> None:
    figures = passed(WHOLE_SEEDS, WHOLE)
    assert figures.runs == len(WHOLE_SEEDS)
    assert figures.acknowledged > 200 * figures.runs


@pytest.mark.timeout(1800)
def test_short_services_lose_nothing_and_end_equal(capsys: pytest.CaptureFixture[str]) -> None:
    seeds = fixed_and_fresh(SHORT_SEEDS, FRESH)
    with capsys.disabled():  # also of a build that is ended from outside
        for seed in seeds[SHORT_SEEDS:]:
            sys.stdout.write(f"\nfresh: {replay(seed, SHORT)}")
    figures = passed(seeds, SHORT)
    assert figures.runs == SHORT_SEEDS + FRESH
    assert figures.acknowledged > 40 * figures.runs
    assert len(figures.fired) > 60, "so many seeds make nearly all kinds of faults fire"
