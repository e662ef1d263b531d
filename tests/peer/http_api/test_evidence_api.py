"""What a person needs to decide a dispute, the decision of a stale screen, and audit trails."""

import json
from typing import Any

import trio

from crdt_models.dispute_advice import advice
from crdt_models.disputes import KINDS
from peer.http_api.routes import routes
from tests.peer.http_api.conftest import new_key
from tests.peer.http_api.test_site_disputes_api import exchange, listed

PIZZA = {"nome": "Pizza", "preco_unitario": 40}
PAID = {"valor": 40, "forma": "pix"}


async def paid_twice(one: Any, other: Any) -> dict[str, Any]:
    """An order that was paid at two terminals that could not see each other."""
    pedido: dict[str, Any] = await one.open(itens=[PIZZA])
    await exchange(one, other)
    for shop in (one, other):
        await shop.post(f"/api/pedidos/{pedido['id']}/pagamentos", PAID, 201)
    await exchange(one, other)
    return pedido


async def dispute_of(shop: Any, kind: str) -> dict[str, Any]:
    (found,) = (await shop.get(f"/api/conflitos?tipo={kind}"))["conflitos"]
    shown: dict[str, Any] = await shop.get(f"/api/conflitos/{found['id']}")
    assert {name: shown[name] for name in found} == found
    return shown


async def test_both_sides_evidence_the_figures_and_what_each_choice_means(running: Any) -> None:
    async with running("a") as one, running("b") as other:
        pedido = await paid_twice(one, other)
        shown = await dispute_of(one, "overpaid")
        assert shown == await dispute_of(other, "overpaid")
        assert [each["frase"] for each in shown["provas"]] == ["Recebeu R$ 40,00 por pix"] * 2
        assert [each["terminal"] for each in shown["provas"]] == ["A", "A"]  # one key, two disks
        assert (
            {each["id"] for each in shown["provas"]} == set(shown["fatos"]) == set(shown["novas"])
        )
        assert all(each["em"].startswith("2024-10-04T") for each in shown["provas"])
        (figures,) = shown["pedidos"]
        assert (figures["id"], figures["numero"]) == (pedido["id"], "A-001")
        assert (figures["total_centavos"], figures["saldo_centavos"]) == (4000, -4000)
        refund = shown["escolhas"][0]
        assert (refund["escolha"], refund["rota"]) == (
            "refunded", "POST /api/pedidos/{id}/pagamentos/{pagamento}/estornar",
        )  # fmt: skip
        assert refund["significa"] and refund["antes"]
        assert shown["decisoes"] == []


async def test_a_decision_that_did_not_see_all_is_shown_what_it_missed(running: Any) -> None:
    async with running("a") as one, running("b") as other, running("c") as third:
        pedido = await one.open(itens=[PIZZA])
        await exchange(one, third)
        await exchange(one, other)
        for shop in (one, other, third):
            await shop.post(f"/api/pedidos/{pedido['id']}/pagamentos", PAID, 201)
        await exchange(one, other)
        seen = await dispute_of(one, "overpaid")
        path = f"/api/conflitos/{seen['id']}/resolver"
        await exchange(one, third)
        body = {"escolha": "tip", "fatos": seen["fatos"]}
        stale = await one.ask("POST", path, body, idempotency_key=new_key("stale"))
        now = stale.json()
        assert (stale.status_code, now["code"], now["unseen"]) == (409, "evidence_grew", 1)
        assert now["atual"] == await dispute_of(one, "overpaid")
        assert (await dispute_of(one, "overpaid"))["decisoes"] == []
        body = {"escolha": "tip", "fatos": now["atual"]["fatos"], "observacao": "caixinha"}
        for replayed in (None, "true"):
            done = await one.ask("POST", path, body, idempotency_key=new_key("again"))
            assert (done.status_code, done.json()["aberto"]) == (200, False)
            assert done.headers.get("idempotency-replayed") == replayed
        (settled,) = (await one.get("/api/conflitos?tipo=overpaid&aberto=false"))["conflitos"]
        shown = await one.get(f"/api/conflitos/{settled['id']}")
        (decision,) = shown["decisoes"]
        assert (decision["texto"], decision["observacao"]) == ("Ficou como gorjeta", "caixinha")
        assert (decision["vale"], decision["nao_pesou"], shown["novas"]) == (True, [], [])


async def test_a_decision_made_before_the_evidence_says_what_it_did_not_weigh(
    running: Any,
) -> None:
    async with running("a") as one, running("b") as other, running("c") as third:
        pedido = await one.open(itens=[PIZZA])
        await exchange(one, third)
        await exchange(one, other)
        for shop in (one, other, third):
            await shop.post(f"/api/pedidos/{pedido['id']}/pagamentos", PAID, 201)
        await exchange(one, other)
        seen = await dispute_of(one, "overpaid")
        await one.post(f"/api/conflitos/{seen['id']}/resolver", {"escolha": "tip"})
        await exchange(one, third)
        shown = await dispute_of(one, "overpaid")  # open again
        (new,) = shown["novas"]
        assert new not in seen["fatos"]
        assert [each["nao_pesou"] for each in shown["decisoes"]] == [[new]]


