"""Disputes that span documents, as front ends see them: listed, told live, settled."""

from typing import Any

import msgspec
import trio
import trio.testing

ORDER = {"tipo": "balcao", "itens": [{"produto_id": "p", "nome": "P", "preco_unitario": 10}]}


async def told(client: Any) -> list[dict[str, Any]]:
    """What is queued for a client, or comes soon."""
    with trio.fail_after(10):
        return [msgspec.json.decode(text) for text in await client.wait()]


async def exchange(one: Any, other: Any) -> None:
    """Carry all changes both ways."""
    for source, target in ((one, other), (other, one)):
        data = [each.data for each in source.log.since(0, 1000)]
        await target.node.receive(data, "link")


async def listed(shop: Any, query: str = "") -> list[str]:
    """The kinds of all pages."""
    kinds: list[str] = []
    cursor = ""
    for _ in range(10):
        page = await shop.get(f"/api/conflitos?limite=1{query}{cursor}")
        assert len(page["conflitos"]) <= 1
        kinds += [each["tipo"] for each in page["conflitos"]]
        if page["proximo"] is None:
            return kinds
        cursor = f"&desde={page['proximo']}"
    raise AssertionError("the pages do not end")


async def test_two_orders_of_one_number_are_told_apart(running: Any) -> None:
    async with running("a") as one, running("b") as clone:
        first, second = await one.open(**ORDER), await clone.open(**ORDER)
        assert first["numero"] == second["numero"] == "A-001"
        await exchange(one, clone)
        for shop in (one, clone):
            pedidos = (await shop.get("/api/pedidos"))["pedidos"]
            assert sorted(each["numero"] for each in pedidos) == ["A-001", "A-001/2"]
        numbers = {
            (await shop.get(f"/api/pedidos/{first['id']}"))["numero"] for shop in (one, clone)
        }
        assert len(numbers) == 1


async def test_they_are_listed_page_by_page_and_settled(running: Any) -> None:
    async with running("a") as one, running("b") as clone:
        await one.open(**ORDER)
        pedido = await clone.open(tipo="balcao", itens=ORDER["itens"] * 2)
        path = f"/api/pedidos/{pedido['id']}"
        await clone.post(f"{path}/pagamentos", {"valor": 15}, 201)
        await clone.post(f"{path}/itens/{pedido['itens'][1]['id']}/cancelar")
        await exchange(one, clone)
        everything = ["equal_numbers", "lineage_forked", "overpaid"]
        for shop in (one, clone):
            assert sorted(await listed(shop)) == everything
            assert len((await shop.get("/api/conflitos"))["conflitos"]) == 3
        found = (await one.get("/api/conflitos"))["conflitos"]
        (fork,) = [each for each in found if each["tipo"] == "lineage_forked"]
        assert fork["titulo"] and fork["opcoes"] and fork["aberto"]
        body = {"escolha": "clone_removed", "fatos": fork["fatos"]}
        settled = await one.post(f"/api/conflitos/{fork['id']}/resolver", body)
        assert (settled["id"], settled["aberto"]) == (fork["id"], False)
        await exchange(one, clone)
        for shop in (one, clone):
            assert sorted(await listed(shop)) == ["equal_numbers", "overpaid"]
            assert sorted(await listed(shop, "&aberto=false")) == everything


async def test_they_are_told_live_and_again_to_who_resumes(running: Any) -> None:
    async with running("a") as one, running("b") as clone:
        await one.open(**ORDER)
        await clone.open(**ORDER)
        client = one.events.follow("test", "global")
        client.resume(["dispute:opened", "dispute:resolved"], [])
        await exchange(one, clone)
        await trio.testing.wait_all_tasks_blocked()
        opened = await told(client)
        assert sorted(each["data"]["tipo"] for each in opened) == [
            "equal_numbers",
            "lineage_forked",
        ]
        assert {each["type"] for each in opened} == {"dispute:opened"}
        again = one.events.replay(0, ["dispute:opened"])
        kinds = {msgspec.json.decode(text)["data"]["tipo"] for text in again}
        assert kinds == {"equal_numbers", "lineage_forked"}
        found = (await one.get("/api/conflitos"))["conflitos"]
        (numbers,) = [each for each in found if each["tipo"] == "equal_numbers"]
        await one.post(f"/api/conflitos/{numbers['id']}/resolver", {"escolha": "seen"})
        await trio.testing.wait_all_tasks_blocked()
        (resolved,) = await told(client)
        assert resolved["type"] == "dispute:resolved"
        assert (resolved["data"]["id"], resolved["data"]["aberto"]) == (numbers["id"], False)


async def test_one_key_for_two_orders_at_terminals_that_are_cut_off(
    running: Any, neighbour: Any
) -> None:
    key = {"idempotency-key": "0123456789abcdef0123456789abcdef"}
    async with running("a") as one, running("b", member=neighbour) as other:
        body = {"tipo": "balcao", "itens": ORDER["itens"]}
        first = await one.ask("POST", "/api/pedidos", body, **key)
        more = {**body, "cliente": "Ana"}
        second = await other.ask("POST", "/api/pedidos", more, **key)
        assert (first.status_code, second.status_code) == (201, 201)
        await exchange(one, other)
        refused = await one.ask("POST", "/api/pedidos", {**body, "cliente": "Bia"}, **key)
        assert refused.status_code == 409
        for shop in (one, other):
            (dispute,) = (await shop.get("/api/conflitos?tipo=command_used_twice"))["conflitos"]
            assert len(dispute["fatos"]) == 2
        shown = await one.get(f"/api/conflitos/{dispute['id']}")
        assert len(shown["provas"]) == 2
        await other.ask("POST", "/api/pedidos", body, **key)  # the retry comes to the other one
        await exchange(one, other)
        assert len((await one.get("/api/conflitos?tipo=command_used_twice"))["conflitos"]) == 1
