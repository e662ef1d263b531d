"""What holds of every view, whatever was written: for the tests of the laws of each."""

from collections.abc import Callable, Iterable
from random import Random
from typing import Any, TypeVar

from crdt_models.change import Change
from crdt_models.documents.view import View
from crdt_models.fact import Entry

V = TypeVar("V", bound=View)


def entries_of(written: Iterable[Change]) -> list[Entry]:
    return [entry for change in written for _, entry in change.entries()]


def applied(view: V, entries: Iterable[Entry]) -> V:
    for entry in entries:
        view.apply(entry)
    return view


def check_commutes(
    written: Iterable[Change], dice: Random, empty: Callable[[], V], seen: Callable[[V], Any]
) -> None:
    """In another order and partly twice it reads the same. seen: all that anybody is shown."""
    entries = entries_of(written)
    shuffled = entries + dice.sample(entries, dice.randrange(len(entries) + 1))
    dice.shuffle(shuffled)
    one, other = applied(empty(), entries), empty()
    for entry in shuffled:
        other.apply(entry)
        if dice.random() < 0.3:
            seen(other)  # a property that was read must not remember an older state
    assert seen(one) == seen(other)
