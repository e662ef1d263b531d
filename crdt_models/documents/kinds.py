"""Which view belongs to which document.

A document of a kind this version does not know has the bare `View`: all its facts are kept and
forwarded, and none is understood. Importing this module makes every fact of this version known.
"""

from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.catalog.view import CatalogView
from crdt_models.documents.day.view import DayView
from crdt_models.documents.fields import is_id_text
from crdt_models.documents.floor.view import FloorView
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.settings.view import SettingsView
from crdt_models.documents.staff.view import StaffView
from crdt_models.documents.stock.view import StockView
from crdt_models.documents.tables.view import TablesView
from crdt_models.documents.terminals import TerminalsView
from crdt_models.documents.trust import TrustView
from crdt_models.documents.view import View
from crdt_models.ids import (
    ACCOUNT_KIND,
    CATALOG,
    DAY_KIND,
    FLOOR_KIND,
    ORDER_KIND,
    SETTINGS,
    SHIFT_KIND,
    STAFF,
    STOCK_KIND,
    TABLES,
    TERMINALS,
    TRUST,
    DocumentId,
    is_day_text,
)

_SINGLE: dict[DocumentId, type[View]] = {
    CATALOG: CatalogView,
    SETTINGS: SettingsView,
    STAFF: StaffView,
    TABLES: TablesView,
    TERMINALS: TerminalsView,
    TRUST: TrustView,
}
_OF_MANY: dict[str, type[View]] = {
    ORDER_KIND: OrderView,
    ACCOUNT_KIND: AccountView,
    SHIFT_KIND: ShiftView,
}
_OF_DAYS: dict[str, type[View]] = {
    FLOOR_KIND: FloorView,
    STOCK_KIND: StockView,
    DAY_KIND: DayView,
}


def empty_view(document: DocumentId) -> View:
    """The view of a document before its first fact.

    An id that only resembles one of ours (`order:1`, `tables:2`) has the bare view, as a new kind
    has.
    """
    kind, _, suffix = document.partition(":")
    if kind in _OF_MANY and is_id_text(suffix):
        return _OF_MANY[kind](document)
    if kind in _OF_DAYS and is_day_text(suffix):
        return _OF_DAYS[kind](document)
    return _SINGLE.get(document, View)(document)
