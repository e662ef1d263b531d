"""Rows of a day's money: what orders and accounts tell of it. What drawers tell stands in their
shifts alone, see `cash`."""

from collections.abc import Mapping
from typing import cast

from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.cash.facts import MoneyKind
from crdt_models.documents.day.money import Key, Told, told_by
from crdt_models.documents.fields import AnyMethod
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.stock.movements import packed_pairs, read_pairs
from crdt_models.ids import CommandId, DocumentId
from crdt_models.read_models.definitions import Cell, Row, TableDefinition, stored

DAY_MONEY = TableDefinition(
    "day_money",
    (
        ("document_id", "TEXT"),
        ("position", "INTEGER"),
        ("business_day", "INTEGER"),  # under which it was told
        ("kind", "TEXT"),  # payment, refund, tip, tip_return
        ("method", "TEXT"),
        ("command", "TEXT"),  # 32 hexadecimal digits
        ("centavos", "INTEGER"),
        ("told_by", "BLOB"),  # who told it, and when; as `seen` of a count
    ),
    ("document_id", "position"),
)


def day_money_rows(document: DocumentId, view: OrderView | AccountView) -> list[Row]:
    """The rows of `DAY_MONEY`."""
    return [
        (
            document,
            position,
            stored(each.day),
            each.key.kind,
            each.key.method,
            each.key.command.hex(),
            stored(each.centavos),
            packed_pairs(each.by),
        )
        for position, each in enumerate(told_by(view))
    ]


def told_of(row: Mapping[str, Cell]) -> Told:
    """What a row of `DAY_MONEY` tells."""
    day, centavos = row["business_day"], row["centavos"]
    assert isinstance(day, int) and isinstance(centavos, int), "their columns are of integers"
    key = Key(
        cast(MoneyKind, row["kind"]),
        DocumentId(str(row["document_id"])),
        cast(AnyMethod, row["method"]),
        CommandId(bytes.fromhex(str(row["command"]))),
    )
    return Told(key, centavos, day, read_pairs(cast(bytes, row["told_by"])))
