"""What each fact about an order must look like; see `schema`."""

from typing import Final

from simulations.reference.shapes import (
    CODE,
    ID,
    LINES,
    MAYBE_ID,
    METHODS,
    MONEY,
    MONEY_OR_ZERO,
    NAME,
    NOTE,
    ON_TRUST,
    QUANTITY,
    REASON,
    REFERENCES,
    REQUIRED,
    SERVICES,
    TOTAL,
    Check,
    Shape,
    array_of,
    is_bool,
    is_fact_id,
    is_id,
    is_id_text,
    like,
    list_of,
    map_of,
    one_of,
    or_none,
    text,
    whole,
)

_MODIFIER = {
    "name": (NAME, REQUIRED),
    "thousandths": (QUANTITY, 1000),
    "unit_centavos": (whole(-(10**9), 10**9), 0),
    "product": (CODE, ""),
}

# Fields of a line that its author's catalog said.
_COPIED = ("product", "name", "thousandths", "unit_centavos", "modifiers", "station", "category")

_ACQUIRER = {
    "name": (CODE, REQUIRED),
    "transaction": (CODE, ""),
    "authorization": (CODE, ""),
    "brand": (CODE, ""),
}

# An array: line, name, thousandths, centavos of one unit, centavos of the line.
_CLOSED_LINE = array_of(is_id, text(0, 120), QUANTITY, whole(0, 10**11), TOTAL)

# An array: line, and arrays of product and thousandths.
_SUPPLY = array_of(is_id, whole(1, 10**11))
_TAKES = array_of(is_id, list_of(_SUPPLY, 512, least=1))

# An array: payment, method, centavos.
_AND_ON_TRUST = (*METHODS, ON_TRUST)
_CLOSED_PAYMENT = array_of(is_id, one_of(*_AND_ON_TRUST), MONEY)
# An array: kind, line of the closing, rate, people.
_CLOSED_CHARGE = array_of(CODE, is_id, MONEY_OR_ZERO, whole(0, 1000))
# An array: line, taken off by discounts of it, by those of the order.
_CLOSED_DISCOUNT = array_of(is_id, TOTAL, TOTAL)
# What each kind of discount can amount to.
DISCOUNTS: Final = {
    "percent": whole(1, 10_000),
    "value": whole(1, 10**11),
    "courtesy": whole(0, 0),
}
_TERM: Shape = {"reason": (REASON, ""), "authorised_by": MAYBE_ID, "replaces": REFERENCES}
_SHARE = {
    "share": ID,
    "name": (text(0, 120), ""),
    "lines": (list_of(array_of(is_id, QUANTITY), 512), []),
    "centavos": (MONEY_OR_ZERO, 0),
    "people": (whole(0, 1000), 0),
}
_PAYMENT_REPORT = {"payment": ID, "reason": (REASON, "")}
DELIVERY: Shape = {
    "name": (text(0, 120), ""),
    "phone": (text(0, 40), ""),
    "street": (text(0, 120), ""),
    "number": (text(0, 20), ""),
    "complement": (text(0, 120), ""),
    "district": (text(0, 120), ""),
    "city": (text(0, 120), ""),
    "postal_code": (text(0, 20), ""),
    "reference": (NOTE, ""),
}

