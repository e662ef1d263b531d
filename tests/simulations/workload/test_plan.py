"""How a service is drawn."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.workload.plan import ARRIVALS_END, arrivals, split, visits
from simulations.workload.scenes import USUAL
from simulations.workload.service import draw_plan


def test_the_rush_is_at_lunch_and_at_dinner() -> None:
    """Half hours of a Friday from 11:00 to 23:00: lunch until 14:00, dinner from 19:00."""
    times = arrivals(Random(1), 4000, 1800.0)
    day = ARRIVALS_END * 1800.0
    hour = [11 + 12 * at / day for at in times]
    lunch = sum(11.5 <= each < 14 for each in hour)
    afternoon = sum(14 <= each < 18.5 for each in hour)
    dinner = sum(19 <= each < 22.5 for each in hour)
    assert times == sorted(times) and times[0] >= 0 and times[-1] <= day
    assert lunch > 1200 and dinner > 1800 and afternoon < 500


def test_the_seed_draws_the_probabilities_and_leaves_acts_out() -> None:
    plans = [draw_plan(Random(seed), 40, 1800.0) for seed in range(30)]
    assert plans[0] == draw_plan(Random(0), 40, 1800.0) != plans[1]
    for scene in USUAL:
        drawn = {plan.chance(scene) for plan in plans}
        assert 0.0 in drawn and len(drawn) > 10, scene
    left_out = [sum(not chance for chance in plan.chances.values()) for plan in plans]
    assert 0.1 < sum(left_out) / len(left_out) / len(USUAL) < 0.3
    assert plans[0].chance("a scene of a later version") == 0.0


def test_lean_services_share_the_scenes_out_among_seeds() -> None:
    plans = [draw_plan(Random(seed), 40, 1800.0, lean=True, turn=seed) for seed in range(200)]
    assert plans[0] == draw_plan(Random(0), 40, 1800.0, lean=True) != plans[1]
    for scene in USUAL:
        assert sum(plan.chance(scene) > 0 for plan in plans) >= 5, scene
    used = [sum(plan.chance(scene) > 0 for scene in USUAL) for plan in plans]
    assert max(used) <= 22 and sum(used) / len(used) < 10
    assert all(0 <= chance <= 0.9 for plan in plans for chance in plan.chances.values())
    assert sum(plan.habits.eventful for plan in plans) / len(plans) < 0.12
    assert {plan.habits.trusts for plan in plans} == {True, False}


@pytest.mark.parametrize("orders", [0, 1, 40])
def test_everybody_who_was_planned_comes_once(orders: int) -> None:
    plan = draw_plan(Random(3), orders, 600.0)
    coming = visits(Random(3), plan)
    assert [each.number for each in coming] == list(range(1, orders + 1))
    assert all(each.rounds and each.service_type in plan.mix for each in coming)


@given(st.integers(), st.integers(1, 10**9), st.integers(1, 5))
def test_a_split_bill_is_the_whole_bill(seed: int, centavos: int, parts: int) -> None:
    amounts = split(Random(seed), centavos, parts)
    assert sum(amounts) == centavos and min(amounts) > 0 and len(amounts) <= parts
