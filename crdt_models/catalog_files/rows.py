"""What the rows of a file say of products: values for the fields they give, or refusals.

Rules of this file:
1. An empty cell, like a column that is not there, says nothing: an import never erases.
2. Every fault of a row is told, not only the first; a row with any fault is not taken.
3. Nothing here knows what a catalog holds.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec

from crdt_models.catalog_files import cells
from crdt_models.catalog_files.columns import Column, column_of, columns_of
from crdt_models.catalog_files.refusals import (
    CellRefused,
    FileTooLarge,
    Refusal,
    UnreadableFile,
    refusal,
    shown,
)
from crdt_models.catalog_files.tables import MAX_CELLS, MAX_ROWS, read_csv
from crdt_models.documents.catalog.facts import ProductValues, Scale, SoldBy
from crdt_models.documents.fields import is_id_text
from crdt_models.product_search import words_of

LIST_NAMES = ("produtos", "products", "itens", "items")
_PIECES = (
    "un und unid unidade unit pc pca peca cx caixa lt lata l litro ml gf garrafa fatia porcao prato"
    " pct pacote dz duzia fd fardo sc saco bd bandeja cp copo kit par"
)
_KILOS = "kg kgs quilo quilos kilo kilograma quilograma peso weight"
_UNITS: Mapping[str, SoldBy] = {
    **dict.fromkeys(_PIECES.split(), "unit"),
    **dict.fromkeys(_KILOS.split(), "weight"),
}
_SCALES: Mapping[str, Scale] = {
    **dict.fromkeys(("preco", "valor", "total", "price"), "price"),
    **dict.fromkeys(("peso", "weight"), "weight"),
}
_TAX_DIGITS: Mapping[Column, tuple[str, int]] = MappingProxyType(
    {
        "ncm": ("ncm", 8),
        "cest": ("cest", 7),
        "cfop": ("cfop", 4),
        "csosn": ("csosn", 3),
        "origin": ("origem", 1),
    }
)

_FIELDS = frozenset(ProductValues.__struct_fields__)

Meaning: TypeAlias = Callable[[object], object]


class Row(msgspec.Struct, frozen=True):
    """line: as in `Refusal` · id: 32 hexadecimal digits that name a product of ours, or empty ·
    values: what the row gives; all else it leaves as it is."""

    line: int
    id: str
    values: ProductValues


class ProductFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as read. headings: by what they mean · ignored: headings that mean nothing here."""

    rows: tuple[Row, ...]
    refusals: tuple[Refusal, ...]
    headings: Mapping[Column, str]
    ignored: tuple[str, ...]


def read_csv_file(data: bytes) -> ProductFile:
    """Raises UnreadableFile, FileTooLarge, UnknownColumns, TwoColumns."""
    table = read_csv(data, lambda heading: column_of(heading) is not None)
    width = len(table.headings)
    reader = _Reader(table.headings)
    for row in table.rows:
        if any(cell.strip() for cell in row.cells[width:]):
            reader.refuse(row.line, "", "", CellRefused("too_many_cells"))
        else:
            reader.read(row.line, dict(zip(table.headings, row.cells, strict=False)))
    return reader.file()


def read_objects(value: object) -> ProductFile:
    """Products as a list of objects, or an object that has it as `produtos`.

    value: as decoded from JSON, fractions as Decimal. Raises UnreadableFile, FileTooLarge,
    UnknownColumns, TwoColumns.
    """
    listed = _listed(value)
    if len(listed) > MAX_ROWS:
        raise FileTooLarge(limit=MAX_ROWS, of="linhas")
    # Tax fields may stand in an object of their own, as the API shows them.
    objects = [_flat(each) if isinstance(each, dict) else each for each in listed]
    names = dict.fromkeys(name for each in objects if isinstance(each, dict) for name in each)
    if len(names) > MAX_CELLS:
        raise UnreadableFile(reason=f"há {len(names)} campos diferentes")
    reader = _Reader(list(names))
    for number, each in enumerate(objects, 1):
        if isinstance(each, dict):
            reader.read(number, each)
        else:
            reader.refuse(number, "", each, CellRefused("no_object"))
    return reader.file()


