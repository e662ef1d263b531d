"""Doors of the catalog: files of products, what a scanner reads, what people type into a search.

Rules of this file:
1. A file is taken row by row or refused whole; every row is accounted for, and what is told of it
   can be shown anywhere.
2. Whatever a label says, its line costs exactly that.
"""

import json
from functools import cache
from random import Random

from crdt_models.barcodes import (
    InvalidBarcode,
    ScaleLayout,
    check_digit,
    line_of_total,
    read_barcode,
    read_scale_label,
)
from crdt_models.catalog_files.comparison import compared
from crdt_models.catalog_files.refusals import (
    FileTooLarge,
    TwoColumns,
    UnknownColumns,
    UnreadableFile,
)
from crdt_models.catalog_files.rows import ProductFile, read_csv_file, read_objects
from crdt_models.documents.catalog.commands import ImportProducts
from crdt_models.documents.catalog.view import CatalogView
from crdt_models.documents.command import Context
from crdt_models.errors import MalhaError
from crdt_models.ids import CATALOG, CommandId, DeviceId, SiteId
from crdt_models.money import line_amount
from crdt_models.product_search import ProductSearch, Searched
from peer.service.strict_json import read_json
from simulations.fuzz.door import Door, require
from simulations.fuzz.mutation import any_bytes, bytes_changed, few, text_changed, tree_changed
from simulations.fuzz.nonsense import packed, unpacked
from simulations.fuzz.seeds import opened

_CSV = """Código;Nome;Categoria;Preço;Cód. de Barras;Un;NCM;Estação;Ativo;id externo;Etiqueta
10;Calabresa;Pizzas;R$ 44,00;7894900011517;UN;2202.10.00;Forno;sim;erp:1;
11;"Picanha; maturada";Carnes;1.234,56;96385074;KG;02013000;Grelha;não;;peso
12;Açaí ""puro"";;1.234;7,89E+12;cx;22021000;;1;erp:3;preço
"""
_ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16")
_AMOUNTS = ("R$ 44,00", "1.234,56", "1,234.56", "1.234", "-1", "44.", ",5", "1E9", "9" * 39, "")
_TREE = [
    {"id": "0" * 32, "codigo": "10", "nome": "Calabresa", "preco": 44.5, "preco_centavos": 4450},
    {"id": 17, "nome": "Picanha", "preco": "59,90", "ean": ["7894900011517"], "ativo": None},
    {"codigo": 12, "nome": "Açaí", "preco": "1.234", "fiscal": {"ncm": "22021000"}, "un": "KG"},
]
_FILE_ERRORS = (UnreadableFile, FileTooLarge, UnknownColumns, TwoColumns)
_LAYOUTS = tuple(
    ScaleLayout(code_digits=code, inner_check=inner)
    for code, inner in ((4, False), (5, False), (6, False), (5, True), (6, True))
)
_EMPTY = CatalogView(CATALOG)
_CONTEXT = Context(
    site=SiteId(bytes(16)),
    device=DeviceId(bytes(32)),
    command_id=CommandId(bytes(16)),
    letters="A",
    business_day=20_000,
    next_order_number=lambda: 1,
)
_QUERIES = ("cal gra", "açaí", "789490", "ﬁ", "ß", "İ", "e\u0301", "2", "a" * 500, "٣")


def _make_csv(dice: Random) -> bytes:
    text = _CSV
    for _ in range(few(dice, 3)):
        text = text.replace(dice.choice(_AMOUNTS[:4]), dice.choice(_AMOUNTS))
    if dice.random() < 0.3:
        text = text.replace(";", dice.choice(",\t|"))
    if dice.random() < 0.5:
        text = text_changed(dice, text)
    data = text.encode(dice.choice(_ENCODINGS), "replace")
    return bytes_changed(dice, data) if dice.random() < 0.7 else data


def _use_csv(data: bytes) -> bool:
    try:
        file = read_csv_file(data)
    except _FILE_ERRORS as error:
        str(error).encode()
        return False
    return _looked_at(file)