ORDER_SHAPES: dict[str, Shape] = {
    "order_opened": {
        "service_type": (one_of(*SERVICES), REQUIRED),
        "table": MAYBE_ID,
        "tab": (or_none(text(1, 40)), None),
        "waiter": (or_none(NAME), None),
        "customer": (or_none(NAME), None),
        "note": (or_none(NOTE), None),
        "people": (or_none(whole(1, 1000)), None),
        "external_id": (or_none(text(1, 120)), None),
        "tabs_seen": (list_of(is_id, 512), []),
        "tables_seen": (list_of(is_id, 512), []),
    },
    "order_numbered": {
        "number": (whole(1, 10**9), REQUIRED),
        "letters": (like("[A-Z]{1,3}"), REQUIRED),
    },
    "line_added": {
        "line": ID,
        "product": (CODE, REQUIRED),
        "name": (NAME, REQUIRED),
        "thousandths": (QUANTITY, REQUIRED),
        "unit_centavos": (whole(0, 10**9), REQUIRED),
        "modifiers": (list_of(map_of(_MODIFIER), 64), []),
        "note": (NOTE, ""),
        "course": (whole(0, 20), 0),
        "station": (CODE, ""),
        "category": (CODE, ""),
        "external_id": (or_none(text(1, 120)), None),
        "copied": (list_of(one_of(*_COPIED), 7), []),
    },
    "line_cancelled": {
        "line": ID,
        "thousandths": (QUANTITY, REQUIRED),
        "reason": (REASON, ""),
        "sends_seen": REFERENCES,
    },
    "delivery_set": {"delivery": (map_of(DELIVERY), REQUIRED), "replaces": REFERENCES},
    "course_fired": {"course": (whole(1, 20), REQUIRED)},
    "lines_fired": {"lines": LINES, "splits_seen": REFERENCES},
    "firing_recalled": {
        "course": (whole(1, 20), REQUIRED),
        "firings": (list_of(is_fact_id, 512), REQUIRED),
    },
    "line_recalled": {
        "line": ID,
        "reports": (list_of(is_fact_id, 512), REQUIRED),
        "splits_seen": REFERENCES,
    },
    "line_routed": {
        "line": ID,
        "station": (CODE, REQUIRED),
        "replaces": REFERENCES,
        "splits_seen": REFERENCES,
    },
    "lines_sent": {"lines": LINES, "cancellations_seen": REFERENCES, "splits_seen": REFERENCES},
    "lines_preparing": {"lines": LINES, "splits_seen": REFERENCES},
    "lines_ready": {"lines": LINES, "splits_seen": REFERENCES},
    "lines_delivered": {"lines": LINES, "splits_seen": REFERENCES},
    "supplies_taken": {"takes": (list_of(_TAKES, 512, least=1), REQUIRED)},
    "line_split": {"line": ID, "part": ID, "thousandths": (QUANTITY, REQUIRED)},
    "lines_moved": {
        "lines": LINES,
        "to": ID,
        "replaces": REFERENCES,
        "left": MAYBE_ID,
        "discounts_seen": REFERENCES,
    },
    "lines_arrived": {"lines": LINES, "home": ID},
    "order_merged_into": {"into": ID, "charges": (is_bool, False)},
    "field_set": {
        "field": (
            one_of(
                "table", "tab", "waiter", "customer", "note", "people", "service_type",
                "external_id",
            ),
            REQUIRED,
        ),
        "value": (lambda _: True, None),  # see _holds
        "replaces": REFERENCES,
    },
    "flag_set": {
        "name": (like("[a-z][a-z0-9_]{0,39}"), REQUIRED),
        "value": (is_bool, REQUIRED),
        "replaces": REFERENCES,
    },
    "payment_received": {
        "payment": ID,
        "centavos": (MONEY, REQUIRED),
        "method": (one_of(*METHODS), REQUIRED),
        "change_centavos": (MONEY_OR_ZERO, 0),
        "acquirer": (or_none(map_of(_ACQUIRER)), None),
        "is_pending": (is_bool, False),
        "note": (NOTE, ""),
        "share": MAYBE_ID,
        "payments_seen": REFERENCES,
    },
    "payment_confirmed": {"payment": ID, "acquirer": (or_none(map_of(_ACQUIRER)), None)},
    "payment_denied": _PAYMENT_REPORT,
    "payment_unknown": _PAYMENT_REPORT,
    "payment_refunded": {
        "refund": ID,
        "centavos": (MONEY, REQUIRED),
        "payment": MAYBE_ID,
        "method": (one_of(*_AND_ON_TRUST), "dinheiro"),
        "reason": (REASON, ""),
    },
    "paid_on_account": {
        "payment": ID,
        "account": ID,
        "centavos": (MONEY, REQUIRED),
        "note": (NOTE, ""),
        "share": MAYBE_ID,
        "payments_seen": REFERENCES,
    },
    "bill_asked": {},
    "bill_closed": {
        "lines": (list_of(_CLOSED_LINE, 4096), REQUIRED),
        "total": (TOTAL, REQUIRED),
        "payments": (list_of(_CLOSED_PAYMENT, 4096), REQUIRED),
        "paid": (TOTAL, REQUIRED),
        "counted": (list_of(is_fact_id, 4096), []),
        "charges": (list_of(_CLOSED_CHARGE, 64), []),
        "discounts": (list_of(_CLOSED_DISCOUNT, 4096), []),
        "tips": (TOTAL, 0),
    },
    "discount_given": {
        "kind": (one_of(*DISCOUNTS), REQUIRED),
        "reason": (text(1, 200), REQUIRED),
        "amount": (MONEY_OR_ZERO, 0),  # see DISCOUNTS
        "line": MAYBE_ID,
        "authorised_by": MAYBE_ID,
        "replaces": REFERENCES,
        "splits_seen": REFERENCES,
        "moves_seen": REFERENCES,
    },
    "discount_withdrawn": {
        "discounts": (list_of(is_fact_id, 512, least=1), REQUIRED),
        "reason": (REASON, ""),
        "authorised_by": MAYBE_ID,
        "into": MAYBE_ID,
    },
    "discount_carried": {
        "discount": ID,
        "source": ID,
        "kind": (one_of(*DISCOUNTS), REQUIRED),
        "lines": LINES,
        "reason": (text(1, 200), REQUIRED),
        "basis_points": (whole(0, 10_000), 0),
        "centavos": (whole(-(10**11), 10**11), 0),
        "authorised_by": MAYBE_ID,
        "splits_seen": REFERENCES,
    },
    "service_set": {"basis_points": (whole(0, 10_000), REQUIRED), **_TERM},
    "couvert_set": {
        "unit_centavos": (MONEY_OR_ZERO, REQUIRED),
        "people": (whole(0, 1000), 0),
        **_TERM,
    },
    "minimum_set": {
        "centavos": (MONEY_OR_ZERO, REQUIRED),
        "is_per_person": (is_bool, False),
        **_TERM,
    },
    "delivery_fee_set": {"centavos": (MONEY_OR_ZERO, REQUIRED), **_TERM},
    "tip_received": {
        "centavos": (MONEY, REQUIRED),
        "method": (one_of(*METHODS), REQUIRED),
        "payment": MAYBE_ID,
        "note": (NOTE, ""),
    },
    "tip_returned": {
        "tips": (list_of(is_fact_id, 512, least=1), REQUIRED),
        "reason": (REASON, ""),
    },
    "bill_split": {"shares": (list_of(map_of(_SHARE), 200), REQUIRED), "replaces": REFERENCES},
    "bill_reopened": {"closing": (is_fact_id, REQUIRED), "reason": (REASON, "")},
    "order_cancelled": {"reason": (REASON, ""), "moves_seen": REFERENCES},
    "order_restored": {
        "cancellations": (list_of(is_fact_id, 512, least=1), REQUIRED),
        "reason": (REASON, ""),
    },
}  # fmt: skip

