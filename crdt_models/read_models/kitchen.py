"""Rows of the kitchen's queue: only what is there now, so the table stays small."""

from crdt_models.documents.orders.view import OrderView
from crdt_models.ids import DocumentId
from crdt_models.read_models.definitions import Row, TableDefinition, stored

KITCHEN_TICKET = TableDefinition(
    "kitchen_ticket",
    (
        ("document_id", "TEXT"),
        ("station", "TEXT"),
        ("business_day", "INTEGER"),  # of the order's opening
        ("sent_hlc", "INTEGER"),  # of the first send
        ("lines", "INTEGER"),
        ("waiting", "INTEGER"),  # of these, lines that wait for their course
    ),
    ("document_id", "station"),
)


def ticket_rows(document: DocumentId, order: OrderView) -> list[Row]:
    """The rows of `KITCHEN_TICKET`; none while nobody knows what order it is."""
    if order.opening is None:
        return []
    day = order.opening.entry.business_day
    return [
        (document, each.station, day, stored(each.sent_hlc), len(each.lines), each.waiting)
        for each in order.tickets
    ]