def _make_objects(dice: Random) -> bytes:
    tree = tree_changed(dice, {"produtos": _TREE} if dice.random() < 0.5 else _TREE)
    try:
        data = json.dumps(tree).encode("utf-8", "replace")
    except (TypeError, ValueError, RecursionError):
        data = json.dumps(_TREE).encode()
    return bytes_changed(dice, data) if dice.random() < 0.3 else data


def _use_objects(data: bytes) -> bool:
    try:
        file = read_objects(read_json(data))
    except MalhaError as error:
        str(error).encode()
        return False
    return _looked_at(file)


def _looked_at(file: ProductFile) -> bool:
    taken = {row.line for row in file.rows}
    require(len(taken) == len(file.rows), "two rows at one line")
    require(taken.isdisjoint(each.line for each in file.refusals), "a row taken and refused")
    for each in file.refusals:
        shown = each.field + each.value + each.reason + each.cure
        shown.encode()
        require(each.value.isprintable() and "{" not in each.cure, "what cannot be shown")
    found = compared(file, _EMPTY)
    told = len(found.writings) + len({each.line for each in found.refusals})
    require(found.read == told and not found.unchanged, "a row that nothing is said of")
    if found.writings[:50]:
        command = ImportProducts(rows=tuple(each.values for each in found.writings[:50]))
        command.decide(lambda _: _EMPTY, _CONTEXT)
    return bool(found.writings)


def _make_barcode(dice: Random) -> bytes:
    digits = "".join(dice.choice("0123456789") for _ in range(dice.choice((7, 11, 12, 12, 13, 20))))
    if dice.random() < 0.5:
        digits = "2" + digits[1:]
    text = digits + str(check_digit(digits))
    if dice.random() < 0.2:
        text = text_changed(dice, text)
    return packed([text.encode("utf-8", "surrogatepass"), dice.randrange(10**9), dice.randrange(5)])


def _use_barcode(data: bytes) -> bool:
    raw, unit, layout = unpacked(data)
    try:
        barcode = read_barcode(raw.decode("utf-8", "surrogatepass"))
        label = read_scale_label(barcode, _LAYOUTS[layout])
    except InvalidBarcode as error:
        str(error).encode()
        return False
    require(read_barcode(barcode) == barcode, "a form with another form")
    if label is not None:
        line = line_of_total(label.value, unit)
        paid = line_amount(line.thousandths, line.unit_centavos)
        require(paid == label.value and line.thousandths > 0, "a label that costs something else")
    return True


def _make_query(dice: Random) -> bytes:
    text = dice.choice(_QUERIES)
    if dice.random() < 0.7:
        text = text_changed(dice, text)
    return text.encode("utf-8", "surrogatepass") if dice.random() < 0.9 else any_bytes(dice)


def _use_query(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    found = _menu().find(text, 3)
    require(len(found) == len(set(found)) <= 3, "more than was asked for")
    hostile = ProductSearch()
    hostile.put("x", Searched(name=text, category=text, codes=(text,)))
    hostile.find(text, 1)
    hostile.remove("x")
    require(hostile.find(text, 1) == [], "what was removed is found")
    return bool(found)


@cache
def _menu() -> ProductSearch:
    menu = ProductSearch()
    for number, name in enumerate(("Calabresa grande", "Açaí", "Muçarela", "Filé", "Suco de uva")):
        menu.put(str(number), Searched(name=name, category="Ação", codes=(str(number), "7894900")))
    return menu


def catalog_doors() -> list[Door]:
    """Files of products, barcodes, searches."""
    return [
        Door(name="csv", what="a CSV file of products", make=_make_csv, open=opened(_use_csv)),
        Door(
            name="objects",
            what="a JSON list of products",
            make=_make_objects,
            open=opened(_use_objects),
        ),
        Door(
            name="barcode",
            what="what a scanner reads",
            make=_make_barcode,
            open=opened(_use_barcode),
        ),
        Door(name="search", what="a search", make=_make_query, open=opened(_use_query)),
    ]
