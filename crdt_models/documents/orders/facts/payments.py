"""Money received for an order, what the acquirer says of it, and money handed back."""

import msgspec

from crdt_models.documents.fields import (
    AnyId,
    Centavos,
    CentavosOrZero,
    Code,
    Note,
    PaymentMethod,
    PaymentRef,
    Reason,
)
from crdt_models.fact import Fact


class Acquirer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who moved the money. name: acquirer or bank. transaction: its id there (NSU with terminal,
    Pix E2E id); one (name, transaction, centavos) counts once. Never card data."""

    name: Code
    transaction: Code = ""
    authorization: Code = ""
    brand: Code = ""


class PaymentReceived(Fact, frozen=True, tag="payment_received"):
    """Money towards the bill. centavos: what counts. change_centavos: cash handed back; the
    customer gave the sum of both. is_pending: recorded before the acquirer answered."""

    payment: PaymentRef
    centavos: Centavos
    method: PaymentMethod
    change_centavos: CentavosOrZero = 0
    acquirer: Acquirer | None = None
    is_pending: bool = False
    note: Note = ""


class PaymentConfirmed(Fact, frozen=True, tag="payment_confirmed"):
    """The acquirer says that a pending payment took place."""

    payment: PaymentRef
    acquirer: Acquirer | None = None


class PaymentDenied(Fact, frozen=True, tag="payment_denied"):
    """The acquirer says that a pending payment did not take place."""

    payment: PaymentRef
    reason: Reason = ""


class PaymentUnknown(Fact, frozen=True, tag="payment_unknown"):
    """Nobody could say whether a pending payment took place."""

    payment: PaymentRef
    reason: Reason = ""


class PaymentRefunded(Fact, frozen=True, tag="payment_refunded"):
    """Money handed back. payment: the one that is refunded, when it is one."""

    refund: AnyId
    centavos: Centavos
    payment: PaymentRef | None = None
    method: PaymentMethod = "dinheiro"
    reason: Reason = ""
