"""Who works here, and what each role may do.

Rules of this file:
1. Only what counts (`judging`) has an effect; a fact counts when one of its tellings does.
2. A shop in which nobody was ever added knows no roles: everybody may do everything. So it is, too,
   when its last owner is gone: somebody must be able to begin again.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from crdt_models.documents.register import Register, Write
from crdt_models.documents.staff.acts import LEAST, Act, rank
from crdt_models.documents.staff.facts import (
    OperatorAdded,
    OperatorChanged,
    PermissionSet,
    Role,
)
from crdt_models.documents.staff.judging import StaffFact, Verdict, verdicts_of, written
from crdt_models.documents.view import Derived, Once, View
from crdt_models.fact import Entry
from crdt_models.ids import FactId, OperatorId

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

    UNDERSTANDS = frozenset({OperatorAdded, OperatorChanged, PermissionSet})

    @Derived
    def verdicts(self) -> dict[FactId, Verdict]:
        """Of every telling."""
        return verdicts_of(self._tellings_of_all)

    @property
    def _tellings_of_all(self) -> list[Entry]:
        return [entry for kind in _KINDS for entry in self.told(kind)]

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
    def unauthorised(self) -> tuple[Once[StaffFact], ...]:
        """Facts without effect, for want of authority; those that wait are none."""
        return tuple(
            each
            for kind in _KINDS
            for each in self.all(kind)
            if "unauthorised" in (told := {self.verdicts[it] for it in each.ids})
            and "counts" not in told
        )

    @Derived
    def overtaken(self) -> tuple[tuple[Once[StaffFact], tuple[FactId, ...]], ...]:
        """What counts although its author had been dismissed or demoted elsewhere, by the clocks,
        when it was made; with the facts that say so."""
        changes = tuple(self.counting(OperatorChanged))
        found = []
        for kind in _KINDS:
            for each in self.counting(kind):
                known = self._reached(each, changes)
                against = [
                    other.id
                    for other in changes
                    if other.fact.who == each.entry.operator
                    and other.stamp < each.stamp
                    and other.id not in known
                    and self._takes_away(other.fact, kind)
                ]
                if against:
                    found.append((each, tuple(against)))
        return tuple(found)

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

    def _takes_away(self, fact: OperatorChanged, kind: type[Any]) -> bool:
        """Whether whom it is about may not write facts of a kind by it."""
        if fact.values.active is False:
            return True
        act: Act = "edit_permissions" if kind is PermissionSet else "edit_staff"
        role = fact.values.role
        return not isinstance(role, UnsetType) and rank(role) < rank(self.least(act))

    @Derived
    def foundings(self) -> tuple[FactId, ...]:
        """First owners: more than one where terminals began apart."""
        return tuple(each.id for each in self.counting(OperatorAdded) if _is_founding(each))


def _is_founding(added: Once[OperatorAdded]) -> bool:
    return added.entry.operator is None and not added.entry.fact.authority  # type: ignore[attr-defined]  # of this kind
