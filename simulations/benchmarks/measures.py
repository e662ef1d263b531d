"""Each budget measured on a shop of two terminals without a relay, in an order that reuses data.

Rules of this file:
1. Everything goes through the public face of running processes; their files are only weighed.
2. A measure returns a `Row`; it never judges.
3. Waiting is for a condition, looked at every LOOK…SECONDS, which is the resolution of such rows.
"""

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import trio
from trio_websocket import WebSocketConnection, open_websocket_url

from simulations.benchmarks.budgets import Row
from simulations.benchmarks.limits import Limits, measure_limits, quantile
from simulations.demo.shop import Shop, Terminal, new_key
from simulations.demo.till import Away, Till

LOOK_SECONDS = 0.005
# Comparing contents costs the terminals a digest over all documents, some milliseconds each time.
LOOK_AT_CONTENTS_SECONDS = 0.05
DEADLINE_SECONDS = 180.0
CUT_SECONDS = 6.0  # longer than it takes the dialler to reach its longest wait
WARM_UP = 20  # requests before the clock starts: imports, first pages of the database

ORDERS = "/api/pedidos"
_ITEM = {"produto_id": "1", "nome": "Pizza", "quantidade_milesimos": 1000,
         "preco_unitario_centavos": 1650}  # fmt: skip
ONE_LINE = {"tipo": "balcao", "itens": [_ITEM]}
FOUR_LINES = {"tipo": "balcao", "itens": [_ITEM] * 4}
SIX_LATER_CHANGES = ("enviar", "preparando", "pronto", "entregue", "pagamentos", "fechar")
PAYMENT = {"forma": "dinheiro", "valor_centavos": 4 * 1650}

Condition = Callable[[], Awaitable[bool]]


