"""What the facts of the catalog mean: products by id, by code, by barcode, by external id.

Rules of this file:
1. A product exists from its `ProductAdded` on; changes that arrive before it wait in the facts.
2. Each field is a register (`Product.register`); `values` are the current ones. A product that was
   written once, nearly every one, has no register made.
3. What goes by a name is a list: two terminals may give one code apart. Nobody throws a coin.
4. Commands stand in `commands`, prices in `pricing`, what is left of a counted product in `left`.
5. A fact costs what it touches, however many products there are: what is derived is one index that
   is brought up to date for the products with new facts, and shared between copies of the view.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Self, TypeVar

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
from crdt_models.documents.resolution import Resolution
from crdt_models.documents.view import Once, View
from crdt_models.fact import Entry, Stamp
from crdt_models.ids import DocumentId, FactId, ProductId

T = TypeVar("T")

FIELDS: tuple[str, ...] = ProductValues.__struct_fields__
UNWRITTEN = ProductValues(
    name="", unit_centavos=0, code="", category="", station="", prices=(), tax={}, barcodes=(),
    sold_by="unit", scale=None, active=True, picture="", external_id=None, groups=(), halves=None,
    recipe=(), sold_out=False, left=None, stocked=False, stock_minimum=None,
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

    @property
    def is_stocked(self) -> bool:
        """Whether a sale takes the product itself from the stock."""
        return _or(self.values.stocked, False)  # noqa: FBT003 - the default

    @property
    def stock_minimum(self) -> int | None:
        """Thousandths below which there should be more of it."""
        return _or(self.values.stock_minimum, None)

    @cached_property
    def counted(self) -> tuple[int, Stamp] | None:
        """(thousandths that were left, when that was written); None: nobody counts."""
        current = self.register("left").current
        return None if current is None or current.value is None else (current.value, current.stamp)


Named = Mapping[str, tuple[Product, ...]]


class Index(NamedTuple):
    """The products, in the order in which they were added, and who goes by which name. Never
    changed once made."""

    products: Mapping[ProductId, Product]
    by_code: Named
    by_barcode: Named
    by_external_id: Named
    taken_out: Named

    def with_products(self, changed: Mapping[ProductId, Product | None]) -> "Index":
        """With these as they are now; None: there is no such product (yet)."""
        names = [dict(each) for each in self[1:]]
        for each in (self.products[key] for key in changed if key in self.products):
            for place, name in _names(each):
                _take_from(names[place], name, each.id)
        now = sorted((each for each in changed.values() if each is not None), key=_added)
        for each in now:
            for place, name in _names(each):
                found = (*names[place].get(name, ()), each)
                names[place][name] = tuple(sorted(found, key=_added))
        gone = [key for key, each in changed.items() if each is None]
        return Index(_in_order(self.products, now, gone), *names)


def _in_order(
    before: Mapping[ProductId, Product], now: Sequence[Product], gone: Iterable[ProductId]
) -> Mapping[ProductId, Product]:
    """All of them by when they were added; sorted anew only when somebody's place is another."""
    products = dict(before)
    for key in gone:
        products.pop(key, None)
    last = next(reversed(products.values())).added if products else None
    products.update((each.id, each) for each in now)
    new = (each for each in now if each.id not in before)
    moved = any(each.id in before and before[each.id].added != each.added for each in now)
    if moved or (last is not None and any(each.added < last for each in new)):
        return {each.id: each for each in sorted(products.values(), key=_added)}
    return products