async def test_the_list_is_filtered(running: Any) -> None:
    async with running("a") as one, running("b") as other:
        await one.open()
        pedido = await paid_twice(one, other)
        await other.open(itens=[PIZZA])
        await one.open(itens=[PIZZA])
        await exchange(one, other)  # numbers are equal now, and the lineage is forked
        assert sorted(await listed(one)) == ["equal_numbers", "lineage_forked", "overpaid"]
        assert await listed(one, "&gravidade=notice") == ["equal_numbers"]
        assert await listed(one, "&quem=technician") == ["lineage_forked"]
        assert await listed(one, "&quem=technician&gravidade=notice") == []
        assert await listed(one, f"&pedido={pedido['id']}") == ["overpaid"]
        third = (await one.get("/api/pedidos"))["pedidos"][0]
        assert await listed(one, f"&pedido={third['id']}") == ["equal_numbers"]
        for query, status in (("gravidade=x", 422), (f"pedido={'0' * 32}", 404)):
            answer = await one.ask("GET", f"/api/conflitos?{query}")
            assert answer.status_code == status, answer.text
        answer = await one.ask("GET", f"/api/conflitos?pedido={pedido['id']}&desde=x")
        assert answer.json()["code"] == "bad_cursor"


async def test_an_event_of_a_dispute_has_the_shape_of_the_list(shop: Any) -> None:
    client = shop.events.follow("test", "global")
    pedido = await shop.open(itens=[PIZZA, PIZZA])
    path = f"/api/pedidos/{pedido['id']}"
    await shop.post(f"{path}/pagamentos", {**PAID, "valor": 80}, 201)
    await shop.post(f"{path}/itens/{pedido['itens'][0]['id']}/cancelar")
    (listed_,) = (await shop.get("/api/conflitos"))["conflitos"]
    assert listed_["numero"] == pedido["numero"]
    assert (await shop.get(path))["conflitos"] == [listed_]
    with trio.fail_after(10):
        found: list[dict[str, Any]] = []
        while not found:
            told = [json.loads(text) for text in await client.wait()]
            found = [each for each in told if each["type"] == "dispute:opened"]
    (event,) = found
    assert event["data"] == listed_


async def test_the_trail_of_an_order_tells_who_did_what_and_which_write_lost(
    running: Any,
) -> None:
    async with running("a") as one, running("b") as other:
        pedido = await one.open(tipo="balcao", itens=[PIZZA])
        path = f"/api/pedidos/{pedido['id']}"
        await exchange(one, other)
        await one.ask("PATCH", path, {"observacao": "sem cebola"})
        await other.ask("PATCH", path, {"observacao": "com cebola"})
        await exchange(one, other)
        trail = await one.get(f"{path}/auditoria")
        assert trail == await other.get(f"{path}/auditoria")
        told = [(each["frase"], each["situacao"]) for each in trail["fatos"]]
        assert told[:3] == [
            ("Abriu o pedido: balcao", "vale"),
            ("Deu o número A-001", "vale"),
            ("Lançou 1 de Pizza a R$ 40,00", "vale"),
        ]
        assert [state for _, state in told[3:]] == ["perdeu", "vale"]  # the later stamp stands
        await one.ask("PATCH", path, {"observacao": "pouca"})
        trail = await one.get(f"{path}/auditoria")
        states = [each["situacao"] for each in trail["fatos"]]
        assert states == ["vale"] * 3 + ["substituido"] * 2 + ["vale"]
        assert set(trail["fatos"][-1]["conhecia"]) == {each["id"] for each in trail["fatos"][3:5]}


async def test_a_trail_comes_page_by_page(shop: Any) -> None:
    pedido = await shop.open(itens=[PIZZA, PIZZA])
    path = f"/api/pedidos/{pedido['id']}/auditoria"
    whole = await shop.get(path)
    assert (whole["total"], whole["proximo"], whole["numero"]) == (4, None, "A-001")
    pages, cursor = [], ""
    for _ in range(2):
        page = await shop.get(f"{path}?limite=2{cursor}")
        pages += page["fatos"]
        cursor = f"&desde={page['proximo']}"
    assert (pages, page["proximo"]) == (whole["fatos"], None)
    assert (await shop.ask("GET", f"{path}?desde=x")).json()["code"] == "bad_cursor"
    missing = f"/api/pedidos/{'0' * 32}/auditoria"
    assert (await shop.ask("GET", missing)).json()["code"] == "unknown_order"


def test_every_step_that_is_advised_has_its_route() -> None:
    served = {f"{each.method} {each.path}" for each in routes()}
    advised = {
        advice(kind, choice).route for kind, fixed in KINDS.items() for choice in fixed.choices
    }
    assert advised - served - {""} == set()
