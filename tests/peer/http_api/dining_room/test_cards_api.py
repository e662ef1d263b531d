"""Comanda cards over HTTP: registered, read, blocked, replaced, withdrawn."""

from typing import Any

import pytest

COFFEE = {"nome": "Café", "preco_unitario": 4.5}


async def cards(shop: Any, last: int = 5) -> None:
    await shop.post("/api/comandas", {"de": 1, "ate": last})


async def statuses(shop: Any, query: str = "") -> dict[str, str]:
    listed = (await shop.get(f"/api/comandas{query}"))["comandas"]
    return {each["numero"]: each["status"] for each in listed}


async def refused(shop: Any, method: str, path: str, body: Any) -> tuple[int, str]:
    answer = await shop.ask(method, path, body)
    return answer.status_code, answer.json()["code"]


async def test_without_cards_any_text_is_a_comanda_and_is_listed_while_it_is_open(
    shop: Any,
) -> None:
    pedido = await shop.open(comanda="João do bar", itens=[COFFEE])
    listed = await shop.get("/api/comandas")
    assert (listed["total"], listed["registradas"]) == (1, 0)
    (found,) = listed["comandas"]
    assert (found["numero"], found["registrada"], found["status"]) == (
        "João do bar",
        False,
        "ocupada",
    )
    assert (found["pedidos"], found["total"], found["saldo_centavos"]) == (
        [pedido["id"]],
        4.5,
        450,
    )
    assert (await shop.get("/api/comandas/João do bar"))["pedidos"] == [pedido["id"]]
    await shop.ask("DELETE", f"/api/pedidos/{pedido['id']}")
    assert (await shop.get("/api/comandas"))["comandas"] == []
    assert await refused(shop, "GET", "/api/comandas/7", None) == (404, "unknown_card")


async def test_a_registered_card_carries_its_orders_and_what_they_cost(shop: Any) -> None:
    await cards(shop)
    one = await shop.open(comanda="3", itens=[COFFEE])
    two = await shop.open(comanda=3, itens=[COFFEE])
    shown = await shop.get("/api/comandas/003")
    assert (shown["numero"], shown["status"]) == ("3", "ocupada")
    assert shown["pedidos"] == [one["id"], two["id"]]
    assert (shown["total_centavos"], shown["saldo_centavos"]) == (900, 900)
    assert await statuses(shop) == {
        "1": "livre",
        "2": "livre",
        "3": "ocupada",
        "4": "livre",
        "5": "livre",
    }
    assert await statuses(shop, "?status=ocupada") == {"3": "ocupada"}
    assert (await shop.get("/api/conflitos"))["conflitos"] == []


