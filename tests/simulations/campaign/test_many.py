"""Many runs in processes: what becomes of them when one of those dies, or somebody interrupts."""

import os
import signal

import pytest

from simulations.campaign import many
from simulations.campaign.many import DIED, run_many, shrink
from simulations.campaign.service_run import Choices, run
from simulations.report.again import NotAVerdict, read_verdict
from simulations.report.naming import replay

FEW = Choices(terminals=1, orders=1, minutes=1.0, relay=False, faults=())


def test_a_process_that_dies_is_a_finding_and_the_others_go_on() -> None:
    outcomes = run_many(range(1, 7), FEW, jobs=1)
    told = [next(outcomes)]
    (child,) = (each for each in many.multiprocessing.active_children())
    assert child.pid is not None
    os.kill(child.pid, signal.SIGTERM)
    told += outcomes
    assert {each.seed for each in told} == set(range(1, 7))
    died = [each for each in told if not each.passed]
    assert died and all(each.findings == (DIED,) for each in died)
    assert told[-1].passed, "a new process took the rest"


def test_who_interrupts_the_search_for_a_smaller_run_ends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failed = run(3, Choices(terminals=2, orders=4, minutes=4.0, mutant="payments_alike_are_one"))

    def interrupted(*_: object) -> None:
        raise BaseExceptionGroup("of a nursery", [KeyboardInterrupt()])

    monkeypatch.setattr(many, "run", interrupted)
    assert failed.strikes
    with pytest.raises(BaseExceptionGroup):
        shrink(failed, print)


@pytest.mark.parametrize(
    ("choices", "why"),
    [
        (b'{"terminals": 0}', ">= 1"),
        (b'{"minutes": 0}', "> 0.0"),
        (b'{"strikes": [-1]}', ">= 0"),
        (b'{"mutant": "nobody"}', "no mutant nobody"),
        (b'{"scenario": "nowhere"}', "no scenario nowhere"),
        (b'{"faults": ["none"]}', "no fault none"),
        (b'{"colour": "red"}', "unknown field"),
    ],
)
def test_a_file_that_asks_for_what_there_is_not_is_no_verdict(choices: bytes, why: str) -> None:
    rest = (
        b'"seed": 1, "digest": "", "seconds": 1, "cpu": 1, "healed": null, "events": 0,'
        b'"orders": 0, "calls": 0, "acknowledged": 0, "changes": 0, "fired": {}, "acts": {},'
        b'"reached": {}, "scenes": {}, "findings": [], "strikes": []'
    )
    with pytest.raises(NotAVerdict, match=why):
        read_verdict(b'{"choices": ' + choices + b", " + rest + b"}")


def test_the_printed_command_says_every_digit() -> None:
    told = replay(1, Choices(minutes=2.1234567, orders=1_234_567, terminals=3))
    assert told == "malha-sim run --seed 1 --terminals 3 --orders 1234567 --minutes 2.1234567"
