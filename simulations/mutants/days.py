"""Mutants of the end of a business day: who was missing, what came late, what fell twice."""

from typing import Any

from msgspec.structs import replace

from crdt_models.documents.day import money
from crdt_models.documents.day.facts import DayMoney
from crdt_models.documents.day.view import Close
from crdt_models.pedido import days
from peer.http_api.days import handlers
from simulations.mutants.patching import CUTS, Patcher, mutant


@mutant(*CUTS, scenes=("the_day_ended_without_one",))
def nobody_is_missing(patch: Patcher) -> None:
    """A day is closed for good while a terminal is cut off."""
    patch.put(handlers, "_missing", lambda api: ())


@mutant(*CUTS, scenes=("the_day_ended_without_one",))
def late_money_moves_a_closed_day(patch: Patcher) -> None:
    """What comes after a close is added to its figures."""

    def around(before: Any) -> Any:
        def close(day: Any, close: Close, around: Any) -> Any:
            now = money.sheet_of(around.known.told).figures
            return before(day, close._replace(figures=now), around)

        return close

    patch.wrap(days, "_close", around)


@mutant(*CUTS, scenes=("one_note_in_two_drawers",))
def what_fell_twice_is_not_told(patch: Patcher) -> None:
    """A payment in two drawers is in both sums, and nothing says that it is one."""

    def around(before: Any) -> Any:
        def sheet_of(told: Any) -> Any:
            sheet = before(told)
            return sheet._replace(figures=replace(sheet.figures, beyond=DayMoney()), beyond=())

        return sheet_of

    patch.wrap(days, "sheet_of", around)
