"""What a file says of products: all of its good rows, and each fault of the others with a cure."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from crdt_models.catalog_files import rows
from crdt_models.catalog_files.columns import COLUMNS, column_of, columns_of
from crdt_models.catalog_files.refusals import (
    TEXTS,
    CellRefused,
    FileTooLarge,
    TwoColumns,
    UnknownColumns,
    UnreadableFile,
    refusal,
)
from crdt_models.catalog_files.rows import read_csv_file, read_objects
from crdt_models.documents.catalog.facts import ProductValues

OURS = "0123456789abcdef" * 2
FULL = """Código;Nome;Categoria;Preço de venda;Cód. de Barras;Unidade;NCM;Estação;Ativo;Etiqueta;Cor
10;Calabresa;Pizzas;R$ 44,00;7894900011517;UN;2202.10.00;Forno;Sim;;azul
11;Picanha;Carnes;59,90;;kg;;;não;peso;
"""


def test_all_that_a_row_can_say() -> None:
    file = read_csv_file(FULL.encode())
    assert file.refusals == ()
    assert file.ignored == ("Cor",)
    assert [each.line for each in file.rows] == [2, 3]
    assert file.rows[0].values == ProductValues(
        code="10",
        name="Calabresa",
        category="Pizzas",
        unit_centavos=4400,
        barcodes=("7894900011517",),
        sold_by="unit",
        tax={"ncm": "22021000"},
        station="Forno",
        active=True,
    )
    picanha = file.rows[1].values
    assert (picanha.sold_by, picanha.scale, picanha.active) == ("weight", "weight", False)
    assert picanha.barcodes is UNSET
    assert picanha.tax is UNSET


def test_every_fault_is_told_and_hinders_no_other_row() -> None:
    file = read_csv_file(
        "Código;Nome;Preço;EAN;Un;NCM;Ativo\n"
        "1;A;1.234;123;XX;22;talvez\n"
        "2;B;1,00;;;;\n"
        f"3;{'C' * 121};1,00;;;;\n"
        "4;D;1,00;;;;;x\n".encode()
    )
    assert [each.line for each in file.rows] == [3]
    told = {(each.line, each.field, each.value, each.why) for each in file.refusals}
    assert told == {
        (2, "Preço", "1.234", "ambiguous_amount"),
        (2, "EAN", "123", "no_barcode"),
        (2, "Un", "XX", "no_choice"),
        (2, "NCM", "22", "no_digits"),
        (2, "Ativo", "talvez", "no_choice"),
        (4, "Nome", "C" * 60, "too_long"),
        (5, "", "", "too_many_cells"),
    }
    assert "pode ser R$ 1.234,00 ou R$ 1,234" in [each.reason for each in file.refusals]


def test_short_rows_and_empty_cells_say_nothing() -> None:
    file = read_csv_file("código,nome,preço,ativo\n1,A\n2,,,\n".encode("latin-1"))
    assert [each.values for each in file.rows] == [
        ProductValues(code="1", name="A"),
        ProductValues(code="2"),
    ]


@pytest.mark.parametrize(
    "value",
    [
        [
            {
                "id": OURS,
                "codigo": "1",
                "nome": "A",
                "preco": Decimal("44.5"),
                "preco_centavos": 4450,
            }
        ],
        {"produtos": [{"id": OURS, "codigo": 1, "nome": "A", "preco": "44,50", "ativo": None}]},
        {"products": [{"id": OURS, "code": "1", "name": "A", "price": "R$ 44.50"}], "total": 1},
    ],
)
def test_objects_as_programs_give_them(value: object) -> None:
    row = read_objects(value).rows[0]
    assert (row.line, row.id) == (1, OURS)
    assert row.values == ProductValues(code="1", name="A", unit_centavos=4450)


def test_tax_fields_may_stand_in_an_object_of_their_own() -> None:
    value = [{"codigo": "1", "fiscal": {"ncm": "22021000", "cfop": 5102}}]
    assert read_objects(value).rows[0].values.tax == {"ncm": "22021000", "cfop": "5102"}


def test_an_id_of_another_system_is_the_external_id() -> None:
    value = [{"id": 17, "nome": "A"}, {"id": "18", "id_externo": "erp:18", "nome": "B"}]
    assert [each.values.external_id for each in read_objects(value).rows] == ["17", "erp:18"]


def test_two_prices_of_one_product_are_refused() -> None:
    file = read_objects([{"codigo": "1", "preco": 44, "preco_centavos": 4401}])
    assert [(each.field, each.why) for each in file.refusals] == [("preco", "differs")]


def test_what_is_no_object_is_refused_alone() -> None:
    file = read_objects([{"codigo": "1", "nome": "A"}, 3, None, ["x"]])
    assert len(file.rows) == 1
    assert [(each.line, each.why) for each in file.refusals] == [
        (i, "no_object") for i in (2, 3, 4)
    ]


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (3, UnreadableFile),
        ({}, UnreadableFile),
        ([], UnreadableFile),
        ({"produtos": {}}, UnreadableFile),
        ([3], UnknownColumns),
        ([{"x": 1, "nome": "A"}], UnknownColumns),
        ([{"preco": 1, "valor": 1, "nome": "A"}], TwoColumns),
        ([{str(each): 1 for each in range(300)}], UnreadableFile),
    ],
)
def test_what_is_no_list_of_products_is_refused_whole(
    value: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        read_objects(value)


def test_more_rows_than_one_import_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_ROWS", 1)
    with pytest.raises(FileTooLarge):
        read_objects([{"codigo": "1", "nome": "A"}] * 2)


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("CÓD. BARRAS", "barcodes"),
        ("preco_unitario", "price"),
        ("Preço (R$)", "price"),
        ("Descrição", "name"),
        ("Situação", "active"),
        ("id_externo", "external_id"),
        ("External ID", "external_id"),
        ("un.", "sold_by"),
        ("vendido_por", "sold_by"),
        ("cor", None),
        ("", None),
    ],
)
def test_headings_in_two_languages(heading: str, column: str | None) -> None:
    assert column_of(heading) == column


def test_every_heading_and_every_cell_has_a_meaning() -> None:
    assert set(COLUMNS.values()) == rows.MEANINGS.keys()


def test_a_description_gives_way_to_a_name() -> None:
    assert columns_of(["Descrição", "Nome", "Código"])["name"] == "Nome"
    assert columns_of(["Descrição", "Código"])["name"] == "Descrição"


def test_every_sentence_can_be_told() -> None:
    details = {
        "one": 1, "other": 2, "expected": 3, "most": 4, "choices": 5, "digits": 6, "line": 7,
        "name": 8, "count": 9,
    }  # fmt: skip
    for why in TEXTS:
        told = refusal(1, "x", "\ud800\u202e", CellRefused(why, **details))
        assert "{" not in told.reason + told.cure
        told.value.encode()


tree = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*COLUMNS, "produtos", "fiscal", "?"]), inner, max_size=6)
    ),
    max_leaves=30,
)


@given(tree)
def test_no_tree_of_values_is_worse_than_refused(value: object) -> None:
    try:
        file = read_objects(value)
    except (UnreadableFile, UnknownColumns, TwoColumns) as error:
        str(error).encode()
        return
    assert {each.line for each in file.rows}.isdisjoint(each.line for each in file.refusals)
