"""The simulator's own waits are trio's in every respect but their price."""

import math

import pytest
import trio

from simulations.simulator.determinism import run_seeded
from simulations.simulator.timers import Alarm, doze, sleep


def test_sleepers_of_both_kinds_wake_in_order_of_time() -> None:
    woken: list[tuple[float, str]] = []

    async def ours(seconds: float) -> None:
        await sleep(seconds)
        woken.append((trio.current_time(), "ours"))

    async def trios(seconds: float) -> None:
        await trio.sleep_until(trio.current_time() + seconds)
        woken.append((trio.current_time(), "trio's"))

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            for seconds in (3.0, 1.0):
                nursery.start_soon(ours, seconds)
                nursery.start_soon(trios, seconds + 1)

    run_seeded(1, main)
    assert woken == [(1.0, "ours"), (2.0, "trio's"), (3.0, "ours"), (4.0, "trio's")]


def test_a_run_sleeps_by_these_timers_and_nobody_does_after_it() -> None:
    before = trio.sleep

    async def main() -> bool:
        return trio.sleep is sleep

    assert run_seeded(1, main)
    assert trio.sleep is before


def test_a_sleep_is_cancelled_and_a_doze_is_not() -> None:
    async def main() -> list[float]:
        ends = []
        for wait in (sleep, doze):
            with trio.move_on_after(1):
                await wait(5)
            ends.append(trio.current_time())
        return ends

    assert run_seeded(1, main) == [1.0, 6.0]


@pytest.mark.parametrize(("moved", "rings"), [(0.5, 1.0), (2.0, 2.0), (9.0, 9.0)])
def test_an_alarm_is_moved_by_others(moved: float, rings: float) -> None:
    async def main() -> float:
        alarm = Alarm()

        async def move() -> None:
            await sleep(1)
            alarm.set(moved)  # 0.5: it is past, so at once

        async with trio.open_nursery() as nursery:
            nursery.start_soon(move)
            await alarm.wait(5)
        return trio.current_time()

    assert run_seeded(1, main) == rings


def test_an_alarm_without_a_time_waits_until_it_gets_one() -> None:
    async def main() -> list[float]:
        alarm, rung = Alarm(), list[float]()

        async def listen() -> None:
            for _ in range(2):
                await alarm.wait(math.inf)
                rung.append(trio.current_time())

        async with trio.open_nursery() as nursery:
            nursery.start_soon(listen)
            for at in (3.0, 7.0):
                await sleep(2)
                alarm.set(at)
                await trio.sleep_until(at)
        return rung

    assert run_seeded(1, main) == [3.0, 7.0]


def test_whoever_was_cancelled_is_woken_by_nobody() -> None:
    async def main() -> float:
        alarm = Alarm()
        with trio.move_on_after(1):
            await alarm.wait(2)
        alarm.set(1.5)
        await sleep(5)
        return trio.current_time()

    assert run_seeded(1, main) == 6.0
