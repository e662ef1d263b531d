"""What can happen to a customer's account. Money received on it are the payment facts of orders.

Rules of this file:
1. A charge stands in the account, its payment (`paid_on_account`) in the order, and one change
   holds both; so with a refund and the charge's reversal. Nobody ever knows one without the other.
2. Money is centavos. A tag or a field, once released, keeps its meaning.
3. `PERSONAL` names the fields that tell of a person; the vault that guards them comes with trust.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from crdt_models.documents.fields import (
    AnyId,
    Centavos,
    CentavosOrZero,
    FactRefs,
    Name,
    Note,
    OrderRef,
    PaymentRef,
    Phone,
    Reason,
)
from crdt_models.fact import Fact

TaxNumber = Annotated[str, Meta(min_length=1, max_length=20)]  # CPF or CNPJ, as people write it
AccountField = Literal["name", "tax_number", "phone", "note", "limit_centavos", "is_blocked"]
AccountValue = str | int | bool | None


class AccountOpened(Fact, frozen=True, tag="account_opened"):
    """A customer may buy on trust; the account's id is the document's. The values begin the
    registers. limit_centavos: the most that may be owed; None: no limit."""

    PERSONAL: ClassVar[frozenset[str]] = frozenset({"name", "tax_number", "phone", "note"})

    name: Name
    tax_number: TaxNumber | None = None
    phone: Phone | None = None
    note: Note = ""
    limit_centavos: CentavosOrZero | None = None


class AccountFieldSet(Fact, frozen=True, tag="account_field_set"):
    """A register was written. name text; tax_number, phone text or None; note text; limit_centavos
    centavos or None; is_blocked a truth value.

    seen: of a block, the opening and the newest charges that the blocker knew. What another
    terminal sells on trust meanwhile stands, and a person is told (`sold_to_blocked_account`).
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces", "seen"})
    PERSONAL: ClassVar[frozenset[str]] = frozenset({"value"})

    field: AccountField
    value: Note | CentavosOrZero | bool | None
    replaces: FactRefs = ()
    seen: FactRefs = ()

    def __post_init__(self) -> None:
        if not _fits(self.field, self.value):
            raise ValueError(f"{self.field} cannot hold this value")


_TEXTS = {"name": (1, 120), "tax_number": (1, 20), "phone": (1, 40), "note": (0, 500)}


def _fits(field: str, value: AccountValue) -> bool:
    if field == "is_blocked":
        return isinstance(value, bool)
    if field == "limit_centavos":
        return value is None or (isinstance(value, int) and not isinstance(value, bool))
    if value is None:
        return field in ("tax_number", "phone")
    least, most = _TEXTS[field]
    return isinstance(value, str) and least <= len(value) <= most


class AccountCharged(Fact, frozen=True, tag="account_charged"):
    """An order was paid on trust: the customer owes `centavos` more. payment: its id there."""

    order: OrderRef
    payment: PaymentRef
    centavos: Centavos


class ChargeReversed(Fact, frozen=True, tag="charge_reversed"):
    """A payment on trust was refunded: the customer owes `centavos` less. refund: its id in the
    order."""

    refund: AnyId
    order: OrderRef
    payment: PaymentRef
    centavos: Centavos
    reason: Reason = ""
