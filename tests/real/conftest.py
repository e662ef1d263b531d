"""One founded site, made once; a wire for each test; and what was counted, printed at the end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trio

from tests.real.lossy_wire import why_no_wire
from tests.real.namespaces import Till, Wire, copies, found_site, why_not, wire
from tests.real.small_disk import why_no_disk

_FIGURES = pytest.StashKey[list[str]]()
_REFUSED = pytest.StashKey[set[str]]()


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Till]]:
    """(site id, terminals A, B, C, D), never started."""
    folder = tmp_path_factory.mktemp("founded") / "shop"
    return trio.run(found_site, folder, "ABCD")


@pytest.fixture
def site(founded: tuple[str, dict[str, Till]]) -> bytes:
    return bytes.fromhex(founded[0])


@pytest.fixture
def four(founded: tuple[str, dict[str, Till]], tmp_path: Path) -> dict[str, Till]:
    """Terminals A, B, C, D of one site."""
    return copies(founded[1], tmp_path)


@pytest.fixture
def tills(four: dict[str, Till]) -> dict[str, Till]:
    """Terminals A, B, C; D is a member that is never on."""
    return {letters: four[letters] for letters in "ABC"}


@pytest.fixture(scope="session")
def _allowed(pytestconfig: pytest.Config) -> None:
    _skip_unless_allowed(pytestconfig, why_not())


@pytest.fixture
def lan(_allowed: None) -> Iterator[Wire]:
    with wire() as made:
        yield made


@pytest.fixture(scope="session")
def may_wire(pytestconfig: pytest.Config) -> None:
    """Skips, and says why, where a wire in user space cannot be made."""
    _skip_unless_allowed(pytestconfig, trio.run(why_no_wire))


@pytest.fixture(scope="session")
def may_mount(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skips, and says why, where a small disk cannot be made."""
    _skip_unless_allowed(pytestconfig, why_no_disk(tmp_path_factory.mktemp("probe")))


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Keeps a line of figures of this test for the end of the run."""
    lines = request.config.stash.setdefault(_FIGURES, [])
    lines.append(f"{request.node.name}:")
    return lambda line: lines.append(f"  {line}")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """What happened to frames, terminals and orders; and what could not be tried here."""
    counted = config.stash.get(_FIGURES, [])
    refused: set[str] = config.stash.get(_REFUSED, set())
    for title, lines in (("counted", counted), ("could not be done here", sorted(refused))):
        if lines:
            terminalreporter.section(title)
            terminalreporter.write_line("\n".join(lines))


def _skip_unless_allowed(config: pytest.Config, reason: str | None) -> None:
    if reason is not None:
        config.stash.setdefault(_REFUSED, set()).add(reason)
        pytest.skip(reason)
