"""What a front end is told: of its mistakes, in its own words; of orders, in both price forms."""

import json
from typing import Any

import pytest

COFFEE = {"nome": "Café", "preco_unitario": "4.50"}


def with_item(**members: Any) -> dict[str, Any]:
    return {"itens": [{**COFFEE, **members}]}


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        (with_item(preco_unitario=-3), "preco_unitario_centavos", "esperado"),
        (with_item(quantidade=0), "quantidade_milesimos", "esperado"),
        (with_item(preco_unitario="44,00"), "itens[0].preco_unitario", "use ponto"),
        (with_item(preco_unitario=44.005), "preco_unitario", "mais de 2 casas"),
        (with_item(quantidade="1.2345"), "quantidade", "mais de 3 casas"),
        ({"itenz": []}, "itenz", "o campo itenz não existe"),
        (with_item(obs="sem gelo"), "itens[0].obs", "o campo obs não existe"),
    ],
)
async def test_a_mistake_is_named_by_its_field_and_in_portuguese(
    shop: Any, body: Any, field: str, says: str
) -> None:
    answer = await shop.ask("POST", "/api/pedidos", body)
    problem = answer.json()
    assert answer.status_code == 422
    assert problem["field"].endswith(field)
    assert says in problem["reason"]
    assert problem["reason"] in problem["detail"]
    assert "$" not in problem["detail"] and "xpected" not in problem["detail"]


@pytest.mark.parametrize("query", ["limite=501", "limite=0", "status=quitado"])
async def test_a_query_out_of_bounds_is_refused(shop: Any, query: str) -> None:
    answer = await shop.ask("GET", f"/api/pedidos?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field")


async def test_put_refuses_a_name_that_no_order_has(shop: Any) -> None:
    pedido = await shop.open()
    path = f"/api/pedidos/{pedido['id']}"
    answer = await shop.ask("PUT", path, {**pedido, "itenz": []})
    assert (answer.status_code, answer.json()["field"]) == (422, "itenz")


async def test_actions_take_no_body_at_all(shop: Any) -> None:
    pedido = await shop.open(**with_item())
    answer = await shop.ask("POST", f"/api/pedidos/{pedido['id']}/pronto")
    assert (answer.status_code, answer.json()["status_producao"]) == (200, "pronto")
    for path in ("/api/pedidos", f"/api/pedidos/{pedido['id']}/pagamentos"):
        assert (await shop.ask("POST", path)).status_code == 415


async def test_put_with_only_the_id_of_an_item_leaves_it_as_it_is(shop: Any) -> None:
    extra = {"nome": "Borda", "preco_unitario": 5}
    pedido = await shop.open(**with_item(modificadores=[extra]))
    (item,) = pedido["itens"]
    assert (item["preco_unitario_centavos"], item["total_centavos"]) == (450, 950)
    assert item["preco_unitario_com_modificadores_centavos"] == 950
    before = shop.node.position
    body = {"itens": [{"id": item["id"]}]}
    path = f"/api/pedidos/{pedido['id']}"
    answer = await shop.ask("PUT", path, body, if_match=f'"{pedido["version"]}"')
    assert (answer.status_code, answer.json()["itens"]) == (200, pedido["itens"])
    assert shop.node.position == before


async def test_an_order_tells_its_day_and_the_money_handed_over(shop: Any) -> None:
    pedido = await shop.open(**with_item())
    assert (pedido["data_operacao"], pedido["dia_operacao"]) == ("2024-10-04", 20_000)
    body = {"valor": 4.5, "valor_recebido": 10}
    paid = await shop.post(f"/api/pedidos/{pedido['id']}/pagamentos", body, 201)
    payment = paid["pagamentos"][0]
    assert (payment["valor_recebido"], payment["troco"]) == (10, 5.5)
    assert (await shop.get("/api/estatisticas?dia=hoje"))["recebido_centavos"] == 450


async def test_a_payment_is_refunded_once_and_a_denied_one_stays_denied(shop: Any) -> None:
    pedido = await shop.open(**with_item())
    path = f"/api/pedidos/{pedido['id']}/pagamentos"
    paid = await shop.post(path, {"valor": 4.5}, 201)
    first = f"{path}/{paid['pagamentos'][0]['id']}"
    key = "0f8fad5b-d9cb-469f-a165-70867728950e"
    for _ in range(2):
        answer = await shop.ask("POST", f"{first}/estornar", {}, idempotency_key=key)
        assert answer.status_code == 201
    again = await shop.ask("POST", f"{first}/estornar", {})
    assert (again.status_code, again.json()["code"]) == (409, "refund_above_paid")
    later = await shop.post(path, {"valor": 4.5, "pendente": True}, 201)
    second = f"{path}/{later['pagamentos'][1]['id']}"
    await shop.post(f"{second}/negar")
    answer = await shop.ask("POST", f"{second}/confirmar", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_is_denied")


async def test_two_tables_of_one_area_have_two_names(shop: Any) -> None:
    key = "1f8fad5b-d9cb-469f-a165-70867728950e"
    for _ in range(2):
        answer = await shop.ask("POST", "/api/mesas", {"nome": "7"}, idempotency_key=key)
        assert answer.status_code == 201
    twice = await shop.ask("POST", "/api/mesas", {"numero": 7})
    assert (twice.status_code, twice.json()["code"]) == (409, "table_exists")
    await shop.post("/api/areas", {"nome": "Varanda"}, 201)
    await shop.post("/api/mesas", {"nome": "7", "area": "Varanda"}, 201)


async def test_a_choice_that_a_dispute_has_not_is_refused_with_those_it_has(shop: Any) -> None:
    pedido = await shop.open(itens=[COFFEE, COFFEE])
    path = f"/api/pedidos/{pedido['id']}"
    await shop.post(f"{path}/pagamentos", {"valor": 9}, 201)
    await shop.post(f"{path}/itens/{pedido['itens'][0]['id']}/cancelar")
    (dispute,) = (await shop.get("/api/conflitos"))["conflitos"]
    assert set(dispute["opcoes_textos"]) == set(dispute["opcoes"])
    assert (dispute["gravidade_texto"], dispute["quem_texto"]) == ("Urgente", "Caixa")
    answer = await shop.ask("POST", f"/api/conflitos/{dispute['id']}/resolver", {"escolha": "x"})
    assert (answer.status_code, answer.json()["field"]) == (422, "escolha")
    assert "refunded" in answer.json()["reason"]


async def test_a_client_is_told_everything_from_its_connection_on(shop: Any) -> None:
    client = shop.events.follow("test", "global")
    await shop.open()
    table = await shop.post("/api/mesas", {"nome": "1"}, 201)
    await shop.all_told()
    client.offer("ours")
    client.resume(["table:status:changed"], None)
    told = await client.wait()
    assert told[-1] == "ours"
    assert [json.loads(text)["data"]["id"] for text in told[:-1]] == [table["id"]]
    await shop.open()
    await shop.all_told()
    client.resume([], shop.events.replay(0, []))
    told = await client.wait()
    assert len([each for each in told if '"order:created"' in each]) == 2
