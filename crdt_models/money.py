"""Money is whole centavos, quantity is whole thousandths. There is no float anywhere.

Rules of this file:
1. Rounding is half up, away from zero, as a Brazilian bill is rounded.
2. A division never loses or invents a centavo: the remainder goes to the first shares (largest
   remainder, earliest share first among equals), so every terminal splits alike.
3. Text that is not an exact amount is refused, never guessed.
"""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from crdt_models.errors import InvalidAmount

ONE = 1000  # thousandths: a quantity of one
MAX_CENTAVOS = 10**12  # ten billion reais: beyond any bill, far below 2^53 even when summed
_PLAIN = re.compile(r"-?\d{1,12}(\.\d{1,2}0*)?", re.ASCII)
_BRAZILIAN = re.compile(r"(?:R\$\s*)?(-?\d{1,3}(?:\.\d{3})+|-?\d{1,12})(?:,(\d{1,2}))?", re.ASCII)


def divide_half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` rounded to the nearest integer, halves away from zero."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    quotient = (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))
    return sign * quotient


def line_amount(thousandths: int, unit_centavos: int) -> int:
    """Centavos of a quantity in thousandths at a unit price in centavos."""
    return divide_half_up(thousandths * unit_centavos, ONE)


def percentage(centavos: int, basis_points: int) -> int:
    """`basis_points` hundredths of a percent of an amount: 1000 is 10 %."""
    return divide_half_up(centavos * basis_points, 10_000)


def split(centavos: int, parts: int) -> list[int]:
    """Equal shares that add up exactly; the first shares carry the remainder.

    Raises InvalidAmount when there is nobody to pay.
    """
    if parts < 1:
        raise InvalidAmount(given=parts, reason="there must be at least one share")
    return split_by_weights(centavos, [1] * parts)


def split_by_weights(centavos: int, weights: Sequence[int]) -> list[int]:
    """Shares in proportion to `weights` (whole, ≥ 0, not all 0) that add up exactly.

    Largest remainder method (Hamilton); equal remainders go to the earlier share.
    Raises InvalidAmount for weights that cannot share anything out.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise InvalidAmount(given=total, reason="weights must be positive")
    size, sign = abs(centavos), -1 if centavos < 0 else 1
    shares = [size * weight // total for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % total), i))
    for index in remainders[: size - sum(shares)]:
        shares[index] += 1
    return [sign * share for share in shares]


def parse_decimal(given: str | int) -> int:
    """Centavos of `"12.34"`, `"12.3"`, `"12"` or 12. Raises InvalidAmount for anything else."""
    text = str(given) if type(given) is int else given
    if not isinstance(text, str) or not _PLAIN.fullmatch(text):
        raise InvalidAmount(given=str(given)[:40], reason="not a decimal with two places")
    try:
        centavos = int(Decimal(text) * 100)
    except InvalidOperation as error:  # pragma: no cover - the pattern admits only numbers
        raise InvalidAmount(given=text, reason="not a number") from error
    return _bounded(centavos, text)


def parse_brl(given: str) -> int:
    """Centavos of `"R$ 1.234,56"`, `"44,00"` or `"44"`. Raises InvalidAmount for anything else."""
    match = _BRAZILIAN.fullmatch(given.strip())
    if not match:
        raise InvalidAmount(given=given[:40], reason="not an amount such as R$ 1.234,56")
    whole, cents = match.group(1).replace(".", ""), (match.group(2) or "").ljust(2, "0")
    return _bounded(int(whole) * 100 + (-1 if whole.startswith("-") else 1) * int(cents), given)


def to_decimal(centavos: int) -> str:
    """`"12.34"`: for reading; the exact figure is the integer."""
    sign = "-" if centavos < 0 else ""
    return f"{sign}{abs(centavos) // 100}.{abs(centavos) % 100:02d}"


def to_brl(centavos: int) -> str:
    """`"R$ 1.234,56"`."""
    sign = "-" if centavos < 0 else ""
    whole = f"{abs(centavos) // 100:,}".replace(",", ".")
    return f"{sign}R$ {whole},{abs(centavos) % 100:02d}"


def _bounded(centavos: int, given: str) -> int:
    if abs(centavos) > MAX_CENTAVOS:
        raise InvalidAmount(given=given[:40], reason="larger than any bill")
    return centavos
