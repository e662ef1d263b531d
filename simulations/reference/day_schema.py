"""What each fact about a business day must look like; see `schema`."""

from typing import Any, Final

from simulations.reference.shapes import (
    METHODS,
    NOTE,
    ON_TRUST,
    REFERENCES,
    REQUIRED,
    TOTAL,
    Check,
    Shape,
    completed,
    each_of,
    is_id,
    list_of,
    map_of,
    one_of,
)

_BY_METHOD: tuple[Check, object] = (
    each_of(one_of(*METHODS, ON_TRUST), TOTAL, len(METHODS) + 1),
    {},
)
MONEY_KINDS = ("payments", "refunds", "tips", "tip_returns")
_MONEY: Shape = dict.fromkeys(MONEY_KINDS, _BY_METHOD)
_SHIFT: Shape = {"shift": (is_id, REQUIRED), "money": (map_of(_MONEY), {})}
_FIGURES: Shape = {
    "total": (map_of(_MONEY), {}),
    "shifts": (list_of(map_of(_SHIFT), 150), []),
    "no_shift": (map_of(_MONEY), {}),
    "beyond": (map_of(_MONEY), {}),
    "counted": (lambda value: type(value) is bytes and len(value) == 32, bytes(32)),
}


def _bytes_of(size: int) -> Check:
    return lambda value: type(value) is bytes and len(value) == size


DAY_SHAPES: dict[str, Shape] = {
    "day_closed": {
        "figures": (map_of(_FIGURES), REQUIRED),
        "note": (NOTE, ""),
        "seen": (list_of(_bytes_of(14), 512), []),
        "missing": (list_of(_bytes_of(32), 512), []),
        "open_shifts": (list_of(is_id, 150), []),
        "replaces": REFERENCES,
    }
}
DAY_RELIES: Final = {"day_closed": ("seen", "missing", "open_shifts", "replaces")}


def whole_figures(given: dict[str, Any]) -> dict[str, Any]:
    """The figures of a closing with everything that was left out."""
    figures = _completed(_FIGURES, given)
    for name in ("total", "no_shift", "beyond"):
        figures[name] = _completed(_MONEY, figures[name])
    shifts = [_completed(_SHIFT, each) for each in figures["shifts"]]
    figures["shifts"] = [{**each, "money": _completed(_MONEY, each["money"])} for each in shifts]
    return figures


def _completed(shape: Shape, given: dict[str, Any]) -> dict[str, Any]:
    found = completed(shape, given)
    assert found is not None, "it was understood"
    return found
