"""Read models: views as rows for SQL, alike on the terminal and at the relay.

Rules of this file:
1. A view gives all rows of its document; storage replaces them together. Every table has the column
   `document_id` first, so that this is one DELETE and some INSERTs.
2. Rows are a function of the facts: equal facts give equal rows on every machine.
3. SQLite holds signed integers of 64 bits. What a hostile clock makes larger is stored as the
   largest.
4. What spans documents (occupancy, equal numbers, two tabs at once) is asked of these rows, see
   `disputes`. JSON for front ends is made in `pedido`.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from crdt_models.canonical_cbor import encode
from crdt_models.disputes import disputes_of
from crdt_models.documents.orders.facts import PaymentRefunded
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.tables import TablesView
from crdt_models.documents.terminals import TerminalsView
from crdt_models.documents.view import Once, View
from crdt_models.ids import CreatedId, DocumentId

Column: TypeAlias = tuple[str, Literal["TEXT", "INTEGER", "BLOB"]]
Cell: TypeAlias = str | int | bytes | None
Row: TypeAlias = tuple[Cell, ...]

LARGEST = 2**63 - 1


class TableDefinition(NamedTuple):
    """A STRICT table. `columns` in the order of the rows; `key` is the primary key."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


ORDER_ROW = TableDefinition(
    "order_row",
    (
        ("document_id", "TEXT"),
        ("order_id", "TEXT"),  # 32 hexadecimal digits
        ("business_day", "INTEGER"),  # of the opening, days since 1970-01-01; null before it came
        ("device", "TEXT"),  # that opened it, 64 hexadecimal digits
        ("letters", "TEXT"),
        ("number", "INTEGER"),
        ("state", "TEXT"),  # open, bill_asked, closed, settled, cancelled
        ("is_open", "INTEGER"),  # 1 while it occupies its table
        ("production", "TEXT"),  # new, sent, preparing, ready, delivered
        ("service_type", "TEXT"),
        ("table_id", "TEXT"),
        ("tab", "TEXT"),
        ("waiter", "TEXT"),
        ("customer", "TEXT"),
        ("external_id", "TEXT"),
        ("total_centavos", "INTEGER"),
        ("paid_centavos", "INTEGER"),
        ("balance_centavos", "INTEGER"),
        ("revenue_centavos", "INTEGER"),
        ("line_count", "INTEGER"),  # lines of the bill
        ("opened_hlc", "INTEGER"),
        ("updated_hlc", "INTEGER"),
        ("closed_hlc", "INTEGER"),
        ("closed_day", "INTEGER"),  # business day of the closing
        ("numbered_fact", "TEXT"),  # evidence for `equal_numbers`
    ),
    ("document_id",),
)
ORDER_LINE = TableDefinition(
    "order_line",
    (
        ("document_id", "TEXT"),
        ("position", "INTEGER"),  # place in the order, from 0
        ("line_id", "TEXT"),
        ("product", "TEXT"),
        ("name", "TEXT"),
        ("category", "TEXT"),
        ("station", "TEXT"),
        ("thousandths", "INTEGER"),  # billed
        ("cancelled_thousandths", "INTEGER"),
        ("unit_centavos", "INTEGER"),  # with modifiers
        ("amount_centavos", "INTEGER"),
        ("stage", "TEXT"),
        ("is_residual", "INTEGER"),  # 1: came after the closing, in no total
    ),
    ("document_id", "position"),
)
PAYMENT = TableDefinition(
    "payment",
    (
        ("document_id", "TEXT"),
        ("fact", "TEXT"),
        ("payment_id", "TEXT"),
        ("kind", "TEXT"),  # payment, refund
        ("state", "TEXT"),  # confirmed, pending, denied, unknown, duplicate
        ("method", "TEXT"),
        ("centavos", "INTEGER"),
        ("device", "TEXT"),
        ("business_day", "INTEGER"),
        ("hlc", "INTEGER"),
    ),
    ("document_id", "fact"),
)
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
TABLES: tuple[TableDefinition, ...] = (
    ORDER_ROW, ORDER_LINE, PAYMENT, DINING_TABLE, TERMINAL, DISPUTE,
)  # fmt: skip


