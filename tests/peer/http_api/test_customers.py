"""Customers who buy on trust, over HTTP: cadastro, fiado, extrato, pagamentos."""

from typing import Any

import pytest

from crdt_models.pedido import CUSTOMER_NAMES, MOVEMENT_NAMES
from peer.http_api.routes import openapi_document

PIZZA = {"produto_id": "p1", "nome": "Calabresa", "preco_unitario": 44}


async def customer(shop: Any, **more: Any) -> dict[str, Any]:
    body = {"nome": "Zé da Esquina", "limite": 100, **more}
    made: dict[str, Any] = await shop.post("/api/clientes", body, 201)
    return made


async def sold(shop: Any, cliente: dict[str, Any], centavos: int = 4400) -> dict[str, Any]:
    """An order of one pizza, so much of it on trust."""
    pedido = await shop.open(itens=[PIZZA])
    fiado = {"forma": "fiado", "cliente_id": cliente["id"], "valor_centavos": centavos}
    paid: dict[str, Any] = await shop.post(f"/api/pedidos/{pedido['id']}/pagamentos", fiado, 201)
    return paid


async def test_a_customer_is_opened_changed_listed_and_blocked(shop: Any) -> None:
    ze = await customer(shop, documento="123.456.789-09", telefone="11 99999-0000")
    assert (ze["limite_centavos"], ze["disponivel_centavos"], ze["bloqueado"]) == (
        10_000, 10_000, False,
    )  # fmt: skip
    path = f"/api/clientes/{ze['id']}"
    changed = await shop.ask("PATCH", path, {"limite": None, "telefone": None, "bloqueado": True})
    assert (changed.json()["limite_centavos"], changed.json()["telefone"]) == (None, None)
    assert changed.json()["documento"] == "123.456.789-09"
    ana = await customer(shop, nome="Ana", limite=None, limite_centavos=500)
    listed = await shop.get("/api/clientes")
    assert [each["nome"] for each in listed["clientes"]] == ["Ana", "Zé da Esquina"]
    blocked = await shop.get("/api/clientes?bloqueado=true")
    assert [each["id"] for each in blocked["clientes"]] == [ze["id"]]
    assert (await shop.get("/api/clientes?devendo=true"))["total"] == 0
    page = await shop.get("/api/clientes?limite=1")
    rest = await shop.get(f"/api/clientes?limite=1&desde={page['proximo']}")
    assert [page["clientes"][0]["id"], rest["clientes"][0]["id"]] == [ana["id"], ze["id"]]
    again = await shop.ask("GET", "/api/clientes", if_none_match=_etag(await _list(shop)))
    assert again.status_code == 304


async def _list(shop: Any) -> Any:
    return await shop.ask("GET", "/api/clientes")


def _etag(answer: Any) -> str:
    found: str = answer.headers["etag"]
    return found


async def test_an_order_on_trust_is_paid_there_and_owed_here(shop: Any) -> None:
    ze = await customer(shop)
    pedido = await sold(shop, ze)
    assert (pedido["saldo_centavos"], pedido["pagamentos"][0]["forma"]) == (0, "fiado")
    assert pedido["pagamentos"][0]["cliente_id"] == ze["id"]
    owed = await shop.get(f"/api/clientes/{ze['id']}")
    assert (owed["saldo_centavos"], owed["disponivel_centavos"]) == (4400, 5600)
    closed = await shop.post(f"/api/pedidos/{pedido['id']}/fechar")
    assert closed["status"] == "pago"
    assert [each["id"] for each in (await shop.get("/api/clientes?devendo=true"))["clientes"]] == [
        ze["id"]
    ]
    sums = await shop.get("/api/estatisticas")
    assert (sums["recebido_centavos"], sums["fiado_centavos"]) == (4400, 4400)
    payment = pedido["pagamentos"][0]["id"]
    path = f"/api/pedidos/{pedido['id']}/pagamentos/{payment}/estornar"
    back = await shop.post(path, {"valor": 14}, 201)
    assert (back["estornos"][0]["forma"], back["pago_centavos"]) == ("fiado", 3000)
    assert (await shop.get(f"/api/clientes/{ze['id']}"))["saldo_centavos"] == 3000


