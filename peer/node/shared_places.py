"""Where to look for orders that share a place without having known of each other.

Rules of this file:
1. What a dispute is, `crdt_models.disputes` decides; here is only which two orders may be one.
2. An order is asked about again whenever it may have come, gone or moved.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from crdt_models.disputes import Dispute, card_disputes, two_tabs
from crdt_models.documents.orders.facts import (
    BillClosed,
    BillReopened,
    FieldSet,
    OrderCancelled,
    OrderOpened,
    OrderRestored,
)
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.tables.card_facts import (
    CardBlocked,
    CardCoded,
    CardsRegistered,
    CardsWithdrawn,
)
from crdt_models.documents.tables.view import TablesView
from crdt_models.documents.view import View
from crdt_models.ids import TABLES, DocumentId, OrderId, TableId, order_document

_MOVING = frozenset(  # what may put an order somewhere, or take it away
    fact.tag()
    for fact in (OrderOpened, FieldSet, OrderCancelled, OrderRestored, BillClosed, BillReopened)
)
_OF_CARDS = frozenset(
    fact.tag() for fact in (CardsRegistered, CardsWithdrawn, CardCoded, CardBlocked)
)

OpenTabs: TypeAlias = Callable[[TableId], tuple[OrderId, ...]]

OpenLabels: TypeAlias = Callable[[], Mapping[OrderId, str]]


class SameTable(NamedTuple):
    """Two tabs that were opened at one dining table. Their ids ascend."""

    one: OrderId
    other: OrderId


class OnCard(NamedTuple):
    """What is on one comanda card."""

    card: int


class SharedPlaces:
    """See the head of this file."""

    def __init__(
        self,
        view: Callable[[DocumentId], View],
        open_tabs: OpenTabs,
        open_labels: OpenLabels,
    ) -> None:
        """view, open_tabs, open_labels: committed state."""
        self._view = view
        self._open_tabs = open_tabs
        self._open_labels = open_labels
        self._disputed: dict[OrderId, int] = {}  # the card of each order that is in a dispute
        self._pairs: dict[OrderId, set[SameTable]] = {}  # the disputes of each tab
        # Tabs whose openers saw a table stand together with theirs, by that table.
        self._beside: dict[TableId, set[OrderId]] = {}

    def suspected(self, moved: Iterable[View]) -> Iterable[SameTable]:
        """The tabs with which these are, or were, at one table, unless one's opener saw them."""
        at: dict[TableId, list[OrderView]] = defaultdict(list)
        for order in moved:
            if isinstance(order, OrderView):
                yield from self._pairs.get(order.order, ())
                if order.is_open and order.table is not None:
                    at[order.table].append(order)
                yield from self._across(order)
        for table, orders in at.items():
            if len(orders) > 1:
                yield from self.suspected_at(table)
                continue
            (order,) = orders
            unseen = set(self._open_tabs(table)) - _tabs_seen(order) - {order.order}
            yield from (_pair(order.order, other) for other in unseen)

    def _across(self, order: OrderView) -> Iterable[SameTable]:
        """The tabs at tables that its opener, or theirs, saw stand together."""
        joined = () if order.opening is None else order.opening.fact.tables_seen
        for table in joined:
            tabs = self._beside.setdefault(table, set())
            (tabs.add if order.is_open else tabs.discard)(order.order)
        if order.table is None or not order.is_open:
            return
        near = {tab for table in joined for tab in self._open_tabs(table)}
        near |= self._beside.get(order.table, set())
        yield from (_pair(order.order, other) for other in near - {order.order})

    def suspected_at(self, table: TableId) -> Iterable[SameTable]:
        """The tabs at a table, or at one together with it, neither of whose openers saw the
        other."""
        before: dict[OrderId, frozenset[OrderId]] = {}
        for order in self._open_tabs(table):
            view = self._view(order_document(order))
            seen = _tabs_seen(view) if isinstance(view, OrderView) else frozenset()
            if isinstance(view, OrderView):
                yield from self._across(view)
            unseen = before.keys() - seen
            yield from (_pair(order, other) for other in unseen if order not in before[other])
            before[order] = seen

    def suspected_cards(self, moved: Iterable[View]) -> Iterable[OnCard]:
        """The cards on which these are, or were when there was something to decide."""
        named = self._tables().cards.named
        for order in moved:
            if isinstance(order, OrderView):
                known = self._disputed.get(order.order), named(order.text("tab"))
                yield from (OnCard(card) for card in known if card is not None)

    def all_cards(self) -> Iterable[OnCard]:
        """Those with open orders, and those where there was something to decide."""
        named = self._tables().cards.named
        in_use = {named(label) for label in self._open_labels().values()}
        found = in_use.union(self._disputed.values())
        yield from (OnCard(card) for card in found if card is not None)

    def judged_card(self, card: int) -> tuple[Dispute, ...]:
        """What is so of a card now."""
        tables = self._tables()
        there = [
            it for it, label in self._open_labels().items() if tables.cards.named(label) == card
        ]
        views = [self._view(order_document(order)) for order in there]
        found = card_disputes((each for each in views if isinstance(each, OrderView)), tables)
        for order in [order for order, at in self._disputed.items() if at == card]:
            del self._disputed[order]
        if found:
            self._disputed.update(dict.fromkeys(there, card))
        return found

    def _tables(self) -> TablesView:
        view = self._view(TABLES)
        assert isinstance(view, TablesView), "the kind of a document decides its view"
        return view

    def judged(self, pair: SameTable) -> tuple[Dispute, ...]:
        """What is so of two orders now."""
        views = [self._view(order_document(order)) for order in pair]
        orders = [view for view in views if isinstance(view, OrderView)]
        found = two_tabs(orders, self._view(TABLES))
        for order in pair:
            pairs = self._pairs.setdefault(order, set())
            (pairs.add if found else pairs.discard)(pair)
            if not pairs:
                del self._pairs[order]
        return found


def may_move(tag: object) -> bool:
    """Whether a fact of this type may put an order at a table or on a card, or take it away."""
    return tag in _MOVING


def is_of_cards(tag: object) -> bool:
    """Whether a fact of this type says which cards there are, or what may be on them."""
    return tag in _OF_CARDS


def shares_lines(view: View) -> bool:
    """Whether an order may become open, or be done with, by what happens to lines."""
    return isinstance(view, OrderView) and bool(view.beside or view.mergings)


def _pair(one: OrderId, other: OrderId) -> SameTable:
    return SameTable(*sorted((one, other)))


def _tabs_seen(order: OrderView) -> frozenset[OrderId]:
    return frozenset() if order.opening is None else frozenset(order.opening.fact.tabs_seen)
