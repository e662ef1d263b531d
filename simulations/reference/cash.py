"""A cash shift: what fell into one drawer, what was counted, and what came too late.

Rules of this file:
1. A shift's id is the first 16 bytes of SHA-256(`malha-shift-v1`, site, command, device) of its
   opening: so nobody but the terminal that opened it can be its owner. What another terminal writes
   of it has no effect, but that anybody may write it off.
2. The drawer should hold: float + payments + tips + supplied − refunds − tips returned − withdrawn,
   of cash; of another method the same without what only a drawer has. Trust is in no drawer.
3. Each fact names what it follows on. A closing, else a writing-off, counted what it reaches that
   way; that carries the figures for ever. When all of that is held back to the opening, whatever
   else the owner wrote is late. (That nothing is called late before is the product's choice.)
4. A person looks at: a difference between counted and expected of a method that was counted,
   beyond what the closing tolerates;
   anything late; a second closing; a closing of what was written off; figures that are not those
   of what was counted. Of late facts the newest 256 are evidence: the product's choice.
"""

import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from simulations.reference.disputes import Situation, situation
from simulations.reference.once import Meaning, Told
from simulations.reference.shapes import ON_TRUST
from simulations.reference.stored import Fact

_MOST = 256
_MONEY_TAGS = ("shift_money", "cash_withdrawn", "cash_supplied")
_CAN_BE_LATE = (*_MONEY_TAGS, "drawer_opened", "count_declared", "count_repeated")
_SIGNS = {"payment": 1, "refund": -1, "tip": 1, "tip_return": -1}
_FIGURE_OF = {
    "payment": "payments", "refund": "refunds", "tip": "tips", "tip_return": "tip_returns",
}  # fmt: skip
_NO_FIGURES: dict[str, Any] = {
    **dict.fromkeys(("float_centavos", "withdrawn", "supplied", "change", "unpaid_openings"), 0),
    **{name: {} for name in (*_FIGURE_OF.values(), "expected")},
}


