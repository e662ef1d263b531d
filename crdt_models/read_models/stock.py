"""Rows of what moves stock: of sales by order, of everything else by day.

A sale's rows are few and short, for they are most of all rows; its facts stand in the order.
"""

from collections import Counter
from collections.abc import Mapping
from typing import cast

from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.stock.facts import SEEN_BYTES
from crdt_models.documents.stock.movements import (
    Count,
    Movement,
    MovementKind,
    packed_seen,
    read_seen,
)
from crdt_models.documents.stock.sales import movements_in
from crdt_models.documents.stock.view import StockView
from crdt_models.fact import Stamp
from crdt_models.ids import DocumentId, FactId, fact_origin
from crdt_models.read_models.definitions import Cell, Row, TableDefinition, stored

STOCK_SOLD = TableDefinition(
    "stock_sold",
    (
        ("document_id", "TEXT"),
        ("position", "INTEGER"),
        ("product_id", "TEXT"),  # 32 hexadecimal digits
        ("thousandths", "INTEGER"),  # below zero: goes out; what was lost in the kitchen too
        ("added_hlc", "INTEGER"),  # of the sale
        ("author", "INTEGER"),  # the beginning of the device id
        ("day", "INTEGER"),  # business day of the sale
    ),
    ("document_id", "position"),
)

STOCK_MOVED = TableDefinition(
    "stock_moved",
    (
        ("document_id", "TEXT"),
        ("position", "INTEGER"),
        ("product_id", "TEXT"),
        ("place", "TEXT"),  # empty: the main one
        ("kind", "TEXT"),  # purchase, loss, transfer
        ("thousandths", "INTEGER"),
        ("added_hlc", "INTEGER"),
        ("author", "INTEGER"),
        ("day", "INTEGER"),
        ("fact", "TEXT"),
        ("told", "BLOB"),  # equal for what one command told
        ("reason", "TEXT"),  # of a loss; or from whom, or where to
    ),
    ("document_id", "position"),
)

STOCK_COUNTED = TableDefinition(
    "stock_counted",
    (
        ("document_id", "TEXT"),
        ("position", "INTEGER"),
        ("product_id", "TEXT"),
        ("place", "TEXT"),
        ("thousandths", "INTEGER"),
        ("added_hlc", "INTEGER"),
        ("author", "INTEGER"),
        ("day", "INTEGER"),
        ("is_opening", "INTEGER"),
        ("fact", "TEXT"),
        ("told", "BLOB"),
        ("facts", "TEXT"),  # of all tellings, between blanks
        ("replaces", "TEXT"),  # counts that the counter knew, between blanks
        ("seen", "BLOB"),  # how far the counter knew each terminal
    ),
    ("document_id", "position"),
)


def sold_rows(document: DocumentId, order: OrderView) -> list[Row]:
    """The rows of `STOCK_SOLD`."""
    found: Counter[tuple[str, int, int, int]] = Counter()
    for each in movements_in(order):
        found[each.product, each.clock, each.author, each.day] += each.thousandths
    return [
        (document, position, product, stored(thousandths), clock, author, day)
        for position, ((product, clock, author, day), thousandths) in enumerate(found.items())
    ]


def moved_rows(document: DocumentId, stock: StockView) -> list[Row]:
    """The rows of `STOCK_MOVED`."""
    return [
        (
            document,
            position,
            each.product,
            each.place,
            each.kind,
            each.thousandths,
            each.clock,
            each.author,
            each.day,
            each.id,
            each.told,
            each.reason,
        )
        for position, each in enumerate(stock.movements)
    ]


def counted_rows(document: DocumentId, stock: StockView) -> list[Row]:
    """The rows of `STOCK_COUNTED`."""
    return [
        (
            document,
            position,
            each.product,
            each.place,
            each.thousandths,
            each.clock,
            each.author,
            each.day,
            int(each.is_opening),
            each.id,
            each.told,
            " ".join(each.ids),
            " ".join(each.replaces),
            packed_seen(each.seen),
        )
        for position, each in enumerate(stock.counts)
    ]


def movement_of(row: Mapping[str, Cell]) -> Movement:
    """A movement from its row of `STOCK_MOVED`."""
    return Movement(
        id=FactId(str(row["fact"])),
        kind=cast(MovementKind, row["kind"]),
        product=str(row["product_id"]),
        place=str(row["place"]),
        thousandths=_integer(row["thousandths"]),
        stamp=_stamp(row),
        author=_integer(row["author"]),
        day=_integer(row["day"]),
        told=cast(bytes, row["told"]),
        reason=str(row["reason"]),
    )


def count_of(row: Mapping[str, Cell]) -> Count:
    """A count from its row of `STOCK_COUNTED`."""
    seen = cast(bytes, row["seen"])
    pieces = (seen[at : at + SEEN_BYTES] for at in range(0, len(seen), SEEN_BYTES))
    return Count(
        id=FactId(str(row["fact"])),
        ids=tuple(map(FactId, str(row["facts"]).split())),
        product=str(row["product_id"]),
        place=str(row["place"]),
        thousandths=_integer(row["thousandths"]),
        stamp=_stamp(row),
        author=_integer(row["author"]),
        day=_integer(row["day"]),
        told=cast(bytes, row["told"]),
        is_opening=bool(row["is_opening"]),
        replaces=tuple(map(FactId, str(row["replaces"]).split())),
        seen=read_seen(pieces),
    )


def _stamp(row: Mapping[str, Cell]) -> Stamp:
    return Stamp(_integer(row["added_hlc"]), *fact_origin(FactId(str(row["fact"]))))


def _integer(value: Cell) -> int:
    assert isinstance(value, int), "its column is one of integers"
    return value
