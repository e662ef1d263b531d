"""One durable terminal as a stranger meets it: a process, its sockets, its disk."""

import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import trio

from simulations.demo.processes import ended_with_us
from tests.end_to_end.tills import Founded, Till, found


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """A site, founded once; every test works on a copy of it."""
    return trio.run(found, tmp_path_factory.mktemp("founded") / "home")


@pytest.fixture
def home(founded: Founded, tmp_path: Path) -> Path:
    """A home that no process uses yet."""
    place = tmp_path / "home"
    founded.copy_to(place)
    return place


@pytest.fixture
async def till(founded: Founded, home: Path) -> AsyncIterator[Till]:
    """A terminal that serves. It has ended when the test has."""
    async with trio.open_nursery() as nursery:
        standing = Till(founded, home, nursery)
        async with ended_with_us([standing.child]):
            await standing.start()
            yield standing


@pytest.fixture(scope="module")
def standing(founded: Founded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    """A terminal that serves every test of the module, for those that must leave it unharmed."""
    home = tmp_path_factory.mktemp("standing") / "home"
    founded.copy_to(home)
    host = _Host(founded, home)
    try:
        yield host.start()
    finally:
        host.end()


class _Host:
    """Supervises a till from a thread of its own, so that it outlives a test's event loop."""

    def __init__(self, founded: Founded, home: Path) -> None:
        self._founded, self._home = founded, home
        self._settled = threading.Event()
        self._till: Till | None = None
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def start(self) -> Till:
        """Raises what kept it from starting."""
        self._thread.start()
        self._settled.wait()
        if self._till is None:
            assert self._failed is not None
            raise self._failed
        return self._till

    def end(self) -> None:
        """Raises what ended it before."""
        if self._failed is None:
            trio.from_thread.run_sync(self._over.set, trio_token=self._token)
        self._thread.join()
        if self._failed is not None:
            raise self._failed

    def _run(self) -> None:
        try:
            trio.run(self._supervise)
        except BaseException as error:  # noqa: BLE001 - raised again in the test's thread
            self._failed = error
        self._settled.set()

    async def _supervise(self) -> None:
        self._token, self._over = trio.lowlevel.current_trio_token(), trio.Event()
        async with trio.open_nursery() as nursery:
            till = Till(self._founded, self._home, nursery)
            async with ended_with_us([till.child]):
                await till.start()
                self._till = till
                self._settled.set()
                await self._over.wait()
