"""What people ask of a cash shift: open it, move cash, count it blind, close it, write it off.

Rules of this file:
1. Only the shift's own terminal writes of it, so its facts follow one another and nothing here can
   be overtaken. Writing off is for the terminal that will not come back: anybody's.
2. Counting is blind: nothing here refuses, or says, anything from which the expected amount could
   be told before a count is declared. Nobody is stopped from taking out more than there is.
3. A shift is closed on a count that covers every movement of money: what moved meanwhile is counted
   again. Then the difference is real, and never a payment that came in between.
"""

from crdt_models.documents.cash.drawer import after_of, shift_view
from crdt_models.documents.cash.errors import (
    CountIsOld,
    CountIsThere,
    CountMissing,
    ShiftIsEnded,
    ShiftIsOpen,
    ShiftOfAnotherTerminal,
    UnknownShift,
)
from crdt_models.documents.cash.facts import (
    CashSupplied,
    CashWithdrawn,
    CountDeclared,
    CountRepeated,
    DrawerOpened,
    ShiftClosed,
    ShiftOpened,
    ShiftWrittenOff,
)
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.command import Command, Context, Decision, NeedsUpgrade, Read
from crdt_models.documents.fields import CASH, PaymentMethod
from crdt_models.documents.settings.commands import settings_view
from crdt_models.fact import Fact
from crdt_models.ids import CreatedId, DocumentId, ShiftId, shift_document, shift_id

Amounts = dict[PaymentMethod, int]


class OpenShift(Command, frozen=True, kw_only=True, tag="open_shift"):
    """A drawer of this terminal begins a shift. Creates `shift`. Raises ShiftIsOpen."""

    drawer: str = "1"
    float_centavos: int = 0
    note: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        for each in context.open_shifts():
            if shift_view(read, each).drawer == self.drawer:
                raise ShiftIsOpen(drawer=self.drawer, shift=each.hex())
        shift = shift_id(context.site, context.command_id, context.device)
        opened = ShiftOpened(drawer=self.drawer, float_centavos=self.float_centavos, note=self.note)
        return Decision(((shift_document(shift), opened),), {"shift": shift})


class ShiftCommand(Command, frozen=True, kw_only=True):
    """Base of the commands on one shift that was opened."""

    shift: ShiftId

    def reads(self) -> tuple[DocumentId, ...]:
        return (self.document,)

    @property
    def document(self) -> DocumentId:
        """The shift's document."""
        return shift_document(self.shift)

    def view(self, read: Read) -> ShiftView:
        """The shift. Raises UnknownShift, ShiftIsEnded."""
        view = shift_view(read, self.shift)
        if view.opening is None:
            raise UnknownShift(shift=self.shift.hex())
        if view.end is not None:
            raise ShiftIsEnded(shift=self.shift.hex())
        return view

    def own_view(self, read: Read, context: Context) -> ShiftView:
        """The shift of this very terminal. Raises UnknownShift, ShiftIsEnded,
        ShiftOfAnotherTerminal."""
        view = self.view(read)
        if view.owner != context.device:
            raise ShiftOfAnotherTerminal(shift=self.shift.hex())
        return view

    def decision(self, fact: Fact, ids: dict[str, CreatedId] | None = None) -> Decision:
        """One fact of this shift."""
        return Decision(((self.document, fact),), ids or {})


class WithdrawCash(ShiftCommand, frozen=True, kw_only=True, tag="withdraw_cash"):
    """Take cash out of the drawer. Creates `movement`. Raises as `own_view` does."""

    centavos: int
    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        view, movement = self.own_view(read, context), context.new_id(0)
        withdrawn = CashWithdrawn(
            movement=movement, centavos=self.centavos, reason=self.reason, after=after_of(view)
        )
        return self.decision(withdrawn, {"movement": movement})


class SupplyCash(ShiftCommand, frozen=True, kw_only=True, tag="supply_cash"):
    """Put cash into the drawer. Creates `movement`. Raises as `own_view` does."""

    centavos: int
    reason: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        view, movement = self.own_view(read, context), context.new_id(0)
        supplied = CashSupplied(
            movement=movement, centavos=self.centavos, reason=self.reason, after=after_of(view)
        )
        return self.decision(supplied, {"movement": movement})


class OpenDrawer(ShiftCommand, frozen=True, kw_only=True, tag="open_drawer"):
    """Open the drawer without a sale, and say why. Raises as `own_view` does."""

    reason: str

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.own_view(read, context)
        return self.decision(DrawerOpened(reason=self.reason, after=after_of(view)))


class DeclareCount(ShiftCommand, frozen=True, kw_only=True, tag="declare_count"):
    """What is there, before anybody says what should be. Raises CountMissing, CountIsThere, and as
    `own_view` does."""

    amounts: Amounts
    note: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.own_view(read, context)
        if view.counts:
            raise CountIsThere(shift=self.shift.hex())
        _check_cash(self.amounts, self.shift)
        return self.decision(
            CountDeclared(amounts=self.amounts, note=self.note, after=after_of(view))
        )


class RepeatCount(ShiftCommand, frozen=True, kw_only=True, tag="repeat_count"):
    """Count again. Raises CountMissing, and as `own_view` does."""

    amounts: Amounts
    note: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.own_view(read, context)
        if not view.counts:
            raise CountMissing(shift=self.shift.hex())
        _check_cash(self.amounts, self.shift)
        return self.decision(
            CountRepeated(amounts=self.amounts, note=self.note, after=after_of(view))
        )


class CloseShift(ShiftCommand, frozen=True, kw_only=True, tag="close_shift"):
    """Fix the shift's figures. Raises CountMissing, CountIsOld, NeedsUpgrade, and as `own_view`
    does."""

    note: str = ""

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.own_view(read, context)
        if view.needs_upgrade:
            raise NeedsUpgrade(document=self.document)
        if not view.counts:
            raise CountMissing(shift=self.shift.hex())
        if view.moved_since_count:
            raise CountIsOld(shift=self.shift.hex())
        closed = ShiftClosed(
            count=view.counts[-1].id,
            declared=view.declared,
            figures=view.figures,
            tips=context.tips,
            note=self.note,
            after=after_of(view),
            tolerance_centavos=settings_view(read).cash_tolerance,
        )
        return self.decision(closed)


class WriteOffShift(ShiftCommand, frozen=True, kw_only=True, tag="write_off_shift"):
    """This shift will never be closed. Raises UnknownShift, ShiftIsEnded."""

    reason: str

    def plan(self, read: Read, context: Context) -> Decision:
        view = self.view(read)
        written_off = ShiftWrittenOff(
            reason=self.reason, figures=view.figures, after=after_of(view)
        )
        return self.decision(written_off)


def _check_cash(amounts: Amounts, shift: ShiftId) -> None:
    """Raises CountMissing: a count says how much cash there is, none included."""
    if CASH not in amounts:
        raise CountMissing(shift=shift.hex())
