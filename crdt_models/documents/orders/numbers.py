"""The numbers an order was given.

A number counts only from a change that opens the order, so no other terminal can give one.
"""

from typing import cast

from crdt_models.documents.orders.facts import OrderNumbered, OrderOpened
from crdt_models.documents.view import Once, View


def numbers_of(view: View) -> tuple[Once[OrderNumbered], ...]:
    """Numbers given by different commands, by stamp."""
    openings = {entry.stamp.change for entry in view.told(OrderOpened)}
    return tuple(each for each in view.all(OrderNumbered) if each.stamp.change in openings)


def aliases_of(view: View, numbers: tuple[Once[OrderNumbered], ...]) -> tuple[tuple[str, int], ...]:
    """Other (letters, number) than the first of `numbers`, sorted."""
    shown = numbers[0].fact if numbers else None
    openings = {entry.stamp.change for entry in view.told(OrderOpened)}
    told = (
        cast(OrderNumbered, entry.fact)
        for entry in view.told(OrderNumbered)
        if entry.stamp.change in openings
    )
    given = {(fact.letters, fact.number) for fact in told}
    if shown is not None:
        given.discard((shown.letters, shown.number))
    return tuple(sorted(given))
