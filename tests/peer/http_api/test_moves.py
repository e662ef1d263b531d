"""Orders and lines that change places, over HTTP, against a real node."""

import json
from typing import Any

import pytest

BEERS = {"nome": "Chope", "preco_unitario_centavos": 900, "quantidade": 3}
PIE = {"nome": "Torta", "preco_unitario_centavos": 1500}


async def two_orders(shop: Any) -> tuple[str, str, str]:
    """The path of an order with three beers and a pie, of an empty one, and the empty one's id."""
    full, empty = await shop.open(itens=[BEERS, PIE]), await shop.open()
    return f"/api/pedidos/{full['id']}", f"/api/pedidos/{empty['id']}", empty["id"]


async def test_an_order_goes_to_another_table(shop: Any) -> None:
    table = await shop.post("/api/mesas", {"nome": "5"}, 201)
    order, _, _ = await two_orders(shop)
    moved = await shop.post(f"{order}/transferir", {"mesa_id": table["id"]})
    assert (moved["mesa_id"], moved["comanda"]) == (table["id"], None)
    moved = await shop.post(f"{order}/transferir", {"comanda": "Ana"})
    assert (moved["mesa_id"], moved["comanda"]) == (table["id"], "Ana")
    assert (await shop.ask("POST", f"{order}/transferir", {})).status_code == 422
    assert (await shop.get(f"/api/mesas/{table['id']}"))["status"] == "ocupada"


async def test_who_goes_to_a_comanda_says_whether_the_table_is_free_now(shop: Any) -> None:
    table = await shop.post("/api/mesas", {"nome": "5"}, 201)
    pedido = await shop.open(mesa_id=table["id"])
    path = f"/api/pedidos/{pedido['id']}/transferir"
    both = {"comanda": "Ana", "mesa_id": table["id"], "sai_da_mesa": True}
    refused = await shop.ask("POST", path, both)
    assert (refused.status_code, refused.json()["field"]) == (422, "sai_da_mesa")
    moved = await shop.post(path, {"comanda": "Ana", "sai_da_mesa": True})
    assert (moved["mesa_id"], moved["comanda"]) == (None, "Ana")
    assert (await shop.get(f"/api/mesas/{table['id']}"))["status"] == "livre"


async def test_lines_go_to_another_order_and_show_where_they_came_from(shop: Any) -> None:
    order, other, other_id = await two_orders(shop)
    before = await shop.get(order)
    beer, pie = (item["id"] for item in before["itens"])
    body = {"destino_id": other_id, "itens": [{"id": beer, "quantidade": 2}, {"id": pie}]}
    left = await shop.post(f"{order}/itens/transferir", body)
    there = await shop.get(other)
    assert (left["total_centavos"], there["total_centavos"]) == (900, 1800 + 1500)
    assert {item["pedido_origem_id"] for item in there["itens"]} == {before["id"]}
    assert [item["pedido_origem_id"] for item in left["itens"]] == [None]
    sent = await shop.post(f"{other}/enviar")
    assert {item["status"] for item in sent["itens"]} == {"enviado"}
    cancelled = await shop.post(f"{other}/itens/{pie}/cancelar", {"motivo": "caiu"})
    assert cancelled["total_centavos"] == 1800


async def test_an_order_changes_with_the_one_beside_it(shop: Any) -> None:
    order, other, other_id = await two_orders(shop)
    beer = (await shop.get(order))["itens"][0]["id"]
    await shop.post(f"{order}/itens/transferir", {"destino_id": other_id, "itens": [{"id": beer}]})
    seen = await shop.ask("GET", order)
    etag = seen.headers["etag"]
    assert (await shop.ask("GET", order, **{"if-none-match": etag})).status_code == 304
    shown = await shop.get(other)
    await shop.post(f"{other}/itens/{beer}/cancelar", {"quantidade": 1})
    assert (await shop.ask("GET", order, **{"if-none-match": etag})).status_code == 200
    stale = await shop.ask("POST", f"{other}/enviar", {}, **{"if-match": f'"{shown["version"]}"'})
    assert (stale.status_code, stale.json()["atual"]["total_centavos"]) == (412, 1800)


async def test_all_of_an_order_goes_to_another(shop: Any) -> None:
    order, other, other_id = await two_orders(shop)
    merged = await shop.post(f"{order}/juntar", {"destino_id": other_id})
    assert (merged["status"], merged["juntado_a"], merged["total_centavos"]) == (
        "juntado", other_id, 0
    )  # fmt: skip
    assert (await shop.get(other))["total_centavos"] == 4200
    listed = await shop.get("/api/pedidos?status=juntado")
    assert [each["id"] for each in listed["pedidos"]] == [merged["id"]]
    refused = await shop.ask("POST", f"{order}/itens", {"itens": [PIE]})
    assert (refused.status_code, refused.json()["code"]) == (409, "order_is_merged")
    assert "juntado ao pedido A-00" in refused.json()["detail"]
    restored = await shop.post(f"{order}/restaurar")
    assert (restored["status"], restored["juntado_a"]) == ("aberto", None)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("itens/transferir", {"destino_id": "{other}", "itens": []}, 422),
        ("itens/transferir", {"destino_id": "{other}", "itens": [{"id": "0" * 32}]}, 404),
        ("itens/transferir", {"destino_id": "0" * 32, "itens": [{"id": "{beer}"}]}, 404),
        ("itens/transferir", {"destino_id": "{same}", "itens": [{"id": "{beer}"}]}, 422),
        (
            "itens/transferir",
            {"destino_id": "{other}", "itens": [{"id": "{beer}", "quantidade": 4}]},
            409,
        ),
        ("juntar", {"destino_id": "{same}"}, 422),
    ],
)
async def test_what_cannot_move_is_refused(shop: Any, path: str, body: Any, status: int) -> None:
    order, _, other_id = await two_orders(shop)
    shown = await shop.get(order)
    names = {"{other}": other_id, "{same}": shown["id"], "{beer}": shown["itens"][0]["id"]}
    body = {name: names.get(value, value) if isinstance(value, str) else value
            for name, value in body.items()}  # fmt: skip
    for item in body.get("itens", []):
        item["id"] = names.get(item["id"], item["id"])
    answer = await shop.ask("POST", f"{order}/{path}", body)
    assert answer.status_code == status, answer.text
    assert (await shop.get(order))["total_centavos"] == 4200


