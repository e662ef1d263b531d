"""What is ordered, and what of it is cancelled."""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from crdt_models.documents.fields import (
    Code,
    ExternalId,
    FactRefs,
    LineRef,
    ModifierCentavos,
    Name,
    Note,
    Reason,
    Thousandths,
    UnitCentavos,
)
from crdt_models.documents.orders.facts.kitchen import MAX_COURSE
from crdt_models.fact import Fact


class Modifier(msgspec.Struct, frozen=True, omit_defaults=True):
    """An addition or removal, for one unit of the line: thousandths of it at unit_centavos each.
    product: the catalog's id of a component or part, in hexadecimal; empty: it is none."""

    name: Name
    thousandths: Thousandths = 1000
    unit_centavos: ModifierCentavos = 0
    product: Code = ""


CopiedField = Literal[
    "product", "name", "thousandths", "unit_centavos", "modifiers", "station", "category"
]


class LineAdded(Fact, frozen=True, tag="line_added"):
    """A quantity of a product. product: the catalog's id, opaque. course: 1 first, 2 second, …
    station: where it is made. external_id: the line's id in the system it came from. copied: the
    fields that the author's catalog said; they are no part of what was meant."""

    line: LineRef
    product: Code
    name: Name
    thousandths: Thousandths
    unit_centavos: UnitCentavos
    modifiers: Annotated[tuple[Modifier, ...], Meta(max_length=64)] = ()
    note: Note = ""
    course: Annotated[int, Meta(ge=0, le=MAX_COURSE)] = 0
    station: Code = ""
    category: Code = ""
    external_id: ExternalId | None = None
    copied: Annotated[tuple[CopiedField, ...], Meta(max_length=7)] = ()

    def relied_on(self) -> frozenset[str]:
        return frozenset(self.copied)


class LineCancelled(Fact, frozen=True, tag="line_cancelled"):
    """Less of a line. sends_seen: the sends that cover the line and that the author knew: empty
    means a void before the kitchen had it."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"sends_seen"})

    line: LineRef
    thousandths: Thousandths
    reason: Reason = ""
    sends_seen: FactRefs = ()
