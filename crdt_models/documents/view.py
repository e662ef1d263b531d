"""The view: what the facts of one document mean.

Rules of this file:
1. `apply` only collects, by fact id. Everything else is a property computed from the collected set,
   so order of arrival and repetition cannot matter.
2. Facts with one command key and one intent are ONE fact (`Once`): the least stamp represents it,
   what the copies rely on is united, and the id of any copy stands for all of them.
3. Facts with one command key and different intents both count, and are listed in `reused_commands`.
4. A fact that is unknown, malformed or in the wrong kind of document is kept in `not_understood`.
"""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeVar, cast

import msgspec

from crdt_models.canonical_cbor import encode
from crdt_models.documents.resolution import Resolution
from crdt_models.fact import Entry, Fact, Stamp, Unknown
from crdt_models.ids import DocumentId, FactId

F = TypeVar("F", bound=Fact)
V = TypeVar("V", bound="View")
T = TypeVar("T")


class Once(NamedTuple, Generic[F]):
    """One fact, however often it was told.

    entry: the telling with the least stamp. fact: its fact, with what all tellings rely on united.
    ids: the fact ids of all tellings, sorted.
    """

    entry: Entry
    fact: F
    ids: tuple[FactId, ...]

    @property
    def id(self) -> FactId:
        """The id that represents all tellings. A telling with a lesser stamp may still arrive."""
        return self.entry.id

    @property
    def stamp(self) -> Stamp:
        """The least stamp of all tellings."""
        return self.entry.stamp


