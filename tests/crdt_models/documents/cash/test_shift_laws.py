"""Laws of shifts, whatever is written by whomever."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from crdt_models.canonical_cbor import encode
from crdt_models.change import Change, decode_change
from crdt_models.disputes import disputes_of
from crdt_models.documents.cash.facts import (
    CashSupplied,
    CashWithdrawn,
    CountDeclared,
    CountRepeated,
    DrawerOpened,
    ShiftClosed,
    ShiftFigures,
    ShiftMoney,
    ShiftOpened,
    ShiftWrittenOff,
)
from crdt_models.documents.cash.view import ShiftView
from crdt_models.documents.kinds import empty_view
from crdt_models.fact import Fact
from crdt_models.ids import CommandId, DeviceId, SiteId, shift_document, shift_id
from crdt_models.read_models import rows_of
from tests.crdt_models.documents.histories import (
    CLOCKS,
    amounts,
    bodies,
    lines,
    payments,
    resolved,
    some,
)
from tests.crdt_models.documents.laws import applied, check_commutes, entries_of

# The shift that device 0 opens with command 1.
OWNER = DeviceId(bytes(32))
SHIFT = shift_id(SiteId(bytes(16)), CommandId(b"\x01" * 16), OWNER)
DOCUMENT = shift_document(SHIFT)

methods = st.sampled_from(("dinheiro", "pix", "fiado"))
counts = st.dictionaries(st.sampled_from(("dinheiro", "pix")), amounts, max_size=2)
figures = st.builds(ShiftFigures, float_centavos=amounts, expected=counts)
facts: st.SearchStrategy[Fact] = st.one_of(
    st.builds(ShiftOpened, drawer=st.just("1"), float_centavos=amounts),
    st.builds(
        ShiftMoney,
        kind=st.sampled_from(("payment", "refund", "tip", "tip_return")),
        id=payments,
        method=methods,
        centavos=amounts,
        change_centavos=st.sampled_from((0, 50)),
        after=some,
    ),
    st.builds(CashWithdrawn, movement=lines, centavos=amounts, after=some),
    st.builds(CashSupplied, movement=lines, centavos=amounts, after=some),
    st.builds(DrawerOpened, reason=st.just("troco"), after=some),
    st.builds(CountDeclared, amounts=counts, after=some),
    st.builds(CountRepeated, amounts=counts, after=some),
    st.builds(
        ShiftClosed,
        count=st.just("A" * 22 + ".0"),
        declared=counts,
        figures=figures,
        after=some,
    ),
    st.builds(ShiftWrittenOff, reason=st.just("perdido"), figures=figures, after=some),
)


@st.composite
def shifts(draw: st.DrawFn) -> list[Change]:
    """Changes of the owner and of another device to one shift, mostly opened. What the owner writes
    mostly follows on what it wrote before, as its program does: else hardly an end would reach back
    to the opening, and nothing would ever be counted or late."""
    written: list[Change] = []
    if draw(st.integers(0, 9)):
        opened = draw(bodies(st.builds(ShiftOpened, drawer=st.just("1"), float_centavos=amounts)))
        written.append(_change(0, 1, draw(st.sampled_from(CLOCKS)), resolved([opened], []), 0))
    for number in range(draw(st.integers(1, 8))):
        known = [entry.id for change in written for _, entry in change.entries()]
        told = resolved(draw(st.lists(bodies(facts), min_size=1, max_size=3)), known)
        device, clock = draw(st.sampled_from((0, 0, 1))), draw(st.sampled_from(CLOCKS))
        if device == 0 and draw(st.integers(0, 5)):
            _follow(told, written, draw(st.sampled_from((1, 1, 1, 2))))
        written.append(_change(device, draw(st.integers(0, 5)), clock, told, number + 1))
    return written


def _follow(told: list[Any], written: list[Change], back: int) -> None:
    """The facts name what the owner's last change told; back: 2 for the last but one, as after a
    restored disk."""
    own = [change for change in written if change.device == OWNER][-back:]
    heads = [entry.id for _, entry in own[0].entries()] if own else []
    for body in told:
        fields = body[2]
        if body[0] != ShiftOpened.tag() and isinstance(fields, dict):
            fields["after"] = heads


def _change(device: int, command: int, clock: int, told: list[Any], number: int) -> Change:
    data = encode([
        1, bytes(16), bytes([device]) * 32, bytes(8), number + 1, [], clock, 16_766, None,
        bytes([command]) * 16, 0, [[DOCUMENT, body] for body in told], bytes(64),
    ])  # fmt: skip
    return decode_change(data)


def empty() -> ShiftView:
    view = empty_view(DOCUMENT)
    assert isinstance(view, ShiftView)
    return view


def seen(view: ShiftView) -> Any:
    ends = (view.end, view.closings, view.write_offs, view.cut, view.late, view.recounted)
    plain = (view.opening, view.foreign, view.heads, view.counts, view.figures, view.declared)
    return plain, ends, rows_of(DOCUMENT, view), disputes_of(view)


@settings(max_examples=200, deadline=None)
@given(shifts(), st.randoms(use_true_random=False))
def test_apply_commutes_and_tolerates_repetition(written: list[Change], dice: Any) -> None:
    check_commutes(written, dice, empty, seen)


@settings(max_examples=200, deadline=None)
@given(shifts())
def test_what_others_write_changes_no_figure(written: list[Change]) -> None:
    own = [each for each in written if each.device == OWNER]
    whole, alone = applied(empty(), entries_of(written)), applied(empty(), entries_of(own))
    assert whole.figures_of(lambda _: True) == alone.figures_of(lambda _: True)
    assert (whole.heads, whole.counts, whole.closings) == (
        alone.heads,
        alone.counts,
        alone.closings,
    )


@pytest.mark.parametrize(
    "is_so",
    [
        lambda view: view.recounted is not None and view.recounted.expected != {"dinheiro": 0},
        lambda view: view.recounted is not None and bool(view.late),
        lambda view: view.cut is not None and not view.cut.is_complete,
        lambda view: len(view.closings) > 1 and bool(view.late),
    ],
)
def test_the_laws_are_asked_of_shifts_that_end(is_so: Callable[[ShiftView], bool]) -> None:
    """A claim that no history reaches would hold of anything."""
    few = settings(max_examples=500, database=None, phases=(Phase.generate,))
    find(shifts(), lambda written: is_so(applied(empty(), entries_of(written))), settings=few)


@settings(max_examples=200, deadline=None)
@given(shifts())
def test_every_movement_is_counted_or_late(written: list[Change]) -> None:
    """Once everything that an end counted has come."""
    view = applied(empty(), entries_of(written))
    if view.recounted is None:
        assert view.late == ()
        return
    late = {each.id for each in view.late}
    cash = view.figures_of(lambda each: each.id in late).expected["dinheiro"]
    whole = view.figures_of(lambda _: True).expected["dinheiro"]
    float_centavos = view.recounted.float_centavos
    assert whole == view.recounted.expected["dinheiro"] + cash - float_centavos


@settings(max_examples=100, deadline=None)
@given(shifts(), st.integers(0, 2**32))
def test_a_closed_shift_keeps_its_figures_whatever_comes(written: list[Change], cut: int) -> None:
    """Unless an earlier closing comes, which is a dispute."""
    first = applied(empty(), entries_of(written[: cut % (len(written) + 1)]))
    whole = applied(empty(), entries_of(written))
    same_end = first.end is not None and whole.end is not None and first.end.id == whole.end.id
    if first.closings and same_end:
        assert (whole.figures, whole.differences) == (first.figures, first.differences)
