"""Discounts, charges, tips and splits over HTTP, against a real node."""

from typing import Any

import pytest

NOBODY = "f" * 32


@pytest.fixture
async def path(shop: Any) -> str:
    """Two pizzas of 40.00 and a juice of 10.00 for three: 90.00."""
    pedido = await shop.open(
        tipo="mesa",
        pessoas=3,
        itens=[
            {"nome": "Pizza", "preco_unitario_centavos": 4000, "quantidade": 2},
            {"nome": "Suco", "preco_unitario_centavos": 1000},
        ],
    )
    return f"/api/pedidos/{pedido['id']}"


async def test_a_bill_with_everything_shows_how_it_comes_about(shop: Any, path: str) -> None:
    item = (await shop.get(path))["itens"][1]["id"]
    why = {"motivo": "cliente fiel", "autorizado_por": "0a" * 16}
    await shop.post(f"{path}/descontos", {"percentual": 10, **why}, 201)
    await shop.post(f"{path}/descontos", {"valor": "1.50", "item_id": item, **why}, 201)
    await shop.post(f"{path}/taxa-servico")
    await shop.post(f"{path}/couvert", {"valor": 7.00})
    await shop.post(f"{path}/consumacao-minima", {"valor": 31, "por_pessoa": True})
    shown = await shop.post(f"{path}/taxa-entrega", {"valor_centavos": 500})
    asked = 9000 - 150 - 885
    assert shown["subtotal_centavos"] == 9000
    assert shown["desconto_centavos"] == 150 + 885
    assert shown["taxa_servico_centavos"] == 797
    assert shown["taxa_servico_percentual"] == 10
    assert {each["tipo"]: each["valor_centavos"] for each in shown["taxas"]} == {
        "consumacao_minima": 300,
        "servico": 797,
        "couvert": 2100,
        "entrega": 500,
    }
    assert shown["total_centavos"] == shown["saldo_centavos"] == asked + 300 + 797 + 2100 + 500
    assert sum(each["desconto_centavos"] for each in shown["itens"]) == 150 + 885
    given = shown["descontos"]
    assert {(each["tipo"], each["item_id"]) for each in given} == {
        ("percentual", None),
        ("valor", item),
    }
    assert all(each["vale"] and each["autorizado_por"] == "0a" * 16 for each in given)
    for each in given:
        shown = await shop.post(f"{path}/descontos/{each['id']}/cancelar", {"motivo": "engano"})
    assert (shown["descontos"], shown["desconto_centavos"]) == ([], 0)
    shown = await shop.post(f"{path}/taxa-servico", {"percentual": 0, "motivo": "não quis"})
    assert shown["taxa_servico_centavos"] == 0


async def test_an_order_on_the_house_is_closed_unpaid(shop: Any, path: str) -> None:
    await shop.post(f"{path}/couvert", {"valor": 7})
    shown = await shop.post(f"{path}/cortesia", {"motivo": "aniversário da casa"}, 201)
    assert (shown["total_centavos"], shown["taxas"]) == (0, [])
    closed = await shop.post(f"{path}/fechar")
    assert (closed["status"], closed["desconto_centavos"]) == ("pago", 9000)


async def test_a_closed_bill_keeps_what_it_was_made_of(shop: Any, path: str) -> None:
    await shop.post(f"{path}/descontos", {"valor": 5, "motivo": "demora"}, 201)
    await shop.post(f"{path}/conta", {"taxa_servico": 12.5})
    before = await shop.get(path)
    assert before["taxa_servico_centavos"] == 1063
    await shop.post(f"{path}/pagamentos", {"forma": "pix", "valor_centavos": 9563}, 201)
    closed = await shop.post(f"{path}/fechar")
    for name in ("subtotal", "desconto", "taxas", "total", "divisao"):
        assert closed[name] == before[name]
    assert len(closed["itens"]) == 2
    refused = await shop.ask("POST", f"{path}/taxa-servico", {})
    assert refused.json()["code"] == "bill_is_closed"
    figures = await shop.get("/api/estatisticas")
    assert figures["receita_centavos"] == 8500
    assert figures["taxa_servico_centavos"] == 1063
    assert figures["desconto_centavos"] == 500


async def test_service_can_be_the_habit_of_the_house(shop: Any) -> None:
    items = [{"nome": "Pizza", "preco_unitario_centavos": 4000}]
    pedido = await shop.open(tipo="mesa", taxa_servico="10.00", itens=items)
    assert pedido["total_centavos"] == 4400
    path = f"/api/pedidos/{pedido['id']}"
    assert (await shop.post(f"{path}/conta", {"taxa_servico": 13}))["total_centavos"] == 4400


