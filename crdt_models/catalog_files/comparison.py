"""What a file would change in a catalog: which rows are new products, which change one, which not.

Rules of this file:
1. A row is about the product that has its id (ours), or else its external id, its code, one of its
   barcodes; a row that has none of these, about the one that has its name. An active product comes
   before one that was taken out. Nobody's row is a new product.
2. What is so already is not written: the same file a second time changes nothing.
3. A file adds and corrects, it never takes away: its barcodes and tax fields join those there are,
   what it does not say stays, a product that it does not mention stays.
4. A name that another product has, or another row, refuses the row; neither is preferred.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from crdt_models.catalog_files.columns import Column
from crdt_models.catalog_files.refusals import CellRefused, Refusal, Why, refusal
from crdt_models.catalog_files.rows import ProductFile, Row
from crdt_models.documents.catalog.facts import ProductValues
from crdt_models.documents.catalog.view import FIELDS, CatalogView, Product
from crdt_models.ids import CreatedId, ProductId
from crdt_models.product_search import words_of

# How a column is called in a refusal when the file has no such heading.
_CALLED: Mapping[Column, str] = {"name": "nome", "price": "preço"}


class Writing(msgspec.Struct, frozen=True, kw_only=True):
    """One row that is to be written. product: None for a new one · values: what is not so yet."""

    line: int
    product: ProductId | None
    name: str
    values: ProductValues

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that it writes."""
        return tuple(_given(self.values))


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """read: rows of the file, those that are refused too · refusals: by line, of the file and the
    catalog."""

    read: int
    writings: tuple[Writing, ...]
    unchanged: int
    refusals: tuple[Refusal, ...]


class Name(msgspec.Struct, frozen=True):
    """Something by which one product goes. kind: of thing, each with names of its own."""

    kind: Column
    text: str


def compared(file: ProductFile, catalog: CatalogView) -> Comparison:
    """Every row of the file against the catalog."""
    comparing = _Comparing(file, _Names(catalog.products.values()), catalog)
    # Rows without a code last: a name is theirs only if no row with a code has it.
    for row in sorted(file.rows, key=_has_only_a_name):
        comparing.compare(row)
    refusals = sorted((*file.refusals, *comparing.refusals), key=lambda each: each.line)
    return Comparison(
        read=len({each.line for each in refusals} | {each.line for each in file.rows}),
        writings=tuple(sorted(comparing.writings, key=lambda each: each.line)),
        unchanged=comparing.unchanged,
        refusals=tuple(refusals),
    )


