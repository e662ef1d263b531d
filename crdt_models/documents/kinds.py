"""Which view belongs to which document, and every command there is.

A document of a kind this version does not know has the bare `View`: all its facts are kept and
forwarded, and none is understood. Importing this module makes every fact of this version known.
"""

from typing import cast

import msgspec

from crdt_models.disputes import SettleDispute
from crdt_models.documents.command import Command, InvalidField
from crdt_models.documents.fields import is_id_text
from crdt_models.documents.orders.bill_commands import (
    AskBill,
    CloseBill,
    RefundPayment,
    ReopenBill,
    SettlePayment,
    TakePayment,
)
from crdt_models.documents.orders.commands import (
    AddLines,
    AdvanceLines,
    CancelLines,
    CancelOrder,
    EditOrder,
    OpenOrder,
    RestoreOrder,
    SendLines,
)
from crdt_models.documents.orders.view import OrderView
from crdt_models.documents.table_commands import (
    AddArea,
    AddTable,
    ChangeTable,
    ReleaseTable,
    RenameArea,
    ReserveTable,
)
from crdt_models.documents.tables import TablesView
from crdt_models.documents.terminals import TerminalsView
from crdt_models.documents.trust import AdmitMember, TrustView
from crdt_models.documents.view import View
from crdt_models.ids import ORDER_KIND, TABLES, TERMINALS, TRUST, DocumentId

AnyCommand = (
    OpenOrder
    | AddLines
    | CancelLines
    | SendLines
    | AdvanceLines
    | EditOrder
    | CancelOrder
    | RestoreOrder
    | TakePayment
    | SettlePayment
    | RefundPayment
    | AskBill
    | CloseBill
    | ReopenBill
    | AddArea
    | RenameArea
    | AddTable
    | ChangeTable
    | ReserveTable
    | ReleaseTable
    | AdmitMember
    | SettleDispute
)

_SINGLE: dict[DocumentId, type[View]] = {
    TABLES: TablesView,
    TERMINALS: TerminalsView,
    TRUST: TrustView,
}


def empty_view(document: DocumentId) -> View:
    """The view of a document before its first fact.

    An id that only resembles one of ours (`order:1`, `tables:2`) has the bare view, as a new kind
    has.
    """
    kind, _, suffix = document.partition(":")
    if kind == ORDER_KIND and is_id_text(suffix):
        return OrderView(document)
    return _SINGLE.get(document, View)(document)


def command_of(value: object) -> Command:
    """The command in plain values, as `msgspec.to_builtins` makes them (ids stay bytes).

    Raises InvalidField.
    """
    try:
        return cast(Command, msgspec.convert(value, AnyCommand, builtin_types=(bytes,)))
    except msgspec.ValidationError as error:
        raise InvalidField(reason=str(error)) from error
