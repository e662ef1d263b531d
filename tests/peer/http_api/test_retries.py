"""One Idempotency-Key is one request, whatever it becomes: its retry gets the first answer, and
another request under it is refused, also after a restart and at another terminal."""

from typing import Any

import pytest
import trio

COFFEE = {"nome": "Café", "preco_unitario": 4.5}
CAKE = {"nome": "Bolo", "preco_unitario": 9}
KEY = "0f8fad5b-d9cb-469f-a165-70867728950e"


async def opened(shop: Any) -> str:
    pedido = await shop.open(itens=[COFFEE])
    return f"/api/pedidos/{pedido['id']}"


async def assert_reused(shop: Any, method: str, path: str, body: Any) -> None:
    answer = await shop.ask(method, path, body, idempotency_key=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "command_reused"), answer.text


async def assert_again(shop: Any, method: str, path: str, body: Any, first: Any) -> None:
    again = await shop.ask(method, path, body, idempotency_key=KEY)
    assert (again.status_code, again.headers.get("idempotency-replayed")) == (
        first.status_code,
        "true",
    ), again.text
    assert again.json() == first.json()


def refunded(pedido: Any) -> list[int]:
    return [each["valor_centavos"] for each in pedido["estornos"]]


# What each of these does depends on the order as it stands when it is asked for.
COMPOUND = {
    "put": ("PUT", "", {"itens": [CAKE]}, {"itens": [COFFEE]}),
    "put less": ("PUT", "", {"itens": [CAKE, COFFEE]}, {"itens": [CAKE]}),
    "put field": ("PUT", "", {"observacao": "sem gelo"}, {"observacao": "com gelo"}),
    "patch": ("PATCH", "", {"observacao": "sem gelo"}, {"observacao": "com gelo"}),
    "patch nothing": ("PATCH", "", {"total_centavos": 450}, {"observacao": "com gelo"}),
    "pay": (
        "POST",
        "/pagamentos",
        {"forma": "pix", "valor": 4.5},
        {"forma": "pix", "valor": 4},
    ),
    "send": ("POST", "/enviar", {}, {"itens": ["0" * 32]}),
}


@pytest.mark.parametrize("name", COMPOUND)
async def test_a_key_stands_for_one_request(shop: Any, name: str) -> None:
    method, action, body, other = COMPOUND[name]
    order = await opened(shop)
    first = await shop.ask(method, order + action, body, idempotency_key=KEY)
    assert first.status_code < 300, first.text
    await assert_again(shop, method, order + action, body, first)
    await assert_again(shop, method, order.replace("/api/", "/api/v1/") + action, body, first)
    held = shop.log.last_position()
    await assert_reused(shop, method, order + action, other)
    await assert_reused(shop, method, await opened(shop) + action, body)
    await assert_reused(shop, "POST", order + "/conta", {})
    assert shop.log.last_position() == held + 1  # the order just opened


async def test_the_same_members_in_another_order_are_the_same_request(shop: Any) -> None:
    order = await opened(shop)
    body = {"observacao": "sem gelo", "garcom": "Ana"}
    first = await shop.ask("PATCH", order, body, idempotency_key=KEY)
    await assert_again(shop, "PATCH", order, dict(reversed(body.items())), first)


async def test_a_reason_after_the_question_mark_is_part_of_the_request(shop: Any) -> None:
    order = await opened(shop)
    first = await shop.ask("DELETE", f"{order}?motivo=saiu", idempotency_key=KEY)
    await assert_again(shop, "DELETE", f"{order}?motivo=saiu", None, first)
    await assert_reused(shop, "DELETE", f"{order}?motivo=outro", None)


async def test_a_refund_without_an_amount_is_answered_as_the_first_time(shop: Any) -> None:
    order = await opened(shop)
    paid = await shop.post(order + "/pagamentos", {"forma": "pix", "valor": 4.5}, 201)
    path = f"{order}/pagamentos/{paid['pagamentos'][0]['id']}/estornar"
    first = await shop.ask("POST", path, {}, idempotency_key=KEY)
    assert (first.status_code, refunded(first.json())) == (201, [450])
    await assert_again(shop, "POST", path, {}, first)
    await assert_reused(shop, "POST", path, {"valor": 1})
    assert refunded(await shop.get(order)) == [450]


@pytest.mark.parametrize("name", COMPOUND)
async def test_after_a_restart_too(running: Any, name: str) -> None:
    method, action, body, other = COMPOUND[name]
    async with running() as shop:
        order = await opened(shop)
        first = await shop.ask(method, order + action, body, idempotency_key=KEY)
    async with running() as shop:
        await assert_again(shop, method, order + action, body, first)
        await assert_reused(shop, method, order + action, other)


@pytest.mark.parametrize("name", [each for each in COMPOUND if each != "patch nothing"])
async def test_at_another_terminal_too(running: Any, name: str) -> None:
    """Nothing was sent but the change; what it says of the request is enough."""
    method, action, body, other = COMPOUND[name]
    async with running("a") as here, running("b") as there:
        order = await opened(here)
        first = await here.ask(method, order + action, body, idempotency_key=KEY)
        await there.node.receive([each.data for each in here.log.since(0, 100)], source=1)
        held = there.log.last_position()
        again = await there.ask(method, order + action, body, idempotency_key=KEY)
        assert (again.status_code, again.headers["idempotency-replayed"]) == (
            first.status_code,
            "true",
        ), again.text
        await assert_reused(there, method, order + action, other)
        assert there.log.last_position() == held


async def test_two_requests_under_one_key_at_once_do_one_thing(shop: Any) -> None:
    """Both are decided before either is written."""
    order = await opened(shop)
    answers = []

    async def put(item: dict[str, Any]) -> None:
        answers.append(await shop.ask("PUT", order, {"itens": [item]}, idempotency_key=KEY))

    async with trio.open_nursery() as nursery:
        for item in (COFFEE, CAKE, COFFEE, CAKE):
            nursery.start_soon(put, item)
    refused = [each for each in answers if each.status_code == 409]
    assert {each.json()["code"] for each in refused} == {"command_reused"}
    assert len(refused) == 2
    assert len((await shop.get(order))["itens"]) == 2
