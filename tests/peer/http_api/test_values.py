"""Front ends' values: exact or refused."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.documents.orders.errors import UnknownOrder
from crdt_models.errors import InvalidAmount
from crdt_models.ids import KEY_BYTES, SiteId
from peer.http_api.values import (
    WeakIdempotencyKey,
    centavos,
    clean_text,
    command_id,
    id_of,
    thousandths,
)
from peer.service.http_errors import InvalidField, InvalidJson
from peer.service.strict_json import read_json, shaped

SITE = SiteId(b"s" * 16)
REQUEST = b"f" * 32


class Amounts(msgspec.Struct):
    price: Decimal


class Named(msgspec.Struct):
    name: str


def decode(body: bytes, shape: type[Amounts]) -> Amounts:
    return shaped(read_json(body), shape)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"price": 13.25}', 1325),
        (b'{"price": "13.25"}', 1325),
        (b'{"price": 0.1}', 10),
        (b'{"price": 44}', 4400),
        (b'{"price": 1.10000}', 110),
        (b'{"price": 20.5}', 2050),
        (b'{"price": 1e1}', 1000),
    ],
)
def test_a_json_number_becomes_exact_centavos(body: bytes, expected: int) -> None:
    assert centavos(decode(body, Amounts).price, None, field="price") == expected


@pytest.mark.parametrize("text", ["1e0", "1E1", "١٢", "1_000", " 12", "12 ", "+5", ".5", "5."])
def test_what_nobody_writes_is_no_number(text: str) -> None:
    with pytest.raises(InvalidField) as refused:
        shaped({"price": text}, Amounts)
    assert refused.value.details["field"] == "price"
    assert shaped({"name": text}, Named).name == text


@pytest.mark.parametrize(
    "body",
    [
        b'{"price": 1.005}',
        b'{"price": 1e400}',
        b'{"price": 1e-400}',
        b'{"price": "NaN"}',
        b'{"price": "Infinity"}',
        b'{"price": "sNaN"}',
        b'{"price": 9999999999999999999}',
    ],
)
def test_an_amount_that_is_not_exact_is_refused(body: bytes) -> None:
    with pytest.raises((InvalidAmount, InvalidJson)):
        centavos(decode(body, Amounts).price, None, field="price")


@settings(max_examples=150, deadline=None)
@given(st.integers(-(10**11), 10**11))
def test_every_amount_survives_the_way_through_decimal_text(amount: int) -> None:
    text = f"{Decimal(amount) / 100:.2f}"
    assert (
        centavos(decode(b'{"price": %s}' % text.encode(), Amounts).price, None, field="p") == amount
    )


def test_both_forms_may_be_given_if_they_agree() -> None:
    assert centavos(Decimal("1.50"), 150, field="total") == 150
    assert centavos(None, 150, field="total") == 150
    assert thousandths(Decimal("1.5"), 1500) == 1500
    with pytest.raises(InvalidAmount):
        centavos(Decimal("1.50"), 151, field="total")
    with pytest.raises(InvalidAmount):
        thousandths(Decimal("1.5"), 1501)


@pytest.mark.parametrize(("text", "expected"), [("1", 1000), ("1.500", 1500), ("0.001", 1)])
def test_quantities_are_thousandths(text: str, expected: int) -> None:
    assert thousandths(Decimal(text)) == expected


def test_a_quantity_finer_than_thousandths_is_refused() -> None:
    with pytest.raises(InvalidAmount):
        thousandths(Decimal("0.0005"))


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("  Pão de queijo ", "Pão de queijo"),
        ("Cafe\u0301", "Café"),
        ("a\u0000b\u0007c", "abc"),
        ("\u202etxt.exe\u202c", "txt.exe"),
        ("sem\u200bespaço", "semespaço"),
        ("duas\nlinhas", "duas linhas"),
        ("👩‍🍳", "👩‍🍳"),
    ],
)
def test_text_is_normalised(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(InvalidField):
        clean_text("a\ud800b")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_clean_text_stays_what_it_is(text: str) -> None:
    try:
        once = clean_text(text)
    except InvalidField:
        return
    assert clean_text(once) == once


@pytest.mark.parametrize("text", ["", "1", "g" * 32, "A" * 32, "0" * 33, "\ud800", "\x00" * 32])
def test_an_id_of_another_form_is_not_found(text: str) -> None:
    with pytest.raises(UnknownOrder) as caught:
        id_of(text, UnknownOrder, "order")
    assert len(str(caught.value.details["order"])) <= 40


def test_a_request_under_a_key_names_the_same_command_everywhere() -> None:
    key = "0f8fad5b-d9cb-469f-a165-70867728950e"
    command = command_id(SITE, key, REQUEST)
    assert command == command_id(SITE, key, REQUEST)
    other_site = command_id(SiteId(b"t" * 16), key, REQUEST)
    assert other_site[:KEY_BYTES] != command[:KEY_BYTES]
    other_request = command_id(SITE, key, b"g" * 32)
    assert other_request != command
    assert other_request[:KEY_BYTES] == command[:KEY_BYTES]


@pytest.mark.parametrize(
    "key",
    [
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "0f8fad5bd9cb469fa16570867728950e",
        "q8Yt3_vK1mZs7Wc0RhXy2A",
    ],
)
def test_keys_of_128_random_bits_are_accepted(key: str) -> None:
    assert len(command_id(SITE, key, REQUEST)) == 16


@pytest.mark.parametrize(
    "key",
    ["", "1", "order-1234", "a" * 32, "0" * 36, "pedido-da-mesa 7 de hoje!!", "x" * 101, "é" * 40],
)
def test_keys_that_another_terminal_might_draw_are_refused(key: str) -> None:
    with pytest.raises(WeakIdempotencyKey):
        command_id(SITE, key, REQUEST)
