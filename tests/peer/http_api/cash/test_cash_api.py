"""Cash shifts over HTTP: open, sell, count blind, close, report; and what other terminals see."""

import uuid
from typing import Any

from crdt_models.pedido import SHIFT_NAMES
from peer.http_api.routes import openapi_document

PIZZA = {"produto_id": "p1", "nome": "Calabresa", "preco_unitario": 44}
HIDDEN = (
    "vendas_centavos", "estornos_centavos", "gorjetas_centavos", "gorjetas_devolvidas_centavos",
    "troco_centavos", "esperado_centavos",
)  # fmt: skip


async def opened(shop: Any, **more: Any) -> dict[str, Any]:
    body = {"fundo_troco": 100, **more}
    made: dict[str, Any] = await shop.post("/api/caixa/abrir", body, 201)
    return made


async def sold(shop: Any, **more: Any) -> dict[str, Any]:
    """One pizza, paid in cash with a note of 50."""
    pedido = await shop.open(itens=[PIZZA])
    body = {"forma": "dinheiro", "valor": 44, "valor_recebido": 50, **more}
    paid: dict[str, Any] = await shop.post(f"/api/pedidos/{pedido['id']}/pagamentos", body, 201)
    return paid


async def test_nothing_tells_what_should_be_there_before_it_was_counted(shop: Any) -> None:
    caixa = await opened(shop)
    path = f"/api/caixa/{caixa['id']}"
    await sold(shop)
    await shop.post(f"{path}/sangria", {"valor": 20, "motivo": "cofre"}, 201)
    blind = await shop.get(path)
    assert blind["status"] == "aberto"
    assert [blind[name] for name in HIDDEN] == [None] * len(HIDDEN)
    assert "4400" not in str(blind)
    assert blind == (await shop.get("/api/caixa"))["caixas"][0]
    counted = await shop.post(f"{path}/declarar", {"valores": {"dinheiro": 124}}, 201)
    assert (counted["status"], counted["esperado_centavos"]) == ("contado", {"dinheiro": 12_400})
    assert (counted["vendas_centavos"], counted["troco_centavos"]) == ({"dinheiro": 4_400}, 600)


async def test_a_shift_is_closed_with_its_difference(shop: Any) -> None:
    caixa = await opened(shop)
    path = f"/api/caixa/{caixa['id']}"
    await sold(shop)
    await shop.post(f"{path}/suprimento", {"valor_centavos": 1_000}, 201)
    await shop.post(f"{path}/abrir-gaveta", {"motivo": "trocar nota"}, 201)
    refused = await shop.post(f"{path}/fechar", {}, 409)
    assert refused["code"] == "count_missing"
    await shop.post(f"{path}/declarar", {"valores": {"dinheiro": 150}}, 201)
    again = await shop.post(f"{path}/declarar", {"valores": {"dinheiro": 154}}, 409)
    assert again["code"] == "count_is_there"
    await shop.post(f"{path}/recontar", {"valores": {"dinheiro": 153.99}}, 201)
    closed = await shop.post(f"{path}/fechar", {"observacao": "noite boa"})
    assert (closed["status"], closed["diferenca_centavos"]) == ("fechado", {"dinheiro": -1})
    assert [each["recontagem"] for each in closed["contagens"]] == [False, True]
    assert [each["tipo"] for each in closed["movimentos"]] == ["suprimento", "abertura_sem_venda"]
    (dispute,) = closed["conflitos"]
    assert (dispute["tipo"], dispute["titulo"]) == ("cash_difference", "Diferença no caixa")
    await shop.post(f"/api/conflitos/{dispute['id']}/resolver", {"escolha": "loss"})
    assert (await shop.get(path))["conflitos"] == []
    assert (await shop.post(f"{path}/sangria", {"valor": 1}, 409))["code"] == "shift_is_ended"


async def test_money_that_moved_after_the_count_is_counted_again(shop: Any) -> None:
    caixa = await opened(shop, gaveta="balcão")
    path = f"/api/caixa/{caixa['id']}"
    await shop.post(f"{path}/declarar", {"valores": {"dinheiro": 100}}, 201)
    await sold(shop)
    assert (await shop.post(f"{path}/fechar", None, 409))["code"] == "count_is_old"
    await shop.post(f"{path}/recontar", {"valores_centavos": {"dinheiro": 14_400}}, 201)
    assert (await shop.post(f"{path}/fechar"))["diferenca_centavos"] == {"dinheiro": 0}


