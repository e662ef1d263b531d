"""Logs: one event a line, `key=value`, to stderr and to a file that does not grow without end.

Rules of this file:
1. A value cannot begin a new line, colour a terminal or turn the reading direction: whatever is not
   plainly printable is escaped as JSON does.
2. A key that sounds like a secret loses its value. Customers' data is not logged at all.
3. The clock is an argument; no logger here reads one. No global state: `make_logger` returns what
   it made. Only `adopt_standard_logging` touches Python's own logging, for the libraries' messages.
4. A disk that cannot take a line never stops the program; lost lines are counted.
"""

import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

MAX_FILE_BYTES = 5 * 1024 * 1024
KEPT_FILES = 5
MAX_VALUE_CHARACTERS = 2000
MAX_TRACE_CHARACTERS = 20_000

_PLAIN = re.compile(r"[A-Za-z0-9_.:/@+,\-]+")
_KEY = re.compile(r"[^A-Za-z0-9_.\-]")
_SECRET_WORDS = frozenset(
    "token secret segredo password senha pin authorization bearer cookie recovery credential key"
    " chave invitation convite cpf".split()
)
_FIRST = ("at", "level", "event")
_HIDDEN = "***"


class LogFile:
    """Appends lines to a file and starts a new one at a size; the oldest is dropped."""

    def __init__(
        self, path: Path, *, max_bytes: int = MAX_FILE_BYTES, kept: int = KEPT_FILES
    ) -> None:
        """kept: how many full files (`name.1` is the newest) stay beside the current one."""
        self._path = path
        self._max_bytes = max_bytes
        self._kept = kept
        self._stream: IO[bytes] | None = None
        self.lost = 0

    def write(self, line: bytes) -> None:
        """Append one line. Never raises for the disk's sake; see `lost`."""
        try:
            stream = self._opened()
            if stream.tell() + len(line) > self._max_bytes and stream.tell() > 0:
                self._rotate()
                stream = self._opened()
            stream.write(line)
            stream.flush()
        except OSError:
            self.lost += 1
            self.close()

    def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.close()
            except OSError:
                self.lost += 1

    def _opened(self) -> IO[bytes]:
        if self._stream is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._path.open("ab")
        return self._stream

    def _rotate(self) -> None:
        self.close()
        names = [self._path, *(self._numbered(number) for number in range(1, self._kept + 1))]
        for newer, older in reversed(list(pairwise(names))):
            if newer.exists():
                newer.replace(older)
        if self._kept == 0:
            self._path.unlink(missing_ok=True)

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


class Sink:
    """Where finished lines go: an open stream, a file, or both. Usable from any thread."""

    def __init__(self, stream: IO[str] | None = None, file: LogFile | None = None) -> None:
        self._stream = stream
        self._file = file
        self._turn = threading.Lock()

    def msg(self, line: str) -> None:
        """Write one line. structlog calls it under the name of each level too."""
        with self._turn:
            if self._stream is not None:
                self._to_stream(self._stream, line)
            if self._file is not None:
                self._file.write(line.encode("utf-8", "backslashreplace") + b"\n")

    debug = info = warning = error = critical = exception = log = msg

    def close(self) -> None:
        with self._turn:
            if self._file is not None:
                self._file.close()

    def _to_stream(self, stream: IO[str], line: str) -> None:
        try:
            stream.write(line.encode("ascii", "backslashreplace").decode("ascii") + "\n")
            stream.flush()
        except (OSError, ValueError):  # a closed terminal; the file still has the line
            self._stream = None


def make_logger(
    sink: Sink, wall_ms: Callable[[], int], *, level: int = logging.INFO, **always: object
) -> FilteringBoundLogger:
    """A logger whose lines carry the time of `wall_ms` and the pairs in `always`."""
    logger: FilteringBoundLogger = structlog.wrap_logger(
        sink,
        processors=[
            _stamp(wall_ms),
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            _redact,
            _line,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    return logger.bind(**always)


def adopt_standard_logging(logger: FilteringBoundLogger, level: int = logging.WARNING) -> None:
    """Send what libraries log through `logging` down the same lines."""
    root = logging.getLogger()
    for handler in [it for it in root.handlers if isinstance(it, _Forward)]:
        root.removeHandler(handler)
    root.addHandler(_Forward(logger))
    root.setLevel(level)
    for chatty in ("httpx", "httpcore"):  # a line for each request to the relay says nothing new
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.raiseExceptions = False  # a broken log call in a library must not reach stderr


def stderr_sink(file: LogFile | None) -> Sink:
    """The usual sink of a process."""
    return Sink(sys.stderr, file)


class _Forward(logging.Handler):
    """Hands a library's record to our logger as one event."""

    def __init__(self, logger: FilteringBoundLogger) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        # Not `exc_info=True`: the record holds the exception of its own moment.
        trace = record.exc_info if record.exc_info and record.exc_info[0] else None
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = str(record.msg)
        self._logger.log(record.levelno, text, source=record.name, exc_info=trace)


def _stamp(wall_ms: Callable[[], int]) -> structlog.typing.Processor:
    def stamp(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        moment = datetime.fromtimestamp(wall_ms() / 1000, UTC)
        event["at"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return event

    return stamp


def _redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {name: _cleared(name, value) for name, value in event.items()}


def _cleared(name: str, value: object) -> object:
    if _sounds_secret(name):
        return _HIDDEN
    if isinstance(value, Mapping):
        return {str(inner): _cleared(str(inner), item) for inner, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_cleared("", item) for item in value]
    return value


def _sounds_secret(name: str) -> bool:
    words = re.split(r"[^a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
    return not _SECRET_WORDS.isdisjoint(words)


def _line(_: WrappedLogger, __: str, event: EventDict) -> str:
    names = [*(name for name in _FIRST if name in event), *(n for n in event if n not in _FIRST)]
    return " ".join(f"{_KEY.sub('_', name)}={_shown(name, event[name])}" for name in names)


def _shown(name: str, value: object) -> str:
    limit = MAX_TRACE_CHARACTERS if name == "exception" else MAX_VALUE_CHARACTERS
    text = _as_text(value)
    if len(text) > limit:
        text = text[:limit] + "…"
    if _PLAIN.fullmatch(text):
        return text
    return "".join(_escaped(character) for character in json.dumps(text, ensure_ascii=False))


def _as_text(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return str(value)


def _plain(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _escaped(character: str) -> str:
    """Printable characters as they are; C1 controls, direction marks and the like as \\uXXXX."""
    if character.isprintable():
        return character
    return json.dumps(character, ensure_ascii=True)[1:-1]
