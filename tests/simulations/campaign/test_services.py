"""A share of the campaign in every build: short services under everything that can go wrong.

Fixed seeds find what came back, fresh ones what nobody saw yet; a failing seed is printed with the
command that repeats it.
"""

import secrets

from simulations.campaign.command import replay
from simulations.campaign.many import run_many, tally
from simulations.campaign.service_run import Choices

FIXED = 12
FRESH = 2
SERVICE = Choices(terminals=4, orders=15, minutes=10.0)


def test_services_lose_nothing_and_end_equal() -> None:
    seeds = [*range(1, FIXED + 1), *(secrets.randbits(32) for _ in range(FRESH))]
    outcomes = list(run_many(seeds, SERVICE, jobs=2))
    failed = [
        f"{replay(each.seed, SERVICE)}: {finding}"
        for each in outcomes
        for finding in each.findings[:3]
    ]
    assert failed == []
    figures = tally(outcomes)
    assert figures.runs == FIXED + FRESH
    assert figures.acknowledged > 50 * figures.runs
    assert len(figures.fired) > 10, "the seeds above were chosen to make many kinds of faults fire"