class Bench:
    """Terminals A and B of a shop, and what was measured of them."""

    def __init__(self, shop: Shop, a: Till, b: Till, folder: Path) -> None:
        """folder: on the disk where the terminals' data is."""
        self._shop = shop
        self._a = a
        self._b = b
        self._folder = folder

    async def memory_empty(self) -> Row | None:
        """None where the system does not say."""
        resident = _resident_mb(self._shop.terminals["B"])
        if resident is None:
            return None
        return Row(
            what="process memory, empty", unit="MB", measured=(resident,), bound=(80,), aim=(65,)
        )

    async def order_post(self, count: int) -> Row:
        """One client after the other: nothing waits for anything but its own commit."""
        taken = []
        limits = await measure_limits(self._folder)
        for number in range(WARM_UP + count):
            began = time.perf_counter()
            await self._a.post(ORDERS, new_key(), ONE_LINE)
            if number >= WARM_UP:
                taken.append(time.perf_counter() - began)
        what = "order POST on localhost, durable, p50 / p99"
        return _latencies(what, taken, limits, bound=(5, 20), aim=(2.5, 5))

    async def event_elsewhere(self, count: int) -> Row:
        """From before the POST at A until B's WebSocket has told of the order."""
        taken = []
        limits = await measure_limits(self._folder)
        b = self._shop.terminals["B"]
        address = f"ws://127.0.0.1:{b.api_port}/ws/sync"
        key = [(b"x-api-key", b.key.encode("ascii"))]
        async with open_websocket_url(address, extra_headers=key) as socket:
            await socket.send_message('{"type":"subscribe","kinds":["order:created"]}')
            await _message(socket, "subscribed", "")
            for number in range(WARM_UP + count):
                began = time.perf_counter()
                pedido = await self._a.post(ORDERS, new_key(), ONE_LINE)
                await _message(socket, "order:created", f"order:{pedido['id']}")
                if number >= WARM_UP:
                    taken.append(time.perf_counter() - began)
        what = "A's POST → event on B's WebSocket, p50 / p99"
        return _latencies(what, taken, limits, bound=(15, 50), aim=(4, 10))

    async def throughput(self, orders: int, clients: int) -> Row:
        """Until B has all of them."""
        limits = await measure_limits(self._folder)
        began = time.perf_counter()
        await self._post_many(orders, clients)
        await _until(self._is_equal, LOOK_AT_CONTENTS_SECONDS)
        rate = orders / (time.perf_counter() - began)
        return Row(
            what=f"{orders:,} orders, {clients} clients, until B has all",
            unit="/s",
            measured=(rate,),
            bound=(400,),
            aim=(1000,),
            limit=limits.durable_requests_a_second,
            at_least=True,
        )

    async def healed(self) -> Row:
        """From plugging the cable in, after long enough for back-off, until both show the link."""
        await self._shop.cut("B")
        await _until(self._is_unlinked)
        await trio.sleep(CUT_SECONDS)
        await self._shop.mend("B")
        began = time.perf_counter()
        await _until(self._is_linked)
        return _seconds("link healed → reconnected", time.perf_counter() - began, 3, 1)

    async def killed(self) -> Row:
        """From starting A after SIGKILL until it has sold again."""
        await self._shop.kill("A")
        began = time.perf_counter()
        await self._start("A", self._sells)
        return _seconds("killed → selling again", time.perf_counter() - began, 3, 1)

    async def cold_start(self) -> Row:
        """From starting A, stopped in order with a full day, until it answers with orders."""
        orders = (await self._a.get("/api/estatisticas"))["pedidos"]
        await self._shop.stop("A")
        began = time.perf_counter()
        await self._start("A", self._lists)
        what = f"cold start with a day of {orders:,} orders, to first answer"
        return _seconds(what, time.perf_counter() - began, 2, 0.5)

    async def disk_per_order(self, orders: int) -> Row:
        """Weighed while A is off, so that nothing is only in a WAL."""
        await self._shop.stop("A")
        before = _bytes_of(self._shop.terminals["A"].home)
        await self._shop.restart("A")
        for _ in range(orders):
            pedido = await self._a.post(ORDERS, new_key(), FOUR_LINES)
            for action in SIX_LATER_CHANGES:
                body = PAYMENT if action == "pagamentos" else None
                await self._a.post(f"{ORDERS}/{pedido['id']}/{action}", new_key(), body)
        await self._shop.stop("A")
        grown = _bytes_of(self._shop.terminals["A"].home) - before
        await self._shop.restart("A")
        return Row(
            what="bytes on disk per order (4 lines, 6 later changes)",
            unit="kB",
            measured=(grown / orders / 1000,),
            bound=(6,),
            aim=(4,),
        )

    async def catch_up(self, changes: int) -> Row:
        """B is cut off while A sells; from the new link until the contents are equal."""
        await _until(self._is_equal, LOOK_AT_CONTENTS_SECONDS)
        await self._shop.cut("B")
        await self._post_many(changes, clients=16)
        carried = self._carried()
        await self._shop.mend("B")
        await _until(self._is_linked)
        began = time.perf_counter()
        await _until(self._is_equal, LOOK_AT_CONTENTS_SECONDS)
        seconds = time.perf_counter() - began
        return Row(
            what=f"{changes:,} changes behind → equal; bytes",
            unit="s / MB",
            measured=(seconds, (self._carried() - carried) / 1e6),
            bound=(1, 2),
            aim=(0.15, 1.2),
        )

    # --- how

    async def _post_many(self, count: int, clients: int) -> None:
        waiting: Iterator[int] = iter(range(count))

        async def client() -> None:
            for _ in waiting:
                await self._a.post(ORDERS, new_key(), ONE_LINE)

        async with trio.open_nursery() as nursery:
            for _ in range(clients):
                nursery.start_soon(client)

    async def _start(self, letters: str, answers: Condition) -> None:
        """Until `answers`, which may come before the process says that it is ready."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._shop.restart, letters)
            await _until(answers)

    async def _sells(self) -> bool:
        with suppress(Away):
            return bool(await self._a.post(ORDERS, new_key(), ONE_LINE))
        return False

    async def _lists(self) -> bool:
        with suppress(Away):
            return bool((await self._a.get(f"{ORDERS}?limite=50"))["pedidos"])
        return False

    async def _is_equal(self) -> bool:
        said = [await till.get("/api/terminal") for till in (self._a, self._b)]
        return bool(said[0]["digest"] == said[1]["digest"])

    async def _is_linked(self) -> bool:
        return all([await _has_link(till) for till in (self._a, self._b)])

    async def _is_unlinked(self) -> bool:
        return not any([await _has_link(till) for till in (self._a, self._b)])

    def _carried(self) -> int:
        terminals = self._shop.terminals
        cables = (terminals["A"].cables["B"], terminals["B"].cables["A"])
        return sum(cable.statistics()["bytes"] for cable in cables)


async def _has_link(till: Till) -> bool:
    links = (await till.get("/api/sync/malha"))["ligacoes"]
    return any(link["estado"] == "ligado" for link in links)


async def _message(socket: WebSocketConnection, kind: str, document: str) -> None:
    """Reads until this message. Raises TooSlowError, ConnectionClosed."""
    with trio.fail_after(DEADLINE_SECONDS):
        while True:
            said = msgspec.json.decode(await socket.get_message())
            if said["type"] == kind and said.get("document", "") == document:
                return


async def _until(condition: Condition, look_seconds: float = LOOK_SECONDS) -> None:
    with trio.fail_after(DEADLINE_SECONDS):
        # What happens in another process sets no event of ours.
        while not await condition():  # noqa: ASYNC110
            await trio.sleep(look_seconds)


def _latencies(
    what: str,
    taken: list[float],
    limits: Limits,
    *,
    bound: tuple[float, ...],
    aim: tuple[float, ...],
) -> Row:
    return Row(
        what=what,
        unit="ms",
        measured=(quantile(taken, 0.5), quantile(taken, 0.99)),
        bound=bound,
        aim=aim,
        limit=limits.durable_request,
    )


def _seconds(what: str, seconds: float, bound: float, aim: float) -> Row:
    return Row(what=what, unit="s", measured=(seconds,), bound=(bound,), aim=(aim,))


def _bytes_of(home: Path) -> int:
    """Of the database only: logs are rotated, not kept."""
    return sum(file.stat().st_size for file in home.glob("malha.db*"))


def _resident_mb(terminal: Terminal) -> float | None:
    """Resident memory as Linux counts it."""
    assert terminal.child is not None and terminal.child.pid is not None, "it runs"
    status = Path(f"/proc/{terminal.child.pid}/status")
    if not status.exists():
        return None
    for line in status.read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    return None
