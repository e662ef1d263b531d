"""Mutants of the dining room: reservations, joined tables, cleaning, who serves."""

import hashlib
from typing import Any

from msgspec.structs import replace

from crdt_models.dining_room import DiningRoom
from crdt_models.disputes import of_documents, of_places
from crdt_models.documents.floor import reservations
from crdt_models.documents.floor import view as floor_view
from crdt_models.documents.floor.facts import TablesJoined, TablesSeparated
from crdt_models.documents.floor.reservation_commands import BookTable
from crdt_models.documents.floor.reservations import Reservation
from crdt_models.documents.floor.view import FloorView
from simulations.mutants.patching import CUTS, Patcher, mutant


@mutant(*CUTS, scenes=("table_booked_twice",))
def clashes_kept_quiet(patch: Patcher) -> None:
    """Nobody is told that two parties were promised one table."""
    patch.put(of_documents, "situations_of_floor", lambda floor: iter(()))


@mutant(*CUTS, scenes=("two_tabs_at_joined_tables",))
def joined_tables_are_strangers(patch: Patcher) -> None:
    """Two tabs at tables that stand together are no concern of anybody."""
    patch.put(of_places, "_together", lambda tabs, at_table: iter(()))


@mutant(*CUTS, scenes=("table_booked_twice",))
def marks_of_others_forgotten(patch: Patcher) -> None:
    """What somebody said of a reservation who did not know better is on no screen."""
    patch.put(Reservation, "overruled", property(lambda self: ()))


@mutant(*CUTS, scenes=("tables_pushed_together",))
def one_join_of_two_is_lost(patch: Patcher) -> None:
    """Of two joins that have a table in common the last one takes it away from the first."""

    def connected(joined: Any) -> Any:
        found = {}
        for tables in joined:
            found.update(dict.fromkeys(tables, tuple(sorted(tables))))
        return found

    patch.put(floor_view, "_connected", connected)


@mutant(*CUTS, scenes=("table_booked_twice",))
def seated_guests_given_up(patch: Patcher) -> None:
    """The last who said something of a reservation is believed, not who saw the guests."""
    patch.put(reservations, "_certainty", lambda write: write.stamp)


@mutant(scenes=("tables_pushed_together",))
def cleaned_once_is_clean_all_day(patch: Patcher) -> None:
    """A table that was cleaned today is taken for clean, whoever ate there since."""

    def is_left(self: Any, table: Any) -> bool:
        return table not in self.floor.cleaned and any(self._left(table))

    patch.put(DiningRoom, "_is_left", is_left)


@mutant(scenes=("tables_pushed_together",))
def separated_once_is_apart_all_day(patch: Patcher) -> None:
    """Once a table was separated, joins that name it do not count."""

    def joins(self: Any) -> Any:
        apart = {each.fact.table for each in self.all(TablesSeparated)}
        return tuple(each for each in self.all(TablesJoined) if apart.isdisjoint(each.fact.tables))

    patch.derive(FloorView, "joins", joins)


@mutant("paused", *CUTS, scenes=("table_booked_twice",))
def booked_once_a_terminal(patch: Patcher) -> None:
    """A reservation that is told again at another terminal is another reservation."""

    def around(before: Any) -> Any:
        def plan(self: Any, read: Any, context: Any) -> Any:
            drawn = hashlib.sha256(context.device + context.command_id).digest()[:16]
            return before(self, read, replace(context, command_id=drawn))

        return plan

    patch.wrap(BookTable, "plan", around)
