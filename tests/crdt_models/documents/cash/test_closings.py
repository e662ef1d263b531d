"""A cash shift is counted blind and closed; and what is refused of one."""

from typing import get_args

import pytest

from crdt_models.canonical_cbor import encode
from crdt_models.change import MAX_CHANGE_BYTES
from crdt_models.disputes import open_disputes
from crdt_models.documents.cash.commands import (
    CloseShift,
    DeclareCount,
    OpenDrawer,
    RepeatCount,
    SupplyCash,
    WithdrawCash,
    WriteOffShift,
)
from crdt_models.documents.cash.errors import (
    CountIsOld,
    CountIsThere,
    CountMissing,
    ShiftIsEnded,
    ShiftIsOpen,
    ShiftOfAnotherTerminal,
    UnknownShift,
)
from crdt_models.documents.cash.facts import ShiftClosed, ShiftFigures
from crdt_models.documents.command import Command, InvalidField, NeedsUpgrade
from crdt_models.documents.fields import MAX_TOTAL_CENTAVOS, MAX_UNIT_CENTAVOS, PaymentMethod
from crdt_models.documents.orders.bill_commands import TakePayment
from crdt_models.documents.settings.commands import ChangeSettings
from crdt_models.documents.settings.facts import SettingsValues
from crdt_models.errors import DomainError
from crdt_models.fact import Fact, body_of
from crdt_models.ids import CreatedId, ShiftId, shift_document
from tests.crdt_models.documents.cash.drawers import (
    PIZZA,
    closed,
    counted,
    kinds,
    opened,
    order_of,
    sold,
)
from tests.crdt_models.documents.shop import Till, settling


class Newer(Fact, frozen=True, tag="test_newer_in_a_shift"):
    """What no shift of this version understands."""

    after: tuple[str, ...] = ()


class NewerStill(Newer, frozen=True, tag="test_newer_still_in_a_shift"):
    MUST_UNDERSTAND = True


def test_a_shift_is_closed_on_a_count_and_tells_the_difference(till: Till) -> None:
    shift = opened(till)
    sold(till)
    with pytest.raises(CountMissing):
        till.give(CloseShift(shift=shift))
    view = closed(till, shift, 14_300)
    closing = view.closings[0].fact
    assert (view.state, view.differences) == ("closed", {"dinheiro": -100})
    assert (closing.declared, closing.count) == ({"dinheiro": 14_300}, view.counts[0].id)
    assert closing.tips == (list(till.changes.values())[-2].id,)
    assert kinds(view) == {"cash_difference"}
    (dispute,) = open_disputes(view)
    till.give(settling(dispute, "loss"))
    assert kinds(till.shift(shift)) == set()


def test_a_difference_that_the_shop_tolerates_asks_nobody(till: Till) -> None:
    for tolerance, asks in ((100, False), (99, True), (0, True)):
        values = SettingsValues(cash_tolerance_centavos=tolerance)
        till.give(ChangeSettings(values=values))
        view = closed(till, opened(till), 9_900)
        assert view.differences == {"dinheiro": -100}
        assert ("cash_difference" in kinds(view)) == asks
    till.give(ChangeSettings(values=SettingsValues(cash_tolerance_centavos=1_000)))
    assert kinds(view) == {"cash_difference"}  # it was closed by the settings of then


def test_a_recount_stays_beside_the_count(till: Till) -> None:
    shift = opened(till)
    counted(till, shift, 9_000)
    with pytest.raises(CountIsThere):
        counted(till, shift, 10_000)
    till.give(RepeatCount(shift=shift, amounts={"dinheiro": 10_000}))
    till.give(CloseShift(shift=shift))
    view = till.shift(shift)
    assert [each.fact.amounts["dinheiro"] for each in view.counts] == [9_000, 10_000]
    assert (view.differences, kinds(view)) == ({"dinheiro": 0}, set())


def test_a_method_that_nobody_counted_has_no_difference(till: Till) -> None:
    shift, order = opened(till, 0), order_of(till)
    till.give(TakePayment(order=order, centavos=PIZZA, method="pix"))
    assert closed(till, shift, 0).differences == {"dinheiro": 0}


