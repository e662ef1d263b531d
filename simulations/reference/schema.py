"""What each fact must look like to be understood, and in which kind of document.

Rules of this file:
1. A fact that does not look so, has a tag that is not listed, or stands in a document of another
   kind is *not understood*: it is kept and has no effect.
2. A field that is not listed is ignored; one that is left out has its default.
3. `RELIED_ON` are the fields that say what the author knew. They are no part of what the author
   meant: one command told at two terminals is one fact though they knew different things. (The
   design says "equal body"; that these fields are excepted is the product's choice, and so is that
   an order's number is among them: it is drawn by the terminal, not meant by the command.)
   The line of an order lists itself, in `copied`, what its author's catalog said.
4. Facts about orders stand in `order_schema`, about customers in `account_schema`, about the floor
   in `floor_schema`, about products in `catalog_schema`, about the shop in `settings_schema`,
   about cash shifts in `cash_schema`, about stock in `stock_schema`, about the end of a day in
   `day_schema`.
"""

import re
from typing import Final

from simulations.reference.account_schema import (
    ACCOUNT_RELIES,
    ACCOUNT_SHAPES,
    ACCOUNT_VALUES,
)
from simulations.reference.cash_schema import SHIFT_RELIES, SHIFT_SHAPES, is_shift
from simulations.reference.catalog_schema import CATALOG_RELIES, CATALOG_SHAPES
from simulations.reference.day_schema import DAY_RELIES, DAY_SHAPES
from simulations.reference.floor_schema import FLOOR_RELIES, FLOOR_SHAPES, floor_holds
from simulations.reference.order_schema import (
    DISCOUNTS,
    ORDER_RELIES,
    ORDER_SHAPES,
    ORDER_VALUES,
)
from simulations.reference.settings_schema import SETTINGS_RELIES, SETTINGS_SHAPES, STAFF_SHAPES
from simulations.reference.shapes import (
    CODE,
    ID,
    MAYBE_ID,
    NAME,
    NOTE,
    REASON,
    REFERENCES,
    REQUIRED,
    Check,
    Shape,
    completed,
    is_bool,
    is_fact_id,
    is_id,
    is_id_text,
    list_of,
    one_of,
    or_none,
    text,
    whole,
)
from simulations.reference.stock_schema import STOCK_RELIES, STOCK_SHAPES, stock_holds
from simulations.reference.stored import Fact, Fields, is_day, is_floor, is_stock

_LIKE_A_CARD = re.compile(r"(?!0+\Z)[0-9]{1,4}")
_ORDER_DOCUMENT = re.compile(r"order:[0-9a-f]{32}")
_ACCOUNT_DOCUMENT = re.compile(r"account:[0-9a-f]{32}")
_CARD = (whole(1, 9_999), REQUIRED)
_TABLE_VALUES: dict[str, Check] = {
    "label": NAME,
    "number": or_none(NAME),
    "area": or_none(is_id_text),
    "seats": whole(0, 1000),
    "waiter": or_none(NAME),
    "cleaning": is_bool,
    "active": is_bool,
}

