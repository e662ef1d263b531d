"""The audit trail of a document: every fact in order of stamp, and what became of it.

Rules of this file:
1. Nothing is left out: what was lost, replaced, taken back, told twice or not understood is there,
   and says so.
2. A write is lost when another that did not know of it has the greater stamp; it is replaced when
   somebody who knew it wrote again. An opening begins every register and is never called either.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, Literal, NamedTuple

from crdt_models.documents.orders.facts import (
    BillSplit,
    CouvertSet,
    DeliveryFeeSet,
    DeliverySet,
    DiscountGiven,
    FieldSet,
    FlagSet,
    LineRouted,
    LinesMoved,
    MinimumSet,
    OrderOpened,
    ServiceSet,
)
from crdt_models.documents.orders.registers import FIELDS
from crdt_models.documents.register import Register, Write
from crdt_models.documents.resolution import Resolution
from crdt_models.documents.view import View
from crdt_models.fact import Entry, Fact, Unknown
from crdt_models.ids import FactId
from crdt_models.telling.mentions import undone_by

Standing = Literal["stands", "lost", "replaced", "undone", "repeated", "not_understood"]
_Keys = Callable[[Any], Iterable[Hashable]]

# The registers that a fact writes.
_REGISTERS: dict[type[Fact], _Keys] = {
    OrderOpened: lambda _: FIELDS,
    FieldSet: lambda fact: (fact.field,),
    FlagSet: lambda fact: (("flag", fact.name),),
    DeliverySet: lambda _: ("delivery",),
    BillSplit: lambda _: ("split",),
    ServiceSet: lambda _: ("service",),
    CouvertSet: lambda _: ("couvert",),
    MinimumSet: lambda _: ("minimum",),
    DeliveryFeeSet: lambda _: ("delivery_fee",),
    DiscountGiven: lambda fact: ((fact.kind, fact.line),),
    LineRouted: lambda fact: (("route", fact.line),),
    LinesMoved: lambda fact: (("move", line) for line in fact.lines),
    Resolution: lambda fact: ((fact.kind, fact.subject),),
}


class Told(NamedTuple):
    """One telling. same_as: of a repetition, the fact that represents it."""

    entry: Entry
    standing: Standing
    same_as: FactId | None


def trail(view: View) -> tuple[Told, ...]:
    """Everything in the document, by stamp."""
    lost, replaced = _of_registers(view)
    undone = view.same_all(each for entry in view.entries for each in undone_by(entry.fact))
    found = []
    for entry in view.entries:
        (same,) = view.same_all([entry.id])
        standing: Standing = "stands"
        if isinstance(entry.fact, Unknown) or type(entry.fact) not in _understood(view):
            standing = "not_understood"
        elif same != entry.id:
            standing = "repeated"
        elif entry.id in undone:
            standing = "undone"
        elif entry.id in lost:
            standing = "lost"
        elif entry.id in replaced:
            standing = "replaced"
        found.append(Told(entry, standing, same if same != entry.id else None))
    return tuple(found)


def _understood(view: View) -> frozenset[type[Fact]]:
    return view.UNDERSTANDS | {Resolution}


def _of_registers(view: View) -> tuple[frozenset[FactId], frozenset[FactId]]:
    """(lost, replaced)."""
    writes: dict[Hashable, list[Write[None]]] = {}
    for key, write in _writes(view):
        writes.setdefault(key, []).append(write)
    lost: set[FactId] = set()
    replaced: set[FactId] = set()
    for register in map(Register, writes.values()):
        lost |= {write.id for write in register.losers}
        replaced |= {write.id for write in register.writes} - set(register.heads)
    openings = {each.id for each in view.all(OrderOpened)}
    return frozenset(lost - openings), frozenset(replaced - openings)


def _writes(view: View) -> Iterator[tuple[Hashable, Write[None]]]:
    for kind, keys in _REGISTERS.items():
        for each in view.all(kind):
            replaces = view.same_all(getattr(each.fact, "replaces", ()))
            for key in keys(each.fact):
                yield (key, Write(each.id, each.stamp, None, replaces))
