import io
import json
import logging
import re

import pytest

from peer.service.logs import LogFile, Sink, adopt_standard_logging, make_logger

MOMENT = 1_795_313_830_123
PAIR = re.compile(r'([A-Za-z0-9_.\-]+)=("(?:[^"\\]|\\.)*"|[^ "]+)(?: |$)')


@pytest.fixture
def stream():
    return io.StringIO()


@pytest.fixture
def logger(stream):
    return make_logger(Sink(stream), lambda: MOMENT, terminal="A")


def pairs(line: str) -> dict[str, str]:
    found = PAIR.findall(line)
    assert "".join(f"{name}={value} " for name, value in found).strip() == line
    return {name: json.loads(v) if v.startswith('"') else v for name, v in found}


def test_a_line_is_pairs_with_the_given_clock_s_time(logger, stream):
    logger.info("link opened", link="B", sequence=7, ok=True, nothing=None, id=b"\x01\xff")
    line = stream.getvalue()
    assert line.endswith("\n")
    assert line.startswith("at=2026-11-22T02:17:10.123Z level=info event=")
    assert pairs(line.rstrip("\n")) == {
        "at": "2026-11-22T02:17:10.123Z",
        "level": "info",
        "event": "link opened",
        "terminal": "A",
        "link": "B",
        "sequence": "7",
        "ok": "true",
        "nothing": "null",
        "id": "01ff",
    }


HOSTILE = [
    "a\nat=2026 level=error event=forged",
    "a\r\nb",
    "\x1b[31mred\x1b[0m",
    "\x9b31m",
    "a\u2028b\u2029c",
    "\u202egnp.exe",
    'quote " and = and \\',
    "\ud800",
    "\0",
    "",
    " ",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_value_leaves_its_line_or_colours_it(logger, stream, hostile):
    logger.warning(hostile, name=hostile, deep={"inner": [hostile]})
    lines = stream.getvalue().split("\n")
    assert len(lines) == 2
    assert lines[0].isprintable()
    read = pairs(lines[0])
    assert read["name"] == hostile
    assert read["event"] == hostile


def test_no_key_leaves_its_line(logger, stream):
    logger.info("x", **{"a\nb=c d": 1})
    assert "a_b_c_d=1" in stream.getvalue()


@pytest.mark.parametrize(
    "name",
    ["token", "api_key", "x-api-key", "apiKey", "PASSWORD", "senha", "pin", "Authorization", "cpf"],
)
def test_secrets_lose_their_value_at_any_depth(logger, stream, name):
    logger.info("x", **{name: "canary"}, inner={name: "canary", "list": [{name: "canary"}]})
    assert "canary" not in stream.getvalue()
    assert stream.getvalue().count("***") == 3


def test_an_exception_is_one_line_too(logger, stream):
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        logger.exception("fault", incident="1")
    assert stream.getvalue().count("\n") == 1
    assert "Traceback" in pairs(stream.getvalue().rstrip("\n"))["exception"]


def test_long_values_are_cut(logger, stream):
    logger.info("x", value="y" * 100_000)
    assert len(stream.getvalue()) < 3000


def test_the_level_filters(stream):
    logger = make_logger(Sink(stream), lambda: MOMENT, level=logging.WARNING)
    logger.info("quiet")
    logger.error("loud")
    assert stream.getvalue().count("\n") == 1


def test_files_rotate_and_the_oldest_goes(tmp_path):
    file = LogFile(tmp_path / "log" / "malha.log", max_bytes=100, kept=2)
    for number in range(40):
        file.write(f"line {number:03}\n".encode())
    file.close()
    names = sorted(path.name for path in (tmp_path / "log").iterdir())
    assert names == ["malha.log", "malha.log.1", "malha.log.2"]
    assert all(path.stat().st_size <= 100 for path in (tmp_path / "log").iterdir())
    text = "".join(
        (tmp_path / "log" / name).read_text()
        for name in ("malha.log.2", "malha.log.1", "malha.log")
    )
    numbers = [int(line.split()[1]) for line in text.splitlines()]
    assert numbers == list(range(numbers[0], 40))
    again = LogFile(tmp_path / "log" / "malha.log", max_bytes=100, kept=2)
    again.write(b"more\n")
    again.close()
    assert (tmp_path / "log" / "malha.log").read_text().endswith("more\n")


def test_a_disk_that_refuses_lines_stops_nothing(tmp_path, stream):
    (tmp_path / "log").write_text("a file where the directory should be")
    file = LogFile(tmp_path / "log" / "malha.log")
    logger = make_logger(Sink(stream, file), lambda: MOMENT)
    logger.info("x")
    assert file.lost == 1
    assert "event=x" in stream.getvalue()


def test_a_closed_terminal_stops_nothing(tmp_path, stream):
    file = LogFile(tmp_path / "malha.log")
    logger = make_logger(Sink(stream, file), lambda: MOMENT)
    stream.close()
    logger.info("one")
    logger.info("two")
    file.close()
    assert (tmp_path / "malha.log").read_text().count("event=") == 2


def test_libraries_log_down_the_same_lines(logger, stream):
    root = logging.getLogger()
    before, level, raising = list(root.handlers), root.level, logging.raiseExceptions
    try:
        adopt_standard_logging(logger)
        adopt_standard_logging(logger)
        logging.getLogger("zeroconf").warning("odd %s", "packet\n")
        logging.getLogger("zeroconf").warning("wrong %d", "x")
        logging.getLogger("zeroconf").info("quiet")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        logging.raiseExceptions = raising
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert pairs(lines[0])["event"] == "odd packet\n"
    assert pairs(lines[0])["source"] == "zeroconf"
