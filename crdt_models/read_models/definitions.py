"""What a table of the read models is made of, and the values it can hold."""

from typing import Literal, NamedTuple, TypeAlias

Column: TypeAlias = tuple[str, Literal["TEXT", "INTEGER", "BLOB"]]
Cell: TypeAlias = str | int | bytes | None
Row: TypeAlias = tuple[Cell, ...]
LARGEST = 2**63 - 1


class TableDefinition(NamedTuple):
    """A STRICT table. `columns` in the order of the rows; `key` is the primary key."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


def stored(value: int | None) -> int | None:
    """An integer as SQLite can hold it."""
    if value is None or -LARGEST <= value <= LARGEST:
        return value
    return LARGEST if value > 0 else -LARGEST


def hex_of(value: bytes | None) -> str | None:
    """Bytes as text."""
    return None if value is None else value.hex()
