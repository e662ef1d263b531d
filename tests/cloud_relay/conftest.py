"""Relays in processes of their own and callers of them; whatever a test leaves open is ended."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crdt_models.ids import SiteId
from tests.cloud_relay.processes import Caller, RelayProcess

MakeRelay = Callable[..., RelayProcess]
Call = Callable[[str, str, SiteId], Caller]


@pytest.fixture
def make_relay(tmp_path: Path) -> Iterator[MakeRelay]:
    """`make_relay(name="relay", **settings)` → a relay that is not started yet."""
    made: list[RelayProcess] = []

    def make(name: str = "relay", **settings: str) -> RelayProcess:
        made.append(RelayProcess(tmp_path / name, **settings))
        return made[-1]

    yield make
    for each in made:
        each.kill()


@pytest.fixture
def call() -> Iterator[Call]:
    """`call(url, token, site)` → a caller, closed after the test."""
    made: list[Caller] = []

    def make(url: str, token: str, site: SiteId) -> Caller:
        made.append(Caller(url, token, site))
        return made[-1]

    yield make
    for each in made:
        each.close()
