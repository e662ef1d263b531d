"""Orders over HTTP, against a real node."""

from typing import Any

import pytest


async def test_an_order_is_opened_with_its_lines(shop: Any) -> None:
    answer = await shop.ask(
        "POST",
        "/api/pedidos",
        {
            "tipo": "balcao",
            "itens": [
                {"produto_id": "calabresa", "nome": "Calabresa", "preco_unitario": 13.25},
                {
                    "produto_id": 7,
                    "nome": "Suco",
                    "quantidade": "1.500",
                    "preco_unitario_centavos": 800,
                },
            ],
        },
    )
    assert answer.status_code == 201
    pedido = answer.json()
    assert answer.headers["location"] == f"/api/pedidos/{pedido['id']}"
    assert answer.headers["etag"] == f'"{pedido["version"]}"'
    assert pedido["numero"] == "A-001"
    assert pedido["total_centavos"] == 1325 + 1200
    assert '"total":25.25' in answer.text
    assert [item["quantidade_milesimos"] for item in pedido["itens"]] == [1000, 1500]
    assert [item["produto_id"] for item in pedido["itens"]] == ["calabresa", "7"]
    shown = await shop.get(f"/api/pedidos/{pedido['id']}")
    assert shown == pedido


async def opened(shop: Any, *prices: int) -> dict[str, Any]:
    items = [
        {"nome": f"Item {index}", "preco_unitario_centavos": price}
        for index, price in enumerate(prices)
    ]
    pedido: dict[str, Any] = await shop.open(itens=items)
    return pedido


async def test_an_order_goes_all_the_way(shop: Any) -> None:
    pedido = await opened(shop, 1000, 500)
    path = f"/api/pedidos/{pedido['id']}"
    assert (await shop.post(f"{path}/enviar"))["status_producao"] == "enviado"
    assert (await shop.post(f"{path}/preparando"))["status_producao"] == "preparando"
    assert (await shop.post(f"{path}/pronto"))["status_producao"] == "pronto"
    assert (await shop.post(f"{path}/entregue"))["status_producao"] == "entregue"
    assert (await shop.post(f"{path}/conta"))["status"] == "conta_pedida"
    paid = await shop.post(
        f"{path}/pagamentos",
        {"forma": "dinheiro", "valor": 15.00, "valor_recebido": "20.00"},
        status=201,
    )
    assert paid["saldo_centavos"] == 0
    assert paid["pagamentos"][0]["troco_centavos"] == 500
    closed = await shop.post(f"{path}/fechar")
    assert closed["status"] == "pago"
    reopened = await shop.post(f"{path}/reabrir", {"motivo": "faltou um café"})
    assert reopened["status"] != "pago"


async def test_a_payment_is_refunded(shop: Any) -> None:
    pedido = await opened(shop, 1000)
    path = f"/api/pedidos/{pedido['id']}"
    paid = await shop.post(f"{path}/pagamentos", {"forma": "pix", "valor_centavos": 1000}, 201)
    payment = paid["pagamentos"][0]["id"]
    some = await shop.post(
        f"{path}/pagamentos/{payment}/estornar", {"valor": "3.00", "motivo": "frio"}, 201
    )
    assert some["saldo_centavos"] == 300
    rest = await shop.post(f"{path}/pagamentos/{payment}/estornar", {}, 201)
    assert rest["saldo_centavos"] == 1000
    assert [each["forma"] for each in rest["estornos"]] == ["pix", "pix"]
    again = await shop.ask("POST", f"{path}/pagamentos/{payment}/estornar", {"valor": 0.01})
    assert again.status_code == 409
    assert again.json()["code"] == "refund_above_paid"


async def test_a_pending_payment_waits_for_its_outcome(shop: Any) -> None:
    pedido = await opened(shop, 1000)
    path = f"/api/pedidos/{pedido['id']}"
    body = {"forma": "credito", "valor": 10, "pendente": True}
    paid = await shop.post(f"{path}/pagamentos", body, 201)
    assert paid["saldo_centavos"] == 1000
    payment = f"{path}/pagamentos/{paid['pagamentos'][0]['id']}"
    done = await shop.post(
        f"{payment}/confirmar", {"adquirente": {"nome": "Rede", "transacao": "123"}}
    )
    assert done["saldo_centavos"] == 0
    assert done["pagamentos"][0]["status"] == "confirmado"


