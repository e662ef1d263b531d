"""Who works here, and what each role may do.

Rules of this file:
1. Only what counts (`judging`) has an effect; a fact counts when one of its tellings does.
2. A shop in which nobody was ever added knows no roles: everybody may do everything. So it is, too,
   when its last owner is gone: somebody must be able to begin again.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from crdt_models.documents.register import Register, Write
from crdt_models.documents.staff.acts import LEAST, Act, rank
from crdt_models.documents.staff.facts import (
    ActAllowed,
    OperatorAdded,
    OperatorChanged,
    PermissionSet,
    Role,
)
from crdt_models.documents.staff.judging import (
    LEAST_BY_NAME,
    Verdict,
    verdict_of_act,
    verdicts_of,
    written,
)
from crdt_models.documents.view import Derived, Once, View
from crdt_models.fact import Entry
from crdt_models.ids import DocumentId, FactId, OperatorId

F = TypeVar("F", OperatorAdded, OperatorChanged, PermissionSet)
_FIELDS = ("name", "role", "active")
_KINDS: tuple[type[Any], ...] = (OperatorAdded, OperatorChanged, PermissionSet)


class Operator(msgspec.Struct, frozen=True):
    """Somebody who works here, or did. registers: by the names of `OperatorValues`."""

    id: OperatorId
    registers: dict[str, Register[Any]]

    @property
    def name(self) -> str:
        return str(self.registers["name"].value(""))

    @property
    def role(self) -> Role:
        role: Role = self.registers["role"].value("waiter")
        return role

    @property
    def is_active(self) -> bool:
        """Works here."""
        return self.registers["active"].value(False) is True  # noqa: FBT003 - the default


class StaffView(View):
    """The staff of the site."""

    UNDERSTANDS = frozenset({OperatorAdded, OperatorChanged, PermissionSet, ActAllowed})

    def __init__(self, document: DocumentId) -> None:
        super().__init__(document)
        # Of acts: what names all that it needs stays as it was judged, whatever comes later.
        self._judged: dict[FactId, Verdict] = {}

    @Derived
    def verdicts(self) -> dict[FactId, Verdict]:
        """Of every telling."""
        return verdicts_of(self._tellings_of_all)

    @property
    def _tellings_of_all(self) -> list[Entry]:
        return [entry for kind in _KINDS for entry in self.told(kind)]

    @Derived
    def acts(self) -> tuple[tuple[Once[ActAllowed], Verdict], ...]:
        """What was done elsewhere that takes a role; in order when one of its tellings is."""
        known = {entry.id: entry for entry in self._tellings_of_all}
        tellings = {entry.id: entry for entry in self.told(ActAllowed)}
        for each, entry in tellings.items():
            if each not in self._judged:
                verdict = verdict_of_act(entry, known, self.verdicts)
                if verdict != "waits":
                    self._judged[each] = verdict
        return tuple(
            (act, _best(self._judged.get(each, "waits") for each in act.ids))
            for act in self.all(ActAllowed)
        )

    def counting(self, kind: type[F]) -> Iterator[Once[F]]:
        """The facts of a kind that have an effect, by stamp."""
        for each in self.all(kind):
            if any(self.verdicts[telling] == "counts" for telling in each.ids):
                yield each

    @Derived
    def operators(self) -> dict[OperatorId, Operator]:
        """By id, in the order in which they were added."""
        facts: dict[OperatorId, list[Once[Any]]] = {}
        for added in self.counting(OperatorAdded):
            facts.setdefault(added.fact.who, []).append(added)
        for changed in self.counting(OperatorChanged):
            if changed.fact.who in facts:
                facts[changed.fact.who].append(changed)
        return {who: self._operator(who, about) for who, about in facts.items()}

    def _operator(self, who: OperatorId, about: list[Once[Any]]) -> Operator:
        registers = {field: Register(self._writes(about, field)) for field in _FIELDS}
        return Operator(who, registers)

    def _writes(self, about: list[Once[Any]], field: str) -> Iterator[Write[Any]]:
        for each in about:
            value = written(each.fact, field)
            if value is not UNSET:
                replaces = self.same_all(getattr(each.fact, "replaces", ()))
                yield Write(each.id, each.stamp, value, replaces)

    @Derived
    def permissions(self) -> dict[str, Register[Role]]:
        """The least role of each act that somebody set."""
        writes: dict[str, list[Write[Role]]] = {}
        for each in self.counting(PermissionSet):
            replaces = self.same_all(each.fact.replaces)
            write = Write(each.id, each.stamp, each.fact.least, replaces)
            writes.setdefault(each.fact.act, []).append(write)
        return {act: Register(found) for act, found in sorted(writes.items())}

    @property
    def knows_roles(self) -> bool:
        """Whether anybody is an owner here: else everybody may do everything."""
        return any(self.owners)

    @property
    def owners(self) -> list[Operator]:
        """Those who work here."""
        return [each for each in self.operators.values() if each.is_active and each.role == "owner"]

    def least(self, act: Act) -> Role:
        """The least role that may do it."""
        register = self.permissions.get(act)
        return LEAST[act] if register is None else register.value(LEAST[act])

    def may(self, who: OperatorId | None, act: Act) -> bool:
        """Whether somebody may do it. None: nobody said who it is."""
        if not self.knows_roles:
            return True
        operator = None if who is None else self.operators.get(who)
        if operator is None or not operator.is_active:
            return False
        return rank(operator.role) >= rank(self.least(act))

    def authority(
        self, who: OperatorId | None, act: Act, about: OperatorId | None = None
    ) -> tuple[FactId, ...]:
        """What somebody's right to do it rests on: the writes to name; see `facts`."""
        found: set[FactId] = set()
        operator = None if who is None else self.operators.get(who)
        if operator is not None:
            found |= {*operator.registers["role"].heads, *operator.registers["active"].heads}
        if found and act in self.permissions:
            found |= set(self.permissions[act].heads)
        if found and about in self.operators:
            found |= set(self.operators[about].registers["role"].heads)
        return tuple(sorted(found))

    @Derived
    def unauthorised(self) -> tuple[Once[Any], ...]:
        """Writings of the staff without effect, and acts, for want of authority; those that wait
        are none."""
        of_staff = [
            each
            for kind in _KINDS
            for each in self.all(kind)
            if _best(self.verdicts[it] for it in each.ids) == "unauthorised"
        ]
        return (*of_staff, *(act for act, verdict in self.acts if verdict == "unauthorised"))

    @Derived
    def grants_used_twice(self) -> dict[str, tuple[FactId, ...]]:
        """By what was given for one act of one command: the acts of several commands under it."""
        under: dict[bytes, list[Once[ActAllowed]]] = {}
        for act in self.all(ActAllowed):
            if act.fact.grant is not None:
                under.setdefault(act.fact.grant, []).append(act)
        return {
            grant.hex(): tuple(each.id for each in acts)
            for grant, acts in sorted(under.items())
            if len({each.entry.command_id for each in acts}) > 1
        }

    @Derived
    def overtaken(self) -> tuple[tuple[Once[Any], tuple[FactId, ...]], ...]:
        """What counts although its author (of an act: who allowed it) had been dismissed or demoted
        elsewhere, by the clocks, when it was made; with the facts that say so."""
        changes = tuple(self.counting(OperatorChanged))
        found = []
        for each, who, least in self._relying():
            losses = [
                other
                for other in changes
                if other.fact.who == who
                and other.stamp < each.stamp
                and _takes_away(other.fact, least)
            ]
            known = self._reached(each, changes) if losses else frozenset()
            against = tuple(other.id for other in losses if other.id not in known)
            if against:
                found.append((each, against))
        return tuple(found)

    def _relying(self) -> Iterator[tuple[Once[Any], OperatorId | None, Role]]:
        """What counts, on whose right it rests, and the role that it takes."""
        for kind in _KINDS:
            act: Act = "edit_permissions" if kind is PermissionSet else "edit_staff"
            for each in self.counting(kind):
                yield each, each.entry.operator, self.least(act)
        for done, verdict in self.acts:
            if verdict == "counts" and done.fact.act in LEAST_BY_NAME:
                yield done, done.fact.by, self.least(done.fact.act)  # type: ignore[arg-type]  # it is there

    def _reached(
        self, fact: Once[Any], changes: tuple[Once[OperatorChanged], ...]
    ) -> frozenset[FactId]:
        """What somebody relied on, and all that those writes replaced."""
        by_id = {each.id: each for each in changes}
        waiting = list(self.same_all(fact.fact.authority))
        found = set(waiting)
        while waiting:
            each = by_id.get(waiting.pop())
            older = frozenset[FactId]() if each is None else self.same_all(each.fact.replaces)
            waiting += older - found
            found |= older
        return frozenset(found)

    @Derived
    def foundings(self) -> tuple[FactId, ...]:
        """First owners: more than one where terminals began apart."""
        return tuple(each.id for each in self.counting(OperatorAdded) if _is_founding(each))


def _is_founding(added: Once[OperatorAdded]) -> bool:
    return added.entry.operator is None and not added.entry.fact.authority  # type: ignore[attr-defined]  # of this kind


def _takes_away(fact: OperatorChanged, least: Role) -> bool:
    """Whether whom it is about may not do, by it, what takes at least that role."""
    role = fact.values.role
    return fact.values.active is False or (
        not isinstance(role, UnsetType) and rank(role) < rank(least)
    )


def _best(told: Iterable[Verdict]) -> Verdict:
    """Of all tellings of a fact: what counts at one of them counts."""
    verdicts = set(told)
    if "counts" in verdicts:
        return "counts"
    return "unauthorised" if "unauthorised" in verdicts else "waits"
