"""The lines of an order: what was added, what of it was cancelled, how far the kitchen is.

Rules of this file:
1. Quantity = added − cancelled, never negative; what was cancelled beyond it is a dispute.
2. An amount is quantity × unit price, half a centavo up. The unit price has the line's modifiers in
   it, each rounded by itself, and is never below zero. (The design is silent on modifiers.)
3. What the kitchen says of a line is read in `kitchen`.
4. Two additions under one line id both count. The one with the least stamp answers to the id; each
   other is known by a hash of the id and its own fact. (Which hash is the product's choice. A
   member that means harm can add a line under that very hash: then two lines answer to it.)
5. A cancellation and a send of one line that do not name each other are concurrent: the kitchen may
   have made what nobody wants.
"""

import hashlib
from typing import Any

from msgspec import Struct

from simulations.reference.kitchen import STAGES, may_be_made, reached, station
from simulations.reference.once import Meaning, Told


class ReferenceLine(Struct, frozen=True, kw_only=True):
    """Quantities in thousandths, money in centavos. given: the id that its addition has. excess:
    cancelled beyond what was added. not_knowing: sends and cancellations that know nothing of
    each other."""

    id: bytes
    given: bytes
    added: Told
    left: int
    cancelled: int
    excess: int
    unit: int
    stage: str
    is_fired: bool
    station: str
    cancellations: tuple[Told, ...]
    not_knowing: frozenset[str]

    @property
    def amount(self) -> int:
        return times(self.left, self.unit)

    @property
    def was_cancelled_after_send(self) -> bool:
        """Whether a cancellation says itself that the kitchen had the line."""
        return any(each["sends_seen"] for each in self.cancellations)


def times(thousandths: int, centavos: int) -> int:
    """The amount of a quantity, halves away from zero."""
    product = thousandths * centavos
    size = (abs(product) + 500) // 1000
    return size if product >= 0 else -size


def lines_of(meaning: Meaning) -> list[ReferenceLine]:
    """All lines, cancelled ones too, by stamp."""
    names: set[bytes] = set()
    lines = []
    for added in meaning.of("line_added"):
        name = added["line"] if added["line"] not in names else _own_name(added)
        names.add(name)
        lines.append(_line(meaning, name, added))
    return lines


def _line(meaning: Meaning, name: bytes, added: Told) -> ReferenceLine:
    cancellations = [each for each in meaning.of("line_cancelled") if each["line"] == name]
    sends = [each for each in meaning.of("lines_sent") if name in each["lines"]]
    cancelled = sum(each["thousandths"] for each in cancellations)
    return ReferenceLine(
        id=name,
        given=added["line"],
        added=added,
        left=max(0, added["thousandths"] - cancelled),
        cancelled=min(added["thousandths"], cancelled),
        excess=max(0, cancelled - added["thousandths"]),
        unit=unit_price(added["unit_centavos"], added["modifiers"]),
        stage=STAGES[reached(meaning, name)],
        is_fired=may_be_made(meaning, name, added["course"]),
        station=station(meaning, name, added),
        cancellations=tuple(cancellations),
        not_knowing=frozenset(_not_knowing(meaning, sends, cancellations)),
    )


def unit_price(centavos: int, modifiers: list[dict[str, Any]]) -> int:
    """One unit with its modifiers."""
    extra = sum(
        times(each.get("thousandths", 1000), each.get("unit_centavos", 0)) for each in modifiers
    )
    return max(0, centavos + extra)


def _not_knowing(meaning: Meaning, sends: list[Told], cancellations: list[Told]) -> set[str]:
    found = set()
    for send in sends:
        for cancellation in cancellations:
            knows = cancellation.id in meaning.same(send["cancellations_seen"])
            is_known = send.id in meaning.same(cancellation["sends_seen"])
            if not knows and not is_known:
                found |= {send.id, cancellation.id}
    return found


def _own_name(added: Told) -> bytes:
    seed = b"malha-line-v1" + added["line"] + added.id.encode()
    return hashlib.sha256(seed).digest()[:16]
