"""A scanner's digits become the right product, and a label costs what it says."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crdt_models.barcodes import (
    InvalidBarcode,
    ScaleLabel,
    ScaleLayout,
    WeighedLine,
    check_digit,
    line_of_total,
    read_barcode,
    read_scale_label,
    value_check_digit,
)
from crdt_models.money import line_amount

digits = st.text("0123456789", min_size=1, max_size=13)
LAYOUTS = [
    ScaleLayout(code_digits=code, inner_check=inner)
    for code in (4, 5, 6)
    for inner in (False, True)
    if not (inner and code == 4)
]


@pytest.mark.parametrize(
    ("given_text", "read"),
    [
        ("7894900011517", "7894900011517"),  # EAN-13
        (" 789 4900 011517 ", "7894900011517"),
        ("96385074", "96385074"),  # EAN-8
        ("036000291452", "0036000291452"),  # UPC-A is the EAN-13 with a zero before it
        ("0036000291452", "0036000291452"),
        ("00036000291452", "0036000291452"),
        ("17894900011514", "17894900011514"),  # a case of them: GTIN-14
        ("1234", "1234"),  # the shop's own
    ],
)
def test_one_product_has_one_form(given_text: str, read: str) -> None:
    assert read_barcode(given_text) == read


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "7894900011518",
        "96385075",
        "7,89E+12",
        "código",
        "123",
        "1" * 15,
        "2PIZZA",
        "١٢٣٤٥٦٧٨",
        "-1",
        "\0",
    ],
)
def test_what_no_scanner_reads_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidBarcode):
        read_barcode(wrong)


@given(digits)
def test_a_check_digit_finds_every_wrong_digit(body: str) -> None:
    right = body + str(check_digit(body))
    for place, digit in enumerate(right):
        wrong = right[:place] + str((int(digit) + 1) % 10) + right[place + 1 :]
        assert check_digit(wrong[:-1]) != int(wrong[-1])


@given(st.text(max_size=40))
def test_a_form_is_its_own_form(text: str) -> None:
    try:
        found = read_barcode(text)
    except InvalidBarcode as error:
        str(error).encode()
        return
    assert read_barcode(found) == found


@pytest.mark.parametrize(("value", "digit"), [("2875", 9), ("14685", 6), ("0000", 0), ("00000", 0)])
def test_the_examples_of_gs1_for_prices(value: str, digit: int) -> None:
    assert value_check_digit(value) == digit


@pytest.mark.parametrize(
    ("barcode", "layout", "label"),
    [
        # From the manuals of Brazilian programs that read Toledo and Filizola scales.
        ("2010085025049", ScaleLayout(), ScaleLabel("10085", 2504)),
        ("2000002001027", ScaleLayout(), ScaleLabel("2", 102)),
        ("2014900002840", ScaleLayout(code_digits=4), ScaleLabel("149", 284)),
        ("2000120020012", ScaleLayout(code_digits=5), ScaleLabel("12", 2001)),
        ("7894900011517", ScaleLayout(), None),
        ("20000028", ScaleLayout(), None),  # an EAN-8
    ],
)
def test_labels_of_scales(barcode: str, layout: ScaleLayout, label: ScaleLabel | None) -> None:
    assert read_scale_label(barcode, layout) == label


@given(st.sampled_from(LAYOUTS), st.integers(0, 9999), st.integers(1, 9999))
def test_a_label_is_read_as_it_was_printed(layout: ScaleLayout, code: int, value: int) -> None:
    width = 11 - layout.code_digits - layout.inner_check
    shown = str(value).rjust(width, "0")
    inner = str(value_check_digit(shown)) if layout.inner_check else ""
    body = f"2{code:0{layout.code_digits}}{inner}{shown}"
    label = read_scale_label(read_barcode(body + str(check_digit(body))), layout)
    assert label == ScaleLabel(str(code), value)


def test_a_wrong_inner_check_digit_or_an_empty_scale_is_refused() -> None:
    layout = ScaleLayout(code_digits=5, inner_check=True)
    for value, inner in (("14685", "7"), ("00000", "0")):
        body = f"200012{inner}{value}"
        with pytest.raises(InvalidBarcode):
            read_scale_label(body + str(check_digit(body)), layout)


@pytest.mark.parametrize(("digits", "inner"), [(3, False), (7, False), (4, True)])
def test_there_is_no_such_layout(digits: int, inner: bool) -> None:
    with pytest.raises(ValueError, match="no such layout"):
        ScaleLayout(code_digits=digits, inner_check=inner)


@given(st.integers(1, 10**7 - 1), st.integers(0, 10**7))
@example(284, 2249)  # a manual's own label, that its program sells for a centavo less
@example(9_999_999, 1)
@example(1, 10**7)
def test_a_line_costs_what_its_label_says(total: int, unit: int) -> None:
    line = line_of_total(total, unit)
    assert line_amount(line.thousandths, line.unit_centavos) == total
    assert line.thousandths >= 1


@given(st.integers(1, 30_000), st.integers(1001, 50_000))
def test_a_scale_with_our_price_gives_its_weight_back(grams: int, unit: int) -> None:
    """Above R$ 10,00 a kilo a gram is more than a centavo: no two weights cost the same."""
    total = line_amount(grams, unit)
    assert line_of_total(total, unit) == WeighedLine(grams, unit)


@given(st.integers(1, 10**7 - 1), st.integers(100, 10**5))
def test_neither_weight_nor_price_moves_far(total: int, unit: int) -> None:
    """Half a centavo and half a gram are all there is to distribute, up to 20 kg."""
    weight = total * 1000 // unit
    if 100 <= weight <= 20_000:
        line = line_of_total(total, unit)
        assert abs(line.thousandths - weight) <= max(2, weight // 50)
        assert abs(line.unit_centavos - unit) <= max(2, unit // 50)
