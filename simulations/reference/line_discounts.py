"""What discounts take off lines, wherever the lines are.

Rules of this file:
1. A discount of a line stands in the line's home and goes where the line goes. It is about the
   parts split off the line too, unless its author names the split as one that was known.
2. Each line has a register for each kind of discount: of those about the line, what no other of
   them replaces and no withdrawal names. The greatest stamp counts; where they do not say the same
   a person must look, once for all lines that have the same ones.
3. All lines of a home for which one discount counts have it together: a percentage of what they
   cost, or an amount, is shared out over them in proportion (exactly, as any discount). Courtesies
   come first, then percentages, then amounts; each at most what is left to pay.
4. An order that is joined with another leaves its discounts to its lines. What is told of one such
   discount in a home is of all the lines that any of it names, together: the greatest stamp says
   how much, a rate of what they cost by then and centavos beside it. Several such discounts come in
   the order of those stamps, after all the others.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TypeAlias

from simulations.reference.charges import FREE, PERCENT, VALUE, half_up, shared_out, withdrawn
from simulations.reference.lines import ReferenceLine
from simulations.reference.once import Meaning, Told

Place: TypeAlias = tuple[str, bytes]  # kind, line


class LineDiscounts:
    """Of the lines that were added to one order."""

    def __init__(self, meaning: Meaning, lines: list[ReferenceLine]) -> None:
        gone = withdrawn(meaning)
        self.standing: dict[Place, list[Told]] = {}
        for line in lines:
            for kind in (FREE, PERCENT, VALUE):
                told = [each for each in given_to(meaning, line) if each["kind"] == kind]
                found = [each for each in meaning.standing(told) if each.id not in gone]
                if found:
                    self.standing[kind, line.id] = found
        self.carried: dict[tuple[bytes, str], list[Told]] = {}
        for each in meaning.of("discount_carried"):
            if each.id not in gone:
                self.carried.setdefault((each["discount"], each["kind"]), []).append(each)
        self._meaning = meaning
        self.off = self._off(lines)

    def _off(self, lines: list[ReferenceLine]) -> dict[str, int]:
        """By the fact that made it a line."""
        costs = {line.origin: line.amount for line in lines}
        for line in lines:
            if (FREE, line.id) in self.standing:
                costs[line.origin] = 0
        for kind in (PERCENT, VALUE):
            together: dict[str, list[ReferenceLine]] = {}
            for line in lines:
                if (kind, line.id) in self.standing:
                    together.setdefault(self.standing[kind, line.id][-1].id, []).append(line)
            for some in together.values():
                weights = [costs[line.origin] for line in some]
                off: int = self.standing[kind, some[0].id][-1]["amount"]
                if kind == PERCENT:
                    off = half_up(Fraction(sum(weights) * off, 10_000))
                parts = shared_out(min(off, sum(weights)), weights)
                for line, part in zip(some, parts, strict=True):
                    costs[line.origin] -= part
        for told in sorted(self.carried.values(), key=lambda each: each[-1].stamp):
            some = [line for line in lines if self.is_about(told, line)]
            weights = [costs[line.origin] for line in some]
            rate = half_up(Fraction(sum(weights) * told[-1]["basis_points"], 10_000))
            off = max(0, min(rate + told[-1]["centavos"], sum(weights)))
            for line, part in zip(some, shared_out(off, weights), strict=True):
                costs[line.origin] -= part
        return {line.origin: line.amount - costs[line.origin] for line in lines}

    def is_about(self, told: list[Told], line: ReferenceLine) -> bool:
        """Whether any of what was told of one carried discount names the line."""
        return any(line.called.by(self._meaning, each) for each in told)

    def contradictions(self, lines: list[ReferenceLine]) -> Iterator[tuple[str, list[str]]]:
        """As those of an order, see `ReferenceTerms`."""
        known = set()
        for line in lines:
            for kind in (FREE, PERCENT, VALUE):
                told = self.standing.get((kind, line.id), [])
                same = (kind, *(each.id for each in told))
                if len({each["amount"] for each in told}) > 1 and same not in known:
                    known.add(same)
                    yield f"{kind}:{line.id.hex()}", [each.id for each in told]
        for (discount, kind), told in self.carried.items():
            if len({(each["basis_points"], each["centavos"]) for each in told}) > 1:
                yield f"carried:{kind}:{discount.hex()}", [each.id for each in told]


def given_to(meaning: Meaning, line: ReferenceLine) -> Iterable[Told]:
    """Every discount about a line, by stamp. meaning: of its home."""
    for told in meaning.of("discount_given"):
        if told["line"] is not None and line.called.by(meaning, told):
            yield told


def about(meaning: Meaning, lines: list[ReferenceLine], *, of_order: bool) -> list[str]:
    """Discounts in one document about these lines of it, or about the order; and withdrawals of
    any of them."""
    given = [each for each in meaning.of("discount_given") if of_order and each["line"] is None]
    given += [each for line in lines for each in given_to(meaning, line)]
    given += [
        each
        for each in meaning.of("discount_carried")
        if any(line.called.by(meaning, each) for line in lines)
    ]
    ids = {each.id for each in given}
    taken_back = meaning.of("discount_withdrawn")
    return [*ids, *(each.id for each in taken_back if ids & meaning.same(each["discounts"]))]
