"""No numbered fault is forgotten."""

from pathlib import Path

from simulations.faults.coverage import ELSEWHERE, NUMBERS, WAITING, coverage, struck_by
from simulations.faults.table import FAULTS

ROOT = Path(__file__).resolve().parents[3]


def test_every_number_is_struck_proved_or_waits() -> None:
    assert [each.number for each in coverage() if not each.by] == []
    assert set(range(1, 70)) <= set(NUMBERS)


def test_no_fault_has_a_number_that_nobody_knows() -> None:
    assert {number for fault in FAULTS.values() for number in fault.numbers} <= set(NUMBERS)
    assert set(ELSEWHERE) | set(WAITING) <= set(NUMBERS)
    assert [name for name, fault in FAULTS.items() if not fault.numbers] == []


def test_what_is_proved_elsewhere_is_there() -> None:
    assert [place for place in ELSEWHERE.values() if not (ROOT / place).is_file()] == []


def test_lines_are_short_and_say_who() -> None:
    assert [each.what for each in coverage() if len(each.what) > 60] == []
    assert "power_cut" in struck_by(1)
    assert next(each for each in coverage() if each.number == 87).by == "waits for licences"
