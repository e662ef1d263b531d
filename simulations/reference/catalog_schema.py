"""What each fact about the catalog must look like; see `schema`."""

from typing import Final

from simulations.reference.shapes import (
    CODE,
    ID,
    NAME,
    QUANTITY,
    REFERENCES,
    REQUIRED,
    SERVICES,
    Shape,
    each_of,
    is_bool,
    is_id,
    like,
    list_of,
    map_of,
    one_of,
    or_none,
    text,
    whole,
)

_PRICE = whole(0, 10**9)
_KEY = text(1, 64)
_RULE = {
    "unit_centavos": (_PRICE, REQUIRED),
    "weekdays": (list_of(whole(0, 6), 7), []),
    "from_minute": (whole(0, 1439), 0),
    "to_minute": (whole(1, 1440), 1440),
    "services": (list_of(one_of(*SERVICES), 8), []),
}
_OPTION = {
    "key": (_KEY, REQUIRED),
    "name": (text(0, 120), ""),
    "unit_centavos": (whole(-(10**9), 10**9), 0),
    "product": (or_none(is_id), None),
}
_GROUP = {
    "key": (_KEY, REQUIRED),
    "name": (NAME, REQUIRED),
    "options": (list_of(map_of(_OPTION), 100, least=1), REQUIRED),
    "least": (whole(0, 100), 0),
    "most": (whole(0, 100), 1),
}
_INGREDIENT = {"supply": ID, "thousandths": (QUANTITY, REQUIRED)}

# The fields of a product: what each holds, and what it says before anybody wrote it.
PRODUCT_FIELDS: Shape = {
    "name": (NAME, ""),
    "unit_centavos": (_PRICE, 0),
    "code": (CODE, ""),
    "category": (CODE, ""),
    "station": (CODE, ""),
    "prices": (list_of(map_of(_RULE), 100), []),
    "tax": (each_of(like("[a-z][a-z0-9_]{0,39}"), CODE, 40), {}),
    "barcodes": (list_of(like("[0-9]{4,14}"), 40), []),
    "sold_by": (one_of("unit", "weight"), "unit"),
    "scale": (or_none(one_of("price", "weight")), None),
    "active": (is_bool, True),
    "picture": (text(0, 300), ""),
    "external_id": (or_none(text(1, 120)), None),
    "groups": (list_of(map_of(_GROUP), 40), []),
    "halves": (or_none(one_of("dearest", "average")), None),
    "recipe": (list_of(map_of(_INGREDIENT), 100), []),
    "sold_out": (is_bool, False),
    "left": (or_none(whole(0, 10_000_000)), None),
    "stocked": (is_bool, False),
    "stock_minimum": (or_none(whole(0, 10_000_000)), None),
}
_BEGUN = {
    **PRODUCT_FIELDS,
    "name": (NAME, REQUIRED),
    "unit_centavos": (_PRICE, REQUIRED),
}
CATALOG_SHAPES: dict[str, Shape] = {
    "product_added": {"product": ID, "values": (map_of(_BEGUN), REQUIRED)},
    "product_changed": {
        "product": ID,
        "values": (map_of(PRODUCT_FIELDS), REQUIRED),
        "replaces": REFERENCES,
    },
}
CATALOG_RELIES: Final = {"product_changed": ("replaces",)}

RULE_DEFAULTS = {name: default for name, (_, default) in _RULE.items()}
GROUP_DEFAULTS = {name: default for name, (_, default) in _GROUP.items()}
OPTION_DEFAULTS = {name: default for name, (_, default) in _OPTION.items()}
