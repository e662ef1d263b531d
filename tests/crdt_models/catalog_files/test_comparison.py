"""A file meets a catalog: what is new, what changes, what another product already has."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt_models.catalog_files.comparison import Comparison, compared
from crdt_models.catalog_files.rows import read_csv_file, read_objects
from crdt_models.documents.catalog.commands import AddProduct, ChangeProduct, ImportProducts
from crdt_models.documents.catalog.facts import ProductValues
from crdt_models.ids import ProductId
from tests.crdt_models.documents.shop import Till

EAN, OTHER_EAN = "7894900011517", "96385074"
MENU = f"""Código;Nome;Preço;EAN;NCM
10;Calabresa;44,00;{EAN};2202.10.00
11;Muçarela;40,00;;
"""


@pytest.fixture
def till() -> Till:
    return Till()


def added(till: Till, **values: Any) -> ProductId:
    whole = ProductValues(**{"name": "Calabresa", "unit_centavos": 4400, **values})
    return ProductId(till.give(AddProduct(values=whole))["product.0"])


def against(till: Till, text: str) -> Comparison:
    return compared(read_csv_file(text.encode()), till.catalog)


def take(till: Till, comparison: Comparison) -> None:
    command = ImportProducts(
        rows=tuple(each.values for each in comparison.writings),
        products=tuple(each.product for each in comparison.writings),
    )
    till.give(command)


def refused(comparison: Comparison) -> list[tuple[int, str, str, str]]:
    return [(each.line, each.field, each.value, each.why) for each in comparison.refusals]


def test_into_an_empty_catalog_every_row_is_new_and_a_second_time_nothing_is(till: Till) -> None:
    first = against(till, MENU)
    assert [(each.product, each.name) for each in first.writings] == [
        (None, "Calabresa"),
        (None, "Muçarela"),
    ]
    take(till, first)
    assert [each.tax for each in till.catalog.products.values()] == [{"ncm": "22021000"}, {}]
    written = len(till.changes)
    again = against(till, MENU)
    assert (again.read, again.writings, again.unchanged, again.refusals) == (2, (), 2, ())
    assert len(till.changes) == written


def test_only_what_differs_is_written(till: Till) -> None:
    product = added(till, code="10", category="Pizzas", station="Forno")
    found = against(till, "código;nome;preço;categoria;estação\n10;Calabresa;45,00;Pizzas;\n")
    (writing,) = found.writings
    assert (writing.product, writing.fields) == (product, ("unit_centavos",))
    take(till, found)
    assert till.catalog.products[product].station == "Forno"
    assert till.catalog.products[product].unit_centavos == 4500


def test_a_row_is_about_whom_its_strongest_name_names(till: Till) -> None:
    by_external = added(till, external_id="erp:1", code="1")
    by_code = added(till, code="2")
    by_barcode = added(till, barcodes=(EAN,))
    by_name = added(till, name="Muçarela")
    found = against(
        till,
        "id externo;código;ean;nome;preço\n"
        "erp:1;3;;A;1,00\n"
        ";2;;B;1,00\n"
        f";4;{EAN};C;1,00\n"
        ";;;muçarela;1,00\n"
        "erp:2;;;D;1,00\n",
    )
    meant = [each.product for each in found.writings]
    assert meant == [by_external, by_code, by_barcode, by_name, None]
    take(till, found)
    assert till.catalog.products[by_barcode].code == "4"
    assert against(till, "código;preço\n4;1,00\n").unchanged == 1


def test_our_own_id_is_the_strongest_name_of_all(till: Till) -> None:
    product = added(till, code="1")
    value = [{"id": product.hex(), "codigo": "2", "nome": "Calabresa"}]
    (writing,) = compared(read_objects(value), till.catalog).writings
    assert (writing.product, writing.fields) == (product, ("code",))


def test_who_has_another_external_id_is_somebody_else(till: Till) -> None:
    added(till, external_id="erp:1", code="1")
    found = against(till, "id externo;código;nome;preço\nerp:2;1;A;1,00\n")
    assert refused(found) == [(2, "código", "1", "taken")]


def test_a_product_that_was_taken_out_is_found_and_put_back_only_when_the_file_says(
    till: Till,
) -> None:
    product = added(till, code="1")
    till.give(ChangeProduct(product=product, values=ProductValues(active=False)))
    still_out = against(till, "código;nome;preço\n1;Calabresa;45,00\n")
    assert [each.fields for each in still_out.writings] == [("unit_centavos",)]
    back = against(till, "código;nome;ativo\n1;Calabresa;sim\n")
    assert [each.fields for each in back.writings] == [("active",)]
    added(till, code="1")
    other = against(till, f"id;código;ativo\n{product.hex()};1;sim\n")
    assert [each.why for each in other.refusals] == ["taken"]


def test_a_file_adds_barcodes_and_tax_fields_and_takes_none_away(till: Till) -> None:
    product = added(till, code="1", barcodes=(EAN,), tax={"ncm": "22021000", "cfop": "5102"})
    found = against(till, f"código;ean;ncm\n1;{OTHER_EAN};02013000\n")
    (writing,) = found.writings
    assert writing.values == ProductValues(
        barcodes=(EAN, OTHER_EAN), tax={"ncm": "02013000", "cfop": "5102"}
    )
    take(till, found)
    assert against(till, f"código;ean;ncm\n1;{EAN};02013000\n").unchanged == 1
    assert till.catalog.by_barcode[OTHER_EAN][0].id == product


def test_a_barcode_that_a_product_has_twice_is_one_name(till: Till) -> None:
    product = added(till, barcodes=(EAN, EAN))
    (writing,) = against(till, f"ean;preço\n{EAN};45,00\n").writings
    assert (writing.product, writing.fields) == (product, ("unit_centavos",))


def test_a_name_of_another_product_or_another_row_refuses_the_row(till: Till) -> None:
    added(till, name="Muçarela", code="1", barcodes=(EAN,))
    added(till, code="2")
    found = against(
        till,
        f"Código;Nome;Preço;EAN\n2;A;1,00;{EAN}\n3;B;1,00;\n3;C;1,00;\n1;D;1,00;\n4;E;1,00;{EAN}\n",
    )
    assert refused(found) == [
        (2, "EAN", EAN, "taken"),
        (4, "Código", "3", "repeated"),
        (6, "EAN", EAN, "repeated"),  # of the product of line 5
    ]
    assert [each.line for each in found.writings] == [3, 5]
    assert found.read == 5


def test_a_row_that_several_products_answer_to_is_refused(till: Till) -> None:
    other = Till("B")
    for each in (till, other):
        each.give(AddProduct(values=ProductValues(name="A", unit_centavos=1, code="1")))
    till.sync(other)
    assert [each.why for each in against(till, "código;preço\n1;2,00\n").refusals] == ["several"]


def test_a_new_product_needs_a_name_and_a_price(till: Till) -> None:
    found = against(till, "código;nome\n1;\n2;B\n")
    assert refused(found) == [
        (2, "nome", "", "missing"),
        (2, "preço", "", "missing"),
        (3, "preço", "", "missing"),
    ]


def test_rows_of_one_name_and_no_code_are_one_product_twice(till: Till) -> None:
    found = against(till, "nome;preço\nCafé;3,00\nCAFE;4,00\n")
    assert refused(found) == [(3, "nome", "CAFE", "repeated")]
    take(till, found)
    assert against(till, "nome;preço\ncafé;3,00\n").writings[0].fields == ("name",)


def test_a_row_with_a_code_takes_its_name_from_one_without(till: Till) -> None:
    """Else the second import would find another product by that name than the first one made."""
    found = against(till, f"nome;ean;preço;ativo\nB;;1,00;não\nB;{EAN};1,00;\n")
    assert refused(found) == [(2, "nome", "B", "repeated")]
    take(till, found)
    assert against(till, f"nome;ean;preço\nB;{EAN};1,00\n").unchanged == 1


names = st.sampled_from(["", "1", "2", "3"])
texts = st.sampled_from(["", "A", "B", "c"])
eans = st.sampled_from(["", EAN, OTHER_EAN])
prices = st.sampled_from(["", "1,00", "2,00"])
flags = st.sampled_from(["", "sim", "não"])
lines = st.tuples(names, names, texts, eans, prices, flags).map(";".join)
files = st.lists(lines, max_size=6).map(
    lambda rows: "\n".join(["id externo;código;nome;ean;preço;ativo", *rows])
)


@settings(max_examples=150)
@given(st.lists(files, max_size=3), files)
def test_whatever_is_taken_can_be_written_and_then_is_so(before: list[str], last: str) -> None:
    till = Till()
    for text in [*before, last]:
        found = against(till, text)
        take(till, found)
        again = against(till, text)
        refused_lines = {each.line for each in found.refusals}
        assert [each for each in again.writings if each.line not in refused_lines] == []
        assert found.read == len(found.writings) + found.unchanged + len(refused_lines)
