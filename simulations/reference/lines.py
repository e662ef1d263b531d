"""The lines of an order: what was added, what of it was cancelled, how far the kitchen is.

Rules of this file:
1. Quantity = added − split off − cancelled, never negative; what was cancelled or split off beyond
   it is a dispute. A part that was split off is a line of its own; of several splits that ask for
   more than there is, the lesser stamp takes first. (The design is silent on parts of a line.)
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

from simulations.reference.kitchen import (
    STAGES,
    Called,
    may_be_made,
    reached,
    sends_of,
    station,
)
from simulations.reference.once import Meaning, Told


class ReferenceLine(Struct, frozen=True, kw_only=True):
    """Quantities in thousandths, money in centavos. given: the id that its addition has. home: the
    order that it was added to. origin: the addition or split that made it a line. whole: the line
    that it was split off. parts: the splits that took from it. quantity: what it began with.
    excess: cancelled beyond what there was. short: what splits asked for beyond it. not_knowing:
    sends and cancellations that know nothing of each other. called: how facts may call it."""

    id: bytes
    given: bytes
    home: str
    added: Told
    origin: str
    whole: "ReferenceLine | None"
    parts: tuple[Told, ...]
    quantity: int
    left: int
    cancelled: int
    excess: int
    short: int
    unit: int
    stage: str
    is_fired: bool
    station: str
    cancellations: tuple[Told, ...]
    not_knowing: frozenset[str]
    called: Called
    was_sent: bool

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
    """All lines that were added, cancelled ones too, by stamp; then what was split off them."""
    names: set[bytes] = set()
    lines = [
        _line(meaning, _named(added["line"], added.id, names), added, added.id)
        for added in meaning.of("line_added")
    ]
    for whole in lines:  # and of parts, as they are found
        rest = whole.quantity
        for split in whole.parts:
            name = _named(split["part"], split.id, names)
            quantity = min(rest, split["thousandths"])
            rest -= quantity
            lines.append(_line(meaning, name, whole.added, split.id, whole, quantity))
    return lines


def _named(given: bytes, fact: str, names: set[bytes]) -> bytes:
    """The id that a line is known by."""
    name = given
    if given in names:
        name = hashlib.sha256(b"malha-line-v1" + given + fact.encode()).digest()[:16]
    names.add(name)
    return name


def _line(
    meaning: Meaning,
    name: bytes,
    added: Told,
    origin: str,
    whole: ReferenceLine | None = None,
    quantity: int = 0,
) -> ReferenceLine:
    quantity = added["thousandths"] if whole is None else quantity
    parts = [each for each in meaning.of("line_split") if each["line"] == name]
    asked = sum(each["thousandths"] for each in parts)
    rest = max(0, quantity - asked)
    cancellations = [each for each in meaning.of("line_cancelled") if each["line"] == name]
    cancelled = sum(each["thousandths"] for each in cancellations)
    called = _called(name, origin, whole)
    return ReferenceLine(
        id=name,
        given=added["line"],
        home=meaning.document.removeprefix("order:"),
        added=added,
        origin=origin,
        whole=whole,
        parts=tuple(parts),
        quantity=quantity,
        left=max(0, rest - cancelled),
        cancelled=min(rest, cancelled),
        excess=max(0, cancelled - rest),
        short=max(0, asked - quantity),
        unit=unit_price(added["unit_centavos"], added["modifiers"]),
        stage=STAGES[reached(meaning, called)],
        is_fired=may_be_made(meaning, called, added["course"]),
        station=station(meaning, called, added),
        cancellations=tuple(cancellations),
        was_sent=bool(sends_of(meaning, called)),
        not_knowing=frozenset(_not_knowing(meaning, sends_of(meaning, called), cancellations)),
        called=called,
    )


def _called(name: bytes, origin: str, whole: ReferenceLine | None) -> Called:
    names: list[tuple[bytes, frozenset[str]]] = [(name, frozenset())]
    splits = frozenset({origin})
    while whole is not None:
        names.append((whole.id, splits))
        splits |= {whole.origin}
        whole = whole.whole
    return Called(tuple(names))


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
