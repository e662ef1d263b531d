"""A full disk, a real one: orders are refused with a cure, reading goes on, freeing it is enough.

Needs a mount namespace; where the machine refuses one, the test says so and is skipped.
"""

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import trio
from trio_websocket import WebSocketConnection

from simulations.demo.processes import ended_with_us
from tests.end_to_end.on_small_disk import reason_against, seen_by_others
from tests.end_to_end.tills import (
    PATIENCE_SECONDS,
    Founded,
    Till,
    chain_of,
    key_file_of,
    key_of,
    order_body,
)

DISK_BYTES = 10_000_000
BALLAST_BYTES = 6_000_000  # what somebody deletes in the end; the WAL alone grows to 4 MB
MOST_ORDERS = 400  # far more than the rest of the disk can hold: a note takes half a kilobyte
CLIENTS = 8
ROOM_BYTES = 60_000  # left when the filling begins: a few dozen orders


@pytest.fixture
async def cramped(founded: Founded, home: Path, tmp_path: Path) -> AsyncIterator[Till]:
    """A terminal on a disk of DISK_BYTES of its own."""
    place = tmp_path / "probe"
    place.mkdir()
    reason = reason_against(place)
    if reason is not None:
        pytest.skip(f"this machine does not let a test mount a small disk: {reason}")
    module = ("tests.end_to_end.on_small_disk", str(home), str(DISK_BYTES), "peer", "run")
    async with trio.open_nursery() as nursery:
        till = Till(founded, home, nursery, *module)
        async with ended_with_us([till.child]):
            await till.start()
            yield till


def fill(disk: Path) -> None:
    """Ballast, and all but a little of the rest."""
    (disk / "ballast").write_bytes(bytes(BALLAST_BYTES))
    room = shutil.disk_usage(disk).free - ROOM_BYTES
    (disk / "filling").write_bytes(bytes(room))


class Orders:
    """Posts orders until they are refused; knows which were taken."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.taken: dict[int, str] = {}
        self.refused: dict[int, httpx.Response] = {}
        self._next = 0

    async def post(self, number: int) -> None:
        body, _ = order_body(number)
        body["observacao"] = "x" * 500
        answer = await self._client.post(
            "/api/pedidos", json=body, headers={"idempotency-key": key_of(number)}
        )
        if answer.status_code == 201:
            self.taken[number] = answer.json()["id"]
            self.refused.pop(number, None)
        else:
            self.refused[number] = answer

    async def until_refused(self) -> None:
        """Several clients; each goes on until it was refused twice."""
        async with trio.open_nursery() as nursery:
            for _ in range(CLIENTS):
                nursery.start_soon(self._one_client)

    async def _one_client(self) -> None:
        refusals = 0
        while refusals < 2:
            number, self._next = self._next, self._next + 1
            assert number < MOST_ORDERS, "the disk never fills"
            await self.post(number)
            refusals += number in self.refused


async def test_a_full_disk_refuses_keeps_reading_and_resumes(cramped: Till, tmp_path: Path) -> None:
    till, pid = cramped, cramped.pid
    disk = seen_by_others(pid, till.home)
    async with till.client() as client:
        orders = Orders(client)
        for number in range(1000, 1003):
            await orders.post(number)
        fill(disk)
        async with till.socket() as talk:
            await talk.send_message(json.dumps({"type": "subscribe", "kinds": ["order:created"]}))
            await orders.until_refused()
            await check_refused(orders)
            await check_reading(till, orders, client)
            # Refused ones change nothing on any further try, and every try is refused in kind.
            digest = (await till.figures())["digest"]
            for number in list(orders.refused):
                await orders.post(number)
            await check_refused(orders)
            assert (await till.figures())["digest"] == digest
            (disk / "ballast").unlink()
            for number in sorted(orders.refused):
                await orders.post(number)
            assert orders.refused == {}
            await orders.post(2000)
            assert (await client.get("/health")).json()["avisos"] == []
            told = await told_orders(talk, len(orders.taken) - 3)
    assert till.pid == pid
    assert sorted(told) == sorted(v for k, v in orders.taken.items() if not 1000 <= k < 1003)
    await check_whole(till, orders, disk, tmp_path / "copy" / "home")


async def check_refused(orders: Orders) -> None:
    assert len(orders.refused) >= CLIENTS
    for answer in orders.refused.values():
        assert answer.status_code in (503, 507)
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert told["code"] == "disk_full"
        assert told["title"] == "Disco cheio"
        assert "Libere espaço" in told["como_resolver"]
        assert int(answer.headers["retry-after"]) > 0


async def check_reading(till: Till, orders: Orders, client: httpx.AsyncClient) -> None:
    """Everything that was taken is read, and nothing of what was refused, new or added."""
    known = f"/api/pedidos/{orders.taken[1000]}"
    before = await client.get(known)
    line = {"nome": "Recusado", "preco_unitario": 1, "observacao": "x" * 500}
    more = {"itens": [line] * 80}  # far more than the order that did not fit
    refused = await client.post(f"{known}/itens", json=more)
    assert refused.json()["code"] == "disk_full"
    after = await client.get(known)
    assert (after.json(), after.headers["etag"]) == (before.json(), before.headers["etag"])
    assert sorted(each["id"] for each in await till.orders()) == sorted(orders.taken.values())
    health = (await client.get("/health")).json()
    assert (health["status"], health["avisos"]) == ("ok", ["disco_cheio"])
    for order in list(orders.taken.values())[-3:]:
        assert (await client.get(f"/api/pedidos/{order}")).status_code == 200
        assert (await client.get(f"/api/documentos/order:{order}")).status_code == 200


async def told_orders(talk: WebSocketConnection, count: int) -> list[str]:
    """The ids of the next `count` orders that the WebSocket tells of."""
    found: list[str] = []
    with trio.fail_after(PATIENCE_SECONDS):
        while len(found) < count:
            message = json.loads(await talk.get_message())
            if message["type"] == "order:created":
                found.append(message["data"]["id"])
    return found


async def check_whole(till: Till, orders: Orders, disk: Path, copy: Path) -> None:
    """Each order once, as the API shows it and as the chain on the disk holds it."""
    shown = [each["id"] for each in await till.orders()]
    assert sorted(shown) == sorted(orders.taken.values())
    assert len(set(shown)) == len(shown)
    # The disk goes with the process; nobody writes, so what stands there now is whole.
    shutil.copytree(disk, copy, ignore=shutil.ignore_patterns("filling", "*-shm"))
    shutil.copy(key_file_of(till.home), key_file_of(copy))
    assert chain_of(copy) == len(shown) + 1
