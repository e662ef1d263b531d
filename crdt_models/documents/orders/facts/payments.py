"""Money received for an order, what the acquirer says of it, and money handed back; and what is
sold on trust instead. The same facts tell of money received on a customer's account."""

from typing import ClassVar

import msgspec

from crdt_models.documents.fields import (
    ON_ACCOUNT,
    AccountRef,
    AnyId,
    AnyMethod,
    Centavos,
    CentavosOrZero,
    Code,
    FactRefs,
    Note,
    PaymentMethod,
    PaymentRef,
    Reason,
    ShareRef,
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
    customer gave the sum of both, and a tip that names it. is_pending: recorded before the acquirer
    answered. share: whose part of a bill that is split. payments_seen: what was received for that
    part before, as far as the receiver knew."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"payments_seen"})

    payment: PaymentRef
    centavos: Centavos
    method: PaymentMethod
    change_centavos: CentavosOrZero = 0
    acquirer: Acquirer | None = None
    is_pending: bool = False
    note: Note = ""
    share: ShareRef | None = None
    payments_seen: FactRefs = ()


class PaidOnAccount(Fact, frozen=True, tag="paid_on_account"):
    """Sold on trust: a payment towards the bill that the customer's account owes from now on. The
    same change holds the charge, see `accounts`. A version that skipped it would ask for the money
    again, hence the mark; written only when every terminal announced that it knows it. share,
    payments_seen: as of `PaymentReceived`."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"payments_seen"})
    MUST_UNDERSTAND: ClassVar[bool] = True

    payment: PaymentRef
    account: AccountRef
    centavos: Centavos
    note: Note = ""
    share: ShareRef | None = None
    payments_seen: FactRefs = ()

    @property
    def method(self) -> AnyMethod:
        """By which it came, as of every payment."""
        return ON_ACCOUNT

    @property
    def change_centavos(self) -> int:
        """Nobody is given change of it."""
        return 0

    @property
    def acquirer(self) -> None:
        """Nobody moved money."""

    @property
    def is_pending(self) -> bool:
        """It never waits for an answer."""
        return False


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
    """Money handed back. payment: the one that is refunded, when it is one. method `fiado`: of a
    payment on trust; the same change takes it from what the account owes."""

    refund: AnyId
    centavos: Centavos
    payment: PaymentRef | None = None
    method: AnyMethod = "dinheiro"
    reason: Reason = ""
