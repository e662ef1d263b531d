"""Rows of orders, their lines and their money."""

from typing import Any

from crdt_models.dining_room import left_by
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.orders.charges import Figures
from crdt_models.documents.orders.facts import ChargeKind, PaymentRefunded
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.view import Once
from crdt_models.ids import DocumentId
from crdt_models.read_models.definitions import Row, TableDefinition, hex_of, stored

ORDER_ROW = TableDefinition(
    "order_row",
    (
        ("document_id", "TEXT"),
        ("order_id", "TEXT"),  # 32 hexadecimal digits
        ("business_day", "INTEGER"),  # of the opening, days since 1970-01-01; null before it came
        ("device", "TEXT"),  # that opened it, 64 hexadecimal digits
        ("letters", "TEXT"),
        ("number", "INTEGER"),
        ("state", "TEXT"),  # open, bill_asked, closed, settled, cancelled, merged
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
        ("revenue_centavos", "INTEGER"),  # without service, which is the staff's
        ("discount_centavos", "INTEGER"),  # this and the next four: of what is owed
        ("service_centavos", "INTEGER"),
        ("couvert_centavos", "INTEGER"),
        ("minimum_centavos", "INTEGER"),
        ("delivery_fee_centavos", "INTEGER"),
        ("tips_centavos", "INTEGER"),  # in none of the others
        ("on_account_centavos", "INTEGER"),  # of what is paid, owed by customers
        ("line_count", "INTEGER"),  # lines of the bill
        ("opened_hlc", "INTEGER"),
        ("updated_hlc", "INTEGER"),
        ("closed_hlc", "INTEGER"),
        ("closed_day", "INTEGER"),  # business day of the closing
        ("people", "INTEGER"),
        ("left_by", "TEXT"),  # closings after which its table is to be cleaned, between blanks
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
        ("amount_centavos", "INTEGER"),  # before discounts
        ("discount_centavos", "INTEGER"),
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
        ("payment_id", "TEXT"),  # of a tip the payment that it came with, or nothing
        ("kind", "TEXT"),  # payment, refund, tip
        ("state", "TEXT"),  # confirmed, pending, denied, unknown, duplicate; of a tip see `Tip`
        ("method", "TEXT"),
        ("centavos", "INTEGER"),
        ("device", "TEXT"),
        ("business_day", "INTEGER"),
        ("hlc", "INTEGER"),
    ),
    ("document_id", "fact"),
)


def order_row(document: DocumentId, order: OrderView) -> Row:
    """The row of `ORDER_ROW`."""
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
        hex_of(order.table),
        order.text("tab"),
        order.text("waiter"),
        order.text("customer"),
        order.text("external_id"),
        stored(order.total),
        stored(order.paid),
        stored(order.balance),
        stored(order.revenue),
        *(stored(each) if order.is_owed else 0 for each in _parts(order.figures)),
        stored(order.tipped),
        stored(order.on_account),
        len(order.bill),
        None if opening is None else stored(opening.stamp.hlc),
        stored(order.updated),
        None if closing is None else stored(closing.stamp.hlc),
        None if closing is None else closing.entry.business_day,
        order.people,
        " ".join(left_by(order)) or None,
        None if number is None else number.id,
    )


def _parts(figures: Figures) -> tuple[int, ...]:
    """Discount, service, couvert, minimum, delivery fee."""
    kinds: tuple[ChargeKind, ...] = ("service", "couvert", "minimum", "delivery_fee")
    return figures.discount, *(figures.charge(kind) for kind in kinds)


def line_rows(document: DocumentId, order: OrderView) -> list[Row]:
    """The rows of `ORDER_LINE`."""
    return [
        (
            document,
            position,
            shown.id.hex(),
            None if shown.line is None else shown.line.fact.product,
            shown.name,
            None if shown.line is None else shown.line.fact.category,
            None if shown.line is None else shown.line.station,
            stored(shown.thousandths),
            0 if shown.line is None else stored(shown.line.cancelled),
            stored(shown.unit),
            stored(shown.amount),
            stored(shown.discount),
            None if shown.line is None else shown.line.stage,
            int(shown.is_residual),
        )
        for position, shown in enumerate(order.shown_lines)
    ]


def payment_rows(document: DocumentId, order: OrderView | AccountView) -> list[Row]:
    """The rows of `PAYMENT`, refunds and tips too. An account has them as an order has."""
    rows: list[Row] = []
    for each in order.payments:
        fact = each.received.fact
        told = ("payment", each.state, fact.method, fact.centavos)
        rows.append(_money_row(document, each.received, fact.payment, told))
    for refund in order.all(PaymentRefunded):
        told = ("refund", "confirmed", refund.fact.method, refund.fact.centavos)
        rows.append(_money_row(document, refund, refund.fact.refund, told))
    for tip in order.tips if isinstance(order, OrderView) else ():
        gift = ("tip", tip.state, tip.received.fact.method, tip.centavos)
        rows.append(_money_row(document, tip.received, tip.received.fact.payment or b"", gift))
    return rows


def _money_row(
    document: DocumentId, once: Once[Any], created: bytes, told: tuple[str, str, str, int]
) -> Row:
    entry = once.entry
    return (
        document,
        entry.id,
        created.hex(),
        *told,
        entry.device.hex(),
        entry.business_day,
        stored(entry.stamp.hlc),
    )