def rows_of(document: DocumentId, view: View) -> dict[str, list[Row]]:
    """All rows of one document, by table name; a table without rows of it may be absent."""
    rows: dict[str, list[Row]] = {DISPUTE.name: _disputes(document, view)}
    if isinstance(view, OrderView):
        rows[ORDER_ROW.name] = [_order(document, view)]
        rows[ORDER_LINE.name] = _lines(document, view)
        rows[PAYMENT.name] = _payments(document, view)
    elif isinstance(view, TablesView):
        rows[DINING_TABLE.name] = _dining_tables(document, view)
    elif isinstance(view, TerminalsView):
        rows[TERMINAL.name] = _terminals(document, view)
    return {name: found for name, found in rows.items() if found}


def view_digest(rows: Mapping[str, list[Row]]) -> bytes:
    """SHA-256 of the sorted rows: equal views have equal digests on every machine."""
    return hashlib.sha256(
        encode([[name, sorted(encode(row) for row in rows[name])] for name in sorted(rows)])
    ).digest()


def _stored(value: int | None) -> int | None:
    if value is None or -LARGEST <= value <= LARGEST:
        return value
    return LARGEST if value > 0 else -LARGEST


def _hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()


def _order(document: DocumentId, order: OrderView) -> Row:
    opening, closing = order.opening, order.closed
    number = order.numbers[0] if order.numbers else None
    return (
        document,
        order.order.hex(),
        None if opening is None else opening.entry.business_day,
        None if opening is None else opening.entry.device.hex(),
        None if number is None else number.fact.letters,
        None if number is None else number.fact.number,
        order.account,
        int(order.is_open),
        order.production,
        order.text("service_type"),
        _hex(order.table),
        order.text("tab"),
        order.text("waiter"),
        order.text("customer"),
        order.text("external_id"),
        _stored(order.total),
        _stored(order.paid),
        _stored(order.balance),
        _stored(order.revenue),
        len(order.bill),
        None if opening is None else _stored(opening.stamp.hlc),
        _stored(order.updated),
        None if closing is None else _stored(closing.stamp.hlc),
        None if closing is None else closing.entry.business_day,
        None if number is None else number.id,
    )


def _lines(document: DocumentId, order: OrderView) -> list[Row]:
    return [
        (
            document,
            position,
            shown.id.hex(),
            None if shown.line is None else shown.line.fact.product,
            shown.name,
            None if shown.line is None else shown.line.fact.category,
            None if shown.line is None else shown.line.fact.station,
            _stored(shown.thousandths),
            0 if shown.line is None else _stored(shown.line.cancelled),
            _stored(shown.unit),
            _stored(shown.amount),
            None if shown.line is None else shown.line.stage,
            int(shown.is_residual),
        )
        for position, shown in enumerate(order.shown_lines)
    ]


def _payments(document: DocumentId, order: OrderView) -> list[Row]:
    rows: list[Row] = []
    for each in order.payments:
        fact = each.received.fact
        told = ("payment", each.state, fact.method, fact.centavos)
        rows.append(_money_row(document, each.received, fact.payment, told))
    for refund in order.all(PaymentRefunded):
        told = ("refund", "confirmed", refund.fact.method, refund.fact.centavos)
        rows.append(_money_row(document, refund, refund.fact.refund, told))
    return rows


def _money_row(
    document: DocumentId, once: Once[Any], created: CreatedId, told: tuple[str, str, str, int]
) -> Row:
    entry = once.entry
    return (
        document,
        entry.id,
        created.hex(),
        *told,
        entry.device.hex(),
        entry.business_day,
        _stored(entry.stamp.hlc),
    )


def _dining_tables(document: DocumentId, view: TablesView) -> list[Row]:
    rows: list[Row] = []
    for table in view.tables.values():
        area = None if table.area is None else view.areas.get(table.area)
        reservation = table.reservation
        rows.append(
            (
                document,
                table.id.hex(),
                table.label,
                _hex(table.area),
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


def _terminals(document: DocumentId, view: TerminalsView) -> list[Row]:
    return [
        (
            document,
            each.device.hex(),
            each.role,
            each.letters,
            each.name,
            each.program,
            each.epochs,
            _stored(each.opened),
        )
        for each in view.terminals.values()
    ]


def _disputes(document: DocumentId, view: View) -> list[Row]:
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
