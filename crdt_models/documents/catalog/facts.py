"""What can be written about a product. Money in centavos, quantities in thousandths.

Rules of this file:
1. Every field of `ProductValues` is a register of its product. A fact writes those that it gives;
   a field that it leaves out it does not touch. A list or a map is one value, written as a whole.
2. `replaces` names the writes of the given fields that the author saw. One list serves all of
   them: who saw a fact saw everything it wrote.
3. Nothing is deleted: `active` is a register. A product that is not active cannot be sold.
4. A field may be added (an older version passes over it and sells by the rest), never reused.
"""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crdt_models.documents.fields import (
    MAX_THOUSANDTHS,
    Code,
    ExternalId,
    FactRefs,
    ModifierCentavos,
    Name,
    NameOrNone,
    ProductRef,
    ServiceType,
    Thousandths,
    UnitCentavos,
)
from crdt_models.fact import Fact

MINUTES_OF_A_DAY = 24 * 60

Key = Annotated[str, Meta(min_length=1, max_length=64)]
Weekday = Annotated[int, Meta(ge=0, le=6)]
Barcode = Annotated[str, Meta(pattern=r"^[0-9]{4,14}\Z")]
TaxField = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
Picture = Annotated[str, Meta(max_length=300)]
Choices = Annotated[int, Meta(ge=0, le=100)]
Left = Annotated[int, Meta(ge=0, le=MAX_THOUSANDTHS)]
SoldBy = Literal["unit", "weight"]
Scale = Literal["price", "weight"]
Halves = Literal["dearest", "average"]


class PriceRule(msgspec.Struct, frozen=True, omit_defaults=True):
    """A price for certain times and ways of serving; the first rule of the list that fits counts.

    weekdays: on which the window begins, 0 is Monday; empty: all. from_minute, to_minute: of the
    day, the end not included; an end that is not after the beginning lies on the next day.
    services: empty: all.
    """

    unit_centavos: UnitCentavos
    weekdays: Annotated[tuple[Weekday, ...], Meta(max_length=7)] = ()
    from_minute: Annotated[int, Meta(ge=0, le=MINUTES_OF_A_DAY - 1)] = 0
    to_minute: Annotated[int, Meta(ge=1, le=MINUTES_OF_A_DAY)] = MINUTES_OF_A_DAY
    services: Annotated[tuple[ServiceType, ...], Meta(max_length=8)] = ()


class Option(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to choose. key: unique within its product. unit_centavos: what one adds to the
    price (below zero: takes from it). product: a component of a combo, one unit of it; it has the
    name when `name` is empty."""

    key: Key
    name: NameOrNone = ""
    unit_centavos: ModifierCentavos = 0
    product: ProductRef | None = None


class Group(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is chosen together: additions to a burger, or the drink of a combo. least, most: how
    many choices, one option twice counting two."""

    key: Key
    name: Name
    options: Annotated[tuple[Option, ...], Meta(min_length=1, max_length=100)]
    least: Choices = 0
    most: Choices = 1


class Ingredient(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one unit (or kilogram) takes from the stock. supply: a product of this catalog."""

    supply: ProductRef
    thousandths: Thousandths


class ProductValues(msgspec.Struct, frozen=True, omit_defaults=True):
    """Fields of a product. What is left out was not written.

    name: as on the bill · unit_centavos: price of one unit, or of a kilogram, when no rule of
    `prices` fits · code: what people type, and what a scale's label holds · category, station:
    copied into lines · tax: opaque (ncm, cfop, cest …) · barcodes: EAN-8, EAN-13 or other digits ·
    sold_by: unit or weight · scale: what its weighed label (EAN-13 with prefix 2) says beside the
    code; None: it has none · active: can be sold · picture: where the front end finds it ·
    external_id: `source:id`, of one product · groups: modifiers, and components of a combo ·
    halves: may be sold as a part of one whole, at the dearest part's price or the average; None:
    not · recipe: supplies of one unit · sold_out: none is to be sold now · left: how many were left
    when this was written (see `left.py`); None: nobody counts · stocked: the stock keeps it as it
    is, so that a sale takes the product itself and not its recipe · stock_minimum: thousandths
    below which there should be more of it; None: nobody minds.
    """

    name: Name | UnsetType = UNSET
    unit_centavos: UnitCentavos | UnsetType = UNSET
    code: Code | UnsetType = UNSET
    category: Code | UnsetType = UNSET
    station: Code | UnsetType = UNSET
    prices: Annotated[tuple[PriceRule, ...], Meta(max_length=100)] | UnsetType = UNSET
    tax: Annotated[dict[TaxField, Code], Meta(max_length=40)] | UnsetType = UNSET
    barcodes: Annotated[tuple[Barcode, ...], Meta(max_length=40)] | UnsetType = UNSET
    sold_by: SoldBy | UnsetType = UNSET
    scale: Scale | UnsetType | None = UNSET
    active: bool | UnsetType = UNSET
    picture: Picture | UnsetType = UNSET
    external_id: ExternalId | UnsetType | None = UNSET
    groups: Annotated[tuple[Group, ...], Meta(max_length=40)] | UnsetType = UNSET
    halves: Halves | UnsetType | None = UNSET
    recipe: Annotated[tuple[Ingredient, ...], Meta(max_length=100)] | UnsetType = UNSET
    sold_out: bool | UnsetType = UNSET
    left: Left | UnsetType | None = UNSET
    stocked: bool | UnsetType = UNSET
    stock_minimum: Left | UnsetType | None = UNSET


class ProductAdded(Fact, frozen=True, tag="product_added"):
    """A product begins to exist. Its name and price are given."""

    product: ProductRef
    values: ProductValues

    def __post_init__(self) -> None:
        if self.values.name is UNSET or self.values.unit_centavos is UNSET:
            raise ValueError("a product has a name and a price")


class ProductChanged(Fact, frozen=True, tag="product_changed"):
    """Registers of a product were written: the fields that `values` gives."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})

    product: ProductRef
    values: ProductValues
    replaces: FactRefs = ()
