"""What a fact about the shop as a whole, and about its staff, must look like; see `schema`."""

from typing import Final

from simulations.reference.shapes import (
    ID,
    MAYBE_ID,
    MONEY_OR_ZERO,
    NAME,
    REFERENCES,
    REQUIRED,
    SERVICES,
    Shape,
    each_of,
    is_bool,
    like,
    list_of,
    map_of,
    one_of,
    or_none,
    text,
    whole,
)

_KEY = text(1, 40)
_SHORT = text(0, 120)
_STATION: Shape = {"name": (NAME, REQUIRED)}
_PRINTER: Shape = {
    "name": (NAME, REQUIRED),
    "kind": (one_of("network", "usb", "file"), REQUIRED),
    "address": (text(0, 200), REQUIRED),
    "columns": (whole(16, 64), 48),
    "stations": (list_of(_KEY, 100), []),
    "prints_bills": (is_bool, False),
}
PRINTER_DEFAULTS = {name: default for name, (_, default) in _PRINTER.items()}
KEYED: Final = ("stations", "printers", "flags")

# What each setting holds, and what it says before anybody wrote it.
SETTINGS: Shape = {
    "name": (_SHORT, ""),
    "tax_number": (_SHORT, ""),
    "address": (text(0, 200), ""),
    "phone": (_SHORT, ""),
    "service_basis_points": (whole(0, 10_000), 0),
    "service_types": (list_of(one_of(*SERVICES), 8), ["mesa", "comanda"]),
    "day_cutoff": (or_none(whole(0, 719)), None),
    "couvert_centavos": (MONEY_OR_ZERO, 0),
    "minimum_centavos": (MONEY_OR_ZERO, 0),
    "cash_tolerance_centavos": (MONEY_OR_ZERO, 0),
    "stations": (each_of(_KEY, or_none(map_of(_STATION)), 100), {}),
    "printers": (each_of(_KEY, or_none(map_of(_PRINTER)), 100), {}),
    "flags": (each_of(like("[a-z][a-z0-9_]{0,39}"), or_none(is_bool), 100), {}),
}
SETTINGS_SHAPES: dict[str, Shape] = {
    "settings_changed": {"values": (map_of(SETTINGS), REQUIRED), "replaces": REFERENCES},
}
SETTINGS_RELIES: Final = {
    "settings_changed": ("replaces",),
    "operator_added": ("authority",),
    "operator_changed": ("replaces", "authority"),
    "permission_set": ("replaces", "authority"),
    "act_allowed": ("by", "grant", "authority"),
}

_ROLE = one_of("waiter", "cashier", "manager", "owner")
_OPERATOR: Shape = {"name": (NAME, ""), "role": (_ROLE, ""), "active": (is_bool, True)}
STAFF_SHAPES: dict[str, Shape] = {
    "operator_added": {
        "who": ID, "name": (NAME, REQUIRED), "role": (_ROLE, REQUIRED), "authority": REFERENCES,
    },
    "operator_changed": {
        "who": ID,
        "values": (map_of(_OPERATOR), REQUIRED),
        "replaces": REFERENCES,
        "authority": REFERENCES,
    },
    "permission_set": {
        "act": (like("[a-z][a-z0-9_]{0,39}"), REQUIRED),
        "least": (_ROLE, REQUIRED),
        "replaces": REFERENCES,
        "authority": REFERENCES,
    },
    "act_allowed": {
        "document": (text(1, 60), REQUIRED),
        "act": (like("[a-z][a-z0-9_]{0,39}"), REQUIRED),
        "by": ID,
        "grant": MAYBE_ID,
        "authority": REFERENCES,
    },
}  # fmt: skip
