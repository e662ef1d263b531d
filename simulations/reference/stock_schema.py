"""What each fact about the stock must look like; see `schema`."""

from typing import Final

from simulations.reference.shapes import (
    ID,
    NOTE,
    REFERENCES,
    REQUIRED,
    Shape,
    is_bool,
    list_of,
    map_of,
    or_none,
    text,
    whole,
)
from simulations.reference.stored import Fields

_PLACE = text(0, 40)
_MOST = 10**12
_ITEM = {"product": ID, "thousandths": (whole(1, _MOST), REQUIRED)}
_COUNTED = {"product": ID, "thousandths": (whole(0, _MOST), REQUIRED)}
_ITEMS = (list_of(map_of(_ITEM), 200, least=1), REQUIRED)

STOCK_SHAPES: dict[str, Shape] = {
    "stock_received": {
        "items": _ITEMS,
        "place": (_PLACE, ""),
        "supplier": (text(0, 120), ""),
        "note": (NOTE, ""),
    },
    "stock_lost": {"items": _ITEMS, "reason": (text(1, 200), REQUIRED), "place": (_PLACE, "")},
    "stock_transferred": {
        "items": _ITEMS,
        "origin": (or_none(_PLACE), None),
        "target": (or_none(_PLACE), None),
        "site": (text(0, 120), ""),
        "note": (NOTE, ""),
    },
    "stock_counted": {
        "items": (list_of(map_of(_COUNTED), 200, least=1), REQUIRED),
        "place": (_PLACE, ""),
        "is_opening": (is_bool, False),
        "note": (NOTE, ""),
        "replaces": REFERENCES,
        "seen": (list_of(lambda value: type(value) is bytes and len(value) == 14, 512), []),
    },
}
STOCK_RELIES: Final = {"stock_counted": ("replaces", "seen")}


def stock_holds(tag: str, fields: Fields) -> bool:
    """Whether goods go somewhere, and the other site is named where there is one."""
    if tag != "stock_transferred":
        return True
    ends = (fields["origin"], fields["target"])
    return ends[0] != ends[1] and (None in ends) == bool(fields["site"])
