"""A customer's account as all its facts make it.

Rules of this file:
1. balance = charges − reversals − (payments that count − what of them was handed back): what the
   customer owes. Below zero the shop owes.
2. Charges and payments are never matched with each other: a payment is of the account, not of an
   order.
3. Payments have the states and the deduplication of an order's (`orders.payments`).
"""

from typing import Any, Literal, NamedTuple

import msgspec

from crdt_models.documents.accounts.facts import (
    AccountCharged,
    AccountField,
    AccountFieldSet,
    AccountOpened,
    AccountValue,
    ChargeReversed,
)
from crdt_models.documents.fields import ON_ACCOUNT
from crdt_models.documents.orders.facts import (
    PaymentConfirmed,
    PaymentDenied,
    PaymentReceived,
    PaymentRefunded,
    PaymentUnknown,
)
from crdt_models.documents.orders.payments import Payment, payments_of
from crdt_models.documents.register import Register, Write
from crdt_models.documents.view import Derived, Once, View
from crdt_models.fact import Entry
from crdt_models.ids import AccountId, CreatedId, OrderId, PaymentId, account_of

FIELDS: tuple[AccountField, ...] = (
    "name", "tax_number", "phone", "note", "limit_centavos", "is_blocked",
)  # fmt: skip
LineKind = Literal["charge", "reversal", "payment", "refund"]


class StatementLine(NamedTuple):
    """One movement. id: of the payment, refund or settlement, as commands call it. centavos: by how
    much it changes what is owed, 0 for a payment that does not count. state: of a payment, else
    `confirmed`. order: of charges and reversals. note: of a payment; of the others why."""

    entry: Entry
    kind: LineKind
    id: CreatedId
    centavos: int
    method: str
    state: str
    order: OrderId | None
    note: str


def _line(
    once: Once[Any],
    kind: LineKind,
    id_: CreatedId,
    centavos: int,
    *,
    method: str = ON_ACCOUNT,
    order: OrderId | None = None,
    note: str = "",
) -> StatementLine:
    return StatementLine(once.entry, kind, id_, centavos, method, "confirmed", order, note)


def _received_line(payment: Payment) -> StatementLine:
    fact = payment.received.fact
    counted = -payment.centavos if payment.state == "confirmed" else 0
    return StatementLine(
        payment.received.entry, "payment", payment.id, counted, fact.method, payment.state, None,
        fact.note,
    )  # fmt: skip


class Charge(msgspec.Struct, frozen=True):
    """One order's payment on trust. reversed: centavos of it that were given back."""

    charged: Once[AccountCharged]
    reversed: int


class AccountView(View):
    """One customer's account. All amounts in centavos."""

    UNDERSTANDS = frozenset({
        AccountOpened, AccountFieldSet, AccountCharged, ChargeReversed, PaymentReceived,
        PaymentConfirmed, PaymentDenied, PaymentUnknown, PaymentRefunded,
    })  # fmt: skip

    @Derived
    def account(self) -> AccountId:
        """The account's id, from its document's."""
        return account_of(self.document)

    @Derived
    def opening(self) -> Once[AccountOpened] | None:
        """The first opening, None while it has not arrived."""
        openings = self.all(AccountOpened)
        return openings[0] if openings else None

    @Derived
    def fields(self) -> dict[AccountField, Register[AccountValue]]:
        """The registers. An opening writes all of them."""
        writes: dict[AccountField, list[Write[AccountValue]]] = {field: [] for field in FIELDS}
        for opening in self.all(AccountOpened):
            for field in FIELDS:
                value = getattr(opening.fact, field, False)  # nobody is blocked from the start
                writes[field].append(Write(opening.id, opening.stamp, value))
        for set_ in self.all(AccountFieldSet):
            replaces = self.same_all(set_.fact.replaces)
            writes[set_.fact.field].append(Write(set_.id, set_.stamp, set_.fact.value, replaces))
        return {field: Register(found) for field, found in writes.items()}

    def text(self, field: AccountField) -> str | None:
        """The current value of a text field."""
        value = self.fields[field].value(None)
        return value if isinstance(value, str) else None

    @property
    def name(self) -> str:
        """Who the customer is."""
        return self.text("name") or ""

    @property
    def limit(self) -> int | None:
        """The most that may be owed; None: no limit."""
        value = self.fields["limit_centavos"].value(None)
        return value if isinstance(value, int) else None

    @property
    def is_blocked(self) -> bool:
        """Whether nothing more is sold on trust."""
        return self.fields["is_blocked"].value(False) is True  # noqa: FBT003 - the default

    @Derived
    def charges(self) -> tuple[Charge, ...]:
        """Every charge, by stamp. Reversals beyond it are its payment's."""
        given_back: dict[tuple[OrderId, PaymentId], int] = {}
        for each in self.all(ChargeReversed):
            key = each.fact.order, each.fact.payment
            given_back[key] = given_back.get(key, 0) + each.fact.centavos
        charges = []
        for charged in self.all(AccountCharged):
            key = charged.fact.order, charged.fact.payment
            part = min(charged.fact.centavos, given_back.get(key, 0))
            given_back[key] = given_back.get(key, 0) - part
            charges.append(Charge(charged, part))
        return tuple(charges)

    @Derived
    def payments(self) -> tuple[Payment, ...]:
        """Every payment of the debt, by stamp, whether it counts or not."""
        return payments_of(self)

    def payments_under(self, payment: PaymentId) -> tuple[Payment, ...]:
        """The payments that go by an id: more than one when a command id was used twice."""
        return tuple(each for each in self.payments if each.id == payment)

    @Derived
    def charged(self) -> int:
        """Centavos of all charges."""
        return sum(each.fact.centavos for each in self.all(AccountCharged))

    @Derived
    def credited(self) -> int:
        """Centavos of all reversals."""
        return sum(each.fact.centavos for each in self.all(ChargeReversed))

    @Derived
    def received(self) -> int:
        """Centavos of all payments that count."""
        return sum(each.centavos for each in self.payments if each.state == "confirmed")

    @Derived
    def refunded(self) -> int:
        """Centavos of them that were handed back."""
        return sum(each.fact.centavos for each in self.all(PaymentRefunded))

    @property
    def settled(self) -> int:
        """received − refunded."""
        return self.received - self.refunded

    @property
    def balance(self) -> int:
        """Centavos that the customer owes; below zero: the shop owes."""
        return self.charged - self.credited - self.settled

    @property
    def available(self) -> int | None:
        """Centavos that may still be charged, never below zero; None: no limit."""
        return None if self.limit is None else max(0, self.limit - self.balance)

    @Derived
    def statement(self) -> tuple[StatementLine, ...]:
        """Every movement, by stamp."""
        lines = [
            _line(each, "charge", each.fact.payment, each.fact.centavos, order=each.fact.order)
            for each in self.all(AccountCharged)
        ]
        lines += [
            _line(each, "reversal", each.fact.refund, -each.fact.centavos,
                  order=each.fact.order, note=each.fact.reason)
            for each in self.all(ChargeReversed)
        ]  # fmt: skip
        lines += [_received_line(each) for each in self.payments]
        lines += [
            _line(each, "refund", each.fact.refund, each.fact.centavos,
                  method=each.fact.method, note=each.fact.reason)
            for each in self.all(PaymentRefunded)
        ]  # fmt: skip
        return tuple(sorted(lines, key=lambda line: line.entry.stamp))
