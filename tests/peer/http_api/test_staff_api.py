"""Those who work here: registered, entering with a PIN, doing what their role may."""

import logging
from typing import Any

import pytest

from crdt_models.ids import STAFF
from peer.http_api.staff.desk import FREE_ATTEMPTS, GRANT_SECONDS, IDLE_SECONDS
from tests.peer.http_api.conftest import ADMIN, new_key

PIN = "482913"
PEOPLE = "/api/operadores"
COFFEE = {"nome": "Café", "preco_unitario_centavos": 450}
HALF = {"percentual": 50, "motivo": "amigo"}


async def hired(shop: Any, name: str, papel: str, **by: str) -> str:
    answer = await shop.ask("POST", PEOPLE, {"nome": name, "papel": papel}, **by)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def entered(shop: Any, who: str, pin: str = PIN) -> str:
    answer = await shop.ask("POST", "/api/entrar", {"operador_id": who, "pin": pin})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


async def founded(shop: Any) -> tuple[str, str]:
    """The owner, and the token with which the owner entered."""
    owner = await hired(shop, "Zé", "garcom")
    assert (await shop.ask("PUT", f"{PEOPLE}/{owner}/pin", {"pin": PIN})).status_code == 204
    return owner, await entered(shop, owner)


async def staffed(shop: Any, papel: str) -> tuple[str, str]:
    """The owner's token and that of somebody in a role."""
    _, boss = await founded(shop)
    who = await hired(shop, "Lia", papel, x_operador=boss)
    await shop.ask("PUT", f"{PEOPLE}/{who}/pin", {"pin": "135790"}, x_operador=boss)
    return boss, await entered(shop, who, "135790")


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_a_shop_without_operators_asks_nobody(shop):
    assert (await shop.get(PEOPLE))["operadores"] == []
    pedido = await shop.open(itens=[COFFEE])
    given = await shop.ask("POST", f"/api/pedidos/{pedido['id']}/descontos", HALF)
    assert given.status_code == 201, given.text


async def test_the_first_is_owner_and_the_others_are_registered_by_somebody_who_may(shop):
    owner, boss = await founded(shop)
    shown = await shop.get(PEOPLE)
    assert [(each["nome"], each["papel"], each["tem_pin"]) for each in shown["operadores"]] == [
        ("Zé", "dono", True)
    ]
    refused(await shop.ask("POST", PEOPLE, {"nome": "Lia"}), 403, "not_authorised")
    lia = await hired(shop, "Lia", "caixa", x_operador=boss)
    changed = await shop.ask("PATCH", f"{PEOPLE}/{lia}", {"papel": "gerente"}, x_operador=boss)
    assert (changed.json()["papel"], changed.json()["tem_pin"]) == ("gerente", False)
    gone = await shop.ask("PATCH", f"{PEOPLE}/{owner}", {"ativo": False}, x_operador=boss)
    refused(gone, 409, "last_owner")
    refused(await shop.ask("PATCH", f"{PEOPLE}/{'0' * 32}", {}), 404, "unknown_operator")


async def test_a_terminal_where_nobody_has_a_pin_asks_for_no_role(shop):
    owner = await hired(shop, "Zé", "dono")
    assert (await shop.get(PEOPLE))["pede_papel"] is False
    pedido = await shop.open(itens=[COFFEE])
    place = f"/api/pedidos/{pedido['id']}"
    assert (await shop.ask("POST", f"{place}/descontos", HALF)).status_code == 201
    refused(await shop.ask("POST", PEOPLE, {"nome": "Lia"}), 403, "not_authorised")
    permission = await shop.ask("PUT", "/api/permissoes/dar_cortesia", {"papel": "garcom"})
    refused(permission, 403, "not_authorised")
    assert (await shop.ask("PUT", f"{PEOPLE}/{owner}/pin", {"pin": PIN})).status_code == 204
    assert (await shop.get(PEOPLE))["pede_papel"] is True
    refused(await shop.ask("POST", f"{place}/cortesia", {"motivo": "amigo"}), 403, "not_authorised")


async def test_who_entered_is_written_into_what_is_done(shop):
    owner, boss = await founded(shop)
    pedido = (await shop.ask("POST", "/api/pedidos", {"itens": [COFFEE]}, x_operador=boss)).json()
    audit = await shop.get(f"/api/pedidos/{pedido['id']}/auditoria")
    assert {each["operador_id"] for each in audit["fatos"]} == {owner}


