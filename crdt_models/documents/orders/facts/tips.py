"""Tips: money for the staff, beside every bill. A version that skips them shows no wrong bill, so
nobody must understand them."""

from crdt_models.documents.fields import (
    Centavos,
    Note,
    PaymentMethod,
    PaymentRef,
    Reason,
    SomeFactRefs,
)
from crdt_models.fact import Fact


class TipReceived(Fact, frozen=True, tag="tip_received"):
    """Money for the staff, beyond the bill: part of no total, balance or change.

    payment: the one that it came with; it counts while that one does. None: given by itself.
    """

    centavos: Centavos
    method: PaymentMethod
    payment: PaymentRef | None = None
    note: Note = ""


class TipReturned(Fact, frozen=True, tag="tip_returned"):
    """The named tips were handed back, or were never given."""

    tips: SomeFactRefs
    reason: Reason = ""
