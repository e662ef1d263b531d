"""The program's log read back: lines as pairs, the newest first.

Rules of this file:
1. Only the end of each file is read: a screen shows some hundred lines, a file holds megabytes.
2. A line that is not ours (cut by a rotation, written by hand) is shown as it stands.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from peer.service.logs import KEPT_FILES

MAX_BYTES = 1024 * 1024  # of one file, from its end
LEVELS = ("debug", "info", "warning", "error", "critical")
_PAIR = re.compile(r'([A-Za-z0-9_.\-]+)=("(?:[^"\\]|\\.)*"|\S*)')


class LogLine(msgspec.Struct, frozen=True):
    """at: ISO time · level: one of LEVELS · event: what happened, the whole line if it is not
    ours · rest: all other pairs."""

    at: str
    level: str
    event: str
    rest: dict[str, str]


def newest_lines(path: Path) -> Iterator[LogLine]:
    """Of the file and of the full ones beside it. What cannot be read is left out."""
    names = [
        path,
        *(path.with_name(f"{path.name}.{number}") for number in range(1, KEPT_FILES + 1)),
    ]
    for name in names:
        for text in reversed(_end_of(name)):
            yield parsed(text)


def parsed(text: str) -> LogLine:
    """One line."""
    pairs = {name: _value(given) for name, given in _PAIR.findall(text)}
    at, level, event = (pairs.pop(name, "") for name in ("at", "level", "event"))
    if not at or not event or level not in LEVELS:
        return LogLine("", "", text, {})
    return LogLine(at, level, event, pairs)


def _end_of(path: Path) -> list[str]:
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            start = max(0, size - MAX_BYTES)
            stream.seek(start)
            lines = stream.read(MAX_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    return lines[1:] if start else lines  # the first may be cut


def _value(given: str) -> str:
    if not given.startswith('"'):
        return given
    try:
        return str(json.loads(given))
    except ValueError:
        return given
