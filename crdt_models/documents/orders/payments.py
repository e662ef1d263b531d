"""Payments and refunds: what was received, what of it counts, what was given back.

Rules of this file:
1. A payment counts when it was received, or was pending and then confirmed. Whatever else is said
   of it, a confirmation counts: money received is never lost.
2. One acquirer transaction (name, id, centavos) counts once, whoever recorded it and how often; the
   record with the least stamp counts. Everything else counts as often as it was commanded.
3. Payment ids are attributes. Two payments under one id both count.
4. What was sold on trust counts at once: no acquirer moved money, so whatever is reported about a
   payment of its id is not about it.
"""

from typing import Literal, TypeAlias

import msgspec

from crdt_models.documents.orders.facts import (
    PaidOnAccount,
    PaymentConfirmed,
    PaymentDenied,
    PaymentReceived,
    PaymentRefunded,
    PaymentUnknown,
)
from crdt_models.documents.view import Once, View
from crdt_models.ids import AccountId, FactId, PaymentId

Receipt: TypeAlias = Once[PaymentReceived] | Once[PaidOnAccount]
PaymentState = Literal["confirmed", "pending", "denied", "unknown", "duplicate"]


class Payment(msgspec.Struct, frozen=True):
    """One payment. state: only `confirmed` counts. outcomes: facts that reported on it.
    is_contradicted: confirmed and denied. refunded: centavos of refunds that name it."""

    received: Receipt
    state: PaymentState
    outcomes: tuple[FactId, ...]
    is_contradicted: bool
    refunded: int

    @property
    def id(self) -> PaymentId:
        """What commands call it."""
        return self.received.fact.payment

    @property
    def counts(self) -> bool:
        """Whether it is money that the shop has, or is owed on an account."""
        return self.state == "confirmed"

    @property
    def centavos(self) -> int:
        """What counts towards the bill when confirmed."""
        return self.received.fact.centavos

    @property
    def account(self) -> AccountId | None:
        """Whose account owes it; None: money came."""
        fact = self.received.fact
        return fact.account if isinstance(fact, PaidOnAccount) else None


def payments_of(view: View) -> tuple[Payment, ...]:
    """Every payment, by stamp, whether it counts or not."""
    refunded = _refunded(view)
    payments = _received(view, refunded)
    on_trust = view.all(PaidOnAccount)
    if not on_trust:  # nearly every order
        return tuple(payments)
    payments += [_on_trust(each, refunded) for each in on_trust]
    return tuple(sorted(payments, key=lambda each: each.received.stamp))


def _on_trust(paid: Once[PaidOnAccount], refunded: dict[PaymentId, int]) -> Payment:
    """Rule 4."""
    return Payment(
        received=paid,
        state="confirmed",
        outcomes=(),
        is_contradicted=False,
        refunded=refunded.get(paid.fact.payment, 0),
    )


def _received(view: View, refunded: dict[PaymentId, int]) -> list[Payment]:
    """Those that money came for, or was to come."""
    confirmed = _outcomes(view, PaymentConfirmed)
    denied = _outcomes(view, PaymentDenied)
    unknown = _outcomes(view, PaymentUnknown)
    transactions: set[tuple[str, str, int]] = set()
    payments = []
    for received in view.all(PaymentReceived):
        payment = received.fact.payment
        state = _state(received.fact, payment in confirmed, payment in denied, payment in unknown)
        key = _transaction(received.fact, confirmed.get(payment, ()))
        if key in transactions and state == "confirmed":
            state = "duplicate"
        if key is not None and state == "confirmed":
            transactions.add(key)
        reports = [
            each for known in (confirmed, denied, unknown) for each in known.get(payment, ())
        ]
        payments.append(
            Payment(
                received=received,
                state=state,
                outcomes=tuple(each.id for each in reports),
                is_contradicted=payment in denied and state in ("confirmed", "duplicate"),
                refunded=refunded.get(payment, 0),
            )
        )
    return payments


def _state(
    fact: PaymentReceived,
    is_confirmed: bool,
    is_denied: bool,
    is_unknown: bool,
) -> PaymentState:
    if not fact.is_pending or is_confirmed:
        return "confirmed"
    if is_denied:
        return "denied"
    return "unknown" if is_unknown else "pending"


_Outcome = PaymentConfirmed | PaymentDenied | PaymentUnknown


def _outcomes(view: View, kind: type[_Outcome]) -> dict[PaymentId, list[Once[_Outcome]]]:
    found: dict[PaymentId, list[Once[_Outcome]]] = {}
    for outcome in view.all(kind):
        found.setdefault(outcome.fact.payment, []).append(outcome)
    return found


def _refunded(view: View) -> dict[PaymentId, int]:
    found: dict[PaymentId, int] = {}
    for refund in view.all(PaymentRefunded):
        payment = refund.fact.payment
        if payment is not None:
            found[payment] = found.get(payment, 0) + refund.fact.centavos
    return found


def _transaction(
    fact: PaymentReceived, confirmations: "tuple[()] | list[Once[_Outcome]]"
) -> tuple[str, str, int] | None:
    """What the acquirer calls the money, from the record or from the first confirmation."""
    known = [fact.acquirer]
    known += [
        each.fact.acquirer for each in confirmations if isinstance(each.fact, PaymentConfirmed)
    ]
    for acquirer in known:
        if acquirer is not None and acquirer.name and acquirer.transaction:
            return acquirer.name, acquirer.transaction, fact.centavos
    return None
