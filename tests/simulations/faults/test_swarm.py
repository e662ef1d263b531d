"""What the dice choose."""

from collections import Counter
from random import Random

import pytest
import trio

from simulations.faults.swarm import (
    LEAST_STRIKES,
    RATES,
    Swarm,
    draw_strikes,
    draw_swarm,
    run_strikes,
)
from simulations.faults.table import FAULTS
from tests.simulations.faults.small_shop import SmallShop, recovered

HOUR = 3600.0


def test_runs_with_no_fault_one_several_and_all() -> None:
    sizes = Counter(len(draw_swarm(Random(seed)).rates) for seed in range(200))
    assert sizes[0] and sizes[1] and sizes[len(FAULTS)]
    assert len([size for size in sizes if 1 < size < len(FAULTS)]) > 10


def test_only_the_faults_asked_for() -> None:
    drawn = {name for seed in range(50) for name in draw_swarm(Random(seed), ["paused"]).rates}
    assert drawn == {"paused"}


def test_strikes_follow_the_rates() -> None:
    strikes = draw_strikes(Swarm({"flapping": 3.0, "paused": 1.0}), Random(5), 4 * HOUR)
    found = Counter(strike.fault for strike in strikes)
    assert 600 < found["flapping"] < 840
    assert 180 < found["paused"] < 300


def test_strikes_come_in_order_and_last_as_long_as_their_fault_allows() -> None:
    strikes = draw_strikes(Swarm(dict.fromkeys(FAULTS, 0.2)), Random(5), HOUR)
    assert [strike.at for strike in strikes] == sorted(strike.at for strike in strikes)
    assert strikes[-1].at < HOUR
    for strike in strikes:
        low, high = FAULTS[strike.fault].seconds
        assert low <= strike.seconds <= high


def test_some_faults_strike_only_so_often() -> None:
    strikes = draw_strikes(Swarm({"left_for_ever": 2.0, "flapping": 2.0}), Random(5), HOUR)
    found = Counter(strike.fault for strike in strikes)
    assert found["left_for_ever"] == FAULTS["left_for_ever"].most
    assert found["flapping"] > 50


def test_one_seed_draws_one_list() -> None:
    def drawn(seed: int) -> list[object]:
        dice = Random(seed)
        return list(draw_strikes(draw_swarm(dice), dice, HOUR))

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_faults_end_when_their_time_is_over(in_a_shop) -> None:
    async def play(shop: SmallShop) -> None:
        world = shop.world
        swarm = Swarm({"partition_every_pair": 6.0, "paused": 6.0, "power_cut": 6.0})
        dice = world.dice("faults")
        strikes = draw_strikes(swarm, dice, 60.0)
        await run_strikes(world, strikes, dice, trio.current_time() + 60.0)
        assert trio.current_time() < 70.0
        assert not world.claimed
        assert not any(each.paused for each in world.terminals.values())
        assert world.wires.reachable("A", "B")
        assert await recovered(shop) == []
        assert len(world.standing()) == 3

    in_a_shop(play)


def test_a_short_service_is_struck_as_often_as_a_long_calm_one() -> None:
    for minutes in (4.0, 30.0, 600.0):
        drawn = (draw_swarm(Random(seed), minutes=minutes) for seed in range(50))
        rates = [sum(swarm.rates.values()) for swarm in drawn if swarm.rates]
        least = max(min(RATES), LEAST_STRIKES / minutes)
        assert min(rates) == pytest.approx(least)
