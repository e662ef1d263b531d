"""What people ask of an order, a file a subject. The bill and its payments stand in
`bill_commands`."""

from crdt_models.documents.orders.commands.fields import EditOrder, NewStation
from crdt_models.documents.orders.commands.kitchen import (
    LINES_OF_A_FACT,
    AdvanceLines,
    FireLines,
    HoldLines,
    RecallLines,
    RouteLines,
    SendLines,
    batched,
)
from crdt_models.documents.orders.commands.lines import (
    MAX_LINES,
    AddLines,
    CancelLines,
    LineCancellation,
)
from crdt_models.documents.orders.commands.moves import LineMove, MergeOrders, MoveLines
from crdt_models.documents.orders.commands.new_lines import AnyLine, CatalogLine, Named, NewLine
from crdt_models.documents.orders.commands.opening import CancelOrder, OpenOrder, RestoreOrder
from crdt_models.documents.orders.commands.order_command import OrderCommand, order_view

__all__ = [
    "OrderCommand",
    "order_view",
    "CancelOrder",
    "OpenOrder",
    "RestoreOrder",
    "AddLines",
    "CancelLines",
    "LineCancellation",
    "MAX_LINES",
    "AnyLine",
    "CatalogLine",
    "Named",
    "NewLine",
    "AdvanceLines",
    "FireLines",
    "HoldLines",
    "RecallLines",
    "RouteLines",
    "LINES_OF_A_FACT",
    "SendLines",
    "batched",
    "EditOrder",
    "NewStation",
    "LineMove",
    "MergeOrders",
    "MoveLines",
]
