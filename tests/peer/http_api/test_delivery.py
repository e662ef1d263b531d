"""Where an order goes, over HTTP, against a real node."""

from typing import Any

ANA = {
    "nome": "Ana",
    "telefone": "11 98888-7777",
    "logradouro": "Rua Ímpar",
    "numero": "7",
    "complemento": "",
    "bairro": "Centro",
    "cidade": "",
    "cep": "",
    "referencia": "portão azul",
}


async def test_it_is_given_corrected_sent_back_and_forgotten(shop: Any) -> None:
    given = {name: text for name, text in ANA.items() if text}
    pedido = await shop.open(tipo="entrega", entrega=given)
    assert pedido["entrega"] == ANA
    path = f"/api/pedidos/{pedido['id']}"
    moved = (await shop.ask("PATCH", path, {"entrega": {**ANA, "numero": "8"}})).json()
    assert moved["entrega"]["numero"] == "8"
    same = await shop.ask("PUT", path, moved, if_match=f'"{moved["version"]}"')
    assert same.json()["versao"] == moved["versao"]
    back = await shop.ask("PUT", path, {**moved, "entrega": ANA})
    assert back.json()["entrega"] == ANA
    assert (await shop.ask("PATCH", path, {"garcom": "Rui"})).json()["entrega"] == ANA
    for method in ("PATCH", "PUT"):
        gone = await shop.ask(method, path, {"entrega": None})
        assert gone.json()["entrega"] is None


async def test_an_order_that_goes_nowhere_says_null(shop: Any) -> None:
    assert (await shop.open())["entrega"] is None


async def test_what_is_no_address_is_refused(shop: Any) -> None:
    pedido = await shop.open(tipo="entrega")
    path = f"/api/pedidos/{pedido['id']}"
    for wrong in ("Rua A", {"rua": "A"}, {"nome": "x" * 121}, {"telefone": 11}):
        for method in ("PATCH", "PUT"):
            answer = await shop.ask(method, path, {"entrega": wrong})
            assert answer.status_code == 422, wrong
    opening = await shop.ask("POST", "/api/pedidos", {"entrega": {"rua": "A"}})
    assert opening.status_code == 422
