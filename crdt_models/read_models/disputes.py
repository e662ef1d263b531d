"""Rows of disputes, of whatever document."""

from crdt_models.disputes import disputes_of
from crdt_models.documents.view import View
from crdt_models.ids import DocumentId
from crdt_models.read_models.definitions import Row, TableDefinition

DISPUTE = TableDefinition(
    "dispute",
    (
        ("document_id", "TEXT"),
        ("dispute_id", "TEXT"),
        ("kind", "TEXT"),
        ("subject", "TEXT"),
        ("severity", "TEXT"),
        ("actor", "TEXT"),
        ("is_open", "INTEGER"),
        ("facts", "TEXT"),  # fact ids separated by blanks
    ),
    ("document_id", "dispute_id"),
)


def dispute_rows(document: DocumentId, view: View) -> list[Row]:
    """The rows of `DISPUTE`."""
    return [
        (
            document,
            each.id,
            each.kind,
            each.subject,
            each.severity,
            each.actor,
            int(each.is_open),
            " ".join(each.facts),
        )
        for each in disputes_of(view)
    ]
