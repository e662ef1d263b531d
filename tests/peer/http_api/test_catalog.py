"""Products over HTTP, and orders that name them."""

import json
from typing import Any

import pytest
import trio

from crdt_models.pedido import PRODUCT_NAMES

pytestmark = pytest.mark.trio

PIZZA = {
    "nome": "Calabresa",
    "codigo": "101",
    "categoria": "Pizzas",
    "estacao": "forno",
    "preco": 44.00,
    "precos": [{"preco": 39.90, "dias": ["ter"], "de": "18:00", "ate": "02:00", "tipos": ["mesa"]}],
    "fiscal": {"ncm": "19059090", "cfop": "5102"},
    "codigos_barras": ["7891000100103"],
    "id_externo": "loja:7",
    "meio_a_meio": "media",
    "grupos": [
        {"id": "borda", "nome": "Borda", "opcoes": [{"id": 1, "nome": "Cheddar", "preco": 8}]}
    ],
}


async def pizza(shop: Any, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = await shop.post("/api/produtos", {**PIZZA, **more}, 201)
    return made


async def refused(shop: Any, method: str, path: str, body: Any, status: int, code: str) -> Any:
    answer = await shop.ask(method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return answer.json()


def item(**of: Any) -> dict[str, Any]:
    return {"tipo": "mesa", "itens": [of]}


async def test_a_product_is_made_shown_and_sent_back(shop: Any) -> None:
    answer = await shop.ask("POST", "/api/produtos", PIZZA)
    made = answer.json()
    assert made.keys() == {*PRODUCT_NAMES, "version"}
    assert answer.headers["location"] == f"/api/produtos/{made['id']}"
    assert (made["preco"], made["preco_centavos"]) == (44.00, 4400)
    assert made["precos"] == [
        {
            "preco": 39.90,
            "preco_centavos": 3990,
            "dias": ["ter"],
            "de": "18:00",
            "ate": "02:00",
            "tipos": ["mesa"],
        }
    ]
    assert made["grupos"][0]["opcoes"][0]["id"] == "1"
    assert (made["ativo"], made["esgotado"], made["restante"], made["disponivel"]) == (
        True, False, None, True,
    )  # fmt: skip
    shown = await shop.ask("GET", f"/api/v1/produtos/{made['id']}")
    assert shown.json() == made
    assert shown.headers["etag"] == answer.headers["etag"]
    again = await shop.ask("PUT", f"/api/produtos/{made['id']}", made)
    assert again.json() == made


async def test_a_list_is_filtered_paged_and_not_sent_twice(shop: Any) -> None:
    first = await pizza(shop)
    for number in range(3):
        await shop.post("/api/produtos", {"nome": f"Suco {number}", "preco": 9}, 201)
    await shop.ask("DELETE", f"/api/produtos/{first['id']}")
    everything = await shop.ask("GET", "/api/produtos")
    names = [each["nome"] for each in everything.json()["produtos"]]
    assert names == ["Calabresa", "Suco 0", "Suco 1", "Suco 2"]
    assert everything.json()["categorias"] == []
    assert (await shop.get("/api/produtos?ativo=true"))["total"] == 3
    assert (await shop.get("/api/produtos?categoria=Pizzas"))["produtos"][0]["ativo"] is False
    page = await shop.get("/api/produtos?limite=3")
    assert page["total"] == 4
    rest = await shop.get(f"/api/produtos?limite=3&desde={page['proximo']}")
    assert ([each["nome"] for each in rest["produtos"]], rest["proximo"]) == (["Suco 2"], None)
    await refused(shop, "GET", "/api/produtos?desde=x", None, 400, "bad_cursor")
    etag = everything.headers["etag"]
    assert (await shop.ask("GET", "/api/produtos", if_none_match=etag)).status_code == 304
    await shop.ask("PATCH", f"/api/produtos/{first['id']}", {"nome": "Calabresa G"})
    assert (await shop.ask("GET", "/api/produtos", if_none_match=etag)).status_code == 200


async def test_what_is_left_out_stays_and_null_clears(shop: Any) -> None:
    made = await pizza(shop, restante=5)
    path = f"/api/produtos/{made['id']}"
    changed = (await shop.ask("PATCH", path, {"preco": "45.50"})).json()
    assert {name for name in made if made[name] != changed[name]} == {
        "preco", "preco_centavos", "version",
    }  # fmt: skip
    nothing = dict.fromkeys(
        ["codigo", "categoria", "precos", "fiscal", "codigos_barras", "id_externo", "meio_a_meio",
         "grupos", "restante", "imagem", "estacao", "receita", "etiqueta_balanca"]
    )  # fmt: skip
    cleared = (await shop.ask("PATCH", path, nothing)).json()
    assert (cleared["codigo"], cleared["precos"], cleared["fiscal"]) == ("", [], {})
    assert (cleared["id_externo"], cleared["restante"]) == (None, None)


async def test_a_stale_change_is_refused(shop: Any) -> None:
    made = await pizza(shop)
    path = f"/api/produtos/{made['id']}"
    assert (await shop.ask("PATCH", path, {"preco": 1})).status_code == 200
    stale = await shop.ask("PATCH", path, {"preco": 2}, if_match=f'"{made["version"]}"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")


async def test_one_key_makes_one_product(shop: Any) -> None:
    key = "0123456789abcdef" * 2
    first = await shop.ask("POST", "/api/produtos", PIZZA, idempotency_key=key)
    again = await shop.ask("POST", "/api/produtos", PIZZA, idempotency_key=key)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    assert (await shop.get("/api/produtos"))["total"] == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"preco": 1}, 422, "invalid_field"),
        ({"nome": "x"}, 422, "invalid_field"),
        ({"nome": "x", "preco": 1.234}, 422, "invalid_amount"),
        ({"nome": "x", "preco": -1}, 422, "invalid_field"),
        ({"nome": "x", "preco": 1, "preço": 1}, 422, "invalid_field"),
        ({"nome": "x", "preco": 1, "codigos_barras": ["12a4"]}, 422, "invalid_barcode"),
        ({"nome": "x", "preco": 1, "precos": [{"preco": 1, "de": "24:01"}]}, 422, "invalid_field"),
        ({"nome": "x", "preco": 1, "receita": [{"insumo_id": "1"}]}, 422, "invalid_field"),
        ({"nome": "x", "preco": 1, "receita": [{"insumo_id": "1", "quantidade": 1}]}, 404,
         "unknown_product"),
        ({"nome": "x", "preco": 1, "grupos": [{"id": 1, "nome": "g", "opcoes": []}]}, 422,
         "invalid_field"),
        ({"nome": "x", "preco": 1, "codigo": "101"}, 409, "product_exists"),
    ],
)  # fmt: skip
async def test_what_is_no_product_is_refused(
    shop: Any, body: dict[str, Any], status: int, code: str
) -> None:
    await pizza(shop)
    await refused(shop, "POST", "/api/produtos", body, status, code)
    assert (await shop.get("/api/produtos"))["total"] == 1


