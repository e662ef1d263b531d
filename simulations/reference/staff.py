"""Who works here, and what each role may do.

Rules of this file:
1. A writing names what its author's right rests on, and is judged by that alone: he is at work, his
   role is at least what the act takes, and not below the role of whom it is about, before or after.
   While something that it names has not come it waits.
2. The first of all is written by nobody, rests on nothing and is an owner. Several of them are for
   a person to look at.
3. A fact has its effect when one telling of it is in order. One that has none though everything it
   names is there is told as an act without authority.
4. A writing that is in order, of somebody who by an earlier clock had been dismissed or put below
   what the act takes, in a writing that he did not know, has its effect and is told.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from simulations.reference.disputes import Situation, situation
from simulations.reference.once import Meaning, Register, Told, Write
from simulations.reference.stored import Fact, Fields

ROLES = ("waiter", "cashier", "manager", "owner")
_TAGS = ("operator_added", "operator_changed", "permission_set")
_LEAST = {"operator_added": "manager", "operator_changed": "manager", "permission_set": "owner"}
_ACTS = {
    "operator_added": "edit_staff",
    "operator_changed": "edit_staff",
    "permission_set": "edit_permissions",
}


class ReferenceStaff:
    """operators: id → name, role, active. permissions: act → least role that somebody set.
    verdicts: of every telling, by its id: counts, waits, unauthorised."""

    def __init__(self, meaning: Meaning) -> None:
        self._meaning = meaning
        self._tellings = {
            fact.id: (fact, fields)
            for tag in _TAGS
            for told in meaning.of(tag)
            for fact, fields in told.tellings
        }
        self.verdicts: dict[str, str] = {}
        for each in self._tellings:
            self._judge(each)
        counting = [told for tag in _TAGS for told in meaning.of(tag) if self._counts(told)]
        self.operators = {
            who.hex(): self._operator(who, counting)
            for who in dict.fromkeys(
                told["who"] for told in counting if told.tag == "operator_added"
            )
        }
        acts = {told["act"] for told in counting if told.tag == "permission_set"}
        self.permissions = {act: self._least(act, counting) for act in sorted(acts)}
        self._counting = counting

    def situations(self) -> Iterator[Situation]:
        """What a person must look at."""
        for tag in _TAGS:
            for told in self._meaning.of(tag):
                verdicts = {self.verdicts[fact.id] for fact, _ in told.tellings}
                if "unauthorised" in verdicts and "counts" not in verdicts:
                    yield situation("unauthorised_act", _place(told), {told.id})
        for told in self._counting:
            against = self._against(told)
            if against:
                subject = _place(told)
                yield situation("act_of_dismissed_operator", subject, {told.id, *against})
        first = [
            told.id
            for told in self._counting
            if told.tag == "operator_added"
            and told.first.operator is None
            and not told.tellings[0][1]["authority"]
        ]
        if len(first) > 1:
            yield situation("founded_twice", "staff", first)

    # --- judging

    def _judge(self, fact_id: str) -> str:
        """One telling, after all that it names."""
        if fact_id not in self.verdicts:
            fact, fields = self._tellings[fact_id]
            named = fields["authority"]
            if any(each not in self._tellings or self._judge(each) == "waits" for each in named):
                verdict = "waits"
            else:
                good = [self._tellings[each] for each in named if self._judge(each) == "counts"]
                verdict = "counts" if _in_order(fact, fields, good) else "unauthorised"
            self.verdicts[fact_id] = verdict
        return self.verdicts[fact_id]

    def _counts(self, told: Told) -> bool:
        return any(self.verdicts[fact.id] == "counts" for fact, _ in told.tellings)

    # --- what holds

    def _operator(self, who: bytes, counting: Iterable[Told]) -> dict[str, Any]:
        about = [each for each in counting if each.fields.get("who") == who]
        found: dict[str, Any] = {}
        for field in ("name", "role", "active"):
            writing = [each for each in about if _written(each.tag, each.fields, field) is not None]
            last = Register(self._meaning.writes(writing)).value(None)
            assert last is not None, "adding somebody writes every field"
            found[field] = _written(last.tag, last.fields, field)
        return found

    def _least(self, act: str, counting: Iterable[Told]) -> str:
        about = [each for each in counting if each.fields.get("act") == act]
        last = Register(self._meaning.writes(about)).value(None)
        return "" if last is None else str(last["least"])

    def _against(self, told: Told) -> set[str]:
        """What had taken the author's right away, by the clocks, where he did not know of it."""
        known = self._known(told)
        taken = self.permissions.get(_ACTS[told.tag]) or _LEAST[told.tag]
        return {
            each.id
            for each in self._counting
            if each.tag == "operator_changed"
            and each["who"] == told.first.operator
            and each.stamp < told.stamp
            and each.id not in known
            and (
                each["values"].get("active") is False
                or ROLES.index(each["values"].get("role", "owner")) < ROLES.index(taken)
            )
        }

    def _known(self, told: Told) -> set[str]:
        by_id = {each.id: each for each in self._counting if each.tag == "operator_changed"}
        found = set(self._meaning.same(told["authority"]))
        waiting = list(found)
        while waiting:
            each = by_id.get(waiting.pop())
            older = set() if each is None else self._meaning.same(each["replaces"]) - found
            found |= older
            waiting += older
        return found


def _in_order(fact: Fact, fields: Fields, named: list[tuple[Fact, Fields]]) -> bool:
    if fact.operator is None:
        first = fact.tag == "operator_added" and fields["role"] == "owner"
        return first and not fields["authority"]
    role = _now(named, fact.operator, "role")
    if role is None or not _now(named, fact.operator, "active"):
        return False
    least = Register(
        Write(said.id, said.stamp, told["least"], set(told["replaces"]))
        for said, told in named
        if said.tag == "permission_set" and told["act"] == _ACTS[fact.tag]
    ).value(None)
    needed = [least or _LEAST[fact.tag]]
    if fact.tag == "operator_added":
        needed.append(fields["role"])
    if fact.tag == "operator_changed":
        needed += [_now(named, fields["who"], "role"), fields["values"].get("role", "waiter")]
    return all(each is not None and ROLES.index(each) <= ROLES.index(role) for each in needed)


def _now(named: list[tuple[Fact, Fields]], who: bytes, field: str) -> Any:
    """What a field of somebody says, by these tellings."""
    return Register(
        Write(fact.id, fact.stamp, value, set(fields.get("replaces", ())))
        for fact, fields in named
        if fields.get("who") == who and (value := _written(fact.tag, fields, field)) is not None
    ).value(None)


def _written(tag: str, fields: Fields, field: str) -> Any:
    """None: it does not write the field."""
    if tag == "operator_added":
        return True if field == "active" else fields[field]
    return fields["values"].get(field) if tag == "operator_changed" else None


def _place(told: Told) -> str:
    command, place = told.first.command
    return f"{command.hex()}:{place}"
