"""What every implementation of the log is tested with.

A second real implementation joins by adding its driver to DRIVERS; the suite does not change.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from peer.service.sqlite_driver import SQLCIPHER, Driver
from peer.storage.change_log import ChangeLog
from simulations.disk.sim_disk import SimDisk
from tests.contracts.samples import KEY, Shelf


def on_simulated_disk(folder: Path) -> tuple[Driver, Path]:
    disk = SimDisk(folder, Random(0))
    return disk.driver, disk.folder


# Given a folder: the driver, and where in it databases go.
DRIVERS: dict[str, Callable[[Path], tuple[Driver, Path]]] = {
    "sqlcipher3": lambda folder: (SQLCIPHER, folder),
    "simulated": on_simulated_disk,
}
OpenLog = Callable[..., ChangeLog]


@pytest.fixture(params=sorted(DRIVERS))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Driver, Path]:
    return DRIVERS[request.param](tmp_path)


@pytest.fixture
def driver(place: tuple[Driver, Path]) -> Driver:
    return place[0]


@pytest.fixture
def home(place: tuple[Driver, Path]) -> Path:
    return place[1]


@pytest.fixture(params=[47, 1], ids=["", "alike"], autouse=True)
def short_bits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Everything once more with ids that begin alike: half of all have their short id in common."""
    monkeypatch.setattr("peer.storage.stored_changes.SHORT_BITS", request.param)
    return int(request.param)


@pytest.fixture
def open_log(driver: Driver, home: Path) -> Iterator[OpenLog]:
    """Opens (by default: makes) the log of this test. Whatever is left open is closed after it."""
    opened: list[ChangeLog] = []

    def opener(**more: object) -> ChangeLog:
        settings: dict[str, object] = {"create": True, "driver": driver, **more}
        log = ChangeLog.open(home / "malha.db", KEY, **settings)  # type: ignore[arg-type]
        opened.append(log)
        return log

    yield opener
    for log in opened:
        log.close()


@pytest.fixture
def log(open_log: OpenLog) -> ChangeLog:
    return open_log()


@pytest.fixture
def shelf(log: ChangeLog) -> Shelf:
    return Shelf(log)