async def test_an_item_gets_name_price_station_and_category(shop: Any) -> None:
    made = await pizza(shop)
    for named in (
        {"produto_id": made["id"]},
        {"codigo": 101},
        {"codigo_barras": "7891000100103", "quantidade": 1},
    ):
        pedido = await shop.open(**item(**named, modificadores=[{"opcao": 1}]))
        (line,) = pedido["itens"]
        assert (line["nome"], line["produto_id"]) == ("Calabresa", made["id"])
        assert (line["estacao"], line["categoria"]) == ("forno", "Pizzas")
        assert pedido["total_centavos"] == 5200
    more = await shop.post(f"/api/pedidos/{pedido['id']}/itens", {"itens": [{"codigo": 101}]}, 201)
    assert more["total_centavos"] == 5200 + 4400


async def test_a_price_in_the_body_is_the_price(shop: Any) -> None:
    made = await pizza(shop)
    pedido = await shop.open(**item(produto_id=made["id"], nome="Calabresa", preco_unitario=1))
    assert pedido["total_centavos"] == 100
    free = await shop.open(**item(produto_id="9", nome="Avulso", preco_unitario=2))
    assert free["itens"][0]["produto_id"] == "9"


@pytest.mark.parametrize(
    ("of", "status", "code"),
    [
        ({"produto_id": 9}, 404, "unknown_product"),
        ({"codigo": "nada"}, 404, "unknown_product"),
        ({"codigo": 101, "codigo_barras": "1"}, 422, "invalid_field"),
        ({"codigo": 101, "preco_unitario": 1}, 422, "invalid_field"),
        ({"codigo": 101, "modificadores": [{"opcao": 2}]}, 422, "unknown_option"),
        ({"codigo": 101, "modificadores": [{"opcao": 1, "quantidade": 2}]}, 422,
         "wrong_number_of_choices"),
        ({"codigo": 101, "modificadores": [{"opcao": 1, "quantidade": 1.5}]}, 422,
         "invalid_field"),
        ({"partes": [{"codigo": 101}] * 5}, 422, "not_sold_by_halves"),
        ({"partes": [{"codigo": 101}]}, 422, "invalid_field"),
        ({"partes": [{"codigo": 101}, {}]}, 422, "invalid_field"),
        ({"nome": "x", "preco_unitario": 1, "modificadores": [{"opcao": 1}]}, 422,
         "invalid_field"),
        ({"nome": "x"}, 422, "invalid_field"),
        ({}, 422, "invalid_field"),
    ],
)  # fmt: skip
async def test_what_the_catalog_does_not_offer_is_refused(
    shop: Any, of: dict[str, Any], status: int, code: str
) -> None:
    await pizza(shop)
    await refused(shop, "POST", "/api/pedidos", item(**of), status, code)


