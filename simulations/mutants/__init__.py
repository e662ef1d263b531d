"""Bugs put in on purpose: what a run must catch, so that passing means something.

Rules of this package:
1. A mutant replaces named functions from outside, for one run; production code has no switches.
2. Each is a bug that somebody could really write, in one or two lines, with the sentence that says
   what goes wrong. Adding one is one function with the decorator, in the file of its family.
3. `faults`: what must strike for it to show. A mutant that no run catches is printed as such.
"""

from simulations.mutants import (
    bills,
    cash,
    catalog,
    chains,
    comandas,
    days,
    dining_room,
    kitchen,
    management,
    meaning,
    moves,
    network,
    repair,
    staff,
    stock,
    storage,
    trust,
    trust_sold,
    uplink,
    writer,
)
from simulations.mutants.patching import MUTANTS, Mutant, Patcher, mutated

__all__ = ["MUTANTS", "Mutant", "Patcher", "mutated"]

FAMILIES = (
    storage, writer, chains, repair, network, meaning, bills, cash, days, kitchen, dining_room,
    comandas, catalog, stock, moves, trust_sold, management, staff, trust, uplink,
)  # fmt: skip