def _listed(value: object) -> Sequence[object]:
    if isinstance(value, dict):
        value = next((value[name] for name in LIST_NAMES if name in value), None)
    if not isinstance(value, list):
        raise UnreadableFile(reason="não é uma lista de produtos")
    if not value:
        raise UnreadableFile(reason="está vazio")
    return value


def _flat(given: Mapping[str, object]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in given.items():
        if isinstance(value, dict) and name in ("tributos", "fiscal", "tax"):
            flat |= {inner: each for inner, each in value.items() if inner not in given}
        else:
            flat[name] = value
    return flat


def _text(most: int) -> Meaning:
    return lambda cell: cells.text_of(cell, most)


def _digits(digits: int) -> Meaning:
    return lambda cell: cells.digits_of(cell, digits)


def _choice(choices: Mapping[str, Any], told: str) -> Meaning:
    """A cell that is one of few words, whatever its accents and capitals. told: some of them."""

    def meaning(cell: object) -> object:
        if isinstance(cell, bool):
            cell = "sim" if cell else "nao"
        text = cells.text_of(cell, most=40)
        if text is None:
            return None
        found = choices.get(" ".join(words_of(text)))
        if found is None:
            raise CellRefused("no_choice", choices=told)
        return found

    return meaning


# What a cell under each heading means: its value, None when it says nothing, or CellRefused. A
# heading that is a field of `ProductValues` bears that field's name.
MEANINGS: Mapping[Column, Meaning] = {
    "id": _text(120),
    "external_id": _text(120),
    "code": cells.code_of,
    "name": _text(120),
    "category": _text(64),
    "price": cells.centavos_of,
    "centavos": cells.whole_centavos_of,
    "barcodes": cells.barcodes_of,
    "sold_by": _choice(_UNITS, "UN, KG"),
    "scale": _choice(_SCALES, "preço, peso"),
    "station": _text(64),
    "active": _choice(cells.YES_AND_NO, "sim, não"),
    "picture": _text(300),
    **{column: _digits(digits) for column, (_, digits) in _TAX_DIGITS.items()},
}


class _Reader:
    """Reads row after row under the same headings."""

    def __init__(self, headings: Sequence[str]) -> None:
        self._headings = columns_of(headings)
        meant = set(self._headings.values())
        self._ignored = tuple(shown(each) for each in headings if each and each not in meant)
        self._rows: list[Row] = []
        self._refusals: list[Refusal] = []

    def file(self) -> ProductFile:
        return ProductFile(
            rows=tuple(self._rows),
            refusals=tuple(self._refusals),
            headings=self._headings,
            ignored=self._ignored,
        )

    def refuse(self, line: int, field: str, value: object, error: CellRefused) -> None:
        self._refusals.append(refusal(line, field, value, error))

    def read(self, line: int, given: Mapping[str, object]) -> None:
        """given: cells by heading."""
        before = len(self._refusals)
        found: dict[Column, Any] = {}
        for column, heading in self._headings.items():
            cell = given.get(heading)
            try:
                value = None if cell is None else MEANINGS[column](cell)
            except CellRefused as error:
                self.refuse(line, heading, cell, error)
                continue
            if value is not None:
                found[column] = value
        if "centavos" in found and found.get("price", found["centavos"]) != found["centavos"]:
            price, centavos = self._headings["price"], self._headings["centavos"]
            self.refuse(line, price, given[price], CellRefused("differs", other=centavos))
        if len(self._refusals) == before:
            self._rows.append(_row(line, found))


def _row(line: int, found: Mapping[Column, Any]) -> Row:
    """An id of another system is the external id, unless the file has one of its own."""
    own = found.get("id", "")
    is_ours = is_id_text(own)
    values = {str(column): found[column] for column in found if column in _FIELDS}
    price = found.get("centavos", found.get("price"))
    tax = {name: found[column] for column, (name, _) in _TAX_DIGITS.items() if column in found}
    values |= {} if price is None else {"unit_centavos": price}
    values |= {"tax": tax} if tax else {}
    if own and not is_ours:
        values.setdefault("external_id", own)
    return Row(line, own if is_ours else "", ProductValues(**values))
