"""Rows of products, and of what lines of orders take of them."""

from crdt_models.documents.catalog.left import taken_in
from crdt_models.documents.catalog.view import CatalogView, Product
from crdt_models.documents.orders.view import OrderView
from crdt_models.ids import DocumentId
from crdt_models.read_models.definitions import Row, TableDefinition, stored

PRODUCT = TableDefinition(
    "product",
    (
        ("document_id", "TEXT"),
        ("product_id", "TEXT"),  # 32 hexadecimal digits
        ("name", "TEXT"),
        ("code", "TEXT"),
        ("category", "TEXT"),
        ("station", "TEXT"),
        ("unit_centavos", "INTEGER"),  # when no rule fits
        ("sold_by", "TEXT"),  # unit, weight
        ("barcodes", "TEXT"),  # separated by blanks
        ("external_id", "TEXT"),
        ("is_active", "INTEGER"),
        ("is_sold_out", "INTEGER"),
        ("counted_thousandths", "INTEGER"),  # left when somebody counted; null: nobody counts
        ("counted_hlc", "INTEGER"),
        ("added_hlc", "INTEGER"),
    ),
    ("document_id", "product_id"),
)

PRODUCT_TAKEN = TableDefinition(
    "product_taken",
    (
        ("document_id", "TEXT"),
        ("position", "INTEGER"),
        ("line_id", "TEXT"),
        ("product_id", "TEXT"),
        ("thousandths", "INTEGER"),
        ("added_hlc", "INTEGER"),  # of the line
    ),
    ("document_id", "position"),
)


def product_rows(
    document: DocumentId, catalog: CatalogView, *, only_touched: bool = False
) -> list[Row]:
    """The rows of `PRODUCT`. only_touched: of the products that got facts since the view was
    copied; a product that is known never ends, so the other rows are as they were."""
    products = catalog.products
    shown = sorted(catalog.touched & products.keys()) if only_touched else products
    return [_product(document, products[each]) for each in shown]


def _product(document: DocumentId, product: Product) -> Row:
    counted = product.counted
    return (
        document,
        product.id.hex(),
        product.name,
        product.code,
        product.category,
        product.station,
        product.unit_centavos,
        product.sold_by,
        " ".join(product.barcodes),
        product.external_id,
        int(product.is_active),
        int(product.is_sold_out),
        None if counted is None else counted[0],
        None if counted is None else stored(counted[1].hlc),
        stored(product.added.hlc),
    )


def taken_rows(document: DocumentId, order: OrderView) -> list[Row]:
    """The rows of `PRODUCT_TAKEN`."""
    return [
        (document, position, each.line.hex(), each.product, each.thousandths, each.hlc)
        for position, each in enumerate(taken_in(order))
    ]