ORDER_RELIES: Final = {
    "order_opened": ("tabs_seen", "tables_seen"),
    "order_numbered": ("number", "letters"),
    "line_cancelled": ("sends_seen",),
    "delivery_set": ("replaces",),
    "firing_recalled": ("firings",),
    "lines_fired": ("splits_seen",),
    "line_recalled": ("reports", "splits_seen"),
    "line_routed": ("replaces", "splits_seen"),
    "lines_sent": ("cancellations_seen", "splits_seen"),
    "lines_preparing": ("splits_seen",),
    "lines_ready": ("splits_seen",),
    "lines_delivered": ("splits_seen",),
    "lines_moved": ("replaces", "discounts_seen"),
    "order_cancelled": ("moves_seen",),
    "field_set": ("replaces",),
    "flag_set": ("replaces",),
    "bill_closed": ("counted",),
    "discount_carried": ("splits_seen",),
    "discount_given": ("replaces", "splits_seen", "moves_seen"),
    "service_set": ("replaces",),
    "couvert_set": ("replaces",),
    "minimum_set": ("replaces",),
    "delivery_fee_set": ("replaces",),
    "bill_split": ("replaces",),
    "payment_received": ("payments_seen",),
    "paid_on_account": ("payments_seen",),
}

# What each register of an order can hold.
ORDER_VALUES: dict[str, Check] = {
    "table": or_none(is_id_text),
    "tab": or_none(text(0, 40)),
    "waiter": or_none(text(0, 120)),
    "customer": or_none(text(0, 120)),
    "note": or_none(NOTE),
    "people": or_none(whole(1, 1000)),
    "service_type": one_of(*SERVICES),
    "external_id": or_none(text(0, 120)),
}
