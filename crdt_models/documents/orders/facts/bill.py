"""The bill: asked for, closed with its result, reopened."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from crdt_models.documents.fields import (
    AnyMethod,
    Centavos,
    FactRef,
    LineRef,
    NameOrNone,
    PaymentRef,
    Reason,
    Thousandths,
    TotalCentavos,
)
from crdt_models.documents.orders.facts.charges import ClosedCharge, ClosedDiscount
from crdt_models.fact import Fact


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
    method: AnyMethod
    centavos: Centavos


class BillClosed(Fact, frozen=True, tag="bill_closed"):
    """The bill with its result; a closed bill is read from here for ever. paid: payments − refunds.

    counted: the line, cancellation, payment, refund and bill-asked facts that it is made of, and
    those of discounts and charges. lines: charges too, as lines; `charges` says which they are, so
    that a version without charges shows lines that add up. discounts: what is taken off those
    lines already. tips: beside the total.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"counted"})

    lines: Annotated[tuple[ClosedLine, ...], Meta(max_length=4096)]
    total: TotalCentavos
    payments: Annotated[tuple[ClosedPayment, ...], Meta(max_length=4096)]
    paid: TotalCentavos
    counted: Annotated[tuple[FactRef, ...], Meta(max_length=4096)] = ()
    charges: Annotated[tuple[ClosedCharge, ...], Meta(max_length=64)] = ()
    discounts: Annotated[tuple[ClosedDiscount, ...], Meta(max_length=4096)] = ()
    tips: TotalCentavos = 0


class BillReopened(Fact, frozen=True, tag="bill_reopened"):
    """The named closing no longer stands."""

    closing: FactRef
    reason: Reason = ""
