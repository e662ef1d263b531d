"""Which facts a fact names: what its author knew, and what it takes back."""

import typing
from functools import cache
from typing import Any

from crdt_models.documents.floor.facts import TablesSeparated
from crdt_models.documents.orders.facts import (
    BillReopened,
    DiscountWithdrawn,
    FiringRecalled,
    LineRecalled,
    OrderRestored,
    TipReturned,
)
from crdt_models.fact import Fact
from crdt_models.ids import FactId

_UNDOES: dict[type[Fact], str] = {
    BillReopened: "closing",
    OrderRestored: "cancellations",
    DiscountWithdrawn: "discounts",
    TipReturned: "tips",
    FiringRecalled: "firings",
    LineRecalled: "reports",
    TablesSeparated: "joins",
}


def mentions(fact: Fact) -> tuple[FactId, ...]:
    """Every fact that it names, each once, in order: its author knew them."""
    given = (_several(getattr(fact, field)) for field in _naming(type(fact)))
    return tuple(dict.fromkeys(each for named in given for each in named))


def undone_by(fact: Fact) -> tuple[FactId, ...]:
    """The facts that no longer stand because of this one."""
    field = _UNDOES.get(type(fact))
    return () if field is None else _several(getattr(fact, field))


def _several(value: Any) -> tuple[FactId, ...]:
    return value if isinstance(value, tuple) else (FactId(value),)


@cache
def _naming(kind: type[Fact]) -> tuple[str, ...]:
    """The fields that hold fact ids."""
    hints = typing.get_type_hints(kind)
    return tuple(
        field
        for field in kind.__struct_fields__
        if hints[field] is FactId or FactId in typing.get_args(hints[field])
    )
