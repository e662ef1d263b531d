"""Comanda cards: numbered, handed to guests at the door, and brought to the till by them.

Rules of this file:
1. An order is on a card while it is open and its comanda is the card's number or its code. Any
   other comanda is only a label. The text stays as it was written: a terminal that has not heard of
   the cards writes the same fact.
2. A terminal refuses what it knows to be wrong: a card that there is not, an order on a blocked
   card, an order moved to a card that has another. What it could not know stands, and `disputes`
   tells it.
3. Several orders may be opened on one card, as at one table, by whoever sees the others there.
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import compress, count

from crdt_models.documents.register import Register, Write
from crdt_models.documents.tables.card_facts import (
    MAX_CARD,
    CardBlocked,
    CardCoded,
    CardsRegistered,
    CardsWithdrawn,
    card_number,
)
from crdt_models.documents.view import View
from crdt_models.ids import FactId, OrderId

Blocks = Register[CardBlocked]
NEVER_BLOCKED: Blocks = Register(())
NO_CODE: Register[str | None] = Register(())


class Cards:
    """The cards that there are. codes, blocks: the registers of those that were written."""

    def __init__(
        self, there: bytearray, codes: dict[int, Register[str | None]], blocks: dict[int, Blocks]
    ) -> None:
        self._there = there
        self.codes = codes
        self.blocks = blocks

    def __bool__(self) -> bool:
        """Whether the shop uses cards at all."""
        return self._there.find(1) >= 0

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and 0 < number <= MAX_CARD and bool(self._there[number])

    def __iter__(self) -> Iterator[int]:
        """Their numbers, ascending."""
        return compress(count(), self._there)

    def named(self, label: str | None) -> int | None:
        """The card that the text of a comanda names: by its number, else by its code."""
        number = None if label is None else card_number(label)
        if number is None:
            return None if label is None else self._by_code.get(label)
        return number if number in self else None

    def code(self, number: int) -> str | None:
        """What a reader reads from it."""
        return self.codes.get(number, NO_CODE).value(None)

    def standing_blocks(self, number: int) -> tuple[Write[CardBlocked], ...]:
        """The blocks that nobody took back, the latest last; none while it may be used."""
        register = self.blocks.get(number, NEVER_BLOCKED)
        heads = set(register.heads)
        return tuple(
            each for each in register.writes if each.id in heads and each.value.reason is not None
        )

    def block(self, number: int) -> CardBlocked | None:
        """Why it is blocked, None while it may be used."""
        standing = self.standing_blocks(number)
        return standing[-1].value if standing else None

    def was_seen(self, number: int, order: OrderId) -> bool:
        """Whether somebody who blocked the card knew that this order was on it."""
        return any(order in each.value.orders_seen for each in self.standing_blocks(number))

    @cached_property
    def _by_code(self) -> dict[str, int]:
        found: dict[str, list[int]] = {}
        for number in self.codes:
            code = self.code(number)
            if code is not None and number in self:
                found.setdefault(code, []).append(number)
        return {code: numbers[0] for code, numbers in found.items() if len(numbers) == 1}


def cards_of(view: View) -> Cards:
    """The cards as all facts about them make them."""
    there = bytearray(MAX_CARD + 1)
    withdrawn: dict[FactId, list[CardsWithdrawn]] = {}
    for each in view.all(CardsWithdrawn):
        for registration in view.same_all(each.fact.registered):
            withdrawn.setdefault(registration, []).append(each.fact)
    for registered in view.all(CardsRegistered):
        _put(there, registered.fact, withdrawn.get(registered.id, []))
    codes: dict[int, list[Write[str | None]]] = {}
    for coded in view.all(CardCoded):
        replaces = view.same_all(coded.fact.replaces)
        code = Write(coded.id, coded.stamp, coded.fact.code, replaces)
        codes.setdefault(coded.fact.card, []).append(code)
    blocks: dict[int, list[Write[CardBlocked]]] = {}
    for blocked in view.all(CardBlocked):
        replaces = view.same_all(blocked.fact.replaces)
        block = Write(blocked.id, blocked.stamp, blocked.fact, replaces)
        blocks.setdefault(blocked.fact.card, []).append(block)
    return Cards(
        there,
        {card: Register(writes) for card, writes in codes.items()},
        {card: Register(writes) for card, writes in blocks.items()},
    )


def _put(there: bytearray, made: CardsRegistered, withdrawn: list[CardsWithdrawn]) -> None:
    if not withdrawn:  # nearly every registration, all its life
        there[made.first : made.last + 1] = b"\x01" * (made.last + 1 - made.first)
        return
    gone = bytearray(MAX_CARD + 1)
    for each in withdrawn:
        gone[each.first : each.last + 1] = b"\x01" * (each.last + 1 - each.first)
    for number in range(made.first, made.last + 1):
        there[number] |= not gone[number]
