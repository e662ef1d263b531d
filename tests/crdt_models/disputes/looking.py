"""Where a till finds the disputes of each kind."""

from collections.abc import Callable, Iterator

from crdt_models.disputes import (
    Dispute,
    Kind,
    NumberedOrder,
    Opening,
    Place,
    author_forked,
    card_disputes,
    disputes_of,
    equal_numbers,
    lineage_forked,
    two_tabs,
)
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.view import View
from crdt_models.ids import TABLES, TERMINALS, DocumentId
from tests.crdt_models.documents.shop import Till
from tests.crdt_models.documents.stock.stockroom import disputes as stock_disputes_of


def seen_by(till: Till, kind: Kind) -> list[Dispute]:
    """Every dispute of a kind that a till sees, by id."""
    found = {each.id: each for each in everything_about(till, kind) if each.kind == kind}
    return [found[each] for each in sorted(found)]


def everything_about(
    till: Till, kind: Kind, document: DocumentId | None = None
) -> Iterator[Dispute]:
    """What is found where disputes of a kind are found, rivals of theirs too. document: the one to
    look into, if it is found in documents."""
    if kind in _OF_THE_SITE:
        yield from _OF_THE_SITE[kind](till, till.read(TABLES), till.read(TERMINALS))
        return
    for each in list(till.views) if document is None else [document]:
        yield from disputes_of(till.read(each))


def _numbered(order: OrderView) -> NumberedOrder | None:
    if order.opening is None or not order.numbers:
        return None
    number = order.numbers[0]
    return NumberedOrder(
        order.order,
        order.opening.entry.business_day,
        number.fact.letters,
        number.fact.number,
        order.opening.stamp.hlc,
        number.id,
    )


def _numbers(till: Till, _tables: View, terminals: View) -> tuple[Dispute, ...]:
    found = (_numbered(till.order(each.order)) for each in till.orders)
    return equal_numbers([each for each in found if each is not None], terminals)


def _tabs(till: Till, tables: View, _terminals: View) -> tuple[Dispute, ...]:
    return two_tabs([till.order(each.order) for each in till.orders], tables)


def _on_cards(till: Till, _tables: View, _terminals: View) -> tuple[Dispute, ...]:
    return card_disputes([till.order(each.order) for each in till.orders], till.dining_room)


def _lineages(till: Till, _tables: View, terminals: View) -> tuple[Dispute, ...]:
    named = [
        Opening(each.device, each.epoch, each.previous, each.id)
        for each in till.changes.values()
        if TERMINALS in each.documents
    ]
    openings = [each for each in named if each.epoch != bytes(8)]
    return lineage_forked(openings, terminals)


def _authors(till: Till, _tables: View, terminals: View) -> tuple[Dispute, ...]:
    changes = till.changes.values()
    places = [Place(each.device, each.epoch, each.sequence, each.id) for each in changes]
    return author_forked([each for each in places if each.epoch != bytes(8)], terminals)


def _stock(till: Till, _tables: View, _terminals: View) -> tuple[Dispute, ...]:
    return stock_disputes_of(till, *till.catalog.products)


_OF_THE_SITE: dict[Kind, Callable[[Till, View, View], tuple[Dispute, ...]]] = {
    "equal_numbers": _numbers,
    "two_tabs_at_once": _tabs,
    "two_orders_on_a_card": _on_cards,
    "order_on_blocked_card": _on_cards,
    "lineage_forked": _lineages,
    "author_forked": _authors,
    "oversold": _stock,
    "count_to_confirm": _stock,
}
