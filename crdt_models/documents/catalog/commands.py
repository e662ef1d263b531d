"""What people ask of the catalog.

Rules of this file:
1. What is so already is not written again, and a write names every head of the registers it writes.
2. One `external_id`, code or barcode names one active product: another's is refused here. Terminals
   that cannot see each other may still give it twice, see `view`.
3. A product is taken out with `active` false; put back with true.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import UNSET

from crdt_models.documents.catalog.errors import ProductExists, UnknownProduct
from crdt_models.documents.catalog.facts import ProductAdded, ProductChanged, ProductValues
from crdt_models.documents.catalog.left import left_of
from crdt_models.documents.catalog.view import FIELDS, CatalogView, Product
from crdt_models.documents.command import Command, Context, Decision, InvalidField, Read
from crdt_models.documents.fields import MAX_MENTIONS
from crdt_models.fact import Fact
from crdt_models.ids import CATALOG, CreatedId, DocumentId, FactId, ProductId


class CatalogCommand(Command, frozen=True, kw_only=True):
    """Base of the commands on the catalog."""

    def reads(self) -> tuple[DocumentId, ...]:
        return (CATALOG,)


class AddProduct(CatalogCommand, frozen=True, kw_only=True, tag="add_product"):
    """Creates `product.0`. `values` give at least name and unit_centavos.

    Raises ProductExists, InvalidField, UnknownProduct (a component or a supply).
    """

    values: ProductValues

    def plan(self, read: Read, context: Context) -> Decision:
        catalog = catalog_view(read)
        product = ProductId(context.new_id(0))
        _check(catalog, self.values, product)
        added = _added(product, self.values)
        return Decision(((CATALOG, added),), {"product.0": product})


class ChangeProduct(CatalogCommand, frozen=True, kw_only=True, tag="change_product"):
    """Writes the fields that `values` give. Raises UnknownProduct, ProductExists, InvalidField."""

    product: ProductId
    values: ProductValues

    def plan(self, read: Read, context: Context) -> Decision:
        catalog = catalog_view(read)
        product = known_product(catalog, self.product)
        _check(catalog, self.values, product.id, product)
        return Decision(tuple((CATALOG, fact) for fact in _changed(product, self.values, context)))


class ImportProducts(CatalogCommand, frozen=True, kw_only=True, tag="import_products"):
    """Many products at once, as a file has them: each row is the product that has its external id,
    or else its code, and becomes what the row gives; a row that is nobody's is added.

    products: by row, whom the file means where it says so by other names; None: as above.
    Creates `product.<n>`, the n-th that was added. Rows are independent of each other: no two may
    name one product. Raises ProductExists, UnknownProduct, InvalidField, CommandTooLarge (at most
    512 rows and 64 KiB).
    """

    rows: tuple[ProductValues, ...]
    products: tuple[ProductId | None, ...] = ()

    def plan(self, read: Read, context: Context) -> Decision:
        catalog = catalog_view(read)
        facts: list[Fact] = []
        ids: dict[str, CreatedId] = {}
        taken: dict[tuple[str, str], str] = {}
        for index, row in enumerate(self.rows):
            meant = self.products[index] if index < len(self.products) else None
            product = meant_by(catalog, row) if meant is None else known_product(catalog, meant)
            created = ProductId(context.new_id(index))
            own = created if product is None else product.id
            _check(catalog, row, own, product)
            _claim(taken, row, own)
            if product is None:
                facts.append(_added(created, row))
                ids[f"product.{len(ids)}"] = created
            else:
                facts += _changed(product, row, context)
        return Decision(tuple((CATALOG, fact) for fact in facts), ids)


def catalog_view(read: Read) -> CatalogView:
    """The catalog."""
    view = read(CATALOG)
    assert isinstance(view, CatalogView), "the kind of a document decides its view"
    return view


def known_product(catalog: CatalogView, product: ProductId) -> Product:
    """Raises UnknownProduct."""
    found = catalog.products.get(product)
    if found is None:
        raise UnknownProduct(product=product.hex())
    return found


def meant_by(catalog: CatalogView, row: ProductValues) -> Product | None:
    """The one product that has the row's external id, or else the active one that has its code.

    One that was taken out keeps its external id here, so that the next file does not add it again.
    """
    for named, given in (
        (catalog.by_external_id, row.external_id),
        (catalog.taken_out, row.external_id),
        (catalog.by_code, row.code),
    ):
        found = named.get(given, ()) if isinstance(given, str) else ()
        if len(found) == 1:
            return found[0]
    return None


def _check(
    catalog: CatalogView, values: ProductValues, own: ProductId, product: Product | None = None
) -> None:
    """product: that the values will be written to, None: a new one. Raises ProductExists,
    UnknownProduct, InvalidField."""
    for field, name, found in _claims(catalog, _claiming(product, values)):
        other = next((each for each in found if each.id != own), None)
        if other is not None:
            raise ProductExists(name=other.name, field=field, value=name)
    for mentioned in _mentioned(values):
        known_product(catalog, mentioned)
    _check_groups(values)


def _claiming(product: Product | None, values: ProductValues) -> ProductValues:
    """By what the product will newly go: a product that is put back claims all its names again."""
    if product is None or (product.is_active and values.active is not False):
        return values
    if values.active is not True:
        return ProductValues()
    return ProductValues(**{field: product.after(values, field) for field in FIELDS})


def _claims(
    catalog: CatalogView, values: ProductValues
) -> Iterator[tuple[str, str, Sequence[Product]]]:
    """(field, name, active products that have it) of everything by which one product goes."""
    for field, name in _names(values):
        named: Mapping[str, tuple[Product, ...]] = getattr(catalog, f"by_{field}")
        yield field, name, named.get(name, ())


def _names(values: ProductValues) -> Iterator[tuple[str, str]]:
    if isinstance(values.external_id, str):
        yield "external_id", values.external_id
    if isinstance(values.code, str) and values.code:
        yield "code", values.code
    if not isinstance(values.barcodes, msgspec.UnsetType):
        yield from (("barcode", each) for each in values.barcodes)


def _claim(taken: dict[tuple[str, str], str], row: ProductValues, own: ProductId) -> None:
    """Two rows of one file under one name, or of one product. Raises ProductExists."""
    for named in (*_names(row), ("id", own.hex())):
        if named in taken:
            raise ProductExists(name=taken[named], field=named[0], value=named[1])
        taken[named] = row.name if isinstance(row.name, str) else ""


def _mentioned(values: ProductValues) -> Iterator[ProductId]:
    if not isinstance(values.recipe, msgspec.UnsetType):
        yield from (each.supply for each in values.recipe)
    if not isinstance(values.groups, msgspec.UnsetType):
        options = (option for group in values.groups for option in group.options)
        yield from (each.product for each in options if each.product is not None)


def _check_groups(values: ProductValues) -> None:
    """Raises InvalidField for what nobody could choose from."""
    if isinstance(values.groups, msgspec.UnsetType):
        return
    keys = [option.key for group in values.groups for option in group.options]
    if len(set(keys)) < len(keys) or len({each.key for each in values.groups}) < len(values.groups):
        raise InvalidField(reason="two groups or two options of a product have one key")
    for group in values.groups:
        if group.least > group.most:
            raise InvalidField(reason=f"{group.name} asks for more choices than it allows")
        if any(not each.name and each.product is None for each in group.options):
            raise InvalidField(reason=f"an option of {group.name} has no name")


def _added(product: ProductId, values: ProductValues) -> ProductAdded:
    try:
        return ProductAdded(product=product, values=values)
    except ValueError as error:
        raise InvalidField(reason=str(error)) from error


def _changed(product: Product, values: ProductValues, context: Context) -> list[ProductChanged]:
    """One fact; one for each field where more concurrent writes stand than a fact can name."""
    given, heads = {}, {}
    for field in FIELDS:
        value = getattr(values, field)
        if value is UNSET:
            continue
        register = product.register(field)
        if len(register.heads) > 1 or _is_so(product, field, context) != value:
            given[field], heads[field] = value, register.replaced_next
    if not given:
        return []
    united = sorted({head for each in heads.values() for head in each})
    if len(united) <= MAX_MENTIONS:
        return [_change(product.id, given, united)]
    return [_change(product.id, {field: given[field]}, heads[field]) for field in given]


def _is_so(product: Product, field: str, context: Context) -> object:
    """What a field says now. Of a count: what is left, so that who sees as many writes nothing."""
    if field == "left":
        return left_of(product, context.taken)
    return product.now(field)


def _change(
    product: ProductId, given: Mapping[str, object], replaces: Sequence[FactId]
) -> ProductChanged:
    values = ProductValues(**given)  # type: ignore[arg-type]  # fields of another ProductValues
    return ProductChanged(product=product, values=values, replaces=tuple(replaces))
