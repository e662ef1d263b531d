"""A file is read whoever wrote it, or refused with a sentence; no row is lost on the way."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt_models.catalog_files import tables
from crdt_models.catalog_files.refusals import FileTooLarge, UnreadableFile
from crdt_models.catalog_files.tables import CsvRow, CsvTable, read_csv

TEXT = "Código;Preço\n1;44,00\n2;Maçã “boa”\n"


def known(heading: str) -> bool:
    return heading in ("Código", "Preço", "a", "b")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_encodings(encoding: str) -> None:
    data = TEXT.encode(encoding)
    if encoding == "utf-16-le":
        data = codecs.BOM_UTF16_LE + data
    table = read_csv(data, known)
    assert table.headings == ["Código", "Preço"]
    assert table.rows[1] == CsvRow(3, ["2", "Maçã “boa”"])


def test_latin_1_where_windows_knows_no_character() -> None:
    assert read_csv("Código;Preço\n\x81é;2\n".encode("latin-1"), known).rows[0].cells[0] == "\x81é"


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(delimiter: str, end: str) -> None:
    lines = [f"a{delimiter}b", "", f'"1{delimiter}x"{delimiter}"say ""2"""', f" {delimiter}"]
    table = read_csv(end.join(lines).encode(), known)
    assert table == CsvTable(["a", "b"], [CsvRow(3, [f"1{delimiter}x", 'say "2"'])])


def test_an_unknown_heading_with_commas_does_not_choose_the_delimiter() -> None:
    assert read_csv(b"x, y, z e w;a;b\n1;2;3", known).headings[1:] == ["a", "b"]


def test_excel_may_name_the_delimiter_itself() -> None:
    assert read_csv(b"sep=|\r\na|b\r\n1|2", known).rows == [CsvRow(3, ["1", "2"])]


def test_a_quoted_cell_of_several_lines_is_one_row_at_its_first_line() -> None:
    table = read_csv(b'a;b\n"1\n2";3\n4;5\n', known)
    assert [row.line for row in table.rows] == [2, 4]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n \n;;\n",
        b'a;b\n"never closed;2\n3;4\n',
        b'a;b\n"closed" twice;2\n',
        b"a;b\n\0;1",
        b"PK\x03\x04\x14\0",
        codecs.BOM_UTF16_LE + b"a",
        b"a;b\n" + b";" * 300,
        b"a;b\n" + b"x" * 200_000 + b";1",
    ],
)
def test_what_cannot_be_read_is_refused_whole(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read_csv(data, known)


def test_a_file_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 3)
    assert len(read_csv(b"a;b\n" + b"1;2\n" * 3, known).rows) == 3
    with pytest.raises(FileTooLarge):
        read_csv(b"a;b\n" + b"1;2\n" * 4, known)
    monkeypatch.setattr(tables, "MAX_FILE_BYTES", 3)
    with pytest.raises(FileTooLarge):
        read_csv(b"a;b\n", known)


@given(st.binary(max_size=300) | st.text('ab";,\t\r\n\0é', max_size=100).map(str.encode))
def test_no_bytes_are_worse_than_refused(data: bytes) -> None:
    try:
        table = read_csv(data, known)
    except UnreadableFile as error:
        str(error).encode()
        return
    assert all(row.line >= 1 for row in table.rows)
