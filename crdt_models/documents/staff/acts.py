"""Roles, the acts that take one, and which act each fact is.

Rules of this file:
1. A role may do what lesser ones may. `LEAST` is what holds until the shop says otherwise.
2. What a command may do follows from the facts that it writes, and stands in this one table.
3. To sell and to receive money takes no role: the guest waits, and money that came is there.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, get_args

from msgspec import UNSET

from crdt_models.documents.accounts.facts import AccountFieldSet, ChargeReversed
from crdt_models.documents.cash.facts import (
    CashSupplied,
    CashWithdrawn,
    DrawerOpened,
    ShiftWrittenOff,
)
from crdt_models.documents.catalog.facts import ProductAdded, ProductChanged
from crdt_models.documents.orders.facts import (
    BillReopened,
    DiscountGiven,
    LineCancelled,
    OrderCancelled,
    PaymentRefunded,
)
from crdt_models.documents.resolution import Resolution
from crdt_models.documents.settings.facts import SettingsChanged
from crdt_models.documents.staff.facts import (
    OperatorAdded,
    OperatorChanged,
    PermissionSet,
    Role,
)
from crdt_models.documents.stock.facts import (
    StockCounted,
    StockLost,
    StockReceived,
    StockTransferred,
)
from crdt_models.documents.tables.facts import AreaAdded, AreaRenamed, TableAdded, TablePlaced
from crdt_models.fact import Fact

Act = Literal[
    "cancel_sent_line",
    "cancel_order",
    "give_discount",
    "give_large_discount",
    "give_courtesy",
    "refund",
    "reopen_bill",
    "grant_credit",
    "move_cash",
    "write_off_shift",
    "edit_stock",
    "edit_catalog",
    "edit_tables",
    "edit_settings",
    "edit_staff",
    "edit_permissions",
    "settle_dispute",
]
ACTS: Final[tuple[Act, ...]] = get_args(Act)
ROLES: Final[tuple[Role, ...]] = get_args(Role)  # ascending
LARGE_DISCOUNT = 1_000  # basis points; beyond it, and any fixed amount, is a large one

LEAST: Final[Mapping[Act, Role]] = {
    "cancel_sent_line": "manager",
    "cancel_order": "cashier",
    "give_discount": "cashier",
    "give_large_discount": "manager",
    "give_courtesy": "manager",
    "refund": "manager",
    "reopen_bill": "manager",
    "grant_credit": "manager",
    "move_cash": "cashier",
    "write_off_shift": "manager",
    "edit_stock": "manager",
    "edit_catalog": "manager",
    "edit_tables": "manager",
    "edit_settings": "manager",
    "edit_staff": "manager",
    "edit_permissions": "owner",
    "settle_dispute": "cashier",
}
"""The least role of each act, until somebody sets another."""


def rank(role: Role) -> int:
    """Greater may more."""
    return ROLES.index(role)


def act_of(fact: Fact) -> Act | None:
    """What takes a role in writing this; None: anybody may."""
    found = _ACT_OF.get(type(fact))
    return found(fact) if callable(found) else found


def _cancelling(fact: LineCancelled) -> Act | None:
    return "cancel_sent_line" if fact.sends_seen else None


def _discounting(fact: DiscountGiven) -> Act:
    if fact.kind == "courtesy":
        return "give_courtesy"
    is_small = fact.kind == "percent" and fact.amount <= LARGE_DISCOUNT
    return "give_discount" if is_small else "give_large_discount"


def _crediting(fact: AccountFieldSet) -> Act | None:
    return "grant_credit" if fact.field in ("limit_centavos", "is_blocked") else None


def _listing(fact: ProductChanged) -> Act | None:
    """That a dish is over is said by whoever sees it."""
    given = {name for name in fact.values.__struct_fields__ if _is_given(fact, name)}
    return "edit_catalog" if given - {"sold_out", "left"} else None


def _is_given(fact: ProductChanged, name: str) -> bool:
    return getattr(fact.values, name) is not UNSET


_ACT_OF: Final[Mapping[type[Fact], Act | Callable[[Any], Act | None]]] = {
    LineCancelled: _cancelling,
    OrderCancelled: "cancel_order",
    DiscountGiven: _discounting,
    PaymentRefunded: "refund",
    ChargeReversed: "refund",
    BillReopened: "reopen_bill",
    AccountFieldSet: _crediting,
    CashWithdrawn: "move_cash",
    CashSupplied: "move_cash",
    DrawerOpened: "move_cash",
    ShiftWrittenOff: "write_off_shift",
    StockReceived: "edit_stock",
    StockLost: "edit_stock",
    StockTransferred: "edit_stock",
    StockCounted: "edit_stock",
    ProductAdded: "edit_catalog",
    ProductChanged: _listing,
    AreaAdded: "edit_tables",
    AreaRenamed: "edit_tables",
    TableAdded: "edit_tables",
    TablePlaced: "edit_tables",
    SettingsChanged: "edit_settings",
    OperatorAdded: "edit_staff",
    OperatorChanged: "edit_staff",
    PermissionSet: "edit_permissions",
    Resolution: "settle_dispute",
}
