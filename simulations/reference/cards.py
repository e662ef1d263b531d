"""Comanda cards, and the orders that are on them.

Rules of this file:
1. A card is a number that somebody registered and nobody withdrew: a withdrawal takes away only
   what it names as registered.
2. An order's comanda names a card by its number, leading zeros aside, or by its code, unless two
   cards have that code. Any other comanda is only a text.
3. A card is blocked while one of the standing writes of its block is a block; the latest of these
   is shown (the product's choice: who unblocks has not heard of a block made meanwhile).
4. Two open orders on one card of which neither opening knew the other are a dispute, and so is an
   open order on a blocked card that nobody who blocked it knew. Resolutions stand in `tables`.
5. What a screen lists are all cards, and the other comandas of open orders. Those with nothing to
   tell are only counted.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import combinations

from msgspec import Struct

from simulations.reference.disputes import Situation, situation
from simulations.reference.once import Meaning, Register, Told
from simulations.reference.order import ReferenceOrder


class ReferenceCard(Struct, frozen=True, kw_only=True):
    """blocks: (fact id, reason, note, ids of orders that were known) of those that stand, the
    latest last."""

    number: int
    code: str | None = None
    blocks: tuple[tuple[str, str, str, frozenset[str]], ...] = ()


def cards_of(meaning: Meaning) -> dict[int, ReferenceCard]:
    """By number, ascending."""
    numbers: set[int] = set()
    for made in meaning.of("cards_registered"):
        gone = [
            range(each["first"], each["last"] + 1)
            for each in meaning.of("cards_withdrawn")
            if made.id in meaning.same(each["registered"])
        ]
        numbers.update(
            each
            for each in range(made["first"], made["last"] + 1)
            if not any(each in some for some in gone)
        )
    told = {each["card"] for tag in ("card_coded", "card_blocked") for each in meaning.of(tag)}
    return {
        number: _card(meaning, number) if number in told else ReferenceCard(number=number)
        for number in sorted(numbers)
    }


def _card(meaning: Meaning, number: int) -> ReferenceCard:
    codes = Register(meaning.writes(_of_card(meaning, "card_coded", number), "code"))
    told = _of_card(meaning, "card_blocked", number)
    blocks = [each for each in meaning.standing(told) if each["reason"] is not None]
    return ReferenceCard(
        number=number,
        code=codes.value(None),
        blocks=tuple(
            (each.id, each["reason"], each["note"], frozenset(o.hex() for o in each["orders_seen"]))
            for each in blocks
        ),
    )


def _of_card(meaning: Meaning, tag: str, number: int) -> list[Told]:
    return [each for each in meaning.of(tag) if each["card"] == number]


def named(cards: dict[int, ReferenceCard], codes: dict[str, list[int]], comanda: str) -> int | None:
    """The card that a comanda names. codes: which cards have each."""
    if re.fullmatch("[0-9]{1,4}", comanda) and int(comanda):
        return int(comanda) if int(comanda) in cards else None
    having = codes.get(comanda, [])
    return having[0] if len(having) == 1 else None


def on_comandas(
    cards: dict[int, ReferenceCard], orders: Iterable[ReferenceOrder]
) -> dict[str, list[ReferenceOrder]]:
    """The open orders of each comanda, by what the screen calls it."""
    codes: dict[str, list[int]] = {}
    for each in cards.values():
        if each.code is not None:
            codes.setdefault(each.code, []).append(each.number)
    found: dict[str, list[ReferenceOrder]] = {str(number): [] for number in cards}
    for order in orders:
        comanda = order.register("tab")
        if order.is_open and comanda is not None:
            card = named(cards, codes, comanda)
            found.setdefault(comanda if card is None else str(card), []).append(order)
    return found


def of_cards(
    cards: dict[int, ReferenceCard], orders: Iterable[ReferenceOrder]
) -> Iterator[Situation]:
    """What a person must decide about them."""
    there = on_comandas(cards, orders)
    for number, card in cards.items():
        known = frozenset().union(*(seen for *_, seen in card.blocks))
        if not there[str(number)]:
            continue
        on_it = sorted(there[str(number)], key=lambda order: order.id)
        for one, other in combinations(on_it, 2):
            if not _knew(one, other) and not _knew(other, one):
                subject = f"{number}:{one.id}:{other.id}"
                yield situation("two_orders_on_a_card", subject, [_put(one), _put(other)])
        for order in on_it if card.blocks else ():
            if order.id not in known:
                facts = [*(each for each, *_ in card.blocks), _put(order)]
                yield situation("order_on_blocked_card", f"{number}:{order.id}", facts)


def _knew(order: ReferenceOrder, other: ReferenceOrder) -> bool:
    return order.opening is not None and bytes.fromhex(other.id) in order.opening["tabs_seen"]


def _put(order: ReferenceOrder) -> str:
    """The write by which an order is where it is."""
    last = order.writes_of("tab").last
    assert last is not None, "it is there"
    return last.id