async def test_a_tip_comes_with_a_payment_or_by_itself(shop: Any, path: str) -> None:
    money = {"forma": "dinheiro", "valor": 90, "gorjeta": 6, "valor_recebido": 100}
    paid = await shop.post(f"{path}/pagamentos", money, 201)
    assert (paid["saldo_centavos"], paid["gorjeta_centavos"]) == (0, 600)
    payment = paid["pagamentos"][0]
    assert (payment["valor_centavos"], payment["gorjeta_centavos"]) == (9000, 600)
    assert (payment["troco_centavos"], payment["valor_recebido_centavos"]) == (400, 10_000)
    alone = await shop.post(f"{path}/gorjetas", {"forma": "pix", "valor_centavos": 50}, 201)
    assert (alone["saldo_centavos"], alone["gorjeta_centavos"]) == (0, 650)
    tip = alone["gorjetas"][0]["id"]
    left = await shop.post(f"{path}/gorjetas/{tip}/devolver", {"motivo": "engano"})
    assert left["gorjeta_centavos"] == 50
    assert [each["status"] for each in left["gorjetas"]] == ["devolvida", "vale"]
    assert (await shop.get("/api/estatisticas"))["gorjeta_centavos"] == 50


async def test_a_bill_is_split_in_every_way_at_once(shop: Any, path: str) -> None:
    await shop.post(f"{path}/taxa-servico", {})
    pizza = (await shop.get(path))["itens"][0]["id"]
    shares = [
        {"nome": "Ana", "itens": [{"item_id": pizza, "quantidade": "0.500"}]},
        {"nome": "vale", "valor": 20},
        {"nome": "resto", "pessoas": 3},
    ]
    shown = await shop.post(f"{path}/divisao", {"partes": shares})
    split = shown["divisao"]
    assert [each["total_centavos"] for each in split] == [2200, 2000, 5700, 0]
    assert split[-1]["id"] is None
    ana = split[0]["id"]
    paid = await shop.post(
        f"{path}/pagamentos", {"forma": "pix", "valor": 22, "parte_id": ana}, 201
    )
    assert [each["saldo_centavos"] for each in paid["divisao"]] == [0, 2000, 5700, 0]
    assert paid["pagamentos"][0]["parte_id"] == ana
    again = [{**each, "pessoas": each["pessoas"] or 1} for each in paid["divisao"][:2]]
    shown = await shop.post(f"{path}/divisao", {"partes": again})
    assert sum(each["total_centavos"] for each in shown["divisao"]) == 9900
    assert shown["divisao"][0]["pago_centavos"] == 2200
    refused = await shop.ask("POST", f"{path}/divisao", {"partes": []})
    assert (refused.status_code, refused.json()["code"]) == (409, "paid_part_stays")
    gone = await shop.post(f"{path}/divisao", {"partes": [{"id": ana, "pessoas": 1}]})
    assert [each["id"] for each in gone["divisao"]] == [ana, None]


@pytest.mark.parametrize(
    ("action", "body", "code"),
    [
        ("/descontos", {"percentual": 10}, "invalid_field"),
        ("/descontos", {"motivo": "x"}, "invalid_field"),
        ("/descontos", {"percentual": 10, "valor": 1, "motivo": "x"}, "invalid_field"),
        ("/descontos", {"percentual": 101, "motivo": "x"}, "invalid_field"),
        ("/descontos", {"percentual": "0.001", "motivo": "x"}, "invalid_amount"),
        ("/descontos", {"valor": 0, "motivo": "x"}, "invalid_field"),
        ("/descontos", {"valor": 1, "motivo": "x", "item_id": NOBODY}, "unknown_line"),
        ("/descontos", {"valor": 1, "motivo": "x", "autorizado_por": "Zé"}, "invalid_field"),
        ("/cortesia", {}, "invalid_field"),
        ("/descontos/x/cancelar", {}, "unknown_discount"),
        (f"/descontos/{'A' * 22}.0/cancelar", {}, "unknown_discount"),
        ("/taxa-servico", {"percentual": -1}, "invalid_field"),
        ("/couvert", {}, "invalid_field"),
        ("/couvert", {"valor": -1}, "invalid_field"),
        ("/couvert", {"valor": 1, "pessoas": 1001}, "invalid_field"),
        ("/gorjetas", {"valor": 0}, "invalid_field"),
        (f"/gorjetas/{'A' * 22}.0/devolver", {}, "unknown_tip"),
        ("/divisao", {"partes": [{"id": NOBODY}]}, "unknown_share"),
        ("/divisao", {"partes": [{"itens": [{"item_id": NOBODY}]}]}, "invalid_field"),
        ("/divisao", {"partes": [{"pessoas": -1}]}, "invalid_field"),
        ("/pagamentos", {"valor": 1, "parte_id": NOBODY}, "unknown_share"),
    ],
)
async def test_what_cannot_be_is_refused(
    shop: Any, path: str, action: str, body: dict[str, Any], code: str
) -> None:
    refused = await shop.ask("POST", path + action, body)
    assert refused.json()["code"] == code, refused.text
    assert (await shop.get(path))["versao"] == 4


async def test_more_of_a_line_than_there_is_cannot_be_taken(shop: Any, path: str) -> None:
    juice = (await shop.get(path))["itens"][1]["id"]
    half = {"itens": [{"item_id": juice, "quantidade": 0.6}]}
    refused = await shop.ask("POST", f"{path}/divisao", {"partes": [half, half]})
    assert refused.json()["code"] == "more_than_the_line"
