"""What lines take from the stock."""

from typing import Annotated

import msgspec
from msgspec import Meta

from crdt_models.documents.fields import LineRef, ProductRef
from crdt_models.fact import Fact

MAX_TAKEN = 10**11  # thousandths: a database can add up what a hostile member says, too


class Supply(msgspec.Struct, frozen=True, array_like=True):
    """So many thousandths of a product of the catalog."""

    product: ProductRef
    thousandths: Annotated[int, Meta(ge=1, le=MAX_TAKEN)]


class LineTakes(msgspec.Struct, frozen=True, array_like=True):
    """What a line takes as it was added, all of it."""

    line: LineRef
    supplies: Annotated[tuple[Supply, ...], Meta(min_length=1, max_length=512)]


class SuppliesTaken(Fact, frozen=True, tag="supplies_taken"):
    """The movement of a sale: what the lines that its own change adds take from the stock.

    It counts with the addition of the same change, so a line that one command added at two
    terminals, by two recipes, takes once, by the recipe of the telling that gives its price. What
    is cancelled, split off or moved later is said of the line: see `orders.supplies`. All of it is
    what the author's catalog said, no part of what was meant.
    """

    takes: Annotated[tuple[LineTakes, ...], Meta(min_length=1, max_length=512)]

    def relied_on(self) -> frozenset[str]:
        return frozenset({"takes"})
