"""What a command created, read back from its change; the names are those of `Decision.ids`."""

from collections import Counter
from collections.abc import Callable
from typing import Final

from crdt_models.change import Change
from crdt_models.documents.accounts.facts import AccountOpened
from crdt_models.documents.accounts.view import AccountView
from crdt_models.documents.cash.facts import CashSupplied, CashWithdrawn, ShiftOpened
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.catalog.facts import ProductAdded
from crdt_models.documents.floor.reservation_facts import ReservationBooked
from crdt_models.documents.kinds import empty_view
from crdt_models.documents.orders.facts import (
    LineAdded,
    LineSplit,
    OrderOpened,
    PaidOnAccount,
    PaymentReceived,
    PaymentRefunded,
)
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.staff.facts import OperatorAdded
from crdt_models.documents.tables.facts import AreaAdded, TableAdded
from crdt_models.documents.view import View
from crdt_models.fact import Fact, fact_of
from crdt_models.ids import CreatedId, DocumentId, account_of, order_of, shift_of

# A fact that begins a document of its kind: the name, the kind, the id from the document's.
_BEGINNINGS: Final[dict[type[Fact], tuple[str, type[View], Callable[[DocumentId], CreatedId]]]] = {
    OrderOpened: ("order", OrderView, order_of),
    AccountOpened: ("account", AccountView, account_of),
    ShiftOpened: ("shift", ShiftView, shift_of),
}
# The name, numbered when it ends with a dot, and the field that holds the id.
_PARTS: Final[dict[type[Fact], tuple[str, str]]] = {
    LineAdded: ("line.", "line"),
    LineSplit: ("part.", "part"),
    PaymentReceived: ("payment", "payment"),
    PaidOnAccount: ("payment", "payment"),
    PaymentRefunded: ("refund", "refund"),
    TableAdded: ("table", "table"),
    ProductAdded: ("product.", "product"),
    AreaAdded: ("area", "area"),
    ReservationBooked: ("reservation", "reservation"),
    OperatorAdded: ("operator", "who"),
    CashWithdrawn: ("movement", "movement"),
    CashSupplied: ("movement", "movement"),
}


def created(change: Change) -> dict[str, CreatedId]:
    """Ids by name."""
    ids: dict[str, CreatedId] = {}
    count: Counter[str] = Counter()
    for document, body in change.facts:
        fact = fact_of(body)
        if type(fact) in _BEGINNINGS:
            name, kind, id_of = _BEGINNINGS[type(fact)]
            if isinstance(empty_view(document), kind):
                ids[name] = id_of(document)
        elif type(fact) in _PARTS:
            name, field = _PARTS[type(fact)]
            numbered = f"{name}{count[name]}" if name.endswith(".") else name
            ids[numbered] = getattr(fact, field)
            count[name] += 1
    return ids
