"""The base of the commands on one order that exists."""

from collections.abc import Iterable
from typing import TypeAlias

from crdt_models.documents.command import Command, Decision, Read
from crdt_models.documents.orders.errors import (
    BillIsClosed,
    OrderIsCancelled,
    OrderIsMerged,
    UnknownOrder,
)
from crdt_models.documents.orders.lines import Line
from crdt_models.documents.orders.view import OrderView
from crdt_models.fact import Fact
from crdt_models.ids import CreatedId, DocumentId, OrderId, order_document

Placed: TypeAlias = tuple[DocumentId, Fact]


class OrderCommand(Command, frozen=True, kw_only=True):
    """Base of the commands on one order that exists."""

    order: OrderId

    def reads(self) -> tuple[DocumentId, ...]:
        return (self.document,)

    @property
    def document(self) -> DocumentId:
        """The order's document."""
        return order_document(self.order)

    def view(self, read: Read) -> OrderView:
        """The order. Raises UnknownOrder while its opening is not known."""
        view = order_view(read, self.order)
        if view.opening is None:
            raise UnknownOrder(order=self.order.hex())
        return view

    def open_view(self, read: Read) -> OrderView:
        """The order whose lines may change. Raises UnknownOrder, OrderIsCancelled, BillIsClosed,
        OrderIsMerged."""
        view = self.uncancelled_view(read)
        self.check_open(view)
        return view

    def uncancelled_view(self, read: Read) -> OrderView:
        """The order unless it was cancelled. Raises UnknownOrder, OrderIsCancelled."""
        view = self.view(read)
        if view.is_cancelled:
            raise OrderIsCancelled(order=self.order.hex())
        return view

    def check_open(self, view: OrderView) -> None:
        """Raises BillIsClosed, OrderIsMerged."""
        if view.closed is not None:
            raise BillIsClosed(order=self.order.hex())
        if view.is_merged:
            raise OrderIsMerged(order=self.order.hex(), into=view.mergings[-1].fact.into.hex())

    def decision(self, *facts: Fact, ids: dict[str, CreatedId] | None = None) -> Decision:
        """Facts of this order's document."""
        return Decision(self.placed(facts), ids or {})

    def placed(self, facts: Iterable[Fact]) -> tuple[Placed, ...]:
        """Facts in the order's document. What is said of a line stands in its home's, `at_home`."""
        return tuple((self.document, fact) for fact in facts)


def at_home(line: Line, fact: Fact) -> Placed:
    """What is said of one line, wherever the line is now."""
    return order_document(line.home), fact


def by_home(lines: Iterable[Line]) -> dict[OrderId, list[Line]]:
    """Lines by the order in whose document facts of them are written, in a fixed order."""
    found: dict[OrderId, list[Line]] = {}
    for line in lines:
        found.setdefault(line.home, []).append(line)
    return dict(sorted(found.items()))


def order_view(read: Read, order: OrderId) -> OrderView:
    """The view of an order, empty when nothing of it is known."""
    view = read(order_document(order))
    assert isinstance(view, OrderView), "the kind of a document decides its view"
    return view