async def test_a_role_may_what_the_matrix_says_and_selling_takes_none(shop):
    boss, lia = await staffed(shop, "garcom")
    pedido = (await shop.ask("POST", "/api/pedidos", {"itens": [COFFEE]}, x_operador=lia)).json()
    place = f"/api/pedidos/{pedido['id']}/descontos"
    for by in ({"x_operador": lia}, {}):
        answer = await shop.ask("POST", place, HALF, **by)
        refused(answer, 403, "not_authorised")
        assert (answer.json()["act"], answer.json()["least"]) == ("dar_desconto_grande", "gerente")
    assert (await shop.get(f"/api/pedidos/{pedido['id']}"))["descontos"] == []
    act = "/api/permissoes/dar_desconto_grande"
    refused(await shop.ask("PUT", act, {"papel": "garcom"}, x_operador=lia), 403, "not_authorised")
    changed = await shop.ask("PUT", act, {"papel": "garcom"}, x_operador=boss)
    assert changed.json() == {"ato": "dar_desconto_grande", "papel": "garcom"}
    assert (await shop.ask("POST", place, HALF, x_operador=lia)).status_code == 201
    refused(
        await shop.ask("PUT", "/api/permissoes/voar", {"papel": "dono"}, x_operador=boss),
        404,
        "not_found",
    )


async def test_a_refused_command_may_be_asked_again_under_its_key_by_somebody_who_may(shop):
    boss, lia = await staffed(shop, "garcom")
    pedido = await shop.open(itens=[COFFEE])
    place, key = f"/api/pedidos/{pedido['id']}/cortesia", new_key("gift")
    gift = {"motivo": "aniversário"}
    asked = await shop.ask("POST", place, gift, x_operador=lia, idempotency_key=key)
    refused(asked, 403, "not_authorised")
    for _ in range(2):
        given = await shop.ask("POST", place, gift, x_operador=boss, idempotency_key=key)
        assert given.status_code == 201
    assert given.headers["idempotency-replayed"] == "true"


async def authorised(shop: Any, who: str, pedido: str, ato: str = "dar_cortesia") -> Any:
    body = {"operador_id": who, "pin": PIN, "ato": ato, "pedido_id": pedido}
    return await shop.ask("POST", "/api/autorizacoes", body)


async def test_a_manager_allows_one_act_on_one_order_once(shop):
    _, lia = await staffed(shop, "garcom")
    people = (await shop.get(PEOPLE))["operadores"]
    owner, waiter = (each["id"] for each in people)
    mine, other = [(await shop.open(itens=[COFFEE, COFFEE]))["id"] for _ in range(2)]
    token = (await authorised(shop, owner, mine)).json()["token"]
    asking = {"x_operador": lia, "x_autorizacao": token}
    gift = {"motivo": "aniversário"}

    async def ask(order: str, action: str, body: dict[str, Any], **more: str) -> Any:
        place = f"/api/pedidos/{order}/{action}"
        return await shop.ask("POST", place, body, **{**asking, **more})

    refused(await ask(other, "cortesia", gift), 403, "not_authorised")
    refused(await ask(mine, "descontos", HALF), 403, "not_authorised")
    key = new_key("gift")
    for _ in range(2):
        given = await ask(mine, "cortesia", gift, idempotency_key=key)
        assert given.status_code == 201, given.text
    discount = given.json()["descontos"][0]["id"]
    assert (await ask(mine, f"descontos/{discount}/cancelar", {})).status_code == 200
    refused(await ask(mine, "cortesia", gift), 409, "authorisation_used")
    (act,) = shop.node.view(STAFF).acts
    assert (act[0].fact.by.hex(), act[0].entry.operator.hex(), act[1]) == (owner, waiter, "counts")
    assert act[0].fact.document == f"order:{mine}"
    unknown = await ask(mine, "cortesia", gift, x_autorizacao="abc")
    refused(unknown, 401, "authorisation_unknown")


async def test_an_authorisation_takes_the_role_and_the_pin_and_ends(shop):
    _, lia = await staffed(shop, "garcom")
    owner, waiter = (each["id"] for each in (await shop.get(PEOPLE))["operadores"])
    order = (await shop.open(itens=[COFFEE]))["id"]
    body = {"operador_id": waiter, "pin": "135790", "ato": "estornar", "pedido_id": order}
    refused(await shop.ask("POST", "/api/autorizacoes", body), 403, "not_authorised")
    wrong = {**body, "operador_id": owner}
    refused(await shop.ask("POST", "/api/autorizacoes", wrong), 401, "wrong_pin")
    refused(await authorised(shop, owner, order, "voar"), 422, "invalid_field")
    token = (await authorised(shop, owner, order)).json()["token"]
    shop.environment.waited += GRANT_SECONDS + 1
    place = f"/api/pedidos/{order}/cortesia"
    late = await shop.ask("POST", place, {"motivo": "x"}, x_operador=lia, x_autorizacao=token)
    refused(late, 401, "authorisation_unknown")


