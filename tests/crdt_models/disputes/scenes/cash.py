"""A drawer: counted wrong, forged, restored from an old disk, written off too early."""

from crdt_models.documents.cash.commands import (
    CloseShift,
    DeclareCount,
    OpenShift,
    SupplyCash,
    WriteOffShift,
)
from crdt_models.documents.cash.facts import ShiftClosed, ShiftFigures
from crdt_models.ids import ShiftId
from tests.crdt_models.disputes.play import Play, scene
from tests.crdt_models.documents.shop import Till


def _shift(till: Till) -> ShiftId:
    """Opened there, and something fell into it."""
    shift = ShiftId(till.give(OpenShift(float_centavos=10_000))["shift"])
    till.give(SupplyCash(shift=shift, centavos=500))
    return shift


def _close_shift(till: Till, shift: ShiftId, wrong: int = 0) -> None:
    cash = till.shift(shift).figures.expected["dinheiro"] + wrong
    till.give(DeclareCount(shift=shift, amounts={"dinheiro": cash}))
    till.give(CloseShift(shift=shift))


@scene("cash_difference")
def _miscounted(play: Play) -> None:
    till, _ = play.two()
    _close_shift(till, _shift(till), play.dice.choice((-100, 100)))


@scene("late_adjustment")
def _restored_drawer(play: Play) -> None:
    till, other = play.two()
    shift = _shift(till)
    twin = till.restored()
    _close_shift(till, shift)
    twin.give(SupplyCash(shift=shift, centavos=play.dice.randint(1, 900)))
    other.receive(twin.changes.values())


@scene("two_shift_closings")
def _drawer_closed_twice(play: Play) -> None:
    till, other = play.two()
    shift = _shift(till)
    twin = till.restored()
    for each in (till, twin):
        _close_shift(each, shift)
    other.receive(twin.changes.values())


@scene("written_off_and_closed")
def _not_lost(play: Play) -> None:
    till, manager = play.two()
    shift = _shift(till)
    play.tills[0].sync(till)
    play.meet()
    manager.give(WriteOffShift(shift=shift, reason="terminal perdido"))
    _close_shift(till, shift)


@scene("shift_does_not_add_up")
def _drawer_forged(play: Play) -> None:
    till, _ = play.two()
    shift = _shift(till)
    till.give(DeclareCount(shift=shift, amounts={"dinheiro": 10_500}))
    view = till.shift(shift)
    forged = ShiftClosed(
        count=view.counts[-1].id, declared={}, figures=ShiftFigures(), after=view.heads
    )
    till.write([(view.document, forged)])