async def test_lines_are_added_and_cancelled(shop: Any) -> None:
    pedido = await opened(shop, 1000)
    path = f"/api/pedidos/{pedido['id']}"
    more = await shop.post(
        f"{path}/itens",
        {"itens": [{"nome": "Café", "quantidade": 3, "preco_unitario": "4.50"}]},
        status=201,
    )
    assert more["total_centavos"] == 1000 + 1350
    coffee = more["itens"][1]["id"]
    less = await shop.post(f"{path}/itens/{coffee}/cancelar", {"quantidade": 1, "motivo": "frio"})
    assert less["itens"][1]["quantidade_milesimos"] == 2000
    none = await shop.post(f"{path}/itens/{coffee}/cancelar")
    assert none["total_centavos"] == 1000
    over = await shop.ask("POST", f"{path}/itens/{coffee}/cancelar", {"quantidade": 1})
    assert (over.status_code, over.json()["code"]) == (409, "more_than_is_left")


async def test_a_retry_with_its_key_has_one_effect(shop: Any) -> None:
    body = {"itens": [{"nome": "Café", "preco_unitario": 4.5}]}
    key = "0f8fad5b-d9cb-469f-a165-70867728950e"
    first = await shop.ask("POST", "/api/pedidos", body, idempotency_key=key)
    again = await shop.ask("POST", "/api/pedidos", body, idempotency_key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert (await shop.get("/api/pedidos"))["total"] == 1
    other = await shop.ask("POST", "/api/pedidos", {"tipo": "viagem"}, idempotency_key=key)
    assert other.json()["code"] == "command_reused"


async def test_without_a_key_every_request_is_another_command(shop: Any) -> None:
    await shop.open()
    await shop.open()
    assert (await shop.get("/api/pedidos"))["total"] == 2


async def test_a_weak_key_is_refused_with_a_cure(shop: Any) -> None:
    answer = await shop.ask("POST", "/api/pedidos", {}, idempotency_key="pedido-1")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "weak_idempotency_key"
    assert "UUID" in answer.json()["como_resolver"]


async def test_a_stale_write_answers_with_the_order_as_it_is(shop: Any) -> None:
    pedido = await opened(shop, 1000)
    path = f"/api/pedidos/{pedido['id']}"
    seen = f'"{pedido["version"]}"'
    changed = await shop.ask("PATCH", path, {"cliente": "Ana"}, if_match=seen)
    assert changed.status_code == 200
    for method in ("PATCH", "PUT"):
        stale = await shop.ask(method, path, {"cliente": "Bia"}, if_match=seen)
        assert stale.status_code == 412
        assert stale.json()["code"] == "stale_version"
        assert stale.json()["atual"]["cliente"] == "Ana"
        assert stale.headers["etag"] == changed.headers["etag"]
    assert (await shop.get(path))["cliente"] == "Ana"


async def test_patch_sets_fields_and_marks(shop: Any) -> None:
    pedido = await opened(shop, 1000)
    path = f"/api/v1/pedidos/{pedido['id']}"
    answer = await shop.ask(
        "PATCH", path, {"financeiro": True, "embalado": True, "garcom": "Zé", "pessoas": 4}
    )
    shown = answer.json()
    assert answer.status_code == 200
    assert (shown["financeiro"], shown["producao"], shown["embalado"]) == (True, False, True)
    assert (shown["garcom"], shown["pessoas"]) == ("Zé", 4)
    back = await shop.ask("PATCH", path, {"financeiro": False, "garcom": None})
    assert (back.json()["financeiro"], back.json()["garcom"]) == (False, None)


@pytest.mark.parametrize(
    "body",
    [
        {"total": 1},
        {"inventado": "x"},
        {"status": "pago"},
        {"pessoas": "quatro"},
        {"garcom": ["a"]},
        {"flags": {"financeiro": "sim"}},
        {"precisa_atualizar": True},
    ],
)
async def test_patch_refuses_what_cannot_be_written(shop: Any, body: Any) -> None:
    pedido = await opened(shop, 1000)
    answer = await shop.ask("PATCH", f"/api/pedidos/{pedido['id']}", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field")


async def test_what_can_only_be_read_may_be_sent_back_unchanged(shop: Any) -> None:
    pedido = await opened(shop, 1000)
    body = {"status": pedido["status"], "numero": pedido["numero"], "cliente": "Ana"}
    answer = await shop.ask("PATCH", f"/api/pedidos/{pedido['id']}", body)
    assert answer.status_code == 200, answer.text


async def test_delete_cancels_with_a_reason_and_not_when_paid(shop: Any) -> None:
    pedido = await opened(shop, 1000)
    path = f"/api/pedidos/{pedido['id']}"
    answer = await shop.ask("DELETE", f"{path}?motivo=desistiu")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelado")
    assert (await shop.get(path))["status"] == "cancelado"
    paid = await opened(shop, 1000)
    await shop.post(f"/api/pedidos/{paid['id']}/pagamentos", {"valor": 10}, 201)
    refused = await shop.ask("DELETE", f"/api/pedidos/{paid['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "paid_order")


async def test_unknown_ids_are_not_found(shop: Any) -> None:
    for wrong in ("0" * 32, "17", "x" * 32, "%00"):
        for method, body in (("GET", None), ("PATCH", {}), ("PUT", {}), ("DELETE", None)):
            answer = await shop.ask(method, f"/api/pedidos/{wrong}", body)
            assert answer.status_code == 404, (method, wrong, answer.text)


async def test_a_read_says_when_nothing_is_new(shop: Any) -> None:
    pedido = await opened(shop, 1000)
    path = f"/api/pedidos/{pedido['id']}"
    first = await shop.ask("GET", path)
    same = await shop.ask("GET", path, if_none_match=first.headers["etag"])
    assert (same.status_code, same.content) == (304, b"")
    await shop.ask("PATCH", path, {"cliente": "Ana"})
    assert (await shop.ask("GET", path, if_none_match=first.headers["etag"])).status_code == 200


class TestPut:
    async def test_the_order_becomes_what_the_body_says(self, shop: Any) -> None:
        pedido = await opened(shop, 1000, 500, 700)
        first, second, third = pedido["itens"]
        body = {
            **pedido,
            "cliente": "Ana",
            "financeiro": True,
            "itens": [
                {**first, "quantidade": 2, "quantidade_milesimos": 2000},
                {**second, "observacao": "sem gelo"},
                {"nome": "Novo", "preco_unitario": 3},
            ],
        }
        answer = await shop.ask(
            "PUT", f"/api/pedidos/{pedido['id']}", body, if_match=f'"{pedido["version"]}"'
        )
        assert answer.status_code == 200, answer.text
        shown = answer.json()
        assert (shown["cliente"], shown["financeiro"]) == ("Ana", True)
        left = [each for each in shown["itens"] if not each["cancelado"]]
        assert sorted(each["nome"] for each in left) == ["Item 0", "Item 0", "Item 1", "Novo"]
        assert shown["total_centavos"] == 2000 + 500 + 300
        assert [e["observacao"] for e in left if e["nome"] == "Item 1"] == ["sem gelo"]
        assert third["id"] in [each["id"] for each in shown["itens"] if each["cancelado"]]

    async def test_what_was_read_and_sent_back_changes_nothing(self, shop: Any) -> None:
        pedido = await shop.open(
            comanda="12",
            itens=[
                {
                    "nome": "Pizza",
                    "preco_unitario": 40,
                    "modificadores": [{"nome": "Borda", "preco_unitario": 5}],
                }
            ],
        )
        assert pedido["total_centavos"] == 4500
        before = shop.node.position
        answer = await shop.ask(
            "PUT", f"/api/pedidos/{pedido['id']}", pedido, if_match=f'"{pedido["version"]}"'
        )
        assert answer.status_code == 200, answer.text
        assert answer.json() == pedido
        assert shop.node.position == before

    async def test_a_line_left_out_is_cancelled_only_with_if_match(self, shop: Any) -> None:
        pedido = await opened(shop, 1000, 500)
        path = f"/api/pedidos/{pedido['id']}"
        body = {"itens": [{"nome": "Novo", "preco_unitario": 1}], "cliente": "Ana"}
        blind = await shop.ask("PUT", path, body)
        assert blind.json()["total_centavos"] == 1600
        assert blind.json()["cliente"] == "Ana"
        seeing = await shop.ask("PUT", path, {"itens": []}, if_match=blind.headers["etag"])
        assert seeing.json()["total_centavos"] == 0

    async def test_without_if_match_a_stale_screen_takes_nothing_away(self, shop: Any) -> None:
        pedido = await opened(shop, 1000)
        path = f"/api/pedidos/{pedido['id']}"
        await shop.post(f"{path}/itens", {"itens": [{"nome": "B", "preco_unitario": 2}]}, 201)
        answer = await shop.ask("PUT", path, pedido)
        assert answer.json()["total_centavos"] == 1200

    async def test_a_retried_put_has_one_effect(self, shop: Any) -> None:
        pedido = await opened(shop, 1000)
        path = f"/api/pedidos/{pedido['id']}"
        headers = {
            "if_match": f'"{pedido["version"]}"',
            "idempotency_key": "ab" * 8 + "0123456789cdef98",
        }
        body = {"itens": [*pedido["itens"], {"nome": "Novo", "preco_unitario": 1}]}
        first = await shop.ask("PUT", path, body, **headers)
        again = await shop.ask("PUT", path, body, **headers)
        assert (first.status_code, again.status_code) == (200, 200)
        assert first.json() == again.json()
        assert again.headers["idempotency-replayed"] == "true"

    async def test_a_line_of_another_order_is_a_mistake(self, shop: Any) -> None:
        pedido, other = await opened(shop, 1000), await opened(shop, 2000)
        answer = await shop.ask(
            "PUT",
            f"/api/pedidos/{pedido['id']}",
            {"itens": [*pedido["itens"], *other["itens"]]},
            if_match=f'"{pedido["version"]}"',
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_field")
        assert (await shop.get(f"/api/pedidos/{pedido['id']}"))["version"] == pedido["version"]


HOSTILE = {
    "lone surrogate": b'{"cliente": "a\\ud800"}',
    "raw surrogate": b'{"cliente": "\xed\xa0\x80"}',
    "2^64": b'{"pessoas": 18446744073709551616}',
    "huge number": b'{"itens": [{"nome": "a", "preco_unitario": 1e999999999}]}',
    "huge exponent": b'{"itens": [{"nome": "a", "preco_unitario": 1e9999999999999999999999}]}',
    "tiny number": b'{"itens": [{"nome": "a", "preco_unitario": 1e-9}]}',
    "half a centavo": b'{"itens": [{"nome": "a", "preco_unitario": 0.005}]}',
    "negative price": b'{"itens": [{"nome": "a", "preco_unitario": -1}]}',
    "zero quantity": b'{"itens": [{"nome": "a", "preco_unitario": 1, "quantidade": 0}]}',
    "NaN": b'{"pessoas": NaN}',
    "NaN text": b'{"itens": [{"nome": "a", "preco_unitario": "NaN"}]}',
    "deep": b'{"itens": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "NUL": b'{"cliente": "a\\u0000b"}',
    "10 MB": b'{"cliente": "' + b"a" * 10_000_000 + b'"}',
    "long name": b'{"itens": [{"nome": "' + b"a" * 10_000 + b'", "preco_unitario": 1}]}',
    "not an object": b"[]",
    "nothing": b"",
    "cut": b'{"cliente": "a',
    "latin-1": b'{"cliente": "\xe9"}',
    "wrong type": b'{"itens": {"nome": "a"}}',
    "no name": b'{"itens": [{"preco_unitario": 1}]}',
    "no price": b'{"itens": [{"nome": "a"}]}',
    "disagreement": b'{"itens": [{"nome": "a", "preco_unitario": 1,'
    b' "preco_unitario_centavos": 1}]}',
    "unknown type": b'{"tipo": "drive-thru"}',
    "table that is no id": b'{"mesa_id": "x"}',
    "many lines": b'{"itens": [' + b",".join([b'{"nome":"a","preco_unitario":1}'] * 501) + b"]}",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_bodies_get_a_typed_error_and_write_nothing(shop: Any, name: str) -> None:
    before = shop.node.position
    answer = await shop.ask("POST", "/api/pedidos", HOSTILE[name])
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] not in ("internal_error", "bad_request")
    assert shop.node.position == before


async def test_names_are_cleaned_before_they_are_stored(shop: Any) -> None:
    pedido = await shop.open(
        cliente="\u202eAna\u200b <script>", itens=[{"nome": " Cafe\u0301\n", "preco_unitario": 1}]
    )
    assert pedido["cliente"] == "Ana <script>"
    assert pedido["itens"][0]["nome"] == "Café"
