"""What a fact of the floor must look like to be understood. See `schema`."""

from typing import Final

from simulations.reference.shapes import (
    ID,
    MAYBE_ID,
    NAME,
    NOTE,
    REASON,
    REFERENCES,
    REQUIRED,
    Shape,
    is_id,
    list_of,
    one_of,
    or_none,
    text,
    whole,
)
from simulations.reference.stored import Fields

_MINUTE = (whole(0, 2**32 - 1), REQUIRED)
_PLACE = {
    "from_minute": _MINUTE,
    "until_minute": _MINUTE,
    "tables": (list_of(is_id, 16), []),
}
_WHO = {"name": (NAME, REQUIRED), "people": (whole(1, 1000), REQUIRED), "note": (NOTE, "")}
FLOOR_SHAPES: Final[dict[str, Shape]] = {
    "waiter_assigned": {
        "table": MAYBE_ID,
        "area": MAYBE_ID,
        "waiter": (or_none(NAME), None),
        "replaces": REFERENCES,
    },
    "tables_joined": {"tables": (list_of(is_id, 64, least=2), REQUIRED)},
    "tables_separated": {"table": ID, "joins": REFERENCES},
    "table_cleaned": {"table": ID, "left": REFERENCES},
    "reservation_booked": {"reservation": ID, **_WHO, **_PLACE},
    "reservation_moved": {"reservation": ID, **_PLACE, "replaces": REFERENCES},
    "reservation_changed": {"reservation": ID, **_WHO, "replaces": REFERENCES},
    "reservation_contact": {
        "reservation": ID,
        "phone": (or_none(text(1, 40)), None),
        "replaces": REFERENCES,
    },
    "reservation_marked": {
        "reservation": ID,
        "state": (one_of("booked", "arrived", "seated", "no_show", "cancelled"), REQUIRED),
        "order": MAYBE_ID,
        "reason": (REASON, ""),
        "replaces": REFERENCES,
    },
}
FLOOR_RELIES: Final = {
    "waiter_assigned": ("replaces",),
    "tables_separated": ("joins",),
    "table_cleaned": ("left",),
    "reservation_moved": ("replaces",),
    "reservation_changed": ("replaces",),
    "reservation_contact": ("replaces",),
    "reservation_marked": ("replaces",),
}


def floor_holds(tag: str, fields: Fields) -> bool:
    """Whether the fields fit together."""
    if tag == "waiter_assigned":
        return (fields["table"] is None) != (fields["area"] is None)
    if tag in ("reservation_booked", "reservation_moved"):
        return bool(fields["from_minute"] < fields["until_minute"])
    return True
