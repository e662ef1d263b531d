"""How lines come to be: added, or split off another one.

Rules of this file:
1. A line is known by the id that its addition or split gives it. Where two give one, the first
   keeps it, additions before splits, and the other gets an id derived from its own fact.
2. Of several splits that ask for more than there is, the one with the lesser stamp takes first.
3. What somebody says of a line is said of the parts split off it too, unless the author knew the
   split (`splits_seen`): three beers that were sent are three, whoever moves two meanwhile.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from crdt_models.documents.orders.facts import LineAdded, LineSplit
from crdt_models.documents.view import Once, View
from crdt_models.ids import CreatedId, FactId, LineId

Parts: TypeAlias = Mapping[LineId, list[tuple[LineId, FactId]]]
"""The parts split off each line, and the split of each. Empty for nearly every order."""


class Began(NamedTuple):
    """origin: the fact that made it a line. parent: what it was split off. quantity: thousandths it
    began with. parts: the splits that take from it."""

    id: LineId
    added: Once[LineAdded]
    origin: FactId
    parent: LineId | None
    quantity: int
    parts: tuple[Once[LineSplit], ...]


def lines_begun(view: View) -> list[Began]:
    """Every line of an order's document: additions by stamp, then each part after its whole."""
    splits = _by_line(view.all(LineSplit))
    taken: set[LineId] = set()
    began = []
    for added in view.all(LineAdded):
        line = _named(added.fact.line, added.id, taken)
        parts = splits.get(line, ())
        began.append(Began(line, added, added.id, None, added.fact.thousandths, parts))
    for whole in began if splits else ():  # which grows on the way: parts are split further
        began += list(_split_off(whole, splits, taken))
    return began


def parts_of(view: View) -> Parts:
    """The parts of every line."""
    found: dict[LineId, list[tuple[LineId, FactId]]] = {}
    for line in lines_begun(view) if view.all(LineSplit) else ():
        if line.parent is not None:
            found.setdefault(line.parent, []).append((line.id, line.origin))
    return found


def spoken_of(
    view: View, parts: Parts, lines: tuple[LineId, ...], splits_seen: Iterable[FactId]
) -> tuple[LineId, ...]:
    """The lines that are meant by who names `lines` and knew these splits."""
    if not parts:
        return lines
    known = view.same_all(splits_seen)
    meant = dict.fromkeys(lines)
    waiting = list(meant)
    while waiting:
        for part, split in parts.get(waiting.pop(), ()):
            if split not in known and part not in meant:
                meant[part] = None
                waiting.append(part)
    return tuple(meant)


def _by_line(splits: Iterable[Once[LineSplit]]) -> dict[LineId, tuple[Once[LineSplit], ...]]:
    found: dict[LineId, tuple[Once[LineSplit], ...]] = {}
    for split in splits:
        found[split.fact.line] = (*found.get(split.fact.line, ()), split)
    return found


def _split_off(
    whole: Began, splits: Mapping[LineId, tuple[Once[LineSplit], ...]], taken: set[LineId]
) -> Iterator[Began]:
    rest = whole.quantity
    for split in whole.parts:
        part = _named(split.fact.part, split.id, taken)
        quantity = min(rest, split.fact.thousandths)
        rest -= quantity
        yield Began(part, whole.added, split.id, whole.id, quantity, splits.get(part, ()))


def _named(given: LineId, fact: FactId, taken: set[LineId]) -> LineId:
    line = given
    if line in taken:
        seed = b"malha-line-v1" + given + fact.encode("ascii")
        line = LineId(CreatedId(hashlib.sha256(seed).digest()[:16]))
    taken.add(line)
    return line