async def test_half_and_half_is_sold_and_sent_back_unchanged(shop: Any) -> None:
    await pizza(shop)
    await shop.post(
        "/api/produtos",
        {"nome": "Camarão", "codigo": 102, "preco": 70, "meio_a_meio": "media"},
        201,
    )
    halves = [{"codigo": 101}, {"codigo": 102}]
    pedido = await shop.open(**item(partes=halves, quantidade=2))
    (line,) = pedido["itens"]
    assert (line["nome"], pedido["total_centavos"]) == ("1/2 Calabresa + 1/2 Camarão", 11400)
    again = await shop.ask("PUT", f"/api/pedidos/{pedido['id']}", pedido,
                           if_match=f'"{pedido["version"]}"')  # fmt: skip
    assert again.json()["itens"] == pedido["itens"]
    more = {**pedido, "itens": [*pedido["itens"], {"codigo": 101}]}
    added = await shop.ask("PUT", f"/api/pedidos/{pedido['id']}", more)
    assert added.json()["total_centavos"] == 11400 + 4400


async def test_what_is_sold_out_or_more_than_is_left_is_refused(shop: Any) -> None:
    made = await pizza(shop, restante=2)
    path = f"/api/produtos/{made['id']}"
    await shop.open(**item(codigo=101))
    assert (await shop.get(path))["restante_milesimos"] == 1000
    told = await refused(shop, "POST", "/api/pedidos", item(codigo=101, quantidade=2), 409,
                         "sold_out")  # fmt: skip
    assert told["detail"] == "Calabresa esgotou: restam 1, pedidos 2."
    pedido = await shop.open(**item(codigo=101))
    assert (await shop.get(path))["disponivel"] is False
    await shop.post(f"/api/pedidos/{pedido['id']}/cancelar")
    assert (await shop.get(path))["restante"] == 1
    await shop.ask("PATCH", path, {"esgotado": True})
    await refused(shop, "POST", "/api/pedidos", item(codigo=101), 409, "sold_out")
    await shop.open(**item(produto_id=made["id"], nome="Calabresa", preco_unitario=44))
    assert (await shop.get(path))["restante"] == 0
    listed = await shop.ask("GET", "/api/produtos", if_none_match=f'"{made["version"]}"')
    assert listed.status_code == 200


async def test_orders_of_one_batch_cannot_sell_the_last_one_twice(shop: Any) -> None:
    made = await pizza(shop, restante=3)
    statuses = []

    async def sell() -> None:
        statuses.append((await shop.ask("POST", "/api/pedidos", item(codigo=101))).status_code)

    async with trio.open_nursery() as nursery:
        for _ in range(8):
            nursery.start_soon(sell)
    assert sorted(statuses) == [201] * 3 + [409] * 5
    assert (await shop.get(f"/api/produtos/{made['id']}"))["restante_milesimos"] == 0


async def told(shop: Any, client: Any) -> list[Any]:
    await shop.all_told()
    client.offer("ours")
    return [json.loads(text) for text in (await client.wait())[:-1]]


async def test_a_change_of_the_catalog_is_one_event(shop: Any, openapi_mistakes: Any) -> None:
    client = shop.events.follow("test", "global")
    made = await pizza(shop)
    await shop.ask("PATCH", f"/api/produtos/{made['id']}", {"preco": 50})
    events = await told(shop, client)
    assert [each["type"] for each in events] == ["catalog:updated"] * 2
    assert events[0]["data"]["produtos"][0]["preco"] == 44.00
    assert events[1]["data"] == {
        "produtos": [await shop.get(f"/api/produtos/{made['id']}")],
        "todos": False,
    }
    for each in events:
        schema = {"$ref": "#/components/schemas/Evento"}
        assert openapi_mistakes(each, schema) == []


async def test_a_barcode_given_twice_is_kept_once_and_a_file_still_finds_its_product(
    shop: Any,
) -> None:
    code = "7891000100103"
    made = await pizza(shop, codigos_barras=[code, code])
    assert made["codigos_barras"] == [code]
    report = await shop.post("/api/produtos/importar", [{"ean": code, "preco": 45}])
    assert (report["recusadas"], report["alterados"]) == (0, 1)


async def test_an_item_with_a_price_of_its_own_is_named_by_its_product(shop: Any) -> None:
    body = {"nome": "Calabresa", "preco": 44, "categoria": "Pizzas", "estacao": "forno"}
    made = await shop.post("/api/produtos", body, 201)
    item = {"produto_id": made["id"], "preco_unitario": 40}
    pedido = await shop.open(itens=[item])
    path = f"/api/pedidos/{pedido['id']}"
    await shop.post(f"{path}/itens", {"itens": [{**item, "nome": "Metade"}]}, 201)
    await shop.post(f"{path}/itens", {"itens": [item]}, 201)
    await shop.ask("PUT", path, {"itens": [{"produto_id": "p9", "preco_unitario": 5}, item]})
    shown = (await shop.get(path))["itens"]
    assert [each["nome"] for each in shown] == [
        "Calabresa",
        "Metade",
        "Calabresa",
        "p9",
        "Calabresa",
    ]
    assert [shown[0][name] for name in ("categoria", "estacao", "preco_unitario")] == [
        "Pizzas",
        "forno",
        40,
    ]
