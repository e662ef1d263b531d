"""How many of a product are left: what somebody counted, less what was sold since.

`ProductValues.left` is a register: how many could be served when it was written. Every line of the
product, in an order that was not cancelled, whose stamp is later takes from it, for as much of the
line as is not cancelled. So nothing is written to the catalog by a sale, a cancellation gives back,
and every terminal that holds the same facts shows the same figure.

* Whoever counted had seen a sale → the clocks are hybrid logical ones, the sale's stamp is lower:
  it was over when the count was made. Whoever sold had seen the count → it takes from it.
* Neither had seen the other: the stamps decide. The count is a kitchen's word for some hours, not
  the stock; the stock document asks a person about such sales.
* Two terminals apart sell the last ones: both sales stand, and what is left shows below zero.
* Two counts apart: a register, as every field; sales since the one that stands are taken from it.

A line takes its product; a combo its components too; a whole in parts takes its parts only.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from crdt_models.documents.catalog.view import Product
from crdt_models.documents.fields import is_id_text
from crdt_models.documents.orders.facts import Modifier
from crdt_models.documents.orders.view import OrderView
from crdt_models.ids import LineId, ProductId
from crdt_models.money import line_amount

GREATEST_HLC = 2**63 - 1  # of a stamp as a database holds it; only a hostile clock says more

Takes = Counter[str]
"""Thousandths by product, its id in hexadecimal."""


def taken_of(product: str, modifiers: Iterable[Modifier], thousandths: int) -> Takes:
    """What `thousandths` of a line take of products of a catalog; other names take nothing."""
    parts = [each for each in modifiers if is_id_text(each.product)]
    takes: Takes = Counter()
    for part in parts:
        takes[part.product] += line_amount(thousandths, part.thousandths)
    if is_id_text(product) and all(part.product != product for part in parts):
        takes[product] += thousandths
    return takes


class Taken(NamedTuple):
    """What one line takes of one product. product: in hexadecimal. hlc: of the line's addition."""

    line: LineId
    product: str
    thousandths: int
    hlc: int


def left_of(product: Product, taken: Callable[[ProductId, int], int]) -> int | None:
    """Thousandths that are left; below zero: more was sold than there was. None: nobody counts.

    taken: of a product, since an hlc, see `taken_since`.
    """
    if product.counted is None:
        return None
    count, stamp = product.counted
    return count - taken(product.id, stamp.hlc)


def taken_in(order: OrderView) -> list[Taken]:
    """What the lines of an order take; those of a cancelled order take nothing."""
    if order.is_cancelled:
        return []
    return [
        Taken(line.id, product, thousandths, min(line.added.stamp.hlc, GREATEST_HLC))
        for line in order.lines
        if line.left
        for product, thousandths in taken_of(
            line.fact.product, line.fact.modifiers, line.left
        ).items()
    ]


def taken_since(orders: Iterable[OrderView], product: ProductId, since: int) -> int:
    """Thousandths of a product that lines stamped after an hlc take."""
    name, after = product.hex(), min(since, GREATEST_HLC)
    return sum(
        each.thousandths
        for order in orders
        for each in taken_in(order)
        if each.product == name and each.hlc > after
    )
