"""What can happen to an order. Names and prices are copied into the facts: later changes elsewhere
move no bill.

Rules of this file:
1. Money is centavos, quantity is thousandths. A tag or a field, once released, keeps its meaning.
2. Fields listed in `RELIES` say what the author knew; they are no part of what the author meant.
3. Two classes never share a base other than `Fact`, which finds its facts among its own subclasses.
"""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from crdt_models.documents.fields import (
    AnyId,
    Centavos,
    CentavosOrZero,
    Code,
    ExternalId,
    FactRef,
    FactRefs,
    FlagName,
    Label,
    Letters,
    LineRef,
    LineRefs,
    ModifierCentavos,
    Name,
    NameOrNone,
    Note,
    OrderNumber,
    OrderRefs,
    PaymentMethod,
    PaymentRef,
    People,
    Reason,
    ServiceType,
    TableRef,
    Thousandths,
    TotalCentavos,
    UnitCentavos,
    is_id_text,
)
from crdt_models.fact import Fact

FieldName = Literal[
    "table", "tab", "waiter", "customer", "note", "people", "service_type", "external_id"
]


class OrderOpened(Fact, frozen=True, tag="order_opened"):
    """The order's document begins; its id is the document's. The values begin the registers.

    table: dining table. tab: label of the comanda. people: at the table. external_id: `source:id`
    of an order taken elsewhere. tabs_seen: open orders that the opener saw at that table.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"tabs_seen"})

    service_type: ServiceType
    table: TableRef | None = None
    tab: Label | None = None
    waiter: Name | None = None
    customer: Name | None = None
    note: Note | None = None
    people: People | None = None
    external_id: ExternalId | None = None
    tabs_seen: OrderRefs = ()


class OrderNumbered(Fact, frozen=True, tag="order_numbered"):
    """The number people call it by: `A-017`. One command told at two terminals gives two numbers
    and is one order; the number with the least stamp is shown, the others are aliases."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"number", "letters"})

    number: OrderNumber
    letters: Letters


class Modifier(msgspec.Struct, frozen=True, omit_defaults=True):
    """An addition or removal, for one unit of the line: thousandths of it at unit_centavos each."""

    name: Name
    thousandths: Thousandths = 1000
    unit_centavos: ModifierCentavos = 0


class LineAdded(Fact, frozen=True, tag="line_added"):
    """A quantity of a product. product: the catalog's id, opaque. course: 1 first, 2 second, …
    station: where it is made. external_id: the line's id in the system it came from."""

    line: LineRef
    product: Code
    name: Name
    thousandths: Thousandths
    unit_centavos: UnitCentavos
    modifiers: Annotated[tuple[Modifier, ...], Meta(max_length=64)] = ()
    note: Note = ""
    course: Annotated[int, Meta(ge=0, le=20)] = 0
    station: Code = ""
    category: Code = ""
    external_id: ExternalId | None = None


class LineCancelled(Fact, frozen=True, tag="line_cancelled"):
    """Less of a line. sends_seen: the sends that cover the line and that the author knew: empty
    means a void before the kitchen had it."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"sends_seen"})

    line: LineRef
    thousandths: Thousandths
    reason: Reason = ""
    sends_seen: FactRefs = ()


class LinesSent(Fact, frozen=True, tag="lines_sent"):
    """Lines went to the kitchen. cancellations_seen: cancellations of them that the sender knew."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"cancellations_seen"})

    lines: LineRefs
    cancellations_seen: FactRefs = ()


class LinesPreparing(Fact, frozen=True, tag="lines_preparing"):
    """The kitchen began."""

    lines: LineRefs


class LinesReady(Fact, frozen=True, tag="lines_ready"):
    """To be fetched."""

    lines: LineRefs


class LinesDelivered(Fact, frozen=True, tag="lines_delivered"):
    """At the customer."""

    lines: LineRefs


_TEXT_LIMITS = {"tab": 40, "waiter": 120, "customer": 120, "note": 500, "external_id": 120}
_SERVICE_TYPES = frozenset({"mesa", "comanda", "balcao", "viagem", "entrega"})


