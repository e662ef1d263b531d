"""What each fact about a customer's account must look like; see `schema`."""

from typing import Final

from simulations.reference.order_schema import ORDER_SHAPES
from simulations.reference.shapes import (
    ID,
    MONEY,
    MONEY_OR_ZERO,
    NAME,
    NOTE,
    REASON,
    REFERENCES,
    REQUIRED,
    Check,
    Shape,
    is_bool,
    one_of,
    or_none,
    text,
)

_OF_PAYMENTS = (
    "payment_received", "payment_confirmed", "payment_denied", "payment_unknown",
    "payment_refunded",
)  # fmt: skip

# What each register of an account can hold.
ACCOUNT_VALUES: Final[dict[str, Check]] = {
    "name": NAME,
    "tax_number": or_none(text(1, 20)),
    "phone": or_none(text(1, 40)),
    "note": NOTE,
    "limit_centavos": or_none(MONEY_OR_ZERO),
    "is_blocked": is_bool,
}

ACCOUNT_SHAPES: Final[dict[str, Shape]] = {
    "account_opened": {
        "name": (NAME, REQUIRED),
        "tax_number": (or_none(text(1, 20)), None),
        "phone": (or_none(text(1, 40)), None),
        "note": (NOTE, ""),
        "limit_centavos": (or_none(MONEY_OR_ZERO), None),
    },
    "account_field_set": {
        "field": (one_of(*ACCOUNT_VALUES), REQUIRED),
        "value": (lambda _: True, REQUIRED),  # see `schema`
        "replaces": REFERENCES,
        "seen": REFERENCES,
    },
    "account_charged": {"order": ID, "payment": ID, "centavos": (MONEY, REQUIRED)},
    "charge_reversed": {
        "refund": ID,
        "order": ID,
        "payment": ID,
        "centavos": (MONEY, REQUIRED),
        "reason": (REASON, ""),
    },
    **{tag: ORDER_SHAPES[tag] for tag in _OF_PAYMENTS},
}
ACCOUNT_RELIES: Final = {"account_field_set": ("replaces", "seen")}
