"""What was received towards an order, and what was given back.

Rules of this file:
1. Every payment is kept. It counts when no acquirer had to be asked, or when one confirmed it: a
   confirmation beats any other report, since money received is never lost from sight.
2. Of several records of one acquirer transaction (name, number there, amount) one counts: that with
   the least stamp among those that would. Nothing else makes two payments one: not the amount, not
   a payment id. (That the amount is part of it, and that a number reported with the first
   confirmation serves where the record has none, is the product's choice.)
3. Refunds are kept and all count.
4. What was sold on trust (`paid_on_account`) is a payment that counts at once. No acquirer has a
   part in it, so no report is about it and it is nobody's copy.
"""

from typing import Any, TypeAlias

from msgspec import Struct

from simulations.reference.once import Meaning, Told
from simulations.reference.shapes import ON_TRUST

Transaction: TypeAlias = tuple[str, str, int]


class ReferencePayment(Struct, frozen=True, kw_only=True):
    """state: confirmed, pending, denied, unknown or duplicate; only `confirmed` counts. reports:
    facts that say what became of it."""

    received: Told
    state: str
    reports: tuple[str, ...]
    is_doubtful: bool

    @property
    def id(self) -> bytes:
        name: bytes = self.received["payment"]
        return name

    @property
    def centavos(self) -> int:
        amount: int = self.received["centavos"]
        return amount

    @property
    def method(self) -> str:
        """By which it came."""
        return ON_TRUST if self.received.tag == "paid_on_account" else str(self.received["method"])

    @property
    def change(self) -> int:
        """Cash that was handed back."""
        return int(self.received.fields.get("change_centavos", 0))

    @property
    def counts(self) -> bool:
        return self.state == "confirmed"


def payments_of(meaning: Meaning) -> list[ReferencePayment]:
    """All payments, by stamp."""
    counted: set[Transaction] = set()
    on_trust = [_on_trust(each) for each in meaning.of("paid_on_account")]
    paid = [_payment(meaning, each, counted) for each in meaning.of("payment_received")]
    return sorted([*paid, *on_trust], key=lambda each: each.received.stamp)


def _on_trust(paid: Told) -> ReferencePayment:
    return ReferencePayment(received=paid, state="confirmed", reports=(), is_doubtful=False)


def _payment(meaning: Meaning, received: Told, counted: set[Transaction]) -> ReferencePayment:
    """counted: transactions that count already; grows."""
    confirmed, denied, unknown = (
        [each for each in meaning.of(tag) if each["payment"] == received["payment"]]
        for tag in ("payment_confirmed", "payment_denied", "payment_unknown")
    )
    if not received["is_pending"] or confirmed:
        state = "confirmed"
    elif denied:
        state = "denied"
    else:
        state = "unknown" if unknown else "pending"
    contradicted = state == "confirmed" and bool(denied)
    transaction = _transaction(received, confirmed)
    if state == "confirmed" and transaction is not None:
        state = "duplicate" if transaction in counted else "confirmed"
        counted.add(transaction)
    return ReferencePayment(
        received=received,
        state=state,
        reports=tuple(each.id for each in (*confirmed, *denied, *unknown)),
        is_doubtful=state == "unknown" or contradicted,
    )


def _transaction(received: Told, confirmed: list[Told]) -> Transaction | None:
    acquirers: list[dict[str, Any] | None] = [each["acquirer"] for each in (received, *confirmed)]
    for acquirer in acquirers:
        if acquirer and acquirer["name"] and acquirer.get("transaction"):
            return acquirer["name"], acquirer["transaction"], received["centavos"]
    return None
