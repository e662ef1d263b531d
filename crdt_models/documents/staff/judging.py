"""Whose writing about the staff counts.

Rules of this file:
1. Every telling is judged by what it names in `authority`, and those by what they name: no more and
   no less, so every terminal judges alike, whatever it holds beside. Ids are made of hashes, so
   nothing rests on itself.
2. While something named has not come, or waits itself, a telling waits: no effect, and nobody is
   accused.
3. Who may write: somebody who works here, whose role is at least the act's, and not below that of
   whom it is about, before or after.
4. An act elsewhere is judged alike, by the right of who allowed it: of its author, unless it was
   allowed under a grant. An act that this version does not know is not judged.
5. A writing that was in order by what it names, but of somebody who had been dismissed or demoted
   elsewhere when it was made (by the clocks), has its effect; a person looks at it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from msgspec import UNSET

from crdt_models.documents.register import Register, Write
from crdt_models.documents.staff.acts import LEAST, rank
from crdt_models.documents.staff.facts import (
    ActAllowed,
    OperatorAdded,
    OperatorChanged,
    PermissionSet,
    Role,
)
from crdt_models.fact import Entry
from crdt_models.ids import FactId, OperatorId

StaffFact: TypeAlias = OperatorAdded | OperatorChanged | PermissionSet
Verdict = Literal["counts", "waits", "unauthorised"]


class Standing(NamedTuple):
    """What somebody is, by certain facts. role: None while none of them says it."""

    role: Role | None
    is_active: bool


def verdicts_of(entries: Iterable[Entry]) -> dict[FactId, Verdict]:
    """Of every telling."""
    known = {entry.id: entry for entry in entries}
    found: dict[FactId, Verdict] = {}
    for fact in _bottom_up(known):
        named = _fact(known[fact]).authority
        if any(found.get(each, "waits") == "waits" for each in named):
            found[fact] = "waits"
            continue
        counting = [known[each] for each in named if found[each] == "counts"]
        found[fact] = "counts" if _is_in_order(known[fact], counting) else "unauthorised"
    return found


def verdict_of_act(
    entry: Entry, known: Mapping[FactId, Entry], verdicts: Mapping[FactId, Verdict]
) -> Verdict:
    """Of one telling of an act. known, verdicts: the staff's own tellings, and of each of them."""
    fact = entry.fact
    assert isinstance(fact, ActAllowed)
    default = LEAST_BY_NAME.get(fact.act)
    if default is None:
        return "counts"
    if any(verdicts.get(each, "waits") == "waits" for each in fact.authority):
        return "waits"
    named = [known[each] for each in fact.authority if verdicts[each] == "counts"]
    author = standing(fact.by, named)
    needed = least(fact.act, named) or default
    may = author.role is not None and author.is_active and rank(author.role) >= rank(needed)
    is_own = fact.grant is not None or fact.by == entry.operator
    return "counts" if may and is_own else "unauthorised"


def standing(who: OperatorId, entries: Sequence[Entry]) -> Standing:
    """What somebody is by these tellings."""
    role = _register(entries, who, "role").value(None)
    active = _register(entries, who, "active").value(None)
    return Standing(role, is_active=active is True)  # type: ignore[arg-type]  # of its field


def least(act: str, entries: Sequence[Entry]) -> Role | None:
    """The least role of an act by these tellings; None when none of them says it."""
    said = [
        Write(each.id, each.stamp, each.fact.least, frozenset(each.fact.replaces))
        for each in entries
        if isinstance(each.fact, PermissionSet) and each.fact.act == act
    ]
    return Register(said).value(None)  # type: ignore[arg-type]  # nothing is a value here


def written(fact: StaffFact, field: str) -> object:
    """What a fact writes in a field of an operator; UNSET: nothing."""
    if isinstance(fact, OperatorAdded):
        return True if field == "active" else getattr(fact, field)
    return UNSET if isinstance(fact, PermissionSet) else getattr(fact.values, field)


def _is_in_order(entry: Entry, named: Sequence[Entry]) -> bool:
    fact = _fact(entry)
    if entry.operator is None:
        return isinstance(fact, OperatorAdded) and fact.role == "owner" and not fact.authority
    author = standing(entry.operator, named)
    if author.role is None or not author.is_active:
        return False
    act = "edit_permissions" if isinstance(fact, PermissionSet) else "edit_staff"
    needed: list[Role | None] = [least(act, named) or LEAST_BY_NAME[act]]
    if isinstance(fact, OperatorAdded):
        needed.append(fact.role)
    elif isinstance(fact, OperatorChanged):
        needed.append(standing(fact.who, named).role)
        if fact.values.role is not UNSET:
            needed.append(fact.values.role)
    return all(each is not None and rank(each) <= rank(author.role) for each in needed)


LEAST_BY_NAME: Mapping[str, Role] = {str(act): role for act, role in LEAST.items()}


def _register(entries: Sequence[Entry], who: OperatorId, field: str) -> Register[object]:
    writes = []
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, OperatorAdded | OperatorChanged) and fact.who == who:
            value = written(fact, field)
            if value is not UNSET:
                replaces = frozenset(getattr(fact, "replaces", ()))
                writes.append(Write(entry.id, entry.stamp, value, replaces))
    return Register(writes)


def _bottom_up(known: Mapping[FactId, Entry]) -> list[FactId]:
    """Every telling after all that it names, as far as they are known."""
    finished: dict[FactId, None] = {}
    begun: set[FactId] = set()
    for start in sorted(known):
        waiting = [(start, False)]
        while waiting:
            each, is_done = waiting.pop()
            if is_done:
                finished[each] = None
            elif each not in begun:
                begun.add(each)
                waiting.append((each, True))
                named = _fact(known[each]).authority
                waiting += [(it, False) for it in named if it in known]
    return list(finished)


def _fact(entry: Entry) -> StaffFact:
    assert isinstance(entry.fact, OperatorAdded | OperatorChanged | PermissionSet)
    return entry.fact
