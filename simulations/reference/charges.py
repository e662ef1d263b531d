"""What a bill comes to: discounts, service, couvert, minimum, fee, and what stands beside it, tips.

Rules of this file, in whole centavos, halves up:
1. Off a line: see `line_discounts`. Off the order, of what its lines cost after that: everything
   when it is a courtesy; else a percentage and then an amount, shared out over them in proportion
   (exactly; what is left over goes to the greatest fractions, the first line first among equals).
2. Added: what the lines lack to the minimum, before any discount; service on what the lines cost
   after all discounts; couvert for each person; the delivery fee. An order on the house: nothing.
3. Each of these is a register, and so is each kind of discount on the order. Of discounts that
   stand in one register a withdrawal takes away those that it names. What counts is the greatest
   stamp; where writes that stand say different things a person must look.
4. A tip counts unless it was handed back, or came with a payment that does not count.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import floor
from typing import Any

from msgspec import Struct

from simulations.reference.lines import ReferenceLine
from simulations.reference.once import Meaning, Told
from simulations.reference.payments import ReferencePayment

FREE, PERCENT, VALUE = "courtesy", "percent", "value"
# What each register is called in a dispute, and which fields of its writes say something.
REGISTERS = {
    "service_set": ("service", ("basis_points",)),
    "couvert_set": ("couvert", ("unit_centavos", "people")),
    "minimum_set": ("minimum", ("centavos", "is_per_person")),
    "delivery_fee_set": ("delivery_fee", ("centavos",)),
}
SET = tuple(REGISTERS)  # facts that move a total, beside discounts


class ReferenceBill(Struct, frozen=True, kw_only=True):
    """lines: centavos of each line that is billed, after discounts, in their order. off: what
    discounts of the line and those of the order take off the lines of an id (mostly one line).
    added: centavos by kind of charge, where there are any."""

    lines: list[int]
    off: dict[bytes, tuple[int, ...]]
    added: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.lines) + sum(self.added.values())


class ReferenceTerms:
    """What the facts of one order say of its bill, beside what is taken off single lines."""

    def __init__(self, meaning: Meaning) -> None:
        self.registers: dict[str, list[Told]] = {
            name: meaning.standing(meaning.of(tag)) for tag, (name, _) in REGISTERS.items()
        }
        gone = withdrawn(meaning)
        self.discounts: dict[str, list[Told]] = {}
        given = [each for each in meaning.of("discount_given") if each["line"] is None]
        for kind in {each["kind"] for each in given}:
            told = [each for each in given if each["kind"] == kind]
            standing = meaning.standing(told)
            self.discounts[kind] = [each for each in standing if each.id not in gone]

    def of(self, name: str, field: str) -> Any:
        """What a register says; 0 when nobody wrote it."""
        standing = self.registers[name]
        return standing[-1][field] if standing else 0

    def gives(self, kind: str) -> int | None:
        """The amount of a discount; None when there is none."""
        standing = self.discounts.get(kind)
        return standing[-1]["amount"] if standing else None

    def contradictions(self) -> Iterable[tuple[str, list[str]]]:
        """(register, facts that stand there) where they do not say the same."""
        for name, fields in REGISTERS.values():
            yield from _contradiction(name, self.registers[name], fields)
        for kind, standing in self.discounts.items():
            yield from _contradiction(kind, standing, ("amount",))

    def bill(
        self, lines: list[ReferenceLine], taken: Callable[[ReferenceLine], int], people: int | None
    ) -> ReferenceBill:
        """taken: off each line, by discounts of it. people: at the table, when somebody said so."""
        billed = [line for line in lines if line.left]
        first = [taken(line) for line in billed]
        after = [line.amount - off for line, off in zip(billed, first, strict=True)]
        second = shared_out(self._off(sum(after)), after)
        asked = [cost - off for cost, off in zip(after, second, strict=True)]
        added = self._added(sum(line.amount for line in billed), sum(asked), people or 1)
        if self.gives(FREE) is not None:
            added = {}
        off: dict[bytes, tuple[int, ...]] = {}
        for line, *both in zip(billed, first, second, strict=True):
            if any(both):
                off[line.id] = (*off.get(line.id, ()), *both)
        return ReferenceBill(
            lines=asked,
            off=off,
            added={kind: centavos for kind, centavos in added.items() if centavos},
        )

    def charges(self, bill: ReferenceBill, people: int | None) -> list[tuple[str, int, int, int]]:
        """(kind, rate, people, centavos) of the charges of an open bill."""
        heads = (people or 1) if self.of("minimum", "is_per_person") else 1
        said = {
            "minimum": (self.of("minimum", "centavos"), heads),
            "service": (self.of("service", "basis_points"), 1),
            "couvert": (
                self.of("couvert", "unit_centavos"),
                self.of("couvert", "people") or people or 1,
            ),
            "delivery_fee": (self.of("delivery_fee", "centavos"), 1),
        }
        return [(kind, *said[kind], centavos) for kind, centavos in bill.added.items()]

    def _off(self, cost: int) -> int:
        if self.gives(FREE) is not None:
            return cost
        part = half_up(Fraction(cost * (self.gives(PERCENT) or 0), 10_000))
        return min(cost, part + (self.gives(VALUE) or 0))

    def _added(self, before: int, after: int, people: int) -> dict[str, int]:
        heads = people if self.of("minimum", "is_per_person") else 1
        eating = self.of("couvert", "people") or people
        return {
            "minimum": max(0, self.of("minimum", "centavos") * heads - before),
            "service": half_up(Fraction(after * self.of("service", "basis_points"), 10_000)),
            "couvert": self.of("couvert", "unit_centavos") * eating,
            "delivery_fee": self.of("delivery_fee", "centavos"),
        }


def withdrawn(meaning: Meaning) -> set[str]:
    """Ids of the discounts that withdrawals name."""
    return meaning.same(
        each for told in meaning.of("discount_withdrawn") for each in told["discounts"]
    )


def _contradiction(
    name: str, standing: list[Told], fields: Iterable[str]
) -> Iterable[tuple[str, list[str]]]:
    said = {tuple(each[field] for field in fields) for each in standing}
    if len(said) > 1:
        yield name, [each.id for each in standing]


def half_up(exact: Fraction) -> int:
    """Of an amount that is not negative."""
    return floor(exact + Fraction(1, 2))


def shared_out(centavos: int, weights: list[int]) -> list[int]:
    """In proportion; what is left over goes to the greatest fractions, the first first."""
    if not centavos or not sum(weights):
        return [0] * len(weights)
    size, sign = abs(centavos), 1 if centavos > 0 else -1
    exact = [Fraction(size * weight, sum(weights)) for weight in weights]
    parts = [floor(each) for each in exact]
    by_fraction = sorted(
        range(len(weights)), key=lambda at: (exact[at] - parts[at], -at), reverse=True
    )
    for at in by_fraction[: size - sum(parts)]:
        parts[at] += 1
    return [sign * part for part in parts]


class ReferenceTip(Struct, frozen=True, kw_only=True):
    """state: counted, uncounted or returned."""

    received: Told
    state: str

    @property
    def counts(self) -> bool:
        return self.state == "counted"


def tips_of(meaning: Meaning, payments: list[ReferencePayment]) -> list[ReferenceTip]:
    """All tips, by stamp."""
    returned = meaning.same(each for told in meaning.of("tip_returned") for each in told["tips"])
    counting = {payment.id for payment in payments if payment.counts}
    tips = []
    for told in meaning.of("tip_received"):
        came = told["payment"] is None or told["payment"] in counting
        state = "returned" if told.id in returned else "counted" if came else "uncounted"
        tips.append(ReferenceTip(received=told, state=state))
    return tips
