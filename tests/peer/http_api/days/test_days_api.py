"""The end of a business day over HTTP: what it came to, who was missing, what came too late."""

import uuid
from typing import Any

PIZZA = {"produto_id": "p1", "nome": "Calabresa", "preco_unitario": 44}
TODAY = "/api/dia/hoje"


async def sold(shop: Any, **more: Any) -> str:
    pedido = await shop.open(itens=[PIZZA])
    body = {"forma": "dinheiro", "valor": 44, **more}
    await shop.post(f"/api/pedidos/{pedido['id']}/pagamentos", body, 201)
    return str(pedido["id"])


async def test_a_day_is_closed_with_its_shifts_and_what_no_drawer_took(shop: Any) -> None:
    loose = await sold(shop)
    caixa = await shop.post("/api/caixa/abrir", {"fundo_troco": 100}, 201)
    await sold(shop, forma="pix")
    refused = await shop.post(f"{TODAY}/fechar", {}, 409)
    assert refused["code"] == "day_has_open_shifts"
    assert caixa["id"] in refused["detail"]
    blind = await shop.get("/api/dia")
    assert (blind["total"]["vendas_centavos"], blind["caixas"][0]["vendas_centavos"]) == (
        None,
        None,
    )
    assert blind["caixas_abertos"] == [caixa["id"]]
    await shop.post(f"/api/caixa/{caixa['id']}/declarar", {"valores": {"dinheiro": 100}}, 201)
    await shop.post(f"/api/caixa/{caixa['id']}/fechar")
    closed = await shop.post(f"{TODAY}/fechar", {"observacao": "noite boa"})
    assert closed["situacao"] == "final"
    (close,) = closed["fechamentos"]
    assert close["total"]["vendas_centavos"] == {"dinheiro": 4_400, "pix": 4_400}
    assert close["caixas"][0]["vendas_centavos"] == {"pix": 4_400}
    assert close["sem_caixa"]["vendas_centavos"] == {"dinheiro": 4_400}
    assert close["alem_dos_pedidos"]["vendas_centavos"] == {}
    assert (close["confere"], close["faltam"], close["observacao"]) == (True, [], "noite boa")
    assert [each["pedido_id"] for each in closed["lancamentos_sem_caixa"]["itens"]] == [loose]
    again = await shop.post(f"{TODAY}/fechar", {}, 409)
    assert again["code"] == "day_is_final"
    assert await shop.get(f"/api/dia/{closed['data']}") == closed


async def test_what_comes_after_the_close_is_an_addendum(shop: Any) -> None:
    await sold(shop)
    before = (await shop.post(f"{TODAY}/fechar", {}))["fechamentos"][0]
    late = await sold(shop, forma="pix")
    (after,) = (await shop.get(TODAY))["fechamentos"]
    assert after["adendos"]["quantos"] == 1
    assert after["adendos"]["itens"][0]["pedido_id"] == late
    assert after["confere"]
    for name in ("total", "caixas", "sem_caixa", "hash"):
        assert after[name] == before[name]


async def test_a_day_that_has_not_come_and_one_that_is_none(shop: Any) -> None:
    assert (await shop.post("/api/dia/2999-01-01/fechar", {}, 409))["code"] == "day_has_not_come"
    refused = await shop.ask("GET", "/api/dia/ontem")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_field")
    assert (await shop.get("/api/dia/1969-12-31"))["data"] == "1970-01-01"


async def test_a_retry_is_answered_as_the_first_one_was(shop: Any) -> None:
    key = str(uuid.uuid4())
    for replayed in (None, "true"):
        answer = await shop.ask("POST", f"{TODAY}/fechar", {}, idempotency_key=key)
        assert (answer.status_code, answer.headers.get("idempotency-replayed")) == (200, replayed)
    assert (await shop.get(TODAY))["versao"] == 1
