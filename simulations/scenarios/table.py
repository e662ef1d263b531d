"""All scenarios by name. To add one: a function in its family, and its name in the SCENARIOS there.

Families: `bills` (who pays what), `comandas` (cards), `cuts` (cables), `dining_room` (tables,
reservations), `drawers` (cash shifts), `kitchen` (courses, cooks), `machines` (disks, power,
clocks), `management` (settings, staff), `menu` (prices, portions), `moves` (lines that change
places), `people` (who taps what), `stockroom` (what is in the fridge), `strangers` (the internet,
burglars).
"""

from simulations.scenarios import (
    bills,
    comandas,
    cuts,
    dining_room,
    drawers,
    kitchen,
    machines,
    management,
    menu,
    moves,
    people,
    stockroom,
    strangers,
)
from simulations.scenarios.scenario import Scenario

_FAMILIES = (
    bills, comandas, cuts, dining_room, drawers, kitchen, machines, management, menu, moves,
    people, stockroom, strangers,
)  # fmt: skip
SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario for family in _FAMILIES for scenario in family.SCENARIOS
}
