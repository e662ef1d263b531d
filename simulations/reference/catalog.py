"""The catalog: what each product is, and how many of it are left.

Rules of this file:
1. Every field of a product is a register. Adding it writes those that it gives, and so does each
   change; what is not given is not written. A change of a product that nobody added has no effect.
2. What is left: the count that somebody wrote, less what lines took that were added later by their
   clocks. Lines of a cancelled order take nothing, and of a line only what is not cancelled.
   Without a count nobody knows. (That the clock decides is the product's choice; it knows none
   beyond 2^63 − 1, which is what a database holds.)
3. A line takes its product and whatever its modifiers say that they are. When one of them is the
   product itself, the line is a whole made of parts, and takes the parts only.
4. Two active products under one external id are for a person to settle.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from simulations.reference.catalog_schema import PRODUCT_FIELDS
from simulations.reference.disputes import Situation, situation
from simulations.reference.lines import times
from simulations.reference.once import Meaning, Register, Told
from simulations.reference.order import ReferenceOrder
from simulations.reference.shapes import is_id_text
from simulations.reference.stored import LARGEST_CLOCK


class ReferenceProduct(Struct, frozen=True, kw_only=True):
    """fields: the current values, by the names of PRODUCT_FIELDS. counted: by which clock the count
    was written. external: the fact that gave the external id. left: thousandths."""

    id: str
    fields: dict[str, Any]
    counted: int | None
    external: str | None
    left: int | None

    @property
    def name(self) -> str:
        return str(self.fields["name"])

    @property
    def can_be_sold(self) -> bool:
        has_some = self.left is None or self.left > 0
        return bool(self.fields["active"] and not self.fields["sold_out"] and has_some)


def products_of(meaning: Meaning, orders: Iterable[ReferenceOrder]) -> dict[str, ReferenceProduct]:
    """By id."""
    taken = [each for order in orders for each in _taken(order)]
    products = {each["product"] for each in meaning.of("product_added")}
    return {product.hex(): _product(meaning, product, taken) for product in products}


def _product(
    meaning: Meaning, product: bytes, taken: list[tuple[str, int, int]]
) -> ReferenceProduct:
    facts = [*meaning.of("product_added"), *meaning.of("product_changed")]
    own = [each for each in facts if each["product"] == product]
    current = {field: _current(meaning, own, field) for field in PRODUCT_FIELDS}
    fields = {
        field: default if current[field] is None else current[field]["values"][field]
        for field, (_, default) in PRODUCT_FIELDS.items()
    }
    count, left = current["left"], fields["left"]
    clock = None
    if count is not None and left is not None:
        clock = min(count.stamp.clock, LARGEST_CLOCK)
        left -= sum(much for name, much, at in taken if name == product.hex() and at > clock)
    external = current["external_id"]
    return ReferenceProduct(
        id=product.hex(),
        fields=fields,
        counted=clock,
        external=None if external is None else external.id,
        left=left,
    )


def _current(meaning: Meaning, own: list[Told], field: str) -> Any:
    """The fact whose value of the field counts, None when nobody wrote it."""
    return Register(meaning.writes(each for each in own if field in each["values"])).value(None)


def _taken(order: ReferenceOrder) -> Iterator[tuple[str, int, int]]:
    """(product, thousandths, clock) of everything that the lines of an order take."""
    for line in order.lines if not order.cancellations else ():
        at = min(line.added.stamp.clock, LARGEST_CLOCK)
        parts = [
            (each["product"], times(line.left, each.get("thousandths", 1000)))
            for each in line.added["modifiers"]
            if is_id_text(each.get("product", ""))
        ]
        own = line.added["product"]
        if is_id_text(own) and own not in [name for name, _ in parts]:
            parts.append((own, line.left))
        yield from ((name, much, at) for name, much in parts if line.left)


def of_catalog(products: Iterable[ReferenceProduct]) -> Iterator[Situation]:
    """What a person must decide about products."""
    claims: dict[str, list[str]] = {}
    for each in products:
        external = each.fields["external_id"]
        if external is not None and each.external is not None and each.fields["active"]:
            claims.setdefault(external, []).append(each.external)
    for external, facts in claims.items():
        if len(facts) > 1:
            yield situation("external_id_given_twice", external, facts)
