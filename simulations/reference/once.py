"""Which facts are one fact, and what a register that was written several times holds.

Rules of this file:
1. Facts of one document with one (command id, place) and one meaning are one fact. The least stamp
   stands for it, what its tellings knew is united, and whoever names one telling names all.
2. With one (command id, place) and different meanings all count, and a person is told. (Judged
   within one document; different commands under one key are found in `site_disputes`.)
3. A register's current write is the one with the greatest stamp among those that no other write
   replaces. Where writes replace one another in a circle (one command told at two terminals, on
   top of each other), a write stands unless it is replaced from outside its circle: so a
   register that was written never becomes empty. The design is silent on circles.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, Generic, NamedTuple, TypeVar

import cbor2
from msgspec import Struct

from simulations.reference.schema import RELIED_ON, understood
from simulations.reference.stored import Fact, Fields, Stamp

T = TypeVar("T")


class Told(Struct, frozen=True, kw_only=True):
    """One fact, all its tellings together. fields: defaults included, what they knew united. first:
    the telling with the least stamp. tellings: all, by stamp."""

    tag: str
    fields: Fields
    first: Fact
    tellings: tuple[tuple[Fact, Fields], ...]

    @property
    def id(self) -> str:
        return self.first.id

    @property
    def stamp(self) -> Stamp:
        return self.first.stamp

    def __getitem__(self, field: str) -> Any:
        return self.fields[field]


class Meaning:
    """The facts of one document, each once."""

    def __init__(self, document: str, facts: Iterable[Fact]) -> None:
        self.document = document
        self.facts = sorted(facts, key=lambda fact: fact.stamp)
        self.not_understood: list[Fact] = []
        self.used_twice: list[list[Told]] = []
        self._by_tag: dict[str, list[Told]] = {}
        self._same: dict[str, str] = {}
        self.elsewhere: dict[str, str] = {}  # the same of all orders, for an order
        self._collect()

    def of(self, tag: str) -> Sequence[Told]:
        """The facts of one kind, by stamp."""
        return self._by_tag.get(tag, ())

    def all_told(self) -> Iterable[Told]:
        """All that is understood."""
        return chain.from_iterable(self._by_tag.values())

    def same(self, fact_ids: Iterable[str]) -> set[str]:
        """The ids that stand for these facts, of this document or of another order; one that is
        unknown stands for itself."""
        return {self._same.get(each) or self.elsewhere.get(each, each) for each in fact_ids}

    def writes(self, told: Iterable[Told], field: str | None = None) -> list["Write[Any]"]:
        """What these facts write in a register. field: of each, that is the value; None: the fact
        itself."""
        return [
            Write(
                each.id,
                each.stamp,
                each if field is None else _as_text(each[field]),
                self.same(each.fields.get("replaces", ())),
            )
            for each in told
        ]

    def standing(self, told: Iterable[Told]) -> list[Told]:
        """Of the writes of one register those that no other replaces, in the order given."""
        told = list(told)
        left = Register(self.writes(told)).standing
        return [each for each in told if each.id in left]

    def told_twice(self) -> dict[str, str]:
        """Ids of facts of this document by which id stands for them, where that is another."""
        return {each: stands for each, stands in self._same.items() if each != stands}

    def _collect(self) -> None:
        by_command: dict[tuple[bytes, int], dict[bytes, list[tuple[Fact, Fields]]]] = {}
        for fact in self.facts:
            fields = understood(fact)
            if fields is None:
                self.not_understood.append(fact)
                continue
            meanings = by_command.setdefault(fact.command, {})
            meanings.setdefault(_meant(fact), []).append((fact, fields))
        for meanings in by_command.values():
            told = [_united(tellings) for tellings in meanings.values()]
            if len(told) > 1:
                self.used_twice.append(told)
            for each in told:
                self._by_tag.setdefault(each.tag, []).append(each)
                self._same.update({fact.id: each.id for fact, _ in each.tellings})
        for tag in self._by_tag:
            self._by_tag[tag].sort(key=lambda each: each.stamp)


def _meant(fact: Fact) -> bytes:
    relied = (*RELIED_ON.get(fact.tag, ()), *_copied(fact))
    meant = {name: value for name, value in fact.fields.items() if name not in relied}
    return cbor2.dumps([fact.tag, fact.must_understand, meant], canonical=True)


def _copied(fact: Fact) -> list[str]:
    """Fields that the author's catalog said: no part of what was meant."""
    if fact.tag == "supplies_taken":
        return ["takes"]
    return fact.fields.get("copied", []) if fact.tag == "line_added" else []


def _united(tellings: list[tuple[Fact, Fields]]) -> Told:
    first, fields = tellings[0]
    fields = dict(fields)
    for name in RELIED_ON.get(first.tag, ()):
        if isinstance(fields[name], list):
            fields[name] = sorted({each for _, told in tellings for each in told[name]})
    return Told(tag=first.tag, fields=fields, first=first, tellings=tuple(tellings))


class Write(NamedTuple, Generic[T]):
    """id, stamp: of the fact that writes. replaces: ids of the writes that its author saw."""

    id: str
    stamp: Stamp
    value: T
    replaces: set[str]


class Register(Generic[T]):
    """A value that is written again and again, at several terminals at once."""

    def __init__(self, writes: Iterable[Write[T]]) -> None:
        self._writes = {write.id: write for write in writes}

    def value(self, unwritten: T) -> T:
        """What it holds."""
        return unwritten if self.last is None else self.last.value

    @property
    def last(self) -> Write[T] | None:
        """The write that counts."""
        standing = [self._writes[each] for each in self.standing]
        return max(standing, key=lambda write: write.stamp, default=None)

    @cached_property
    def standing(self) -> set[str]:
        """Writes that no other write replaces; in a circle, those nothing outside replaces."""
        named = {old for each in self._writes.values() for old in each.replaces - {each.id}}
        unreplaced = set(self._writes) - named
        below = set().union(*map(self._replaced_by, unreplaced))
        circling = set(self._writes) - unreplaced - below
        replaced = {each: self._replaced_by(each) for each in circling}
        return unreplaced | {
            each
            for each in circling
            if all(other in replaced[each] for other in circling if each in replaced[other])
        }

    def _replaced_by(self, write: str) -> set[str]:
        """What a write replaces, directly or through others."""
        found: set[str] = set()
        waiting = [write]
        while waiting:
            for older in self._writes[waiting.pop()].replaces - found:
                if older in self._writes:
                    found.add(older)
                    waiting.append(older)
        return found


def _as_text(value: Any) -> Any:
    """A value as registers hold it: an id is written as hexadecimal digits there."""
    return value.hex() if isinstance(value, bytes) else value
