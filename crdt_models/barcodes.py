"""Barcodes of products, and the labels that a scale prints.

Rules of this file:
1. EAN-8, UPC-A, EAN-13 and GTIN-14 end in a check digit (GS1 General Specifications, 7.9); other
   digits are the shop's own and have none. One product has one form: UPC-A becomes the EAN-13 of
   the same number.
2. A scale label is an EAN-13 that begins with 2: the product's code, then the total in centavos or
   the weight in grams. GS1 leaves the layout to the shop, so it is a setting; which of the two a
   label holds, the product says.
3. What the label says is what the customer was promised. `line_of_total` finds a quantity and a
   unit price whose amount is the label's total, to the centavo.
"""

import re

import msgspec

from crdt_models.errors import DomainError
from crdt_models.money import ONE, divide_half_up, line_amount

_GTIN = re.compile(r"\d{8}|\d{12,14}", re.ASCII)
_DIGITS = re.compile(r"\d{4,14}", re.ASCII)
_LABEL_PREFIX = "2"  # GS1 keeps 20 to 29 for numbers within a shop
_LABEL_DIGITS = 13
# GS1 General Specifications 7.9: the weighting factors of prices and weights, digit by digit.
_TWO_MINUS = (0, 2, 4, 6, 8, 9, 1, 3, 5, 7)
_THREE = (0, 3, 6, 9, 2, 5, 8, 1, 4, 7)
_FIVE_PLUS = (0, 5, 1, 6, 2, 7, 3, 8, 4, 9)
_FIVE_MINUS = (0, 5, 9, 4, 8, 3, 7, 2, 6, 1)


class InvalidBarcode(DomainError):
    """Text that no scanner would have read."""

    code = "invalid_barcode"
    sentence = "{barcode} is no barcode: {reason}."
    cure = "Scan it again, or compare each digit with the package."


class ScaleLayout(msgspec.Struct, frozen=True, kw_only=True):
    """Where a label holds what.

    code_digits: 4 to 6, after the 2 · inner_check: a GS1 check digit of the value stands before the
    value; it is defined for values of 4 and 5 digits, so for 6 and 5 digits of code.
    """

    code_digits: int = 6
    inner_check: bool = False

    def __post_init__(self) -> None:
        if not 4 <= self.code_digits <= 6 or (self.inner_check and self.code_digits < 5):
            raise ValueError("no such layout of a scale label")


class ScaleLabel(msgspec.Struct, frozen=True):
    """What a label says. code: of the product, without leading zeros · value: the total in centavos
    or the weight in grams, at least 1."""

    code: str
    value: int


class WeighedLine(msgspec.Struct, frozen=True):
    """A quantity and a price whose `line_amount` is the amount to pay."""

    thousandths: int
    unit_centavos: int


def check_digit(digits: str) -> int:
    """The last digit of a GTIN whose other digits are these."""
    weighted = sum(int(digit) * (3, 1)[i % 2] for i, digit in enumerate(reversed(digits)))
    return -weighted % 10


def read_barcode(text: str) -> str:
    """The one form of a barcode. Raises InvalidBarcode.

    8, 12, 13 and 14 digits are a GTIN and must end in their check digit; other numbers of 4 to 14
    digits are the shop's own.
    """
    found = "".join(text.split())
    if not _DIGITS.fullmatch(found):
        raise InvalidBarcode(barcode=_shown(text), reason="it has 4 to 14 digits and nothing else")
    if not _GTIN.fullmatch(found):
        return found
    expected = check_digit(found[:-1])
    if int(found[-1]) != expected:
        raise InvalidBarcode(barcode=found, reason=f"its check digit should be {expected}")
    return found if len(found) == 8 else _shortest(found)


def _shortest(gtin: str) -> str:
    """13 digits, or 14 where the first is not 0: leading zeros do not change a check digit."""
    return gtin.rjust(13, "0").removeprefix("0") if len(gtin) == 14 else gtin.rjust(13, "0")


def read_scale_label(barcode: str, layout: ScaleLayout) -> ScaleLabel | None:
    """What a scale's label says; None for any other barcode. Raises InvalidBarcode.

    barcode: as `read_barcode` gives it. A shop may also give products numbers that begin with 2:
    look the whole barcode up before reading it as a label.
    """
    if len(barcode) != _LABEL_DIGITS or not barcode.startswith(_LABEL_PREFIX):
        return None
    code, rest = barcode[1 : 1 + layout.code_digits], barcode[1 + layout.code_digits : -1]
    value = rest[1:] if layout.inner_check else rest
    if layout.inner_check and int(rest[0]) != value_check_digit(value):
        raise InvalidBarcode(barcode=barcode, reason="the check digit of its value is wrong")
    if not int(value):
        raise InvalidBarcode(barcode=barcode, reason="the scale weighed nothing")
    return ScaleLabel(code.lstrip("0") or "0", int(value))


def value_check_digit(value: str) -> int:
    """GS1's check digit of a price or weight of 4 or 5 digits."""
    if len(value) == 4:
        factors = (_TWO_MINUS, _TWO_MINUS, _THREE, _FIVE_MINUS)
        return _weighted(factors, value) * 3 % 10
    wide = (_FIVE_PLUS, _TWO_MINUS, _FIVE_MINUS, _FIVE_PLUS, _TWO_MINUS)
    return _FIVE_MINUS.index(-_weighted(wide, value) % 10)


def _weighted(factors: tuple[tuple[int, ...], ...], value: str) -> int:
    return sum(factor[int(digit)] for factor, digit in zip(factors, value, strict=True))


def line_of_total(total: int, unit_centavos: int) -> WeighedLine:
    """The line of a label that gives its total. total: ≥ 1 · unit_centavos: of the catalog, ≥ 0.

    `line_amount` of the result is `total`, always. A scale that has our price weighed whole grams
    and rounded once, so the nearest gram at our price gives its total back: then that is the line.
    Otherwise (another price in the scale, or a scale that cuts off) the price moves, as little as
    the nearest gram allows that has a whole price for this very total: the label stands. In the end
    one whole kilo at the price of the total always fits.
    """
    assert total >= 1 and unit_centavos >= 0, "read_scale_label gives no other total"
    if unit_centavos == 0:
        return WeighedLine(ONE, total)
    nearest = max(1, divide_half_up(total * ONE, unit_centavos))
    if line_amount(nearest, unit_centavos) == total:
        return WeighedLine(nearest, unit_centavos)
    distance = 0
    while True:
        for grams in (nearest + distance, nearest - distance):
            price = divide_half_up(total * ONE, max(1, grams))
            if grams >= 1 and line_amount(grams, price) == total:
                return WeighedLine(grams, price)
        distance += 1


def _shown(text: str) -> str:
    return text[:40].encode("utf-8", "replace").decode("utf-8")
