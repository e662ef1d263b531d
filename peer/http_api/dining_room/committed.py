"""The dining room as committed state has it now, and how it is written to.

Rules of this file:
1. Furniture and the floor of today are two documents and one version (ETag): a screen shows both.
2. All open orders are asked for once for a whole room, and who left only for the tables shown.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from crdt_models.dining_room import MINUTE_MS, DiningRoom, Tab
from crdt_models.documents.command import Command
from crdt_models.documents.floor.reservation_facts import service_day
from crdt_models.documents.floor.view import FloorView
from crdt_models.documents.tables.commands import UnknownTable
from crdt_models.documents.tables.view import TablesView
from crdt_models.hybrid_logical_clock import iso
from crdt_models.ids import (
    TABLES,
    CreatedId,
    DocumentId,
    FactId,
    TableId,
    floor_document,
    order_of,
)
from crdt_models.pedido import JsonObject, table_json
from crdt_models.read_models import ORDER_ROW
from peer.http_api.api import Api, execute
from peer.node.node import Node
from peer.node.requests import Outcome
from peer.service.routes import Call
from peer.storage.projections import Condition, Query

Tabs = Mapping[TableId, list[Tab]]


def furniture(node: Node) -> TablesView:
    """The areas and dining tables."""
    view = node.view(TABLES)
    assert isinstance(view, TablesView), "the kind of a document decides its view"
    return view


def table_label(node: Node, table: TableId | None) -> str | None:
    """What people call a dining table; None for one that is not known."""
    found = None if table is None else furniture(node).tables.get(table)
    return None if found is None else found.label


def floor_of(node: Node, day: int) -> FloorView:
    """One day on the floor."""
    view = node.view(floor_document(day))
    assert isinstance(view, FloorView), "the kind of a document decides its view"
    return view


def room_version(node: Node) -> str:
    """Of the furniture and of today's floor together."""
    return "-".join(node.version(document) for document in _documents(node))


def room_now(api: Api) -> DiningRoom:
    """The dining room at this moment."""
    node, now_ms = api.node, api.environment.wall_ms()
    tabs, day = open_tabs(node), node.business_day
    return DiningRoom(
        furniture(node),
        floor_of(node, day),
        floor_of(node, service_day(now_ms // MINUTE_MS)),
        now_ms=now_ms,
        tabs=lambda table: tabs.get(table, ()),
        left=Left(node, day).at,
    )


def shown_table(api: Api, table: TableId, room: DiningRoom | None = None) -> JsonObject:
    """The mesa. Raises UnknownTable."""
    room = room or room_now(api)
    found = room.furniture.tables.get(table)
    if found is None:
        raise UnknownTable(table=table.hex())
    updated = max(room.furniture.updated, room.floor.updated)
    return {**table_json(found, room), "version": room_version(api.node), "updatedAt": iso(updated)}


async def execute_in_room(api: Api, call: Call, command: Command) -> Outcome:
    """As `execute`; `If-Match` names the version of the whole room."""
    return await execute(api, call, command, *_documents(api.node))


def open_tabs(node: Node) -> Tabs:
    """The open orders of each dining table that has any, oldest first."""
    found: dict[TableId, list[Tab]] = defaultdict(list)
    query = Query(table=ORDER_ROW.name, where=_OPEN, order=("opened_hlc",))
    for row in node.log.projections.rows(query):
        if row["table_id"] is not None:
            table = TableId(CreatedId(bytes.fromhex(str(row["table_id"]))))
            people = row["people"] if isinstance(row["people"], int) else 0
            found[table].append(Tab(order_of(DocumentId(str(row["document_id"]))), people))
    return found


class Left:
    """Who left on a business day: read when it is first asked for, and then no more."""

    def __init__(self, node: Node, day: int) -> None:
        self._query = Query(table=ORDER_ROW.name, where=(Condition("closed_day", day),))
        self._node = node

    def at(self, table: TableId) -> list[list[FactId]]:
        """`left_by` of the orders that were closed at a table."""
        return self._by_table[table.hex()]

    @cached_property
    def _by_table(self) -> dict[str, list[list[FactId]]]:
        found: dict[str, list[list[FactId]]] = defaultdict(list)
        for row in self._node.log.projections.rows(self._query):
            if row["table_id"] is not None and row["left_by"]:
                found[str(row["table_id"])].append([*map(FactId, str(row["left_by"]).split())])
        return found


_OPEN = (Condition("is_open", 1),)


def _documents(node: Node) -> tuple[DocumentId, DocumentId]:
    return TABLES, floor_document(node.business_day)
