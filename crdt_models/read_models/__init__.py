"""Read models: views as rows for SQL, alike on the terminal and at the relay.

Rules of this folder:
1. A view gives all rows of its document; storage replaces them together. Every table has the column
   `document_id` first, so that this is one DELETE and some INSERTs.
2. Rows are a function of the facts: equal facts give equal rows on every machine.
3. SQLite holds signed integers of 64 bits. What a hostile clock makes larger is stored as the
   largest.
4. What spans documents (occupancy, equal numbers, two tabs at once) is asked of these rows, see
   `disputes`. JSON for front ends is made in `pedido`.
"""

from crdt_models.read_models.accounts import CUSTOMER_ACCOUNT
from crdt_models.read_models.cash import CASH_SHIFT
from crdt_models.read_models.days import DAY_MONEY
from crdt_models.read_models.definitions import LARGEST, Cell, Column, Row, TableDefinition
from crdt_models.read_models.dining_tables import DINING_TABLE, RESERVATION
from crdt_models.read_models.disputes import DISPUTE
from crdt_models.read_models.kitchen import KITCHEN_TICKET
from crdt_models.read_models.orders import ORDER_LINE, ORDER_ROW, PAYMENT
from crdt_models.read_models.products import PRODUCT, PRODUCT_TAKEN
from crdt_models.read_models.rows import (
    REPLACED_BY_KEY,
    TABLES,
    changed_rows,
    rows_of,
    view_digest,
)
from crdt_models.read_models.stock import STOCK_COUNTED, STOCK_MOVED, STOCK_SOLD
from crdt_models.read_models.terminals import TERMINAL

__all__ = [
    "Cell",
    "Column",
    "LARGEST",
    "Row",
    "TableDefinition",
    "ORDER_LINE",
    "ORDER_ROW",
    "PAYMENT",
    "CUSTOMER_ACCOUNT",
    "CASH_SHIFT",
    "DAY_MONEY",
    "DINING_TABLE",
    "KITCHEN_TICKET",
    "RESERVATION",
    "TERMINAL",
    "DISPUTE",
    "PRODUCT",
    "PRODUCT_TAKEN",
    "STOCK_COUNTED",
    "STOCK_MOVED",
    "STOCK_SOLD",
    "TABLES",
    "REPLACED_BY_KEY",
    "changed_rows",
    "rows_of",
    "view_digest",
]
