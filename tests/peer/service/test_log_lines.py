"""The log read back is what was logged, the newest first, whatever stands in the file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer.service.log_lines import MAX_BYTES, newest_lines, parsed
from peer.service.logs import LogFile, Sink, make_logger

NOON_MS = 1_792_065_600_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log" / "malha.log"


def test_lines_come_newest_first_over_all_files(path: Path) -> None:
    sink = Sink(file=LogFile(path, max_bytes=200))
    logger = make_logger(sink, lambda: NOON_MS)
    for number in range(9):
        logger.info("link_up", link=number, name="Salão de cima")
    sink.close()
    found = list(newest_lines(path))
    assert len(list(path.parent.iterdir())) > 2
    numbers = [int(each.rest["link"]) for each in found]
    assert numbers == list(range(8, 8 - len(numbers), -1)) and len(numbers) > 4
    assert (found[0].at, found[0].level) == ("2026-10-15T12:00:00.000Z", "info")
    assert (found[0].event, found[0].rest["name"]) == ("link_up", "Salão de cima")


@given(st.text(min_size=1), st.text())
def test_what_was_logged_is_read(event: str, value: str) -> None:
    written: list[str] = []

    class Kept(Sink):
        def msg(self, line: str) -> None:
            written.append(line)

        debug = info = warning = error = critical = exception = log = msg

    make_logger(Kept(), lambda: NOON_MS).warning(event, value=value)
    line = parsed(written[0])
    assert (line.event, line.level, line.rest) == (event, "warning", {"value": value})


@pytest.mark.parametrize("text", ["", "Traceback", "at=x", 'at=1 level=loud event="x', "\x00="])
def test_a_line_that_is_not_ours_is_shown_as_it_stands(text: str) -> None:
    assert parsed(text) == parsed(text)
    assert (parsed(text).event, parsed(text).level) == (text, "")


def test_only_the_end_of_a_large_file_is_read(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"at=1 level=info event=old\n" * 2 * (MAX_BYTES // 26) + b"\xff last\n")
    found = list(newest_lines(path))
    assert len(found) <= MAX_BYTES // 26 + 1
    assert found[0].event.endswith("last")
    assert list(newest_lines(path.with_name("none.log"))) == []