async def test_a_retried_move_moves_once(shop: Any) -> None:
    order, other, other_id = await two_orders(shop)
    beer = (await shop.get(order))["itens"][0]["id"]
    body = {"destino_id": other_id, "itens": [{"id": beer, "quantidade": 1}]}
    key = {"idempotency-key": "0123456789abcdef0123456789abcdef"}
    for _ in range(2):
        await shop.ask("POST", f"{order}/itens/transferir", body, **key)
    assert (await shop.get(other))["total_centavos"] == 900


async def test_a_move_says_what_becomes_of_both_totals(shop: Any) -> None:
    order, other, other_id = await two_orders(shop)
    beer, pie = (item["id"] for item in (await shop.get(order))["itens"])
    await shop.post(f"{order}/descontos", {"percentual": 10, "motivo": "fiel"}, 201)
    value = {"valor": 3, "motivo": "quente", "item_id": beer}
    await shop.post(f"{order}/descontos", value, 201)
    assert (await shop.get(order))["total_centavos"] == 4200 - 300 - 390
    body = {"destino_id": other_id, "itens": [{"id": beer, "quantidade": 1}]}
    key = {"idempotency-key": "0123456789abcdef0123456789abcdef"}
    answer = await shop.ask("POST", f"{order}/itens/transferir", body, **key)
    told = answer.json()["transferencia"]
    assert told == {
        "destino_id": other_id,
        "destino_total": 8.0,  # with its third of the three reais
        "destino_total_centavos": 800,
        "diferenca": 0.8,  # the ten percent of the order are off it no longer
        "diferenca_centavos": 80,
    }
    there = await shop.get(other)
    (discount,) = there["descontos"]
    assert (discount["item_id"], discount["valor_centavos"]) == (there["itens"][0]["id"], 300)
    assert (there["desconto_centavos"], there["total_centavos"]) == (100, 800)
    again = await shop.ask("POST", f"{order}/itens/transferir", body, **key)
    assert again.json()["transferencia"] == {**told, "diferenca": None, "diferenca_centavos": None}
    merged = await shop.post(f"{order}/juntar", {"destino_id": other_id})
    assert merged["transferencia"]["diferenca_centavos"] == 0
    assert merged["total_centavos"] == 0
    there = await shop.get(other)
    assert there["total_centavos"] == 4200 - 300 - 310
    assert pie in {each["id"] for each in there["itens"]}
    (carried,) = [each for each in there["descontos"] if each["pedido_origem_id"] is not None]
    assert carried["pedido_origem_id"] == merged["id"]
    assert (carried["tipo"], carried["percentual"], carried["motivo"]) == ("percentual", 10, "fiel")
    await shop.post(f"{other}/descontos/{carried['id']}/cancelar", {})
    assert (await shop.get(other))["total_centavos"] == 4200 - 300


async def test_an_order_of_charges_alone_is_not_joined(shop: Any) -> None:
    order, _, other_id = await two_orders(shop)
    await shop.post(f"{order}/couvert", {"valor": 5})
    for item in (await shop.get(order))["itens"]:
        await shop.post(f"{order}/itens/{item['id']}/cancelar", {"motivo": "x"})
    refused = await shop.ask("POST", f"{order}/juntar", {"destino_id": other_id})
    assert (refused.status_code, refused.json()["code"]) == (409, "charges_stay")


async def test_a_discount_of_a_line_that_moved_is_told_of_the_order_it_is_on(shop: Any) -> None:
    order, other, other_id = await two_orders(shop)
    shown = await shop.get(order)
    beer, pie = (item["id"] for item in shown["itens"])
    body = {"destino_id": other_id, "itens": [{"id": beer, "quantidade": 1}]}
    await shop.post(f"{order}/itens/transferir", body)
    (part,) = (await shop.get(other))["itens"]
    given = await shop.post(f"{other}/cortesia", {"item_id": part["id"], "motivo": "x"}, 201)
    (discount,) = given["descontos"]
    await shop.all_told()
    client = shop.events.follow("test", "global")
    await shop.post(f"{other}/descontos/{discount['id']}/cancelar", {})
    await shop.post(f"{other}/cortesia", {"item_id": part["id"], "motivo": "y"}, 201)
    await shop.post(f"{order}/cortesia", {"item_id": pie, "motivo": "z"}, 201)
    await shop.all_told()
    client.offer("ours")
    events = [json.loads(text) for text in (await client.wait())[:-1]]
    told = [each["document"] for each in events if each["type"] == "order:updated"]
    home, there = f"order:{shown['id']}", f"order:{other_id}"
    assert sorted(told) == sorted([home, there, home, there, home])