class ReferenceShift:
    """Money in centavos."""

    def __init__(self, meaning: Meaning) -> None:
        self.meaning = meaning
        self.document = meaning.document
        self.id = meaning.document.removeprefix("shift:")
        openings = [
            fact
            for told in meaning.of("shift_opened")
            for fact, _ in told.tellings
            if _shift_opened_by(fact) == self.id
        ]
        self.opening: Fact | None = min(openings, key=lambda fact: fact.stamp, default=None)
        self.owner = None if self.opening is None else self.opening.device
        resolved = _ids(meaning, "resolution")
        self.facts = [
            fact for fact in meaning.facts if fact.device == self.owner and fact.id not in resolved
        ]
        self.own = Meaning(self.document, self.facts)

    def of(self, *tags: str) -> list[Told]:
        """The owner's facts, by stamp."""
        found = [each for tag in tags for each in self.own.of(tag)]
        return sorted(found, key=lambda each: each.stamp)

    @property
    def drawer(self) -> str:
        return "" if self.opening is None else str(self.opening.fields["drawer"])

    @cached_property
    def counts(self) -> list[Told]:
        return self.of("count_declared", "count_repeated")

    @cached_property
    def closings(self) -> list[Told]:
        return self.of("shift_closed")

    @cached_property
    def write_offs(self) -> list[Told]:
        return [] if self.opening is None else list(self.meaning.of("shift_written_off"))

    @property
    def end(self) -> Told | None:
        """What its figures are read from."""
        return next(iter((*self.closings, *self.write_offs)), None)

    @property
    def state(self) -> str:
        if self.opening is None:
            return "desconhecido"
        if self.closings:
            return "fechado"
        if self.write_offs:
            return "baixado"
        return "contado" if self.counts else "aberto"

    @property
    def foreign(self) -> list[Fact]:
        """What others wrote, but for what anybody may."""
        allowed = _ids(self.meaning, "shift_written_off") | _ids(self.meaning, "resolution")
        others = [fact for fact in self.meaning.facts if fact.device != self.owner]
        return [fact for fact in others if fact.id not in allowed]

    # --- what the end counted

    @cached_property
    def reached(self) -> set[str]:
        """Ids of all that the end follows on, held or not."""
        named: dict[str, list[str]] = {fact.id: _named(fact) for fact in self.facts}
        found: set[str] = set()
        waiting = [] if self.end is None else _named(self.end.first)
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += named.get(each, [])
        return found

    @property
    def is_complete(self) -> bool:
        """Whether all of it is held, back to the opening."""
        openings = _ids(self.meaning, "shift_opened")
        held = {fact.id for fact in self.facts}
        return bool(self.reached & openings) and self.reached <= held

    def was_counted(self, told: Told) -> bool:
        return any(fact.id in self.reached for fact, _ in told.tellings)

    @property
    def late(self) -> list[Told]:
        if self.end is None or not self.is_complete:
            return []
        return [each for each in self.of(*_CAN_BE_LATE) if not self.was_counted(each)]

    # --- figures

    @property
    def figures(self) -> dict[str, Any]:
        if self.end is None:
            return self.added_up(self.of(*_MONEY_TAGS, "drawer_opened"))
        return {**_NO_FIGURES, **self.end["figures"]}

    def added_up(self, counted: Iterable[Told]) -> dict[str, Any]:
        """The figures of these facts, and of the float."""
        figures: dict[str, Any] = {
            name: dict(value) if isinstance(value, dict) else value
            for name, value in _NO_FIGURES.items()
        }
        if self.opening is not None:
            figures["float_centavos"] = self.opening.fields["float_centavos"]
        expected = {"dinheiro": figures["float_centavos"]}
        for each in counted:
            if each.tag == "shift_money":
                by_method = figures[_FIGURE_OF[each["kind"]]]
                method, centavos = each["method"], each["centavos"]
                by_method[method] = by_method.get(method, 0) + centavos
                figures["change"] += each["change_centavos"]
                if method != ON_TRUST:
                    sign = _SIGNS[each["kind"]]
                    expected[method] = expected.get(method, 0) + sign * centavos
            elif each.tag == "cash_withdrawn":
                figures["withdrawn"] += each["centavos"]
                expected["dinheiro"] -= each["centavos"]
            elif each.tag == "cash_supplied":
                figures["supplied"] += each["centavos"]
                expected["dinheiro"] += each["centavos"]
            elif each.tag == "drawer_opened":
                figures["unpaid_openings"] += 1
        figures["expected"] = expected
        return figures

    @property
    def declared(self) -> dict[str, int]:
        found: dict[str, int] = {}
        if self.closings:
            found = self.closings[0]["declared"]
        elif self.counts:
            found = self.counts[-1]["amounts"]
        return found

    @property
    def differences(self) -> dict[str, int]:
        """declared − expected of what was counted, once it is closed."""
        if not self.closings:
            return {}
        expected = self.figures["expected"]
        return {method: much - expected.get(method, 0) for method, much in self.declared.items()}

    @property
    def needs_upgrade(self) -> bool:
        return any(fact.must_understand for fact in self.meaning.not_understood)


def of_shift(shift: ReferenceShift) -> Iterator[Situation]:
    """What a person must decide about it, beside what any document can have."""
    end, closings = shift.end, shift.closings
    if end is None:
        return
    if any(abs(much) > closings[0]["tolerance_centavos"] for much in shift.differences.values()):
        yield situation("cash_difference", shift.id, [end.id, closings[0]["count"]])
    if shift.late:
        late = [each.id for each in shift.late]
        yield situation("late_adjustment", shift.id, [end.id, *late[-_MOST:]])
    if len(closings) > 1:
        yield situation("two_shift_closings", shift.id, [each.id for each in closings[:_MOST]])
    if closings and shift.write_offs:
        both = [*shift.write_offs[:_MOST], *closings[:_MOST]]
        yield situation("written_off_and_closed", shift.id, [each.id for each in both])
    if shift.is_complete:
        told = shift.of(*_MONEY_TAGS, "drawer_opened")
        again = shift.added_up(each for each in told if shift.was_counted(each))
        if again != shift.figures:
            yield situation("shift_does_not_add_up", shift.id, [end.id])


def _shift_opened_by(fact: Fact) -> str:
    command, _ = fact.command
    seed = b"malha-shift-v1" + fact.site + command + fact.device
    return hashlib.sha256(seed).digest()[:16].hex()


def _ids(meaning: Meaning, tag: str) -> set[str]:
    """Of all tellings of the facts of one kind."""
    return {fact.id for told in meaning.of(tag) for fact, _ in told.tellings}


def _named(fact: Fact) -> list[str]:
    """What it follows on, whether this version understands the fact or not."""
    after = fact.fields.get("after", [])
    return [each for each in after if isinstance(each, str)] if isinstance(after, list) else []
