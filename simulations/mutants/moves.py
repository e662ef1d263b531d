"""Mutants of moving lines: where a line is, and who is told."""

from typing import Any

from cloud_relay import projection
from crdt_models.documents.orders import parts, whereabouts
from crdt_models.documents.orders.shared_lines import SharedLines
from crdt_models.documents.orders.whereabouts import Place
from peer.node import shelf
from simulations.mutants.patching import Patcher, mutant

_STORIES = ("one_beer_for_two_tables", "closed_while_it_was_carried_off")


@mutant(scenes=_STORIES)
def moved_lines_stay_at_home(patch: Patcher) -> None:
    """A line that was moved is on the order where it was added as well."""

    def lines(order: Any) -> tuple[Any, ...]:
        both = [*order.own_lines, *(came.line for came in order.here)]
        return tuple({line.id: line for line in both}.values())

    patch.put(SharedLines, "lines", property(lines))


@mutant(scenes=("closed_while_it_was_carried_off",))
def moves_change_closed_bills(patch: Patcher) -> None:
    """A line is where it was moved last, also when a closed bill lists it."""
    patch.put(whereabouts, "is_billed", lambda line, home, order: False)


@mutant(scenes=("one_beer_for_two_tables",))
def two_moves_told_to_nobody(patch: Patcher) -> None:
    """Two waiters who took one line to two tables are never told."""
    patch.put(Place, "is_moved_twice", property(lambda place: False))


@mutant(scenes=_STORIES)
def orders_beside_keep_their_rows(patch: Patcher) -> None:
    """What is said of a line in its home is not stored for the order that the line is on."""
    patch.put(shelf, "beside", lambda view: ())


@mutant(scenes=("closed_while_it_was_carried_off",))
def relay_reads_orders_alone(patch: Patcher) -> None:
    """The relay shows every line where it was added."""
    patch.put(projection, "_shown", lambda view, order: view)


@mutant(scenes=("more_taken_than_there_is",))
def parts_are_taken_twice(patch: Patcher) -> None:
    """Every split gets what it asked for, whatever others took."""

    def split_off(whole: Any, splits: Any, taken: Any) -> Any:
        for split in whole.parts:
            part = parts._named(split.fact.part, split.id, taken)
            asked = split.fact.thousandths
            own = splits.get(part, ())
            yield parts.Began(part, whole.added, split.id, whole.id, asked, own)

    patch.put(parts, "_split_off", split_off)
