"""All scenarios by name. To add one: a function in its family, and its name in the SCENARIOS there.

Families: `cuts` (cables), `machines` (disks, power, clocks), `strangers` (the internet, burglars).
"""

from simulations.scenarios import cuts, machines, strangers
from simulations.scenarios.scenario import Scenario

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for family in (cuts, machines, strangers)
    for scenario in family.SCENARIOS
}
