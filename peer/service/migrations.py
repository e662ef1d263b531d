"""Named schema steps, each applied once.

Rules of this file:
1. A step and the record that it was applied are one transaction: killed anywhere, it either
   happened or did not.
2. Steps are only ever added at the end. A published step never changes; its name is its identity.
3. A database that holds a step we do not know was written by a newer program: SchemaTooNew, and
   nothing is touched.
"""

from collections.abc import Sequence

import msgspec

from peer.service.sqlite_errors import SchemaTooNew
from peer.service.sqlite_writer import SqliteWriter

_RECORD = (
    "CREATE TABLE IF NOT EXISTS migration(step TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID"
)


class Step(msgspec.Struct, frozen=True):
    """name: unique, sortable by date or number · statements: run in order, tables STRICT."""

    name: str
    statements: tuple[str, ...]


def migrate(writer: SqliteWriter, steps: Sequence[Step]) -> tuple[str, ...]:
    """Apply the steps that are missing, in order; returns their names. Raises SchemaTooNew."""
    names = [step.name for step in steps]
    assert len(set(names)) == len(names), "a step's name is its identity"
    applied = _applied(writer)
    for name in sorted(applied):
        if name not in names:
            raise SchemaTooNew(step=name)
    pending = [step for step in steps if step.name not in applied]
    for step in pending:
        _apply(writer, step)
    return tuple(step.name for step in pending)


def _applied(writer: SqliteWriter) -> set[str]:
    with writer.transaction() as connection:
        connection.execute(_RECORD)
        return {name for (name,) in connection.execute("SELECT step FROM migration")}


def _apply(writer: SqliteWriter, step: Step) -> None:
    with writer.transaction() as connection:
        for statement in step.statements:
            connection.execute(statement)
        connection.execute("INSERT INTO migration(step) VALUES (?)", (step.name,))
