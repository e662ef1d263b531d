"""Bounded field types: a value outside them makes the whole fact `Unknown`, never an exception.

Rules of this file:
1. The bounds are part of the stored form: they may be widened by a later version, never narrowed.
2. A bound is far beyond any shop's need and far below what could hurt (2^53, a column, a screen).
"""

import re
from typing import Annotated, Final, Literal

from msgspec import Meta

from crdt_models.ids import (
    SHORT_BYTES,
    AccountId,
    CreatedId,
    FactId,
    LineId,
    OperatorId,
    OrderId,
    PaymentId,
    ProductId,
    ReservationId,
    ShareId,
    TableId,
)

MAX_THOUSANDTHS = 10_000_000  # ten thousand units, or ten tonnes of a product sold by weight
MAX_UNIT_CENTAVOS = 10**9  # ten million reais for one unit
MAX_TOTAL_CENTAVOS = 2**53 - 1  # the largest integer that every language reads exactly
MAX_MENTIONS = 512  # facts or lines named by one fact: as many as one change holds facts

_ID = Meta(min_length=SHORT_BYTES, max_length=SHORT_BYTES)
AnyId = Annotated[CreatedId, _ID]
OrderRef = Annotated[OrderId, _ID]
LineRef = Annotated[LineId, _ID]
PaymentRef = Annotated[PaymentId, _ID]
ShareRef = Annotated[ShareId, _ID]
OperatorRef = Annotated[OperatorId, _ID]
TableRef = Annotated[TableId, _ID]
ProductRef = Annotated[ProductId, _ID]
AccountRef = Annotated[AccountId, _ID]
ReservationRef = Annotated[ReservationId, _ID]
FactRef = Annotated[
    FactId, Meta(min_length=24, max_length=26, pattern=r"^[0-9A-Za-z_-]{22}\.[0-9]+\Z")
]
FactRefs = Annotated[tuple[FactRef, ...], Meta(max_length=MAX_MENTIONS)]
SomeFactRefs = Annotated[tuple[FactRef, ...], Meta(min_length=1, max_length=MAX_MENTIONS)]
LineRefs = Annotated[tuple[LineRef, ...], Meta(min_length=1, max_length=MAX_MENTIONS)]
TableRefs = Annotated[tuple[TableRef, ...], Meta(max_length=MAX_MENTIONS)]
OrderRefs = Annotated[tuple[OrderRef, ...], Meta(max_length=MAX_MENTIONS)]

Thousandths = Annotated[int, Meta(ge=1, le=MAX_THOUSANDTHS)]
UnitCentavos = Annotated[int, Meta(ge=0, le=MAX_UNIT_CENTAVOS)]
ModifierCentavos = Annotated[int, Meta(ge=-MAX_UNIT_CENTAVOS, le=MAX_UNIT_CENTAVOS)]
Centavos = Annotated[int, Meta(ge=1, le=MAX_UNIT_CENTAVOS * 100)]
CentavosOrZero = Annotated[int, Meta(ge=0, le=MAX_UNIT_CENTAVOS * 100)]
TotalCentavos = Annotated[int, Meta(ge=0, le=MAX_TOTAL_CENTAVOS)]

Label = Annotated[str, Meta(min_length=1, max_length=40)]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
NameOrNone = Annotated[str, Meta(max_length=120)]
Code = Annotated[str, Meta(max_length=64)]
Note = Annotated[str, Meta(max_length=500)]
Reason = Annotated[str, Meta(max_length=200)]
SomeReason = Annotated[Reason, Meta(min_length=1)]
ExternalId = Annotated[str, Meta(min_length=1, max_length=120)]
FlagName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
People = Annotated[int, Meta(ge=1, le=1000)]
PeopleOrNone = Annotated[int, Meta(ge=0, le=1000)]  # 0: nobody said
OrderNumber = Annotated[int, Meta(ge=1, le=10**9)]
Letters = Annotated[str, Meta(pattern=r"^[A-Z]{1,3}\Z")]
Minute = Annotated[int, Meta(ge=0, le=2**32 - 1)]  # since 1970-01-01 UTC; until the year 10136
Phone = Annotated[str, Meta(min_length=1, max_length=40)]

ServiceType = Literal["mesa", "comanda", "balcao", "viagem", "entrega"]
# By which money comes and goes; an order is also paid by charging a customer's account.
PaymentMethod = Literal["dinheiro", "credito", "debito", "pix", "vale", "outro"]
CASH: Final = "dinheiro"
ON_ACCOUNT: Final = "fiado"
AnyMethod = PaymentMethod | Literal["fiado"]

_ID_TEXT = re.compile(r"[0-9a-f]{32}")


def is_id_text(text: str) -> bool:
    """Whether `text` is a created id as 32 lower-case hexadecimal digits."""
    return _ID_TEXT.fullmatch(text) is not None
