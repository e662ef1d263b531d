"""A till for tests: one terminal as a real process on a home of its own, and what a stranger sees.

Rules of this file:
1. A site is founded once per module; each test gets a copy of that home, so no test sees another's.
2. A till may be killed and started again; its home, its keys and its log stay.
3. `chain_of` reads a database after its process has ended (or a copy of it), never beside it.
"""

import hashlib
import re
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import trio
from trio_websocket import WebSocketConnection, wrap_client_stream

from crdt_models.change import decode_change, verify_signature
from crdt_models.change_gate import opening_of
from crdt_models.read_models import TABLES
from peer.identity.key_files import load_database_key
from peer.storage.change_log import ChangeLog
from simulations.demo.processes import Child, environment_of

READY = re.compile(r"^malha [A-Z]+ pronto (http://127\.0\.0\.1:\d+) links ")
PATIENCE_SECONDS = 30.0  # a deadline for conditions, never a measurement
PAGE = 500
RECOVERY_CODE = re.compile(r"código de recuperação: (\S+)")

Json = dict[str, Any]


class Done(msgspec.Struct, frozen=True):
    """A command line that has ended."""

    code: int
    out: str
    err: str


async def tool(settings: Mapping[str, str], *arguments: str) -> Done:
    """`malha …` to its end."""
    with trio.fail_after(PATIENCE_SECONDS):
        ended = await trio.run_process(
            [sys.executable, "-m", "peer", *arguments],
            env=environment_of(settings),
            stdin=b"",
            capture_stdout=True,
            capture_stderr=True,
            check=False,
        )
    return Done(ended.returncode, ended.stdout.decode("utf-8"), ended.stderr.decode("utf-8"))


class Founded(msgspec.Struct, frozen=True):
    """A terminal that has founded its site and never ran. key: of the front end `testes`."""

    home: Path
    key: str
    recovery_code: str

    def copy_to(self, home: Path) -> None:
        """A home of its own for one test."""
        shutil.copytree(self.home, home)
        shutil.copy(key_file_of(self.home), key_file_of(home))


async def found(home: Path) -> Founded:
    """What a shop owner does on the first day."""
    settings = settings_of(home)
    created = await tool(settings, "site", "create", "--name", "Caixa")
    assert created.code == 0, created.err
    code = RECOVERY_CODE.search(created.out)
    assert code is not None, created.out
    added = await tool(settings, "front-end", "add", "testes")
    assert added.code == 0, added.err
    return Founded(home, added.out.strip(), code[1])


def key_file_of(home: Path) -> Path:
    return home.with_name(home.name + ".key")


def settings_of(home: Path) -> dict[str, str]:
    """Loopback only, free ports, and a business day that does not end during the test."""
    day_ends = datetime.now(UTC) + timedelta(hours=12)
    return {
        "MALHA_HOME": str(home),
        "PORT": "0",
        "MALHA_LINK_PORT": "0",
        "MALHA_LINK_HOST": "127.0.0.1",
        "MALHA_DISCOVERY": "off",
        "MALHA_TIME_ZONE": "UTC",
        "MALHA_DAY_CUTOFF": day_ends.strftime("%H:%M"),
    }


