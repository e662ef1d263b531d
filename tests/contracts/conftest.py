"""What every implementation of the log is tested with.

A second real implementation joins by adding its driver to DRIVERS; the suite does not change.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from peer.service.sqlite_driver import SQLCIPHER, Driver
from peer.storage.change_log import ChangeLog
from tests.contracts.samples import KEY, Shelf

DRIVERS: dict[str, Driver] = {"sqlcipher3": SQLCIPHER}
OpenLog = Callable[..., ChangeLog]


@pytest.fixture(params=sorted(DRIVERS))
def driver(request: pytest.FixtureRequest) -> Driver:
    return DRIVERS[request.param]


@pytest.fixture(params=[47, 1], ids=["", "alike"], autouse=True)
def short_bits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Everything once more with ids that begin alike: half of all have their short id in common."""
    monkeypatch.setattr("peer.storage.stored_changes.SHORT_BITS", request.param)
    return int(request.param)


@pytest.fixture
def open_log(driver: Driver, tmp_path: Path) -> Iterator[OpenLog]:
    """Opens (by default: makes) the log of this test. Whatever is left open is closed after it."""
    opened: list[ChangeLog] = []

    def opener(**more: object) -> ChangeLog:
        settings: dict[str, object] = {"create": True, "driver": driver, **more}
        log = ChangeLog.open(tmp_path / "malha.db", KEY, **settings)  # type: ignore[arg-type]
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
