"""What a product costs, and what was chosen of it: the values that an order line copies.

Rules of this file:
1. Pure: the catalog, the way of serving, the local time and the choices go in, the same values come
   out at every terminal whose catalog says the same.
2. A group of choices takes from `least` to `most`. A group that offers one option and asks for it
   is chosen by itself: the fixed component of a combo.
3. A whole in parts costs what its dearest part costs, or the average rounded half up. When the
   parts do not agree on the rule, the dearest counts. Choices are those of the first part.
4. A whole and a combo name their parts in the line, each with its quantity of one unit of the line,
   so that the stock knows what was taken.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec

from crdt_models.documents.catalog.commands import known_product
from crdt_models.documents.catalog.errors import (
    NotSoldByHalves,
    ProductNotActive,
    UnknownOption,
    WrongNumberOfChoices,
)
from crdt_models.documents.catalog.facts import Group, Option, PriceRule
from crdt_models.documents.catalog.view import CatalogView, Product
from crdt_models.documents.command import Moment
from crdt_models.documents.fields import ServiceType
from crdt_models.documents.orders.facts import Modifier
from crdt_models.ids import ProductId
from crdt_models.money import ONE, divide_half_up, split

MOST_PARTS = 4
LONGEST_NAME = 120


class Chosen(msgspec.Struct, frozen=True):
    """An option by its key, `count` times."""

    option: str
    count: int = 1


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """What a line copies. modifiers: choices with their prices, and the parts of a whole (their
    product's id in `product`)."""

    product: ProductId
    name: str
    unit_centavos: int
    modifiers: tuple[Modifier, ...]
    category: str
    station: str


def unit_price_at(product: Product, service: ServiceType, moment: Moment) -> int:
    """Centavos of one unit or kilogram, before choices."""
    for rule in product.prices:
        if (not rule.services or service in rule.services) and is_within(rule, moment):
            return rule.unit_centavos
    return product.unit_centavos


def is_within(rule: PriceRule, moment: Moment) -> bool:
    """Whether the rule's window is open."""
    weekday, minute = moment
    if rule.from_minute < rule.to_minute:
        return _on(rule, weekday) and rule.from_minute <= minute < rule.to_minute
    if minute >= rule.from_minute:
        return _on(rule, weekday)
    return minute < rule.to_minute and _on(rule, (weekday - 1) % 7)


def _on(rule: PriceRule, weekday: int) -> bool:
    return not rule.weekdays or weekday in rule.weekdays


def price_of(
    catalog: CatalogView,
    product: ProductId,
    service: ServiceType,
    moment: Moment,
    chosen: Sequence[Chosen] = (),
) -> Priced:
    """A product with what was chosen of it.

    Raises UnknownProduct, ProductNotActive, UnknownOption, WrongNumberOfChoices.
    """
    found = sold_product(catalog, product)
    return Priced(
        product=found.id,
        name=found.name,
        unit_centavos=unit_price_at(found, service, moment),
        modifiers=choices_of(catalog, found, chosen),
        category=found.category,
        station=found.station,
    )


def price_of_parts(
    catalog: CatalogView,
    products: Sequence[ProductId],
    service: ServiceType,
    moment: Moment,
    chosen: Sequence[Chosen] = (),
) -> Priced:
    """One whole of two to four parts, half-and-half mostly.

    Raises what `price_of` raises, and NotSoldByHalves.
    """
    parts = [sold_product(catalog, each) for each in products]
    for part in parts:
        if part.halves is None:
            raise NotSoldByHalves(name=part.name, reason="it is only sold whole")
    first = parts[0]
    if not 2 <= len(parts) <= MOST_PARTS:
        raise NotSoldByHalves(name=first.name, reason=f"2 to {MOST_PARTS} parts make a whole")
    prices = [unit_price_at(each, service, moment) for each in parts]
    is_average = all(each.halves == "average" for each in parts)
    share = f"1/{len(parts)} "
    named = tuple(
        Modifier(name=(share + part.name)[:LONGEST_NAME], thousandths=size, product=part.id.hex())
        for part, size in zip(parts, split(ONE, len(parts)), strict=True)
    )
    return Priced(
        product=first.id,
        name=" + ".join(share + each.name for each in parts)[:LONGEST_NAME],
        unit_centavos=divide_half_up(sum(prices), len(prices)) if is_average else max(prices),
        modifiers=(*named, *choices_of(catalog, first, chosen)),
        category=first.category,
        station=first.station,
    )


def sold_product(catalog: CatalogView, product: ProductId) -> Product:
    """Raises UnknownProduct, ProductNotActive."""
    found = known_product(catalog, product)
    if not found.is_active:
        raise ProductNotActive(name=found.name)
    return found


def choices_of(
    catalog: CatalogView, product: Product, chosen: Sequence[Chosen]
) -> tuple[Modifier, ...]:
    """The choices in the order of the catalog. Raises UnknownOption, WrongNumberOfChoices,
    ProductNotActive (a component)."""
    counts: Counter[str] = Counter()
    for each in chosen:
        counts[each.option] += each.count
    offered = {option.key for group in product.groups for option in group.options}
    unknown = sorted(counts.keys() - offered)
    if unknown or any(count < 1 for count in counts.values()):
        raise UnknownOption(name=product.name, option=next(iter(unknown or counts)))
    return tuple(
        _modifier(catalog, option, count)
        for group in product.groups
        for option, count in _from(product, group, counts)
    )


def _from(product: Product, group: Group, counts: Counter[str]) -> list[tuple[Option, int]]:
    picked = [(each, counts[each.key]) for each in group.options if counts[each.key]]
    if not picked and len(group.options) == 1 and group.least:
        picked = [(group.options[0], group.least)]
    made = sum(count for _, count in picked)
    if not group.least <= made <= group.most:
        raise WrongNumberOfChoices(
            name=product.name, group=group.name, least=group.least, most=group.most, chosen=made
        )
    return picked


def _modifier(catalog: CatalogView, option: Option, count: int) -> Modifier:
    """What was chosen, as many times; of a component its own choices are not asked."""
    component = None if option.product is None else sold_product(catalog, option.product)
    return Modifier(
        name=option.name or ("" if component is None else component.name),
        thousandths=ONE * count,
        unit_centavos=option.unit_centavos,
        product="" if component is None else component.id.hex(),
    )
