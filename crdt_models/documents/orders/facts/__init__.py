"""What can happen to an order, a file a subject. Names and prices are copied into the facts: later
changes elsewhere move no bill.

Rules of this folder:
1. Money is centavos, quantity is thousandths. A tag or a field, once released, keeps its meaning.
2. Fields listed in `RELIES` say what the author knew; they are no part of what the author meant.
3. Two classes never share a base other than `Fact`, which finds its facts among its own subclasses.
4. Importing this package makes all of them known.
"""

from crdt_models.documents.orders.facts.bill import (
    BillAsked,
    BillClosed,
    BillReopened,
    ClosedLine,
    ClosedPayment,
)
from crdt_models.documents.orders.facts.charges import (
    WHOLE,
    ChargeKind,
    ClosedCharge,
    ClosedDiscount,
    CouvertSet,
    DeliveryFeeSet,
    DiscountCarried,
    DiscountGiven,
    DiscountKind,
    DiscountWithdrawn,
    MinimumSet,
    ServiceSet,
)
from crdt_models.documents.orders.facts.delivery import Delivery, DeliverySet
from crdt_models.documents.orders.facts.fields import FieldName, FieldSet, FlagSet
from crdt_models.documents.orders.facts.kitchen import (
    MAX_COURSE,
    CourseFired,
    FiringRecalled,
    LineRecalled,
    LineRouted,
    LinesDelivered,
    LinesFired,
    LinesPreparing,
    LinesReady,
    LinesSent,
)
from crdt_models.documents.orders.facts.lines import CopiedField, LineAdded, LineCancelled, Modifier
from crdt_models.documents.orders.facts.moves import (
    LinesArrived,
    LinesMoved,
    LineSplit,
    OrderMergedInto,
)
from crdt_models.documents.orders.facts.opening import (
    OrderCancelled,
    OrderNumbered,
    OrderOpened,
    OrderRestored,
)
from crdt_models.documents.orders.facts.payments import (
    Acquirer,
    PaidOnAccount,
    PaymentConfirmed,
    PaymentDenied,
    PaymentReceived,
    PaymentRefunded,
    PaymentUnknown,
)
from crdt_models.documents.orders.facts.split import BillSplit, Share, ShareOfLine
from crdt_models.documents.orders.facts.supplies import LineTakes, SuppliesTaken, Supply
from crdt_models.documents.orders.facts.tips import TipReceived, TipReturned

__all__ = [
    "OrderCancelled",
    "OrderNumbered",
    "OrderOpened",
    "OrderRestored",
    "CopiedField",
    "LineAdded",
    "LineCancelled",
    "Modifier",
    "Delivery",
    "DeliverySet",
    "CourseFired",
    "FiringRecalled",
    "LineRecalled",
    "LineRouted",
    "LinesDelivered",
    "LinesFired",
    "LinesPreparing",
    "LinesReady",
    "LinesSent",
    "MAX_COURSE",
    "LineSplit",
    "LinesArrived",
    "LinesMoved",
    "OrderMergedInto",
    "FieldName",
    "FieldSet",
    "FlagSet",
    "Acquirer",
    "PaidOnAccount",
    "PaymentConfirmed",
    "PaymentDenied",
    "PaymentReceived",
    "PaymentRefunded",
    "PaymentUnknown",
    "BillAsked",
    "BillClosed",
    "BillReopened",
    "ClosedLine",
    "ClosedPayment",
    "ChargeKind",
    "ClosedCharge",
    "ClosedDiscount",
    "CouvertSet",
    "DeliveryFeeSet",
    "DiscountCarried",
    "DiscountGiven",
    "DiscountKind",
    "DiscountWithdrawn",
    "MinimumSet",
    "ServiceSet",
    "WHOLE",
    "BillSplit",
    "Share",
    "ShareOfLine",
    "LineTakes",
    "SuppliesTaken",
    "Supply",
    "TipReceived",
    "TipReturned",
]
