"""Rows of terminals."""

from crdt_models.documents.terminals import TerminalsView
from crdt_models.ids import DocumentId
from crdt_models.read_models.definitions import Row, TableDefinition, stored

TERMINAL = TableDefinition(
    "terminal",
    (
        ("document_id", "TEXT"),
        ("device", "TEXT"),
        ("role", "TEXT"),
        ("letters", "TEXT"),
        ("name", "TEXT"),
        ("program", "TEXT"),
        ("epochs", "INTEGER"),
        ("opened_hlc", "INTEGER"),
    ),
    ("document_id", "device"),
)


def terminal_rows(document: DocumentId, view: TerminalsView) -> list[Row]:
    """The rows of `TERMINAL`."""
    return [
        (
            document,
            each.device.hex(),
            each.role,
            each.letters,
            each.name,
            each.program,
            each.epochs,
            stored(each.opened),
        )
        for each in view.terminals.values()
    ]
