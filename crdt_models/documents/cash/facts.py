"""What can happen to a cash shift.

Rules of this file:
1. Only the terminal that opened a shift writes of it; whatever others write has no effect on its
   figures. The one exception is writing it off.
2. Each fact names the newest facts of its shift that its author knew (`after`): the shift has a
   chain of its own inside the document. So a closing says what it counted by its place alone,
   however much that was, and nobody needs to trust a clock.
3. Money that comes by an order or an account is told there; the same change holds a `shift_money`
   here. A version that knows no shifts shows no wrong bill, so nobody must understand them.
4. Money is centavos. A tag or a field, once released, keeps its meaning.
"""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from crdt_models.documents.fields import (
    MAX_TOTAL_CENTAVOS,
    AccountRef,
    AnyId,
    AnyMethod,
    Centavos,
    CentavosOrZero,
    FactRef,
    FactRefs,
    Label,
    Note,
    OrderRef,
    PaymentMethod,
    Reason,
    SomeReason,
    TotalCentavos,
)
from crdt_models.fact import Fact
from crdt_models.ids import CHANGE_BYTES, ChangeId

Tip = Annotated[ChangeId, Meta(min_length=CHANGE_BYTES, max_length=CHANGE_BYTES)]
Tips = Annotated[tuple[Tip, ...], Meta(max_length=64)]
SignedCentavos = Annotated[int, Meta(ge=-MAX_TOTAL_CENTAVOS, le=MAX_TOTAL_CENTAVOS)]
Counted = dict[PaymentMethod, CentavosOrZero]
ByMethod = dict[AnyMethod, TotalCentavos]
MoneyKind = Literal["payment", "refund", "tip", "tip_return"]


class ShiftOpened(Fact, frozen=True, tag="shift_opened"):
    """The shift begins; its id is the document's. drawer: which one of the terminal's.
    float_centavos: cash that was in it."""

    drawer: Label
    float_centavos: CentavosOrZero
    note: Note = ""


class ShiftMoney(Fact, frozen=True, tag="shift_money"):
    """Money came to this till, or left it, by an order or an account. id: of the payment or refund
    there; of a tip, the payment that it came with, else an id of its own. change_centavos: cash
    handed back beside it. Exactly one of order and account."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"after"})

    kind: MoneyKind
    id: AnyId
    method: AnyMethod
    centavos: Centavos
    change_centavos: CentavosOrZero = 0
    order: OrderRef | None = None
    account: AccountRef | None = None
    after: FactRefs = ()


class CashWithdrawn(Fact, frozen=True, tag="cash_withdrawn"):
    """Cash was taken out of the drawer (sangria)."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"after"})

    movement: AnyId
    centavos: Centavos
    reason: Reason = ""
    after: FactRefs = ()


class CashSupplied(Fact, frozen=True, tag="cash_supplied"):
    """Cash was put into the drawer (suprimento)."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"after"})

    movement: AnyId
    centavos: Centavos
    reason: Reason = ""
    after: FactRefs = ()


class DrawerOpened(Fact, frozen=True, tag="drawer_opened"):
    """The drawer was opened without a sale."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"after"})

    reason: SomeReason
    after: FactRefs = ()


class CountDeclared(Fact, frozen=True, tag="count_declared"):
    """What the operator found, before anybody told what should be there. amounts: by method; one
    that is absent was not counted."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"after"})

    amounts: Counted
    note: Note = ""
    after: FactRefs = ()


class CountRepeated(Fact, frozen=True, tag="count_repeated"):
    """It was counted again. Every count stays visible; a closing compares with the last."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"after"})

    amounts: Counted
    note: Note = ""
    after: FactRefs = ()


class ShiftFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a shift adds up to. payments, refunds, tips, tip_returns: by method. change: cash handed
    back beside payments, in no other figure. unpaid_openings: of the drawer, without a sale.
    expected: what should be found, by method of payment."""

    float_centavos: TotalCentavos = 0
    payments: ByMethod = msgspec.field(default_factory=dict)
    refunds: ByMethod = msgspec.field(default_factory=dict)
    tips: ByMethod = msgspec.field(default_factory=dict)
    tip_returns: ByMethod = msgspec.field(default_factory=dict)
    withdrawn: TotalCentavos = 0
    supplied: TotalCentavos = 0
    change: TotalCentavos = 0
    unpaid_openings: TotalCentavos = 0
    expected: dict[PaymentMethod, SignedCentavos] = msgspec.field(default_factory=dict)


class ShiftClosed(Fact, frozen=True, tag="shift_closed"):
    """The shift with its result; a closed shift is read from here for ever. count: the one that it
    compares with, declared: what that said. tips: of the device's chain, before this change.
    tolerance_centavos: a difference of a method up to which nobody is asked, as the settings were.
    """

    RELIES: ClassVar[frozenset[str]] = frozenset({"after", "tips"})

    count: FactRef
    declared: Counted
    figures: ShiftFigures
    tips: Tips = ()
    note: Note = ""
    after: FactRefs = ()
    tolerance_centavos: CentavosOrZero = 0


class ShiftWrittenOff(Fact, frozen=True, tag="shift_written_off"):
    """A manager says that this shift will never be closed. figures: as far as its facts were known
    there, which `after` tells."""

    RELIES: ClassVar[frozenset[str]] = frozenset({"after", "figures"})

    reason: SomeReason
    figures: ShiftFigures = ShiftFigures()
    after: FactRefs = ()
