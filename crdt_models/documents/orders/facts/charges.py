"""What moves a bill beside its lines: discounts, service, couvert, minimum, delivery fee.

Rules of this file:
1. Whatever moves the total is `MUST_UNDERSTAND`: a version that skips it would show a wrong bill,
   so it shows `needs_upgrade` and closes nothing.
2. Service, couvert, minimum and delivery fee are registers of the order, and so is each discount of
   one kind on one target (the order, or a line): a write names those that it `replaces`.
3. Cut off from each other two terminals may both write one of them. The greatest stamp counts, and
   where they do not say the same a person is asked (`charges_set_apart`). A withdrawal takes away
   only what it names: a discount that it did not know stands.
4. Rates that a shop has as its habit are written into the order when they begin to count: no later
   version or setting moves a bill.
"""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from crdt_models.documents.fields import (
    MAX_TOTAL_CENTAVOS,
    AnyId,
    CentavosOrZero,
    Code,
    FactRefs,
    LineRef,
    LineRefs,
    OperatorRef,
    OrderRef,
    PeopleOrNone,
    Reason,
    SomeFactRefs,
)
from crdt_models.fact import Fact

WHOLE = 10_000  # basis points of all of it
BasisPoints = Annotated[int, Meta(ge=0, le=WHOLE)]
SignedCentavos = Annotated[int, Meta(ge=-(10**11), le=10**11)]
Why = Annotated[str, Meta(min_length=1, max_length=200)]
DiscountKind = Literal["percent", "value", "courtesy"]
ChargeKind = Literal["minimum", "service", "couvert", "delivery_fee"]


class DiscountGiven(Fact, frozen=True, tag="discount_given"):
    """Less is asked for a line, in whose home it stands, or for the order when `line` is None.

    kind, amount: `percent` in basis points (1 to 10000), `value` in centavos (at least 1), at most
    what there is to pay; `courtesy`: free, amount 0; an order on the house owes nothing at all.
    authorised_by: the operator who allowed it, when it was not the one who entered it. splits_seen:
    splits of the line that the giver knew: their parts were not meant. moves_seen: of the order,
    moves from it and to it that the giver knew: whoever moves and gives without knowing of each
    other changes what people owe, and a person is told.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces", "splits_seen", "moves_seen"})
    MUST_UNDERSTAND: ClassVar[bool] = True

    kind: DiscountKind
    reason: Why
    amount: CentavosOrZero = 0
    line: LineRef | None = None
    authorised_by: OperatorRef | None = None
    replaces: FactRefs = ()
    splits_seen: FactRefs = ()
    moves_seen: FactRefs = ()

    def __post_init__(self) -> None:
        least, most = _AMOUNTS[self.kind]
        if not least <= self.amount <= most:
            raise ValueError(f"a discount of this kind is {least} to {most}")

    @property
    def says(self) -> tuple[int, ...]:
        """What it comes to: writes that say the same are no contradiction."""
        return (self.amount,)


_AMOUNTS: dict[DiscountKind, tuple[int, int]] = {
    "percent": (1, WHOLE),
    "value": (1, 10**11),
    "courtesy": (0, 0),
}


class DiscountWithdrawn(Fact, frozen=True, tag="discount_withdrawn"):
    """The named discounts no longer stand. One given elsewhere meanwhile does. into: the order that
    theirs was joined with, and the lines took them along (`DiscountCarried`)."""

    MUST_UNDERSTAND: ClassVar[bool] = True

    discounts: SomeFactRefs
    reason: Reason = ""
    authorised_by: OperatorRef | None = None
    into: OrderRef | None = None


class DiscountCarried(Fact, frozen=True, tag="discount_carried"):
    """In the home of lines of an order that was joined with another: what a discount of that order
    took off them it takes off them still, wherever they go.

    discount: see `discount_id`. source: the order that it was given to. basis_points: of what these
    lines cost after their own discounts, all of them that the home has together. centavos: beside
    that; below zero where the parts of lines of several homes were rounded up too often. kind,
    reason, authorised_by: of the discount.

    Two cut-off terminals may join the order with another at once: they say the same of the same
    discount, and it counts once, for the lines that either of them moved. Where they do not say the
    same the greatest stamp counts and a person is asked (`charges_set_apart`).
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"splits_seen"})
    MUST_UNDERSTAND: ClassVar[bool] = True

    discount: AnyId
    source: OrderRef
    kind: DiscountKind
    lines: LineRefs
    reason: Why
    basis_points: BasisPoints = 0
    centavos: SignedCentavos = 0
    authorised_by: OperatorRef | None = None
    splits_seen: FactRefs = ()

    @property
    def says(self) -> tuple[int, ...]:
        return self.basis_points, self.centavos


class ServiceSet(Fact, frozen=True, tag="service_set"):
    """The service charge of the order: basis points of what was consumed; 0 removes it."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})
    MUST_UNDERSTAND: ClassVar[bool] = True

    basis_points: BasisPoints
    reason: Reason = ""
    authorised_by: OperatorRef | None = None
    replaces: FactRefs = ()

    @property
    def says(self) -> tuple[int, ...]:
        return (self.basis_points,)


class CouvertSet(Fact, frozen=True, tag="couvert_set"):
    """Couvert of one person, 0 removes it. people: who pay it; 0: those at the table."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})
    MUST_UNDERSTAND: ClassVar[bool] = True

    unit_centavos: CentavosOrZero
    people: PeopleOrNone = 0
    reason: Reason = ""
    authorised_by: OperatorRef | None = None
    replaces: FactRefs = ()

    @property
    def says(self) -> tuple[int, ...]:
        return self.unit_centavos, self.people


class MinimumSet(Fact, frozen=True, tag="minimum_set"):
    """The least consumption, of the order or of each person; 0 removes it."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})
    MUST_UNDERSTAND: ClassVar[bool] = True

    centavos: CentavosOrZero
    is_per_person: bool = False
    reason: Reason = ""
    authorised_by: OperatorRef | None = None
    replaces: FactRefs = ()

    @property
    def says(self) -> tuple[int, ...]:
        return self.centavos, int(self.is_per_person)


class DeliveryFeeSet(Fact, frozen=True, tag="delivery_fee_set"):
    """What bringing it costs; 0 removes it."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"replaces"})
    MUST_UNDERSTAND: ClassVar[bool] = True

    centavos: CentavosOrZero
    reason: Reason = ""
    authorised_by: OperatorRef | None = None
    replaces: FactRefs = ()

    @property
    def says(self) -> tuple[int, ...]:
        return (self.centavos,)


class ClosedCharge(msgspec.Struct, frozen=True, array_like=True):
    """Which of a closing's lines is a charge, stored as an array of four. kind: a `ChargeKind`.
    rate: basis points of service; centavos of couvert, minimum or fee. people: how often."""

    kind: Code
    line: LineRef
    rate: CentavosOrZero
    people: PeopleOrNone


class ClosedDiscount(msgspec.Struct, frozen=True, array_like=True):
    """What was taken off a line of a closing, stored as an array of three: by discounts of the line
    and by its part of those of the order."""

    line: LineRef
    of_line: Annotated[int, Meta(ge=0, le=MAX_TOTAL_CENTAVOS)]
    of_order: Annotated[int, Meta(ge=0, le=MAX_TOTAL_CENTAVOS)]
