"""What honest authors never write, and when that is not known."""

import pytest

from simulations.checkers.authors import CLOCKS
from simulations.faults import clocks
from simulations.simulator.relay import RELAY


@pytest.mark.parametrize("name", [each.name for each in clocks.FAULTS])
def test_stamps_are_judged_only_while_no_terminals_clock_was_struck(name: str) -> None:
    assert name.startswith((CLOCKS, f"{RELAY}_clock_"))
