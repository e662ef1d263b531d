"""What happens to the stock beside sales. Quantities in thousandths of a unit or kilogram.

Rules of this file:
1. A place is named by what people call it; the main place, from which sales take, is "".
2. A fact tells several products at once, as people count and receive them.
3. No money moves here: a version that knows none of these sells on.
"""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from crdt_models.documents.fields import FactRefs, NameOrNone, Note, ProductRef, SomeReason
from crdt_models.fact import Fact

MAIN = ""  # the place from which sales take
MAX_ITEMS = 200
MAX_HELD = 10**12  # a thousand million units: beyond any store, and sums stay far below 2^53
AUTHOR_BYTES = 6  # of a device id: enough to tell the terminals of a site apart
SEEN_BYTES = AUTHOR_BYTES + 8

Place = Annotated[str, Meta(max_length=40)]
Held = Annotated[int, Meta(ge=0, le=MAX_HELD)]
Moved = Annotated[int, Meta(ge=1, le=MAX_HELD)]
Seen = Annotated[bytes, Meta(min_length=SEEN_BYTES, max_length=SEEN_BYTES)]


class Item(msgspec.Struct, frozen=True):
    """So much of a product."""

    product: ProductRef
    thousandths: Moved


class Counted(msgspec.Struct, frozen=True):
    """So much of a product was there."""

    product: ProductRef
    thousandths: Held


Items = Annotated[tuple[Item, ...], Meta(min_length=1, max_length=MAX_ITEMS)]


class StockReceived(Fact, frozen=True, tag="stock_received"):
    """Goods came. supplier: as people say it. note: the number of the invoice, say."""

    items: Items
    place: Place = MAIN
    supplier: NameOrNone = ""
    note: Note = ""


class StockLost(Fact, frozen=True, tag="stock_lost"):
    """Goods are gone without being sold. reason: broken, out of date, eaten by the staff, …"""

    items: Items
    reason: SomeReason
    place: Place = MAIN


class StockTransferred(Fact, frozen=True, tag="stock_transferred"):
    """Goods went from one place to another: out and in are one fact, so that nothing is ever on the
    way. origin, target: None: another site, which `site` names and which writes its own side."""

    items: Items
    origin: Place | None = None
    target: Place | None = None
    site: NameOrNone = ""
    note: Note = ""

    def __post_init__(self) -> None:
        if self.origin == self.target:
            raise ValueError("goods go from one place to another")
        if (self.origin is None or self.target is None) != bool(self.site):
            raise ValueError("another site is named where goods leave or enter this one")


class StockCounted(Fact, frozen=True, tag="stock_counted"):
    """Somebody counted, and so much was there. is_opening: the balance to begin with.

    replaces: the counts of these products at this place that the author knew. seen: how far the
    author knew each terminal: the beginning of its device id, then the clock of its last change
    known, 8 bytes, the most significant first.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces", "seen"})

    items: Annotated[tuple[Counted, ...], Meta(min_length=1, max_length=MAX_ITEMS)]
    place: Place = MAIN
    is_opening: bool = False
    note: Note = ""
    replaces: FactRefs = ()
    seen: Annotated[tuple[Seen, ...], Meta(max_length=512)] = ()
