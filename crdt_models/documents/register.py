"""A register: one value that is set again and again, at several terminals at once.

Rules of this file:
1. A write names the writes it `replaces`. Current is, among writes that no other write replaces,
   the one with the greatest stamp: an edit made on top of another sticks whatever the clocks say,
   and the clock breaks only ties of truly concurrent writes.
2. A new write must name every one of `heads` (`replaced_next`).
3. One command told twice can make two writes replace each other. Writes in such a cycle do not
   count as replaced by one another, so a register that was written always has a value.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

from crdt_models.documents.fields import MAX_MENTIONS
from crdt_models.fact import Stamp
from crdt_models.ids import FactId

T = TypeVar("T")


class Write(NamedTuple, Generic[T]):
    """id, stamp: of the fact that writes. replaces: representatives of the writes it saw; none for
    a first value."""

    id: FactId
    stamp: Stamp
    value: T
    replaces: frozenset[FactId] = frozenset()


class Register(Generic[T]):
    """The writes of one register. `writes` in any order, each fact once."""

    __slots__ = ("current", "heads", "writes")
    writes: tuple[Write[T], ...]
    heads: tuple[FactId, ...]
    current: Write[T] | None

    def __init__(self, writes: Iterable[Write[T]]) -> None:
        given = tuple(writes)
        if len(given) == 1:  # nearly every register, all its life
            self.writes, self.heads, self.current = given, (given[0].id,), given[0]
            return
        by_id = {write.id: write for write in given}
        self.writes = tuple(sorted(by_id.values(), key=lambda write: write.stamp))
        self.heads = tuple(sorted(_unreplaced(by_id)))
        standing = [by_id[head] for head in self.heads]
        self.current = max(standing, key=lambda write: write.stamp, default=None)

    @property
    def replaced_next(self) -> tuple[FactId, ...]:
        """What a new write must name: all heads, or the greatest that one fact can name.

        More concurrent writes than that are an attack; each further write clears as many again.
        """
        if len(self.heads) <= MAX_MENTIONS:
            return self.heads
        standing = [write for write in self.writes if write.id in set(self.heads)]
        return tuple(sorted(write.id for write in standing[-MAX_MENTIONS:]))

    def value(self, default: T) -> T:
        """The current value, or `default` when nobody wrote."""
        return default if self.current is None else self.current.value

    @property
    def losers(self) -> tuple[Write[T], ...]:
        """Concurrent writes that the clock decided against; the audit shows them."""
        return tuple(w for w in self.writes if w.id in self.heads and w is not self.current)


def _unreplaced(writes: Mapping[FactId, Write[T]]) -> set[FactId]:
    if len(writes) < 2:
        return set(writes)
    replaced = {old for write in writes.values() for old in write.replaces if old != write.id}
    heads = {each for each in writes if each not in replaced}
    covered = _reached(writes, heads)
    if len(covered) == len(writes):
        return heads
    return heads | _cycles(writes, covered)


def _reached(writes: Mapping[FactId, Write[T]], start: Iterable[FactId]) -> set[FactId]:
    """`start` and everything that it replaces, directly or through others."""
    found = set(start)
    waiting = list(found)
    while waiting:
        for old in writes[waiting.pop()].replaces:
            if old in writes and old not in found:
                found.add(old)
                waiting.append(old)
    return found


def _cycles(writes: Mapping[FactId, Write[T]], covered: set[FactId]) -> set[FactId]:
    """The members of cycles that nothing outside replaces.

    The last of a depth-first search to finish lies in such a cycle (Kosaraju's observation).
    """
    heads: set[FactId] = set()
    rest = {each for each in writes if each not in covered}
    replaced_by: dict[FactId, list[FactId]] = {}
    for write in writes.values():
        for old in write.replaces:
            replaced_by.setdefault(old, []).append(write.id)
    for each in reversed(_finishing_order(writes, covered)):
        if each in rest:
            below = _within(rest, each, lambda it: writes[it].replaces)
            heads |= _within(below, each, lambda it: replaced_by.get(it, ()))
            rest -= below
    return heads


def _within(
    allowed: set[FactId], start: FactId, next_of: Callable[[FactId], Iterable[FactId]]
) -> set[FactId]:
    """What is reached from `start` without leaving `allowed`. Linear: a hostile ring is long."""
    found, waiting = {start}, [start]
    while waiting:
        for each in next_of(waiting.pop()):
            if each in allowed and each not in found:
                found.add(each)
                waiting.append(each)
    return found


def _finishing_order(writes: Mapping[FactId, Write[T]], skip: set[FactId]) -> list[FactId]:
    finished: list[FactId] = []
    visited = set(skip)
    for start in sorted(writes):
        waiting = [(start, False)]
        while waiting:
            each, is_done = waiting.pop()
            if is_done:
                finished.append(each)
            elif each not in visited:
                visited.add(each)
                waiting.append((each, True))
                waiting += [(old, False) for old in writes[each].replaces if old in writes]
    return finished
