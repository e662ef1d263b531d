"""What a heading means, in Portuguese or English, as programs of shops write them.

A heading counts without accents, capitals and marks: `Cód. de Barras` is `cod de barras`. A
heading that is not listed means nothing, and its column is passed over and named in the report.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from crdt_models.catalog_files.refusals import TwoColumns, UnknownColumns, shown
from crdt_models.product_search import folded, words_of

Column = Literal[
    "id",
    "external_id",
    "code",
    "name",
    "category",
    "price",
    "centavos",
    "barcodes",
    "sold_by",
    "scale",
    "station",
    "active",
    "picture",
    "ncm",
    "cest",
    "cfop",
    "csosn",
    "origin",
]

# id: ours; of another system, it stands for the external id.
_HEADINGS: dict[Column, str] = {
    "id": "id, produto id, product id",
    "external_id": "id externo, external id, codigo externo, id origem",
    "code": "codigo, cod, codigo do produto, codigo produto, cod produto, codigo interno,"
    " referencia, ref, sku, plu, code, product code, item code",
    "name": "nome, produto, descricao, nome do produto, nome produto, descricao do produto,"
    " descricao produto, item, name, product, product name, description, title",
    "category": "categoria, grupo, departamento, secao, familia, classe, category, group,"
    " department",
    "price": "preco, preco de venda, preco venda, valor, valor de venda, valor venda, valor"
    " unitario, preco unitario, vl venda, vlr venda, preco r, valor r, price, unit price, sale"
    " price, selling price",
    "centavos": "preco centavos, preco em centavos, valor centavos, valor em centavos, price"
    " cents, cents",
    "barcodes": "codigo de barras, codigos de barras, codigo barras, codigos barras, cod de barras,"
    " cod barras, ean, ean 13, ean13, gtin, cean, barcode, barcodes, bar code, upc",
    "sold_by": "unidade, unidade de medida, un, und, unid, unidade venda, medida, vendido por,"
    " ucom, unit, unit of measure, uom, sold by",
    "scale": "etiqueta, balanca, etiqueta balanca, etiqueta de balanca, etiqueta da balanca, scale",
    "station": "estacao, praca, impressora, setor, cozinha, local de preparo, station, printer",
    "active": "ativo, situacao, status, habilitado, active, enabled",
    "picture": "imagem, foto, url da imagem, url imagem, image, picture, image url, photo",
    "ncm": "ncm, codigo ncm, cod ncm, ncm sh",
    "cest": "cest, codigo cest, cod cest",
    "cfop": "cfop",
    "csosn": "csosn",
    "origin": "origem, origem da mercadoria, origin",
}
COLUMNS: Mapping[str, Column] = MappingProxyType(
    {name.strip(): column for column, names in _HEADINGS.items() for name in names.split(",")}
)


def column_of(heading: str) -> Column | None:
    """What a heading means; None: nothing that is known here."""
    return COLUMNS.get(" ".join(words_of(heading[:100].replace("_", " "))))


def columns_of(headings: Iterable[str]) -> dict[Column, str]:
    """The headings by what they mean, as they stand. Raises UnknownColumns, TwoColumns.

    Two that mean the same may contradict one another in every row, so neither is preferred; only a
    description gives way to a name.
    """
    named = list(headings)
    found: dict[Column, str] = {}
    for heading in sorted(named, key=_gives_way):
        column = column_of(heading)
        if column is None or (column in found and _gives_way(heading)):
            continue
        if column in found:
            raise TwoColumns(one=shown(found[column]), other=shown(heading))
        found[column] = heading
    if len(found) < 2:
        raise UnknownColumns(found=shown(", ".join(named)))
    return found


def _gives_way(heading: str) -> bool:
    return folded(heading[:100]).strip() in ("descricao", "description")
