"""The search over the catalog that this terminal holds, kept in step with it.

It looks at the catalog again when its version changed, and then only indexes what changed.
"""

from crdt_models.documents.catalog.view import CatalogView, Product
from crdt_models.ids import CreatedId, ProductId
from crdt_models.product_search import ProductSearch, Searched


class Finder:
    """Finds products by what people type."""

    def __init__(self) -> None:
        self._search = ProductSearch()
        self._version = ""

    def find(self, catalog: CatalogView, version: str, text: str) -> list[Product]:
        """All that fit, best first. version: of the catalog."""
        if version != self._version:
            self._follow(catalog)
            self._version = version
        keys = self._search.find(text, len(self._search))
        return [catalog.products[ProductId(CreatedId(bytes.fromhex(key)))] for key in keys]

    def _follow(self, catalog: CatalogView) -> None:
        products = {product.hex(): each for product, each in catalog.products.items()}
        self._search.keep_only(products)
        for key, each in products.items():
            codes = tuple(code for code in (each.code, *each.barcodes) if code)
            searched = Searched(name=each.name, category=each.category, codes=codes)
            self._search.put(key, searched)