async def test_the_statement_tells_what_was_bought_and_paid(shop: Any) -> None:
    ze = await customer(shop)
    pedido = await sold(shop, ze)
    path = f"/api/clientes/{ze['id']}"
    body = {"forma": "dinheiro", "valor": 14, "valor_recebido": 20}
    paid = await shop.post(f"{path}/pagamentos", body, 201)
    assert paid["cliente"]["saldo_centavos"] == 3000
    assert (paid["movimento"]["tipo"], paid["movimento"]["valor_centavos"]) == ("pagamento", -1400)
    told = await shop.get(f"{path}/extrato")
    assert [(each["tipo"], each["saldo_centavos"]) for each in told["movimentos"]] == [
        ("compra", 4400),
        ("pagamento", 3000),
    ]
    assert told["movimentos"][0]["pedido_id"] == pedido["id"]
    first = await shop.get(f"{path}/extrato?limite=1")
    rest = await shop.get(f"{path}/extrato?limite=1&desde={first['proximo']}")
    assert first["movimentos"] + rest["movimentos"] == told["movimentos"]
    assert rest["proximo"] is None
    day = told["movimentos"][0]["data_operacao"]
    assert len((await shop.get(f"{path}/extrato?de={day}&ate={day}"))["movimentos"]) == 2
    assert (await shop.get(f"{path}/extrato?ate=2001-01-01"))["movimentos"] == []


async def test_a_card_that_pays_a_debt_is_confirmed_denied_and_refunded(shop: Any) -> None:
    ze = await customer(shop)
    await sold(shop, ze)
    path = f"/api/clientes/{ze['id']}/pagamentos"
    card = {"forma": "credito", "valor_centavos": 1000, "pendente": True}
    waiting = await shop.post(path, card, 201)
    assert (waiting["movimento"]["status"], waiting["cliente"]["saldo_centavos"]) == (
        "pendente", 4400,
    )  # fmt: skip
    one = f"{path}/{waiting['movimento']['id']}"
    done = await shop.post(f"{one}/confirmar")
    assert (done["movimento"]["status"], done["cliente"]["saldo_centavos"]) == ("confirmado", 3400)
    back = await shop.post(f"{one}/estornar", {"motivo": "engano"}, 201)
    assert (back["movimento"]["tipo"], back["movimento"]["valor_centavos"]) == (
        "estorno_de_pagamento", 1000,
    )  # fmt: skip
    assert back["cliente"]["saldo_centavos"] == 4400
    again = await shop.ask("POST", f"{one}/estornar", {})
    assert (again.status_code, again.json()["code"]) == (409, "refund_above_paid")
    assert "R$ 10,00" in again.json()["detail"], "what was asked for is the whole payment"
    other = f"{path}/{(await shop.post(path, card, 201))['movimento']['id']}"
    assert (await shop.post(f"{other}/negar"))["movimento"]["status"] == "negado"
    refused = await shop.ask("POST", f"{other}/confirmar", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_is_denied")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"forma": "fiado", "valor": 1}, 422, "invalid_field"),
        ({"forma": "pix", "valor": 1, "cliente_id": "CLIENTE"}, 422, "invalid_field"),
        ({"forma": "fiado", "valor": 1, "cliente_id": "0" * 32}, 404, "unknown_account"),
        ({"forma": "fiado", "valor": 1, "cliente_id": "zé"}, 404, "unknown_account"),
        (
            {"forma": "fiado", "valor": 1, "cliente_id": "CLIENTE", "pendente": True},
            422,
            "invalid_field",
        ),
        (
            {"forma": "fiado", "valor": 1, "cliente_id": "CLIENTE", "valor_recebido": 2},
            422,
            "invalid_field",
        ),
        ({"forma": "fiado", "valor": 30, "cliente_id": "CLIENTE"}, 409, "credit_limit_exceeded"),
        ({"forma": "fiado", "valor": 45, "cliente_id": "CLIENTE"}, 409, "payment_above_balance"),
    ],
)
async def test_what_cannot_be_sold_on_trust(
    shop: Any, body: dict[str, Any], status: int, code: str
) -> None:
    ze = await customer(shop, limite=20)
    pedido = await shop.open(itens=[PIZZA])
    given = {k: ze["id"] if v == "CLIENTE" else v for k, v in body.items()}
    answer = await shop.ask("POST", f"/api/pedidos/{pedido['id']}/pagamentos", given)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await shop.get(f"/api/clientes/{ze['id']}"))["saldo_centavos"] == 0


