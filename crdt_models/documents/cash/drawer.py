"""How money that comes by an order or an account falls into the drawer that is open here.

Rules of this file:
1. It falls into the shift of the terminal at which it is known to have come: a pending payment
   where it is confirmed, a refund where the cash is handed out. Without an open shift it is taken
   all the same: the shop keeps selling.
2. Of several open shifts the operator's own is taken, else one of nobody in particular, else any;
   of these the one that was opened last.
3. The fact in the shift comes after those in the order, so that a command that is executed at a
   terminal with a shift and at one without says the same of the order.
"""

from collections.abc import Iterable
from typing import NamedTuple

from crdt_models.documents.cash.facts import MoneyKind, ShiftMoney
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.command import Context, Read
from crdt_models.documents.fields import MAX_MENTIONS, AnyMethod
from crdt_models.fact import Fact
from crdt_models.ids import AccountId, CreatedId, DocumentId, FactId, OrderId, ShiftId
from crdt_models.ids import shift_document as document_of


class Moved(NamedTuple):
    """Money that changes hands: the fields of `ShiftMoney`."""

    kind: MoneyKind
    id: CreatedId
    method: AnyMethod
    centavos: int
    change_centavos: int = 0


def fallen(
    read: Read,
    context: Context,
    moved: Iterable[Moved],
    *,
    order: OrderId | None = None,
    account: AccountId | None = None,
) -> tuple[tuple[DocumentId, Fact], ...]:
    """What the open shift of this terminal is told, nothing when there is none."""
    shift = shift_here(read, context)
    if shift is None:
        return ()
    after = after_of(shift)
    return tuple(
        (
            shift.document,
            ShiftMoney(
                kind=each.kind,
                id=each.id,
                method=each.method,
                centavos=each.centavos,
                change_centavos=each.change_centavos,
                order=order,
                account=account,
                after=after,
            ),
        )
        for each in moved
    )


def shift_here(read: Read, context: Context) -> ShiftView | None:
    """The shift into which money falls that this operator takes now."""
    shifts = [shift_view(read, each) for each in context.open_shifts()]
    ranked = [(_nearness(each, context), each.shift, each) for each in shifts if each.is_open]
    return max(ranked, key=lambda each: each[:2])[2] if ranked else None


def _nearness(shift: ShiftView, context: Context) -> tuple[int, int]:
    """Greater is nearer: see rule 2."""
    assert shift.opening is not None, "it is open"
    operator = shift.opening.operator
    of_whom = 2 if operator == context.operator else 1 if operator is None else 0
    return of_whom, shift.opening.stamp.hlc


def after_of(shift: ShiftView) -> tuple[FactId, ...]:
    """What the next fact of a shift names. More heads than a fact can name is an attack."""
    return shift.heads[:MAX_MENTIONS]


def shift_view(read: Read, shift: ShiftId) -> ShiftView:
    """The shift, opened or not."""
    view = read(document_of(shift))
    assert isinstance(view, ShiftView), "the kind of a document decides its view"
    return view
