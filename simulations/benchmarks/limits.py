"""What this machine allows at best: a durable write, and an HTTP round trip that does nothing.

Both take part in every order: it is asked for over HTTP and answered when it is on disk.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import msgspec
import trio

from simulations.demo.cables import LOOPBACK

SYNCS = 200
ROUND_TRIPS = 300
PAGE = b"\0" * 4096
MS = 1000.0
_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{}"
_END_OF_HEAD = b"\r\n\r\n"


class Limits(msgspec.Struct, frozen=True):
    """Milliseconds, medians. sync: append 4 kB and fsync · http: a bare GET and its answer."""

    sync: float
    http: float

    @property
    def durable_request(self) -> float:
        return self.sync + self.http

    @property
    def durable_requests_a_second(self) -> float:
        """By one client after the other; commits of many at once may go beyond it."""
        return MS / self.durable_request


async def measure_limits(folder: Path) -> Limits:
    """folder: on the disk where the terminals' data is."""
    synced = await trio.to_thread.run_sync(_syncs, folder)
    return Limits(sync=quantile(synced, 0.5), http=quantile(await _round_trips(), 0.5))


def quantile(seconds: Sequence[float], share: float) -> float:
    """Milliseconds that `share` of the samples do not exceed (nearest rank)."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * MS


def _syncs(folder: Path) -> list[float]:
    taken = []
    with (folder / "sync-limit").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            began = time.perf_counter()
            file.write(PAGE)
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - began)
    return taken


async def _round_trips() -> list[float]:
    taken = []
    async with trio.open_nursery() as nursery:
        listeners = await nursery.start(trio.serve_tcp, _bare_server, 0)
        port = listeners[0].socket.getsockname()[1]
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(ROUND_TRIPS):
                began = time.perf_counter()
                await client.get(f"http://{LOOPBACK}:{port}/")
                taken.append(time.perf_counter() - began)
        nursery.cancel_scope.cancel()
    return taken


async def _bare_server(stream: trio.SocketStream) -> None:
    """Answers whatever ends with an empty line. A client that leaves is no error."""
    try:
        async for data in stream:
            if data.endswith(_END_OF_HEAD):
                await stream.send_all(_ANSWER)
    except trio.BrokenResourceError:
        return
