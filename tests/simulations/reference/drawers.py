"""What people ask of cash shifts, drawn at random: see `histories`."""

from random import Random

from msgspec.structs import replace

from crdt_models.documents.cash.commands import (
    Amounts,
    CloseShift,
    DeclareCount,
    OpenDrawer,
    OpenShift,
    RepeatCount,
    SupplyCash,
    WithdrawCash,
    WriteOffShift,
)
from crdt_models.documents.cash.drawer import shift_view
from crdt_models.documents.cash.facts import ShiftClosed
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.command import Command, Context, Decision, Read
from crdt_models.ids import ShiftId
from tests.simulations.reference.replicas import Replica


class CloseWrongly(CloseShift, frozen=True, kw_only=True, tag="test_close_wrongly"):
    """What a program that cannot add up would write."""

    def plan(self, read: Read, context: Context) -> Decision:
        ((document, closed),) = super().plan(read, context).facts
        assert isinstance(closed, ShiftClosed)
        figures = replace(closed.figures, withdrawn=closed.figures.withdrawn + 1)
        return Decision(((document, replace(closed, figures=figures)),))


def cash_command(dice: Random, replica: Replica) -> Command:
    """Mostly about a shift that this terminal may write of, counted rightly half the time."""
    shifts = [each for each in replica.shifts if each.opening is not None]
    mine = [each for each in shifts if each.is_open and each.owner == replica.author.device]
    chosen = dice.choice(mine or shifts) if shifts and dice.random() < 0.9 else None
    if chosen is None or not mine:
        return OpenShift(drawer=dice.choice("12"), float_centavos=dice.choice((0, 5_000)))
    return _about(dice, chosen)


def _about(dice: Random, view: ShiftView) -> Command:
    shift, expected = view.shift, view.figures.expected
    amounts = {method: max(0, much) for method, much in expected.items() if dice.random() < 0.8}
    amounts["dinheiro"] = max(0, expected["dinheiro"]) + dice.choice((0, 0, 50))
    count = RepeatCount if view.counts else DeclareCount
    return dice.choice([
        OpenShift(drawer=dice.choice("12"), float_centavos=100),
        SupplyCash(shift=shift, centavos=1_000, reason="troco"),
        WithdrawCash(shift=shift, centavos=700),
        OpenDrawer(shift=shift, reason="conferir"),
        *[count(shift=shift, amounts=amounts)] * (4 if view.moved_since_count else 1),
        *[CloseShift(shift=shift)] * (8 if view.counts and not view.moved_since_count else 1),
        CloseWrongly(shift=shift),
        WriteOffShift(shift=shift, reason="terminal perdido"),
    ])  # fmt: skip


def closing_of(replica: Replica, shift: ShiftId) -> list[Command]:
    """What it takes to close a shift as it is."""
    view = shift_view(replica.read, shift)
    count = RepeatCount if view.counts else DeclareCount
    amounts: Amounts = {"dinheiro": max(0, view.figures.expected["dinheiro"])}
    return [count(shift=shift, amounts=amounts), CloseShift(shift=shift)]
