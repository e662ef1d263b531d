"""An amount is read exactly or not at all; the same for barcodes, yes and no, and tax codes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt_models.catalog_files.cells import (
    barcodes_of,
    centavos_of,
    code_of,
    digits_of,
    text_of,
    whole_centavos_of,
)
from crdt_models.catalog_files.refusals import CellRefused
from crdt_models.documents.fields import MAX_UNIT_CENTAVOS
from crdt_models.money import to_brl, to_decimal

anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(),
    st.text(),
    st.text("0123456789.,R$E+- "),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.text()),
)


@pytest.mark.parametrize(
    ("cell", "centavos"),
    [
        ("R$ 44,00", 4400),
        ("R$\u00a044,00", 4400),
        ("R$44", 4400),
        ("44", 4400),
        ("44,5", 4450),
        ("44.00", 4400),
        ("44.0000", 4400),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("R$ 1.234.567,8", 123456780),
        ("1.234.567", 123456700),
        ("1,234,567", 123456700),
        ("0,500", 50),
        ("0.500", 50),
        ("1234,500", 123450),
        ("1234.500", 123450),
        ("44,", 4400),
        ("0", 0),
        ("007,50", 750),
        (44, 4400),
        (Decimal("44.5"), 4450),
        (Decimal("44.000"), 4400),
        (Decimal("0E+999999"), 0),
        ("", None),
        ("   ", None),
        (None, None),
    ],
)
def test_amounts_in_reais(cell: object, centavos: int | None) -> None:
    assert centavos_of(cell) == centavos


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("1.234", "ambiguous_amount"),
        ("1,234", "ambiguous_amount"),
        ("44.000", "ambiguous_amount"),
        ("44,005", "ambiguous_amount"),
        ("0,005", "too_many_places"),
        ("44,0050", "too_many_places"),
        (Decimal("44.005"), "too_many_places"),
        ("-1,00", "negative"),
        (-1, "negative"),
        (Decimal("-1E+30"), "negative"),
        (10**8, "too_large"),
        ("100000000000", "too_large"),
        (Decimal("1E+999999"), "too_large"),
        (Decimal("1E-999999"), "too_many_places"),
        (Decimal("NaN"), "no_amount"),
        (Decimal("Infinity"), "no_amount"),
        ("grátis", "no_amount"),
        ("12.34.56", "no_amount"),
        ("1.23,45", "no_amount"),
        ("1.2345,67", "no_amount"),
        ("1,234.56,7", "no_amount"),
        (",50", "no_amount"),
        (".,", "no_amount"),
        ("1 234,56", "no_amount"),
        ("٤٤,00", "no_amount"),
        ("1E+03", "no_amount"),
        (True, "no_text"),
        (["44"], "no_text"),
        ("4" * 41, "too_long"),
    ],
)
def test_amounts_that_are_none_or_might_be_two(cell: object, why: str) -> None:
    with pytest.raises(CellRefused) as refused:
        centavos_of(cell)
    assert refused.value.why == why


@given(st.integers(0, MAX_UNIT_CENTAVOS))
def test_every_amount_is_read_as_each_program_writes_it(centavos: int) -> None:
    english = f"{centavos // 100:,}.{centavos % 100:02d}"
    for written in (to_brl(centavos), to_decimal(centavos), english, Decimal(centavos) / 100):
        assert centavos_of(written) == centavos
    assert whole_centavos_of(centavos) == centavos == whole_centavos_of(str(centavos))


@given(anything)
def test_no_cell_is_worse_than_refused(cell: object) -> None:
    meanings = (
        centavos_of,
        whole_centavos_of,
        barcodes_of,
        code_of,
        lambda each: text_of(each, 20),
        lambda each: digits_of(each, 8),
    )
    for meaning in meanings:
        try:
            meaning(cell)
        except CellRefused:
            continue


@pytest.mark.parametrize("cell", [Decimal("1.5"), "1,5", "R$ 1", "1" * 16])
def test_centavos_are_whole(cell: object) -> None:
    with pytest.raises(CellRefused):
        whole_centavos_of(cell)


@pytest.mark.parametrize(
    ("cell", "barcodes"),
    [
        ("7894900011517", ("7894900011517",)),
        (7894900011517, ("7894900011517",)),
        ("036000291452 / 7894900011517", ("0036000291452", "7894900011517")),
        (["036000291452", None, "0036000291452"], ("0036000291452",)),
        ("SEM GTIN", None),
        ("", None),
        ([], None),
    ],
)
def test_barcodes(cell: object, barcodes: tuple[str, ...] | None) -> None:
    assert barcodes_of(cell) == barcodes


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("7894900011518", "bad_check_digit"),
        ("7,8949E+12", "spreadsheet_number"),
        ("7.8949E+12", "spreadsheet_number"),
        ("123", "no_barcode"),
        ("ABC", "no_barcode"),
        ([str(each) for each in range(10000, 10041)], "too_many"),
        ([["1234"]], "no_text"),
    ],
)
def test_barcodes_that_no_scanner_reads(cell: object, why: str) -> None:
    with pytest.raises(CellRefused) as refused:
        barcodes_of(cell)
    assert refused.value.why == why


def test_a_code_that_a_spreadsheet_rounded_is_no_code() -> None:
    assert code_of("1E5") == "1E5"
    assert code_of(17) == "17"
    with pytest.raises(CellRefused):
        code_of("1,23E+15")


@pytest.mark.parametrize(
    ("cell", "digits"),
    [("2202.10.00", "22021000"), ("22021000", "22021000"), (22021000, "22021000")],
)
def test_tax_codes_with_dots_or_without(cell: object, digits: str) -> None:
    assert digits_of(cell, 8) == digits


@pytest.mark.parametrize("cell", ["2202100", "220210000", "2202100x", "²²²²²²²²"])
def test_a_tax_code_of_another_length_is_refused(cell: object) -> None:
    with pytest.raises(CellRefused):
        digits_of(cell, 8)


def test_text_is_as_the_api_would_store_it() -> None:
    assert text_of("  Ac\u0327ai\u0301\u200b na\u202e tigela\n", 40) == "Açaí na tigela"
    with pytest.raises(CellRefused):
        text_of("\ud800", 40)
