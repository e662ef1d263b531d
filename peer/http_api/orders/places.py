"""Where orders are put: at tables that this terminal knows.

Rules of this file:
1. A table that no fact here tells of is mostly a mistake, and an order at it is on no screen: who
   asks for it is told what to do. It may have been added at another terminal that is not heard
   now: who says so is believed, since a waiter is not stopped by a missing link.
2. A retry is answered as the first time, and an order that stands there already may stay.
"""

from collections.abc import Mapping

from crdt_models.documents.orders.facts import FieldName
from crdt_models.documents.orders.registers import Value
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.tables.view import TablesView
from crdt_models.errors import MalhaError
from crdt_models.ids import TABLES, OrderId, order_document
from peer.http_api.api import Api, replayed
from peer.service.routes import Call


class TableNotHere(MalhaError):
    """No table of this id is known at this terminal."""

    code = "table_not_here"
    sentence = "Dining table {table} is not known at this terminal."
    cure = "Load the tables again; if another terminal added it, say that it is unknown here."


async def check_table(
    api: Api, call: Call, fields: Mapping[FieldName, Value], order: OrderId | None = None
) -> None:
    """Raises TableNotHere. fields: what the registers of an order are to hold. order: the one, None
    when it begins."""
    table = fields.get("table")
    if table is None or await replayed(api, call) is not None:
        return
    known = api.node.view(TABLES)
    assert isinstance(known, TablesView), "the kind of a document decides its view"
    if table in {each.hex() for each in known.tables} or table == _stands_at(api, order):
        return
    raise TableNotHere(table=str(table), field="mesa_id")


def _stands_at(api: Api, order: OrderId | None) -> str | None:
    view = None if order is None else api.node.view(order_document(order))
    return view.text("table") if isinstance(view, OrderView) else None
