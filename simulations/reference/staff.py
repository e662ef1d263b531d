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
5. What takes a role elsewhere is named here, with who allowed it: its author, or under a grant
   somebody else. It is judged and told like a writing, by the right of who allowed it; acts that
   nobody knows are not. One grant for several commands is told.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from simulations.reference.disputes import Situation, situation
from simulations.reference.once import Meaning, Register, Told, Write
from simulations.reference.stored import Fact, Fields

ROLES = ("waiter", "cashier", "manager", "owner")
_TAGS = ("operator_added", "operator_changed", "permission_set")
_LEAST = {"operator_added": "manager", "operator_changed": "manager", "permission_set": "owner"}
_LEAST_OF_ACT = {
    **dict.fromkeys(("cancel_order", "give_discount", "move_cash", "settle_dispute"), "cashier"),
    **dict.fromkeys(
        ("cancel_sent_line", "give_large_discount", "give_courtesy", "refund", "reopen_bill",
         "grant_credit", "write_off_shift", "edit_stock", "edit_catalog", "edit_tables",
         "edit_settings", "edit_staff"),
        "manager",
    ),
    "edit_permissions": "owner",
}  # fmt: skip
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
        self.acts = meaning.of("act_allowed")
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
        yield from self._of_acts()
        first = [
            told.id
            for told in self._counting
            if told.tag == "operator_added"
            and told.first.operator is None
            and not told.tellings[0][1]["authority"]
        ]
        if len(first) > 1:
            yield situation("founded_twice", "staff", first)

    def _of_acts(self) -> Iterator[Situation]:
        for told in self.acts:
            verdicts = {self._judge_act(fact, fields) for fact, fields in told.tellings}
            if "counts" in verdicts:
                least = self.permissions.get(told["act"]) or _LEAST_OF_ACT.get(told["act"])
                lost = self._lost(told, told["by"], least) if least else set()
                if lost:
                    subject = _place(told)
                    yield situation("act_of_dismissed_operator", subject, {told.id, *lost})
            elif "unauthorised" in verdicts:
                yield situation("unauthorised_act", _place(told), {told.id})
        for grant in {told["grant"] for told in self.acts} - {None}:
            under = [told for told in self.acts if told["grant"] == grant]
            if len({told.first.command[0] for told in under}) > 1:
                ids = {told.id for told in under}
                yield situation("authorisation_used_twice", grant.hex(), ids)

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

    def _judge_act(self, fact: Fact, fields: Fields) -> str:
        if fields["act"] not in _LEAST_OF_ACT:
            return "counts"
        named = fields["authority"]
        if any(self.verdicts.get(each, "waits") == "waits" for each in named):
            return "waits"
        good = [self._tellings[each] for each in named if self.verdicts[each] == "counts"]
        role = _now(good, fields["by"], "role")
        is_here = role is not None and _now(good, fields["by"], "active")
        is_own = fields["grant"] is not None or fields["by"] == fact.operator
        needed = _least_by(good, fields["act"]) or _LEAST_OF_ACT[fields["act"]]
        if is_here and is_own and ROLES.index(role) >= ROLES.index(needed):
            return "counts"
        return "unauthorised"

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
        taken = self.permissions.get(_ACTS[told.tag]) or _LEAST[told.tag]
        return self._lost(told, told.first.operator, taken)

    def _lost(self, told: Told, who: Any, taken: str) -> set[str]:
        known = self._known(told)
        return {
            each.id
            for each in self._counting
            if each.tag == "operator_changed"
            and each["who"] == who
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
    needed = [_least_by(named, _ACTS[fact.tag]) or _LEAST[fact.tag]]
    if fact.tag == "operator_added":
        needed.append(fields["role"])
    if fact.tag == "operator_changed":
        needed += [_now(named, fields["who"], "role"), fields["values"].get("role", "waiter")]
    return all(each is not None and ROLES.index(each) <= ROLES.index(role) for each in needed)


def _least_by(named: list[tuple[Fact, Fields]], act: str) -> Any:
    """The least role of an act, by these tellings."""
    return Register(
        Write(said.id, said.stamp, told["least"], set(told["replaces"]))
        for said, told in named
        if said.tag == "permission_set" and told["act"] == act
    ).value(None)


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
