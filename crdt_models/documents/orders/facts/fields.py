"""Registers and marks of an order."""

from typing import ClassVar, Literal

from crdt_models.documents.fields import FactRefs, FlagName, Note, People, is_id_text
from crdt_models.fact import Fact

FieldName = Literal[
    "table", "tab", "waiter", "customer", "note", "people", "service_type", "external_id"
]

_TEXT_LIMITS = {"tab": 40, "waiter": 120, "customer": 120, "note": 500, "external_id": 120}
_SERVICE_TYPES = frozenset({"mesa", "comanda", "balcao", "viagem", "entrega"})


class FieldSet(Fact, frozen=True, tag="field_set"):
    """A register of the order was written. table: its id as 32 hexadecimal digits (the codec admits
    no union of text and bytes); people: 1 to 1000; service_type: one of its names; the others text;
    None clears all but service_type."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})

    field: FieldName
    value: Note | People | None = None
    replaces: FactRefs = ()

    def __post_init__(self) -> None:
        if not _fits(self.field, self.value):
            raise ValueError(f"{self.field} cannot hold this value")


def _fits(field: str, value: str | int | None) -> bool:
    if field == "service_type":
        return value in _SERVICE_TYPES
    if value is None:
        return True
    if field == "table":
        return isinstance(value, str) and is_id_text(value)
    if field == "people":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str) and len(value) <= _TEXT_LIMITS[field]


class FlagSet(Fact, frozen=True, tag="flag_set"):
    """A named mark of the order; false until set. Front ends know financeiro, producao,
    expedicao."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})

    name: FlagName
    value: bool
    replaces: FactRefs = ()