async def test_a_report_tells_what_the_closing_counted(shop: Any) -> None:
    caixa = await opened(shop)
    path = f"/api/caixa/{caixa['id']}"
    paid = await sold(shop, gorjeta=6)
    payment = paid["pagamentos"][0]["id"]
    await shop.post(
        f"/api/pedidos/{paid['id']}/pagamentos/{payment}/estornar", {"valor_centavos": 400}, 201
    )
    assert (await shop.ask("GET", f"{path}/relatorio")).json()["code"] == "shift_goes_on"
    await shop.post(f"{path}/declarar", {"valores": {"dinheiro": 146}}, 201)
    await shop.post(f"{path}/fechar")
    told = await shop.get(f"{path}/relatorio")
    assert [each["tipo"] for each in told["movimentos"]] == ["venda", "gorjeta", "estorno"]
    assert [each["valor_centavos"] for each in told["movimentos"]] == [4_400, 600, 400]
    assert told["movimentos"][0]["pedido_id"] == paid["id"]
    assert (told["diferenca_centavos"], told["completo"]) == ({"dinheiro": 0}, True)
    assert len(told["hash"]) == 64
    await sold(shop)  # nothing that comes later is in it
    assert await shop.get(f"{path}/relatorio") == told


async def test_the_list_knows_open_and_ended_shifts(shop: Any) -> None:
    first, second = await opened(shop), await opened(shop, gaveta="2")
    assert (await shop.post("/api/caixa/abrir", {}, 409))["code"] == "shift_is_open"
    await shop.post(f"/api/caixa/{first['id']}/baixar", {"motivo": "gaveta quebrada"})
    for query, expected in (
        ("aberto=true", [second]),
        ("aberto=false", [first]),
        ("dia=hoje", [second, first]),
        ("neste_terminal=true", [second, first]),
        ("dia=2001-01-01", []),
    ):
        listed = (await shop.get(f"/api/caixa?{query}"))["caixas"]
        assert [each["id"] for each in listed] == [each["id"] for each in expected], query
    written_off = await shop.get(f"/api/caixa/{first['id']}")
    assert (written_off["status"], written_off["motivo_baixa"]) == ("baixado", "gaveta quebrada")
    page = await shop.get("/api/caixa?limite=1")
    assert (page["total"], len(page["caixas"])) == (2, 1)


async def test_a_retried_opening_is_one_shift(shop: Any) -> None:
    key = str(uuid.uuid4())
    first = await shop.ask("POST", "/api/caixa/abrir", {"fundo_troco": 1}, idempotency_key=key)
    again = await shop.ask("POST", "/api/caixa/abrir", {"fundo_troco": 1}, idempotency_key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["idempotency-replayed"] == "true"


async def test_unknown_shifts_and_bad_bodies(shop: Any) -> None:
    nobody = "/api/caixa/" + "0" * 32
    assert (await shop.ask("GET", nobody)).json()["code"] == "unknown_shift"
    assert (await shop.post("/api/caixa/x/fechar", {}, 404))["code"] == "unknown_shift"
    caixa = await opened(shop)
    path = f"/api/caixa/{caixa['id']}"
    assert (await shop.post(f"{path}/sangria", {}, 422))["code"] == "invalid_field"
    assert (await shop.post(f"{path}/abrir-gaveta", {"motivo": ""}, 422))["code"] == "invalid_field"
    assert (await shop.post(f"{path}/declarar", {}, 409))["code"] == "count_missing"
    wrong = {"valores": {"cheque": 1}}
    assert (await shop.ask("POST", f"{path}/declarar", wrong)).status_code == 422


async def test_an_open_shift_survives_a_start_and_its_money_falls_into_it(running: Any) -> None:
    async with running() as shop:
        caixa = await opened(shop)
    async with running() as shop:
        await sold(shop)
        path = f"/api/caixa/{caixa['id']}"
        counted = await shop.post(f"{path}/declarar", {"valores": {"dinheiro": 144}}, 201)
        assert counted["esperado_centavos"] == {"dinheiro": 14_400}


def test_every_field_has_a_meaning() -> None:
    shift = openapi_document()["components"]["schemas"]["Caixa"]["properties"]
    assert shift.keys() == SHIFT_NAMES.keys()
