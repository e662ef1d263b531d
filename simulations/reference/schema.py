"""What each fact must look like to be understood, and in which kind of document.

Rules of this file:
1. A fact that does not look so, has a tag that is not listed, or stands in a document of another
   kind is *not understood*: it is kept and has no effect.
2. A field that is not listed is ignored; one that is left out has its default.
3. `RELIED_ON` are the fields that say what the author knew. They are no part of what the author
   meant: one command told at two terminals is one fact though they knew different things. (The
   design says "equal body"; that these fields are excepted is the product's choice, and so is that
   an order's number is among them: it is drawn by the terminal, not meant by the command.)
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from simulations.reference.stored import Fact, Fields

Check: TypeAlias = Callable[[Any], bool]
Shape: TypeAlias = Mapping[str, tuple[Check, Any]]  # field → what it holds, and its default
REQUIRED: Final = object()

_FACT_ID = re.compile(r"[0-9A-Za-z_-]{22}\.[0-9]{1,3}")
_ORDER_DOCUMENT = re.compile(r"order:[0-9a-f]{32}")
_ID_TEXT = re.compile(r"[0-9a-f]{32}")
_METHODS = ("dinheiro", "credito", "debito", "pix", "vale", "outro")
_SERVICES = ("mesa", "comanda", "balcao", "viagem", "entrega")


def _whole(least: int, most: int) -> Check:
    return lambda value: type(value) is int and least <= value <= most


def _text(least: int, most: int) -> Check:
    return lambda value: type(value) is str and least <= len(value) <= most


def _like(pattern: str) -> Check:
    return lambda value: type(value) is str and bool(re.fullmatch(pattern, value))


def _one_of(*values: str) -> Check:
    return lambda value: type(value) is str and value in values


def _or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _list_of(check: Check, most: int, least: int = 0) -> Check:
    return lambda value: (
        type(value) is list and least <= len(value) <= most and all(map(check, value))
    )


def _array(*checks: Check) -> Check:
    """An array of at least so many values; what follows them is ignored."""
    return lambda value: (
        type(value) is list
        and len(value) >= len(checks)
        and all(check(each) for check, each in zip(checks, value, strict=False))
    )


def _map(shape: Shape) -> Check:
    return lambda value: type(value) is dict and _completed(shape, value) is not None


def _is_id(value: Any) -> bool:
    return type(value) is bytes and len(value) == 16


def _is_bool(value: Any) -> bool:
    return type(value) is bool


def _is_fact_id(value: Any) -> bool:
    return type(value) is str and bool(_FACT_ID.fullmatch(value))


_REFERENCES: tuple[Check, Any] = (_list_of(_is_fact_id, 512), [])
_LINES = (_list_of(_is_id, 512, least=1), REQUIRED)
_ID = (_is_id, REQUIRED)
_MAYBE_ID = (_or_none(_is_id), None)
_NAME, _CODE, _NOTE, _REASON = _text(1, 120), _text(0, 64), _text(0, 500), _text(0, 200)
_QUANTITY = _whole(1, 10_000_000)
_MONEY, _MONEY_OR_ZERO = _whole(1, 10**11), _whole(0, 10**11)
_TOTAL = _whole(0, 2**53 - 1)

_MODIFIER = {
    "name": (_NAME, REQUIRED),
    "thousandths": (_QUANTITY, 1000),
    "unit_centavos": (_whole(-(10**9), 10**9), 0),
}
_ACQUIRER = {
    "name": (_CODE, REQUIRED),
    "transaction": (_CODE, ""),
    "authorization": (_CODE, ""),
    "brand": (_CODE, ""),
}
# An array: line, name, thousandths, centavos of one unit, centavos of the line.
_CLOSED_LINE = _array(_is_id, _text(0, 120), _QUANTITY, _whole(0, 10**11), _TOTAL)
# An array: payment, method, centavos.
_CLOSED_PAYMENT = _array(_is_id, _one_of(*_METHODS), _MONEY)
_PAYMENT_REPORT = {"payment": _ID, "reason": (_REASON, "")}

_ORDER: dict[str, Shape] = {
    "order_opened": {
        "service_type": (_one_of(*_SERVICES), REQUIRED),
        "table": _MAYBE_ID,
        "tab": (_or_none(_text(1, 40)), None),
        "waiter": (_or_none(_NAME), None),
        "customer": (_or_none(_NAME), None),
        "note": (_or_none(_NOTE), None),
        "people": (_or_none(_whole(1, 1000)), None),
        "external_id": (_or_none(_text(1, 120)), None),
        "tabs_seen": (_list_of(_is_id, 512), []),
    },
    "order_numbered": {
        "number": (_whole(1, 10**9), REQUIRED),
        "letters": (_like("[A-Z]{1,3}"), REQUIRED),
    },
    "line_added": {
        "line": _ID,
        "product": (_CODE, REQUIRED),
        "name": (_NAME, REQUIRED),
        "thousandths": (_QUANTITY, REQUIRED),
        "unit_centavos": (_whole(0, 10**9), REQUIRED),
        "modifiers": (_list_of(_map(_MODIFIER), 64), []),
        "note": (_NOTE, ""),
        "course": (_whole(0, 20), 0),
        "station": (_CODE, ""),
        "category": (_CODE, ""),
        "external_id": (_or_none(_text(1, 120)), None),
    },
    "line_cancelled": {
        "line": _ID,
        "thousandths": (_QUANTITY, REQUIRED),
        "reason": (_REASON, ""),
        "sends_seen": _REFERENCES,
    },
    "lines_sent": {"lines": _LINES, "cancellations_seen": _REFERENCES},
    "lines_preparing": {"lines": _LINES},
    "lines_ready": {"lines": _LINES},
    "lines_delivered": {"lines": _LINES},
    "field_set": {
        "field": (
            _one_of(
                "table", "tab", "waiter", "customer", "note", "people", "service_type",
                "external_id",
            ),
            REQUIRED,
        ),
        "value": (lambda _: True, None),  # see _holds
        "replaces": _REFERENCES,
    },
    "flag_set": {
        "name": (_like("[a-z][a-z0-9_]{0,39}"), REQUIRED),
        "value": (_is_bool, REQUIRED),
        "replaces": _REFERENCES,
    },
    "payment_received": {
        "payment": _ID,
        "centavos": (_MONEY, REQUIRED),
        "method": (_one_of(*_METHODS), REQUIRED),
        "change_centavos": (_MONEY_OR_ZERO, 0),
        "acquirer": (_or_none(_map(_ACQUIRER)), None),
        "is_pending": (_is_bool, False),
        "note": (_NOTE, ""),
    },
    "payment_confirmed": {"payment": _ID, "acquirer": (_or_none(_map(_ACQUIRER)), None)},
    "payment_denied": _PAYMENT_REPORT,
    "payment_unknown": _PAYMENT_REPORT,
    "payment_refunded": {
        "refund": _ID,
        "centavos": (_MONEY, REQUIRED),
        "payment": _MAYBE_ID,
        "method": (_one_of(*_METHODS), "dinheiro"),
        "reason": (_REASON, ""),
    },
    "bill_asked": {},
    "bill_closed": {
        "lines": (_list_of(_CLOSED_LINE, 4096), REQUIRED),
        "total": (_TOTAL, REQUIRED),
        "payments": (_list_of(_CLOSED_PAYMENT, 4096), REQUIRED),
        "paid": (_TOTAL, REQUIRED),
        "counted": (_list_of(_is_fact_id, 4096), []),
    },
    "bill_reopened": {"closing": (_is_fact_id, REQUIRED), "reason": (_REASON, "")},
    "order_cancelled": {"reason": (_REASON, "")},
    "order_restored": {
        "cancellations": (_list_of(_is_fact_id, 512, least=1), REQUIRED),
        "reason": (_REASON, ""),
    },
}  # fmt: skip
_ROOM: dict[str, Shape] = {
    "area_added": {"area": _ID, "name": (_NAME, REQUIRED)},
    "area_renamed": {"area": _ID, "name": (_NAME, REQUIRED), "replaces": _REFERENCES},
    "table_added": {
        "table": _ID,
        "label": (_text(1, 40), REQUIRED),
        "area": _MAYBE_ID,
        "seats": (_whole(0, 1000), 0),
        "x": (_whole(-1_000_000, 1_000_000), 0),
        "y": (_whole(-1_000_000, 1_000_000), 0),
    },
    "table_field_set": {
        "table": _ID,
        "field": (_one_of("label", "area", "seats", "waiter", "cleaning", "active"), REQUIRED),
        "value": (lambda _: True, REQUIRED),  # see _holds
        "replaces": _REFERENCES,
    },
    "table_placed": {
        "table": _ID,
        "x": (_whole(-1_000_000, 1_000_000), REQUIRED),
        "y": (_whole(-1_000_000, 1_000_000), REQUIRED),
        "replaces": _REFERENCES,
    },
    "table_reserved": {
        "table": _ID,
        "name": (_or_none(_NAME), None),
        "until_ms": (_or_none(_whole(0, 2**48 - 1)), None),
        "replaces": _REFERENCES,
    },
}
_TERMINALS: dict[str, Shape] = {
    "author_opened": {
        "chain": (lambda value: type(value) is bytes, REQUIRED),
        "program": (lambda value: type(value) is str, ""),
        "tags": (lambda value: type(value) is list and all(type(e) is str for e in value), []),
    }
}
_TRUST: dict[str, Shape] = {
    "member_admitted": {
        "chain": (lambda value: type(value) is bytes and len(value) <= 4096, REQUIRED)
    }
}
_ANYWHERE: dict[str, Shape] = {
    "resolution": {
        "kind": (_CODE, REQUIRED),
        "subject": (_NAME, REQUIRED),
        "choice": (_CODE, REQUIRED),
        "weighs": (_list_of(_is_fact_id, 512), REQUIRED),
        "note": (_NOTE, ""),
        "replaces": _REFERENCES,
    }
}
_BY_DOCUMENT = {"tables": _ROOM, "terminals": _TERMINALS, "trust": _TRUST}

RELIED_ON: Final = {
    "order_opened": ("tabs_seen",),
    "order_numbered": ("number", "letters"),
    "line_cancelled": ("sends_seen",),
    "lines_sent": ("cancellations_seen",),
    "field_set": ("replaces",),
    "flag_set": ("replaces",),
    "bill_closed": ("counted",),
    "area_renamed": ("replaces",),
    "table_field_set": ("replaces",),
    "table_placed": ("replaces",),
    "table_reserved": ("replaces",),
    "resolution": ("weighs", "replaces"),
}

# What each register of an order, and of a dining table, can hold.
_ORDER_VALUES: dict[str, Check] = {
    "table": _or_none(lambda value: type(value) is str and bool(_ID_TEXT.fullmatch(value))),
    "tab": _or_none(_text(0, 40)),
    "waiter": _or_none(_text(0, 120)),
    "customer": _or_none(_text(0, 120)),
    "note": _or_none(_NOTE),
    "people": _or_none(_whole(1, 1000)),
    "service_type": _one_of(*_SERVICES),
    "external_id": _or_none(_text(0, 120)),
}
_TABLE_VALUES: dict[str, Check] = {
    "label": _NAME,
    "area": _or_none(lambda value: type(value) is str and bool(_ID_TEXT.fullmatch(value))),
    "seats": _whole(0, 1000),
    "waiter": _or_none(_NAME),
    "cleaning": _is_bool,
    "active": _is_bool,
}


def understood(fact: Fact) -> Fields | None:
    """All fields of the fact, defaults included; None when it is not understood."""
    shape = {**_shapes_of(fact.document), **_ANYWHERE}.get(fact.tag)
    if shape is None:
        return None
    fields = _completed(shape, fact.fields)
    return fields if fields is not None and _holds(fact.tag, fields) else None


def is_order(document: str) -> bool:
    """Whether it is the document of an order."""
    return bool(_ORDER_DOCUMENT.fullmatch(document))


def _shapes_of(document: str) -> dict[str, Shape]:
    return _ORDER if is_order(document) else _BY_DOCUMENT.get(document, {})


def _completed(shape: Shape, given: Fields) -> Fields | None:
    fields = {}
    for name, (check, default) in shape.items():
        value = given.get(name, default)
        if value is REQUIRED or (name in given and not check(value)):
            return None
        fields[name] = value
    return fields


def _holds(tag: str, fields: Fields) -> bool:
    """Whether the register that is written can hold the value."""
    if tag == "field_set":
        return _ORDER_VALUES[fields["field"]](fields["value"])
    if tag == "table_field_set":
        return _TABLE_VALUES[fields["field"]](fields["value"])
    return True
