"""A catalog comes in from a file, is searched as people type, and scanned as they sell."""

import json
from typing import Any

import pytest

from crdt_models.barcodes import check_digit
from crdt_models.documents.catalog.commands import AddProduct, ImportProducts
from crdt_models.documents.catalog.facts import ProductValues
from crdt_models.ids import CommandId
from peer.http_api.catalog import importing

pytestmark = pytest.mark.trio

IMPORT = "/api/produtos/importar"
EAN = "7894900011517"
MENU = f"""Código;Nome;Categoria;Preço;Código de barras;Unidade;NCM;Estação;Etiqueta
10;Calabresa grande;Pizzas;R$ 44,00;{EAN};UN;2202.10.00;Forno;
149;Queijo minas;Frios;22,49;;KG;;;preço
150;Presunto;Frios;39,90;;KG;;;peso
AC;Açaí na tigela;Sobremesas;18,00;;UN;;;
"""
CSV = {"content_type": "text/csv; charset=utf-8"}


async def sent(shop: Any, text: str = MENU, query: str = "", status: int = 200) -> Any:
    answer = await shop.ask("POST", IMPORT + query, text.encode(), **CSV)
    assert answer.status_code == status, answer.text
    return answer.json()


async def names_found(shop: Any, text: str, **more: str) -> list[str]:
    answer = await shop.client.get("/api/produtos", params={"busca": text, **more})
    assert answer.status_code == 200, answer.text
    return [each["nome"] for each in answer.json()["produtos"]]


def label(body: str) -> str:
    return body + str(check_digit(body))


async def test_a_file_is_simulated_taken_and_taken_again(shop: Any) -> None:
    simulated = await sent(shop, query="?simular=true")
    assert (simulated["simulado"], simulated["novos"]) == (True, 4)
    assert (await shop.get("/api/produtos"))["total"] == 0
    taken = await sent(shop)
    assert {**taken, "simulado": True} == simulated
    assert taken["linhas"][0] == {
        "linha": 2,
        "nome": "Calabresa grande",
        "situacao": "novo",
        "campos": [],
    }
    position = shop.node.position
    again = await sent(shop)
    assert (again["lidas"], again["iguais"], again["linhas"]) == (4, 4, [])
    assert shop.node.position == position


async def test_what_is_refused_is_told_and_hinders_nothing_else(shop: Any) -> None:
    await sent(shop)
    told = await sent(shop, "código;nome;preço;cor\n10;Calabresa grande;45,00;x\n11;Nova;1.234;\n")
    assert [told[each] for each in ("lidas", "novos", "alterados", "iguais", "recusadas")] == [
        2,
        0,
        1,
        0,
        1,
    ]
    assert told["linhas"][0]["campos"] == ["preco"]
    assert told["colunas_ignoradas"] == ["cor"]
    assert told["recusas"] == [
        {
            "linha": 3,
            "campo": "preço",
            "valor": "1.234",
            "codigo": "ambiguous_amount",
            "motivo": "pode ser R$ 1.234,00 ou R$ 1,234",
            "como_resolver": "Escreva o valor com duas casas, como 1234,00.",
        }
    ]


