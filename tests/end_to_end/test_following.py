"""`/ws/sync` from a real process: each change told once, after its commit, and resumable for ever.

A follower keeps the cursor of the last event it has dealt with. Whatever happens to the process,
following from that cursor tells it the rest: nothing lost, nothing twice.
"""

import json
import random
from typing import Any

import pytest
import trio
from trio_websocket import ConnectionClosed, WebSocketConnection

from peer.live_events import MAX_REPLAY
from tests.end_to_end.tills import PATIENCE_SECONDS, Json, Till, key_of, order_body

KILLS = 3
ORDERS_A_ROUND = 12


async def heard(talk: WebSocketConnection) -> Json:
    with trio.fail_after(PATIENCE_SECONDS):
        message: Json = json.loads(await talk.get_message())
    return message


async def following(talk: WebSocketConnection, **more: Any) -> None:
    """Begin to follow; the answer comes after whatever was missed."""
    assert (await heard(talk))["type"] == "connection"
    await talk.send_message(json.dumps({"type": "subscribe", **more}))


async def post(till: Till, number: int) -> Json:
    async with till.client() as client:
        answer = await client.post(
            "/api/pedidos", json=order_body(number)[0], headers={"idempotency-key": key_of(number)}
        )
    assert answer.status_code == 201, answer.text
    told: Json = answer.json()
    return told


async def test_each_change_is_told_once_and_is_readable_then(till: Till) -> None:
    made: set[str] = set()

    async def sell(first: int) -> None:
        for number in range(first, first + 10):
            made.add((await post(till, number))["id"])

    async with till.socket() as talk, till.client() as client:
        await following(talk)
        assert (await heard(talk))["type"] == "subscribed"
        told: list[Json] = []
        async with trio.open_nursery() as nursery:
            for first in (0, 100, 200):
                nursery.start_soon(sell, first)
            while len(told) < 30:
                event = await heard(talk)
                # Told after the commit: whoever hears of it can read it.
                shown = await client.get(f"/api/pedidos/{event['data']['id']}")
                assert shown.json() == event["data"]
                told.append(event)
        # Nothing more comes of these thirty: the next is of the thirty-first.
        last = await post(till, 999)
        assert (await heard(talk))["data"]["id"] == last["id"]
    assert {each["type"] for each in told} == {"order:created"}
    assert {each["data"]["id"] for each in told} == made
    cursors = [each["cursor"] for each in told]
    assert cursors == sorted(set(cursors))


async def test_a_retried_request_is_told_once(till: Till) -> None:
    async with till.socket() as talk:
        await following(talk)
        assert (await heard(talk))["type"] == "subscribed"
        for _ in range(3):
            await post(till, 1)
        other = await post(till, 2)
        assert (await heard(talk))["data"]["id_externo"] == "teste-1"
        assert (await heard(talk))["data"]["id"] == other["id"]


class Follower:
    """A front end that remembers the cursor of what it has dealt with, as one on disk would."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self.cursor = 0
        self.dealt_with: list[str] = []

    async def follow(
        self,
        until: int | None = None,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Until that many orders are dealt with, or the other side is gone."""
        async with self._till.socket() as talk:
            try:
                await following(talk, cursor=self.cursor)
                task_status.started()
                while until is None or len(self.dealt_with) < until:
                    self._take(await heard(talk))
            except ConnectionClosed:
                pass

    def _take(self, event: Json) -> None:
        assert event["type"] != "refresh_required"
        if event["type"] == "order:created":
            self.dealt_with.append(event["data"]["id"])
        if event["type"] != "subscribed":
            self.cursor = event["cursor"]


async def test_a_cursor_outlives_kills(till: Till) -> None:
    """Sold while followed and while not, killed in between and in the middle."""
    dice = random.Random(2017)
    follower, made, number = Follower(till), list[str](), 0
    for _ in range(KILLS):
        kill_after = dice.randrange(ORDERS_A_ROUND)
        async with trio.open_nursery() as nursery:
            await nursery.start(follower.follow)
            for each in range(ORDERS_A_ROUND):
                made.append((await post(till, number))["id"])
                number += 1
                if each == kill_after:
                    break
            await till.kill()
        await till.start()
        for pause in range(4):  # sold while nobody follows, as the first of this boot and later
            made.append((await post(till, number))["id"])
            number += 1
            if pause == 1:
                await follower.follow(until=len(made))
                assert follower.dealt_with == made
    await follower.follow(until=len(made))
    assert follower.dealt_with == made


async def test_a_cursor_named_after_later_events_starts_over(till: Till) -> None:
    """Told of the second, asking for what follows the first: its order could not be kept."""
    await post(till, 1)
    async with till.socket() as talk:
        assert (await heard(talk))["type"] == "connection"
        second = await post(till, 2)
        assert (await heard(talk))["data"]["id"] == second["id"]
        await talk.send_message(json.dumps({"type": "subscribe", "cursor": 0}))
        assert (await heard(talk))["type"] == "refresh_required"
        third = await post(till, 3)
        assert (await heard(talk))["data"]["id"] == third["id"]


@pytest.mark.parametrize("behind", [0, MAX_REPLAY + 1])
async def test_a_cursor_too_old_or_of_another_database_starts_over(till: Till, behind: int) -> None:
    """Beyond what is replayed, and from a future that this database does not know."""
    cursor = 10**9
    if behind:
        await sell_many(till, behind)
        cursor = 0
    async with till.socket() as talk:
        await following(talk, cursor=cursor)
        told = await heard(talk)
        assert told["type"] == "refresh_required"
        assert told["message"]
        order = await post(till, 10**6)
        event = await heard(talk)
        assert event["data"]["id"] == order["id"]
        assert event["cursor"] > told["cursor"]


async def sell_many(till: Till, changes: int) -> None:
    """So many changes, one a request, by a few clients."""
    left = iter(range(changes))

    async def sell() -> None:
        async with till.client() as client:
            for number in left:
                answer = await client.post("/api/pedidos", json={"id_externo": f"v-{number}"})
                assert answer.status_code == 201

    async with trio.open_nursery() as nursery:
        for _ in range(8):
            nursery.start_soon(sell)


async def test_an_orderly_stop_says_goodbye(till: Till) -> None:
    async with till.socket() as talk:
        await following(talk)
        assert (await heard(talk))["type"] == "subscribed"
        await till.stop()
        with pytest.raises(ConnectionClosed) as closed:
            await heard(talk)
    assert closed.value.reason.code == 1001
