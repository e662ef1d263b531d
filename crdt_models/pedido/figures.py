"""Figures and days as JSON shows them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec

JSON: Final = msgspec.json.Encoder(decimal_format="number")
"""Encodes what this folder returns."""

JsonObject = dict[str, Any]
_EPOCH = date(1970, 1, 1)


def decimal(centavos: int) -> Decimal:
    """Exact, with two places."""
    return Decimal(centavos).scaleb(-2)


def quantity(thousandths: int) -> Decimal:
    """Exact, with three places."""
    return Decimal(thousandths).scaleb(-3)


def clock(minute: int) -> str:
    """`04:00` of a minute of the day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def iso_day(day: int) -> str:
    """`2026-11-22` of days since 1970-01-01; the number itself where no calendar reaches."""
    try:
        return (_EPOCH + timedelta(days=day)).isoformat()
    except OverflowError:
        return str(day)