class FieldSet(Fact, frozen=True, tag="field_set"):
    """A register of the order was written. table: its id as 32 hexadecimal digits (the codec admits
    no union of text and bytes); people: 1 to 1000; service_type: one of its names; the others text;
    None clears all but service_type."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})

    field: FieldName
    value: Note | People | None = None
    replaces: FactRefs = ()

    def __post_init__(self) -> None:
        if not _fits(self.field, self.value):
            raise ValueError(f"{self.field} cannot hold this value")


def _fits(field: str, value: str | int | None) -> bool:
    if field == "service_type":
        return value in _SERVICE_TYPES
    if value is None:
        return True
    if field == "table":
        return isinstance(value, str) and is_id_text(value)
    if field == "people":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str) and len(value) <= _TEXT_LIMITS[field]


class FlagSet(Fact, frozen=True, tag="flag_set"):
    """A named mark of the order; false until set. Front ends know financeiro, producao,
    expedicao."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})

    name: FlagName
    value: bool
    replaces: FactRefs = ()


class Acquirer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who moved the money. name: acquirer or bank. transaction: its id there (NSU with terminal,
    Pix E2E id); one (name, transaction, centavos) counts once. Never card data."""

    name: Code
    transaction: Code = ""
    authorization: Code = ""
    brand: Code = ""


class PaymentReceived(Fact, frozen=True, tag="payment_received"):
    """Money towards the bill. centavos: what counts. change_centavos: cash handed back; the
    customer gave the sum of both. is_pending: recorded before the acquirer answered."""

    payment: PaymentRef
    centavos: Centavos
    method: PaymentMethod
    change_centavos: CentavosOrZero = 0
    acquirer: Acquirer | None = None
    is_pending: bool = False
    note: Note = ""


class PaymentConfirmed(Fact, frozen=True, tag="payment_confirmed"):
    """The acquirer says that a pending payment took place."""

    payment: PaymentRef
    acquirer: Acquirer | None = None


class PaymentDenied(Fact, frozen=True, tag="payment_denied"):
    """The acquirer says that a pending payment did not take place."""

    payment: PaymentRef
    reason: Reason = ""


class PaymentUnknown(Fact, frozen=True, tag="payment_unknown"):
    """Nobody could say whether a pending payment took place."""

    payment: PaymentRef
    reason: Reason = ""


class PaymentRefunded(Fact, frozen=True, tag="payment_refunded"):
    """Money handed back. payment: the one that is refunded, when it is one."""

    refund: AnyId
    centavos: Centavos
    payment: PaymentRef | None = None
    method: PaymentMethod = "dinheiro"
    reason: Reason = ""


class BillAsked(Fact, frozen=True, tag="bill_asked"):
    """The customer asked for the bill."""


class ClosedLine(msgspec.Struct, frozen=True, array_like=True):
    """A line as billed, stored as an array of five. name: empty in a closing that had no room for
    names; the line itself has it. unit_centavos: with modifiers. amount_centavos: what the customer
    owes."""

    line: LineRef
    name: NameOrNone
    thousandths: Thousandths
    unit_centavos: Annotated[int, Meta(ge=0, le=100 * 10**9)]
    amount_centavos: TotalCentavos


class ClosedPayment(msgspec.Struct, frozen=True, array_like=True):
    """A confirmed payment as the closing saw it, stored as an array of three."""

    payment: PaymentRef
    method: PaymentMethod
    centavos: Centavos


class BillClosed(Fact, frozen=True, tag="bill_closed"):
    """The bill with its result; a closed bill is read from here for ever. paid: payments − refunds.

    counted: the line, cancellation, payment, refund and bill-asked facts that it is made of.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"counted"})

    lines: Annotated[tuple[ClosedLine, ...], Meta(max_length=4096)]
    total: TotalCentavos
    payments: Annotated[tuple[ClosedPayment, ...], Meta(max_length=4096)]
    paid: TotalCentavos
    counted: Annotated[tuple[FactRef, ...], Meta(max_length=4096)] = ()


class BillReopened(Fact, frozen=True, tag="bill_reopened"):
    """The named closing no longer stands."""

    closing: FactRef
    reason: Reason = ""


class OrderCancelled(Fact, frozen=True, tag="order_cancelled"):
    """Nothing of the order is owed any more."""

    reason: Reason = ""


class OrderRestored(Fact, frozen=True, tag="order_restored"):
    """The named cancellations no longer stand."""

    cancellations: Annotated[tuple[FactRef, ...], Meta(min_length=1, max_length=512)]
    reason: Reason = ""
