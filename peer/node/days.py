"""What is known of a business day's money: rows of orders and accounts, and the shifts' own facts.

Rules of this file:
1. What a figure is, `documents.day` decides. Here is where to look, so that a day costs its rows
   and its shifts, however long the shop has been selling.
2. `touched` documents are those of a batch that is being prepared: they take the place of what is
   committed of them.
"""

from collections.abc import Callable, Mapping

from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.day.money import Known, Told, fallen_into, told_by
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.view import View
from crdt_models.ids import DocumentId
from crdt_models.read_models import CASH_SHIFT, DAY_MONEY
from crdt_models.read_models.days import told_of
from peer.storage.projections import Condition, Is, Projections, Query


def money_of_day(
    rows: Projections,
    view: Callable[[DocumentId], View],
    day: int,
    touched: Mapping[DocumentId, View],
) -> Known:
    """view: of a document as people see it, these touched ones as they are now."""
    of_day = Query(table=DAY_MONEY.name, where=(Condition("business_day", day),))
    committed = (row for row in rows.rows(of_day) if row["document_id"] not in touched)
    told: list[Told] = [told_of(row) for row in committed]
    for each in touched.values():
        if isinstance(each, OrderView | AccountView):
            told += told_by(each)
    shifts = _shifts(rows, view, day, touched)
    told += [each for shift in shifts for each in fallen_into(shift)]
    is_open = [each for each in shifts if each.is_open and _opened_by(each, day)]
    return Known(tuple(each for each in told if each.day == day), tuple(is_open))


def _shifts(
    rows: Projections,
    view: Callable[[DocumentId], View],
    day: int,
    touched: Mapping[DocumentId, View],
) -> list[ShiftView]:
    """Those that money fell into on that day, and those that are open."""
    with_money = (
        Condition("first_money_day", day, Is.AT_MOST),
        Condition("last_money_day", day, Is.AT_LEAST),
    )
    found: dict[DocumentId, None] = {}
    for where in (with_money, (Condition("is_open", 1),)):
        query = Query(table=CASH_SHIFT.name, where=where)
        found |= {DocumentId(str(row["document_id"])): None for row in rows.rows(query)}
    found |= {each: None for each, held in touched.items() if isinstance(held, ShiftView)}
    views = (view(document) for document in sorted(found))
    return [each for each in views if isinstance(each, ShiftView)]


def _opened_by(shift: ShiftView, day: int) -> bool:
    """Whether it was opened on that day, or before."""
    return shift.opening is not None and shift.opening.business_day <= day
