"""Other terminals that come, go and lag are told to who follows, once."""

import json
from typing import Any

import pytest

from crdt_models.replication.figures import Lag
from peer.http_api import live_peers
from peer.identity import Identity
from tests.peer.http_api.test_lag_map import talk_with
from tests.peer.http_api.test_members import Member, Mesh, told


@pytest.fixture
async def site(running: Any, identity: Identity) -> Any:
    """(shop, its mesh, a member, a follower of everything)."""
    mesh, bar = Mesh(), Member(identity, "B", "Bar")
    async with running(mesh=mesh) as shop:
        await told(shop, bar.chain.hex())
        await shop.all_told()
        yield shop, mesh, bar, shop.events.follow("test", "global")


async def heard(client: Any) -> list[tuple[str, Any]]:
    client.offer("{}")  # so that there is always something to wait for
    texts = [json.loads(text) for text in await client.wait()]
    return [(each["type"], each["data"]["letras"]) for each in texts if each]


async def test_a_terminal_that_comes_and_goes_is_told_once(site: Any) -> None:
    shop, mesh, bar, client = site
    mesh.looking()
    mesh.talks = {1: talk_with(bar)}
    mesh.looking()
    mesh.looking()
    assert await heard(client) == [("peer:online", "B")]
    mesh.talks = {2: talk_with(bar, state="greeting")}
    mesh.looking()
    mesh.looking()
    assert await heard(client) == [("peer:offline", "B")]
    shop.events.leave(client)


async def test_what_stands_when_somebody_begins_to_follow_is_no_news(site: Any) -> None:
    shop, mesh, bar, client = site
    mesh.talks = {1: talk_with(bar)}
    mesh.looking()
    assert await heard(client) == []
    shop.events.leave(client)
    mesh.looking()
    mesh.talks.clear()
    mesh.looking()
    late = shop.events.follow("late", "global")
    mesh.looking()
    assert await heard(late) == []
    shop.events.leave(late)


async def test_only_what_changed_is_told(site: Any, identity: Identity) -> None:
    shop, mesh, bar, client = site
    kitchen = Member(identity, "C", "Cozinha")
    await told(shop, kitchen.chain.hex())
    await shop.all_told()
    mesh.talks = {1: talk_with(bar)}
    mesh.looking()
    mesh.talks[2] = talk_with(kitchen)
    mesh.looking()
    assert await heard(client) == [("peer:online", "C")]
    del mesh.talks[1]
    mesh.looking()
    assert await heard(client) == [("peer:offline", "B")]
    shop.events.leave(client)


async def test_a_lag_is_told_when_it_lasts_and_when_it_ends(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, mesh, bar, client = site
    now = 100.0
    monkeypatch.setattr(shop.environment, "monotonic", lambda: now)
    mesh.looking()
    mesh.lag = {bar.device: Lag(3, 9)}
    mesh.looking()
    now += live_peers.LAG_SECONDS - 1
    mesh.looking()
    assert await heard(client) == []
    now += 1
    mesh.looking()
    client.offer("{}")
    text = next(it for it in await client.wait() if it != "{}")
    event = json.loads(text)
    assert (event["type"], event["data"]["falta_receber"]) == ("peer:lagging", 6)
    assert (event["cursor"], event["origin"]) == (shop.node.position, "A")
    mesh.lag = {bar.device: Lag(9, 9)}
    mesh.looking()
    mesh.looking()
    assert await heard(client) == [("peer:lagging", "B")]
    shop.events.leave(client)


async def test_who_follows_orders_or_other_kinds_hears_nothing_of_it(site: Any) -> None:
    shop, mesh, bar, client = site
    client.resume(["order:created"], None)
    orders = shop.events.follow("orders", "pedidos")
    mesh.looking()
    mesh.talks = {1: talk_with(bar)}
    mesh.looking()
    assert await heard(client) == await heard(orders) == []
    for each in (client, orders):
        shop.events.leave(each)
