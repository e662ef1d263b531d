"""What happens to comanda cards: registered, withdrawn, given a code, blocked.

Rules of this file:
1. A card is a number. Cards that nobody registered do not exist, and while none is registered a
   comanda is any text, as people write it.
2. Two terminals that cannot hear each other may do any of this to one card: each fact says below
   what the merged view makes of both.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from crdt_models.documents.fields import FactRefs, Label, OrderRefs, Reason
from crdt_models.fact import Fact

MAX_CARD = 9_999  # four digits are printed on a card; longer numbers are codes
CardNumber = Annotated[int, Meta(ge=1, le=MAX_CARD)]
BlockReason = Literal["lost", "stolen", "damaged", "other"]


class CardsRegistered(Fact, frozen=True, tag="cards_registered"):
    """There are cards of these numbers, first and last included.

    Registering only adds: two terminals that register 1–100 and 50–200 made 200 cards.
    """

    first: CardNumber
    last: CardNumber

    def __post_init__(self) -> None:
        _check_range(self.first, self.last)


class CardsWithdrawn(Fact, frozen=True, tag="cards_withdrawn"):
    """There are no cards of these numbers any more. registered: the registrations that made them,
    as far as was known: exactly these no longer give those numbers. Who registered a number again
    meanwhile, elsewhere, still did.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"registered"})

    first: CardNumber
    last: CardNumber
    registered: FactRefs = ()

    def __post_init__(self) -> None:
        _check_range(self.first, self.last)


class CardCoded(Fact, frozen=True, tag="card_coded"):
    """The register of what a reader reads from a card was written: a barcode, a chip's text; None
    takes it away. No code looks like the number of a card.

    Of two concurrent codes of one card the later stamp is its code. A code that two cards have got
    so names neither of them: people use the number until one is corrected.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})

    card: CardNumber
    code: Label | None = None
    replaces: FactRefs = ()

    def __post_init__(self) -> None:
        if self.code is not None and card_number(self.code) is not None:
            raise ValueError("a code does not look like the number of a card")


class CardBlocked(Fact, frozen=True, tag="card_blocked"):
    """The register of a card's block was written. reason: why nothing is opened on it; None takes
    the block away. orders_seen: the open orders that whoever blocked it saw on it.

    A block beats a concurrent unblocking: who takes back an old block has not heard of a new loss.
    What was opened on it elsewhere meanwhile stands, and is told as a dispute.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces", "orders_seen"})

    card: CardNumber
    reason: BlockReason | None = None
    note: Reason = ""
    orders_seen: OrderRefs = ()
    replaces: FactRefs = ()


def card_number(text: str) -> int | None:
    """The number that a text is: `7` and `007` are one. None for any other text."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MAX_CARD))):
        return None
    return int(text) or None


def _check_range(first: int, last: int) -> None:
    if last < first:
        raise ValueError("the last card comes after the first")
