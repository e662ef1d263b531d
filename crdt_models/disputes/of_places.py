"""Disputes about where orders are: at one table, on one comanda card, on a blocked card.

Rules of this file:
1. An order knows of another when its opener saw it at its table or on its card: then there is
   nothing to decide.
2. Resolutions stand in the document of the tables.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from crdt_models.disputes.dispute import Dispute, dispute_of
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.tables.view import TablesView
from crdt_models.documents.view import View
from crdt_models.ids import FactId, OrderId, TableId


def two_tabs(orders: Iterable[OrderView], tables: View) -> tuple[Dispute, ...]:
    """Open orders at one table, or at tables that either opener saw stand together, whose openings
    did not know of each other.

    Subject: the table of the lesser order and both orders. An order that was moved to the table
    later is no opening there.
    """
    at_table: dict[TableId, list[OrderView]] = {}
    for order in orders:
        opening = order.opening
        if opening is None or not order.is_open or order.table is None:
            continue
        if opening.fact.table == order.table:
            at_table.setdefault(order.table, []).append(order)
    pairs: dict[tuple[OrderId, OrderId], tuple[OrderView, OrderView]] = {}
    for tabs in at_table.values():
        for one, other in (*_strangers(tabs), *_together(tabs, at_table)):
            pairs[one.order, other.order] = one, other
    found: list[Dispute] = []
    for one, other in pairs.values():
        assert one.table is not None, "it stands at a table"
        subject = f"{one.table.hex()}:{one.order.hex()}:{other.order.hex()}"
        found += dispute_of(tables, "two_tabs_at_once", subject, [*_opened(one, other)])
    return tuple(found)


def _together(
    tabs: list[OrderView], at_table: Mapping[TableId, list[OrderView]]
) -> Iterator[tuple[OrderView, OrderView]]:
    """Those at tables that the openers of these saw stand together with theirs; ids ascend."""
    for mine in tabs:
        joined = () if mine.opening is None else mine.opening.fact.tables_seen
        for table in joined:
            for theirs in at_table.get(table, ()):
                if theirs.order != mine.order:
                    yield from _strangers([mine, theirs])


def card_disputes(orders: Iterable[OrderView], tables: TablesView) -> tuple[Dispute, ...]:
    """Open orders on one card whose openings did not know of each other, however they came there;
    and orders on a card that somebody blocked who did not know of them.

    Subjects: the card and both orders; the card and the order.
    """
    on_card: dict[int, list[OrderView]] = {}
    for order in orders:
        card = tables.cards.named(order.text("tab")) if order.is_open else None
        if card is not None and order.opening is not None:
            on_card.setdefault(card, []).append(order)
    found: list[Dispute] = []
    for card, there in on_card.items():
        for one, other in _strangers(there):
            subject = f"{card}:{one.order.hex()}:{other.order.hex()}"
            facts = [_put_there(one), _put_there(other)]
            found += dispute_of(tables, "two_orders_on_a_card", subject, facts)
        blocks = [each.id for each in tables.cards.standing_blocks(card)]
        for order in there:
            if blocks and not tables.cards.was_seen(card, order.order):
                subject = f"{card}:{order.order.hex()}"
                facts = [*blocks, _put_there(order)]
                found += dispute_of(tables, "order_on_blocked_card", subject, facts)
    return tuple(found)


def _strangers(orders: Iterable[OrderView]) -> Iterator[tuple[OrderView, OrderView]]:
    """Every two of which neither knew the other; their ids ascend."""
    for one, other in combinations(sorted(orders, key=lambda order: order.order), 2):
        if one.order not in _seen(other) and other.order not in _seen(one):
            yield one, other


def _seen(order: OrderView) -> tuple[OrderId, ...]:
    return () if order.opening is None else order.opening.fact.tabs_seen


def _opened(*orders: OrderView) -> Iterator[FactId]:
    return (order.opening.id for order in orders if order.opening is not None)


def _put_there(order: OrderView) -> FactId:
    """The write that put it on its card."""
    current = order.fields["tab"].current
    assert current is not None, "an order on a card has a comanda"
    return current.id