async def test_a_blocked_customer_and_an_unknown_one_are_told_apart(shop: Any) -> None:
    ze = await customer(shop)
    await shop.ask("PATCH", f"/api/clientes/{ze['id']}", {"bloqueado": True})
    pedido = await shop.open(itens=[PIZZA])
    fiado = {"forma": "fiado", "cliente_id": ze["id"], "valor": 1}
    refused = await shop.ask("POST", f"/api/pedidos/{pedido['id']}/pagamentos", fiado)
    assert (refused.status_code, refused.json()["code"]) == (409, "account_is_blocked")
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/extrato", None),
        ("PATCH", "", {"nome": "x"}),
        ("POST", "/pagamentos", {"valor": 1}),
    ):
        answer = await shop.ask(method, f"/api/clientes/{'0' * 32}{path}", body)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_account")


async def test_what_an_account_refuses(shop: Any) -> None:
    ze = await customer(shop)
    await sold(shop, ze, 1000)
    path = f"/api/clientes/{ze['id']}"
    more = await shop.ask("POST", f"{path}/pagamentos", {"valor": 11})
    assert (more.status_code, more.json()["code"]) == (409, "settlement_above_balance")
    assert "R$ 10,00" in more.json()["detail"]
    fiado = await shop.ask("POST", f"{path}/pagamentos", {"valor": 1, "forma": "fiado"})
    assert fiado.status_code == 422
    unknown = await shop.ask("POST", f"{path}/pagamentos/{'0' * 32}/estornar", {})
    assert unknown.json()["code"] == "unknown_payment"
    for query, code in (("de=ontem", "invalid_field"), ("desde=x", "bad_cursor")):
        assert (await shop.ask("GET", f"{path}/extrato?{query}")).json()["code"] == code
    nameless = await shop.ask("PATCH", path, {"nome": ""})
    assert (nameless.status_code, nameless.json()["code"]) == (422, "invalid_field")
    pedido = await shop.open(itens=[PIZZA])
    paid = await shop.post(f"/api/pedidos/{pedido['id']}/pagamentos", {"valor": 1}, 201)
    payment = f"/api/pedidos/{pedido['id']}/pagamentos/{paid['pagamentos'][0]['id']}"
    wrong = await shop.ask("POST", f"{payment}/estornar", {"forma": "fiado"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "not_on_account")


async def test_a_retry_has_one_effect_and_the_first_answer(shop: Any) -> None:
    key = "3b24c0f1a5a94c7fb8a1a9d9a5c1e0aa"
    body = {"nome": "Bia", "limite": 50}
    made = [await shop.ask("POST", "/api/clientes", body, idempotency_key=key) for _ in range(2)]
    assert made[0].json()["id"] == made[1].json()["id"]
    assert made[1].headers["idempotency-replayed"] == "true"
    bia = made[0].json()
    await sold(shop, bia, 500)
    paying = {"forma": "pix", "valor_centavos": 500}
    path = f"/api/clientes/{bia['id']}/pagamentos"
    paid = [
        await shop.ask("POST", path, paying, idempotency_key=key.replace("3b", "4c"))
        for _ in range(2)
    ]
    assert paid[0].json()["movimento"] == paid[1].json()["movimento"]
    one = f"{path}/{paid[0].json()['movimento']['id']}/estornar"
    back = [
        await shop.ask("POST", one, {}, idempotency_key=key.replace("3b", "5d")) for _ in range(2)
    ]
    assert [each.status_code for each in back] == [201, 201]
    assert back[0].json()["movimento"] == back[1].json()["movimento"]
    assert (await shop.get(f"/api/clientes/{bia['id']}"))["saldo_centavos"] == 500


async def test_a_stale_screen_changes_nothing(shop: Any) -> None:
    ze = await customer(shop)
    path = f"/api/clientes/{ze['id']}"
    await shop.ask("PATCH", path, {"nome": "José"})
    late = await shop.ask("PATCH", path, {"bloqueado": True}, if_match=f'"{ze["version"]}"')
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    assert (await shop.get(path))["bloqueado"] is False


def test_the_names_are_the_members_of_the_schemas() -> None:
    schemas = openapi_document()["components"]["schemas"]
    assert schemas["Cliente"]["properties"].keys() == CUSTOMER_NAMES.keys()
    assert schemas["Movimento"]["properties"].keys() == MOVEMENT_NAMES.keys()
