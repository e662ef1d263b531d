"""`?wait=`: what is waited for, for how long, and what the answer says was reached."""

from types import SimpleNamespace
from typing import Any

import pytest

from peer.node.node import Node
from tests.peer.http_api.test_members import Mesh as NoMesh

ORDER = {"tipo": "balcao", "itens": [{"nome": "Pizza", "quantidade": 1, "preco_unitario": 44}]}
HEADER = "malha-durability"
KEY = "5c1f6a0d9b7e4f2a8d3c1b0e7f6a5d4c"


class Others:
    """Stands in for mesh and uplink: whoever is to say that a change is stored, and when. It takes
    no time, so that only what is asked of it is looked at."""

    def __init__(self) -> None:
        self.after: list[float] = []  # seconds until each device says so
        self.receipt_after = float("inf")
        self.asked: list[bytes] = []
        self.seconds: list[float] = []

    async def holders(self, change: bytes, least: int, seconds: float) -> frozenset[bytes]:
        self._note(change, seconds)
        in_time = [each for each in sorted(self.after)[:least] if each <= seconds]
        return frozenset(bytes([number]) for number, _ in enumerate(in_time))

    async def receipted(self, change: bytes, seconds: float) -> bool:
        self._note(change, seconds)
        return self.receipt_after <= seconds

    def _note(self, change: bytes, seconds: float) -> None:
        self.asked.append(change)
        self.seconds.append(seconds)


class Mesh(Others, NoMesh):
    """With the links that other tests have."""

    def __init__(self) -> None:
        Others.__init__(self)
        NoMesh.__init__(self)


class Uplink(Others):
    def is_synced(self, document: object) -> bool:
        return False

    def status(self) -> SimpleNamespace:
        return SimpleNamespace(attempts=0, last_error=None, last_success_ms=None)


@pytest.fixture
async def told(running: Any) -> Any:
    mesh, uplink = Mesh(), Uplink()
    async with running(mesh=mesh, uplink=uplink) as shop:
        yield shop, mesh, uplink


async def written(shop: Any, query: str, **headers: str) -> Any:
    return await shop.client.post(f"/api/pedidos{query}", json=ORDER, headers=headers)


async def test_nothing_is_waited_for_and_nothing_said_unless_asked(told: Any) -> None:
    shop, mesh, uplink = told
    for query in ("", "?wait=local", "?timeout=1s"):
        answer = await written(shop, query)
        assert answer.status_code == 201
        assert HEADER not in answer.headers
    assert mesh.asked == uplink.asked == []


@pytest.mark.parametrize(
    ("query", "after", "level", "seconds"),
    [
        ("?wait=peers:1", [0.05, 0.2], "peers:1", 0.8),
        ("?wait=peers:2", [0.05, 0.2], "peers:2", 0.8),
        ("?wait=peers:3", [0.05, 0.2], "peers:2", 0.8),
        ("?wait=peers:1", [], "local", 0.8),
        ("?wait=peers:1&timeout=2s", [1.5], "peers:1", 2.0),
        ("?wait=peers:1&timeout=300ms", [1.5], "local", 0.3),
        ("?wait=peers:1&timeout=300", [1.5], "local", 0.3),
        ("?wait=peers:1&timeout=0", [0.5], "local", 0.0),
    ],
)
async def test_it_says_how_many_have_it_and_waits_no_longer_than_asked(
    told: Any, query: str, after: list[float], level: str, seconds: float
) -> None:
    shop, mesh, _ = told
    mesh.after = after
    answer = await written(shop, query)
    assert (answer.status_code, answer.headers[HEADER]) == (201, level)
    assert mesh.asked == [own_last(shop.node)]
    assert mesh.seconds == [pytest.approx(seconds, abs=0.1)]


def own_last(node: Node) -> bytes:
    ((_, change),) = node.since(node.position - 1, 1)
    return change.id


@pytest.mark.parametrize(
    ("after", "level"), [(0.1, "cloud"), (0.9, "local"), (float("inf"), "local")]
)
async def test_the_relay_counts_once_its_receipt_covers_it(
    told: Any, after: float, level: str
) -> None:
    shop, mesh, uplink = told
    uplink.receipt_after = after
    answer = await written(shop, "?wait=cloud")
    assert (answer.status_code, answer.headers[HEADER]) == (201, level)
    assert uplink.asked == [own_last(shop.node)]
    assert mesh.asked == []


async def test_a_terminal_without_mesh_and_relay_says_local(running: Any) -> None:
    async with running() as shop:
        for wait in ("peers:1", "cloud"):
            answer = await written(shop, f"?wait={wait}")
            assert (answer.status_code, answer.headers[HEADER]) == (201, "local")


async def test_a_retry_may_wait_for_more_and_is_still_the_same_request(told: Any) -> None:
    shop, mesh, uplink = told
    mesh.after, uplink.receipt_after = [], 0.1
    first = await written(shop, "?wait=peers:1", **{"idempotency-key": KEY})
    again = await written(shop, "?wait=cloud&timeout=2s", **{"idempotency-key": KEY})
    assert (first.headers[HEADER], again.headers[HEADER]) == ("local", "cloud")
    assert again.headers["idempotency-replayed"] == "true"
    assert first.json()["id"] == again.json()["id"]
    assert mesh.asked == uplink.asked


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?wait=peers:0", "wait"),
        ("?wait=peers:21", "wait"),
        ("?wait=peers:١", "wait"),
        ("?wait=all", "wait"),
        ("?wait=peers:1&timeout=11s", "timeout"),
        ("?wait=peers:1&timeout=-1", "timeout"),
        ("?timeout=soon", "timeout"),
    ],
)
async def test_what_cannot_be_waited_for_is_refused_before_anything_is_written(
    told: Any, query: str, field: str
) -> None:
    shop, *_ = told
    before = shop.node.position
    answer = await written(shop, query)
    assert answer.status_code == 422, answer.text
    assert answer.json()["field"] == field
    assert shop.node.position == before


async def test_a_refused_write_waits_for_nothing(told: Any) -> None:
    shop, mesh, _ = told
    answer = await shop.client.post(f"/api/pedidos/{'0' * 32}/fechar?wait=peers:1", json={})
    assert answer.status_code == 404
    assert HEADER not in answer.headers
    assert mesh.asked == []


async def test_a_refusal_that_is_answered_and_not_raised_says_nothing(told: Any) -> None:
    shop, mesh, _ = told
    opened = (await written(shop, "")).json()
    path = f"/api/pedidos/{opened['id']}?wait=peers:1"
    stale = {"if-match": '"older"'}
    answer = await shop.client.put(path, json={"observacao": "sem gelo"}, headers=stale)
    assert (answer.status_code, answer.json()["atual"]["id"]) == (412, opened["id"])
    assert HEADER not in answer.headers
    assert mesh.asked == []
