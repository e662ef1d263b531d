"""The sales of a day by hour, product, waiter, terminal; its money by method."""

from random import Random
from typing import Any

import pytest

PATH = "/api/relatorios/vendas"
COFFEE = {"produto_id": "p1", "nome": "Café", "preco_unitario": 4.5, "categoria": "Bebidas"}
CAKE = {"produto_id": "p2", "nome": "Bolo", "preco_unitario": 9}
HOUR_MS = 3_600_000


async def test_a_day_without_sales_has_a_report(shop: Any) -> None:
    report = await shop.get(PATH)
    assert (report["dia"], report["pedidos"], report["receita_centavos"]) == ("2024-10-04", 0, 0)
    assert report["horas"] == report["produtos"] == report["formas"] == report["garcons"] == []


async def test_sales_are_told_by_hour_product_waiter_and_terminal(shop: Any) -> None:
    await shop.open(itens=[{**COFFEE, "quantidade": 2}, CAKE], garcom="Ana", taxa_servico=10)
    shop.environment.now_ms += HOUR_MS
    await shop.open(itens=[COFFEE])
    gone = await shop.open(itens=[CAKE])
    await shop.ask("DELETE", f"/api/pedidos/{gone['id']}")
    report = await shop.get(PATH)
    assert (report["pedidos"], report["cancelados"]) == (2, 1)
    assert (report["receita_centavos"], report["taxa_servico_centavos"]) == (2250, 180)
    hours = [(each["data"], each["hora"], each["receita_centavos"]) for each in report["horas"]]
    assert hours == [("2024-10-04", 9, 1800), ("2024-10-04", 10, 450)]  # 12:00 UTC in São Paulo
    products = [(it["nome"], it["quantidade"], it["receita_centavos"]) for it in report["produtos"]]
    assert products == [("Café", 3, 1350), ("Bolo", 1, 900)]
    assert report["produtos"][0]["categoria"] == "Bebidas"
    assert [(it["garcom"], it["pedidos"]) for it in report["garcons"]] == [("Ana", 1), (None, 1)]
    assert [(it["letras"], it["pedidos"]) for it in report["terminais"]] == [("A", 2)]


async def test_money_is_told_by_method_on_the_day_it_moved(shop: Any) -> None:
    pedido = await shop.open(itens=[CAKE, CAKE])
    path = f"/api/pedidos/{pedido['id']}/pagamentos"
    paid = await shop.post(path, {"forma": "pix", "valor": 5, "gorjeta": 1}, 201)
    await shop.post(path, {"forma": "dinheiro", "valor": 4}, 201)
    await shop.post(path, {"forma": "credito", "valor": 4, "pendente": True}, 201)
    back = f"{path}/{paid['pagamentos'][0]['id']}/estornar"
    await shop.post(back, {"valor": 2}, 201)
    forms = {it.pop("forma"): it for it in (await shop.get(PATH))["formas"]}
    assert forms["pix"] == {
        "pagamentos": 1,
        "recebido": 5,
        "recebido_centavos": 500,
        "estornado_centavos": 200,
        "gorjeta_centavos": 100,
    }
    assert forms["dinheiro"]["recebido_centavos"] == 400
    assert forms["credito"]["recebido_centavos"] == 0


async def test_the_parts_make_up_the_whole(shop: Any) -> None:
    dice = Random("parts")
    for _ in range(25):
        items = [{**dice.choice((COFFEE, CAKE)), "quantidade": dice.randint(1, 4)} for _ in "abc"]
        pedido = await shop.open(itens=items, garcom=dice.choice((None, "Ana", "Bia")))
        path = f"/api/pedidos/{pedido['id']}"
        for action, body in (
            ("descontos", {"percentual": 7, "motivo": "fiel"}),
            ("descontos", {"valor": 1, "motivo": "fiel"}),
            ("couvert", {"valor": 3}),
            ("taxa-servico", {}),
            ("taxa-entrega", {"valor": 6}),
            ("consumacao-minima", {"valor": 60}),
            ("cortesia", {"motivo": "festa", "item_id": pedido["itens"][0]["id"]}),
            ("cancelar", {}),
        ):
            if dice.random() < 0.3:
                answer = await shop.ask("POST", f"{path}/{action}", body)
                assert answer.status_code < 300 or answer.status_code == 409, answer.text
    report = await shop.get(PATH)
    figures = await shop.get("/api/estatisticas?dia=hoje")
    for name in ("pedidos", "cancelados", "receita_centavos", "taxa_servico_centavos"):
        assert report[name] == figures[name], name
    for part in ("horas", "garcons", "terminais"):
        for name in ("pedidos", "receita_centavos", "taxa_servico_centavos"):
            assert sum(each[name] for each in report[part]) == report[name], (part, name)
    of_products = sum(each["receita_centavos"] for each in report["produtos"])
    assert of_products + report["outras_taxas_centavos"] == report["receita_centavos"]


@pytest.mark.parametrize("day", ["todos", "ontem", "2024-13-01"])
async def test_a_report_is_of_one_day(shop: Any, day: str) -> None:
    answer = await shop.ask("GET", f"{PATH}?dia={day}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field")


async def test_nothing_new_is_not_read_again(shop: Any) -> None:
    first = await shop.ask("GET", PATH)
    same = {"if_none_match": first.headers["etag"]}
    assert (await shop.ask("GET", PATH, **same)).status_code == 304
    await shop.open()
    assert (await shop.ask("GET", PATH, **same)).status_code == 200
