"""What a scanner read, or a person typed: `GET /api/produtos/codigo/{codigo}`.

Rules of this file:
1. First a product's own barcode, then a scale's label, then a product's code: a shop may have given
   barcodes that begin as its labels do.
2. The answer holds the item as `POST …/itens` takes it. Of a label with a total it has a price of
   its own, so that the line costs what the label says.
"""

from typing import Any

from crdt_models.barcodes import (
    InvalidBarcode,
    ScaleLabel,
    line_of_total,
    read_barcode,
    read_scale_label,
)
from crdt_models.documents.catalog.errors import AmbiguousProduct, UnknownProduct
from crdt_models.documents.catalog.view import CatalogView, Product
from crdt_models.money import ONE
from peer.http_api.api import Api, json_answer
from peer.http_api.catalog.products import shown_product
from peer.http_api.shown import catalog
from peer.http_api.values import clean_text
from peer.service.routes import Answer, Call

MOST_ZEROS = 6  # before a code, in a label or in the catalog


async def read_code(api: Api, call: Call) -> Answer:
    """GET /api/produtos/codigo/{codigo}.

    Raises UnknownProduct, AmbiguousProduct, InvalidBarcode.
    """
    text = clean_text(call.path["codigo"])
    product, label = _product_of(api, catalog(api.node), text)
    shown = {
        "codigo": text,
        "etiqueta_balanca": label is not None,
        "item": _item(product, label),
        "produto": shown_product(api, product),
    }
    return json_answer(shown)


def _product_of(api: Api, view: CatalogView, text: str) -> tuple[Product, ScaleLabel | None]:
    refused: InvalidBarcode | None = None
    try:
        barcode = read_barcode(text)
        found = view.by_barcode.get(barcode, ())
        label = None if found else read_scale_label(barcode, api.scale_label)
    except InvalidBarcode as error:
        found, label, refused = (), None, error
    if label is not None:
        weighed = tuple(each for each in _of_code(view, label.code) if each.scale is not None)
        if weighed:
            return _only(weighed, text), label
    found = found or view.by_code.get(text, ())
    if not found and refused is not None and text.isdigit():
        raise refused
    return _only(found, text), None


def _of_code(view: CatalogView, code: str) -> tuple[Product, ...]:
    """Those whose code is this number, whatever zeros stand before it."""
    forms = dict.fromkeys(code.rjust(len(code) + zeros, "0") for zeros in range(MOST_ZEROS))
    return tuple(each for form in forms for each in view.by_code.get(form, ()))


def _only(found: tuple[Product, ...], text: str) -> Product:
    if not found:
        raise UnknownProduct(product=text[:64])
    if len(found) > 1:
        raise AmbiguousProduct(product=text[:64], count=len(found))
    return found[0]


def _item(product: Product, label: ScaleLabel | None) -> dict[str, Any]:
    item: dict[str, Any] = {"produto_id": product.id.hex(), "quantidade_milesimos": ONE}
    if label is None:
        return item
    if product.scale == "weight":
        return {**item, "quantidade_milesimos": label.value}
    line = line_of_total(label.value, product.unit_centavos)
    return {
        **item,
        "nome": product.name,
        "quantidade_milesimos": line.thousandths,
        "preco_unitario_centavos": line.unit_centavos,
        "categoria": product.category,
        "estacao": product.station,
    }
