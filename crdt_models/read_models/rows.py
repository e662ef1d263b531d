"""All tables, and all rows of a document."""

import hashlib
from collections.abc import Mapping

from crdt_models.canonical_cbor import encode
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.catalog.view import CatalogView
from crdt_models.documents.floor.view import FloorView
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.stock.view import StockView
from crdt_models.documents.tables.view import TablesView
from crdt_models.documents.terminals import TerminalsView
from crdt_models.documents.view import View
from crdt_models.ids import DocumentId
from crdt_models.read_models.accounts import CUSTOMER_ACCOUNT, account_row
from crdt_models.read_models.cash import CASH_SHIFT, shift_row
from crdt_models.read_models.days import DAY_MONEY, day_money_rows
from crdt_models.read_models.definitions import Row, TableDefinition
from crdt_models.read_models.dining_tables import (
    DINING_TABLE,
    RESERVATION,
    dining_table_rows,
    reservation_rows,
)
from crdt_models.read_models.disputes import DISPUTE, dispute_rows
from crdt_models.read_models.kitchen import KITCHEN_TICKET, ticket_rows
from crdt_models.read_models.orders import (
    ORDER_LINE,
    ORDER_ROW,
    PAYMENT,
    line_rows,
    order_row,
    payment_rows,
)
from crdt_models.read_models.products import PRODUCT, PRODUCT_TAKEN, product_rows, taken_rows
from crdt_models.read_models.stock import (
    STOCK_COUNTED,
    STOCK_MOVED,
    STOCK_SOLD,
    counted_rows,
    moved_rows,
    sold_rows,
)
from crdt_models.read_models.terminals import TERMINAL, terminal_rows

TABLES: tuple[TableDefinition, ...] = (
    ORDER_ROW, ORDER_LINE, PAYMENT, KITCHEN_TICKET, CUSTOMER_ACCOUNT, DINING_TABLE, TERMINAL,
    DISPUTE, PRODUCT, PRODUCT_TAKEN, RESERVATION, CASH_SHIFT, STOCK_SOLD, STOCK_MOVED,
    STOCK_COUNTED, DAY_MONEY,
)  # fmt: skip


def rows_of(document: DocumentId, view: View) -> dict[str, list[Row]]:
    """All rows of one document, by table name; a table without rows of it may be absent."""
    rows: dict[str, list[Row]] = {DISPUTE.name: dispute_rows(document, view)}
    if isinstance(view, OrderView):
        rows[ORDER_ROW.name] = [order_row(document, view)]
        rows[ORDER_LINE.name] = line_rows(document, view)
        rows[PAYMENT.name] = payment_rows(document, view)
        rows[KITCHEN_TICKET.name] = ticket_rows(document, view)
        rows[PRODUCT_TAKEN.name] = taken_rows(document, view)
        rows[STOCK_SOLD.name] = sold_rows(document, view)
        rows[DAY_MONEY.name] = day_money_rows(document, view)
    elif isinstance(view, AccountView):
        rows[CUSTOMER_ACCOUNT.name] = [account_row(document, view)]
        rows[DAY_MONEY.name] = day_money_rows(document, view)
        rows[PAYMENT.name] = payment_rows(document, view)
    elif isinstance(view, ShiftView):
        rows[CASH_SHIFT.name] = [shift_row(document, view)]
    elif isinstance(view, CatalogView):
        rows[PRODUCT.name] = product_rows(document, view)
    elif isinstance(view, TablesView):
        rows[DINING_TABLE.name] = dining_table_rows(document, view)
    elif isinstance(view, FloorView):
        rows[RESERVATION.name] = reservation_rows(document, view)
    elif isinstance(view, StockView):
        rows[STOCK_MOVED.name] = moved_rows(document, view)
        rows[STOCK_COUNTED.name] = counted_rows(document, view)
    elif isinstance(view, TerminalsView):
        rows[TERMINAL.name] = terminal_rows(document, view)
    return {name: found for name, found in rows.items() if found}


REPLACED_BY_KEY = frozenset({PRODUCT.name})
"""Tables of which `changed_rows` gives only rows that are other than before, to take the place of
those with their keys. Of other tables it gives all rows of a document."""


def changed_rows(document: DocumentId, view: View) -> dict[str, list[Row]]:
    """The rows to be written after a view was copied and got facts: for a catalog of ten thousand
    products those of the few that changed."""
    if isinstance(view, CatalogView):
        rows = {
            DISPUTE.name: dispute_rows(document, view),
            PRODUCT.name: product_rows(document, view, only_touched=True),
        }
        return {name: found for name, found in rows.items() if found}
    return rows_of(document, view)


def view_digest(rows: Mapping[str, list[Row]]) -> bytes:
    """SHA-256 of the sorted rows: equal views have equal digests on every machine."""
    return hashlib.sha256(
        encode([[name, sorted(encode(row) for row in rows[name])] for name in sorted(rows)])
    ).digest()
