"""The JSON of pedidos, mesas, reservas, produtos, clientes and disputes, as front ends know them.

Rules of this folder:
1. `total`, `preco_unitario`, `quantidade` … are exact decimals for reading; the field that ends in
   `_centavos` or `_milesimos` is the figure to calculate with. Encode with `JSON`, which writes
   decimals as JSON numbers with their places (12.30), never as floats.
2. `names` is the one table of names, with what each means; a pedido has besides one truth value per
   flag that somebody set.
3. What only the terminal knows (syncStatus, sincronizado_em, …) is added there.
"""

from crdt_models.pedido.audit import (
    Writer,
    choices_json,
    order_in_dispute_json,
    resolution_json,
    told_json,
)
from crdt_models.pedido.cards import OnCard, card_json
from crdt_models.pedido.cash import report_json, shift_json
from crdt_models.pedido.customers import account_json, statement_json
from crdt_models.pedido.dining_tables import reservation_json, table_json, waiter_history_json
from crdt_models.pedido.disputes import dispute_json
from crdt_models.pedido.figures import JSON, JsonObject, decimal, iso_day, quantity
from crdt_models.pedido.kitchen import ticket_json
from crdt_models.pedido.names import (
    BLOCK_REASON,
    CARD_NAMES,
    CARD_STATUS,
    CUSTOMER_NAMES,
    ITEM_NAMES,
    MOVEMENT_NAMES,
    ORDER_NAMES,
    PAYMENT_NAMES,
    PAYMENT_STATUS,
    PRODUCT_NAMES,
    RESERVATION_NAMES,
    RESERVATION_STATUS,
    SHIFT_NAMES,
    SHIFT_STATUS,
    STAGE,
    STATUS,
    STOCK_NAMES,
    STOCK_PLACE_NAMES,
    TABLE_NAMES,
)
from crdt_models.pedido.orders import order_json, shown_number
from crdt_models.pedido.products import product_json
from crdt_models.pedido.settings import settings_json
from crdt_models.pedido.staff import operator_json, staff_json
from crdt_models.pedido.stock import stock_json

__all__ = [
    "BLOCK_REASON",
    "CARD_NAMES",
    "CARD_STATUS",
    "OnCard",
    "card_json",
    "CUSTOMER_NAMES",
    "MOVEMENT_NAMES",
    "SHIFT_NAMES",
    "SHIFT_STATUS",
    "account_json",
    "report_json",
    "shift_json",
    "statement_json",
    "ITEM_NAMES",
    "ORDER_NAMES",
    "PAYMENT_NAMES",
    "PAYMENT_STATUS",
    "PRODUCT_NAMES",
    "RESERVATION_NAMES",
    "STAGE",
    "STATUS",
    "STOCK_NAMES",
    "STOCK_PLACE_NAMES",
    "TABLE_NAMES",
    "JSON",
    "JsonObject",
    "decimal",
    "iso_day",
    "quantity",
    "order_json",
    "shown_number",
    "product_json",
    "settings_json",
    "stock_json",
    "operator_json",
    "staff_json",
    "RESERVATION_STATUS",
    "reservation_json",
    "table_json",
    "ticket_json",
    "waiter_history_json",
    "dispute_json",
    "Writer",
    "choices_json",
    "order_in_dispute_json",
    "resolution_json",
    "told_json",
]
