"""What the facts of the catalog mean: products by id, by code, by barcode, by external id.

Rules of this file:
1. A product exists from its `ProductAdded` on; changes that arrive before it wait in the facts.
2. Each field is a register (`Product.register`); `values` are the current ones. A product that was
   written once, nearly every one, has no register made.
3. What goes by a name is a list: two terminals may give one code apart. Nobody throws a coin.
4. Commands stand in `commands`, prices in `pricing`, what is left of a counted product in `left`.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from msgspec import UNSET, UnsetType

from crdt_models.documents.catalog.facts import (
    Group,
    Halves,
    Ingredient,
    PriceRule,
    ProductAdded,
    ProductChanged,
    ProductValues,
    Scale,
    SoldBy,
)
from crdt_models.documents.register import Register, Write
from crdt_models.documents.view import Derived, Once, View
from crdt_models.fact import Stamp
from crdt_models.ids import FactId, ProductId

T = TypeVar("T")

FIELDS: tuple[str, ...] = ProductValues.__struct_fields__
UNWRITTEN = ProductValues(
    name="", unit_centavos=0, code="", category="", station="", prices=(), tax={}, barcodes=(),
    sold_by="unit", scale=None, active=True, picture="", external_id=None, groups=(), halves=None,
    recipe=(), sold_out=False, left=None,
)  # fmt: skip
"""What each field says before anybody wrote it."""


class Wrote(NamedTuple):
    """One writing of some of a product's fields."""

    id: FactId
    stamp: Stamp
    values: ProductValues
    replaces: frozenset[FactId]


class Product:
    """One product as all its facts make it. Never changed once made."""

    def __init__(self, product: ProductId, wrote: Iterable[Wrote]) -> None:
        self.id = product
        self.wrote = tuple(wrote)

    def register(self, field: str) -> Register[Any]:
        """The writes of one field; empty when nobody wrote it."""
        return Register(
            Write(each.id, each.stamp, value, each.replaces)
            for each in self.wrote
            if (value := getattr(each.values, field)) is not UNSET
        )

    @cached_property
    def values(self) -> ProductValues:
        """The current value of every field that was ever written."""
        if len(self.wrote) == 1:
            return self.wrote[0].values
        return ProductValues(**{field: self.register(field).value(UNSET) for field in FIELDS})

    def now(self, field: str) -> Any:
        """What a field says, written or not."""
        value = getattr(self.values, field)
        return getattr(UNWRITTEN, field) if value is UNSET else value

    def after(self, written: ProductValues, field: str) -> Any:
        """What a field will be once `written` is."""
        value = getattr(written, field)
        return getattr(self.values, field) if value is UNSET else value

    @property
    def added(self) -> Stamp:
        """When it was first written."""
        return self.wrote[0].stamp

    @property
    def name(self) -> str:
        """As on the bill."""
        return _or(self.values.name, "")

    @property
    def unit_centavos(self) -> int:
        """Of one unit or kilogram, when no rule fits."""
        return _or(self.values.unit_centavos, 0)

    @property
    def code(self) -> str:
        """What people type; empty: none."""
        return _or(self.values.code, "")

    @property
    def category(self) -> str:
        """Copied into lines."""
        return _or(self.values.category, "")

    @property
    def station(self) -> str:
        """Where it is made; copied into lines."""
        return _or(self.values.station, "")

    @property
    def prices(self) -> tuple[PriceRule, ...]:
        """Prices for certain times and ways of serving, the first that fits counts."""
        return _or(self.values.prices, ())

    @property
    def tax(self) -> dict[str, str]:
        """Opaque texts by name."""
        return _or(self.values.tax, {})

    @property
    def barcodes(self) -> tuple[str, ...]:
        """Digits."""
        return _or(self.values.barcodes, ())

    @property
    def sold_by(self) -> SoldBy:
        """unit or weight (the quantity is kilograms)."""
        return _or(self.values.sold_by, "unit")

    @property
    def scale(self) -> Scale | None:
        """What its weighed label says beside the code."""
        return _or(self.values.scale, None)

    @property
    def is_active(self) -> bool:
        """Whether it can be sold."""
        return _or(self.values.active, True)  # noqa: FBT003 - the default

    @property
    def picture(self) -> str:
        """Where the front end finds one; empty: none."""
        return _or(self.values.picture, "")

    @property
    def external_id(self) -> str | None:
        """`source:id` in another system."""
        return _or(self.values.external_id, None)

    @property
    def groups(self) -> tuple[Group, ...]:
        """Modifiers, and components of a combo."""
        return _or(self.values.groups, ())

    @property
    def halves(self) -> Halves | None:
        """How the price of a whole made of such products is found; None: not sold so."""
        return _or(self.values.halves, None)

    @property
    def recipe(self) -> tuple[Ingredient, ...]:
        """Supplies of one unit."""
        return _or(self.values.recipe, ())

    @property
    def is_sold_out(self) -> bool:
        """Whether somebody said that none is to be sold."""
        return _or(self.values.sold_out, False)  # noqa: FBT003 - the default

    @cached_property
    def counted(self) -> tuple[int, Stamp] | None:
        """(thousandths that were left, when that was written); None: nobody counts."""
        current = self.register("left").current
        return None if current is None or current.value is None else (current.value, current.stamp)


class CatalogView(View):
    """The products of the site."""

    UNDERSTANDS = frozenset({ProductAdded, ProductChanged})

    @Derived
    def products(self) -> dict[ProductId, Product]:
        """By id, in the order in which they were added."""
        wrote: dict[ProductId, list[Wrote]] = {}
        for added in self.all(ProductAdded):
            begins = Wrote(added.id, added.stamp, added.fact.values, frozenset())
            wrote.setdefault(added.fact.product, []).append(begins)
        for changed in self.all(ProductChanged):
            if changed.fact.product in wrote:
                wrote[changed.fact.product].append(_wrote(self, changed))
        return {product: Product(product, writes) for product, writes in wrote.items()}

    @Derived
    def by_code(self) -> dict[str, tuple[Product, ...]]:
        """Active products by what people type."""
        return _by(self._active, lambda each: [each.code] if each.code else [])

    @Derived
    def by_barcode(self) -> dict[str, tuple[Product, ...]]:
        """Active products by barcode."""
        return _by(self._active, lambda each: each.barcodes)

    @Derived
    def by_external_id(self) -> dict[str, tuple[Product, ...]]:
        """Active products by `source:id`; two of one name are a dispute."""
        return _by(self._active, _external_id)

    @Derived
    def taken_out(self) -> dict[str, tuple[Product, ...]]:
        """Products that are not active, by `source:id`."""
        return _by((each for each in self.products.values() if not each.is_active), _external_id)

    @property
    def _active(self) -> Iterable[Product]:
        return (each for each in self.products.values() if each.is_active)


def _wrote(view: View, changed: Once[ProductChanged]) -> Wrote:
    fact = changed.fact
    return Wrote(changed.id, changed.stamp, fact.values, view.same_all(fact.replaces))


def _by(
    products: Iterable[Product], names: Callable[[Product], Iterable[str]]
) -> dict[str, tuple[Product, ...]]:
    found: dict[str, list[Product]] = {}
    for product in products:
        for name in dict.fromkeys(names(product)):
            found.setdefault(name, []).append(product)
    return {name: tuple(named) for name, named in found.items()}


def _external_id(product: Product) -> Iterable[str]:
    return () if product.external_id is None else (product.external_id,)


def _or(value: T | UnsetType, default: T) -> T:
    return default if isinstance(value, UnsetType) else value