async def test_once_there_are_cards_another_text_is_no_comanda(shop: Any) -> None:
    before = await shop.open(comanda="João")
    await cards(shop)
    for comanda in ("6", "João", "0", "12345"):
        body = {"comanda": comanda}
        assert await refused(shop, "POST", "/api/pedidos", body) == (404, "unknown_card")
    path = f"/api/pedidos/{before['id']}"
    answer = await shop.ask("PATCH", path, {"comanda": "9"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_card")
    assert "Não há comanda 9." in answer.json()["detail"]
    assert (await shop.ask("PATCH", path, {"comanda": "João", "cliente": "J"})).status_code == 200
    assert (await statuses(shop))["João"] == "ocupada"
    assert (await shop.ask("PATCH", path, {"comanda": "2"})).status_code == 200
    assert (await statuses(shop))["2"] == "ocupada"


async def test_nothing_is_opened_on_a_blocked_card_until_it_is_found(shop: Any) -> None:
    await cards(shop)
    blocked = await shop.post("/api/comandas/2/bloquear", {"motivo": "roubada"})
    assert (blocked["status"], blocked["bloqueio"]["motivo"]) == ("bloqueada", "roubada")
    assert await refused(shop, "POST", "/api/pedidos", {"comanda": "2"}) == (409, "card_is_blocked")
    pedido = await shop.open(comanda="1")
    moved = f"/api/pedidos/{pedido['id']}/transferir"
    assert await refused(shop, "POST", moved, {"comanda": "2"}) == (409, "card_is_blocked")
    assert (await shop.post("/api/comandas/2/desbloquear"))["bloqueio"] is None
    await shop.post(moved, {"comanda": "2"})
    assert await statuses(shop, "?status=ocupada") == {"2": "ocupada"}


async def test_a_lost_card_is_replaced_and_its_orders_go_along(shop: Any) -> None:
    await cards(shop)
    one, two = await shop.open(comanda="1", itens=[COFFEE]), await shop.open(comanda="1")
    await shop.open(comanda="2")
    lost = "/api/comandas/1/trocar"
    assert await refused(shop, "POST", lost, {"para": 2}) == (409, "card_is_in_use")
    assert await refused(shop, "POST", lost, {"para": 1}) == (422, "invalid_field")
    assert await refused(shop, "POST", lost, {"para": 77}) == (404, "unknown_card")
    given = await shop.post(lost, {"para": 4})
    assert (given["numero"], given["status"]) == ("4", "ocupada")
    assert given["pedidos"] == [one["id"], two["id"]]
    assert (await shop.get(f"/api/pedidos/{one['id']}"))["comanda"] == "4"
    assert (await shop.get("/api/comandas/1"))["bloqueio"]["motivo"] == "perdida"
    assert (await shop.get("/api/conflitos"))["conflitos"] == []


async def test_an_order_does_not_move_to_a_card_that_has_another(shop: Any) -> None:
    await cards(shop)
    await shop.open(comanda="1")
    pedido = await shop.open(comanda="2")
    path = f"/api/pedidos/{pedido['id']}"
    assert await refused(shop, "PATCH", path, {"comanda": "1"}) == (409, "card_is_in_use")


async def test_a_reader_s_code_names_its_card(shop: Any) -> None:
    await cards(shop)
    await shop.post("/api/comandas", {"de": 9, "ate": 9, "codigo": "04A2:19:FF"})
    assert (await shop.get("/api/comandas/04A2:19:FF"))["numero"] == "9"
    pedido = await shop.open(comanda="04A2:19:FF")
    assert (await shop.get("/api/comandas/9"))["pedidos"] == [pedido["id"]]
    patch = {"codigo": "04A2:19:FF"}
    assert await refused(shop, "PATCH", "/api/comandas/1", patch) == (409, "code_is_taken")
    assert await refused(shop, "PATCH", "/api/comandas/1", {"codigo": "12"}) == (
        422,
        "invalid_field",
    )
    assert (await shop.ask("PATCH", "/api/comandas/9", {"codigo": None})).json()["codigo"] is None
    assert (await shop.ask("PATCH", "/api/comandas/1", patch)).json()["codigo"] == "04A2:19:FF"
    several = {"de": 20, "ate": 21, "codigo": "x"}
    assert await refused(shop, "POST", "/api/comandas", several) == (422, "invalid_field")


async def test_cards_registered_by_mistake_are_withdrawn(shop: Any) -> None:
    await shop.post("/api/comandas", {"de": 1, "ate": 2000})
    await shop.open(comanda="3")
    page = await shop.get("/api/comandas?limite=2")
    assert [each["numero"] for each in page["comandas"]] == ["1", "2"]
    page = await shop.get(f"/api/comandas?limite=2&desde={page['proximo']}")
    assert [each["numero"] for each in page["comandas"]] == ["3", "4"]
    mistake = {"de": 3, "ate": 2000}
    assert await refused(shop, "POST", "/api/comandas/retirar", mistake) == (409, "card_is_in_use")
    told = await shop.post("/api/comandas/retirar", {"de": 4, "ate": 2000})
    assert told["registradas"] == 3
    assert list(await statuses(shop)) == ["1", "2", "3"]
    await shop.post("/api/comandas", {"de": 7, "ate": 7})
    assert list(await statuses(shop)) == ["1", "2", "3", "7"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"de": 0, "ate": 3}, "de"),
        ({"de": 5, "ate": 3}, "ate"),
        ({"de": 5, "ate": 10_000}, "ate"),
        ({"de": "x", "ate": 3}, "de"),
    ],
)
async def test_a_wrong_range_names_its_field(shop: Any, body: Any, field: str) -> None:
    answer = await shop.ask("POST", "/api/comandas", body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_write_on_a_version_that_is_gone_is_refused(shop: Any) -> None:
    await cards(shop)
    seen = (await shop.ask("GET", "/api/comandas/1")).headers["etag"]
    await shop.post("/api/comandas/2/bloquear")
    answer = await shop.ask("POST", "/api/comandas/1/bloquear", {}, if_match=seen)
    assert answer.status_code == 412


async def test_the_list_is_not_sent_again_while_nothing_changed(shop: Any) -> None:
    await cards(shop)
    version = (await shop.ask("GET", "/api/comandas")).headers["etag"]
    again = await shop.ask("GET", "/api/comandas", if_none_match=version)
    assert again.status_code == 304
