"""Rows of dining tables."""

from crdt_models.documents.tables import TablesView
from crdt_models.ids import DocumentId
from crdt_models.read_models.definitions import Row, TableDefinition, hex_of

DINING_TABLE = TableDefinition(
    "dining_table",
    (
        ("document_id", "TEXT"),
        ("table_id", "TEXT"),
        ("label", "TEXT"),
        ("area_id", "TEXT"),
        ("area", "TEXT"),
        ("seats", "INTEGER"),
        ("x", "INTEGER"),
        ("y", "INTEGER"),
        ("waiter", "TEXT"),
        ("is_cleaning", "INTEGER"),
        ("is_active", "INTEGER"),
        ("reserved_for", "TEXT"),
        ("reserved_until_ms", "INTEGER"),
    ),
    ("document_id", "table_id"),
)


def dining_table_rows(document: DocumentId, view: TablesView) -> list[Row]:
    """The rows of `DINING_TABLE`."""
    rows: list[Row] = []
    for table in view.tables.values():
        area = None if table.area is None else view.areas.get(table.area)
        reservation = table.reservation
        rows.append(
            (
                document,
                table.id.hex(),
                table.label,
                hex_of(table.area),
                None if area is None else area.name,
                table.seats,
                *table.position,
                table.waiter,
                int(table.is_cleaning),
                int(table.is_active),
                None if reservation is None else reservation.name,
                None if reservation is None else reservation.until_ms,
            )
        )
    return rows
