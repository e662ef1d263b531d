"""What was answered is on disk: kills, a second process, repeated and abandoned requests."""

import json
import random

import httpx
import pytest
import trio

from tests.end_to_end.tills import (
    Json,
    Till,
    chain_of,
    key_of,
    order_body,
    tool,
)

CLIENTS = 8
KILLS = 6
MOST_SENT_BEFORE_KILL = 40


class Load:
    """Cashiers that post orders until the process is gone.

    answered: what was acknowledged, by number of the request · unanswered: numbers of requests that
    may or may not have had their effect · replayed: how many of those turned out to have had it.
    """

    def __init__(self, till: Till) -> None:
        self._till = till
        self._next = 0
        self.answered: dict[int, Json] = {}
        self.unanswered: set[int] = set()
        self.replayed = 0

    async def until_killed(self, sent: int) -> None:
        """Kill the till as the `sent`-th request from now is under way, with others around it."""
        last = self._next + sent
        async with trio.open_nursery() as nursery:
            for _ in range(CLIENTS):
                nursery.start_soon(self._cashier, last)

    async def _cashier(self, last: int) -> None:
        async with self._till.client() as client:
            while self._till.child.running:
                number, self._next = self._next, self._next + 1
                self.unanswered.add(number)
                if number == last:
                    async with trio.open_nursery() as both:
                        both.start_soon(self.post, client, number)
                        await trio.lowlevel.checkpoint()
                        await self._till.kill()
                else:
                    await self.post(client, number)

    async def post(self, client: httpx.AsyncClient, number: int) -> None:
        """Post one order; note the answer if there is one."""
        body, _ = order_body(number)
        try:
            answer = await client.post(
                "/api/pedidos", json=body, headers={"idempotency-key": key_of(number)}
            )
        except httpx.TransportError:
            return
        assert answer.status_code == 201, answer.text
        self.answered[number] = answer.json()
        self.unanswered.discard(number)
        self.replayed += "idempotency-replayed" in answer.headers


# httpx leaves the generator of a body that met a dead process to the garbage collector.
@pytest.mark.filterwarnings("ignore:Async generator 'httpx:ResourceWarning")
async def test_sigkill_under_load_loses_nothing_that_was_answered(till: Till) -> None:
    dice = random.Random(2015)
    load = Load(till)
    met = 0
    for _ in range(KILLS):
        await load.until_killed(dice.randrange(3, MOST_SENT_BEFORE_KILL))
        met += len(load.unanswered)
        await till.start()
        await check_answered(till, load)
        await retry_unanswered(till, load)
    await till.stop()
    assert met >= KILLS  # every kill interrupted somebody
    openings = chain_of(till.home) - len(load.answered)
    assert 1 <= openings <= KILLS + 1  # one for each boot that wrote


async def check_answered(till: Till, load: Load) -> None:
    """Every acknowledged order is there as it was answered."""
    found = {order["id"]: order for order in await till.orders()}
    for number, told in load.answered.items():
        order = found[told["id"]]
        assert order == told
        body, total = order_body(number)
        assert order["total_centavos"] == total
        assert len(order["itens"]) == len(body["itens"])


async def retry_unanswered(till: Till, load: Load) -> None:
    """The same requests again: one effect each, whether or not the first try had one."""
    async with till.client() as client:
        for number in sorted(load.unanswered):
            await load.post(client, number)
    assert load.unanswered == set()
    orders = await till.orders()
    assert sorted(each["id_externo"] for each in orders) == sorted(
        order_body(number)[0]["id_externo"] for number in load.answered
    )
    numbers = sorted(int(each["numero"].removeprefix("A-")) for each in orders)
    assert numbers == list(range(1, len(orders) + 1))
    figures = await till.figures()
    assert figures["pedidos"] == len(orders)
    assert figures["receita_centavos"] == sum(order_body(each)[1] for each in load.answered)


async def test_a_second_process_on_the_same_database_ends_and_the_first_goes_on(
    till: Till,
) -> None:
    second = await tool(till.settings, "run")
    assert second.code == 1
    assert "outro processo" in second.err
    assert "database_in_use" in second.err
    assert "solução: " in second.err
    assert "Traceback" not in second.err
    async with till.client() as client:
        answer = await client.post("/api/pedidos", json=order_body(1)[0])
        assert answer.status_code == 201
    # The second one did not overwrite how the first is found.
    assert (await tool(till.settings, "status")).code == 0


async def test_a_retried_key_has_one_effect_and_one_answer(till: Till) -> None:
    body, _ = order_body(1)
    named = {"idempotency-key": key_of(1)}
    async with till.client() as client:
        first = await client.post("/api/pedidos", json=body, headers=named)
        again: list[httpx.Response] = []

        async def retry() -> None:
            again.append(await client.post("/api/pedidos", json=body, headers=named))

        async with trio.open_nursery() as nursery:
            for _ in range(CLIENTS):
                nursery.start_soon(retry)
        other = await client.post("/api/pedidos", json=order_body(2)[0], headers=named)
        weak = [
            await client.post("/api/pedidos", json=body, headers={"idempotency-key": key})
            for key in ("1", "a" * 36, "pedido-1", "0" * 32, key_of(1)[:20])
        ]
    assert first.status_code == 201
    assert "idempotency-replayed" not in first.headers
    for each in again:
        assert (each.status_code, each.headers["idempotency-replayed"]) == (201, "true")
        assert each.json() == first.json()
        assert each.headers["location"] == first.headers["location"]
    assert other.json()["code"] == "command_reused"
    assert {(each.status_code, each.json()["code"]) for each in weak} == {
        (400, "weak_idempotency_key")
    }
    assert [each["id"] for each in await till.orders()] == [first.json()["id"]]


async def test_a_key_is_known_after_a_kill(till: Till) -> None:
    body, _ = order_body(1)
    named = {"idempotency-key": key_of(1)}
    async with till.client() as client:
        first = await client.post("/api/pedidos", json=body, headers=named)
    await till.kill()
    await till.start()
    async with till.client() as client:
        again = await client.post("/api/pedidos", json=body, headers=named)
        other = await client.post("/api/pedidos", json=order_body(2)[0], headers=named)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    assert other.json()["code"] == "command_reused"
    assert len(await till.orders()) == 1


async def test_clients_that_give_up_leave_the_chain_whole(till: Till) -> None:
    """Bytes of a good request, cut at any place; or whole, with nobody waiting for the answer."""
    dice = random.Random(2016)
    numbers = range(80)

    async def give_up(number: int) -> None:
        data = posting(till, number)
        keep = len(data) if dice.random() < 0.5 else dice.randrange(1, len(data))
        async with await till.connect() as stream:
            await stream.send_all(data[:keep])
            for _ in range(dice.randrange(3)):
                await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        for number in numbers:
            nursery.start_soon(give_up, number)
    load = Load(till)
    load.unanswered |= set(numbers)
    pid = till.pid
    await retry_unanswered(till, load)
    assert load.replayed > 0  # some had their effect with nobody there to hear of it
    assert till.pid == pid
    await till.stop()
    assert chain_of(till.home) == len(numbers) + 1


def posting(till: Till, number: int) -> bytes:
    """The bytes of a request that posts an order."""
    body = json.dumps(order_body(number)[0]).encode()
    head = (
        f"POST /api/pedidos HTTP/1.1\r\nHost: {till.address}\r\nx-api-key: {till.key}\r\n"
        f"Content-Type: application/json\r\nIdempotency-Key: {key_of(number)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
