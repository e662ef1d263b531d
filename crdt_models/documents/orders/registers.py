"""The registers and marks of an order: what every field holds now, and which writes say so."""

from typing import cast

from crdt_models.documents.orders.facts import FieldName, FieldSet, FlagSet, OrderOpened
from crdt_models.documents.register import Register, Write
from crdt_models.documents.view import View

FIELDS: tuple[FieldName, ...] = (
    "table", "tab", "waiter", "customer", "note", "people", "service_type", "external_id",
)  # fmt: skip
DEFAULT_FLAGS = ("financeiro", "producao", "expedicao")  # shown as false before anyone sets them
Value = str | int | None


def fields_of(view: View) -> dict[str, Register[Value]]:
    """The registers by name. An opening writes all of them."""
    writes: dict[str, list[Write[Value]]] = {field: [] for field in FIELDS}
    for opening in view.all(OrderOpened):
        for field in FIELDS:
            value = first_value(opening.fact, field)
            writes[field].append(Write(opening.id, opening.stamp, value))
    for set_ in view.all(FieldSet):
        replaces = view.same_all(set_.fact.replaces)
        writes[set_.fact.field].append(Write(set_.id, set_.stamp, set_.fact.value, replaces))
    return {field: Register(found) for field, found in writes.items()}


def first_value(opening: OrderOpened, field: FieldName) -> Value:
    """What an opening writes into a register."""
    if field == "table":
        return None if opening.table is None else opening.table.hex()
    return cast(Value, getattr(opening, field))


def flags_of(view: View) -> dict[str, Register[bool]]:
    """The marks that were ever set, by name."""
    writes: dict[str, list[Write[bool]]] = {}
    for flag in view.all(FlagSet):
        replaces = view.same_all(flag.fact.replaces)
        write = Write(flag.id, flag.stamp, flag.fact.value, replaces)
        writes.setdefault(flag.fact.name, []).append(write)
    return {name: Register(found) for name, found in sorted(writes.items())}