class _Names:
    """Who goes by which name, active or taken out."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._active: dict[Name, list[Product]] = {}
        self._taken_out: dict[Name, list[Product]] = {}
        for product in products:
            known = self._active if product.is_active else self._taken_out
            for name in (*_names_of(product), Name("name", _folded(product.name))):
                known.setdefault(name, []).append(product)

    def having(self, name: Name) -> Sequence[Product]:
        return self._active.get(name) or self._taken_out.get(name) or ()

    def active_having(self, name: Name) -> Sequence[Product]:
        return self._active.get(name, ())


def _names_of(product: Product) -> Iterator[Name]:
    yield from _names(product.external_id, product.code, product.barcodes)


def _names(
    external_id: str | msgspec.UnsetType | None,
    code: str | msgspec.UnsetType,
    barcodes: tuple[str, ...] | msgspec.UnsetType,
) -> Iterator[Name]:
    if isinstance(external_id, str):
        yield Name("external_id", external_id)
    if isinstance(code, str) and code:
        yield Name("code", code)
    if not isinstance(barcodes, msgspec.UnsetType):
        yield from (Name("barcodes", each) for each in dict.fromkeys(barcodes))


def _folded(name: str) -> str:
    return " ".join(words_of(name)) or name


class _Comparing:
    """One file against one catalog, row after row."""

    def __init__(self, file: ProductFile, names: _Names, catalog: CatalogView) -> None:
        self.writings: list[Writing] = []
        self.unchanged = 0
        self.refusals: list[Refusal] = []
        self._file = file
        self._names = names
        self._catalog = catalog
        self._lines: dict[Name, int] = {}  # of the rows so far, by what they are about

    def compare(self, row: Row) -> None:
        before = len(self.refusals)
        values = row.values
        called = Name("name", _folded(_text(row)))
        given = list(_names(values.external_id, values.code, values.barcodes))
        product, by = self._meant(row, given or [called])
        if len(self.refusals) > before:
            return
        self._check(row, given, product)
        written = _missing(row, product)
        subjects = {each: each for each in given} or {called: Name("name", _text(row))}
        subjects |= {each: each for each in _names(UNSET, UNSET, written.barcodes)}
        if product is not None:
            subjects[Name("id", product.id.hex())] = by
        self._check_once(row, subjects)
        if len(self.refusals) == before:
            self._lines |= {each: row.line for each in (*subjects, called) if each.text}
            self._take(row, product, written)

    def _meant(self, row: Row, given: Sequence[Name]) -> tuple[Product | None, Name]:
        """Whom the row is about, by which name. Who has another external id is somebody else."""
        own = self._catalog.products.get(ProductId(CreatedId(bytes.fromhex(row.id))))
        if own is not None:
            return own, Name("id", row.id)
        external = row.values.external_id
        for each in given:
            found = self._names.having(each) if each.text else ()
            if isinstance(external, str):
                found = [it for it in found if it.external_id in (None, external)]
            if len(found) > 1:
                self._refuse(row, each, "several", count=len(found))
            if found:
                return found[0], each
        return None, given[0]

    def _check(self, row: Row, given: list[Name], product: Product | None) -> None:
        for each in self._claimed(row, given, product):
            for other in self._names.active_having(each):
                if product is None or other.id != product.id:
                    self._refuse(row, each, "taken", name=other.name)
        needed: dict[Column, object] = {"name": row.values.name, "price": row.values.unit_centavos}
        for column, value in needed.items():
            if product is None and value is UNSET:
                self._refuse(row, Name(column, ""), "missing")

    def _check_once(self, row: Row, subjects: Mapping[Name, Name]) -> None:
        """subjects: what no other row may be about, and where this one says it."""
        for each, at in subjects.items():
            line = self._lines.get(each)
            if line is not None:
                self._refuse(row, at, "repeated", line=line)
                return

    def _claimed(self, row: Row, given: list[Name], product: Product | None) -> Iterable[Name]:
        """What it will go by from now on: a product that is put back, by all it ever had."""
        if product is None or product.is_active:
            return given
        return dict.fromkeys([*given, *_names_of(product)]) if row.values.active is True else ()

    def _take(self, row: Row, product: Product | None, values: ProductValues) -> None:
        if values == ProductValues():
            self.unchanged += 1
            return
        name = _text(row) or (product.name if product else "")
        own = None if product is None else product.id
        self.writings.append(Writing(line=row.line, product=own, name=name, values=values))

    def _refuse(self, row: Row, at: Name, why: Why, **details: str | int) -> None:
        headings = self._file.headings
        heading = headings.get(at.kind) or _CALLED.get(at.kind, "")
        if at.kind == "external_id":
            heading = heading or headings.get("id", "")
        error = CellRefused(why, **details)
        self.refusals.append(refusal(row.line, heading, at.text, error))


def _missing(row: Row, product: Product | None) -> ProductValues:
    """What the product does not say yet and the row does."""
    if product is None:
        return row.values
    given = _given(row.values)
    if "barcodes" in given:
        new = (each for each in given["barcodes"] if each not in product.barcodes)
        given["barcodes"] = (*product.barcodes, *new)
    if "tax" in given:
        given["tax"] = {**product.tax, **given["tax"]}
    return ProductValues(**{f: value for f, value in given.items() if value != product.now(f)})


def _given(values: ProductValues) -> dict[str, Any]:
    return {f: value for f in FIELDS if (value := getattr(values, f)) is not UNSET}


def _has_only_a_name(row: Row) -> bool:
    values = row.values
    return not row.id and not any(_names(values.external_id, values.code, values.barcodes))


def _text(row: Row) -> str:
    return row.values.name if isinstance(row.values.name, str) else ""
