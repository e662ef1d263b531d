"""What a field of a fact can hold, said as checks."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from simulations.reference.stored import Fields

Check: TypeAlias = Callable[[Any], bool]
Shape: TypeAlias = Mapping[str, tuple[Check, Any]]  # field → what it holds, and its default
REQUIRED: Final = object()
_FACT_ID = re.compile(r"[0-9A-Za-z_-]{22}\.[0-9]{1,3}")
ON_TRUST = "fiado"  # what no money comes for
METHODS = ("dinheiro", "credito", "debito", "pix", "vale", "outro")
SERVICES = ("mesa", "comanda", "balcao", "viagem", "entrega")


def whole(least: int, most: int) -> Check:
    return lambda value: type(value) is int and least <= value <= most


def text(least: int, most: int) -> Check:
    return lambda value: type(value) is str and least <= len(value) <= most


def like(pattern: str) -> Check:
    return lambda value: type(value) is str and bool(re.fullmatch(pattern, value))


def one_of(*values: str) -> Check:
    return lambda value: type(value) is str and value in values


def or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


def list_of(check: Check, most: int, least: int = 0) -> Check:
    return lambda value: (
        type(value) is list and least <= len(value) <= most and all(map(check, value))
    )


def array_of(*checks: Check) -> Check:
    """An array of at least so many values; what follows them is ignored."""
    return lambda value: (
        type(value) is list
        and len(value) >= len(checks)
        and all(check(each) for check, each in zip(checks, value, strict=False))
    )


def each_of(name: Check, value: Check, most: int) -> Check:
    """A map of names that nobody lists, each with a value."""
    return lambda given: (
        type(given) is dict
        and len(given) <= most
        and all(name(key) and value(each) for key, each in given.items())
    )


def map_of(shape: Shape) -> Check:
    return lambda value: type(value) is dict and completed(shape, value) is not None


def is_id(value: Any) -> bool:
    return type(value) is bytes and len(value) == 16


def is_bool(value: Any) -> bool:
    return type(value) is bool


def is_fact_id(value: Any) -> bool:
    return type(value) is str and bool(_FACT_ID.fullmatch(value))


is_id_text = like("[0-9a-f]{32}")
REFERENCES: tuple[Check, Any] = (list_of(is_fact_id, 512), [])
LINES = (list_of(is_id, 512, least=1), REQUIRED)
ID = (is_id, REQUIRED)
MAYBE_ID = (or_none(is_id), None)
NAME = text(1, 120)
CODE = text(0, 64)
NOTE = text(0, 500)
REASON = text(0, 200)
QUANTITY = whole(1, 10_000_000)
MONEY = whole(1, 10**11)
MONEY_OR_ZERO = whole(0, 10**11)
TOTAL = whole(0, 2**53 - 1)


def completed(shape: Shape, given: Fields) -> Fields | None:
    """All fields, defaults included; None when one does not fit."""
    fields = {}
    for name, (check, default) in shape.items():
        value = given.get(name, default)
        if value is REQUIRED or (name in given and not check(value)):
            return None
        fields[name] = value
    return fields
