"""Lines that a command adds: told in full, or as what of the catalog they are.

Rules of this file:
1. A `NewLine` says everything itself and asks no catalog: a free item, or a front end with prices
   of its own.
2. A `CatalogLine` names products; name, price, station and category are copied from what this
   terminal's catalog says at this moment. The fact lists what was copied (`LineAdded.copied`): that
   is what its author knew, not what was meant, so one command told at two terminals with two prices
   is one line. It costs what its least stamp says, and `two_prices_of_a_line` shows it to a person.
3. What is sold out, or more than is left of a counted product, is refused by what this terminal
   knows: see `catalog.left`. What two terminals sell apart stands.
"""

from typing import Literal, TypeAlias

import msgspec

from crdt_models.documents.catalog.commands import catalog_view
from crdt_models.documents.catalog.errors import AmbiguousProduct, SoldOut, UnknownProduct
from crdt_models.documents.catalog.left import Takes, left_of, taken_of
from crdt_models.documents.catalog.pricing import Chosen, Priced, price_of, price_of_parts
from crdt_models.documents.catalog.view import CatalogView, Product
from crdt_models.documents.command import Context, Read
from crdt_models.documents.fields import ServiceType
from crdt_models.documents.orders.facts import CopiedField, Modifier
from crdt_models.ids import CreatedId, ProductId
from crdt_models.money import ONE


class NewLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line to be added; the fields are those of `LineAdded`."""

    product: str
    name: str
    unit_centavos: int
    thousandths: int = 1000
    modifiers: tuple[Modifier, ...] = ()
    note: str = ""
    course: int = 0
    station: str = ""
    category: str = ""
    external_id: str | None = None
    copied: tuple[CopiedField, ...] = ()


class Named(msgspec.Struct, frozen=True):
    """A product as somebody calls it. text: 32 hexadecimal digits, the code, or the barcode."""

    by: Literal["id", "code", "barcode"]
    text: str


class CatalogLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line to be added from the catalog.

    products: one; or the parts, two to four, of one whole. chosen: of its groups. modifiers: with
    prices of their own, beside what was chosen. thousandths: None: one. name, station, category: in
    place of the catalog's.
    """

    products: tuple[Named, ...]
    chosen: tuple[Chosen, ...] = ()
    modifiers: tuple[Modifier, ...] = ()
    thousandths: int | None = None
    name: str = ""
    note: str = ""
    course: int = 0
    station: str = ""
    category: str = ""
    external_id: str | None = None


AnyLine: TypeAlias = NewLine | CatalogLine


def told_in_full(
    lines: tuple[AnyLine, ...], service: ServiceType, read: Read, context: Context
) -> tuple[NewLine, ...]:
    """The lines with what the catalog says. Raises UnknownProduct, AmbiguousProduct, SoldOut,
    ProductNotActive, UnknownOption, WrongNumberOfChoices, NotSoldByHalves."""
    if all(isinstance(line, NewLine) for line in lines):
        return tuple(line for line in lines if isinstance(line, NewLine))
    catalog = catalog_view(read)
    told, takes = [], Takes()
    for line in lines:
        if isinstance(line, CatalogLine):
            sold = _sold(catalog, line, service, context)
            takes.update(taken_of(sold.product, sold.modifiers, sold.thousandths))
            told.append(sold)
        else:
            told.append(line)
    _check_left(catalog, takes, context)
    return tuple(told)


def product_named(catalog: CatalogView, named: Named) -> ProductId:
    """Raises UnknownProduct, AmbiguousProduct."""
    if named.by == "id":
        return _by_id(catalog, named.text)
    names = catalog.by_code if named.by == "code" else catalog.by_barcode
    found: tuple[Product, ...] = names.get(named.text, ())
    if not found:
        raise UnknownProduct(product=named.text[:64])
    if len(found) > 1:
        raise AmbiguousProduct(product=named.text[:64], count=len(found))
    return found[0].id


def _by_id(catalog: CatalogView, text: str) -> ProductId:
    try:
        product = ProductId(CreatedId(bytes.fromhex(text)))
    except ValueError:
        product = ProductId(CreatedId(b""))
    if product not in catalog.products:
        raise UnknownProduct(product=text[:64])
    return product


def _sold(
    catalog: CatalogView, line: CatalogLine, service: ServiceType, context: Context
) -> NewLine:
    priced = _priced(catalog, line, service, context)
    return NewLine(
        product=priced.product.hex(),
        name=line.name or priced.name,
        unit_centavos=priced.unit_centavos,
        thousandths=ONE if line.thousandths is None else line.thousandths,
        modifiers=(*priced.modifiers, *line.modifiers),
        note=line.note,
        course=line.course,
        station=line.station or priced.station,
        category=line.category or priced.category,
        external_id=line.external_id,
        copied=_copied(line),
    )


def _copied(line: CatalogLine) -> tuple[CopiedField, ...]:
    """What the catalog says of such a line: a function of what was asked, not of the answer."""
    by_other_names = any(each.by != "id" for each in line.products)
    copied: dict[CopiedField, bool] = {
        "category": not line.category,
        "modifiers": True,
        "name": not line.name,
        "product": by_other_names,
        "station": not line.station,
        "unit_centavos": True,
    }
    return tuple(field for field, is_copied in copied.items() if is_copied)


def _priced(
    catalog: CatalogView, line: CatalogLine, service: ServiceType, context: Context
) -> Priced:
    products = [product_named(catalog, each) for each in line.products]
    if not products:
        raise UnknownProduct(product="")
    if len(products) == 1:
        return price_of(catalog, products[0], service, context.moment, line.chosen)
    return price_of_parts(catalog, products, service, context.moment, line.chosen)


def _check_left(catalog: CatalogView, takes: Takes, context: Context) -> None:
    """Raises SoldOut."""
    for text, asked in takes.items():
        product = catalog.products.get(ProductId(CreatedId(bytes.fromhex(text))))
        if product is None:
            continue
        left = left_of(product, context.taken)
        if product.is_sold_out or (left is not None and left < asked):
            raise SoldOut(name=product.name, left=left or 0, asked=asked)
