"""The stock over HTTP: what people say of it, what sales take, what is told live."""

import json
from typing import Any

import pytest

from crdt_models.pedido import STOCK_NAMES, STOCK_PLACE_NAMES


async def product(shop: Any, **more: Any) -> str:
    body = {"nome": "Refrigerante", "preco": 7, "controla_estoque": True, **more}
    made: dict[str, Any] = await shop.post("/api/produtos", body, 201)
    return str(made["id"])


def some(produto: str, quantidade: Any) -> dict[str, Any]:
    return {"itens": [{"produto_id": produto, "quantidade": quantidade}]}


async def sold(shop: Any, produto: str, quantidade: int = 1) -> dict[str, Any]:
    pedido: dict[str, Any] = await shop.open(
        itens=[{"produto_id": produto, "quantidade": quantidade}]
    )
    return pedido


async def on_hand(shop: Any, produto: str) -> int:
    shown = await shop.get(f"/api/estoque/{produto}")
    assert shown.keys() == STOCK_NAMES.keys()
    assert all(each.keys() == STOCK_PLACE_NAMES.keys() for each in shown["locais"])
    return int(shown["milesimos"])


async def test_everything_that_moves_stock(shop: Any) -> None:
    refri = await product(shop)
    opened = await shop.post("/api/estoque/saldo-inicial", some(refri, 10), 201)
    (shown,) = opened["estoque"]
    assert (shown["milesimos"], shown["quantidade"], shown["nome"]) == (10_000, 10, "Refrigerante")
    pedido = await sold(shop, refri, 3)
    assert await on_hand(shop, refri) == 7_000
    item = pedido["itens"][0]["id"]
    await shop.post(f"/api/pedidos/{pedido['id']}/itens/{item}/cancelar", {"quantidade": 1})
    assert await on_hand(shop, refri) == 8_000
    await shop.post("/api/estoque/entrada", some(refri, "2.5"), 201)
    await shop.post("/api/estoque/perda", {**some(refri, 1), "motivo": "quebrou"}, 201)
    moved = {**some(refri, 4), "origem": "", "destino": "Bar"}
    (shown,) = (await shop.post("/api/estoque/transferencia", moved, 201))["estoque"]
    assert [(each["local"], each["milesimos"]) for each in shown["locais"]] == [
        ("", 5_500),
        ("Bar", 4_000),
    ]
    counted = await shop.post("/api/estoque/contagem", {**some(refri, 3), "local": "Bar"}, 201)
    assert counted["estoque"][0]["milesimos"] == 8_500
    assert counted["estoque"][0]["locais"][1]["contado_milesimos"] == 3_000


async def test_a_retry_moves_nothing_twice(shop: Any) -> None:
    refri = await product(shop)
    key = "0f8fad5b-d9cb-469f-a165-70867728950e"
    for replayed in (None, "true"):
        answer = await shop.ask("POST", "/api/estoque/entrada", some(refri, 2), idempotency_key=key)
        assert answer.headers.get("idempotency-replayed") == replayed
        assert answer.json()["estoque"][0]["milesimos"] == 2_000
    other = await shop.ask("POST", "/api/estoque/entrada", some(refri, 3), idempotency_key=key)
    assert other.status_code == 409


async def test_lists_say_what_is_missing_and_what_was_oversold(shop: Any) -> None:
    cheese = await product(shop, nome="Queijo", controla_estoque=False)
    toast = await product(
        shop, nome="Torrada", controla_estoque=False,
        receita=[{"insumo_id": cheese, "quantidade": 0.25}],
    )  # fmt: skip
    refri = await product(shop, estoque_minimo_milesimos=6_000)
    await shop.post("/api/estoque/entrada", some(refri, 5), 201)
    await sold(shop, toast, 2)
    listed = await shop.get("/api/estoque")
    assert [(each["nome"], each["milesimos"]) for each in listed["estoque"]] == [
        ("Queijo", -500),
        ("Refrigerante", 5_000),
    ]
    below = await shop.get("/api/estoque?abaixo_do_minimo=true")
    assert [each["produto_id"] for each in below["estoque"]] == [refri]
    assert below["estoque"][0]["minimo_milesimos"] == 6_000
    short = await shop.get("/api/estoque?negativo=true")
    assert [each["produto_id"] for each in short["estoque"]] == [cheese]
    page = await shop.get("/api/estoque?limite=1")
    rest = await shop.get(f"/api/estoque?limite=1&desde={page['proximo']}")
    assert [page["estoque"][0], rest["estoque"][0]] == listed["estoque"]
    assert (await shop.ask("GET", "/api/estoque?desde=zz")).status_code == 400
    (conflito,) = (await shop.get("/api/conflitos?tipo=oversold"))["conflitos"]
    assert conflito["assunto"].startswith(f"{cheese}:")
    shown = await shop.get(f"/api/conflitos/{conflito['id']}")
    assert "Baixou do estoque" in str(shown)
    counted = await shop.ask("PATCH", f"/api/estoque/{refri}", {"minimo": 1})
    assert counted.json()["abaixo_do_minimo"] is False


@pytest.mark.parametrize(
    ("path", "more", "status", "code"),
    [
        ("saldo-inicial", {}, 409, "stock_is_open"),
        ("perda", {"motivo": ""}, 422, "invalid_field"),
        ("transferencia", {"origem": "Bar"}, 422, "invalid_field"),
        ("transferencia", {"origem": "Bar", "destino": "Bar"}, 422, "invalid_field"),
        ("entrada", {"itens": [{"produto_id": "0" * 32, "quantidade": 1}]}, 404, "unknown_product"),
        ("entrada", {"itens": []}, 422, "invalid_field"),
        ("contagem", {"itens": [{"produto_id": "zz", "quantidade": 1}]}, 404, "unknown_product"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    shop: Any, path: str, more: dict[str, Any], status: int, code: str
) -> None:
    refri = await product(shop)
    await shop.post("/api/estoque/saldo-inicial", some(refri, 10), 201)
    answer = await shop.ask("POST", f"/api/estoque/{path}", {**some(refri, 1), **more})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_product_that_nobody_knows_is_not_found(shop: Any) -> None:
    answer = await shop.ask("GET", f"/api/estoque/{'0' * 32}")
    assert answer.status_code == 404
    plain = await product(shop, controla_estoque=False)
    assert await on_hand(shop, plain) == 0
    assert (await shop.get("/api/estoque"))["total"] == 0


async def test_each_change_that_moves_stock_is_one_event(shop: Any, openapi_mistakes: Any) -> None:
    refri = await product(shop)
    await shop.post("/api/estoque/entrada", some(refri, 9), 201)
    await shop.all_told()
    client = shop.events.follow("test", "global")
    pedido = await sold(shop, refri, 3)
    await shop.ask("PATCH", f"/api/pedidos/{pedido['id']}", {"observacao": "sem gelo"})
    await shop.post(f"/api/pedidos/{pedido['id']}/cancelar")
    await shop.post("/api/estoque/contagem", some(refri, 8), 201)
    await shop.all_told()
    client.offer("ours")
    events = [json.loads(text) for text in (await client.wait())[:-1]]
    moved = [each for each in events if each["type"] == "inventory:updated"]
    assert [each["data"]["estoque"][0]["milesimos"] for each in moved] == [6_000, 9_000, 8_000]
    for each in moved:
        assert openapi_mistakes(each, {"$ref": "#/components/schemas/Evento"}) == []
