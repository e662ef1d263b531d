"""The JSON of a ticket in the kitchen's queue."""

from crdt_models.documents.orders.lines import as_it_is
from crdt_models.documents.orders.tickets import Ticket
from crdt_models.documents.orders.view import OrderView
from crdt_models.hybrid_logical_clock import iso
from crdt_models.pedido.figures import JsonObject
from crdt_models.pedido.items import item_json
from crdt_models.pedido.orders import shown_number


def ticket_json(order: OrderView, ticket: Ticket, *, rank: int = 1) -> JsonObject:
    """What is to be made of an order at one station. rank: as for `order_json`."""
    return {
        "pedido_id": order.order.hex(),
        "numero": shown_number(order, rank),
        "estacao": ticket.station,
        "enviado_em": iso(ticket.sent_hlc),
        "tipo": order.text("service_type"),
        "mesa_id": None if order.table is None else order.table.hex(),
        "comanda": order.text("tab"),
        "garcom": order.text("waiter"),
        "cliente": order.text("customer"),
        "observacao": order.text("note"),
        "itens": [item_json(as_it_is(line), order.order) for line in ticket.lines],
    }
