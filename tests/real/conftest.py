"""Two founded sites, made once; and a wire for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from tests.real.namespaces import Till, Wire, copies, found_site, why_not, wire


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Till]]:
    """(site id, terminals A, B, C), never started."""
    folder = tmp_path_factory.mktemp("founded") / "shop"
    return trio.run(found_site, folder, "ABC")


@pytest.fixture
def site(founded: tuple[str, dict[str, Till]]) -> bytes:
    return bytes.fromhex(founded[0])


@pytest.fixture
def tills(founded: tuple[str, dict[str, Till]], tmp_path: Path) -> dict[str, Till]:
    """Terminals A, B, C of one site."""
    return copies(founded[1], tmp_path)


@pytest.fixture(scope="session")
def _allowed() -> None:
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture
def lan(_allowed: None) -> Iterator[Wire]:
    with wire() as made:
        yield made
