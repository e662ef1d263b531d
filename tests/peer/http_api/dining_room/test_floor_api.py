"""The floor of today over HTTP: who serves, joined tables, cleaning."""

from typing import Any

import pytest

COFFEE = {"nome": "Café", "preco_unitario": 4.5}


async def tables(shop: Any, count: int = 3, **more: Any) -> list[str]:
    """Paths of so many tables of four seats."""
    added = [
        await shop.post("/api/mesas", {"nome": str(number), "lugares": 4, **more}, 201)
        for number in range(1, count + 1)
    ]
    return [f"/api/mesas/{each['id']}" for each in added]


def id_in(path: str) -> str:
    return path.rpartition("/")[2]


async def settled(shop: Any, table: str) -> dict[str, Any]:
    """Somebody ate there, paid, and left."""
    pedido = await shop.open(mesa_id=id_in(table), itens=[COFFEE])
    order = f"/api/pedidos/{pedido['id']}"
    await shop.post(f"{order}/pagamentos", {"forma": "pix", "valor": 4.5}, 201)
    closed: dict[str, Any] = await shop.post(f"{order}/fechar")
    return closed


async def test_a_table_waits_for_cleaning_after_every_bill_until_it_was_cleaned(shop: Any) -> None:
    (table,) = await tables(shop, 1)
    await settled(shop, table)
    shown = await shop.get(table)
    assert (shown["status"], shown["limpeza"], shown["pedidos"]) == ("limpeza", True, [])
    cleaned = await shop.post(f"{table}/limpeza", {"limpeza": False})
    assert (cleaned["status"], cleaned["limpeza"]) == ("livre", False)
    pedido = await settled(shop, table)
    assert (await shop.get(table))["status"] == "limpeza"
    await shop.post(f"/api/pedidos/{pedido['id']}/reabrir", {"motivo": "faltou"})
    assert (await shop.get(table))["status"] == "ocupada"
    await shop.post(f"/api/pedidos/{pedido['id']}/fechar")
    await shop.post(f"{table}/limpeza", {"limpeza": False})
    assert (await shop.get(table))["status"] == "livre"


async def test_a_cancelled_order_leaves_nothing_to_clean_and_a_new_day_is_clean(shop: Any) -> None:
    (table,) = await tables(shop, 1)
    gone = await shop.open(mesa_id=id_in(table))
    await shop.ask("DELETE", f"/api/pedidos/{gone['id']}")
    assert (await shop.get(table))["status"] == "livre"
    await settled(shop, table)
    shop.environment.now_ms += 24 * 3_600_000
    assert (await shop.get(table))["status"] == "livre"


async def test_joined_tables_act_as_one(shop: Any) -> None:
    one, two, three = await tables(shop)
    joined = await shop.post(f"{one}/juntar", {"mesas": [id_in(two)]})
    assert joined["grupo"]["mesas"] == sorted([id_in(one), id_in(two)])
    assert joined["grupo"]["lugares"] == 8
    pedido = await shop.open(mesa_id=id_in(two), pessoas=7)
    shown = await shop.get(one)
    assert (shown["status"], shown["pedidos"], shown["pessoas"]) == ("ocupada", [], 0)
    assert (shown["grupo"]["pedidos"], shown["grupo"]["pessoas"]) == ([pedido["id"]], 7)
    assert (await shop.get(three))["status"] == "livre"
    await shop.ask("PATCH", two, {"ativa": False})
    assert (await shop.get(one))["grupo"] is None
    await shop.ask("PATCH", two, {"ativa": True})
    apart = await shop.post(f"{two}/separar")
    assert (apart["grupo"], apart["status"]) == (None, "ocupada")
    assert (await shop.get(one))["status"] == "livre"


async def test_a_table_has_a_number_beside_its_name(shop: Any) -> None:
    made = await shop.post("/api/mesas", {"nome": "Varanda", "numero": 12}, 201)
    path = f"/api/mesas/{made['id']}"
    assert (made["nome"], made["numero"]) == ("Varanda", "12")
    for body, nome, numero in (
        ({"nome": "Jardim"}, "Jardim", "12"),
        ({"numero": 14}, "Jardim", "14"),
        ({"nome": "5", "numero": 5}, "5", "5"),
        ({"numero": 6}, "6", "6"),
        ({"nome": "Salão", "numero": 7}, "Salão", "7"),
    ):
        shown = (await shop.ask("PATCH", path, body)).json()
        assert (shown["nome"], shown["numero"]) == (nome, numero), body


async def test_an_occupied_table_is_not_freed_but_a_sign_on_it_is_taken_away(shop: Any) -> None:
    one, two = await tables(shop, 2)
    await shop.post(f"{one}/reservar", {"nome": "Silva"})
    pedido = await shop.open(mesa_id=id_in(one))
    key = {"idempotency-key": "0123456789abcdef0123456789abcdef"}
    freed = await shop.ask("POST", f"{one}/liberar", {}, **key)
    assert (freed.status_code, freed.json()["status"]) == (200, "ocupada")
    assert (await shop.ask("POST", f"{one}/liberar", {}, **key)).status_code == 200
    refused = await shop.ask("POST", f"{one}/liberar", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "table_is_occupied")
    assert "transfira" in refused.json()["como_resolver"]
    await shop.post(f"/api/pedidos/{pedido['id']}/transferir", {"mesa_id": id_in(two)})
    assert (await shop.post(f"{one}/liberar"))["status"] == "livre"