_ROOM: dict[str, Shape] = {
    "area_added": {"area": ID, "name": (NAME, REQUIRED)},
    "area_renamed": {"area": ID, "name": (NAME, REQUIRED), "replaces": REFERENCES},
    "table_added": {
        "table": ID,
        "label": (text(1, 40), REQUIRED),
        "number": (or_none(text(1, 40)), None),
        "area": MAYBE_ID,
        "seats": (whole(0, 1000), 0),
        "x": (whole(-1_000_000, 1_000_000), 0),
        "y": (whole(-1_000_000, 1_000_000), 0),
    },
    "table_field_set": {
        "table": ID,
        "field": (one_of(*_TABLE_VALUES), REQUIRED),
        "value": (lambda _: True, REQUIRED),  # see _holds
        "replaces": REFERENCES,
    },
    "table_placed": {
        "table": ID,
        "x": (whole(-1_000_000, 1_000_000), REQUIRED),
        "y": (whole(-1_000_000, 1_000_000), REQUIRED),
        "replaces": REFERENCES,
    },
    "table_reserved": {
        "table": ID,
        "name": (or_none(NAME), None),
        "until_ms": (or_none(whole(0, 2**48 - 1)), None),
        "replaces": REFERENCES,
    },
    "cards_registered": {"first": _CARD, "last": _CARD},
    "cards_withdrawn": {"first": _CARD, "last": _CARD, "registered": REFERENCES},
    "card_coded": {
        "card": _CARD,
        "code": (or_none(text(1, 40)), None),
        "replaces": REFERENCES,
    },
    "card_blocked": {
        "card": _CARD,
        "reason": (or_none(one_of("lost", "stolen", "damaged", "other")), None),
        "note": (REASON, ""),
        "orders_seen": (list_of(is_id, 512), []),
        "replaces": REFERENCES,
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
        "kind": (CODE, REQUIRED),
        "subject": (NAME, REQUIRED),
        "choice": (CODE, REQUIRED),
        "weighs": (list_of(is_fact_id, 512), REQUIRED),
        "note": (NOTE, ""),
        "replaces": REFERENCES,
    }
}

_BY_DOCUMENT = {
    "catalog": CATALOG_SHAPES,
    "settings": SETTINGS_SHAPES,
    "staff": STAFF_SHAPES,
    "tables": _ROOM,
    "terminals": _TERMINALS,
    "trust": _TRUST,
}
RELIED_ON: Final = {
    **ORDER_RELIES,
    **ACCOUNT_RELIES,
    **CATALOG_RELIES,
    **SETTINGS_RELIES,
    **SHIFT_RELIES,
    **DAY_RELIES,
    "area_renamed": ("replaces",),
    "table_field_set": ("replaces",),
    "table_placed": ("replaces",),
    "table_reserved": ("replaces",),
    "cards_withdrawn": ("registered",),
    "card_coded": ("replaces",),
    "card_blocked": ("replaces", "orders_seen"),
    **FLOOR_RELIES,
    **STOCK_RELIES,
    "resolution": ("weighs", "replaces"),
}


def understood(fact: Fact) -> Fields | None:
    """All fields of the fact, defaults included; None when it is not understood."""
    shape = {**_shapes_of(fact.document), **_ANYWHERE}.get(fact.tag)
    if shape is None:
        return None
    fields = completed(shape, fact.fields)
    return fields if fields is not None and _holds(fact.tag, fields) else None


def is_order(document: str) -> bool:
    """Whether it is the document of an order."""
    return bool(_ORDER_DOCUMENT.fullmatch(document))


def is_account(document: str) -> bool:
    """Whether it is the document of a customer's account."""
    return bool(_ACCOUNT_DOCUMENT.fullmatch(document))


def _shapes_of(document: str) -> dict[str, Shape]:
    if is_account(document):
        return ACCOUNT_SHAPES
    if is_order(document):
        return ORDER_SHAPES
    if is_shift(document):
        return SHIFT_SHAPES
    if is_stock(document):
        return STOCK_SHAPES
    if is_day(document):
        return DAY_SHAPES
    return FLOOR_SHAPES if is_floor(document) else _BY_DOCUMENT.get(document, {})


def _holds(tag: str, fields: Fields) -> bool:
    """Whether the values go together: what a register can hold, what a discount can be."""
    if tag == "field_set":
        return ORDER_VALUES[fields["field"]](fields["value"])
    if tag == "table_field_set":
        return _TABLE_VALUES[fields["field"]](fields["value"])
    if tag == "account_field_set":
        return ACCOUNT_VALUES[fields["field"]](fields["value"])
    if tag == "discount_given":
        return DISCOUNTS[fields["kind"]](fields["amount"])
    if tag in ("cards_registered", "cards_withdrawn"):
        return bool(fields["first"] <= fields["last"])
    if tag == "card_coded":
        return fields["code"] is None or not _LIKE_A_CARD.fullmatch(fields["code"])
    return floor_holds(tag, fields) and stock_holds(tag, fields)
