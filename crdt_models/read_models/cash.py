"""Rows of cash shifts. What fell into a drawer stands in the shift's document alone: rows of a
document are replaced together, and a shift is written at every payment."""

from crdt_models.documents.cash.facts import ShiftMoney
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.fields import CASH
from crdt_models.ids import DocumentId
from crdt_models.read_models.definitions import Row, TableDefinition, hex_of, stored

CASH_SHIFT = TableDefinition(
    "cash_shift",
    (
        ("document_id", "TEXT"),
        ("shift_id", "TEXT"),  # 32 hexadecimal digits
        ("device", "TEXT"),  # that opened it, null before its opening has come
        ("operator", "TEXT"),  # 32 hexadecimal digits
        ("drawer", "TEXT"),
        ("business_day", "INTEGER"),  # of the opening
        ("is_known", "INTEGER"),  # 1 once its opening has come
        ("state", "TEXT"),  # unknown, open, declared, closed, written_off
        ("is_open", "INTEGER"),
        ("opened_hlc", "INTEGER"),
        ("ended_hlc", "INTEGER"),
        ("ended_day", "INTEGER"),  # business day of the closing, or writing-off
        ("updated_hlc", "INTEGER"),
        ("float_centavos", "INTEGER"),
        ("received_centavos", "INTEGER"),  # payments less refunds, by whatever method
        ("expected_cash_centavos", "INTEGER"),
        ("declared_cash_centavos", "INTEGER"),  # null: nobody has counted
        ("late_facts", "INTEGER"),  # beyond the end's cut
        ("first_money_day", "INTEGER"),  # business day of what fell into it, null: nothing did
        ("last_money_day", "INTEGER"),
    ),
    ("document_id",),
)


def shift_row(document: DocumentId, shift: ShiftView) -> Row:
    """The row of `CASH_SHIFT`."""
    opening, end, figures = shift.opening, shift.end, shift.figures
    days = {each.entry.business_day for each in shift.mine(ShiftMoney)}
    received = sum(figures.payments.values()) - sum(figures.refunds.values())
    return (
        document,
        shift.shift.hex(),
        hex_of(shift.owner),
        None if opening is None else hex_of(opening.operator),
        shift.drawer,
        None if opening is None else opening.business_day,
        int(opening is not None),
        shift.state,
        int(shift.is_open),
        None if opening is None else stored(opening.stamp.hlc),
        None if end is None else stored(end.stamp.hlc),
        None if end is None else end.entry.business_day,
        stored(shift.updated),
        stored(figures.float_centavos),
        stored(received),
        stored(figures.expected.get(CASH, 0)),
        stored(shift.declared.get(CASH)),
        len(shift.late),
        stored(min(days, default=None)),
        stored(max(days, default=None)),
    )