async def test_a_table_that_is_not_known_here(shop: Any) -> None:
    (table,) = await tables(shop, 1)
    nowhere = "f" * 32
    pedido = await shop.open(mesa_id=id_in(table))
    path = f"/api/pedidos/{pedido['id']}"
    for method, at, body in (
        ("POST", "/api/pedidos", {"mesa_id": nowhere}),
        ("POST", f"{path}/transferir", {"mesa_id": nowhere}),
        ("PATCH", path, {"mesa_id": nowhere}),
        ("PUT", path, {"mesa_id": nowhere}),
    ):
        refused = await shop.ask(method, at, body)
        told = refused.json()
        assert (refused.status_code, told["code"]) == (422, "table_not_here"), method
        assert told["field"] == "mesa_id"
        assert "mesa_desconhecida" in told["como_resolver"]
    believed = {"mesa_id": nowhere, "mesa_desconhecida": True}
    opened = await shop.post("/api/pedidos", believed, 201)
    assert opened["mesa_id"] == nowhere
    stays = await shop.ask("PATCH", f"/api/pedidos/{opened['id']}", {"mesa_id": nowhere})
    assert stays.status_code == 200
    assert (await shop.post(f"{path}/transferir", believed))["mesa_id"] == nowhere


async def test_a_waiter_serves_a_table_before_its_area_and_today_before_usually(shop: Any) -> None:
    area = await shop.post("/api/areas", {"nome": "Salão"}, 201)
    one, two = await tables(shop, 2, area_id=area["id"])
    await shop.ask("PATCH", one, {"garcom": "Rita"})
    assert (await shop.get(one))["garcom"] == "Rita"
    served = await shop.post(f"/api/areas/{area['id']}/garcom", {"garcom": "Bia"})
    assert served["garcom"] == "Bia"
    assert [(await shop.get(each))["garcom"] for each in (one, two)] == ["Bia", "Bia"]
    shown = await shop.post(f"{one}/garcom", {"garcom": "Caio"})
    assert (shown["garcom"], shown["garcom_fixo"]) == ("Caio", "Rita")
    told = await shop.get(f"{one}/garcom")
    assert told["garcom"] == "Caio"
    assert [(each["onde"], each["garcom"]) for each in told["historico"]] == [
        ("area", "Bia"),
        ("mesa", "Caio"),
    ]
    await shop.post(f"{one}/garcom", {"garcom": None})
    assert (await shop.get(one))["garcom"] == "Bia"
    shop.environment.now_ms += 24 * 3_600_000
    assert [(await shop.get(each))["garcom"] for each in (one, two)] == ["Rita", None]
    listed = await shop.get("/api/mesas")
    assert [each["garcom"] for each in listed["areas"]] == [None]


async def test_a_screen_that_is_behind_on_any_part_of_the_room_is_refused(shop: Any) -> None:
    one, two = await tables(shop, 2)
    seen = (await shop.get(one))["version"]
    await shop.post(f"{two}/garcom", {"garcom": "Ana"})  # the floor has changed
    for stale in (seen, seen.partition("-")[0], "0"):
        answer = await shop.ask("PATCH", one, {"lugares": 5}, if_match=f'"{stale}"')
        assert answer.status_code == 412, stale
    now = (await shop.get(one))["version"]
    assert (await shop.ask("PATCH", one, {"lugares": 5}, if_match=f'"{now}"')).status_code == 200
    answer = await shop.ask("POST", f"{one}/garcom", {"garcom": "Bia"}, if_match=f'"{now}"')
    assert answer.status_code == 412  # the furniture has changed
    assert (await shop.get(one))["version"] in answer.text


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/api/mesas/{id}/juntar", {"mesas": []}, "invalid_field"),
        ("/api/mesas/{id}/juntar", {"mesas": ["0" * 32]}, "unknown_table"),
        ("/api/mesas/{id}/juntar", {"mesas": ["7"]}, "unknown_table"),
        ("/api/mesas/7/separar", {}, "unknown_table"),
        ("/api/areas/7/garcom", {"garcom": "Ana"}, "unknown_area"),
        ("/api/mesas/{id}/garcom", {"garcom": "x" * 121}, "invalid_field"),
    ],
)
async def test_mistakes_are_typed(shop: Any, path: str, body: Any, code: str) -> None:
    (table,) = await tables(shop, 1)
    answer = await shop.ask("POST", path.replace("{id}", id_in(table)), body)
    assert answer.json()["code"] == code, answer.text


async def test_who_serves_a_table_that_there_is_not_is_unknown(shop: Any) -> None:
    answer = await shop.ask("GET", f"/api/mesas/{'0' * 32}/garcom")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_table")