class Till:
    """One terminal's process, over all its starts."""

    def __init__(
        self, founded: Founded, home: Path, nursery: trio.Nursery, *module: str, **settings: str
    ) -> None:
        """module: what `python -m` runs; `peer run` unless given."""
        self.home = home
        self.key = founded.key
        self.settings = {**settings_of(home), **settings}
        self.url = ""
        self._nursery = nursery
        self._output = home.with_name(home.name + ".out")
        self.child = Child("A", module or ("peer", "run"), self.settings, self._output)

    @property
    def pid(self) -> int:
        assert self.child.pid is not None, "the till runs"
        return self.child.pid

    async def start(self) -> None:
        """Returns when it serves."""
        await self._nursery.start(partial(self.child.run, READY))
        found = READY.search(self.child.ready_line)
        assert found is not None
        self.url = found[1]

    async def kill(self) -> None:
        """As by a power cut of this process."""
        await self.child.kill()

    async def stop(self) -> None:
        """In order. A till that does not end by itself is a failure."""
        process = self.child
        await process.stop()

    def client(self, key: str | None = None, **headers: str) -> httpx.AsyncClient:
        """One client with the front end's key (`key=""`: none)."""
        shown = self.key if key is None else key
        named = {"x-api-key": shown} if shown else {}
        return httpx.AsyncClient(
            base_url=self.url,
            headers={**named, **headers},
            timeout=PATIENCE_SECONDS,
            trust_env=False,
        )

    async def orders(self) -> list[Json]:
        """Every order, over all pages."""
        found: list[Json] = []
        query: dict[str, str] = {"dia": "todos", "limite": str(PAGE)}
        async with self.client() as client:
            while True:
                page = (await client.get("/api/pedidos", params=query)).raise_for_status().json()
                found += page["pedidos"]
                if not page.get("proximo"):
                    return found
                query["desde"] = page["proximo"]

    async def figures(self) -> Json:
        """Orders, lines, revenue and digest."""
        async with self.client() as client:
            answer = await client.get("/api/estatisticas", params={"dia": "todos"})
        figures: Json = answer.raise_for_status().json()
        return figures

    @asynccontextmanager
    async def socket(
        self, path: str = "/ws/sync", *, key: str | None = None, **headers: str
    ) -> AsyncIterator[WebSocketConnection]:
        """A WebSocket with the front end's key in its handshake (`key=""`: none)."""
        shown = self.key if key is None else key
        named = {**({"x-api-key": shown} if shown else {}), **headers}
        stream = await self.connect()
        try:
            async with trio.open_nursery() as nursery:
                yield await wrap_client_stream(
                    nursery, stream, self.address, path, extra_headers=list(named.items())
                )
                nursery.cancel_scope.cancel()
        finally:
            # The library leaves its socket open when the other side closed first.
            await trio.aclose_forcefully(stream)

    async def connect(self) -> trio.SocketStream:
        """A plain connection to the API."""
        host, _, port = self.address.partition(":")
        return await trio.open_tcp_stream(host, int(port))

    async def raw(self, data: bytes, *, seconds: float = PATIENCE_SECONDS) -> bytes:
        """Everything that comes back for these bytes until the other side closes."""
        answer = b""
        with trio.fail_after(seconds):
            async with await self.connect() as stream:
                try:
                    await stream.send_all(data)
                    while piece := await stream.receive_some():
                        answer += piece
                except trio.BrokenResourceError:
                    pass  # reset: the other side had read enough
        return answer

    @property
    def address(self) -> str:
        """`127.0.0.1:port`, as a Host header says it."""
        return self.url.removeprefix("http://")

    def log(self) -> str:
        """Everything it ever wrote for people, on all its streams and files."""
        files = [self._output, *sorted((self.home / "log").glob("*"))]
        return "\n".join(each.read_text("utf-8", "replace") for each in files if each.exists())

    def resident_bytes(self) -> int:
        """Memory of the process now (Linux); 0 where that cannot be read."""
        status = Path(f"/proc/{self.pid}/status")
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
        return int(found[1]) * 1024 if found else 0


def order_body(number: int) -> tuple[Json, int]:
    """(a body that differs for each number, its total in centavos)."""
    lines = [
        {
            "produto_id": f"pizza_{number % 7}",
            "nome": f"Pizza {number}",
            "quantidade": 1 + each,
            "preco_unitario_centavos": 1000 + number % 97,
        }
        for each in range(1 + number % 3)
    ]
    total = sum(line["quantidade"] * line["preco_unitario_centavos"] for line in lines)  # type: ignore[operator]
    return {"tipo": "balcao", "id_externo": f"teste-{number}", "itens": lines}, int(total)


def key_of(number: int) -> str:
    """An Idempotency-Key that looks like any library's."""
    return str(UUID(bytes=hashlib.sha256(b"key %d" % number).digest()[:16], version=4))


def chain_of(home: Path) -> int:
    """Checks every link of the one chain of a stopped till's database; returns its length."""
    log = ChangeLog.open(home / "malha.db", load_database_key(key_file_of(home)), tables=TABLES)
    try:
        return _check_chain(log)
    finally:
        log.close()


def _check_chain(log: ChangeLog) -> int:
    assert log.quick_check() == []
    assert log.damaged_changes() == []
    assert log.missing() == []
    (device,) = log.devices()
    headers = list(reversed(log.headers_of(device)))
    assert [each.sequence for each in headers] == list(range(1, len(headers) + 1))
    for before, each in pairwise(headers):
        assert each.previous == (before.id,)
        assert each.hlc > before.hlc
    assert [tip.id for tip in log.tips()] == [headers[-1].id]
    keys = {}
    for logged in log.since(0, len(headers) + 1):
        change = decode_change(logged.data)
        leaf = opening_of(change, change.site)
        if leaf is not None:
            keys[change.author] = leaf.signing_key
        verify_signature(change, keys[change.author])
    return len(headers)
