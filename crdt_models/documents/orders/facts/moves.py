"""What moves lines between orders: whole lines, parts of them, everything that an order holds.

Rules of this file:
1. A line has one home for ever: the order whose document holds its addition. Where it is now is a
   register in that document, written by `LinesMoved`; `whereabouts` reads it.
2. One change writes `LinesMoved` into the home and `LinesArrived` into the document of the order it
   moves to, so that either document names the other. A move of which the other half is missing
   moves nothing.
3. Terminals that are cut off from one another may each move a line. The register has one current
   place, so the line is on one order; moves to different orders are shown to a person.
4. A program that skipped a move or a split would show wrong bills: it must understand them. A
   merging it may skip: the moves beside it say where the lines are.
"""

from typing import ClassVar

from crdt_models.documents.fields import FactRefs, LineRef, LineRefs, OrderRef, Thousandths
from crdt_models.fact import Fact


class LinesMoved(Fact, frozen=True, tag="lines_moved"):
    """In the home: these lines are on the order `to` now, which may be the home itself. replaces:
    the moves of these lines that the mover knew. left: the order that they were on. discounts_seen:
    those of either order as a whole, which stay there, that the mover knew."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces", "discounts_seen"})
    MUST_UNDERSTAND: ClassVar[bool] = True

    lines: LineRefs
    to: OrderRef
    replaces: FactRefs = ()
    left: OrderRef | None = None
    discounts_seen: FactRefs = ()


class LinesArrived(Fact, frozen=True, tag="lines_arrived"):
    """In the order that was moved to: look into the document of `home`, these lines may be here."""

    MUST_UNDERSTAND: ClassVar[bool] = True

    lines: LineRefs
    home: OrderRef


class LineSplit(Fact, frozen=True, tag="line_split"):
    """In the home: `thousandths` of the line are a line of their own, `part`.

    Two cut-off terminals may split off more than there is: the split with the lesser stamp takes
    first, the other gets what is left, and a person is told. Nothing is doubled, nothing lost.
    """

    MUST_UNDERSTAND: ClassVar[bool] = True

    line: LineRef
    part: LineRef
    thousandths: Thousandths


class OrderMergedInto(Fact, frozen=True, tag="order_merged_into"):
    """In the order that was joined with another: whatever was on it was moved to `into`, by moves
    in the same change. What came here meanwhile stays here, is owed here and is shown to a person:
    while anything is left on it, the order is as open as it was. charges: whether `into` asks for
    couvert, minimum or fee of this order since: where two cut-off terminals joined it with two
    orders both do, and a person is told (`merged_twice`)."""

    into: OrderRef
    charges: bool = False
