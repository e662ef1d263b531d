"""Rows of dining tables and of reservations. No row holds a phone: that is personal."""

from crdt_models.documents.floor.view import FloorView
from crdt_models.documents.tables.view import TablesView
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


RESERVATION = TableDefinition(
    "reservation",
    (
        ("document_id", "TEXT"),  # the floor it stands in
        ("reservation_id", "TEXT"),
        ("name", "TEXT"),
        ("people", "INTEGER"),
        ("from_minute", "INTEGER"),  # since 1970-01-01 UTC
        ("until_minute", "INTEGER"),
        ("tables", "TEXT"),  # ids separated by blanks
        ("state", "TEXT"),  # booked, arrived, seated, no_show, cancelled
        ("order_id", "TEXT"),
    ),
    ("document_id", "reservation_id"),
)


def reservation_rows(document: DocumentId, view: FloorView) -> list[Row]:
    """The rows of `RESERVATION`."""
    return [
        (
            document,
            each.id.hex(),
            each.who.name,
            each.who.people,
            each.place.from_minute,
            each.place.until_minute,
            " ".join(table.hex() for table in each.place.tables),
            each.state,
            hex_of(each.order),
        )
        for each in view.reservations.values()
    ]


def dining_table_rows(document: DocumentId, view: TablesView) -> list[Row]:
    """The rows of `DINING_TABLE`."""
    rows: list[Row] = []
    for table in view.tables.values():
        area = None if table.area is None else view.areas.get(table.area)
        hold = table.hold
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
                None if hold is None else hold.name,
                None if hold is None else hold.until_ms,
            )
        )
    return rows