def test_a_payment_between_count_and_closing_is_counted_again(till: Till) -> None:
    shift = opened(till)
    counted(till, shift, 10_000)
    sold(till)
    with pytest.raises(CountIsOld):
        till.give(CloseShift(shift=shift))
    till.give(RepeatCount(shift=shift, amounts={"dinheiro": 14_400}))
    till.give(CloseShift(shift=shift))
    assert kinds(till.shift(shift)) == set()
    sold(till)  # after the closing it falls nowhere
    assert till.shift(shift).late == ()


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (DeclareCount(shift=ShiftId(CreatedId(bytes(16))), amounts={}), UnknownShift),
        (WriteOffShift(shift=ShiftId(CreatedId(bytes(16))), reason="x"), UnknownShift),
    ],
)
def test_what_nobody_opened_is_not_known(
    till: Till, command: Command, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        till.give(command)


def test_what_is_refused_of_a_shift(till: Till) -> None:
    shift, other = opened(till), Till("B")
    till.sync(other)
    with pytest.raises(ShiftIsOpen):
        opened(till)
    with pytest.raises(ShiftOfAnotherTerminal):
        other.give(WithdrawCash(shift=shift, centavos=1))
    with pytest.raises(CountMissing):
        till.give(DeclareCount(shift=shift, amounts={"pix": 1}))
    with pytest.raises(CountMissing):
        till.give(RepeatCount(shift=shift, amounts={"dinheiro": 1}))
    with pytest.raises(InvalidField):
        till.give(OpenDrawer(shift=shift, reason=""))
    counted(till, shift, 10_000)
    with pytest.raises(CountMissing):
        till.give(RepeatCount(shift=shift, amounts={}))
    till.give(CloseShift(shift=shift))
    for again in (CloseShift(shift=shift), SupplyCash(shift=shift, centavos=1)):
        with pytest.raises(ShiftIsEnded):
            till.give(again)
    opened(till)  # the drawer is free again


def test_more_may_be_taken_out_than_there_is(till: Till) -> None:
    """A refusal would tell what should be there."""
    shift = opened(till, 100)
    till.give(WithdrawCash(shift=shift, centavos=500))
    assert till.shift(shift).figures.expected == {"dinheiro": -400}


def test_a_fact_of_a_newer_version_stands_in_the_chain(till: Till) -> None:
    shift = opened(till)
    counted(till, shift, 10_000)
    _newer(till, shift, Newer)
    till.give(CloseShift(shift=shift))
    view = till.shift(shift)
    assert view.cut is not None and view.cut.is_complete
    till = Till()
    shift = opened(till)
    counted(till, shift, 10_000)
    _newer(till, shift, NewerStill)
    with pytest.raises(NeedsUpgrade):
        till.give(CloseShift(shift=shift))


def _newer(till: Till, shift: ShiftId, kind: type[Newer]) -> None:
    till.write([(shift_document(shift), kind(after=till.shift(shift).heads))])


def test_figures_at_their_bounds_fit_a_change(till: Till) -> None:
    shift, most = opened(till), MAX_TOTAL_CENTAVOS
    methods = get_args(PaymentMethod)
    each_way = dict.fromkeys((*methods, "fiado"), most)
    closing = ShiftClosed(
        count=till.shift(shift).heads[0],
        declared=dict.fromkeys(methods, 100 * MAX_UNIT_CENTAVOS),
        figures=ShiftFigures(
            float_centavos=most,
            payments=each_way,
            refunds=each_way,
            tips=each_way,
            tip_returns=each_way,
            withdrawn=most,
            supplied=most,
            change=most,
            unpaid_openings=most,
            expected=dict.fromkeys(methods, most),
        ),
        tips=till.tips * 64,
        note="n" * 200,
    )
    assert len(encode(body_of(closing))) < 5_000
    change = till.write([(shift_document(shift), closing)])
    assert till.shift(shift).closings[0].fact == closing, "it is read again as it was written"
    assert len(change.data) < MAX_CHANGE_BYTES