class CatalogView(View):
    """The products of the site. touched: those that got facts since the view was copied."""

    UNDERSTANDS = frozenset({ProductAdded, ProductChanged})

    def __init__(self, document: DocumentId) -> None:
        super().__init__(document)
        self.touched: set[ProductId] = set()
        self._facts: dict[ProductId, tuple[Entry, ...]] = {}
        self._by_key: dict[tuple[bytes, int], tuple[Entry, ...]] = {}
        self._shared_keys: set[tuple[bytes, int]] = set()
        self._stale: set[ProductId] = set()  # with facts that the index does not know yet
        self._known = Index({}, {}, {}, {}, {})

    def copy(self) -> Self:
        self._index()  # once for both
        other = super().copy()
        other.touched, other._stale = set(), set()
        other._facts, other._by_key = dict(self._facts), dict(self._by_key)
        other._shared_keys = set(self._shared_keys)
        return other

    def _note(self, entry: Entry, instead: Entry | None) -> None:
        if instead is not None:
            self._put(instead, lambda facts: tuple(each for each in facts if each is not instead))
        self._put(entry, lambda facts: (*facts, entry))

    def _put(self, entry: Entry, put: Callable[[tuple[Entry, ...]], tuple[Entry, ...]]) -> None:
        fact, key = entry.fact, entry.command_key
        if isinstance(fact, ProductAdded | ProductChanged):
            self._facts[fact.product] = put(self._facts.get(fact.product, ()))
            self._stale.add(fact.product)
            self.touched.add(fact.product)
        elif not isinstance(fact, Resolution):
            return
        told = self._by_key[key] = put(self._by_key.get(key, ()))
        (self._shared_keys.add if len(told) > 1 else self._shared_keys.discard)(key)

    def _told_under_one_key(self) -> list[list[Entry]]:
        return [list(self._by_key[key]) for key in self._shared_keys]

    def _index(self) -> Index:
        if self._stale:
            changed = {each: self._made(each) for each in self._stale}
            self._known, self._stale = self._known.with_products(changed), set()
        return self._known

    def _made(self, product: ProductId) -> Product | None:
        """By its own facts alone: tellings of one fact are of one product, and nobody replaces a
        write of another's."""
        alone = _OneProduct(self.document)
        for entry in self._facts[product]:
            alone.apply(entry)
        writes = [
            Wrote(each.id, each.stamp, each.fact.values, frozenset())
            for each in alone.all(ProductAdded)
        ]
        if not writes:
            return None
        changes = alone.all(ProductChanged)
        return Product(product, [*writes, *(_wrote(alone, each) for each in changes)])

    @property
    def products(self) -> Mapping[ProductId, Product]:
        """By id, in the order in which they were added."""
        return self._index().products

    @property
    def by_code(self) -> Named:
        """Active products by what people type."""
        return self._index().by_code

    @property
    def by_barcode(self) -> Named:
        """Active products by barcode."""
        return self._index().by_barcode

    @property
    def by_external_id(self) -> Named:
        """Active products by `source:id`; two of one name are a dispute."""
        return self._index().by_external_id

    @property
    def taken_out(self) -> Named:
        """Products that are not active, by `source:id`."""
        return self._index().taken_out


class _OneProduct(View):
    """The facts of one product."""

    UNDERSTANDS = CatalogView.UNDERSTANDS


def _wrote(view: View, changed: Once[ProductChanged]) -> Wrote:
    fact = changed.fact
    return Wrote(changed.id, changed.stamp, fact.values, view.same_all(fact.replaces))


def _added(product: Product) -> Stamp:
    return product.added


def _names(product: Product) -> Iterable[tuple[int, str]]:
    """(which of an index's four, what it is called there)."""
    external = () if product.external_id is None else (product.external_id,)
    if not product.is_active:
        return [(_TAKEN_OUT, each) for each in external]
    codes = (product.code,) if product.code else ()
    named = (codes, dict.fromkeys(product.barcodes), external)
    return [(place, name) for place, names in enumerate(named) for name in names]


_TAKEN_OUT = 3


def _take_from(names: dict[str, tuple[Product, ...]], name: str, product: ProductId) -> None:
    left = tuple(each for each in names[name] if each.id != product)
    if left:
        names[name] = left
    else:
        del names[name]


def _or(value: T | UnsetType, default: T) -> T:
    return default if isinstance(value, UnsetType) else value