async def test_what_the_api_shows_can_be_sent_back_as_it_is(shop: Any) -> None:
    await sent(shop)
    shown = await shop.get("/api/produtos")
    for body in (shown, shown["produtos"]):
        answer = await shop.ask("POST", IMPORT, json.dumps(body).encode())
        assert (answer.json()["iguais"], answer.json()["recusas"]) == (4, []), answer.text


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"", CSV, 422, "unreadable_file"),
        (b'"', CSV, 422, "unreadable_file"),
        (b"x;y\n1;2", CSV, 422, "unknown_columns"),
        (b"nome;produto;preco\n1;2;3", CSV, 422, "two_columns"),
        (b"{", {}, 400, "invalid_json"),
        (b"3", {}, 422, "unreadable_file"),
        (b"nome;preco\nA;1", {"content_type": "text/plain"}, 415, "unsupported_media_type"),
        (b"x" * (4 * 1024 * 1024 + 1), CSV, 413, "body_too_large"),
        (b"nome;preco\n" + b"A;1\n" * 20_001, CSV, 413, "file_too_large"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_whole(
    shop: Any, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await shop.ask("POST", IMPORT, body, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_a_large_file_is_written_in_changes_that_are_not_too_large(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MAX_BYTES_OF_A_BATCH", 10**9)  # so that one must be halved
    names = "\n".join(f"{number};{number} {'á' * 110};1,00" for number in range(600))
    told = await sent(shop, f"código;nome;preço\n{names}")
    assert told["novos"] == 600
    assert (await shop.get("/api/produtos"))["total"] == 600
    assert 4 <= shop.node.position <= 12


async def test_the_same_file_on_another_catalog_is_another_command(shop: Any) -> None:
    found = []
    node_execute = shop.node.execute

    async def spied(command: ImportProducts, *, command_id: CommandId, **more: Any) -> Any:
        found.append(command_id)
        return await node_execute(command, command_id=command_id, **more)

    shop.node.execute = spied
    await sent(shop)
    await sent(shop, MENU.replace("44,00", "45,00"))
    await sent(shop)  # back again: another command than the first
    assert len(set(found)) == 3


async def test_what_contradicts_the_file_meanwhile_is_compared_anew(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile = AddProduct(values=ProductValues(name="Outra", unit_centavos=1, barcodes=(EAN,)))
    real_write = importing._write

    async def late(api: Any, operator: Any, writings: Any, written: Any) -> None:
        if not shop.node.position:
            await shop.node.execute(meanwhile, command_id=CommandId(bytes(16)))
        await real_write(api, operator, writings, written)

    monkeypatch.setattr(importing, "_write", late)
    told = await sent(shop)
    assert (told["novos"], told["alterados"], told["recusadas"]) == (3, 1, 0)
    assert (await shop.get(f"/api/produtos/codigo/{EAN}"))["produto"]["nome"] == "Calabresa grande"


async def test_products_are_found_as_people_type(shop: Any) -> None:
    await sent(shop)
    assert await names_found(shop, "acai") == ["Açaí na tigela"]
    assert await names_found(shop, "gra CAL") == ["Calabresa grande"]
    assert await names_found(shop, "frios") == ["Presunto", "Queijo minas"]
    assert await names_found(shop, "78949") == ["Calabresa grande"]
    assert await names_found(shop, "frios", categoria="Pizzas") == []
    assert await names_found(shop, "...") == []
    await sent(shop, "código;nome;ativo\nAC;Cupuaçu;não\n")
    assert await names_found(shop, "acai") == []
    assert await names_found(shop, "cupua") == ["Cupuaçu"]
    assert await names_found(shop, "cupua", ativo="true") == []


async def test_a_scanned_code_gives_the_item_to_sell(shop: Any) -> None:
    await sent(shop)
    for code in (EAN, "10"):
        read = await shop.get(f"/api/produtos/codigo/{code}")
        assert read["produto"]["nome"] == "Calabresa grande"
        assert read["etiqueta_balanca"] is False
        assert read["item"] == {"produto_id": read["produto"]["id"], "quantidade_milesimos": 1000}


async def test_upc_and_ean_are_one_barcode_wherever_they_are_written(shop: Any) -> None:
    made = {"nome": "Cola", "preco": 5, "codigos_barras": ["036000291452"]}
    product = await shop.post("/api/produtos", made, 201)
    assert product["codigos_barras"] == ["0036000291452"]
    for code in ("036000291452", "0036000291452", " 036000291452 "):
        assert (await shop.get(f"/api/produtos/codigo/{code}"))["produto"]["id"] == product["id"]
        body = {"tipo": "balcao", "itens": [{"codigo_barras": code}]}
        assert (await shop.post("/api/pedidos", body, 201))["total_centavos"] == 500
    wrong = {"tipo": "balcao", "itens": [{"codigo_barras": "036000291453"}]}
    answer = await shop.ask("POST", "/api/pedidos", wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_barcode")


@pytest.mark.parametrize(
    ("code", "thousandths", "centavos"),
    [
        (label("200014900284"), 126, 284),  # a scale whose total is no whole gram at our price
        (label("200014902249"), 1000, 2249),
        (label("200015002504"), 2504, 9991),  # by weight, at the catalog's price
    ],
)
async def test_a_scale_label_costs_what_it_says(
    shop: Any, code: str, thousandths: int, centavos: int
) -> None:
    await sent(shop)
    read = await shop.get(f"/api/produtos/codigo/{code}")
    assert read["etiqueta_balanca"] is True
    assert read["item"]["quantidade_milesimos"] == thousandths
    order = await shop.post("/api/pedidos", {"tipo": "balcao", "itens": [read["item"]]}, 201)
    assert order["total_centavos"] == centavos
    assert order["itens"][0]["nome"] == read["produto"]["nome"]
    assert order["itens"][0]["categoria"] == "Frios"


@pytest.mark.parametrize(
    ("code", "status", "problem"),
    [
        ("7894900011518", 422, "invalid_barcode"),
        ("7891000100103", 404, "unknown_product"),
        ("xyz", 404, "unknown_product"),
        (label("200001000100"), 404, "unknown_product"),  # of a product that has no label
        (label("200014900000"), 422, "invalid_barcode"),
        ("%00", 404, "not_found"),
    ],
)
async def test_a_code_that_is_nobodys(shop: Any, code: str, status: int, problem: str) -> None:
    await sent(shop)
    answer = await shop.ask("GET", f"/api/produtos/codigo/{code}")
    assert (answer.status_code, answer.json()["code"]) == (status, problem), answer.text


async def test_a_shop_of_another_scale_says_so_in_its_settings(running: Any) -> None:
    async with running(settings={"MALHA_SCALE_LABEL": "4"}) as shop:
        await sent(shop)
        read = await shop.get(f"/api/produtos/codigo/{label('201490000284')}")
        assert read["item"]["quantidade_milesimos"] == 126


async def test_terminals_with_equal_catalogs_write_equal_products(running: Any) -> None:
    """Two that cannot see each other are given one file, and meet afterwards."""
    async with running("a") as one, running("b") as other:
        for each in (one, other):
            await sent(each)
        found = [(await each.get("/api/produtos"))["produtos"] for each in (one, other)]
        ids = [{(each["id"], each["nome"]) for each in products} for products in found]
        assert ids[0] == ids[1]
