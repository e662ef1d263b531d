"""Watching changes nothing, and what was seen is what happened."""

from functools import cache

import pytest

from simulations.campaign.service_run import Choices, Verdict, run
from simulations.report import recording
from simulations.report.recording import ABSENT, OFF, ON, Lane, Recording, _Moment, _worse_of_two


def told(name: str, *, recorded: bool = True) -> Verdict:
    return run(3, Choices(scenario=name, small=True, keep_all=recorded))


@cache
def paid_twice() -> Recording:
    found = told("paid_twice").recording
    assert found is not None
    return found


def lane(host: str) -> Lane:
    return next(each for each in paid_twice().lanes if each.host == host)


def test_a_recorded_run_is_the_same_run() -> None:
    plain, recorded = told("restored_backup", recorded=False), told("restored_backup")
    assert plain.recording is None and recorded.recording is not None
    assert plain.digest == recorded.digest and plain.events == recorded.events


def test_there_is_a_sample_for_every_moment_of_every_terminal() -> None:
    found = paid_twice()
    assert [each.host for each in found.lanes] == ["A", "B", "C"]
    for each in found.lanes:
        assert len(each.states) == len(each.behind) == len(each.cut) == len(found.frames)
    assert list(found.sent) == sorted(found.sent) and found.sent[-1] > 0


def test_a_cut_is_seen_on_both_sides_and_ends() -> None:
    assert found_runs(lane("A").cut) == [0, 2, 0]
    assert found_runs(lane("B").cut) == [0, 1, 0]


def test_each_side_lacks_what_the_other_sold_until_they_meet() -> None:
    assert max(lane("A").behind) >= 1 and max(lane("C").behind) >= 1
    assert lane("A").behind[-1] == lane("C").behind[-1] == 0


def test_a_dispute_opens_and_is_settled_everywhere() -> None:
    for each in paid_twice().lanes:
        assert [count for _, count in each.disputes] == [1, 0]
    when = [each.disputes[0][0] for each in paid_twice().lanes]
    assert min(when) > 0


def test_dark_machines_are_off_and_those_that_left_or_never_came_are_not_there() -> None:
    found = told("twenty_terminals_power_cut").recording
    assert found is not None
    assert {"".join(sorted(set(each.states))) for each in found.lanes} == {
        "".join(sorted(ABSENT + OFF + ON))
    }
    left = told("last_terminal_standing").recording
    assert left is not None
    by_host = {each.host: each.states for each in left.lanes}
    assert by_host["A"].rstrip(ABSENT) != by_host["A"]
    assert by_host["E"].lstrip(ABSENT).startswith(ON) and by_host["E"][10] == ABSENT


def test_a_long_run_has_no_more_samples_and_keeps_the_worst(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recording, "MOST_SAMPLES", 20)
    found = told("paid_twice").recording
    assert found is not None
    assert len(found.frames) < 20 and found.step > paid_twice().step
    for each, fine in zip(found.lanes, paid_twice().lanes, strict=True):
        assert max(each.cut) == max(fine.cut) and max(each.behind) == max(fine.behind)


def found_runs(values: tuple[int, ...]) -> list[int]:
    """Equal neighbours as one."""
    return [each for at, each in enumerate(values) if at == 0 or values[at - 1] != each]


def test_of_two_moments_the_worse_is_kept_whichever_came_first() -> None:
    bad = _Moment({"A": (OFF, 5, 2)}, frames=10, sent=100)
    good = _Moment({"A": (ON, 0, 0), "B": (ON, 1, 0)}, frames=20, sent=200)
    kept = {"A": (OFF, 5, 2), "B": (ON, 1, 0)}
    assert list(_worse_of_two([bad, good])) == [_Moment(kept, frames=20, sent=200)]
    assert list(_worse_of_two([good, bad])) == [_Moment(kept, frames=10, sent=100)]
