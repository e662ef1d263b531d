"""A share of the campaign in every build: services under everything that can go wrong.

Fixed seeds find what came back; a few that nobody ran before are told with the one command that
repeats them, and fail the build like any other. The longer search is `make campaign`.

A service of 40 orders in 30 virtual minutes at 4 terminals takes about 12 s of CPU (an unoptimised
build of CPython, a busy machine), so all of these take over three minutes of two cores. Seed 11
once gave two orders one number.
"""

import sys

import pytest

from simulations.campaign.command import fixed_and_fresh
from simulations.campaign.many import run_many, tally
from simulations.campaign.service_run import Choices
from simulations.report.naming import replay

SEEDS = 30
FRESH = 2
SERVICE = Choices(terminals=4, orders=40, minutes=30.0)


@pytest.mark.timeout(1800)  # seconds: many times what it takes on two quiet cores
def test_services_lose_nothing_and_end_equal(capsys: pytest.CaptureFixture[str]) -> None:
    seeds = fixed_and_fresh(SEEDS, FRESH)
    with capsys.disabled():  # also of a build that is ended from outside
        for seed in seeds[SEEDS:]:
            sys.stdout.write(f"\nfresh: {replay(seed, SERVICE)}")
    outcomes = list(run_many(seeds, SERVICE, jobs=2))
    failed = [
        f"{replay(each.seed, SERVICE)}: {finding}"
        for each in outcomes
        for finding in each.findings[:3]
    ]
    assert not failed, "\n".join(failed)
    figures = tally(outcomes)
    assert figures.runs == SEEDS + FRESH
    assert figures.acknowledged > 200 * figures.runs
    assert len(figures.fired) > 20, "so many seeds make many kinds of faults fire"
