"""What one cell says: an amount, a barcode, yes or no, or text. Never a guess.

Rules of this file:
1. A cell is what CSV or JSON gives: text, a number, true, false, a list, or nothing. None and empty
   text say nothing; that is no value, and no error.
2. Portuguese and English amounts are told apart by their form alone (`centavos_of`); what could be
   either is refused with both readings.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from crdt_models.barcodes import InvalidBarcode, check_digit, read_barcode
from crdt_models.catalog_files.refusals import CellRefused, Why
from crdt_models.documents.fields import MAX_UNIT_CENTAVOS
from crdt_models.money import to_brl
from crdt_models.plain_text import plain_text

MOST_DIGITS = 40  # of any number; zero to the power of a million has none
MAX_BARCODES = 40
MAX_CODE_CHARACTERS = 64
_AMOUNT = re.compile(r"(?:R\$|BRL)?[\s\u00a0\u202f]*(-?)([\d.,]+)", re.ASCII | re.IGNORECASE)
_GROUPED = {
    ".": re.compile(r"\d{1,3}(?:\.\d{3})+", re.ASCII),
    ",": re.compile(r"\d{1,3}(?:,\d{3})+", re.ASCII),
}
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_ROUNDED = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_BETWEEN_BARCODES = re.compile(r"[\s;,|/]+")
_NO_BARCODE = frozenset({"SEM GTIN", "SEM EAN"})  # how tax files say that there is none

YES_AND_NO: Mapping[str, bool] = MappingProxyType(
    dict.fromkeys("sim s true verdadeiro 1 ativo ativa a yes y x".split(), True)
    | dict.fromkeys("nao n false falso 0 inativo inativa i no".split(), False)
)


def text_of(cell: object, most: int) -> str | None:
    """Clean text; None for a cell that says nothing. Raises CellRefused."""
    if cell is None:
        return None
    if isinstance(cell, bool) or not isinstance(cell, str | int | Decimal):
        raise CellRefused("no_text")
    try:
        text = plain_text(cell if isinstance(cell, str) else _digits(cell))
    except UnicodeEncodeError as error:
        raise CellRefused("no_text") from error
    if len(text) > most:
        raise CellRefused("too_long", most=most)
    return text or None


def _digits(number: int | Decimal) -> str:
    """As a person writes it. A number may be a hundred thousand digits long only in a fraud."""
    if isinstance(number, int):
        if number.bit_length() > 128:
            raise CellRefused("no_text")
        return str(number)
    if not number.is_finite() or not _is_short(number):
        raise CellRefused("no_text")
    return format(number, "f")


def _is_short(number: Decimal) -> bool:
    _, digits, exponent = number.as_tuple()
    return len(digits) <= MOST_DIGITS and isinstance(exponent, int) and abs(exponent) <= MOST_DIGITS


def code_of(cell: object) -> str | None:
    """As text; a number that a spreadsheet rounded is no code any more. Raises CellRefused."""
    text = text_of(cell, MAX_CODE_CHARACTERS)
    if text is not None and _ROUNDED.fullmatch(text) and "+" in text:
        raise CellRefused("spreadsheet_number")
    return text


def centavos_of(cell: object) -> int | None:
    """Centavos of an amount in reais. Raises CellRefused.

    * `44`, `R$ 44,00`, `44.00`, `44,5`, `1.234,56` and `1,234.56`: where both marks stand, the last
      one is the decimal mark; one mark alone with one or two digits behind it is one as well.
    * A mark that stands twice groups thousands: `1.234.567`.
    * `1.234` and `1,234` might be either and are refused. `0,500`, `1234.500` and `44.0000` cannot
      be thousands and are taken; what is left beyond the centavos must be zeros.
    * A JSON number is exact.
    """
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return _bounded(_exact(cell))
    text = text_of(cell, most=40)
    if text is None:
        return None
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise CellRefused("no_amount")
    whole, fraction = _parted(match[2])
    centavos = int(whole) * 100 + int((fraction.rstrip("0")).ljust(2, "0"))
    return _bounded(-centavos if match[1] == "-" else centavos)


def _parted(digits: str) -> tuple[str, str]:
    """(whole reais, decimals) of digits with marks. Raises CellRefused."""
    if _AMBIGUOUS.fullmatch(digits):
        whole, fraction = re.split(r"[.,]", digits)
        one = to_brl(int(whole + fraction) * 100)
        raise CellRefused("ambiguous_amount", one=one, other=f"R$ {whole},{fraction}")
    mark = max(".,", key=digits.rfind)
    groups = "," if mark == "." else "."
    if mark not in digits:
        whole, fraction = digits, ""
    elif digits.count(mark) > 1:
        if not _GROUPED[mark].fullmatch(digits):
            raise CellRefused("no_amount")
        whole, fraction = digits.replace(mark, ""), ""
    else:
        whole, _, fraction = digits.partition(mark)
    if groups in whole:
        if not _GROUPED[groups].fullmatch(whole):
            raise CellRefused("no_amount")
        whole = whole.replace(groups, "")
    if not whole:
        raise CellRefused("no_amount")
    if len(fraction.rstrip("0")) > 2:
        raise CellRefused("too_many_places")
    return whole, fraction


def _exact(amount: int | Decimal) -> int:
    if isinstance(amount, int):
        return amount * 100
    if not amount.is_finite():
        raise CellRefused("no_amount")
    if not amount:
        return 0
    if not _is_short(amount):  # nor made a number of that length
        most = to_brl(MAX_UNIT_CENTAVOS)
        fault: Why = "too_large" if amount > 0 else "negative"
        raise CellRefused(fault if amount.adjusted() > 0 else "too_many_places", most=most)
    centavos = Fraction(amount) * 100
    if centavos.denominator != 1:
        raise CellRefused("too_many_places")
    return int(centavos)


def whole_centavos_of(cell: object) -> int | None:
    """Of a column that is in centavos already. Raises CellRefused."""
    if isinstance(cell, Decimal):
        raise CellRefused("too_many_places")
    text = text_of(cell, most=40)
    if text is None:
        return None
    if not re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
        raise CellRefused("no_amount")
    return _bounded(int(text))


def _bounded(centavos: int) -> int:
    if centavos < 0:
        raise CellRefused("negative")
    if centavos > MAX_UNIT_CENTAVOS:
        raise CellRefused("too_large", most=to_brl(MAX_UNIT_CENTAVOS))
    return centavos


def barcodes_of(cell: object) -> tuple[str, ...] | None:
    """Each in its one form, none twice. Raises CellRefused."""
    listed: Sequence[object] = cell if isinstance(cell, list | tuple) else [cell]
    found: dict[str, None] = {}
    for each in listed:
        text = text_of(each, most=1000)
        if text is None or text.upper() in _NO_BARCODE:
            continue
        if _ROUNDED.fullmatch(text):
            raise CellRefused("spreadsheet_number")
        for barcode in _BETWEEN_BARCODES.split(text):
            if barcode:
                found[_barcode(barcode)] = None
    if len(found) > MAX_BARCODES:
        raise CellRefused("too_many", most=MAX_BARCODES)
    return tuple(found) or None


def _barcode(text: str) -> str:
    try:
        return read_barcode(text)
    except InvalidBarcode as error:
        if len(text) in (8, 12, 13, 14) and text.isascii() and text.isdigit():
            raise CellRefused("bad_check_digit", expected=check_digit(text[:-1])) from error
        raise CellRefused("no_barcode") from error


def digits_of(cell: object, digits: int) -> str | None:
    """A code of exactly so many digits, written with dots or without. Raises CellRefused."""
    text = text_of(cell, most=40)
    if text is None:
        return None
    plain = re.sub(r"[.\s-]", "", text)
    if len(plain) != digits or not plain.isascii() or not plain.isdigit():
        raise CellRefused("no_digits", digits=digits)
    return plain