async def test_wrong_pins_are_few_and_a_restart_wins_none(running):
    async with running() as shop:
        owner, _ = await founded(shop)
        wrong = {"operador_id": owner, "pin": "000000"}
        for left in range(FREE_ATTEMPTS - 1, -1, -1):
            answer = await shop.ask("POST", "/api/entrar", wrong)
            refused(answer, 401, "wrong_pin")
            assert answer.json()["left"] == left
        right = {"operador_id": owner, "pin": PIN}
        refused(await shop.ask("POST", "/api/entrar", right), 429, "pin_locked")
    async with running() as shop:
        refused(await shop.ask("POST", "/api/entrar", right), 429, "pin_locked")
        shop.environment.waited += 31
        refused(await shop.ask("POST", "/api/entrar", wrong), 401, "wrong_pin")
        shop.environment.waited += 31
        refused(await shop.ask("POST", "/api/entrar", right), 429, "pin_locked")
        shop.environment.waited += 30
        assert (await shop.ask("POST", "/api/entrar", right)).status_code == 200
        refused(await shop.ask("POST", "/api/entrar", wrong), 401, "wrong_pin")


async def test_a_pin_is_of_one_terminal_and_its_own_token_gives_the_first(running, neighbour):
    async with running() as here, running("b", member=neighbour) as there:
        owner, boss = await founded(here)
        await there.node.receive([each.data for each in here.log.since(0, 100)], source=1)
        entering = {"operador_id": owner, "pin": PIN}
        refused(await there.ask("POST", "/api/entrar", entering), 409, "no_pin")
        lia = await hired(here, "Lia", "garcom", x_operador=boss)
        await there.node.receive([each.data for each in here.log.since(0, 100)], source=1)
        place = f"{PEOPLE}/{owner}/pin"
        refused(await there.ask("PUT", place, {"pin": "999999"}), 403, "not_authorised")
        by_admin = await there.ask("PUT", place, {"pin": "999999"}, x_api_key=ADMIN)
        assert by_admin.status_code == 204
        token = await entered(there, owner, "999999")
        mine = await there.ask("PUT", f"{PEOPLE}/{lia}/pin", {"pin": "1234"}, x_operador=token)
        assert mine.status_code == 204
        waiter = await entered(there, lia, "1234")
        for who, pin, by, code in (
            (owner, "777777", waiter, "not_authorised"),
            (owner, "1234", token, "pin_too_short"),
            (lia, "12a4", token, "pin_too_short"),
        ):
            answer = await there.ask("PUT", f"{PEOPLE}/{who}/pin", {"pin": pin}, x_operador=by)
            assert answer.json()["code"] == code
        own = await there.ask("PUT", f"{PEOPLE}/{lia}/pin", {"pin": "4321"}, x_operador=waiter)
        assert own.status_code == 204
        # Whoever entered with the old one is out.
        refused(await there.ask("POST", "/api/pedidos", {}, x_operador=waiter), 401, "not_entered")


async def test_a_token_ends_and_is_of_one_front_end(shop):
    boss, lia = await staffed(shop, "caixa")
    other = shop.front_ends.issue("Outro")
    opening = ("POST", "/api/pedidos", {"itens": [COFFEE]})
    refused(await shop.ask(*opening, x_operador=lia, x_api_key=other), 401, "not_entered")
    assert (await shop.ask(*opening, x_operador=lia)).status_code == 201
    assert (await shop.ask("POST", "/api/sair", x_operador=lia)).status_code == 204
    refused(await shop.ask(*opening, x_operador=lia), 401, "not_entered")
    shop.environment.waited += IDLE_SECONDS + 1
    refused(await shop.ask(*opening, x_operador=boss), 401, "not_entered")


async def test_who_was_dismissed_is_out_at_once(shop):
    boss, lia = await staffed(shop, "gerente")
    (who,) = [
        each["id"] for each in (await shop.get(PEOPLE))["operadores"] if each["nome"] == "Lia"
    ]
    gone = await shop.ask("PATCH", f"{PEOPLE}/{who}", {"ativo": False}, x_operador=boss)
    assert gone.json()["ativo"] is False
    refused(await shop.ask("POST", "/api/pedidos", {}, x_operador=lia), 401, "not_entered")
    again = {"operador_id": who, "pin": "135790"}
    refused(await shop.ask("POST", "/api/entrar", again), 409, "operator_gone")


async def test_nothing_of_a_pin_is_in_facts_logs_or_answers(
    shop: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    boss, _ = await staffed(shop, "gerente")
    stored = b"".join(each.data for each in shop.log.since(0, 100))
    told = caplog.text + (await shop.ask("GET", PEOPLE, x_operador=boss)).text
    kept = [
        shop.log.setting(f"pin:{each['id']}") for each in (await shop.get(PEOPLE))["operadores"]
    ]
    assert all("argon2id" in each for each in kept)
    for pin in (PIN, "135790"):
        assert pin.encode() not in stored and pin not in told
        assert all(pin not in each for each in kept)
