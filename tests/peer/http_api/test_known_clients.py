"""Front ends that shops already have, played against real peers over sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx
import pytest
import trio
import trio.testing

from tests.peer.http_api.known_clients import Client, OrdersScreen, RealtimeSync
from tests.peer.http_api.served import Served, until

ITEM = {"nome": "Calabresa", "quantidade": 1, "preco_unitario": 44.00}
AnyClient = TypeVar("AnyClient", bound=Client)


@asynccontextmanager
async def at_work(*clients: AnyClient) -> AsyncIterator[None]:
    """All of them connected."""
    async with trio.open_nursery() as nursery:
        for each in clients:
            nursery.start_soon(each.run)
        for each in clients:
            await each.until(lambda each=each: each.connected)
        yield
        nursery.cancel_scope.cancel()


def screen(served: Served) -> OrdersScreen:
    return OrdersScreen(served.port, served.shop.key)


def till(served: Served, **more: Any) -> RealtimeSync:
    return RealtimeSync(served.port, served.shop.key, **more)


async def listed(served: Served) -> dict[str, Any]:
    answer = await served.shop.get("/api/pedidos")
    return {each["id"]: each for each in answer["pedidos"] if each["status"] != "cancelado"}


async def test_a_box_that_is_ticked_on_one_screen_is_ticked_on_all(served: Served) -> None:
    screens = [screen(served) for _ in range(20)]
    async with at_work(*screens):
        made = await screens[0].create_pedido({"itens": [ITEM]})
        for each in screens:
            await each.until(lambda each=each: made["id"] in each.pedidos)
            assert each.pedidos[made["id"]] == made
        answer = await screens[0].update_pedido(made["id"], {"financeiro": True})
        assert answer["financeiro"] is True
        for each in screens:
            await each.until(lambda each=each: each.pedidos[made["id"]]["financeiro"])
        stats = (await screens[0].http.get("/ws/stats")).json()
        assert stats["connections_by_type"] == {"pedidos": 20, "global": 0}
        await screens[7].delete_pedido(made["id"])
        for each in screens:
            await each.until(lambda each=each: not each.pedidos)


async def test_a_screen_that_was_cut_off_comes_back_and_shows_all(served: Served) -> None:
    one, other = screen(served), screen(served)
    async with at_work(one, other):
        first = await one.create_pedido({"itens": [ITEM]})
        await other.until(lambda: first["id"] in other.pedidos)
        times = len(other.sync_log)
        other.pull_cable()
        await other.until(lambda: not other.connected)
        await one.create_pedido({"itens": [ITEM, ITEM]})
        await one.update_pedido(first["id"], {"observacao": "sem cebola"})
        other.plug_in()
        stands = await listed(served)
        assert (stands[first["id"]]["observacao"], len(stands)) == ("sem cebola", 2)
        await one.until(lambda: one.pedidos == stands)
        await other.until(lambda: other.connected and other.pedidos == stands)
        assert ("success", "GET ") in other.sync_log[times:]
        await other.say(type="ping")
        await other.until(lambda: other.heard[-1]["type"] == "pong")
        await other.say(type="get_pedidos")
        await other.until(lambda: ("websocket", "refresh_required") in other.sync_log)
        assert await other.fetch_pedido_by_id(first["id"]) == one.pedidos[first["id"]]


async def test_what_is_refused_changes_no_screen(served: Served) -> None:
    one = screen(served)
    async with at_work(one):
        made = await one.create_pedido({"itens": [ITEM]})
        await one.until(lambda: made["id"] in one.pedidos)
        before = dict(one.pedidos)
        with pytest.raises(httpx.HTTPStatusError):
            await one.update_pedido(made["id"], {"total": 1})
        assert one.pedidos == before
        assert one.sync_log[-1][0] == "error"


@asynccontextmanager
async def linked(one: Served, other: Served) -> AsyncIterator[None]:
    """What either commits reaches the other, as over a link."""

    async def carry(source: Any, target: Any) -> None:
        async with source.watch() as commits:
            async for commit in commits:
                await target.receive([each.data for each in commit.changes], source=1)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(carry, one.shop.node, other.shop.node)
        nursery.start_soon(carry, other.shop.node, one.shop.node)
        await trio.testing.wait_all_tasks_blocked()
        yield
        nursery.cancel_scope.cancel()


def kinds_heard(client: Client) -> list[str]:
    return [each["type"] for each in client.heard if "data" in each]


async def test_what_one_till_sells_is_on_all_tills(at_a_socket: Any, neighbour: Any) -> None:
    """Three tills at two terminals: nobody asks which of them is the server."""
    async with at_a_socket() as here, at_a_socket("b", member=neighbour) as there:
        first, second, third = till(here), till(there), till(there)
        async with linked(here, there), at_work(first, second, third):
            for each in (first, second, third):
                assert (await each.get("/api/pedidos"))["total"] == 0
                assert (await each.get("/api/pedidos"))["total"] == 0
                assert each.get_stats() == {"entries": 1, "hits": 1, "misses": 1}
            made = await first.notify_create("/api/pedidos", {"itens": [ITEM]})
            assert made is not None
            for each in (first, second, third):
                await each.until(lambda each=each: "order:created" in kinds_heard(each))
                told = next(it for it in each.heard if it["type"] == "order:created")
                assert (told["origin"], told["data"]["id"]) == ("A", made["id"])
                assert (await each.get("/api/pedidos"))["pedidos"][0]["id"] == made["id"]
            await third.notify_update(f"/api/pedidos/{made['id']}", {"observacao": "sem gelo"})
            await first.until(lambda: "order:updated" in kinds_heard(first))
            assert first.heard[-1]["origin"] == "B"
            assert (await first.get("/api/pedidos"))["pedidos"][0]["observacao"] == "sem gelo"


async def test_a_till_that_is_offline_keeps_what_it_sells_and_sends_it_once(
    served: Served,
) -> None:
    mine, other = till(served), till(served, kinds=["order:created"])
    async with at_work(mine, other):
        path = "/api/pedidos"
        sent = await mine.notify_create(path, {"itens": [ITEM]})
        assert sent is not None
        await other.until(lambda: kinds_heard(other) == ["order:created"])
        mine.pull_cable()
        await mine.until(lambda: not mine.connected)
        lost = "0f8fad5b-d9cb-469f-a165-70867728950e"
        await mine.http.post(path, json={"pessoas": 2}, headers={"idempotency-key": lost})
        mine.queue[lost] = "POST", path, {"pessoas": 2}  # its answer was lost, it may be there
        assert await mine.notify_create(path, {"pessoas": 3}) is None
        assert await mine.notify_update(f"{path}/{sent['id']}", {"observacao": "viagem"}) is None
        mine.plug_in()
        await mine.until(lambda: mine.connected)
        await until(lambda: not mine.queue)
        orders = await listed(served)
        assert sorted(each["pessoas"] or 0 for each in orders.values()) == [0, 2, 3]
        assert orders[sent["id"]]["observacao"] == "viagem"
        await other.until(lambda: len(kinds_heard(other)) == 3)
        assert set(kinds_heard(other)) == {"order:created"}
        await mine.until(lambda: "order:updated" in kinds_heard(mine))
        assert kinds_heard(mine).count("order:created") == 3


async def test_a_till_with_a_key_that_was_taken_back_is_out(served: Served) -> None:
    one = till(served)
    async with at_work(one):
        await served.shop.ask("DELETE", "/api/front-ends/Teste", x_api_key="the-token-of-this-boot")
        await one.until(lambda: not one.connected)
        one.heard.clear()
        assert (await one.http.get("/api/pedidos")).status_code == 401
        await one.until(lambda: one.reconnect_attempt > 2)
        assert one.heard == []