class Derived(Generic[V, T]):
    """A property of a view, computed once and forgotten when a fact is applied.

    The value lies in the view's own `__dict__`, where Python finds it before this descriptor. It is
    shared between copies of the view: treat it as immutable.
    """

    def __init__(self, compute: Callable[[V], T]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    def __get__(self, view: V, owner: type[V] | None = None) -> T:
        value = view.__dict__[self._name] = self._compute(view)
        view._derived.append(self._name)
        return value


class _Tellings(NamedTuple):
    """Which fact ids tell the same fact. Empty when no command key occurs twice."""

    represented: dict[FactId, FactId]  # every id of a fact told more than once → its representative
    members: dict[FactId, tuple[Entry, ...]]  # representative → all tellings, by stamp
    reused: tuple[tuple[FactId, ...], ...]  # representatives that share a command key


class View:
    """Base of the views. A subclass names the facts it `UNDERSTANDS` and adds properties."""

    UNDERSTANDS: ClassVar[frozenset[type[Fact]]] = frozenset()

    def __init__(self, document: DocumentId) -> None:
        self.document = document
        self._slots: dict[type[Fact], dict[FactId, Entry]] = {}
        self._once: dict[type[Fact], tuple[Once[Any], ...]] = {}
        self._derived: list[str] = []  # names of what stands beside these in `__dict__`

    def apply(self, entry: Entry) -> None:
        """Take in one fact. Commutes, and repeating it changes nothing."""
        kind: type[Fact] = type(entry.fact)
        if kind not in self.UNDERSTANDS and kind is not Resolution:
            kind = Unknown
        instead: Entry | None = None
        for held in self._slots.values():  # a collision may be of another kind
            known = held.get(entry.id)
            if known is None:
                continue
            if known == entry or _rank(known) <= _rank(entry):
                return
            instead = held.pop(entry.id)
        self._slots.setdefault(kind, {})[entry.id] = entry
        self._forget()
        self._note(entry, instead)

    def _note(self, entry: Entry, instead: Entry | None) -> None:
        """For a view that keeps what it derived in step with its facts. instead: what `entry` took
        the place of."""

    def _forget(self) -> None:
        """Keep the facts and drop whatever was derived from them."""
        self._once.clear()
        for name in self._derived:
            del self.__dict__[name]
        self._derived.clear()

    def copy(self) -> Self:
        """Another view of the same facts; applying to one does not touch the other."""
        other = type(self)(self.document)
        other.__dict__.update(self.__dict__)
        other._slots = {kind: dict(slot) for kind, slot in self._slots.items()}
        other._once, other._derived = dict(self._once), list(self._derived)
        return other

    def all(self, kind: type[F]) -> tuple[Once[F], ...]:
        """The facts of one kind, each once, by stamp."""
        if kind not in self._slots:
            return ()
        found = self._once.get(kind)
        if found is None:
            found = self._once[kind] = self._once_each(kind)
        return found

    def told(self, kind: type[Fact]) -> tuple[Entry, ...]:
        """Every telling of the facts of one kind, copies included, by stamp."""
        held = self._slots.get(kind)
        return () if held is None else tuple(sorted(held.values(), key=_BY_STAMP))

    def same_all(self, facts: Iterable[FactId]) -> frozenset[FactId]:
        """The ids that represent the facts told under `facts`; an id not held represents itself."""
        represented = self._tellings.represented
        return frozenset(represented.get(fact, fact) for fact in facts)

    @property
    def fact_count(self) -> int:
        """How many facts were applied, repetitions not counted, copies of one command counted."""
        return sum(len(slot) for slot in self._slots.values())

    @Derived
    def entries(self) -> tuple[Entry, ...]:
        """Everything applied, by stamp, not understood facts included: the audit trail."""
        held = [entry for slot in self._slots.values() for entry in slot.values()]
        return tuple(sorted(held, key=lambda entry: (entry.stamp, _rank(entry))))

    @property
    def updated(self) -> int:
        """The greatest hybrid logical clock among the facts, 0 when there is none."""
        stamps = (entry.stamp for slot in self._slots.values() for entry in slot.values())
        return max((stamp.hlc for stamp in stamps), default=0)

    @Derived
    def not_understood(self) -> tuple[Entry, ...]:
        """Facts this version cannot read, or that do not belong in this kind of document."""
        return tuple(sorted(self._slots.get(Unknown, {}).values(), key=lambda e: e.stamp))

    @Derived
    def resolutions(self) -> dict[tuple[str, str], list[Once[Resolution]]]:
        """What people decided, by (kind, subject) of the dispute, by stamp."""
        found: dict[tuple[str, str], list[Once[Resolution]]] = {}
        for each in self.all(Resolution):
            found.setdefault((each.fact.kind, each.fact.subject), []).append(each)
        return found

    @property
    def needs_upgrade(self) -> bool:
        """Whether a fact that must be understood is not: adding and paying go on, closing does
        not."""
        return any(entry.body[1] for entry in self.not_understood)

    @property
    def reused_commands(self) -> tuple[tuple[FactId, ...], ...]:
        """Groups of facts that say different things under one command id and index."""
        return self._tellings.reused

    @Derived
    def _tellings(self) -> _Tellings:
        shared = self._told_under_one_key()
        return _group(shared) if shared else _TOLD_ONCE

    def _told_under_one_key(self) -> list[list[Entry]]:
        """The facts that share their command key with another one, by key."""
        by_key: dict[tuple[bytes, int], list[Entry]] = {}
        count = 0
        for kind, slot in self._slots.items():
            if kind is Unknown:
                continue
            count += len(slot)
            for entry in slot.values():
                by_key.setdefault((entry.command_id, entry.index), []).append(entry)
        if len(by_key) == count:
            return []
        return [entries for entries in by_key.values() if len(entries) > 1]

    def _once_each(self, kind: type[F]) -> tuple[Once[F], ...]:
        entries = self.told(kind)
        represented, members, _ = self._tellings
        if not represented:  # nearly every view, all its life
            return tuple([Once(entry, cast(F, entry.fact), (entry.id,)) for entry in entries])
        return tuple(
            _united(members[entry.id])
            if entry.id in members
            else Once(entry, cast(F, entry.fact), (entry.id,))
            for entry in entries
            if represented.get(entry.id, entry.id) == entry.id
        )


_TOLD_ONCE = _Tellings({}, {}, ())
_BY_STAMP = attrgetter("stamp")


def _group(shared: list[list[Entry]]) -> _Tellings:
    """Facts that share a command key, grouped by what they mean."""
    tellings = _Tellings({}, {}, ())
    reused = []
    for entries in shared:
        by_intent: dict[bytes, list[Entry]] = {}
        for entry in sorted(entries, key=lambda entry: entry.stamp):
            by_intent.setdefault(entry.intent(), []).append(entry)
        for same in by_intent.values():
            if len(same) > 1:
                tellings.members[same[0].id] = tuple(same)
                tellings.represented.update({entry.id: same[0].id for entry in same})
        if len(by_intent) > 1:
            reused.append(tuple(sorted(same[0].id for same in by_intent.values())))
    return tellings._replace(reused=tuple(sorted(reused)))


def _united(entries: tuple[Entry, ...]) -> Once[Any]:
    """One fact of several tellings: lists of what it relied on are united, the rest is the
    first's."""
    first = entries[0].fact
    united = {
        field: tuple(sorted({each for entry in entries for each in getattr(entry.fact, field)}))
        for field in first.RELIES
        if isinstance(getattr(first, field), tuple)
    }
    fact = msgspec.structs.replace(first, **united)
    return Once(entries[0], fact, tuple(sorted(entry.id for entry in entries)))


def _rank(entry: Entry) -> bytes:
    """Decides between two contents under one fact id, which takes a collision of 16 hash bytes."""
    return encode([
        entry.stamp.hlc, entry.device, entry.operator, entry.business_day, entry.command_id,
        entry.body,
    ])  # fmt: skip
