"""Mutants of drawers: what falls into them, what is told of them, and when it is too late."""

from typing import Any

from crdt_models.documents.accounts import commands
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.orders import bill_commands
from crdt_models.pedido import cash
from simulations.mutants.patching import CUTS, Patcher, mutant

_WHERE_MONEY_FALLS = (bill_commands, commands)


@mutant(scenes=("the_drawer_that_came_back",))
def refunds_fall_into_no_drawer(patch: Patcher) -> None:
    """Cash that is handed back is not told to the drawer that it came out of."""

    def around(before: Any) -> Any:
        return lambda read, context, moved, **about: before(
            read, context, [each for each in moved if each.kind != "refund"], **about
        )

    for module in _WHERE_MONEY_FALLS:
        patch.wrap(module, "fallen", around)


@mutant(scenes=("the_drawer_that_came_back",))
def counting_is_not_blind(patch: Patcher) -> None:
    """What should be in the drawer is told before it was counted."""
    patch.put(cash, "_blind", lambda shift: cash._figures(shift.figures))


@mutant(*CUTS, scenes=("a_lost_drawer_is_found_late",))
def late_money_moves_ended_shifts(patch: Patcher) -> None:
    """What comes after the end of a shift is added to its figures."""
    patch.derive(ShiftView, "figures", lambda self: self.figures_of(lambda _: True))


@mutant(*CUTS, scenes=("the_drawer_that_came_back",))
def what_was_written_off_stays_so(patch: Patcher) -> None:
    """A closing that comes after a writing-off is told to nobody."""
    patch.derive(ShiftView, "write_offs", lambda self: ())
