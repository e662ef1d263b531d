"""What each fact about a cash shift must look like; see `schema`."""

import re
from typing import Final

from simulations.reference.shapes import (
    ID,
    MAYBE_ID,
    METHODS,
    MONEY,
    MONEY_OR_ZERO,
    NOTE,
    ON_TRUST,
    REASON,
    REFERENCES,
    REQUIRED,
    TOTAL,
    Check,
    Shape,
    each_of,
    is_fact_id,
    list_of,
    map_of,
    one_of,
    text,
    whole,
)

_DOCUMENT = re.compile(r"shift:[0-9a-f]{32}")
_COUNTED = each_of(one_of(*METHODS), MONEY_OR_ZERO, len(METHODS))
_BY_METHOD: tuple[Check, object] = (
    each_of(one_of(*METHODS, ON_TRUST), TOTAL, len(METHODS) + 1),
    {},
)
_SIGNED = whole(1 - 2**53, 2**53 - 1)
_FIGURES = map_of({
    "float_centavos": (TOTAL, 0),
    "payments": _BY_METHOD,
    "refunds": _BY_METHOD,
    "tips": _BY_METHOD,
    "tip_returns": _BY_METHOD,
    "withdrawn": (TOTAL, 0),
    "supplied": (TOTAL, 0),
    "change": (TOTAL, 0),
    "unpaid_openings": (TOTAL, 0),
    "expected": (each_of(one_of(*METHODS), _SIGNED, len(METHODS)), {}),
})  # fmt: skip


def _is_change_id(value: object) -> bool:
    return type(value) is bytes and len(value) == 32


SHIFT_SHAPES: Final[dict[str, Shape]] = {
    "shift_opened": {
        "drawer": (text(1, 40), REQUIRED),
        "float_centavos": (MONEY_OR_ZERO, REQUIRED),
        "note": (NOTE, ""),
    },
    "shift_money": {
        "kind": (one_of("payment", "refund", "tip", "tip_return"), REQUIRED),
        "id": ID,
        "method": (one_of(*METHODS, ON_TRUST), REQUIRED),
        "centavos": (MONEY, REQUIRED),
        "change_centavos": (MONEY_OR_ZERO, 0),
        "order": MAYBE_ID,
        "account": MAYBE_ID,
        "after": REFERENCES,
    },
    **{
        tag: {
            "movement": ID,
            "centavos": (MONEY, REQUIRED),
            "reason": (REASON, ""),
            "after": REFERENCES,
        }
        for tag in ("cash_withdrawn", "cash_supplied")
    },
    "drawer_opened": {"reason": (text(1, 200), REQUIRED), "after": REFERENCES},
    **{
        tag: {"amounts": (_COUNTED, REQUIRED), "note": (NOTE, ""), "after": REFERENCES}
        for tag in ("count_declared", "count_repeated")
    },
    "shift_closed": {
        "count": (is_fact_id, REQUIRED),
        "declared": (_COUNTED, REQUIRED),
        "figures": (_FIGURES, REQUIRED),
        "tips": (list_of(_is_change_id, 64), []),
        "note": (NOTE, ""),
        "after": REFERENCES,
        "tolerance_centavos": (MONEY_OR_ZERO, 0),
    },
    "shift_written_off": {
        "reason": (text(1, 200), REQUIRED),
        "figures": (_FIGURES, {}),
        "after": REFERENCES,
    },
}
SHIFT_RELIES: Final = {
    **{tag: ("after",) for tag, shape in SHIFT_SHAPES.items() if "after" in shape},
    "shift_closed": ("after", "tips"),
    "shift_written_off": ("after", "figures"),
}


def is_shift(document: str) -> bool:
    """Whether it is the document of a cash shift."""
    return bool(_DOCUMENT.fullmatch(document))
