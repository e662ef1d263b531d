"""Bytes of a CSV file turned into rows of text, however the program that wrote it liked them.

Rules of this file:
1. The encoding is found, not asked for: UTF-8 with or without a mark, UTF-16 with one; what is no
   UTF-8 is Windows-1252, and ISO 8859-1 where it has bytes that Windows-1252 does not know.
2. The delimiter is the one of `;`, tab and `,` that makes the most known headings.
3. Quotes are taken strictly: a quote that is never closed would swallow the rest of the file.
4. Sizes are checked before any work is done with what is too large.
"""

import codecs
import csv
import re
from collections.abc import Callable, Iterator

import msgspec

from crdt_models.catalog_files.refusals import FileTooLarge, UnreadableFile

MAX_FILE_BYTES = 4 * 1024 * 1024  # 20,000 rows of 200 bytes
MAX_ROWS = 20_000
MAX_CELLS = 200  # in one row: no program of a shop has that many columns
_DELIMITERS = (";", "\t", ",")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # how Excel says it


class CsvRow(msgspec.Struct, frozen=True):
    """line: where it begins in the file, from 1."""

    line: int
    cells: list[str]


class CsvTable(msgspec.Struct, frozen=True):
    """The headings as they stand, and the rows below them, without empty ones."""

    headings: list[str]
    rows: list[CsvRow]


def read_csv(data: bytes, known: Callable[[str], bool]) -> CsvTable:
    """known: whether a heading means something. Raises UnreadableFile, FileTooLarge."""
    if len(data) > MAX_FILE_BYTES:
        raise FileTooLarge(limit=MAX_FILE_BYTES, of="bytes")
    lines = _LINES.findall(decoded(data))
    skipped, delimiter = _separator_line(lines)
    if delimiter is None:
        delimiter = max(_DELIMITERS, key=lambda each: _score(lines[skipped:], each, known))
    rows = _rows(lines[skipped:], delimiter, skipped)
    headings = next(rows, None)
    if headings is None:
        raise UnreadableFile(reason="está vazio")
    taken: list[CsvRow] = []
    for row in rows:
        if len(taken) == MAX_ROWS:
            raise FileTooLarge(limit=MAX_ROWS, of="linhas")
        taken.append(row)
    return CsvTable([each.strip() for each in headings.cells], taken)


def decoded(data: bytes) -> str:
    """The text of a file. Raises UnreadableFile for what is no text."""
    try:
        text = data.decode("utf-16") if data.startswith(_UTF_16) else _eight_bit(data)
    except UnicodeDecodeError as error:
        raise UnreadableFile(reason="não é texto") from error
    if "\0" in text:
        raise UnreadableFile(reason="não é texto; exporte a planilha como CSV")
    return text


def _eight_bit(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _separator_line(lines: list[str]) -> tuple[int, str | None]:
    """(lines to skip, the delimiter that the file itself names)."""
    found = _SEPARATOR_LINE.fullmatch(lines[0].strip("\r\n")) if lines else None
    return (1, found[1]) if found and found[1] in (*_DELIMITERS, "|") else (0, None)


def _score(lines: list[str], delimiter: str, known: Callable[[str], bool]) -> int:
    try:
        first = next(_rows(lines, delimiter, 0), None)
    except UnreadableFile:
        return 0
    return sum(known(each) for each in first.cells) if first else 0


def _rows(lines: list[str], delimiter: str, skipped: int) -> Iterator[CsvRow]:
    """All that are not empty. skipped: lines before these. Raises UnreadableFile."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            if len(cells) > MAX_CELLS:
                raise UnreadableFile(reason=f"a linha {begins + skipped} tem {len(cells)} células")
            if any(not each.isspace() for each in cells if each):
                yield CsvRow(begins + skipped, cells)
            begins = reader.line_num + 1
    except csv.Error as error:
        reason = f"aspas sem par, ou um valor sem fim, a partir da linha {begins + skipped}"
        raise UnreadableFile(reason=reason) from error
