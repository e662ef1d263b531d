"""The disputes of the stock: they span all days and orders; resolutions stand in their day."""

from collections.abc import Callable, Iterable

from crdt_models.disputes.dispute import Dispute, dispute_of
from crdt_models.documents.stock.situations import StockSituation
from crdt_models.documents.view import View
from crdt_models.ids import DocumentId, stock_document


def stock_disputes(
    situations: Iterable[StockSituation], view: Callable[[DocumentId], View]
) -> tuple[Dispute, ...]:
    """view: of a day's stock, which holds resolutions."""
    return tuple(
        dispute
        for each in situations
        for dispute in dispute_of(
            view(stock_document(each.day)), each.kind, each.subject, each.facts
        )
    )
